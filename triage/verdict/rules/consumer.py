"""Whoever takes most of a node, above its request, is to blame when the node runs out, and not the victims.

How much each one takes is told by the kubelet when it evicts (`was using X, request is Y`) and by metrics of
containers. A consumer counts that takes a good part of the node, far above what it asked for, and far more than the
next. The node, and everything that is evicted, killed or slow on it, then follows from that.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.kubernetes.fields import quantity
from alerts.kubernetes.objects import Node, Pod
from triage.verdict.messages import Pattern
from triage.verdict.scene import Scene
from triage.verdict.states import IMAGE_REASONS, Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG

RULE = "consumer"


class Good(StrEnum):
    """What a node runs out of."""

    MEMORY = "memory"
    DISK = "ephemeral-storage"
    PROCESSES = "processes"
    WRITES = "disk throughput"
    CPU = "cpu"


_METRICS: Mapping[Good, tuple[str, ...]] = {
    Good.MEMORY: ("container_memory_working_set_bytes", "container_memory_rss", "container_memory_usage_bytes"),
    Good.DISK: (
        "kubelet_container_log_filesystem_used_bytes",
        "container_fs_usage_bytes",
        "ephemeral_storage_pod_usage",
    ),
    Good.PROCESSES: ("container_processes", "container_threads"),
    Good.WRITES: ("container_fs_writes_bytes_total", "container_fs_writes_bytes", "container_fs_reads_bytes_total"),
    Good.CPU: ("container_cpu_usage_seconds_total",),
}
_CONDITIONS = {"MemoryPressure": Good.MEMORY, "DiskPressure": Good.DISK, "PIDPressure": Good.PROCESSES}
_EVENTS = {
    "SystemOOM": Good.MEMORY,
    "NodeHasInsufficientMemory": Good.MEMORY,
    "NodeHasDiskPressure": Good.DISK,
    "FreeDiskSpaceFailed": Good.DISK,
    "ImageGCFailed": Good.DISK,
    "NodeHasInsufficientPID": Good.PROCESSES,
}
_ALERTS: tuple[tuple[str, Good], ...] = (
    ("filesystem", Good.DISK),
    ("diskspace", Good.DISK),
    ("diskpressure", Good.DISK),
    ("diskio", Good.WRITES),
    ("iosaturation", Good.WRITES),
    ("iowait", Good.WRITES),
    ("memory", Good.MEMORY),
    ("oom", Good.MEMORY),
    ("pid", Good.PROCESSES),
    ("cpu", Good.CPU),
    ("systemsaturation", Good.CPU),
    ("load", Good.CPU),
)
_EVICTED = Pattern(
    r"low on resource: (?P<good>[a-z-]+)\.[^\n]*Container (?P<container>\S+) was using (?P<used>[0-9.]+[A-Za-z]*),"
    r" (request is|which exceeds its request of) (?P<request>[0-9.]+[A-Za-z]*)"
)
# What a node without memory, disk or processes does to what is on it.
_SUFFERS = frozenset(
    {Effect.EVICTED, Effect.OOM, Effect.UNREADY, Effect.NODE_LOST, Effect.CRASH, Effect.CREATING, Effect.TERMINATING}
    | {Effect.START, Effect.SHORT, Effect.REQUESTS, Effect.OTHER, Effect.UNSCHEDULED, Effect.OBJECT}
)
_LARGE = {Good.MEMORY: 0.25, Good.DISK: 0.15}  # of what the node has
_TIMES = {Good.MEMORY: 1.5, Good.DISK: 3.0, Good.PROCESSES: 8.0, Good.WRITES: 8.0, Good.CPU: 3.0}  # of the next one
_PAIRS = {"memory": Good.MEMORY, "ephemeral-storage": Good.DISK, "pids": Good.PROCESSES}
_NOTABLE = 2.0**30  # bytes of memory
# A node that is out of memory is told by its conditions, its events and several alerts; all of them are its symptoms.
_CLEARED = -(PROOF + STRONG)


@dataclass(frozen=True, slots=True)
class Use:
    """How much a workload takes of a node."""

    subject: Suspect
    amount: float
    request: float
    source: str


def consumer(scene: Scene) -> Iterator[Finding]:
    """Lines about whoever takes most of a node that has too little."""
    short = _short_nodes(scene)
    if not short:
        return
    uses = _uses(scene, short)
    for (name, good), by_subject in sorted(uses.items()):
        node = scene.view.nodes.get(name)
        chosen = _largest(node, good, by_subject)
        if chosen is not None:
            yield from _blame(scene, name, good, chosen, node)


def _short_nodes(scene: Scene) -> Mapping[str, set[Good]]:
    """Nodes that run out of something, and of what."""
    view = scene.view
    found: dict[str, set[Good]] = defaultdict(set)
    for node in view.nodes.values():
        for condition, good in _CONDITIONS.items():
            if condition in node.conditions and node.conditions[condition].status == "True":
                found[node.name].add(good)
    for event in view.events_with(*_EVENTS):
        if event.kind == "Node" and Suspect("Node", event.name) in scene.troubles:
            found[event.name].add(_EVENTS[event.reason])
    for trouble in scene.troubles.values():
        if trouble.subject.kind == "Node":
            for symptom in trouble.symptoms:
                words = symptom.alertname.casefold()
                found[trouble.subject.name] |= {good for word, good in _ALERTS if word in words}
        for pod in trouble.failing:
            if pod.reason == "Evicted" and pod.node and (groups := _EVICTED.find(pod.message)):
                found[pod.node] |= {_PAIRS[groups["good"]]} if groups["good"] in _PAIRS else set()
    return found


def _uses(scene: Scene, short: Mapping[str, set[Good]]) -> dict[tuple[str, Good], dict[Suspect, Use]]:
    found: dict[tuple[str, Good], dict[Suspect, Use]] = defaultdict(dict)
    for node, good, use in [*_by_metrics(scene.view), *_by_evictions(scene.view)]:
        if good not in short.get(node, ()):
            continue
        known = found[node, good].get(use.subject)
        if known is None or use.amount > known.amount:
            found[node, good][use.subject] = use
    return found


def _by_metrics(view: View) -> Iterator[tuple[str, Good, Use]]:
    for good, metrics in _METRICS.items():
        for sample in view.metric(*metrics):
            labels = sample.labels
            # The exporter of ephemeral storage names them its own way.
            namespace = labels.get("pod_namespace") or labels.get("namespace", "")
            name = labels.get("pod_name") or labels.get("pod", "")
            if not namespace or labels.get("container") == "POD":
                continue
            pod = view.pods.get((namespace, name))
            workload = _workload(view, namespace, name, labels.get("container", ""))
            node = (pod.node if pod else "") or view.node_of_sample(labels) or _only_node(view, workload)
            if node and workload is not None:
                request = pod.requested(good.value) if pod else 0.0
                yield node, good, Use(view.folded(workload), sample.value, request, "metric")


def _workload(view: View, namespace: str, pod: str, container: str) -> Suspect | None:
    """What the labels of a sample mean: a pod, the name of a workload, or only a container's."""
    if pod:
        return view.workload_named(namespace, pod) or view.workload_of_pod_named(namespace, pod)
    return view.workload_named(namespace, container) if container else None


