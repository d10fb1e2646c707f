"""Who wears out what everybody uses."""

import pytest

from tests.casework.makers import Scene as Made
from tests.casework.makers import unready
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.heavy_user import heavy_user

FETCH = Suspect("Deployment", "fetch", "crawler")
NODE = Suspect("Node", "node-2")


def lookups(*counts: float) -> Made:
    made = cluster()
    made.deployment("crawler", "fetch", 2)
    made.alert("CoreDNSLatencyHigh", 20, severity="critical", summary="slow", hold=5, job="coredns")
    for namespace, count in zip(("crawler", "shop", "search"), counts, strict=False):
        made.metric("coredns_dns_requests_total:rate5m", count, client_namespace=namespace)
    return made


@pytest.mark.parametrize(
    ("counts", "is_named", "because"),
    [
        ((41300, 120, 90), True, "nearly all lookups are its own"),
        ((400, 120, 90), False, "three times the next one is no flood"),
        ((20, 1, 1), False, "twenty lookups a second wear out nobody"),
        ((), False, "nobody counted"),
    ],
)
def test_lookups_of_names(counts: tuple[float, ...], is_named: bool, because: str) -> None:
    assert (suspects(found(heavy_user, lookups(*counts))) == [FETCH]) is is_named, because


def test_it_explains_the_name_server_and_those_who_wait_for_it() -> None:
    made = lookups(41300, 120)
    made.deployment("shop", "cart", 1)
    made.alert("RequestLatencyHigh", 19, hold=5, summary="slow lookups", namespace="shop", deployment="cart")
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, FETCH)


def test_a_busy_name_server_that_does_not_complain_is_no_trouble() -> None:
    made = cluster()
    made.metric("coredns_dns_requests_total:rate5m", 41300, client_namespace="crawler")
    assert not found(heavy_user, made)


@pytest.mark.parametrize(
    ("user", "suspect", "because"),
    [
        ("system:serviceaccount:crawler:fetch", [FETCH], "the workload of that name"),
        ("system:kube-controller-manager", [], "a part of the control plane is no tenant's"),
        ("system:serviceaccount:gone:ghost", [Suspect("ServiceAccount", "ghost", "gone")], "nothing else is known"),
    ],
)
def test_requests_to_the_api_server(user: str, suspect: list[Suspect], because: str) -> None:
    made = cluster()
    made.deployment("crawler", "fetch", 2)
    made.alert("KubeAPITerminatedRequests", 30, hold=5, summary="terminated")
    made.metric("apiserver_request_total:rate5m:by_user", 1460, user=user)
    made.metric("apiserver_request_total:rate5m:by_user", 21, user="system:kube-scheduler")
    assert suspects(found(heavy_user, made)) == suspect, because


@pytest.mark.parametrize(
    ("labels", "suspect"),
    [
        ({"namespace": "crawler", "container": "fetch"}, FETCH),
        ({"id": "/system.slice/backup.service"}, NODE),
    ],
)
def test_processes_of_a_node(labels: dict[str, str], suspect: Suspect) -> None:
    made = cluster()
    made.condition("node-2", "PIDPressure", "True", "KubeletHasInsufficientPID", "insufficient PID", minutes=20)
    made.deployment("crawler", "fetch", 1, nodes=["node-2"])
    victim = made.deployment("shop", "cart", 1, nodes=["node-2"], state=unready(18))
    made.unhealthy(victim.pods[0], "Readiness probe errored: fork/exec: resource temporarily unavailable")
    made.metric("container_processes", 31000, node="node-2", **labels)
    assert suspects(found(heavy_user, made)) == [suspect]


@pytest.mark.parametrize(
    ("alert", "suspect", "because"),
    [
        ("ContainerCpuSaturation", [FETCH], "it takes all that it may of what the node is short of"),
        ("ContainerMemorySaturation", [], "another resource"),
        ("HighErrorRate", [], "it says nothing of what it takes"),
    ],
)
def test_a_node_of_which_only_a_load_is_told(alert: str, suspect: list[Suspect], because: str) -> None:
    made = cluster()
    made.deployment("crawler", "fetch", 1, nodes=["node-2"])
    made.alert("NodeCpuBusy", 20, hold=5, summary="processors", instance="node-2", job="node-exporter")
    made.alert(alert, 20, hold=5, summary="busy", namespace="crawler", deployment="fetch")
    assert suspects(found(heavy_user, made)) == suspect, because
