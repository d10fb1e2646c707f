"""The lines that follow from what was said about something that fails. PURE."""

from dataclasses import dataclass
from datetime import datetime

from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import STRONG


@dataclass(frozen=True, slots=True)
class Line:
    """What a rule found out about one trouble, before it is said of whom."""

    scene: Scene
    rule: str
    trouble: Trouble
    said: Statement

    @classmethod
    def seen(cls, scene: Scene, rule: str, trouble: Trouble, source: str, at: datetime | None = None) -> "Line":
        """For what nobody wrote, but an object, a metric or a change shows."""
        return cls(scene, rule, trouble, Statement("", at or trouble.began_at, source))

    def own(self, weight: float, claim: str, *, is_specific: bool = True) -> Finding:
        """The workload itself is to blame, or with a negative weight is not."""
        subject = self.trouble.subject
        return self.of(subject, weight, claim, is_specific=is_specific and weight > 0)

    def of(self, suspect: Suspect, weight: float, claim: str, *, is_specific: bool = True) -> Finding:
        """Somebody is to blame for the trouble."""
        return Finding(
            self.scene.view.side_of(suspect),
            weight,
            claim,
            self.said.source,
            self.said.at,
            suspect,
            (self.trouble.subject,),
            self.rule,
            is_specific,
        )

    def graded(self, suspect: Suspect, weight: float, claim: str) -> Finding:
        """Somebody is to blame; only a strong line names a definite fault."""
        return self.of(suspect, weight, claim, is_specific=weight >= STRONG)


def of_cluster(
    rule: str, suspect: Suspect, weight: float, claim: str, seen: tuple[str, datetime], explains: tuple[Suspect, ...]
) -> Finding:
    """A part of the platform is to blame for all of these by a definite fault; `seen` is where and when it shows."""
    source, at = seen
    return Finding(Side.CLUSTER, weight, claim, source, at, suspect, explains, rule, is_specific=True)
