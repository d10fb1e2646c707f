"""A part of the platform that everybody needs and of which nothing runs is gone: scaled to zero, or never made.

Read from the part's own object: a Deployment that asks for no pod, or a DaemonSet that wants none although there are
nodes. Nothing fails then, so nothing else tells of it. What needs the part fails: names are not resolved without DNS.
"""

from collections.abc import Iterator

from alerts.kubernetes.objects import Thing
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import SHALLOW, Effect
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import replicas
from triage.verdict.weights import PROOF

# What nobody can do without, and how those fail who try.
_NEEDED: dict[Role, frozenset[Effect]] = {
    Role.DNS: SHALLOW | {Effect.CRASH, Effect.INIT, Effect.JOB},
    Role.PROXY: SHALLOW | {Effect.CRASH, Effect.INIT, Effect.JOB},
    Role.NETWORK: SHALLOW | {Effect.CREATING, Effect.CRASH},
    Role.INGRESS: frozenset({Effect.REQUESTS, Effect.OTHER}),
    Role.STORAGE: frozenset({Effect.CREATING, Effect.CLAIM, Effect.UNSCHEDULED, Effect.SHORT, Effect.UNREADY}),
    Role.ADMISSION: frozenset({Effect.REFUSED, Effect.SHORT}),
    Role.METRICS: frozenset({Effect.SCALING}),
    Role.AUTOSCALER: frozenset({Effect.UNSCHEDULED, Effect.SHORT, Effect.UNREADY}),
}


def part_gone(scene: Scene) -> Iterator[Finding]:
    """A line for each part that asks for no pod, about what fails for want of it."""
    view = scene.view
    for role, effects in _NEEDED.items():
        workloads = view.workloads_by_role.get(role, ())
        # Another workload of the same part may do its work: two ingress controllers, a local cache of names.
        if any(view.pods_by_workload.get(one) for one in workloads):
            continue
        for workload in workloads:
            thing = view.object_of(workload)
            if not _asks_for_nothing(thing, has_nodes=bool(view.nodes)):
                continue
            hurt = tuple(one.subject for one in scene.of_tenants if one.effects <= effects)
            if hurt:
                yield _line(scene, view.folded(workload), workload, hurt)


def _asks_for_nothing(thing: Thing | None, *, has_nodes: bool) -> bool:
    counts = replicas(thing)
    if thing is None or counts is None or counts[0] > 0:
        return False
    return thing.kind in {"Deployment", "StatefulSet"} or (thing.kind == "DaemonSet" and has_nodes)


def _line(scene: Scene, part: Suspect, workload: Suspect, hurt: tuple[Suspect, ...]) -> Finding:
    return Finding(
        Side.CLUSTER,
        PROOF,
        f"{workload} asks for no pod: {part.name} does not run at all.",
        "object",
        min(scene.troubles[one].began_at for one in hurt),
        part,
        hurt,
        "part_gone",
        is_specific=True,
    )
