"""The verdict in words. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect, Verdict


@dataclass(frozen=True)
class Told:
    """What there is to say."""

    verdict: Verdict
    side: Side
    suspect: Suspect
    findings: Sequence[Finding]
    troubles: tuple[Trouble, ...]
    namespaces: tuple[str, ...]


def sentence_of(told: Told) -> str:
    """One sentence that a person woken at night understands: whose, what, and how far."""
    reach = f" {counted(len(told.namespaces), 'namespace')} affected." if len(told.namespaces) > 1 else ""
    return f"{_whose(told.verdict)}: {told.suspect} ({_what(told)}).{reach}"


def _whose(verdict: Verdict) -> str:
    if verdict is Verdict.UNCERTAIN:
        return "It is not decided"
    return f"It is the {verdict.value}"


def _what(told: Told) -> str:
    """The names of its alerts; where nothing alerted, how it fails."""
    mine = [trouble for trouble in told.troubles if trouble.subject == told.suspect] or list(told.troubles)
    named = dict.fromkeys(symptom.alertname for trouble in mine for symptom in trouble.symptoms if symptom.alertname)
    effects = dict.fromkeys(effect.value for trouble in mine for effect in sorted(trouble.effects))
    listed = list(named or effects)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


def would_change(told: Told, rival: Suspect | None, deciding: Finding | None) -> str:
    """The single observation that would change the verdict."""
    other = f"{rival} would lead" if rival else f"the {told.side.other.value} would lead"
    if deciding is not None:
        return f"Were this not so, {other}: {deciding.claim}"
    if told.side is Side.CLUSTER:
        return f"No single line: it would take that {told.suspect} is seen well while the failures go on."
    return "No single line: it would take a part of the platform that is seen failing at the same time."
