"""Where the failure is concentrated, against a control group of what does not share it.

For each node, zone, node pool and workload: of the pods that share it, how many fail, against how many of those that do
not? The formula and its source are in `triage/verdict/concentration.py`. Small
counts stay small: one failing pod of three proves nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from alerts.kubernetes.objects import Pod
from triage.verdict.concentration import log_odds, tail
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.types import Finding, Side, Suspect

_NEVER_BY_PLACE = frozenset({Effect.IMAGE, Effect.CONFIG, Effect.REFUSED, Effect.UNSCHEDULED})


def concentration(scene: Scene) -> Iterator[Finding]:
    """Lines about nodes, zones and pools in which failures gather, and about workloads that fail alone."""
    view = scene.view
    failing = {
        (pod.namespace, pod.name): (trouble.subject, trouble.effects)
        for trouble in scene.troubles.values()
        for pod in trouble.failing
    }
    population = [pod for pod in view.pods.values() if pod.phase != "Succeeded"]
    if not failing or len(population) < 2:
        return
    bad = [pod for pod in population if (pod.thing.namespace, pod.thing.name) in failing]
    yield from _workloads(scene, population, bad)
    for kind, share in _places(scene, population).items():
        yield from _place(scene, kind, share, population, bad, failing)


def _workloads(scene: Scene, population: list[Pod], bad: list[Pod]) -> Iterator[Finding]:
    view = scene.view
    by_workload: Counter[Suspect] = Counter(view.folded(view.workload_of(pod)) for pod in population)
    bad_by_workload: Counter[Suspect] = Counter(view.folded(view.workload_of(pod)) for pod in bad)
    for subject in sorted(bad_by_workload):
        there, all_there = bad_by_workload[subject], by_workload[subject]
        chance = tail(len(population), len(bad), all_there, there)
        weight = log_odds(chance)
        if weight <= 0 or subject not in scene.troubles:
            continue
        elsewhere, total = len(bad) - there, len(population) - all_there
        yield Finding(
            view.side_of(subject),
            round(min(weight, 2.0), 3),
            f"{there} of {all_there} pods of {subject} fail, {elsewhere} of {total} elsewhere (chance {chance:.2g}).",
            "object",
            scene.troubles[subject].began_at,
            subject,
            (subject,),
            "concentration",
        )


def _places(scene: Scene, population: list[Pod]) -> Mapping[str, Mapping[str, list[Pod]]]:
    nodes = scene.view.nodes
    found: dict[str, dict[str, list[Pod]]] = {kind: defaultdict(list) for kind in ("Node", "Zone", "NodePool")}
    for pod in population:
        if not pod.node:
            continue
        found["Node"][pod.node].append(pod)
        if (node := nodes.get(pod.node)) is not None:
            if node.zone:
                found["Zone"][node.zone].append(pod)
            if node.pool:
                found["NodePool"][node.pool].append(pod)
    return found


def _place(
    scene: Scene,
    kind: str,
    share: Mapping[str, list[Pod]],
    population: list[Pod],
    bad: list[Pod],
    failing: Mapping[tuple[str, str], tuple[Suspect, frozenset[Effect]]],
) -> Iterator[Finding]:
    if len(share) < 2:
        return
    for name, pods in sorted(share.items()):
        there = [pod for pod in pods if (pod.thing.namespace, pod.thing.name) in failing]
        subjects = {
            subject
            for pod in there
            for subject, effects in [failing[pod.namespace, pod.name]]
            if not effects <= _NEVER_BY_PLACE
        }
        # Pods of one workload fail together wherever they are: a place is suspected for what several share.
        if len(subjects) < 2:
            continue
        chance = tail(len(population), len(bad), len(pods), len(there))
        weight = log_odds(chance)
        if weight <= 0.2:
            continue
        yield Finding(
            Side.CLUSTER,
            round(weight, 3),
            f"{len(there)} of {len(pods)} pods on {kind} {name} fail, {len(bad) - len(there)} of "
            f"{len(population) - len(pods)} elsewhere (chance {chance:.2g}); {len(subjects)} workloads share it.",
            "object",
            min(scene.troubles[one].began_at for one in subjects),
            Suspect(kind, name),
            tuple(sorted(subjects)),
            "concentration",
        )
