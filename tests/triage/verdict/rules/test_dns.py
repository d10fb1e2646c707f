# ruff: noqa: E501 - messages stand as they were written
"""Who is to blame for lookups that fail."""

import pytest

from tests.casework.makers import Scene, crashing, unready
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.dns import UNANSWERED, UNKNOWN, dns

TIMEOUT = "Readiness probe failed: dial tcp: lookup db.shop.svc.cluster.local on 10.96.0.10:53: read udp 10.244.1.7:40211->10.96.0.10:53: i/o timeout"


@pytest.mark.parametrize(
    ("message", "is_unanswered", "is_unknown", "because"),
    [
        ("dial tcp: lookup db on 10.96.0.10:53: no such host", False, True, "Go: the DNS answered"),
        (TIMEOUT, True, False, "Go: nobody answered"),
        ("dial tcp: lookup db on 10.96.0.10:53: server misbehaving", True, False, "Go: SERVFAIL"),
        ("getaddrinfo: Temporary failure in name resolution", True, False, "glibc: no answer or SERVFAIL"),
        ("Error: getaddrinfo EAI_AGAIN redis", True, False, "Node.js: no answer"),
        ("Error: getaddrinfo ENOTFOUND redis", False, True, "Node.js: the DNS answered"),
        ("psycopg2.OperationalError: could not translate host name: Name or service not known", False, True, "glibc"),
        ("wget: bad address 'web:80'", True, False, "busybox does not tell the two apart"),
        ("dial tcp 10.0.0.7:5432: i/o timeout", False, False, "an address needs no lookup"),
        ("upstream request timeout", False, False, "no lookup at all"),
    ],
)
def test_what_a_failed_lookup_says(message: str, is_unanswered: bool, is_unknown: bool, because: str) -> None:
    assert (UNANSWERED.fits(message), UNKNOWN.fits(message)) == (is_unanswered, is_unknown), because


def cut_off(made: Scene, namespace: str, message: str = TIMEOUT) -> None:
    web = made.deployment(namespace, "web", 1, state=unready())
    made.unhealthy(web.pods[0], message)


def test_a_policy_that_lets_nothing_out_is_the_teams() -> None:
    made = cluster()
    cut_off(made, "shop")
    made.network_policy("shop", "deny", {"podSelector": {}, "policyTypes": ["Egress"]})
    assert suspects(found(dns, made)) == [Suspect("NetworkPolicy", "deny", "shop")]
    assert causes(made)[0].verdict is Verdict.APPLICATION


def test_a_policy_that_lets_lookups_out_is_not_suspected() -> None:
    made = cluster()
    cut_off(made, "shop")
    open_dns = {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}
    made.network_policy("shop", "dns", {"podSelector": {}, "policyTypes": ["Egress"], "egress": [open_dns]})
    assert suspects(found(dns, made)) == [Suspect("Deployment", "web", "shop")]


def test_several_namespaces_without_answers_point_to_the_dns() -> None:
    made = cluster()
    for namespace in ("shop", "search", "billing"):
        cut_off(made, namespace)
    assert suspects(found(dns, made)) == [Suspect("Component", "coredns")]
    assert causes(made)[0].verdict is Verdict.CLUSTER


def test_a_sick_dns_explains_its_victims() -> None:
    made = cluster()
    dns_pods = made.deployment("kube-system", "kube-dns", 2, image="registry.k8s.io/coredns/coredns:v1.12.1")
    for pod in dns_pods.pods:
        made.put(pod, crashing())
    cut_off(made, "shop")
    assert causes(made)[0].suspect == Suspect("Component", "coredns")


def test_who_floods_the_dns_is_the_culprit_and_not_the_dns() -> None:
    made = cluster()
    for namespace in ("shop", "search"):
        cut_off(made, namespace)
    made.deployment("batch", "importer", 1)
    made.metric("coredns_dns_requests_total:rate5m", 900, client_namespace="batch", client_pod="importer")
    made.metric("coredns_dns_requests_total:rate5m", 4, client_namespace="shop", client_pod="web")
    made.metric("coredns_dns_responses_total:rate5m", 870, rcode="NXDOMAIN")
    made.metric("coredns_dns_responses_total:rate5m", 34, rcode="NOERROR")
    assert suspects(found(dns, made)) == [Suspect("Deployment", "importer", "batch")]
    assert causes(made)[0].verdict is Verdict.APPLICATION


def test_a_registry_that_is_not_found_is_another_rules() -> None:
    made = cluster()
    cut_off(
        made, "shop", 'Failed to pull image "quay.io/x": dial tcp: lookup quay.io on 10.96.0.10:53: server misbehaving'
    )
    assert not found(dns, made)
