"""NetworkPolicies that deny what is needed."""

import pytest

from alerts.kubernetes.objects import Thing
from tests.casework.makers import Scene, unready
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.policies import lets_in, lets_out_to_dns, selects
from triage.verdict.rules.network_policy import network_policy

CLOSED = {"podSelector": {}, "policyTypes": ["Ingress"]}


@pytest.mark.parametrize(
    ("selector", "is_match", "because"),
    [
        ({}, True, "an empty selector selects everything"),
        ({"matchLabels": {"app": "web"}}, True, "the label is there"),
        ({"matchLabels": {"app": "api"}}, False, "another value"),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}, True, "one of them"),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False, "none of them"),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, True, "it is not there"),
    ],
)
def test_what_a_selector_selects(selector: object, is_match: bool, because: str) -> None:
    assert selects(selector, {"app": "web"}) is is_match, because


@pytest.mark.parametrize(
    ("egress", "is_open", "because"),
    [
        ([], False, "nothing leaves"),
        ([{}], True, "everything leaves"),
        ([{"to": [{"podSelector": {"matchLabels": {"app": "db"}}}]}], False, "only neighbours"),
        ([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 443}]}], False, "not to port 53"),
        ([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}], True, "lookups leave"),
    ],
)
def test_whether_lookups_may_leave(egress: list[object], is_open: bool, because: str) -> None:
    policy = Thing("NetworkPolicy", "shop", "one", body={"spec": {"podSelector": {}, "egress": egress}})
    assert lets_out_to_dns([policy]) is is_open, because


def test_a_caller_is_let_in_by_its_labels() -> None:
    rule = {"from": [{"podSelector": {"matchLabels": {"tier": "backend"}}}]}
    policy = Thing("NetworkPolicy", "shop", "one", body={"spec": {"podSelector": {}, "ingress": [rule]}})
    assert lets_in([policy], {"tier": "backend"})
    assert not lets_in([policy], {"tier": "front"})


def timing_out(made: Scene, namespace: str, minutes: float = 20) -> None:
    web = made.deployment(namespace, "web", 1, state=unready(minutes))
    made.unhealthy(web.pods[0], "Readiness probe failed: Connection timed out after 5001 milliseconds", minutes)


def test_a_policy_that_came_just_before_the_time_outs_is_the_teams() -> None:
    made = cluster()
    timing_out(made, "shop")
    made.network_policy("shop", "closed", CLOSED, minutes=25)
    assert suspects(found(network_policy, made)) == [Suspect("NetworkPolicy", "closed", "shop")]
    assert causes(made)[0].verdict is Verdict.APPLICATION


def test_an_old_policy_is_not_suspected_for_being_there() -> None:
    made = cluster()
    timing_out(made, "shop")
    made.network_policy("shop", "closed", CLOSED)
    assert not found(network_policy, made)


def test_a_policy_of_the_cluster_explains_several_namespaces() -> None:
    made = cluster()
    for namespace in ("shop", "search"):
        timing_out(made, namespace)
    made.add("crd.projectcalico.org/v1", "GlobalNetworkPolicy", "default.deny", minutes=22, spec={})
    assert suspects(found(network_policy, made)) == [Suspect("GlobalNetworkPolicy", "default.deny")]
    assert causes(made)[0].verdict is Verdict.CLUSTER
