"""A node that is not ready, or that says itself what is wrong with it, is the platform's, and takes its pods with it.

Read from the node's conditions, which the kubelet and the node controller keep. `Unknown` means that the kubelet has not
been heard for longer than the grace period. Pods of the node are victims unless their own status names a fault that no
node can cause, such as an image that does not exist.
"""

from collections.abc import Iterator

from alerts.kubernetes.objects import Node
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import PRESSURES, Trouble, counted, is_bad_condition
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

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
    for trouble in scene.on_node(node.name):
        there = [pod for pod in trouble.failing if pod.node == node.name]
        if trouble.failing and not there and not trouble.is_shallow:
            continue
        fits = bool(trouble.effects & _BY_LOSS)
        share = len(there) / len(trouble.failing) if trouble.failing else 1.0
        weight = (STRONG if is_lost else WEAK) * share if fits else HINT
        yield Finding(
            Side.CLUSTER,
            round(weight, 3),
            _claim(trouble, node.name, len(there)),
            "object" if there else "alert",
            trouble.began_at,
            suspect,
            (trouble.subject,),
            "node_health",
        )


def _claim(trouble: Trouble, node: str, there: int) -> str:
    if not trouble.failing:
        return f"{trouble.subject} fails on {node}."
    return f"{there} of {counted(len(trouble.failing), 'failing pod')} of {trouble.subject} are on {node}."


_ = FAIR