def _only_node(view: View, workload: Suspect | None) -> str:
    nodes = {pod.node for pod in view.pods_by_workload.get(workload, ())} if workload else set()
    return min(nodes) if len(nodes) == 1 else ""


def _by_evictions(view: View) -> Iterator[tuple[str, Good, Use]]:
    told = [(pod.namespace, pod.name, pod.message, pod.node) for pod in view.pods.values() if pod.reason == "Evicted"]
    told += [(one.namespace, one.name, one.message, one.host) for one in view.events_with("Evicted")]
    for namespace, name, message, host in told:
        groups = _EVICTED.find(message)
        if groups is None or groups["good"] not in _PAIRS:
            continue
        pod = view.pods.get((namespace, name))
        node = host or (pod.node if pod else "")
        used, request = quantity(groups["used"]), quantity(groups["request"])
        if node and used is not None:
            subject = view.folded(view.workload_of_pod_named(namespace, name))
            yield node, _PAIRS[groups["good"]], Use(subject, used, request or 0.0, "event")


def _largest(node: Node | None, good: Good, by_subject: Mapping[Suspect, Use]) -> Use | None:
    """The one that takes a good part of the node, far above its request, and far more than the next."""
    ranked = sorted(by_subject.values(), key=lambda one: (-(one.amount - one.request), one.subject))
    if not ranked:
        return None
    first, rest = ranked[0], ranked[1:]
    if first.amount <= 1.5 * first.request:
        return None
    room = node.allocatable.get(good.value, 0.0) if node else 0.0
    is_large = bool(room) and first.amount >= _LARGE.get(good, 1.0) * room
    if rest:
        is_ahead = first.amount >= _TIMES[good] * rest[0].amount
        return first if is_ahead and (is_large or not room or first.source == "metric") else None
    # The kubelet evicts whoever is furthest above its request first: of memory that says enough by itself.
    is_first = good is Good.MEMORY and first.source == "event" and first.amount >= _NOTABLE
    return first if is_large or is_first else None


