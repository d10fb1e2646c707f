"""Which node could take a pod, and what stands in the way on each of the others. PURE.

The scheduler names only the first thing that a node fails. To say whose it is, one has to know the rest: a cordoned
node without the label would not have helped. So each node is asked again, by its labels, size, volumes, taints.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from alerts.kubernetes.fields import dig, mapping, moment, rows, text, texts
from alerts.kubernetes.objects import CONTROL_PLANE_TAINTS, Node, Pod
from triage.verdict.types import Suspect
from triage.verdict.view import View

CORDON = "node.kubernetes.io/unschedulable"
PRESSURE_TAINTS = frozenset(
    {"node.kubernetes.io/memory-pressure", "node.kubernetes.io/disk-pressure", "node.kubernetes.io/pid-pressure"}
)
# Set by Kubernetes, clouds and agents while a node cannot or must not take pods.
_OUT_OF_SERVICE = frozenset(
    {
        *(f"node.kubernetes.io/{name}" for name in ("not-ready", "unreachable", "network-unavailable", "out-of-disk")),
        *("node.kubernetes.io/out-of-service", "node.cloudprovider.kubernetes.io/uninitialized"),
        *("node.cloudprovider.kubernetes.io/shutdown", "ToBeDeletedByClusterAutoscaler", "karpenter.sh/disruption"),
        *("karpenter.sh/disrupted", "karpenter.sh/unregistered", "cloud.google.com/impending-node-termination"),
        *("node.alpha.kubernetes.io/notReady", "node.alpha.kubernetes.io/unreachable", "UpdateInProgress"),
    }
)
_OF_SERVICE_WORDS = (
    *("maintenance", "not-ready", "notready", "drain", "unhealthy", "upgrad", "terminat", "quarantine", "repair"),
    *("shutdown", "uninitialized", "decommission", "rebalance", "cordon", "reboot", "retir", "evict", "in-progress"),
)
_OF_PURPOSE_WORDS = (
    *("dedicated", "gpu", "spot", "preemptible", "lifecycle", "reserved", "tenant", "team", "virtual-kubelet"),
    *(
        "nvidia.com",
        "amd.com",
        "kubernetes.io/arch",
        "kubernetes.io/os",
        "scalesetpriority",
        "infra",
        "criticaladdonsonly",
    ),
    *("sku", "compute-type", "workload", "special", "arch", "windows", "pool", "storage", "highmem", "batch"),
)
_FEW = 3  # nodes: of fewer, a pool of one's own may be all
_NEARLY_ALL = 0.8
_HARD = frozenset({"NoSchedule", "NoExecute", ""})


class Why(StrEnum):
    """Why a node does not take the pod: what is furthest from changing comes first."""

    LABELS = "its labels do not fit"
    VOLUME = "it cannot reach the volume"
    SIZE = "it is too small"
    RESERVED = "it is the control plane's"
    PURPOSE = "it is set aside for others"
    CORDONED = "it is cordoned"
    SERVICE = "it is out of service"
    PRESSURE = "it is under pressure"
    OPEN = "nothing but what runs on it stands in the way"


@dataclass(frozen=True)
class Answer:
    """What each node says to a pod."""

    by_why: Mapping[Why, tuple[Node, ...]]
    too_small_for: Mapping[str, tuple[float, float]]  # resource: asked for, the most that a node has
    reasons: Mapping[str, str]  # node: taint or condition

    def nodes(self, *whys: Why) -> tuple[Node, ...]:
        return tuple(node for why in whys for node in self.by_why.get(why, ()))


def ask(view: View, pod: Pod) -> Answer:
    """Asks every node; an empty answer where no node is known."""
    needs = _needs(pod)
    volumes = tuple(_volumes(view, pod))
    found: dict[Why, list[Node]] = {}
    small: dict[str, tuple[float, float]] = {}
    reasons: dict[str, str] = {}
    has_workers = len(view.reserved_nodes) < len(view.nodes)
    for node in view.nodes.values():
        why, reason = _answer(view, node, pod, needs, volumes, has_workers=has_workers)
        if why is Why.SIZE:
            asked, most = needs[reason], node.allocatable.get(reason, 0.0)
            small[reason] = (asked, max(most, small.get(reason, (asked, 0.0))[1]))
        found.setdefault(why, []).append(node)
        reasons[node.name] = reason
    return Answer({why: tuple(nodes) for why, nodes in found.items()}, small, reasons)


def _needs(pod: Pod) -> dict[str, float]:
    """What the pod asks of a node; a limit without a request is a request."""
    names = {name for one in pod.containers for name in (*one.requests, *one.limits)}
    needs = {}
    for name in sorted(names):
        together = sum(one.requests.get(name, one.limits.get(name, 0.0)) for one in pod.containers if not one.is_init)
        first = [one.requests.get(name, one.limits.get(name, 0.0)) for one in pod.containers if one.is_init]
        needs[name] = max([together, *first])
    return {name: amount for name, amount in needs.items() if amount > 0}


def _answer(
    view: View,
    node: Node,
    pod: Pod,
    needs: Mapping[str, float],
    volumes: tuple[Mapping[str, Any], ...],
    *,
    has_workers: bool,
) -> tuple[Why, str]:
    if not matches(node, pod.spec):
        return Why.LABELS, ""
    if not all(_any_term(node, rows(dig(volume, "required", "nodeSelectorTerms"))) for volume in volumes):
        return Why.VOLUME, ""
    if node.allocatable:
        for name, amount in needs.items():
            if name not in node.allocatable and "/" not in name:
                continue  # every node has some of it; this one was written down without
            if amount > node.allocatable.get(name, 0.0) * (1 + 1e-9):
                return Why.SIZE, name
    return _by_taints(view, node, pod, has_workers=has_workers)


def _by_taints(view: View, node: Node, pod: Pod, *, has_workers: bool) -> tuple[Why, str]:
    """The node would do; may the pod come?"""
    taints = [one for one in node.taints if not tolerates(pod.spec, one) and text(one.get("effect")) in _HARD]
    keys = {text(one.get("key")) for one in taints}
    if keys & CONTROL_PLANE_TAINTS or (node.is_cordoned and has_workers and node.name in view.reserved_nodes):
        return Why.RESERVED, min(keys & CONTROL_PLANE_TAINTS, default="")
    other = [one for one in taints if text(one.get("key")) not in PRESSURE_TAINTS | {CORDON}]
    service = [one for one in other if _is_of_service(view, node, one)]
    if aside := [text(one.get("key")) for one in other if one not in service]:
        return Why.PURPOSE, aside[0]
    if service:
        return Why.SERVICE, text(service[0].get("key"))
    if not node.is_ready or node.is_cordoned or CORDON in keys:
        return (Why.CORDONED, CORDON) if node.is_ready else (Why.SERVICE, "Ready")
    found = keys & PRESSURE_TAINTS
    return (Why.PRESSURE, min(found)) if found else (Why.OPEN, "")


def runs_everywhere(view: View, workload: Suspect) -> bool:
    """Whether it is a DaemonSet for (nearly) every node that is there to work: that is a decision about the cluster."""
    if workload.kind != "DaemonSet":
        return False
    workers = view.nodes.keys() - view.reserved_nodes
    on = {pod.node for pod in view.pods_by_workload.get(workload, ())} & workers
    return len(workers) >= _FEW and len(on) >= _NEARLY_ALL * len(workers)


def _is_of_service(view: View, node: Node, taint: Mapping[str, Any]) -> bool:
    """Whether a taint takes a node out of service, rather than setting it aside for somebody."""
    key = text(taint.get("key"))
    words = f"{key}={text(taint.get('value'))}".casefold()
    if key in _OUT_OF_SERVICE or any(word in words for word in _OF_SERVICE_WORDS):
        return True
    if any(word in words for word in _OF_PURPOSE_WORDS):
        return False
    # What runs there and does not tolerate it was there before it: the taint came into a node in use.
    tenants = [
        pod
        for pod in view.pods_by_node.get(node.name, ())
        if not view.is_platform(view.workload_of(pod)) and pod.phase in {"Running", "Pending"}
    ]
    return bool(tenants) and not any(tolerates(pod.spec, taint) for pod in tenants)


def tolerates(spec: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """Whether the spec of a pod tolerates the taint, as the API defines it."""
    for one in rows(spec.get("tolerations")):
        effect, key = text(one.get("effect")), text(one.get("key"))
        if effect and effect != text(taint.get("effect")):
            continue
        if text(one.get("operator")) == "Exists":
            if not key or key == text(taint.get("key")):
                return True
        elif key == text(taint.get("key")) and text(one.get("value")) == text(taint.get("value")):
            return True
    return False


def matches(node: Node, spec: Mapping[str, Any]) -> bool:
    """Whether the node has what the selector and the required affinity of a pod ask for."""
    labels = node.thing.labels
    if any(labels.get(key) != value for key, value in texts(spec.get("nodeSelector")).items()):
        return False
    required = mapping(dig(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
    terms = rows(required.get("nodeSelectorTerms"))
    return _any_term(node, terms)


def asks_for_labels(spec: Mapping[str, Any]) -> bool:
    """Whether the pod is choosy about nodes at all."""
    path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    return bool(texts(spec.get("nodeSelector")) or rows(dig(spec, *path)))


def _any_term(node: Node, terms: list[Mapping[str, Any]]) -> bool:
    return not terms or any(_term(node, term) for term in terms)


def _term(node: Node, term: Mapping[str, Any]) -> bool:
    by_label = [(one, node.thing.labels.get(text(one.get("key")))) for one in rows(term.get("matchExpressions"))]
    by_field = [(one, node.name) for one in rows(term.get("matchFields")) if one.get("key") == "metadata.name"]
    asked = [*by_label, *by_field]
    return bool(asked) and all(_holds(one, value) for one, value in asked)


def _holds(expression: Mapping[str, Any], value: str | None) -> bool:
    given = expression.get("values")
    values = [text(one) for one in given] if isinstance(given, list) else []
    bound = _number(values[0] if values else None)
    operators = {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
        "Gt": _number(value) > bound,
        "Lt": _number(value) < bound,
    }
    return operators.get(text(expression.get("operator")), True)


def _number(value: str | None) -> float:
    return float(value) if value and value.isdecimal() else float("nan")


def _volumes(view: View, pod: Pod) -> Iterator[Mapping[str, Any]]:
    """Where the volumes of the pod's claims can be used."""
    for volume in rows(pod.spec.get("volumes")):
        name = text(dig(volume, "persistentVolumeClaim", "claimName"))
        claim = view.thing("PersistentVolumeClaim", pod.namespace, name) if name else None
        bound = view.thing("PersistentVolume", "", text(claim.spec.get("volumeName"))) if claim else None
        if bound is not None and (affinity := mapping(bound.spec.get("nodeAffinity"))):
            yield affinity


