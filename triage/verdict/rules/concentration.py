"""A node, zone, pool or workload in which failures gather more than chance would have it is suspected.

For each node, zone, node pool and workload: of the pods that share it, how many fail, against how many of those that do
not? The others are the control group. The formula and its source are in `triage/verdict/concentration.py`. Small counts
stay small: one failing pod of three proves nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from alerts.kubernetes.objects import Pod
from triage.verdict.concentration import log_odds, tail
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View

_NEVER_BY_PLACE = frozenset({Effect.IMAGE, Effect.CONFIG, Effect.REFUSED, Effect.UNSCHEDULED})


def concentration(scene: Scene) -> Iterator[Finding]:
    """Lines about nodes, zones and pools in which failures gather, and about workloads that fail alone."""
    view = scene.view
    bad = {
        (pod.namespace, pod.name): _Failure(pod, trouble)
        for trouble in scene.troubles.values()
        for pod in trouble.failing
        if pod.phase != "Succeeded" and (pod.namespace, pod.name) in view.pods
    }
    total = sum(1 for pod in view.pods.values() if pod.phase != "Succeeded")
    if not bad or total < 2:
        return
    yield from _workloads(scene, total, [one.pod for one in bad.values()])
    by_node: dict[str, list[_Failure]] = defaultdict(list)
    for one in bad.values():
        by_node[one.pod.node].append(one)
    crowd = {name: sum(1 for pod in pods if pod.phase != "Succeeded") for name, pods in view.pods_by_node.items()}
    for kind, nodes_of in _places(view).items():
        if len(nodes_of) < 2:
            continue
        for name, nodes in sorted(nodes_of.items()):
            there = [one for node in nodes for one in by_node.get(node, ())]
            yield from _place(Suspect(kind, name), there, _Counts(total, len(bad), sum(crowd[node] for node in nodes)))


class _Failure(NamedTuple):
    """A pod that fails, and with what."""

    pod: Pod
    trouble: Trouble


class _Counts(NamedTuple):
    """How many pods there are, how many of them fail, and how many share a place."""

    total: int
    bad: int
    sharing: int


def _workloads(scene: Scene, population: int, bad: list[Pod]) -> Iterator[Finding]:
    view = scene.view
    by_workload: Counter[Suspect] = Counter()
    for workload, pods in view.pods_by_workload.items():
        by_workload[view.folded(workload)] += sum(1 for pod in pods if pod.phase != "Succeeded")
    bad_by_workload: Counter[Suspect] = Counter(view.folded(view.workload_of(pod)) for pod in bad)
    for subject in sorted(bad_by_workload):
        there, all_there = bad_by_workload[subject], by_workload[subject]
        chance = tail(population, len(bad), all_there, there)
        weight = log_odds(chance)
        if weight <= 0 or subject not in scene.troubles:
            continue
        elsewhere, total = len(bad) - there, population - all_there
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


def _places(view: View) -> Mapping[str, Mapping[str, list[str]]]:
    """The nodes, zones and pools in which pods stand, each with its nodes."""
    found: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in ("Node", "Zone", "NodePool")}
    for name, pods in view.pods_by_node.items():
        if all(pod.phase == "Succeeded" for pod in pods):
            continue
        node = view.nodes.get(name)
        zone, pool = (node.zone, node.pool) if node is not None else ("", "")
        for kind, place in (("Node", name), ("Zone", zone), ("NodePool", pool)):
            if place:
                found[kind][place].append(name)
    return found


def _place(suspect: Suspect, there: list[_Failure], counts: _Counts) -> Iterator[Finding]:
    began = {one.trouble.subject: one.trouble.began_at for one in there if not one.trouble.effects <= _NEVER_BY_PLACE}
    # Pods of one workload fail together wherever they are: a place is suspected for what several share.
    if len(began) < 2:
        return
    chance = tail(counts.total, counts.bad, counts.sharing, len(there))
    weight = log_odds(chance)
    if weight <= 0.2:
        return
    yield Finding(
        Side.CLUSTER,
        round(weight, 3),
        f"{len(there)} of {counts.sharing} pods on {suspect.kind} {suspect.name} fail, {counts.bad - len(there)} of "
        f"{counts.total - counts.sharing} elsewhere (chance {chance:.2g}); {len(began)} workloads share it.",
        "object",
        min(began.values()),
        suspect,
        tuple(sorted(began)),
        "concentration",
    )
