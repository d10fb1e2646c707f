"""Who filled the disk."""

import pytest

from tests.casework.makers import Scene as Made
from tests.casework.makers import creating, evicted
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.disk_filler import disk_filler

REPORT, NODE = Suspect("Deployment", "report", "batch"), Suspect("Node", "node-2")


def full(*, pressure: bool = True) -> Made:
    made = cluster()
    if pressure:
        made.condition("node-2", "DiskPressure", "True", "KubeletHasDiskPressure", "has disk pressure", minutes=20)
        made.node_event("node-2", "NodeHasDiskPressure", minutes=20)
    return made


@pytest.mark.parametrize(
    ("message", "suspect", "because"),
    [
        (
            "The node was low on resource: ephemeral-storage. Container report was using 18874368Ki, which exceeds its "
            "request of 0. ",
            REPORT,
            "until 1.26: a fifth of the disk",
        ),
        (
            "The node was low on resource: ephemeral-storage. Threshold quantity: 1931234567, available: 1203412Ki. "
            "Container report was using 18874368Ki, request is 0, has larger consumption of ephemeral-storage. ",
            REPORT,
            "since 1.27",
        ),
        (
            "The node was low on resource: ephemeral-storage. Threshold quantity: 1931234567, available: 1203412Ki. "
            "Container report was using 36Ki, request is 0, has larger consumption of ephemeral-storage. ",
            NODE,
            "36 KiB fill no disk",
        ),
        (
            "The node was low on resource: ephemeral-storage. Container report was using 18874368Ki, which exceeds its "
            "request of 18Gi. ",
            None,
            "it had asked for that much",
        ),
        ("Pod The node had condition: [DiskPressure]. ", None, "says nothing of who"),
        ('Container report exceeded its local ephemeral storage limit "1Gi". ', REPORT, "its own limit"),
        ("Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ", REPORT, "its own limit"),
        ('Usage of EmptyDir volume "cache" exceeds the limit "500Mi". ', REPORT, "its own limit"),
    ],
)
def test_what_the_kubelet_says_of_the_evicted(message: str, suspect: Suspect | None, because: str) -> None:
    made = full()
    workload = made.deployment("batch", "report", 1, nodes=["node-2"], state=evicted(message, 19))
    made.event(workload.pods[0], "Evicted", message, "kubelet", minutes=19)
    assert suspects(found(disk_filler, made)) == ([suspect] if suspect else []), because


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (
            "FailedCreatePodSandBox",
            "failed to create a sandbox for pod: write /var/lib/docker/overlay2/a: no space left on device",
        ),
        (
            "Failed",
            'Failed to pull image "a": failed to extract layer: write /var/lib/containerd/io.containerd.snapshotter.v1.'
            "overlayfs/snapshots/12/fs: no space left on device",
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "kube-api-access": mkdir /var/lib/kubelet/pods/a: '
            "read-only file system",
        ),
        (
            "FailedCreatePodContainer",
            "unable to ensure pod container exists: mkdir /sys/fs/cgroup/memory/kubepods: no space left on device",
        ),
    ],
)
def test_where_only_the_runtime_writes_it_is_the_machine(reason: str, message: str) -> None:
    made = cluster()
    for namespace in ("batch", "shop"):
        workload = made.deployment(namespace, "report", 1, nodes=["node-2"], state=creating(20))
        made.event(workload.pods[0], reason, message, "kubelet", minutes=19, last=1, count=9)
    assert suspects(found(disk_filler, made)) == [NODE]


def test_images_that_cannot_be_removed_are_the_nodes() -> None:
    made = full()
    words = "Failed to garbage collect required amount of images. Attempted to free 91 bytes, but only found 0 bytes"
    made.node_event("node-2", "FreeDiskSpaceFailed", words, kind="Warning", minutes=19, last=2, count=8)
    assert suspects(found(disk_filler, made)) == [NODE]


def test_a_flood_of_logs_is_to_blame_for_the_pressure_and_for_the_neighbour_that_had_to_go() -> None:
    made = full()
    flood = "The node was low on resource: ephemeral-storage. Container report was using 18874368Ki, request is 0"
    small = "The node was low on resource: ephemeral-storage. Container cart was using 36Ki, request is 0"
    for namespace, name, words in (("batch", "report", flood), ("shop", "cart", small)):
        workload = made.deployment(namespace, name, 1, nodes=["node-2"], state=evicted(words, 19))
        made.event(workload.pods[0], "Evicted", words, "kubelet", minutes=19)
    (cause,) = causes(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, REPORT)