def _blame(scene: Scene, name: str, good: Good, use: Use, node: Node | None) -> Iterator[Finding]:
    victims = _victims(scene, name, use.subject)
    if not victims:
        return
    at = min(one.began_at for one in victims)
    subjects = tuple(one.subject for one in victims)
    of = f" of {_amount(good, node.allocatable[good.value])}" if node and node.allocatable.get(good.value) else ""
    asked = f", having asked for {_amount(good, use.request)}" if good in _LARGE else ""
    claim = f"{use.subject} takes {_amount(good, use.amount)}{of} ({good}) on {name}{asked}."
    source = "metric" if use.source == "metric" else "event"
    yield Finding(
        scene.view.side_of(use.subject), PROOF, claim, source, at, use.subject, subjects, RULE, is_specific=True
    )
    # The node's own lines are about what it suffers; whatever explains its victims by it is a step in between.
    cleared = f"{name} runs out of {good} because of {use.subject}."
    yield Finding(Side.CLUSTER, _CLEARED, cleared, source, at, Suspect("Node", name), subjects, RULE)
    for victim in victims:
        if victim.subject not in {use.subject, Suspect("Node", name)}:
            side = scene.view.side_of(victim.subject)
            yield Finding(side, -FAIR, cleared, source, at, victim.subject, (victim.subject,), RULE)


def _victims(scene: Scene, name: str, culprit: Suspect) -> list[Trouble]:
    """The node itself, and what fails on it in a way that comes of it."""
    node = Suspect("Node", name)
    found = [scene.troubles[node]] if node in scene.troubles else []
    for trouble in scene.on_node(name):
        there = [pod for pod in trouble.failing if pod.node == name]
        if trouble.subject == culprit or (
            trouble.effects & _SUFFERS and (there or not trouble.failing) and _fits(there)
        ):
            found.append(trouble)
    if culprit in scene.troubles and culprit not in {one.subject for one in found}:
        found.append(scene.troubles[culprit])
    return found


def _fits(pods: list[Pod]) -> bool:
    """Not what has a fault of its own that names itself."""
    return not any(one.waiting in _NAMED for pod in pods for one in pod.containers)


_NAMED = IMAGE_REASONS | {"CreateContainerConfigError"}


def _amount(good: Good, value: float) -> str:
    if good in {Good.MEMORY, Good.DISK}:
        return f"{value / 2**30:.1f}Gi" if value >= 2**30 else f"{value / 2**20:.0f}Mi"
    return f"{value / 1e6:.0f} MB/s" if good is Good.WRITES else f"{value:.0f}"
