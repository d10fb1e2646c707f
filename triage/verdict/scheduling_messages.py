"""Reads what the scheduler and the autoscalers write about a pod that finds no node. PURE.

The scheduler counts the nodes by the first predicate that each of them failed: `0/5 nodes are available: 1 Insufficient
cpu, 4 node(s) were unschedulable.` The words changed over the years; each predicate lists all of them that clusters
between 1.16 and 1.36 write. What follows `preemption:` counts the same nodes again and is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from triage.verdict.messages import Capture


class Predicate(StrEnum):
    """What a node failed."""

    SELECTOR = "does not match the selector or affinity"
    ANTI_AFFINITY = "holds a pod that must not stand beside it"
    AFFINITY = "holds no pod that must stand beside it"
    SPREAD = "breaks a spread constraint"
    PORTS = "has its port taken"
    CORDONED = "is cordoned"
    TAINT = "has a taint that is not tolerated"
    NOT_READY = "is not ready"
    RESOURCES = "has not enough left"
    PODS = "has its number of pods"
    VOLUME_ZONE = "cannot reach the volume"
    VOLUME_COUNT = "has its number of volumes"
    VOLUME_FREE = "has no volume to bind"
    UNBOUND = "has no bound claim"
    NO_CLAIM = "misses a claim"
    MAXIMUM = "belongs to a group that is at its maximum"
    OTHER = "fails something else"


@dataclass(frozen=True)
class Unplaced:
    """One message, counted."""

    total: int  # nodes (for an autoscaler: groups of nodes) that were looked at
    counts: Mapping[Predicate, int]
    resources: Mapping[str, int] = field(default_factory=dict)  # of RESOURCES: which, on how many nodes
    taints: Mapping[str, int] = field(default_factory=dict)  # of TAINT: keys, on how many nodes
    claim: str = ""  # of NO_CLAIM: which

    def only(self, *predicates: Predicate) -> bool:
        """Whether nothing else stands in the way."""
        return bool(self.counts) and self.counts.keys() <= set(predicates)


_PREDICATES: tuple[tuple[Predicate, tuple[str, ...]], ...] = (
    (
        Predicate.SELECTOR,
        (
            "didn't match node selector",  # until 1.20
            "didn't match pod's node affinity",  # 1.20; with /selector since 1.21
            "didn't match scheduler-enforced node affinity",
            "didn't match the requested node name",
            "node selector and affinity didn't match",
            "incompatible with nodepool",  # Karpenter
            "incompatible requirements",
        ),
    ),
    (Predicate.SPREAD, ("topology spread constraints",)),
    (Predicate.ANTI_AFFINITY, ("anti-affinity",)),  # also `pod affinity/anti-affinity` until 1.20
    (Predicate.AFFINITY, ("didn't match pod affinity rules",)),
    (Predicate.PORTS, ("free ports",)),
    (Predicate.CORDONED, ("were unschedulable", "was unschedulable")),
    (Predicate.TAINT, ("taint", "did not tolerate")),
    (
        Predicate.NOT_READY,
        (
            "were not ready",
            "was not ready",
            "had unknown condition",
            "network unavailable",
            "out of disk",
            "memory pressure",
            "disk pressure",
            "pid pressure",
        ),
    ),
    (Predicate.PODS, ("too many pods", "insufficient pods")),
    (Predicate.RESOURCES, ("insufficient ", "no instance type satisfied resources", "no instance type which had")),
    (
        Predicate.VOLUME_ZONE,
        ("volume node affinity conflict", "no available volume zone", "bound to non-existent pv", "volume zone"),
    ),
    (Predicate.VOLUME_COUNT, ("max volume count",)),
    (
        Predicate.VOLUME_FREE,
        ("available persistent volumes to bind", "not enough free storage", "no available disk", "available disk"),
    ),
    (Predicate.UNBOUND, ("unbound immediate persistentvolumeclaims", "unbound persistentvolumeclaims")),
    (Predicate.NO_CLAIM, ("persistentvolumeclaim",)),
    (
        Predicate.MAXIMUM,
        (
            "max node group size reached",
            "max limit reached",
            "max cluster",  # max cluster cpu, memory limit reached
            "exceed limits for",  # Karpenter: all available instance types exceed limits for nodepool
            "exceed limits of",
        ),
    ),
)

_HEAD = Capture(r"(?:^|[^\d])0/(?P<total>\d{1,6}) nodes are available")
_SCALE_UP = "didn't trigger scale-up"
_COUNT = Capture(r"^(?P<count>\d{1,6}) (?P<what>.+)$")
_RESOURCE = Capture(r"insufficient (?P<name>[a-z0-9./-]+)")
_TAINT = Capture(r"taint(?:\(s\))? \{(?P<key>[^:}= ]+)")
_CLAIM = Capture(r'persistentvolumeclaim "(?P<name>[^"]+)" (?:not found|is being deleted)')
_NO_NODES = ("no nodes available to schedule pods", "0/0 nodes are available")


def read(message: str) -> Unplaced | None:
    """The message, counted; None where neither a scheduler nor an autoscaler says why a pod has no node."""
    line = " ".join(message.split())
    lowered = line.casefold()
    if any(words in lowered for words in _NO_NODES):
        return Unplaced(0, {Predicate.OTHER: 0})
    if (claim := _CLAIM.find(line)) is not None:
        head = _HEAD.find(line)
        return Unplaced(int(head["total"]) if head else 0, {Predicate.NO_CLAIM: 1}, claim=claim["name"])
    head = _HEAD.find(line)
    if head is not None:
        start = lowered.find("nodes are available")
        _, _, rest = line[start:].partition(":")
        total = int(head["total"])
    elif _SCALE_UP in lowered:
        _, _, rest = line.partition(":")
        total = 0
    else:
        return _of_words(lowered)
    return _counted(_parts(rest), total)


def _of_words(lowered: str) -> Unplaced | None:
    """Old schedulers, Karpenter and alerts name a predicate without counting."""
    if not any(words in lowered for words in ("unbound", "insufficient ", "nodepool", "provisioner", "node(s)")):
        return None
    predicate = _predicate(lowered)
    return None if predicate is Predicate.OTHER else _counted([lowered], 0)


def _parts(rest: str) -> list[str]:
    """The reasons, one by one; commas within braces separate nothing."""
    low = rest.casefold()
    cut = low.find("preemption:")
    body = rest[:cut] if cut >= 0 else rest
    found, depth, start = [], 0, 0
    for place, letter in enumerate(body):
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth = max(0, depth - 1)
        elif (
            letter == "," and not depth and body[place + 1 : place + 2] == " " and body[place + 2 : place + 3].isdigit()
        ):
            found.append(body[start:place])
            start = place + 1
    found.append(body[start:])
    return [part.strip(" .") for part in found if part.strip(" .")]


def _counted(parts: list[str], total: int) -> Unplaced:
    counts: dict[Predicate, int] = {}
    resources: dict[str, int] = {}
    taints: dict[str, int] = {}
    for part in parts:
        match = _COUNT.find(part)
        count, what = (int(match["count"]), match["what"]) if match else (total or 1, part)
        predicate = _predicate(what.casefold())
        counts[predicate] = counts.get(predicate, 0) + count
        if predicate is Predicate.RESOURCES and (named := _RESOURCE.find(what)):
            name = named["name"].rstrip(".")
            resources[name] = resources.get(name, 0) + count
        if predicate is Predicate.TAINT and (tainted := _TAINT.find(what)):
            taints[tainted["key"]] = taints.get(tainted["key"], 0) + count
    return Unplaced(total, counts, resources, taints)


def _predicate(words: str) -> Predicate:
    return next((one for one, known in _PREDICATES if any(text in words for text in known)), Predicate.OTHER)
