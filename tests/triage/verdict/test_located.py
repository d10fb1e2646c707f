"""Alerts about addresses."""

import pytest

from tests.triage.verdict.rules.staging import cluster, snapshot
from triage.verdict.located import located


@pytest.mark.parametrize(
    ("instance", "suspect", "because"),
    [
        ("https://portal.example.com/login", "Service customers/portal", "the Ingress of that host has one backend"),
        ("http://portal.customers.svc.cluster.local:8080", "Service customers/portal", "the name of a Service"),
        ("https://elsewhere.example.com", "Namespace monitoring", "nobody here answers for it"),
        ("10.0.0.4:9100", "Namespace monitoring", "no address of a page"),
    ],
)
def test_whose_address_it_is(instance: str, suspect: str, because: str) -> None:
    made = cluster()
    made.deployment("customers", "portal", 1)
    made.service("customers", "portal")
    made.ingress("customers", "portal", host="portal.example.com", service="portal")
    made.alert("ProbeFailed", 20, hold=5, summary="down", job="blackbox", namespace="monitoring", instance=instance)
    (symptom,) = located(snapshot(made)).symptoms
    assert str(symptom.suspect) == suspect, because
