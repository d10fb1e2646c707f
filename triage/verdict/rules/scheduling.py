"""A pod that finds no node asks for what none is, which is its team's fault, or misses nodes that are out of service.

The scheduler counts only the first thing that each node fails, so every node is asked again: does it have the labels,
the size, the way to the volume? If no node does, the request cannot be met, unless the same was asked for long before
and the nodes were replaced. If those that do are cordoned, under maintenance or lost, whoever took them out of service
is to blame. A taint that sets nodes aside for a purpose asks for a toleration. Full nodes are the rule `capacity`'s.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from alerts.kubernetes.fields import dig, mapping, quantities, rows, text, texts
from alerts.kubernetes.objects import Node, Pod
from triage.verdict.messages import short
from triage.verdict.pending import Pending, pending
from triage.verdict.placement import (
    Answer,
    Why,
    asked_long_before,
    asks_for_labels,
    cordoned_at,
    matches,
    reaches,
    template_made_at,
    volume_zones,
)
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.scheduling_messages import Predicate
from triage.verdict.troubles import counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View, names, replicas
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "scheduling"
_RECENT = timedelta(days=1)
_NODE_OBJECTS = frozenset(
    {"Node", "NodePool", "NodeClaim", "Machine", "MachineSet", "MachineDeployment", "MachinePool", "NodeGroup"}
)
_BEFORE_ONSET = timedelta(hours=2)
_CLAIMS = (Predicate.UNBOUND, Predicate.NO_CLAIM)
_SHARE = 1 / 3  # of the nodes that would take a pod: fewer out of service than this are everyday business


def scheduling(scene: Scene) -> Iterator[Finding]:
    """Lines about each workload whose pods find no node, and about the nodes that would have taken them."""
    for one in pending(scene):
        # A scheduler that waits for a claim has not looked at the nodes: what they would answer is beside the point.
        if one.said is not None and one.said.only(*_CLAIMS):
            yield from _claim_missing(scene.view, one)
            continue
        if one.answer is not None and one.pod is not None:
            yield from _by_nodes(scene.view, one, one.pod, one.answer)
        elif one.said is not None:
            yield from _by_words(scene.view, one)
        if one.said is not None:
            yield from _claim_missing(scene.view, one)


# -- With the nodes at hand --


def _by_nodes(view: View, one: Pending, pod: Pod, answer: Answer) -> Iterator[Finding]:
    fitting = answer.nodes(Why.OPEN, Why.CORDONED, Why.SERVICE, Why.PRESSURE)
    if not fitting:
        yield from _nowhere(view, one, pod, answer)
        return
    out = answer.nodes(Why.CORDONED, Why.SERVICE)
    conflict = _conflict(view, one, pod, answer)
    if conflict is not None:
        yield conflict
    if out and (conflict is None or len(fitting) > len(_rivals(view, pod))):
        yield from _out_of_service(view, one, answer, has_conflict=conflict is not None)


def _nowhere(view: View, one: Pending, pod: Pod, answer: Answer) -> Iterator[Finding]:
    """No node would take the pod, were it empty and in service."""
    total = len(view.nodes)
    if answer.nodes(Why.VOLUME) and not answer.nodes(Why.SIZE, Why.PURPOSE, Why.RESERVED):
        yield from _out_of_reach(view, one, pod, answer)
        return
    if aside := answer.nodes(Why.PURPOSE):
        keys = ", ".join(sorted({answer.reasons[node.name] for node in aside}))
        claim = (
            f"{one.trouble.subject} tolerates none of the taints ({keys}) of the {counted(len(aside), 'node')} it fits."
        )
        yield _own(view, one, STRONG, claim)
        return
    if sizes := answer.too_small_for:
        yield from _devices(view, one, sizes)
        asked = ", ".join(_size(name, *sizes[name]) for name in sorted(sizes))
        fact = f"{one.trouble.subject} asks for {asked}."
    elif asks_for_labels(pod.spec):
        fact = f"No node of {total} has the labels that {one.trouble.subject} asks for ({_asked(pod)})."
    else:
        return
    yield from _impossible(view, one, pod, fact)


def _out_of_reach(view: View, one: Pending, pod: Pod, answer: Answer) -> Iterator[Finding]:
    """The volume cannot come to where the pod may go."""
    near = [node for node in answer.nodes(Why.LABELS) if reaches(view, node, pod)]
    if near:
        claim = f"{one.trouble.subject} shuts out the {counted(len(near), 'node')} that can reach its volume."
        yield _own(view, one, STRONG, claim)
        return
    zones = sorted(volume_zones(view, pod))
    where = f" in {', '.join(zones)}" if zones else ""
    claim = f"No node{where} is there to reach the volume of {one.trouble.subject}: {_quoted(one)}"
    suspect = Suspect("Zone", zones[0]) if len(zones) == 1 else view.cluster
    yield _line(one, suspect, Side.CLUSTER, PROOF, claim, is_specific=True)
    yield _own(view, one, -FAIR, f"The volume of {one.trouble.subject} cannot move; the nodes beside it are gone.")


def _devices(view: View, one: Pending, sizes: Mapping[str, tuple[float, float]]) -> Iterator[Finding]:
    """Nodes have devices and offer none: whoever announces them does not."""
    for name, (asked, most) in sorted(sizes.items()):
        if "/" not in name or most > 0:
            continue
        idle = [node.name for node in view.nodes.values() if _has_device(node, name)]
        if not idle:
            continue
        plugins = [view.folded(workload) for workload in view.workloads_by_role.get(Role.DEVICES, ())]
        suspect = plugins[0] if plugins else Suspect("Node", idle[0]) if len(idle) == 1 else view.cluster
        claim = (
            f"{', '.join(sorted(idle)[:3])} have {name} and offer none of it; {one.trouble.subject} asks for {asked:g}."
        )
        yield _line(one, suspect, Side.CLUSTER, PROOF, claim, is_specific=True)
        yield _own(view, one, -PROOF, f"{name} is there and not offered.")


def _has_device(node: Node, name: str) -> bool:
    """Whether the node once offered the device: it is still named among what it has, or its labels count it."""
    if name in node.allocatable or name in quantities(node.thing.status.get("capacity")):
        return True
    labels = node.thing.labels
    return any(labels.get(f"{name}.{word}") not in {None, "0", "false"} for word in ("present", "count", "product"))


def _impossible(view: View, one: Pending, pod: Pod, fact: str) -> Iterator[Finding]:
    """The request is the team's, unless it is an old one that could be met until the nodes changed."""
    homes = sorted(
        {
            other.node
            for other in one.trouble.well
            if other.node in view.nodes
            and other.thing.owner == pod.thing.owner  # of the same template
            and not matches(view.nodes[other.node], other.spec)
        }
    )
    if homes:
        claim = f"{fact} Its older pods run on {', '.join(homes[:3])}, which must have had them."
        suspect = Suspect("Node", homes[0]) if len(homes) == 1 else view.cluster
        yield _line(one, suspect, Side.CLUSTER, STRONG, claim, is_specific=True)
        yield _own(view, one, -FAIR, f"{one.trouble.subject} was placed with the same request before.")
        return
    change = _nodes_changed(view, one, pod)
    if asked_long_before(view, pod) and change:
        claim = f"{fact} It asked for the same long before, and the nodes changed: {change}."
        yield _line(one, view.cluster, Side.CLUSTER, PROOF, claim, is_specific=True)
        yield _own(view, one, -FAIR, f"What {one.trouble.subject} asks for did not change.")
        return
    yield _own(view, one, PROOF, fact)


