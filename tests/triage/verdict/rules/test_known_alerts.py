"""What the alerts that everybody ships say by themselves."""

from typing import Any

import pytest

from tests.triage.verdict.rules.staging import causes, cluster, found
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.known_alerts import known_alerts
from triage.verdict.weights import HINT, STRONG


@pytest.mark.parametrize(
    ("name", "labels", "suspect", "because"),
    [
        ("CephOSDDown", {"namespace": "storage"}, "Component rook", "storage of the cluster, in whichever namespace"),
        ("KubeMemoryOvercommit", {}, "Cluster cluster", "capacity is the platform's"),
        ("ClusterOperatorDegraded", {"name": "dns"}, "Cluster cluster", "OpenShift's own operators"),
        ("CiliumAgentDown", {"pod": "cilium-x2k4p", "namespace": "net"}, "Component cilium", "the network of a node"),
        ("KubeNodeNotReady", {"node": "node-2"}, "Node node-2", "no workload makes a node unready by itself"),
        ("DCGMXidError", {"Hostname": "node-2"}, "Node node-2", "the hardware of a node"),
    ],
)
def test_of_the_platform(name: str, labels: dict[str, Any], suspect: str, because: str) -> None:
    made = cluster()
    made.alert(name, 40, hold=5, summary=name, **{key: value for key, value in labels.items() if key != "name"})
    (line,) = found(known_alerts, made)
    assert (str(line.suspect), line.weight) == (suspect, STRONG), because
    (cause,) = causes(made)
    assert cause.verdict is Verdict.CLUSTER


def test_running_short_says_little() -> None:
    made = cluster()
    made.alert("HostOutOfMemory", 20, hold=2, summary="memory", instance="node-2", job="node-exporter")
    (line,) = found(known_alerts, made)
    assert (str(line.suspect), line.weight, line.is_specific) == ("Node node-2", HINT, False)


def test_what_a_container_does_within_its_own_limits_is_the_teams() -> None:
    made = cluster()
    made.alert("KubeContainerOOMKilled", 20, hold=2, summary="oom", namespace="shop", pod="cart-7c9f6d5b8-x2k4p")
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))
