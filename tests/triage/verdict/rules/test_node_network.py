"""Slow calls that share a node's network."""

import pytest

from tests.casework.makers import Scene
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.node_network import NETWORK, node_network


@pytest.mark.parametrize(
    ("text", "is_network", "because"),
    [
        ("NodeNetworkReceiveErrs", True, "the alert of node-exporter's mixin"),
        ("NodeNetworkInterfaceFlapping", True, "its card goes up and down"),
        ("TCP retransmissions on worker-2", True, "packets are sent again"),
        ("12% packet loss to worker-2", True, "or lost"),
        ("NodeFilesystemAlmostOutOfSpace", False, "a disk is no network"),
        ("HighRequestLatency", False, "slow, and nobody says why"),
    ],
)
def test_which_words_are_about_a_network(text: str, is_network: bool, because: str) -> None:
    assert NETWORK.fits(text) is is_network, because


def slow(made: Scene, node: str, *names: str) -> None:
    for name in names:
        made.deployment("shop", name, 1, nodes=[node])
        made.service("shop", name)
        made.alert("HighRequestLatency", 10, namespace="shop", service=name, summary="p99 is above 2 s")


def test_a_node_whose_packets_are_sent_again_is_to_blame() -> None:
    made = cluster()
    slow(made, "node-2", "web", "cart")
    for node, value in (("node-1", 0.002), ("node-2", 0.19), ("node-3", 0.001)):
        made.metric("node_tcp_retransmit_ratio", value, node=node)
    assert suspects(found(node_network, made)) == [Suspect("Node", "node-2")]
    assert causes(made)[0].verdict is Verdict.CLUSTER


def test_counters_that_are_alike_everywhere_say_nothing() -> None:
    made = cluster()
    slow(made, "node-2", "web", "cart")
    for node in ("node-1", "node-2", "node-3"):
        made.metric("node_tcp_retransmit_ratio", 0.02, node=node)
    assert not found(node_network, made)


def test_an_overlay_that_does_not_fit_is_the_networks() -> None:
    made = cluster()
    made.daemon_set("kube-system", "cilium", image="quay.io/cilium/cilium:v1.17.4")
    slow(made, "node-2", "web")
    made.metric("node_network_mtu_bytes", 1500, node="node-1", device="cilium_vxlan")
    made.metric("node_network_mtu_bytes", 1450, node="node-1", device="eth0")
    assert suspects(found(node_network, made)) == [Suspect("Component", "cilium")]


def test_many_that_suffer_on_one_node_while_others_are_calm_point_to_it() -> None:
    made = cluster()
    slow(made, "node-2", "web", "cart", "pay", "ship", "mail")
    for name in ("ads", "search", "users", "stock", "images"):
        made.deployment("shop", name, 1, nodes=["node-3"])
    assert suspects(found(node_network, made)) == [Suspect("Node", "node-2")]


def test_one_slow_service_and_its_callers_are_no_node() -> None:
    made = cluster()
    slow(made, "node-1", "web")
    slow(made, "node-2", "cart")
    slow(made, "node-3", "pay")
    assert not found(node_network, made)
