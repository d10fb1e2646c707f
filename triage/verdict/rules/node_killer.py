"""A workload that comes to one node after the other, each of which is lost minutes later, is to blame for the nodes.

Nodes do not die in the order in which a DaemonSet or a deployment reaches them by chance. It takes at least two
nodes, each lost within minutes of the arrival of a pod of the workload, nearly all that are lost, and nodes without
it that live; what had run on the nodes for long is no suspect.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from triage.verdict import usage
from triage.verdict.scene import Scene
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import PROOF, STRONG

_SOON = timedelta(minutes=15)


def node_killer(scene: Scene) -> Iterator[Finding]:
    """A line for the workload after whose arrival nodes were lost, and against the nodes."""
    view = scene.view
    lost = {name: at for name in view.lost_nodes if (at := _lost_at(scene, name)) is not None}
    if len(lost) < 2 or len(lost) == len(view.nodes):
        return
    arrived: dict[Suspect, set[str]] = defaultdict(set)
    for node, at in lost.items():
        for pod in view.pods_by_node.get(node, ()):
            made = pod.thing.created_at
            if made is not None and timedelta() <= at - made <= _SOON:
                arrived[view.workload_of(pod)].add(node)
    healthy = {
        workload: sum(1 for pod in view.pods_by_workload[workload] if pod.node and pod.node not in lost)
        for workload in arrived
    }
    fitting = sorted(one for one, nodes in arrived.items() if len(nodes) * 5 >= len(lost) * 4 and not healthy[one])
    if len(fitting) != 1:
        return
    yield from _blame(scene, fitting[0], sorted(arrived[fitting[0]]), min(lost.values()))


def _lost_at(scene: Scene, node: str) -> datetime | None:
    ready = scene.view.nodes[node].conditions.get("Ready")
    return ready.changed_at if ready is not None else None


def _blame(scene: Scene, workload: Suspect, nodes: list[str], onset: datetime) -> Iterator[Finding]:
    suspect = scene.view.folded(workload)
    explained = usage.harmed(scene, nodes, suspect, onset)
    line = Finding(
        scene.view.side_of(suspect),
        PROOF if len(nodes) > 2 else STRONG,
        f"{workload} came to {', '.join(nodes[:4])}, and each of them was lost within {_SOON.seconds // 60} minutes; "
        "nodes without it are well.",
        "object",
        onset,
        suspect,
        explained,
        "node_killer",
        is_specific=True,
    )
    yield line
    yield from usage.taken_back(scene, nodes, explained, line)
