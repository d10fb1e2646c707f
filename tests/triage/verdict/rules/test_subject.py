"""What fails is its own first suspect."""

from tests.casework.makers import unready
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict import Side, Suspect
from triage.verdict.rules.subject import subject
from triage.verdict.weights import FAIR, HINT, WEAK


def test_whose_it_is_decides_how_much_it_says() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=unready())
    made.alert("KubeNodeUnreachable", 20, hold=5, summary="not reached", node="node-1")
    made.alert("EndpointDown", 20, hold=5, summary="a probe fails", namespace="monitoring")
    told = {one.suspect: (one.side, one.weight, one.explains) for one in found(subject, made)}
    cart, node, prober = (
        Suspect("Deployment", "cart", "shop"),
        Suspect("Node", "node-1"),
        Suspect("Namespace", "monitoring"),
    )
    assert told[cart] == (Side.APPLICATION, WEAK, (cart,))
    assert told[node] == (Side.CLUSTER, FAIR, (node,))
    assert told[prober] == (Side.CLUSTER, HINT, (prober,)), "the prober stands there and looks elsewhere"


def test_where_nothing_fails_nobody_is_suspected() -> None:
    assert not found(subject, cluster())
