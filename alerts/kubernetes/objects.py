"""The objects of a cluster, with what a verdict looks at. PURE.

These fields are what a watcher has to keep of each object; everything else of it may be dropped. Never here: the values
of environment variables, the data of Secrets and ConfigMaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Ref(NamedTuple):
    """An object by kind, namespace and name; the namespace is empty for what stands in none."""

    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a status."""

    status: str  # True, False or Unknown
    reason: str = ""
    message: str = ""
    changed_at: datetime | None = None
    heartbeat_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """Any object. `body` holds its other top-level fields as the API wrote them."""

    kind: str
    namespace: str
    name: str
    uid: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    deleted_at: datetime | None = None  # when its deletion was asked for
    owner: Ref | None = None  # the controller that made it
    generation: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.namespace, self.name)

    @property
    def spec(self) -> Mapping[str, Any]:
        spec = self.body.get("spec")
        return spec if isinstance(spec, dict) else {}

    @property
    def status(self) -> Mapping[str, Any]:
        status = self.body.get("status")
        return status if isinstance(status, dict) else {}


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod: what it is to be, and how it is."""

    name: str
    image: str = ""
    is_init: bool = False
    is_ready: bool = False
    is_running: bool = False
    restarts: int = 0
    waiting: str = ""  # the reason: CrashLoopBackOff, ImagePullBackOff, ContainerCreating, ...
    waiting_message: str = ""
    ended: str = ""  # the reason of its last end: Error, OOMKilled, Completed, ...
    ended_message: str = ""
    exit_code: int | None = None  # of its last end
    ended_at: datetime | None = None
    started_at: datetime | None = None
    is_over: bool = False  # it has ended and does not run again
    requests: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)  # its part of the pod's spec


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, with how it is."""

    thing: Thing
    node: str = ""
    phase: str = ""
    reason: str = ""
    message: str = ""
    containers: tuple[Container, ...] = ()
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    is_well: bool = False  # ready, or over with success

    @property
    def namespace(self) -> str:
        return self.thing.namespace

    @property
    def name(self) -> str:
        return self.thing.name

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.thing.spec

    def requested(self, resource: str) -> float:
        """What the pod asks of a node, in units: the containers together, or the largest init container."""
        together = sum(one.requests.get(resource, 0.0) for one in self.containers if not one.is_init)
        return max([together, *(one.requests.get(resource, 0.0) for one in self.containers if one.is_init)])


@dataclass(frozen=True, slots=True)
class Node:
    """A node, with how it is."""

    thing: Thing
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    taints: tuple[Mapping[str, Any], ...] = ()
    is_cordoned: bool = False
    allocatable: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.thing.name

    @property
    def is_ready(self) -> bool:
        """A node that does not say is taken for ready: silence about a condition is no failure."""
        ready = self.conditions.get("Ready")
        return ready is None or ready.status == "True"

    @property
    def zone(self) -> str:
        labels = self.thing.labels
        return labels.get("topology.kubernetes.io/zone") or labels.get("failure-domain.beta.kubernetes.io/zone") or ""

    @property
    def pool(self) -> str:
        """Its node pool, by the labels that clouds and Karpenter write."""
        return next((self.thing.labels[label] for label in POOL_LABELS if self.thing.labels.get(label)), "")

    @property
    def is_control_plane(self) -> bool:
        return any(
            f"node-role.kubernetes.io/{role}" in self.thing.labels for role in ("control-plane", "master")
        ) or any(str(taint.get("key")) in CONTROL_PLANE_TAINTS for taint in self.taints)


POOL_LABELS = (
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "karpenter.sh/nodepool",
    "kubernetes.azure.com/agentpool",
    "agentpool",
    "node.kubernetes.io/pool",
    "pool",
)
CONTROL_PLANE_TAINTS = frozenset({"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"})


@dataclass(frozen=True, slots=True)
class Objects:
    """Everything that was read of a cluster at one moment."""

    pods: tuple[Pod, ...] = ()
    nodes: tuple[Node, ...] = ()
    others: tuple[Thing, ...] = ()
