"""The lines that follow from what was said about something that fails. PURE."""

from dataclasses import dataclass

from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import STRONG


@dataclass(frozen=True, slots=True)
class Line:
    """What a rule found out about one trouble, before it is said of whom."""

    scene: Scene
    rule: str
    trouble: Trouble
    said: Statement

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
