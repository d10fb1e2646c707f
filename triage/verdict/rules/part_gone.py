"""A part of the platform that everybody needs and of which nothing runs is gone: scaled to zero, or none of it is well.

Read from the part's own object: a Deployment that asks for no pod, or a DaemonSet that wants none although there are
nodes (nothing fails then, so nothing else tells of it); or from its pods, of which not one is ready. What needs the
part fails: names are not resolved without DNS.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from alerts.kubernetes.objects import Thing
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import SHALLOW, Effect
from triage.verdict.troubles import counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import replicas
from triage.verdict.weights import FAIR, PROOF, STRONG

_BEFORE = timedelta(minutes=30)  # alerts are late
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
        pods = [pod for one in workloads for pod in view.pods_by_workload.get(one, ())]
        if any(pod.is_well for pod in pods):
            continue
        for workload in workloads:
            part = view.folded(workload)
            began = scene.troubles[part].began_at if part in scene.troubles else None
            hurt = [
                one
                for one in scene.of_tenants
                if one.effects <= effects and (began is None or one.began_at >= began - _BEFORE)
            ]
            if began is not None and pods:
                claim = f"None of {counted(len(pods), 'pod')} of {part.name} is ready."
                yield _line(began, part, claim, [part])
            elif hurt and _asks_for_nothing(view.object_of(workload), has_nodes=bool(view.nodes)):
                claim = f"{workload} asks for no pod: {part.name} does not run at all."
                began = min(one.began_at for one in hurt)
            else:
                continue
            # That a program ends says less of why than that it is not reached.
            for weight in (STRONG, FAIR):
                these = [one.subject for one in hurt if (one.is_shallow) is (weight == STRONG)]
                if these:
                    yield _line(began, part, claim, these, weight)


def _asks_for_nothing(thing: Thing | None, *, has_nodes: bool) -> bool:
    counts = replicas(thing)
    if thing is None or counts is None or counts[0] > 0:
        return False
    return thing.kind in {"Deployment", "StatefulSet"} or (thing.kind == "DaemonSet" and has_nodes)


def _line(began: datetime, part: Suspect, claim: str, explains: Sequence[Suspect], weight: float = PROOF) -> Finding:
    return Finding(
        Side.CLUSTER,
        weight,
        claim,
        "object",
        began,
        part,
        tuple(explains),
        "part_gone",
        is_specific=True,
    )
