"""What of the platform was looked at and is well speaks for the application; that is evidence, too.

Only what was really seen counts: nodes that report Ready, components whose pods are ready. Where nothing was read, this
rule says nothing: silence is no green light.
"""

from collections.abc import Iterator

from triage.verdict.health import checked
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.types import Finding
from triage.verdict.weights import NOTHING_SICK, WEAK


def exoneration(scene: Scene) -> Iterator[Finding]:
    """A line for each trouble of a tenant in a cluster whose platform was seen well."""
    seen = checked(scene)
    if not seen or any(_is_sick(one.effects) for one in scene.of_platform):
        return
    namespaces = {trouble.namespace for trouble in scene.of_tenants}
    weight = {1: NOTHING_SICK, 2: WEAK}.get(len(namespaces), 0.0)
    if not weight:
        return
    for trouble in scene.of_tenants:
        yield Finding(
            scene.view.side_of(trouble.subject),
            weight,
            f"Nothing of the platform's is sick: {'; '.join(seen)}.",
            "object",
            scene.view.now,
            trouble.subject,
            (trouble.subject,),
            "exoneration",
        )


def _is_sick(effects: frozenset[Effect]) -> bool:
    return bool(effects)
