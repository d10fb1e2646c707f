"""Several teams begin to fail within minutes, none with a fault of its own: something beneath them failed.

Teams do not release at the same moment and do not break in the same way by chance. This names only the cluster, because
nothing says which part; any definite fault, of a team or of a part of the platform, is believed before it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from triage.verdict.scene import Scene
from triage.verdict.states import SHALLOW, Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import names
from triage.verdict.weights import FAIR, HINT, WEAK

_WITHIN = timedelta(minutes=10)
_FEWEST = 3  # namespaces: two fail at once every now and then
# That a container crashes says little of why: it may well miss something that all of them miss.
_SAYS_LITTLE = SHALLOW | {Effect.CRASH, Effect.INIT, Effect.CREATING, Effect.UNSCHEDULED, Effect.CLAIM, Effect.JOB}


def unexplained_many(scene: Scene) -> Iterator[Finding]:
    """One line about the cluster for each group of troubles that began together."""
    sick = {one.subject.name for one in scene.of_platform if one.subject.kind == "Node"}
    fitting = sorted(
        (
            one
            for one in scene.of_tenants
            # What stands on a node that fails is explained already.
            if one.is_open and one.namespace and one.effects <= _SAYS_LITTLE and not one.nodes & sick
        ),
        key=lambda one: (one.began_at, one.subject),
    )
    group = _largest(fitting)
    namespaces = {one.namespace for one in group}
    if len(namespaces) < _FEWEST:
        return
    weight = WEAK + HINT if len(namespaces) == _FEWEST else FAIR + min(FAIR, HINT * (len(namespaces) - 4))
    minutes = int((group[-1].began_at - group[0].began_at).total_seconds() // 60) + 1
    who = names(one.subject for one in group)
    yield Finding(
        Side.CLUSTER,
        weight,
        f"{len(namespaces)} namespaces began to fail within {minutes} minutes: {who}.",
        "alert" if group[0].symptoms else "object",
        group[0].began_at,
        _behind(scene, group),
        tuple(one.subject for one in group),
        "unexplained_many",
    )


def _behind(scene: Scene, group: list[Trouble]) -> Suspect:
    """The one part of the platform that failed just before, where there is one and it may have reached them all."""
    began = group[0].began_at
    failed = [
        one
        for one in scene.of_platform
        if one.is_open
        and one.subject.kind in {"Node", "Component", "Zone"}
        and -_WITHIN <= one.began_at - began <= _WITHIN
    ]
    if len(failed) != 1 or (failed[0].subject.kind == "Node" and any(one.nodes for one in group)):
        return scene.view.cluster
    return failed[0].subject


def _largest(troubles: list[Trouble]) -> list[Trouble]:
    """The ten minutes in which most namespaces began to fail."""
    count, start = 0, 0
    here: Counter[str] = Counter()
    first_to_last = (0, 0)
    for end, last in enumerate(troubles):
        here[last.namespace] += 1
        while last.began_at - troubles[start].began_at > _WITHIN:
            over = troubles[start].namespace
            here[over] -= 1
            if not here[over]:
                del here[over]
            start += 1
        if len(here) > count:
            first_to_last, count = (start, end + 1), len(here)
    return troubles[slice(*first_to_last)]
