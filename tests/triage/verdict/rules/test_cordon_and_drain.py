"""Cordons under shared parts of the platform, and budgets that block a drain."""

from tests.casework.makers import Scene as Maker
from tests.triage.verdict.rules.placing import for_whom, lines, maker
from triage.verdict.rules.cordon_and_drain import cordon_and_drain


def fronted(*cordoned: str) -> Maker:
    made = maker("w-1", "w-2", "w-3")
    made.deployment("edge", "front", 2, image="registry.k8s.io/ingress-nginx/controller:v1.12.1", nodes=["w-1", "w-2"])
    for node in cordoned:
        made.cordon(node, 30)
    shop = made.deployment("shop", "web", 2, nodes=["w-3", "w-3"])
    made.alert("HighErrorRate", 25, shop, summary="5xx", hold=5, namespace="shop", deployment="web")
    return made


def test_an_ingress_that_stands_on_cordoned_nodes_only_is_about_to_leave() -> None:
    assert for_whom(lines(cordon_and_drain, fronted("w-1", "w-2"))) != {}
    assert for_whom(lines(cordon_and_drain, fronted("w-1"))) == {}, "one of its pods stays"


def test_a_budget_that_lets_nobody_go_answers_for_a_drain_that_does_not_end() -> None:
    made = maker("w-1", "w-2")
    made.deployment("pay", "ledger", 2, nodes=["w-1", "w-2"])
    made.disruption_budget("pay", "ledger", minimum=2, allowed=0)
    made.cordon("w-1", 50)
    words = "error when evicting pods: Cannot evict pod as it would violate the pod's disruption budget."
    alert = made.alert(
        "NodeDrainStuck", 40, made.nodes["w-1"], summary="A drain has not ended", description=words, hold=30
    )
    expected = {"PodDisruptionBudget pay/ledger": 3.0}
    assert for_whom(lines(cordon_and_drain, made)) == expected, "the alert names no node, the cordon does"
    alert["labels"]["node"] = "w-1"
    assert for_whom(lines(cordon_and_drain, made)) == expected
    alert["labels"]["node"] = "w-9"
    assert for_whom(lines(cordon_and_drain, made)) == {}, "none of its pods is there"


def test_a_budget_that_allows_one_blocks_nothing() -> None:
    made = maker("w-1", "w-2")
    made.deployment("pay", "ledger", 2)
    made.disruption_budget("pay", "ledger", minimum=1, allowed=1)
    assert not lines(cordon_and_drain, made)
