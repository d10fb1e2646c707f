"""What fails is itself the first suspect.

Most failures of a workload are its own, and what the platform runs is the platform's. This says little by itself; a
line of any other rule outweighs it.
"""

from collections.abc import Iterator

from triage.verdict.scene import Scene
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side
from triage.verdict.weights import FAIR, HINT, WEAK


def subject(scene: Scene) -> Iterator[Finding]:
    """A line for each trouble, about its own subject."""
    for trouble in scene.troubles.values():
        side = scene.view.side_of(trouble.subject)
        what = ", ".join(sorted(effect.value for effect in trouble.effects))
        whose = "the platform" if side is Side.CLUSTER else "a team"
        yield Finding(
            side,
            _weight(trouble, side),
            f"{trouble.subject}: {what}; it belongs to {whose}.",
            "alert" if trouble.symptoms else "object" if trouble.failing else "event",
            trouble.began_at,
            trouble.subject,
            (trouble.subject,),
            "subject",
        )


def _weight(trouble: Trouble, side: Side) -> float:
    """A namespace is named where no object is: by a prober, say, that stands there and looks elsewhere."""
    if side is Side.CLUSTER:
        return HINT if trouble.subject.kind == "Namespace" else FAIR
    return WEAK
