"""What was refused at the door, as an incident for those who operate the platform: it is not sent again. PURE."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.verdict import Attribution, Finding, Side, Suspect, Verdict
from triage.verdict.types import Candidate

KIND = "Sender"
MANY = "many senders"  # strangers without number must not open incidents without number


@dataclass(frozen=True)
class Refused:
    """One refusal."""

    at: datetime
    reason: str
    size: int  # bytes


def attribution_of(sender: str, refusals: Sequence[Refused]) -> Attribution:
    """The cause is the sender, which has to be set right; at least one refusal is needed."""
    first, last = min(one.at for one in refusals), max(one.at for one in refusals)
    reasons = Counter(one.reason for one in refusals)
    suspect = Suspect(KIND, sender)
    return Attribution(
        verdict=Verdict.CLUSTER,
        confidence=1.0,
        suspect=suspect,
        sentence=f"Alerts are lost: what {sender} sends is refused ({', '.join(sorted(reasons))}).",
        severity="warning",
        began_at=first,
        findings=tuple(
            Finding(Side.CLUSTER, 5.0, f"{reason}: {count} times. A refused request is not sent again.", "door", last)
            for reason, count in sorted(reasons.items())
        ),
        candidates=(Candidate(suspect, Side.CLUSTER, 1.0),),
        symptoms=(),
        namespaces=(),
    )