def _nodes_changed(view: View, one: Pending, pod: Pod) -> str:
    """What changed about the nodes before the pod was left over, in words; empty where nothing is known."""
    begin = one.trouble.began_at - _BEFORE_ONSET
    for change in view.snapshot.changes:
        if change.kind in _NODE_OBJECTS and begin <= change.at <= view.now:
            return f"{change.kind} {change.name} {short(change.what, 80)}"
    for event in view.events_with("RemovingNode", "DeletingNode", "NodeNotReady"):
        if event.kind == "Node" and event.last_at >= begin and event.name not in view.nodes:
            return f"node {event.name} is gone"
    made = template_made_at(view, pod)
    born = [node.thing.created_at for node in view.nodes.values() if node.thing.created_at]
    if made is not None and born and len(born) == len(view.nodes) and min(born) > made:
        return f"every node is younger than the request, the oldest of {min(born):%Y-%m-%d %H:%M}"
    return ""


def _out_of_service(view: View, one: Pending, answer: Answer, *, has_conflict: bool) -> Iterator[Finding]:
    """Nodes that would take the pod and are cordoned, under maintenance or lost."""
    out = answer.nodes(Why.CORDONED, Why.SERVICE)
    rest = answer.nodes(Why.OPEN, Why.PRESSURE)
    weight = _weight_of(view, one, answer, has_conflict=has_conflict)
    states = ", ".join(_state(view, node, answer) for node in out[:3]) + (
        f" and {len(out) - 3} more" if len(out) > 3 else ""
    )
    others = f"; the other {len(rest)} are full or do not do" if rest else ""
    all_of_them = counted(len(out) + len(rest), "node")
    claim = (
        f"{len(out)} of the {all_of_them} that would take {one.trouble.subject} are out of service ({states}){others}."
    )
    for suspect in _suspects(view, out):
        yield _line(one, suspect, Side.CLUSTER, weight, claim, is_specific=True)
    if weight >= STRONG:
        yield _own(
            view,
            one,
            -STRONG if not rest else -FAIR,
            f"{one.trouble.subject} would fit on {names([Suspect('Node', n.name) for n in out])}.",
        )


