"""What fails only on nodes of one make, and is well on the others, fails of the nodes: new ones, or another kernel.

Nodes are compared by what a platform changes about them: when they joined, the versions of kernel, kubelet, runtime
and operating system, instance type and processor. Of the pods on nodes that share one value, how many fail, against
those on the rest (the tail of `triage/verdict/concentration.py`)? A workload counts only where its other pods are well
elsewhere, or where several workloads share the fate: a rollout that fails wherever it runs is no fault of the nodes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta

from alerts.kubernetes.fields import dig, text
from alerts.kubernetes.objects import Node
from triage.verdict.concentration import log_odds, tail
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import FAIR

_INFO = {
    "kernel": "kernelVersion",
    "kubelet": "kubeletVersion",
    "runtime": "containerRuntimeVersion",
    "operating system": "osImage",
    "processor": "architecture",
}
_TYPES = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_NEW = timedelta(days=7)
_OLDER = timedelta(days=1)  # by which all others must have joined before the new ones
# A node may do these to a pod by being what it is.
_BY_NODES = frozenset({Effect.CRASH, Effect.UNREADY, Effect.CREATING, Effect.INIT, Effect.REQUESTS, Effect.SHORT})
_BY_NODES |= {Effect.START, Effect.OOM, Effect.OTHER, Effect.NODE_LOST}


def cohort(scene: Scene) -> Iterator[Finding]:
    """A line for each kind of node on which alone workloads fail."""
    view = scene.view
    fitting = [one for one in scene.of_tenants if one.failing and one.effects <= _BY_NODES]
    if not fitting or len(view.nodes) < 3:
        return
    workers = {name for name in view.nodes if name not in view.reserved_nodes}
    for what, members in _cohorts(scene, workers):
        hit = [one for one in fitting if _only_there(one, members)]
        if len(hit) < 2 and not any(_is_well_elsewhere(one, members) for one in hit):
            continue
        yield from _judged(scene, what, members, workers, hit)


def _cohorts(scene: Scene, workers: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Groups of several nodes, and what they have in common that the rest has not."""
    found: Mapping[tuple[str, str], set[str]] = defaultdict(set)
    for name in sorted(workers):
        node = scene.view.nodes[name]
        for word, field in _INFO.items():
            found[word, text(dig(node.thing.status, "nodeInfo", field))].add(name)
        found["instance type", next((node.thing.labels[one] for one in _TYPES if one in node.thing.labels), "")].add(
            name
        )
    seen: set[frozenset[str]] = set()
    for (word, value), names in sorted(found.items()):
        group = frozenset(names)
        if value and 1 < len(group) < len(workers) and group not in seen:
            seen.add(group)
            yield f"with {word} {value}", group
    new = _newest(scene, workers)
    if new and new not in seen:
        yield "that joined last", new


def _newest(scene: Scene, workers: set[str]) -> frozenset[str]:
    ages: list[tuple[timedelta, Node]] = sorted(
        (
            (scene.view.now - node.thing.created_at, node)
            for node in map(scene.view.nodes.__getitem__, workers)
            if node.thing.created_at
        ),
        key=lambda pair: (pair[0], pair[1].name),
    )
    new = [node.name for age, node in ages if age <= _NEW]
    old = [age for age, _ in ages if age > _NEW]
    if len(new) < 2 or not old or old[0] - max(age for age, _ in ages[: len(new)]) < _OLDER:
        return frozenset()
    return frozenset(new)


def _only_there(trouble: Trouble, members: frozenset[str]) -> bool:
    places = {pod.node for pod in trouble.failing if pod.node}
    return bool(places) and places <= members


def _is_well_elsewhere(trouble: Trouble, members: frozenset[str]) -> bool:
    return any(pod.node and pod.node not in members for pod in trouble.well)


def _judged(
    scene: Scene, what: str, members: frozenset[str], workers: set[str], hit: list[Trouble]
) -> Iterator[Finding]:
    view = scene.view
    population = [pod for name in workers for pod in view.pods_by_node.get(name, ()) if pod.phase != "Succeeded"]
    failing = {(pod.namespace, pod.name) for one in scene.troubles.values() for pod in one.failing}
    there = [pod for pod in population if pod.node in members]
    bad = [pod for pod in population if (pod.namespace, pod.name) in failing]
    bad_there = [pod for pod in bad if pod.node in members]
    chance = tail(len(population), len(bad), len(there), len(bad_there))
    weight = log_odds(chance)
    if weight < 1:
        return
    twins = sum(_is_well_elsewhere(one, members) for one in hit)
    yield Finding(
        Side.CLUSTER,
        round(weight + (FAIR if twins else 0.0), 3),
        f"{len(bad_there)} of {len(there)} pods on the {counted(len(members), 'node')} {what} fail, "
        f"{len(bad) - len(bad_there)} of {len(population) - len(there)} on the others (chance {chance:.2g}); "
        f"{counted(twins, 'workload')} of these run well elsewhere.",
        "object",
        min(one.began_at for one in hit),
        Suspect("NodePool", f"nodes {what}"),
        tuple(one.subject for one in hit),
        "cohort",
        is_specific=bool(twins),
    )
