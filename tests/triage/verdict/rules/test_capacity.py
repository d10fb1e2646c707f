"""Full nodes: who eats, and when the cluster is too small."""

from tests.casework.makers import Scene as Maker
from tests.casework.makers import pending
from tests.triage.verdict.rules.placing import for_whom, lines, maker, verdicts
from triage.verdict.rules.capacity import capacity
from triage.verdict.types import Verdict

FULL = (
    "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
    "2 Insufficient cpu."
)


def full(*namespaces: str) -> Maker:
    made = maker("w-1", "w-2")
    for name in namespaces:
        made.deployment(name, "web", 2, states=[pending(FULL, 30)])
    return made


def test_several_teams_that_find_no_room_are_the_clusters() -> None:
    (cause,) = verdicts(full("shop", "billing", "search"))
    assert (cause.verdict, cause.suspect.kind) == (Verdict.CLUSTER, "Cluster")
    assert set(cause.namespaces) == {"shop", "billing", "search"}


def test_an_autoscaler_at_its_maximum_speaks_for_the_cluster() -> None:
    made = full("shop")
    pod = made.pods(namespace="shop")[0]
    message = "pod didn't trigger scale-up: 1 max node group size reached"
    made.event(pod, "NotTriggerScaleUp", message, "cluster-autoscaler", kind="Normal", count=20, last=1)
    (cause,) = verdicts(made)
    assert cause.verdict is Verdict.CLUSTER


def test_a_namespace_whose_pods_pile_up_is_to_blame_for_all() -> None:
    made = full("shop", "billing")
    made.metric("kube_pod_status_phase:count", 900, namespace="exports", phase="Pending")
    made.metric("kube_pod_status_phase:count", 4, namespace="shop", phase="Running")
    found = lines(capacity, made)
    assert {str(line.suspect) for line in found} == {"Namespace exports"}
    assert len({line.explains for line in found}) == 2, "it explains every workload that waits"


def test_jobs_without_end_are_to_blame() -> None:
    made = full("shop")
    made.metric("kube_job_status_active:count", 2900, namespace="exports")
    assert for_whom(lines(capacity, made)) == {"Namespace exports": 4.2}


def test_a_workload_that_just_took_most_of_the_room_is_to_blame() -> None:
    made = full("shop")
    made.deployment("lab", "grid", 10, requests={"cpu": "1"}, minutes=60)
    assert for_whom(lines(capacity, made)) == {"Deployment lab/grid": 4.2}


def test_a_workload_that_asks_for_most_of_a_node_may_ask_for_less() -> None:
    made = maker("w-1", "w-2")
    made.deployment("shop", "web", 2, states=[pending(FULL, 30)], requests={"cpu": "7"})
    assert for_whom(lines(capacity, made)) == {"Deployment shop/web": 1.8}


def test_nodes_out_of_service_come_first() -> None:
    made = full("shop", "billing")
    made.cordon("w-2", 40)
    assert not lines(capacity, made)
