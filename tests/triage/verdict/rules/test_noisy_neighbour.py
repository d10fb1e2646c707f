"""Who took the node's memory."""

import pytest

from tests.casework.makers import Scene as Made
from tests.casework.makers import crashing, evicted
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.noisy_neighbour import noisy_neighbour

GB = 1e9
REPORT = Suspect("Deployment", "report", "batch")


def starved(node: str = "node-2", minutes: float = 20) -> Made:
    """A node under memory pressure on which the workload of one team runs, and one of another."""
    made = cluster()
    made.condition(node, "MemoryPressure", "True", "KubeletHasInsufficientMemory", "insufficient", minutes=minutes)
    made.node_event(node, "NodeHasInsufficientMemory", minutes=minutes)
    return made


@pytest.mark.parametrize(
    ("message", "is_culprit", "because"),
    [
        (
            "The node was low on resource: memory. Container report was using 9123456Ki, which exceeds its request of "
            "0. ",
            True,
            "until 1.26; a third of the node",
        ),
        (
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 60212Ki. Container report was "
            "using 9123456Ki, request is 256Mi, has larger consumption of memory. ",
            True,
            "since 1.27",
        ),
        (
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 60212Ki. Container report was "
            "using 96Mi, request is 64Mi, has larger consumption of memory. ",
            False,
            "some megabytes are no reason for the node to starve: a victim",
        ),
        (
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 60212Ki. Container report was "
            "using 9123456Ki, request is 12Gi, has larger consumption of memory. ",
            False,
            "it kept within what it asked for, and the scheduler gave it that",
        ),
        ("Pod The node had condition: [MemoryPressure]. ", False, "it was not even let in"),
        (
            "The node was low on resource: ephemeral-storage. Container report was using 9123456Ki, request is 0, has "
            "larger consumption of ephemeral-storage. ",
            False,
            "another resource",
        ),
    ],
)
def test_what_the_kubelet_says_of_the_evicted_container(message: str, is_culprit: bool, because: str) -> None:
    made = starved()
    workload = made.deployment("batch", "report", 1, nodes=["node-2"], state=evicted(message, 19))
    made.event(workload.pods[0], "Evicted", message, "kubelet", minutes=19)
    assert (REPORT in suspects(found(noisy_neighbour, made))) is is_culprit, because


def test_the_largest_by_far_is_to_blame_for_the_node_and_its_victims() -> None:
    made = starved()
    made.deployment("batch", "report", 1, nodes=["node-2"], requests={"cpu": "100m"})
    victim = made.deployment("shop", "cart", 1, nodes=["node-2"], state=crashing(18))
    for workload, use in (("report", 25 * GB), ("cart", 0.2 * GB)):
        namespace = "batch" if workload == "report" else "shop"
        made.metric("container_memory_working_set_bytes", use, namespace=namespace, pod=workload, node="node-2")
    made.alert("KubePodCrashLooping", 18, victim.pods[0])
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, REPORT)


def test_a_service_of_the_machine_is_the_nodes_own() -> None:
    made = starved()
    made.deployment("batch", "report", 1, nodes=["node-2"])
    made.metric("container_memory_working_set_bytes", 26 * GB, id="/system.slice/audit.service", node="node-2")
    made.metric("container_memory_working_set_bytes", 3 * GB, namespace="batch", pod="report", node="node-2")
    assert suspects(found(noisy_neighbour, made)) == [Suspect("Node", "node-2")]


def test_two_of_a_size_are_nobody() -> None:
    made = starved()
    for namespace in ("batch", "shop"):
        made.deployment(namespace, "report", 1, nodes=["node-2"])
        made.metric("container_memory_working_set_bytes", 12 * GB, namespace=namespace, pod="report", node="node-2")
    assert not found(noisy_neighbour, made)


def test_without_numbers_the_one_that_came_to_all_of_them_before_they_ran_out() -> None:
    made = cluster("node-1", "node-2", "node-3", "node-4", "node-5")
    for node in ("node-1", "node-2"):
        made.node_event(node, "NodeHasInsufficientMemory", minutes=20)
        made.lose_node(node, 18)
    made.deployment("batch", "report", 2, nodes=["node-1", "node-2"], minutes=40)
    made.deployment("shop", "cart", 3, nodes=["node-1", "node-2", "node-4"])
    assert suspects(found(noisy_neighbour, made)) == [REPORT]


def test_a_lost_node_whose_memory_nobody_complained_of_is_another_story() -> None:
    made = cluster()
    made.lose_node("node-2", 18)
    made.deployment("batch", "report", 1, nodes=["node-2"])
    made.metric("container_memory_working_set_bytes", 25 * GB, namespace="batch", pod="report", node="node-2")
    assert not found(noisy_neighbour, made)