def _weight_of(view: View, one: Pending, answer: Answer, *, has_conflict: bool) -> float:
    out, rest = answer.nodes(Why.CORDONED, Why.SERVICE), answer.nodes(Why.OPEN, Why.PRESSURE)
    if not rest:
        return PROOF
    if has_conflict:
        return FAIR
    since = [at for node in out if (at := _since(view, node)) is not None]
    is_new = any(one.trouble.began_at - at <= _RECENT for at in since)
    return STRONG if is_new or len(out) >= _SHARE * (len(out) + len(rest)) else FAIR


def _since(view: View, node: Node) -> datetime | None:
    if not node.is_ready:
        return node.conditions["Ready"].changed_at
    return cordoned_at(view, node)


def _state(view: View, node: Node, answer: Answer) -> str:
    reason = answer.reasons[node.name]
    since = f" since {at:%H:%M}" if (at := _since(view, node)) else ""
    if node.is_cordoned:
        return f"{node.name} is cordoned{since}"
    return f"{node.name} is not ready{since}" if reason == "Ready" else f"{node.name} is tainted {reason}"


def _suspects(view: View, out: tuple[Node, ...]) -> list[Suspect]:
    """Lost nodes answer for themselves; what somebody took out of service is one deed, however many nodes it took."""
    lost = [Suspect("Node", node.name) for node in out if not node.is_ready]
    taken = [node for node in out if node.is_ready]
    if not taken:
        return lost[:3]
    if len(taken) == 1:
        return [Suspect("Node", taken[0].name)]
    pools = {node.pool for node in taken}
    return [Suspect("NodePool", pools.pop()) if len(pools) == 1 and "" not in pools else view.cluster]


def _rivals(view: View, pod: Pod) -> list[Pod]:
    """The pods of the same workload, this one among them."""
    return view.pods_by_workload.get(view.workload_of(pod), [])


def _conflict(view: View, one: Pending, pod: Pod, answer: Answer) -> Finding | None:
    """What the pod asks of its neighbours and no node in service grants."""
    counts = one.said.counts if one.said is not None else {}
    wanted = replicas(view.object_of(one.trouble.subject))
    fitting = len(answer.nodes(Why.OPEN, Why.CORDONED, Why.SERVICE, Why.PRESSURE))
    if _keeps_apart(pod) and wanted is not None and wanted[0] > fitting:
        room = counted(fitting, "node")
        claim = f"{one.trouble.subject} wants {wanted[0]} pods that may not share a node, and {room} would take one."
        return _own(view, one, PROOF, claim)
    for predicate, words in (
        (Predicate.ANTI_AFFINITY, "must not stand beside what runs there"),
        (Predicate.AFFINITY, "wants to stand beside what runs nowhere"),
        (Predicate.SPREAD, "may not be spread less evenly"),
        (Predicate.PORTS, "asks for a port of the node that is taken"),
    ):
        if predicate in counts:
            # Zones without nodes break a spread as well, so that one is less sure.
            return _own(
                view,
                one,
                FAIR if predicate is Predicate.SPREAD else STRONG,
                f"{one.trouble.subject} {words}: {_quoted(one)}",
            )
    return None


