"""What was asked of the cluster, and what came back."""

from typing import Any

import pytest

from tests.casework.makers import pending
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict import Suspect
from triage.verdict.rules.signals import signals


@pytest.mark.parametrize(
    ("name", "healthy", "labels", "suspect", "because"),
    [
        ("api-server-ready", False, {}, Suspect("Component", "kube-apiserver"), "by the words of the question"),
        ("etcd-leader", True, {}, Suspect("Component", "etcd"), "a healthy answer clears it"),
        ("targets", False, {"job": "kube-dns"}, Suspect("Component", "coredns"), "by its job"),
        ("packets-resent", False, {"node": "node-2"}, Suspect("Node", "node-2"), "by its node"),
    ],
)
def test_an_answer_is_about(name: str, healthy: bool, labels: dict[str, Any], suspect: Suspect, because: str) -> None:
    made = cluster()
    made.signal(name, "query", 1, "ratio", healthy=healthy, **labels)
    (line,) = found(signals, made)
    assert (line.suspect, line.weight > 0) == (suspect, not healthy), because


@pytest.mark.parametrize(
    ("error", "suspect"),
    [
        ("etcdserver: request timed out", "etcd"),
        ("connect to 10.0.0.11:6443: connection refused", "kube-apiserver"),
        ("net/http: TLS handshake timeout", "kube-apiserver"),
        ("parse error: unexpected end of input", ""),
    ],
)
def test_no_answer_is_one_too(error: str, suspect: str) -> None:
    made = cluster()
    made.signal_error("events-readable", error)
    assert [one.suspect.name for one in found(signals, made)] == ([suspect] if suspect else [])


def test_a_service_of_the_machine_that_is_not_active() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=pending("", 20))
    contents = made.contents
    rows = [
        {"labels": {"instance": "node-1", "name": f"{unit}.service", "state": "active"}, "value": value}
        for unit, value in (("kube-scheduler", 0), ("kubelet", 1))
    ]
    made.contents = lambda: {**contents(), "metrics": {"node_systemd_unit_state": rows}}  # type: ignore[method-assign]
    (line,) = found(signals, made)
    assert (line.suspect, line.explains) == (
        Suspect("Component", "kube-scheduler"),
        (Suspect("Deployment", "cart", "shop"),),
    )


def test_up() -> None:
    made = cluster()
    for value in (1, 1, 0):
        made.metric("up", value, job="kube-dns")
    (line,) = found(signals, made)
    assert line.claim == "2 of 3 targets of coredns are up."
