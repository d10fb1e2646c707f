"""What schedulers and autoscalers of all versions write, counted."""

import pytest

from triage.verdict.scheduling_messages import Predicate, Unplaced, read

P = Predicate

COUNTED = [
    (
        "0/3 nodes are available: 3 node(s) didn't match node selector.",
        3,
        {P.SELECTOR: 3},
        "up to 1.20",
    ),
    (
        "0/4 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't "
        "tolerate, 3 node(s) didn't match Pod's node affinity.",
        4,
        {P.TAINT: 1, P.SELECTOR: 3},
        "1.20; the comma within the part about the taint separates nothing",
    ),
    (
        "0/5 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu, 2 node(s) had untolerated taint "
        "{pool: batch}. preemption: 0/5 nodes are available: 2 No preemption victims found for incoming pod, 3 "
        "Preemption is not helpful for scheduling.",
        5,
        {P.CORDONED: 1, P.RESOURCES: 2, P.TAINT: 2},
        "since 1.24; what follows `preemption:` counts the same nodes again",
    ),
    (
        "0/6 nodes are available: 2 node(s) didn't match pod topology spread constraints, 3 node(s) had untolerated "
        "taint(s), 1 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/6 nodes "
        "are available: 6 Preemption is not helpful for scheduling.",
        6,
        {P.SPREAD: 2, P.TAINT: 3, P.ANTI_AFFINITY: 1},
        "1.34 names no keys of taints, and tells of claims before the preemption",
    ),
    (
        "0/2 nodes are available: 2 node(s) didn't match pod affinity/anti-affinity, 2 node(s) didn't satisfy existing "
        "pods anti-affinity rules.",
        2,
        {P.ANTI_AFFINITY: 4},
        "1.16 to 1.20 count a node twice",
    ),
    (
        "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.",
        2,
        {P.AFFINITY: 2},
        "no pod is there to stand beside",
    ),
    (
        "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 1 Too many pods, 1 "
        "node(s) exceed max volume count.",
        3,
        {P.PORTS: 1, P.PODS: 1, P.VOLUME_COUNT: 1},
        "the rarer predicates",
    ),
    (
        "0/3 nodes are available: 3 node(s) had volume node affinity conflict.",
        3,
        {P.VOLUME_ZONE: 3},
        "a disk of another zone",
    ),
    (
        "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are "
        "available: 4 Preemption is not helpful for scheduling.",
        4,
        {P.UNBOUND: 4},
        "a reason without a count holds for all nodes",
    ),
    (
        "0/3 nodes are available: 1 node(s) had no available disk, 2 node(s) didn't find available persistent volumes "
        "to bind.",
        3,
        {P.VOLUME_FREE: 3},
        "old clouds, and local volumes",
    ),
    (
        'running "VolumeBinding" filter plugin for pod "db-0": pod has unbound immediate PersistentVolumeClaims',
        0,
        {P.UNBOUND: 1},
        "1.18 and 1.19 count no nodes here",
    ),
    (
        "pod didn't trigger scale-up (it wouldn't fit if a new node is added): 1 max limit reached",
        0,
        {P.MAXIMUM: 1},
        "the autoscaler up to 1.15",
    ),
    (
        "pod didn't trigger scale-up: 12 node(s) didn't match Pod's node affinity/selector, 3 max node group size "
        "reached",
        0,
        {P.SELECTOR: 12, P.MAXIMUM: 3},
        "the autoscaler since; it counts groups",
    ),
    ("0/3 nodes are available: 3 my plugin says no.", 3, {P.OTHER: 3}, "a plugin of somebody's own"),
    ("no nodes available to schedule pods", 0, {P.OTHER: 0}, "an empty cluster"),
]


@pytest.mark.parametrize(("message", "total", "counts", "because"), COUNTED)
def test_each_predicate_is_counted(message: str, total: int, counts: dict[Predicate, int], because: str) -> None:
    said = read(message)
    assert said is not None, because
    assert (said.total, said.counts) == (total, counts), because


def test_resources_taints_and_claims_are_named() -> None:
    said = read("0/4 nodes are available: 3 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {a/b: c}.")
    assert said == Unplaced(4, {P.RESOURCES: 3, P.TAINT: 1}, {"nvidia.com/gpu": 3}, {"a/b": 1})
    claim = read(
        '0/4 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/4 nodes are available.'
    )
    assert claim is not None
    assert claim.claim == "data"
    quoted = read("Pod shop/cart waits: 0/2 nodes are available: 2 Insufficient memory.")
    assert quoted is not None
    assert quoted.resources == {"memory": 2}, "as alerts quote it"


@pytest.mark.parametrize("message", ["", "Successfully assigned shop/cart to worker-1", "skip schedule deleting pod"])
def test_what_says_nothing_about_nodes_is_nothing(message: str) -> None:
    assert read(message) is None
