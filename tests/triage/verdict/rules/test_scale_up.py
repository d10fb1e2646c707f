"""Autoscalers that cannot make a node."""

import pytest

from tests.casework.makers import pending
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict import Suspect
from triage.verdict.rules.scale_up import scale_up
from triage.verdict.weights import PROOF, STRONG

CART = Suspect("Deployment", "cart", "shop")
FULL = (
    "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found."
)


@pytest.mark.parametrize(
    ("reason", "message", "weight", "because"),
    [
        (
            "FailedToScaleUpGroup",
            "Scale-up failed for group spot-a: Could not launch Spot Instances. InsufficientInstanceCapacity",
            PROOF,
            "the cloud has no room",
        ),
        ("ScaleUpTimedOut", "Nodes added to group spot-a failed to register within 15m", PROOF, "no node arrived"),
        ("ScaledUpGroup", "Scale-up: setting group spot-a size to 4", None, "it makes one"),
    ],
)
def test_what_the_autoscaler_says_of_its_groups(reason: str, message: str, weight: float | None, because: str) -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=pending(FULL))
    status = made.add("v1", "ConfigMap", "cluster-autoscaler-status", "kube-system")
    made.event(status, reason, message, "cluster-autoscaler", minutes=5)
    told = [(one.suspect.kind, one.weight, one.explains) for one in found(scale_up, made)]
    assert told == ([("Cluster", weight, (CART,))] if weight else []), because


def test_what_it_says_of_the_pod() -> None:
    made = cluster()
    pod = made.deployment("shop", "cart", 1, state=pending(FULL)).pods[0]
    message = "pod didn't trigger scale-up: 1 in backoff after failed scale-up, 2 max node group size reached"
    made.event(pod, "NotTriggerScaleUp", message, "cluster-autoscaler", kind="Normal", minutes=5)
    assert [one.weight for one in found(scale_up, made)] == [STRONG]


def test_a_pod_that_fits_no_group_is_another_matter() -> None:
    made = cluster()
    pod = made.deployment("shop", "cart", 1, state=pending(FULL)).pods[0]
    message = "pod didn't trigger scale-up: 3 node(s) didn't match Pod's node affinity/selector"
    made.event(pod, "NotTriggerScaleUp", message, "cluster-autoscaler", kind="Normal", minutes=5)
    assert not found(scale_up, made)
