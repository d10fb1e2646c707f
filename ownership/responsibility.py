"""Who answers for a failure of this kind, the team or the cluster's operators: a table, and the sentence for it. PURE.

Owning a namespace says which team; the level says how much of it is theirs. What is not the team's is the operators'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How much of its namespace a team answers for, from least to most."""

    IMAGE = "image"  # it builds images; others deploy them
    WORKLOADS = "workloads"  # deployments, pods, configuration
    NAMESPACE = "namespace"  # every kind in the namespace but the guarded ones
    FULL = "full"  # the guarded kinds as well, and on a cluster of its own the cluster

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Tenancy(StrEnum):
    """Whether a cluster is one team's or everybody's."""

    SHARED = "shared"
    DEDICATED = "dedicated"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class FallbackPolicy(StrEnum):
    """Who looks first in a cluster at what nobody owns, and at what is uncertain."""

    TEAM = "team"  # the fallback of the cluster
    OPERATORS = "operators"  # those who operate it
    OWNER = "owner"  # at what is uncertain its owner, at what nobody owns the fallback

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Side(StrEnum):
    """Where a failure lies."""

    CLUSTER = "cluster"
    APPLICATION = "application"
    UNCERTAIN = "uncertain"


class Who(StrEnum):
    """Who answers."""

    OPERATORS = "operators"
    TEAM = "team"


class Kinds(StrEnum):
    """Kinds that are always split alike."""

    IMAGE = "image"
    WORKLOAD = "workload"
    NAMESPACED = "namespaced"
    GUARDED = "guarded"
    CLUSTER = "cluster"


@dataclass(frozen=True)
class Answer:
    """Who answers for a failure, and the sentence that says why."""

    who: Who
    why: str


@dataclass(frozen=True)
class Cell:
    """One cell of the table: who answers for a kind at a level, where that was written, and for where it holds."""

    kind: str
    level: Level
    who: Who
    source: str
    where: str
    updated_at: datetime | None = None

    def __str__(self) -> str:
        return f"the split of kinds {self.where} gives {self.kind} at level {self.level} to the {self.who}"


KINDS: Mapping[Kinds, frozenset[str]] = {
    Kinds.IMAGE: frozenset({"Image", "Container"}),
    Kinds.WORKLOAD: frozenset(
        {
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Job",
            "CronJob",
            "Pod",
            "Workload",
            "ConfigMap",
            "Secret",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
        }
    ),
    Kinds.GUARDED: frozenset({"NetworkPolicy", "ResourceQuota", "LimitRange", "Role", "RoleBinding"}),
    Kinds.CLUSTER: frozenset(
        {
            "Cluster",
            "Node",
            "NodePool",
            "Zone",
            "Component",
            "PersistentVolume",
            "StorageClass",
            "CSIDriver",
            "IngressClass",
            "PriorityClass",
            "RuntimeClass",
            "ClusterRole",
            "ClusterRoleBinding",
            "CustomResourceDefinition",
            "APIService",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        }
    ),
}
"""What no set names is a namespaced kind: custom resources come in any number."""

LEAST_LEVEL: Mapping[Kinds, Level | None] = {
    Kinds.IMAGE: Level.IMAGE,
    Kinds.WORKLOAD: Level.WORKLOADS,
    Kinds.NAMESPACED: Level.NAMESPACE,
    Kinds.GUARDED: Level.FULL,
    Kinds.CLUSTER: None,
}
"""From which level on a kind is the team's; None: at no level, unless the cluster is the team's own."""

_RANK: Mapping[Level, int] = {level: rank for rank, level in enumerate(Level)}
_NOUN: Mapping[Kinds, str] = {
    Kinds.IMAGE: "what runs inside its images",
    Kinds.WORKLOAD: "its workloads and their configuration",
    Kinds.NAMESPACED: "everything in its namespace but the guarded kinds",
    Kinds.GUARDED: "the guarded kinds of its namespace",
    Kinds.CLUSTER: "the cluster",
}


def is_of_the_cluster(kind: str) -> bool:
    """Whether objects of this kind stand in no namespace."""
    return kind.casefold() in _BY_KIND and _BY_KIND[kind.casefold()] is Kinds.CLUSTER


def is_workload(kind: str) -> bool:
    """Whether objects of this kind run pods, or stand for what does."""
    return kind.casefold() in _RUNS_PODS


def shipped_who(kind: str, level: Level, tenancy: str) -> Who:
    """What the shipped table says about a failure of the application."""
    return answers_for(Side.APPLICATION, kind, level, tenancy).who


def answers_for(side: str, kind: str, level: str, tenancy: str, *, cell: "Cell | None" = None) -> Answer:
    """Who answers for a failure on this side, of a thing of this kind.

    Args:
        side: a value of `Side`; anything but `cluster` and `application` counts as uncertain.
        kind: the kind of what is to blame, as Kubernetes writes it; in any case. An unknown one is a namespaced kind.
        level: the team's level in the namespace, a value of `Level`; an unknown one counts as the default, `namespace`.
        tenancy: of the cluster, a value of `Tenancy`.
        cell: what the map writes over the shipped table for this kind and level, where it does.
    """
    at = Level(level) if level in set(Level) else Level.NAMESPACE
    owns_cluster = at is Level.FULL and tenancy == Tenancy.DEDICATED
    if side == Side.APPLICATION and cell:
        return Answer(cell.who, str(cell))
    if side == Side.APPLICATION:
        return _for_the_application(_BY_KIND.get(kind.casefold(), Kinds.NAMESPACED), kind, at, owns_cluster)
    if owns_cluster:
        return Answer(Who.TEAM, "the cluster is the team's own, and its level is full")
    if side == Side.CLUSTER:
        return Answer(Who.OPERATORS, f"a failure of the cluster is its operators' at level {at} on a {tenancy} cluster")
    return Answer(Who.OPERATORS, "while the side is uncertain, the operators look first")


def _for_the_application(kinds: Kinds, kind: str, level: Level, owns_cluster: bool) -> Answer:
    least = LEAST_LEVEL[kinds]
    if (least is None and owns_cluster) or (least is not None and _RANK[level] >= _RANK[least]):
        return Answer(Who.TEAM, f"at level {level} the team answers for {_NOUN[kinds]}{_example(kind)}")
    needed = f"that takes level {least}" if least else "that takes level full on a dedicated cluster"
    return Answer(
        Who.OPERATORS, f"at level {level} the team does not answer for {_NOUN[kinds]}{_example(kind)}; {needed}"
    )


def _example(kind: str) -> str:
    return f", such as {kind}" if kind else ""


_RUNS_PODS = frozenset(kind.casefold() for kind in KINDS[Kinds.WORKLOAD]) - frozenset(
    {"pod", "configmap", "secret", "horizontalpodautoscaler", "poddisruptionbudget"}
)
_BY_KIND: Mapping[str, Kinds] = {kind.casefold(): kinds for kinds, names in KINDS.items() for kind in names}
