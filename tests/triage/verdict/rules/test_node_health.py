"""Nodes that say themselves what is wrong with them."""

import pytest

from tests.casework.makers import unready, waiting
from tests.triage.verdict.rules.staging import causes, cluster, found
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.node_health import node_health
from triage.verdict.weights import HINT, PROOF, STRONG, WEAK

NODE, CART = Suspect("Node", "node-2"), Suspect("Deployment", "cart", "shop")


@pytest.mark.parametrize(
    ("condition", "status", "reason", "weight", "because"),
    [
        ("Ready", "Unknown", "NodeStatusUnknown", PROOF, "nobody hears its kubelet"),
        ("Ready", "False", "KubeletNotReady", PROOF, "its kubelet says so itself"),
        ("KernelDeadlock", "True", "DockerHung", PROOF, "a problem detector names it"),
        ("MemoryPressure", "True", "KubeletHasInsufficientMemory", WEAK, "somebody on it may have taken it all"),
    ],
)
def test_a_condition_that_is_bad(condition: str, status: str, reason: str, weight: float, because: str) -> None:
    made = cluster()
    made.condition("node-2", condition, status, reason, "", minutes=20)
    (line,) = found(node_health, made)
    assert (line.suspect, line.weight, line.explains) == (NODE, weight, (NODE,)), because


def test_a_node_that_is_well_is_not_spoken_of() -> None:
    assert not found(node_health, cluster())


@pytest.mark.parametrize(
    ("nodes", "weight", "because"),
    [
        (["node-2", "node-2"], STRONG, "all of it stands there"),
        (["node-2", "node-1"], STRONG / 2, "half of it fails elsewhere"),
    ],
)
def test_what_fails_on_a_lost_node_is_its_victim(nodes: list[str], weight: float, because: str) -> None:
    made = cluster()
    made.deployment("shop", "cart", 2, state=unready(), nodes=nodes)
    made.condition("node-2", "Ready", "Unknown", "NodeStatusUnknown", "", minutes=20)
    told = {one.weight for one in found(node_health, made) if CART in one.explains}
    assert told == {weight}, because


def test_an_image_that_is_not_there_is_no_nodes_fault() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=waiting("ImagePullBackOff", "manifest unknown"), nodes=["node-2"])
    made.condition("node-2", "Ready", "Unknown", "NodeStatusUnknown", "", minutes=20)
    told = {one.weight for one in found(node_health, made) if CART in one.explains}
    assert told <= {HINT}


def test_a_lost_node_is_one_cause_with_all_that_stood_on_it() -> None:
    made = cluster()
    for number in range(3):
        made.deployment(f"team-{number}", "api", 1, nodes=["node-2"])
    made.lose_node("node-2")
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, NODE)
