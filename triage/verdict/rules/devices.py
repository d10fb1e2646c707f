"""A kubelet that takes a pod and then refuses it speaks of its node: of its devices, its topology, its own count.

The scheduler had found room, so the pod's request was in order. `UnexpectedAdmissionError` says that a device plugin
could not hand out what the node had offered; `OutOf…` and `TopologyAffinityError` that the node has less than it said.
"""

from collections.abc import Iterator

from alerts.kubernetes.objects import Pod
from triage.verdict.messages import Pattern, short
from triage.verdict.scene import Scene
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import FAIR, PROOF, STRONG

_REASONS = frozenset({"UnexpectedAdmissionError", "TopologyAffinityError"})
_PLUGIN = Pattern(
    r"device plugin|allocate failed|no healthy devices|unhealthy device|nvml|xid|requested number of devices"
)


def devices(scene: Scene) -> Iterator[Finding]:
    """Lines about nodes whose kubelet refuses pods that the scheduler had placed there."""
    for trouble in scene.troubles.values():
        refused = [pod for pod in trouble.failing if _is_refused(pod)]
        nodes = sorted({pod.node for pod in refused if pod.node} or _told(scene, trouble))
        words = next((pod.message for pod in refused if pod.message), "") or _words(scene, trouble)
        if not nodes or not words:
            continue
        is_plugin = _PLUGIN.fits(words)
        for node in nodes:
            yield Finding(
                Side.CLUSTER,
                PROOF if is_plugin else STRONG,
                f"Node {node} was given {counted(max(1, len(refused)), 'pod')} of {trouble.subject} and refuses: "
                f"{short(words)}",
                "object" if refused else "event",
                trouble.began_at,
                Suspect("Node", node),
                (trouble.subject,),
                "devices",
                is_specific=True,
            )
        yield Finding(
            scene.view.side_of(trouble.subject),
            -FAIR,
            f"{trouble.subject} asks for what the nodes offer.",
            "object" if refused else "event",
            trouble.began_at,
            trouble.subject,
            (trouble.subject,),
            "devices",
        )


def _is_refused(pod: Pod) -> bool:
    return pod.phase == "Failed" and _refuses(pod.reason)


def _refuses(reason: str) -> bool:
    return reason in _REASONS or reason.startswith("OutOf")


def _events(scene: Scene, trouble: Trouble) -> Iterator[tuple[str, str]]:
    for event in trouble.events:
        if event.kind == "Pod" and _refuses(event.reason):
            pod = scene.view.pods.get((event.namespace, event.name))
            yield event.host or (pod.node if pod else ""), event.message


def _told(scene: Scene, trouble: Trouble) -> set[str]:
    return {node for node, _ in _events(scene, trouble) if node}


def _words(scene: Scene, trouble: Trouble) -> str:
    return next((message for _, message in _events(scene, trouble)), "")