def _keeps_apart(pod: Pod) -> bool:
    """Whether the pod may not share a node with its own kind."""
    path = ("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in rows(dig(pod.spec, *path)):
        selector = mapping(term.get("labelSelector"))
        asked = texts(selector.get("matchLabels"))
        is_own = bool(asked or rows(selector.get("matchExpressions"))) and all(
            pod.thing.labels.get(key) == value for key, value in asked.items()
        )
        for row in rows(selector.get("matchExpressions")):
            values = row.get("values")
            is_own = (
                is_own
                and text(row.get("operator")) in {"In", "Exists"}
                and (not isinstance(values, list) or pod.thing.labels.get(text(row.get("key"))) in values)
            )
        if is_own and text(term.get("topologyKey")) == "kubernetes.io/hostname":
            return True
    return False


# -- With nothing but words --


def _by_words(view: View, one: Pending) -> Iterator[Finding]:
    """No nodes were read: the message alone."""
    said = one.said
    if said is None:
        return
    out = said.counts.get(Predicate.CORDONED, 0) + said.counts.get(Predicate.NOT_READY, 0)
    keys = sorted(key for key in said.taints if _is_bad(key))
    out += sum(said.taints[key] for key in keys)
    asks = {Predicate.SELECTOR, Predicate.ANTI_AFFINITY, Predicate.AFFINITY, Predicate.SPREAD, Predicate.PORTS}
    if out and (said.total == 0 or out >= _SHARE * said.total):
        weight = PROOF if out >= said.total else STRONG
        claim = f"{out} of {counted(said.total, 'node')} are out of service: {_quoted(one)}"
        yield _line(one, view.cluster, Side.CLUSTER, weight, claim, is_specific=True)
        yield _own(view, one, -FAIR, f"{one.trouble.subject} may well fit where no pod may go.")
    elif said.counts.keys() & asks:
        yield _own(view, one, STRONG, f"{one.trouble.subject} asks for what no free node grants: {_quoted(one)}")
    elif said.taints and not said.resources:
        yield _own(view, one, WEAK, f"{one.trouble.subject} does not tolerate {', '.join(sorted(said.taints))}.")
    if any("/" in name for name in said.resources):
        yield _own(view, one, FAIR, f"{one.trouble.subject} asks for devices: {_quoted(one)}")


def _is_bad(key: str) -> bool:
    return key.startswith(("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")) and "pressure" not in key


def _claim_missing(view: View, one: Pending) -> Iterator[Finding]:
    if one.said is not None and one.said.claim:
        yield _own(view, one, STRONG, f"The claim {one.said.claim} that {one.trouble.subject} mounts does not exist.")


# -- Lines --


def _own(view: View, one: Pending, weight: float, claim: str) -> Finding:
    subject = one.trouble.subject
    return _line(one, subject, view.side_of(subject), weight, claim, is_specific=weight > 0)


def _line(one: Pending, suspect: Suspect, side: Side, weight: float, claim: str, *, is_specific: bool) -> Finding:
    source = "object" if one.pods else "event" if one.trouble.events else "alert"
    return Finding(
        side,
        weight,
        claim,
        source,
        one.trouble.began_at,
        suspect,
        (one.trouble.subject,),
        _RULE,
        is_specific=is_specific,
    )


def _quoted(one: Pending) -> str:
    return short(one.words)


def _asked(pod: Pod) -> str:
    chosen = ", ".join(f"{key}={value}" for key, value in sorted(texts(pod.spec.get("nodeSelector")).items()))
    return short(chosen, 80) or "by its node affinity"


def _size(name: str, asked: float, most: float) -> str:
    return f"{_amount(name, asked)} {name} (the most of a node is {_amount(name, most)})"


def _amount(name: str, amount: float) -> str:
    """A quantity as people write it."""
    if name in {"memory", "ephemeral-storage"} or name.startswith("hugepages"):
        return f"{amount / 2**30:.3g}Gi"
    return f"{amount:.3g}"
