"""Who uses how much of what a node has, from metrics and from what the kubelet writes when it evicts. PURE.

The kubelet names the use of the container that it evicts, and that container is often the victim: what counts is how
much it used against the node, against its own request and against everybody else there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.kubernetes.fields import quantity
from alerts.kubernetes.objects import Pod
from triage.verdict.messages import Capture
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import View
from triage.verdict.weights import PROOF

# Until 1.26: "Container x was using 9Ki, which exceeds its request of 0."; later: "..., request is 0, has larger ...".
_USING = Capture(
    r"low on resource: \[?(?P<resource>[a-z-]+).*?Container (?P<container>\S+) was using (?P<use>[0-9.]+[A-Za-z]*)"
    r"(?:,? which exceeds its request of (?P<old>[0-9.]+[A-Za-z]*)|, request is (?P<new>[0-9.]+[A-Za-z]*))?"
)
_LONG_AGO = timedelta(hours=2)  # evicted pods lie around for days
_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "memory": ("container_memory_working_set_bytes", "container_memory_rss", "container_memory_usage_bytes"),
    "ephemeral-storage": ("container_fs_usage_bytes", "kubelet_container_log_filesystem_used_bytes"),
}
_METRIC_OF_NODE = {"memory": "node_memory_MemTotal_bytes", "ephemeral-storage": "node_filesystem_size_bytes"}
# What happens to others on a node on which something ran out.
SUFFERED = frozenset(
    {Effect.EVICTED, Effect.UNREADY, Effect.NODE_LOST, Effect.TERMINATING, Effect.CREATING, Effect.SHORT}
    | {Effect.REQUESTS, Effect.OOM, Effect.OTHER, Effect.OBJECT, Effect.RESOURCES, Effect.UNSCHEDULED, Effect.CRASH}
    | {Effect.BUDGET, Effect.JOB}
)
_NEVER_OWN = frozenset({Effect.EVICTED, Effect.NODE_LOST})
_WITH = timedelta(minutes=15)  # alerts are late, and a node that starves says so only after a while
# Faults that stand in a pod's own template: no neighbour makes them.
_OWN = frozenset({Effect.IMAGE, Effect.CONFIG, Effect.START, Effect.REFUSED})


@dataclass(frozen=True, slots=True)
class Use:
    """What one workload uses on one node."""

    workload: Suspect
    node: str
    amount: float
    requested: float | None  # None: nobody said
    seen_at: datetime
    source: str

    def share_of(self, whole: float | None) -> float | None:
        """How much of the node it is."""
        return self.amount / whole if whole else None


def uses_on_nodes(view: View, resource: str) -> Mapping[str, list[Use]]:
    """By node, the largest first; one entry for each workload."""
    best: dict[tuple[str, Suspect], Use] = {}
    for use in (*_measured(view, resource), *_evicted(view, resource)):
        at = (use.node, use.workload)
        if at not in best or use.amount > best[at].amount:
            best[at] = use
    found: dict[str, list[Use]] = defaultdict(list)
    for use in sorted(best.values(), key=lambda one: (-one.amount, one.workload)):
        found[use.node].append(use)
    return found


def outside_pods(view: View, resource: str) -> Mapping[str, float]:
    """By node, the most that a single service of the machine uses, as cAdvisor tells of control groups."""
    found: dict[str, float] = defaultdict(float)
    for sample in view.metric(*_RESOURCES[resource]):
        group = sample.labels.get("id", "")
        if group.startswith(("/system", "/user", "/podruntime", "/kubelet")) and not sample.labels.get("pod"):
            node = view.node_of_sample(sample.labels)
            found[node] = max(found[node], sample.value)
    return found


def whole_of(view: View, node: str, resource: str) -> float | None:
    """What the node has of it, in bytes."""
    known = view.nodes.get(node)
    if known is not None and (amount := known.allocatable.get(resource)):
        return amount
    samples = [one.value for one in view.metric(_METRIC_OF_NODE[resource]) if view.node_of_sample(one.labels) == node]
    return max(samples, default=None)


def requested_by(view: View, workload: Suspect, resource: str) -> float | None:
    """What a pod of the workload asks for; None where no pod is known."""
    pods = view.pods_by_workload.get(workload)
    return pods[0].requested(resource) if pods else None


def is_unlimited(view: View, workload: Suspect, resource: str) -> bool:
    """Whether a container of the workload may take all that there is."""
    pods = view.pods_by_workload.get(workload) or []
    return any(resource not in one.limits for pod in pods[:1] for one in pod.containers if not one.is_init)


def _measured(view: View, resource: str) -> Iterator[Use]:
    """Containers of a pod are summed; a row for the pod as a whole counts where it is more."""
    for name in _RESOURCES[resource]:
        by_pod: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
        for sample in view.metric(name):
            labels = sample.labels
            container = labels.get("container") or labels.get("container_name", "")
            pod = labels.get("pod") or labels.get("pod_name", "")
            if pod and labels.get("namespace") and container != "POD":
                at = (labels["namespace"], pod, _node(view, labels, pod))
                by_pod[at][container] = max(by_pod[at].get(container, 0.0), sample.value)
        for (namespace, pod, node), containers in by_pod.items():
            workload = view.workload_of_sample({"namespace": namespace, "pod": pod})
            if workload is None or not node:
                continue
            amount = max(containers.get("", 0.0), sum(value for one, value in containers.items() if one))
            yield Use(workload, node, amount, requested_by(view, workload, resource), view.now, "metric")


def _node(view: View, labels: Mapping[str, str], pod: str) -> str:
    known = view.pods.get((labels["namespace"], pod))
    return (known.node if known is not None else "") or view.node_of_sample(labels)


def _evicted(view: View, resource: str) -> Iterator[Use]:
    for namespace, pod, node, message, at in evictions(view):
        match = _USING.find(message)
        if match is None or match["resource"] != resource:
            continue
        amount = quantity(match["use"])
        if amount is None or not node:
            continue
        workload = view.workload_of_pod_named(namespace, pod)
        said = match["new"] or match["old"]
        requested = quantity(said) if said else requested_by(view, workload, resource)
        yield Use(workload, node, amount, requested, at, "event")


def evictions(view: View) -> list[tuple[str, str, str, str, datetime]]:
    """Pods that a kubelet evicted lately: namespace, pod, node, message, and when."""
    found: dict[tuple[str, str], tuple[str, str, str, str, datetime]] = {}
    for event in view.events_with("Evicted"):
        if event.kind == "Pod":
            pod = view.pods.get((event.namespace, event.name))
            node = (
                event.host or (pod.node if pod is not None else "") or _scheduled_to(view, event.namespace, event.name)
            )
            found[event.namespace, event.name] = (event.namespace, event.name, node, event.message, event.last_at)
    for pod in view.evicted:
        at = _ended(pod, view.now)
        if (pod.namespace, pod.name) not in found and view.now - at <= _LONG_AGO:
            found[pod.namespace, pod.name] = (pod.namespace, pod.name, pod.node, pod.message, at)
    return [found[key] for key in sorted(found)]


def _ended(pod: Pod, now: datetime) -> datetime:
    moments = [one.changed_at for one in pod.conditions.values() if one.changed_at]
    moments += [one.ended_at for one in pod.containers if one.ended_at]
    return max(moments, default=now)


def _scheduled_to(view: View, namespace: str, pod: str) -> str:
    for event in view.events_about("Pod", namespace, pod):
        if event.reason == "Scheduled" and " to " in event.message:
            return event.message.rpartition(" to ")[2].strip()
    return ""


def harmed(scene: Scene, nodes: Iterable[str], culprit: Suspect, onset: datetime) -> tuple[Suspect, ...]:
    """The troubles that one who exhausted these nodes is to blame for: theirs, the culprit's own, and the victims'."""
    found: set[Suspect] = set()
    for node in nodes:
        found |= {one.subject for one in scene.on_node(node) if _suffers(one, onset)}
        found |= {one for one in (Suspect("Node", node),) if one in scene.troubles}
        if node in scene.view.lost_nodes:
            found |= {one for one in scene.troubles if one.kind == "Component" and one.name == "kubelet"}
    if culprit in scene.troubles and not scene.troubles[culprit].effects & _OWN:
        found.add(culprit)
    return tuple(sorted(found))


def _suffers(trouble: Trouble, onset: datetime) -> bool:
    """What crashes may do so by itself: it counts as a victim only if it began with the node's trouble."""
    if not trouble.effects & SUFFERED or trouble.effects & _OWN:
        return False
    may_be_own = bool(trouble.effects & {Effect.CRASH, Effect.OOM, Effect.JOB, Effect.REQUESTS})
    return not may_be_own or bool(trouble.effects & _NEVER_OWN) or trouble.began_at >= onset - _WITH


def taken_back(scene: Scene, nodes: Iterable[str], explained: tuple[Suspect, ...], line: Finding) -> Iterator[Finding]:
    """The node is where it shows: what it says of itself speaks for the culprit then, and no longer against the node.

    The lines against it are as strong as the line for the culprit is certain: at most all that a node can gather.
    """
    accused = [Suspect("Node", node) for node in sorted(nodes)]
    accused += [one for one in explained if scene.view.is_platform(one) and one.kind == "Component"]
    for suspect in accused:
        yield Finding(
            scene.view.side_of(suspect),
            -round(2.2 * min(line.weight, PROOF), 3),
            f"{suspect} is where it shows: {line.claim}",
            line.source,
            line.observed_at,
            suspect,
            explained,
            line.rule,
        )


def size(amount: float) -> str:
    """Bytes as people write them: `13.9 GB`."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            return f"{amount:.1f} {unit}" if amount < 100 and unit != "B" else f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.0f} B"
