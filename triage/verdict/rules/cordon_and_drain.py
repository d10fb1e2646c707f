"""Whoever takes nodes out of service answers for what stood on them; a budget that forbids it answers for the delay.

Shared parts of the platform whose every pod stands on cordoned nodes are about to leave, and load balancers leave such
nodes out at once: if requests fail since then, the cordon is to blame. A disruption budget that allows nothing blocks
the drain of a node: by its own setting, or because too few of the pods behind it are ready.
"""

from collections.abc import Iterator
from datetime import timedelta

from alerts.kubernetes.fields import dig, number, texts
from alerts.kubernetes.objects import Node, Thing
from triage.verdict.placement import cordoned_at
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, STRONG

_RULE = "cordon_and_drain"
_FRONT = (Role.INGRESS, Role.DNS)
_SLACK = timedelta(minutes=10)  # alerts wait, and nodes are cordoned one after the other
_NAMED = "disruption budget"
_WORDS = ("drain", "evict")
_OF_NODES = frozenset({"Node", "Cluster", "NodePool", "Component"})


def cordon_and_drain(scene: Scene) -> Iterator[Finding]:
    """Lines about cordons under shared parts of the platform, and about budgets that block a drain."""
    yield from _shared_parts(scene)
    for budget in scene.view.of_kind("PodDisruptionBudget"):
        yield from _budget(scene, budget)


def _shared_parts(scene: Scene) -> Iterator[Finding]:
    view = scene.view
    cordoned = {
        node.name: node for node in view.nodes.values() if node.is_cordoned and node.name not in view.reserved_nodes
    }
    failing = [trouble for trouble in scene.troubles.values() if Effect.REQUESTS in trouble.effects]
    if not cordoned or not failing:
        return
    for role in _FRONT:
        for workload in view.workloads_by_role.get(role, ()):
            pods = [pod for pod in view.pods_by_workload.get(workload, ()) if pod.phase == "Running"]
            under = sorted({pod.node for pod in pods} & cordoned.keys())
            if pods and all(pod.node in cordoned for pod in pods):
                yield from _under(view, workload, [cordoned[name] for name in under], failing)


def _under(view: View, workload: Suspect, nodes: list[Node], failing: list[Trouble]) -> Iterator[Finding]:
    since = [at for node in nodes if (at := cordoned_at(view, node)) is not None]
    suspect = Suspect("Node", nodes[0].name) if len(nodes) == 1 else view.cluster
    listed = ", ".join(node.name for node in nodes[:3])
    for trouble in failing:
        if since and trouble.began_at < min(since) - _SLACK:
            continue
        claim = f"Every pod of {view.folded(workload)} stands on cordoned nodes ({listed}), and requests fail since."
        yield _line(trouble, suspect, Side.CLUSTER, STRONG if since else FAIR, claim)


def _budget(scene: Scene, budget: Thing) -> Iterator[Finding]:
    """A budget that allows no disruption."""
    view, status = scene.view, budget.status
    if "disruptionsAllowed" not in status or number(status.get("disruptionsAllowed")) > 0:
        return
    me = Suspect(budget.kind, budget.name, budget.namespace)
    behind = _behind(view, budget)
    healthy, needed = number(status.get("currentHealthy")), number(status.get("desiredHealthy"))
    sick = [one for one in behind if view.folded(one) in scene.troubles]
    if (alerted := scene.troubles.get(me)) is not None:
        for workload in behind:
            claim = f"{healthy} of {needed} pods that the budget {me.namespace}/{me.name} asks for are ready."
            if healthy < needed:
                yield _line(alerted, view.folded(workload), view.side_of(workload), STRONG, claim)
        if healthy >= needed:
            claim = f"The budget {me.namespace}/{me.name} asks for {needed} of {counted(healthy, 'pod')}: none may go."
            yield _line(alerted, me, view.side_of(me), FAIR, claim)
    suspect = view.folded(sick[0]) if sick and healthy < needed else me
    for trouble in _blocked(scene, behind):
        claim = f"The budget {me.namespace}/{me.name} lets none of its pods go ({healthy} ready, {needed} needed)."
        yield _line(trouble, suspect, view.side_of(suspect), STRONG, claim)


def _behind(view: View, budget: Thing) -> list[Suspect]:
    """The workloads whose pods the budget counts."""
    asked = texts(dig(budget.spec, "selector", "matchLabels"))
    return sorted(
        workload
        for workload in view.workloads_in.get(budget.namespace, ())
        if asked and asked.items() <= view.pods_by_workload[workload][0].thing.labels.items()
    )


def _blocked(scene: Scene, behind: list[Suspect]) -> list[Trouble]:
    """Troubles of nodes that somebody wants to drain and that hold pods of the budget."""
    view = scene.view
    nodes = {pod.node for workload in behind for pod in view.pods_by_workload[workload] if pod.node}
    found = []
    for trouble in scene.troubles.values():
        here = [
            view.nodes[name] for name in sorted(nodes & trouble.nodes if trouble.nodes else nodes) if name in view.nodes
        ]
        words = trouble.text.casefold()
        is_meant = _NAMED in words or (trouble.subject.kind in _OF_NODES and any(word in words for word in _WORDS))
        if is_meant and any(node.is_cordoned for node in here):
            found.append(trouble)
    return found


def _line(trouble: Trouble, suspect: Suspect, side: Side, weight: float, claim: str) -> Finding:
    is_specific = weight >= STRONG
    at = trouble.began_at
    return Finding(side, weight, claim, "object", at, suspect, (trouble.subject,), _RULE, is_specific=is_specific)
