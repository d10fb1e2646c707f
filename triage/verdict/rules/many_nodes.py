"""Nodes of one zone or pool that are lost together have one cause, and it is deeper than each of them.

Counted over nodes: of N nodes L are not ready; of the n in the zone (or pool) k are. The tail of the hypergeometric
distribution says how likely that is by chance (`triage/verdict/concentration.py`). Where nodes are lost in no common
zone or pool, most of the cluster being lost points to what all of them need: the control plane, the network.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from alerts.kubernetes.objects import Node
from triage.verdict.concentration import log_odds, tail
from triage.verdict.scene import Scene
from triage.verdict.troubles import counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import PROOF, STRONG

_FEWEST = 2  # nodes that are lost together
_SHARE = 0.6  # of the nodes of a zone or pool that have to be lost
_MOST_OF_ALL = 0.5  # of all nodes: more point to the cluster


def many_nodes(scene: Scene) -> Iterator[Finding]:
    """Lines about the zone, the pool or the cluster behind several lost nodes."""
    nodes = list(scene.view.nodes.values())
    lost = [node for node in nodes if not node.is_ready and Suspect("Node", node.name) in scene.troubles]
    if len(lost) < _FEWEST:
        return
    for kind, groups in (("Zone", _grouped(nodes, "zone")), ("NodePool", _grouped(nodes, "pool"))):
        for name, members in sorted(groups.items()):
            gone = [node for node in members if node in lost]
            if len(gone) < _FEWEST or len(gone) < _SHARE * len(members) or len(members) == len(nodes):
                continue
            chance = tail(len(nodes), len(lost), len(members), len(gone))
            claim = (
                f"{len(gone)} of {counted(len(members), 'node')} of {kind} {name} are not ready, "
                f"{len(lost) - len(gone)} of {len(nodes) - len(members)} elsewhere (chance {chance:.2g})."
            )
            yield _line(scene, Suspect(kind, name), gone, claim, PROOF + log_odds(chance))
    if len(lost) > max(2, _MOST_OF_ALL * len(nodes)):
        claim = f"{len(lost)} of {counted(len(nodes), 'node')} of the cluster are not ready."
        yield _line(scene, scene.view.cluster, lost, claim, STRONG)


def _grouped(nodes: Iterable[Node], by: str) -> Mapping[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        if name := str(getattr(node, by)):
            found[name].append(node)
    return found


def _line(scene: Scene, suspect: Suspect, lost: list[Node], claim: str, weight: float) -> Finding:
    names = {node.name for node in lost}
    explains = {trouble.subject for trouble in scene.troubles.values() if trouble.nodes and trouble.nodes <= names}
    began = min(scene.troubles[Suspect("Node", name)].began_at for name in names)
    return Finding(
        Side.CLUSTER,
        round(weight, 3),
        claim,
        "object",
        began,
        suspect,
        tuple(sorted(explains)),
        "many_nodes",
        is_specific=True,
    )
