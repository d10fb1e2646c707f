"""Who is to blame where the API server is not reached."""

from tests.casework.makers import Scene, unready
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.api_vip import api_vip

AWAY = 'Get "https://10.96.0.1:443/version": dial tcp 10.96.0.1:443: i/o timeout'


def cut_off(made: Scene, namespace: str, message: str = AWAY, *, node: str = "node-1") -> None:
    agent = made.deployment(namespace, "agent", 1, state=unready(), nodes=[node])
    made.unhealthy(agent.pods[0], f"Readiness probe failed: {message}")


def test_several_namespaces_that_do_not_reach_it_point_to_the_cluster() -> None:
    made = cluster()
    for number, namespace in enumerate(("shop", "search", "billing"), 1):
        cut_off(made, namespace, node=f"node-{number}")
    assert [one.kind for one in suspects(found(api_vip, made))] == ["Cluster"]
    assert causes(made)[0].verdict is Verdict.CLUSTER


def test_only_pods_of_one_node_point_to_the_node() -> None:
    made = cluster()
    for namespace in ("shop", "search"):
        cut_off(made, namespace, node="node-2")
    assert suspects(found(api_vip, made)) == [Suspect("Node", "node-2")]


def test_one_workload_under_a_policy_is_kept_from_it() -> None:
    made = cluster()
    cut_off(made, "shop")
    made.network_policy("shop", "closed", {"podSelector": {}, "policyTypes": ["Egress"]})
    assert suspects(found(api_vip, made)) == [Suspect("NetworkPolicy", "closed", "shop")]


def test_another_address_is_another_matter() -> None:
    made = cluster()
    cut_off(made, "shop", "dial tcp 203.0.113.7:443: i/o timeout")
    assert not found(api_vip, made)
