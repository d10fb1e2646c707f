"""A kubelet that takes a pod and refuses it."""

from dataclasses import replace

import pytest

from tests.casework.makers import Scene as Made
from tests.casework.makers import Workload, finished
from tests.triage.verdict.rules.staging import causes, cluster, found
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.devices import devices
from triage.verdict.weights import FAIR, PROOF, STRONG


def refused(made: Made, reason: str, message: str) -> Workload:
    state = replace(finished(1), reason=reason, message=message)
    return made.deployment("vision", "train", 1, state=state, nodes=["node-2"])


@pytest.mark.parametrize(
    ("reason", "message", "weight", "because"),
    [
        (
            "UnexpectedAdmissionError",
            "Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu",
            PROOF,
            "the plugin offered a device that does not work",
        ),
        (
            "UnexpectedAdmissionError",
            "Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1",
            PROOF,
            "the plugin has fewer devices than the node says",
        ),
        (
            "TopologyAffinityError",
            "Resources cannot be allocated with Topology locality",
            STRONG,
            "the topology manager of the node",
        ),
        (
            "OutOfcpu",
            "Node didn't have enough resource: cpu, requested: 4000, used: 7000, capacity: 8000",
            STRONG,
            "the kubelet counts otherwise than the scheduler",
        ),
    ],
)
def test_what_a_kubelet_refuses_is_its_nodes(reason: str, message: str, weight: float, because: str) -> None:
    made = cluster()
    workload = refused(made, reason, message)
    subject = Suspect("Deployment", workload.name, workload.namespace)
    told = {one.suspect: one.weight for one in found(devices, made)}
    assert told == {Suspect("Node", "node-2"): weight, subject: -FAIR}, because


def test_the_verdict() -> None:
    made = cluster()
    refused(made, "UnexpectedAdmissionError", "Allocate failed due to no healthy devices present; which is unexpected")
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Node", "node-2"))


def test_a_pod_that_was_never_taken_is_another_matter() -> None:
    made = cluster()
    made.unschedulable(made.deployment("vision", "train", 1).pods[0], "0/3 nodes are available: 3 Insufficient cpu.")
    assert not found(devices, made)
