"""What the control plane says, does not do, and depends on."""

from typing import Any

import pytest

from tests.casework.makers import crashing, creating, pending
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.control_plane import control_plane


def component(name: str) -> Suspect:
    return Suspect("Component", name)


@pytest.mark.parametrize(
    ("reason", "message", "suspect", "because"),
    [
        (
            "ReplicaSetCreateError",
            'Failed to create new replica set "cart-5d98ffcfd": etcdserver: mvcc: database space exceeded',
            component("etcd"),
            "etcd at its quota takes no writes",
        ),
        ("FailedCreate", "Error creating: etcdserver: request timed out", component("etcd"), "etcd is slow"),
        ("FailedCreate", "Error creating: etcdserver: leader changed", component("etcd"), "an election"),
        (
            "FailedCreate",
            'Error creating: Internal error occurred: failed calling webhook "a": Post "https://a.b.svc:443/": '
            "No agent available",
            component("konnectivity"),
            "the word of the tunnel, whoever's webhook it is",
        ),
        (
            "FailedCreate",
            "Error creating: Get https://10.0.0.21:10250/containerLogs: No SSH tunnels currently open",
            component("konnectivity"),
            "GKE before konnectivity",
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "kube-api-access-x": failed to fetch token: the server was unable to '
            "return a response in the time allotted, but may still be processing the request",
            component("kube-apiserver"),
            "the API server's own time-out",
        ),
    ],
)
def test_its_own_words(reason: str, message: str, suspect: Suspect, because: str) -> None:
    made = cluster()
    for namespace in ("shop", "billing"):
        workload = made.deployment(namespace, "cart", 1, state=creating(20))
        made.event(workload.pods[0], reason, message, "kubelet", minutes=19, last=1, count=9)
    assert suspects(found(control_plane, made)) == [suspect], because


def test_one_client_alone_may_ask_at_a_wrong_address() -> None:
    made = cluster()
    workload = made.deployment("shop", "cart", 1, state=crashing(20))
    made.event(workload.pods[0], "BackOff", "dial tcp 10.0.0.1:6443: connect: connection refused", "kubelet", last=1)
    (cause,) = causes(made)
    assert cause.verdict is not Verdict.CLUSTER


def test_a_metrics_api_that_is_not_served_is_not_the_api_server() -> None:
    made = cluster()
    for namespace in ("shop", "billing"):
        workload = made.deployment(namespace, "cart", 1, state=crashing(20))
        words = "the server is currently unable to handle the request (get pods.metrics.k8s.io)"
        made.event(workload.pods[0], "FailedGetResourceMetric", words, "horizontal-pod-autoscaler", last=1, count=9)
    assert not found(control_plane, made)


def test_nobody_has_looked_at_the_pod() -> None:
    made = cluster()
    workload = made.deployment("shop", "cart", 1, state=pending("", 20))
    workload.pods[0]["status"].pop("conditions", None)
    assert suspects(found(control_plane, made)) == [component("kube-scheduler")]


@pytest.mark.parametrize(
    ("spec", "because"),
    [
        ({"schedulerName": "volcano"}, "another scheduler was to look"),
        ({"schedulingGates": [{"name": "kueue.x-k8s.io/topology"}]}, "it is held back on purpose"),
    ],
)
def test_nobody_was_to_look(spec: dict[str, object], because: str) -> None:
    made = cluster()
    workload = made.deployment("shop", "cart", 1, state=pending("", 20))
    workload.pods[0]["status"].pop("conditions", None)
    workload.pods[0]["spec"] |= spec
    assert not found(control_plane, made), because


@pytest.mark.parametrize(("seconds", "is_stale"), [(5, False), (300, True)])
def test_a_lease_that_is_not_renewed(seconds: int, is_stale: bool) -> None:
    made = cluster()
    made.lease("kube-scheduler", "kube-system", holder="cp-1", renewed=seconds / 60)
    workload = made.deployment("shop", "cart", 1, state=pending("", 20))
    made.scheduler_event(workload.pods[0], "0/3 nodes are available", minutes=19)
    assert (component("kube-scheduler") in suspects(found(control_plane, made))) is is_stale


def test_etcd_and_what_lives_on_it_are_one_incident() -> None:
    made = cluster()
    where: dict[str, Any] = {"namespace": "openshift-etcd", "pod": "etcd-master-1"}
    made.alert("etcdNoLeader", 10, hold=1, severity="critical", summary="no leader", job="etcd", **where)
    made.alert("KubeAPIErrorBudgetBurn", 10, hold=2, severity="critical", summary="burns")
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, component("etcd"))
