"""A node that is not ready, or that says itself what is wrong with it, is the platform's, and takes its pods with it.

Read from the node's conditions, which the kubelet and the node controller keep. `Unknown` means that nobody has heard
the kubelet for longer than the grace period. Pods of the node are victims unless their own status names a fault that no
node can cause, such as an image that does not exist.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from alerts.kubernetes.objects import Node
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import PRESSURES, Trouble, counted, is_bad_condition
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import names
from triage.verdict.weights import HINT, PROOF, STRONG, WEAK

# What a lost node does to the pods on it.
_BY_LOSS = frozenset(
    {
        Effect.NODE_LOST,
        Effect.UNREADY,
        Effect.TERMINATING,
        Effect.CREATING,
        Effect.SHORT,
        Effect.REQUESTS,
        Effect.EVICTED,
    }
    | {Effect.OTHER, Effect.CLAIM, Effect.OBJECT, Effect.BUDGET}
)


def node_health(scene: Scene) -> Iterator[Finding]:
    """Lines about nodes whose conditions are bad, and about what fails on them."""
    for node in scene.view.nodes.values():
        bad = {name: one for name, one in node.conditions.items() if is_bad_condition(name, one)}
        if not bad:
            continue
        suspect = Suspect("Node", node.name)
        is_lost = "Ready" in bad or bool(bad.keys() - PRESSURES)
        for name, condition in sorted(bad.items()):
            said = f": {condition.message}" if condition.message else ""
            yield Finding(
                Side.CLUSTER,
                PROOF if name == "Ready" or name not in PRESSURES else WEAK,
                f"Node {node.name} reports {name}={condition.status}{said}",
                "object",
                condition.changed_at or scene.view.now,
                suspect,
                (suspect,),
                "node_health",
                is_specific=name not in PRESSURES,
            )
        yield from _victims(scene, node, suspect, is_lost=is_lost)


def _victims(scene: Scene, node: Node, suspect: Suspect, *, is_lost: bool) -> Iterator[Finding]:
    """One line for all that fit the node alike: forty namespaces hit by one node are one sentence."""
    alike: dict[float, list[Trouble]] = defaultdict(list)
    for trouble in scene.on_node(node.name):
        there = sum(pod.node == node.name for pod in trouble.failing)
        if trouble.failing and not there and not trouble.is_shallow:
            continue
        share = there / len(trouble.failing) if trouble.failing else 1.0
        weight = (STRONG if is_lost else WEAK) * share if trouble.effects & _BY_LOSS else HINT
        alike[round(weight, 3)].append(trouble)
    for weight, troubles in sorted(alike.items(), reverse=True):
        yield Finding(
            Side.CLUSTER,
            weight,
            _claim(troubles, node.name),
            "object" if any(trouble.failing for trouble in troubles) else "alert",
            min(trouble.began_at for trouble in troubles),
            suspect,
            tuple(trouble.subject for trouble in troubles),
            "node_health",
        )


def _claim(troubles: Sequence[Trouble], node: str) -> str:
    failing = [pod for trouble in troubles for pod in trouble.failing]
    there = sum(pod.node == node for pod in failing)
    of = f"{counted(len(troubles), 'workload')} ({names([trouble.subject for trouble in troubles])})"
    if not failing:
        return f"{of} {'fails' if len(troubles) == 1 else 'fail'} on {node}."
    return f"{there} of {counted(len(failing), 'failing pod')} of {of} {'is' if there == 1 else 'are'} on {node}."
