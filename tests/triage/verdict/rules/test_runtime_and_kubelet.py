"""Nodes on which nothing can be started, stopped or counted."""

import pytest

from tests.casework.makers import creating, unready
from tests.triage.verdict.rules.staging import cluster, found, suspects
from triage.verdict import Suspect
from triage.verdict.rules.runtime_and_kubelet import runtime_and_kubelet

NODE = Suspect("Node", "node-2")


@pytest.mark.parametrize(
    ("message", "is_node", "because"),
    [
        (
            'Failed to create pod sandbox: rpc error: code = Unavailable desc = connection error: desc = "transport: '
            'Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
            True,
            "containerd is down",
        ),
        (
            "Failed to create pod sandbox: rpc error: code = Unavailable desc = error reading from server: EOF",
            True,
            "it went away while it answered",
        ),
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?", True, "docker"),
        (
            'dial unix /var/run/crio/crio.sock: connect: connection refused"',
            True,
            "CRI-O",
        ),
        (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed "
            "to start shim: fork/exec /usr/bin/containerd-shim-runc-v2: resource temporarily unavailable: unknown",
            True,
            "no process can be started on the node",
        ),
        ('Error: secret "cart" not found', False, "its own"),
        ('Back-off pulling image "registry.example.com/cart:v2"', False, "its own, or the registry's"),
        (
            "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
            False,
            "of one workload alone: it may be slow by itself",
        ),
    ],
)
def test_what_the_kubelet_says_of_its_runtime(message: str, is_node: bool, because: str) -> None:
    made = cluster()
    workload = made.deployment("shop", "cart", 1, nodes=["node-2"], state=creating(20))
    made.event(workload.pods[0], "FailedCreatePodSandBox", message, "kubelet", minutes=19, last=1, count=40)
    assert (suspects(found(runtime_and_kubelet, made)) == [NODE]) is is_node, because


def test_ready_and_not_ready_by_turns() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, nodes=["node-2"], state=unready(40))
    for minutes in (41, 30, 20, 9):
        made.node_event("node-2", "NodeNotReady", component="node-controller", minutes=minutes)
        made.node_event("node-2", "NodeReady", minutes=minutes - 3)
    assert suspects(found(runtime_and_kubelet, made)) == [NODE]


@pytest.mark.parametrize(
    ("rebooted", "minutes", "is_node", "because"),
    [
        (["node-2"], 12, True, "it began with the reboot"),
        (["node-1", "node-2", "node-3"], 12, False, "the whole cluster was started"),
        (["node-2"], 50, False, "long ago"),
    ],
)
def test_reboots(rebooted: list[str], minutes: int, is_node: bool, because: str) -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, nodes=["node-2"], state=unready(11))
    for node in rebooted:
        made.node_event(
            node, "Rebooted", f"Node {node} has been rebooted, boot id: 7c1e", kind="Warning", minutes=minutes
        )
    assert (suspects(found(runtime_and_kubelet, made)) == [NODE]) is is_node, because


def test_a_kernel_that_hangs() -> None:
    made = cluster()
    made.node_event("node-2", "TaskHung", "INFO: task runc:48111 blocked for more than 120 seconds.", minutes=9, last=2)
    assert suspects(found(runtime_and_kubelet, made)) == [NODE]
