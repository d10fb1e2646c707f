"""From a snapshot to causes: fold what is wrong, ask every rule, let the suspects compete. PURE."""

from triage.verdict.calibration import SHIPPED, Calibration
from triage.verdict.rules import RULES
from triage.verdict.scene import Scene
from triage.verdict.score import attribute
from triage.verdict.types import Attribution, Finding, Snapshot


def assess(snapshot: Snapshot, *, calibration: Calibration = SHIPPED) -> tuple[Attribution, ...]:
    """Every cause that the open symptoms point to, the surest first; none where nothing is wrong.

    The same snapshot gives the same answer, in whatever order its parts came.
    """
    scene = Scene.of(snapshot)
    if not scene.troubles:
        return ()
    return attribute(scene, evidence(scene), calibration)


def evidence(scene: Scene) -> list[Finding]:
    """All that the rules have to say."""
    return [finding for rule in RULES for finding in rule(scene)]