def reaches(view: View, node: Node, pod: Pod) -> bool:
    """Whether the volumes of the pod can be used on the node."""
    return all(_any_term(node, rows(dig(volume, "required", "nodeSelectorTerms"))) for volume in _volumes(view, pod))


def volume_zones(view: View, pod: Pod) -> frozenset[str]:
    """The zones to which the volumes of the pod are bound."""
    return frozenset(
        text(zone)
        for volume in _volumes(view, pod)
        for term in rows(dig(volume, "required", "nodeSelectorTerms"))
        for row in rows(term.get("matchExpressions"))
        if "zone" in text(row.get("key")) and isinstance(row.get("values"), list)
        for zone in row["values"]
    )


def cordoned_at(view: View, node: Node) -> datetime | None:
    """Since when no pod may come to the node; None where nobody says."""
    for taint in node.taints:
        if text(taint.get("key")) == CORDON and (at := moment(taint.get("timeAdded"))):
            return at
    said = [one for one in view.events_about("Node", "", node.name) if one.reason == "NodeNotSchedulable"]
    return said[-1].last_at if said else None


def template_made_at(view: View, pod: Pod) -> datetime | None:
    """Since when the workload asks for just this: how old its ReplicaSet is, or an object that was never changed."""
    owner = pod.thing.owner
    thing = view.things.get(owner) if owner is not None else None
    if thing is None or (thing.kind != "ReplicaSet" and thing.generation > 1):
        return None
    return thing.created_at


LONG_BEFORE = timedelta(hours=6)


def asked_long_before(view: View, pod: Pod) -> bool:
    """Whether the same was asked for long before this pod: then it is not the request that changed."""
    made, created = template_made_at(view, pod), pod.thing.created_at
    return made is not None and created is not None and created - made > LONG_BEFORE
