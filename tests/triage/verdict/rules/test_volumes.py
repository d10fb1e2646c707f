# ruff: noqa: E501 - messages stand as they were written
"""Who is to blame for a volume that is not there."""

import pytest

from tests.casework.makers import Scene, crashing, creating, pending
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.volumes import volumes
from triage.verdict.volume_messages import MOUNT_SIGNS, PROVISION_SIGNS, Blame, Sign


def blamed(signs: tuple[Sign, ...], message: str) -> Blame | None:
    return next((sign.blame for sign in signs if sign.pattern.fits(message)), None)


@pytest.mark.parametrize(
    ("message", "blame", "because"),
    [
        (
            'MountVolume.SetUp failed for volume "config" : configmap "web-config" not found',
            Blame.SILENT,
            "a missing config map is the rule of configuration",
        ),
        (
            'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers',
            Blame.DRIVER,
            "the node has no driver",
        ),
        (
            'AttachVolume.Attach failed for volume "pvc-1" : CSINode ip-10-0-1-7 does not contain driver ebs.csi.aws.com',
            Blame.DRIVER,
            "the same, told by the attach controller",
        ),
        (
            'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
            Blame.SHARED,
            "one disk, two nodes",
        ),
        (
            'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = Could not attach volume "vol-0a" to node "i-0b": volume is already attached',
            Blame.STORAGE,
            "the driver's own error",
        ),
        (
            'AttachVolume.Attach failed for volume "pvc-1" : timed out waiting for external-attacher of cephfs.csi.ceph.com CSI driver to attach volume 0001',
            Blame.STORAGE,
            "nobody attaches",
        ),
        (
            'MountVolume.SetUp failed for volume "data" : mkdir /var/lib/kubelet/pods/4b/volumes: read-only file system',
            Blame.NODE,
            "the node's own disk",
        ),
        (
            'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: timed out waiting for the condition',
            Blame.NODE,
            "the kubelet does not hear the API server",
        ),
        (
            'MountVolume.SetUp failed for volume "host" : hostPath type check failed: /data is not a directory',
            Blame.OWN,
            "the pod's own path",
        ),
        (
            'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 Output: mount.nfs: Connection timed out',
            Blame.SERVER,
            "the server does not answer",
        ),
        (
            "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: timed out waiting for the condition",
            Blame.STORAGE,
            "says little, and never that the pod is wrong",
        ),
    ],
)
def test_what_the_kubelet_says_of_a_mount(message: str, blame: Blame, because: str) -> None:
    assert blamed(MOUNT_SIGNS, message) is blame, because


@pytest.mark.parametrize(
    ("message", "blame", "because"),
    [
        ('storageclass.storage.k8s.io "fast" not found', Blame.OWN, "the claim names it"),
        (
            'failed to provision volume with StorageClass "gp3": claim Selector is not supported',
            Blame.OWN,
            "no dynamic volume is made for a selector",
        ),
        (
            'failed to provision volume with StorageClass "gp3": rpc error: code = InvalidArgument desc = Volume capabilities MULTI_NODE_MULTI_WRITER not supported. Only AccessModes[ReadWriteOnce] supported.',
            Blame.OWN,
            "the class cannot share, the claim asks for it",
        ),
        (
            'failed to provision volume with StorageClass "gp3": rpc error: code = Internal desc = Could not create volume: UnauthorizedOperation: You are not authorized to perform this operation.',
            Blame.STORAGE,
            "the driver's role in the cloud",
        ),
        (
            "failed to provision volume with StorageClass \"std\": googleapi: Error 403: Quota 'SSD_TOTAL_GB' exceeded.",
            Blame.STORAGE,
            "the cloud account's quota",
        ),
        (
            'failed to provision volume with StorageClass "rbd": rpc error: code = DeadlineExceeded desc = context deadline exceeded',
            Blame.STORAGE,
            "the backend hangs",
        ),
    ],
)
def test_what_a_provisioner_says(message: str, blame: Blame, because: str) -> None:
    assert blamed(PROVISION_SIGNS, message) is blame, because


def waiting_for(made: Scene, **claim: str) -> None:
    made.storage_class("standard", lazy=False)
    made.claim("shop", "data", phase="Pending", minutes=30, **claim)
    made.deployment("shop", "db", 1, state=pending("pod has unbound immediate PersistentVolumeClaims"), claims=["data"])


def test_a_class_that_does_not_exist_is_the_claims_own() -> None:
    made = cluster()
    waiting_for(made, storage_class="fast")
    assert suspects(found(volumes, made)) == [Suspect("PersistentVolumeClaim", "data", "shop")]
    assert causes(made)[0].verdict is Verdict.APPLICATION


def test_a_provisioner_that_does_not_answer_is_the_clusters() -> None:
    made = cluster()
    waiting_for(made)
    claim = made.find("PersistentVolumeClaim", "data", "shop")
    made.event(
        claim,
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'csi.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
        "persistentvolume-controller",
        kind="Normal",
        count=40,
    )
    assert suspects(found(volumes, made)) == [Suspect("StorageClass", "standard")]
    assert causes(made)[0].verdict is Verdict.CLUSTER


MULTI = 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) {}'


def test_two_revisions_that_share_a_disk_are_the_teams() -> None:
    made = cluster()
    made.claim("shop", "data")
    db = made.deployment("shop", "db", 1, nodes=["node-1"], claims=["data"])
    fresh = made.replacement(db, creating(), node="node-2", claims=["data"])
    made.event(fresh, "FailedAttachVolume", MULTI.format(db.pods[0]["metadata"]["name"]), "attachdetach-controller")
    assert suspects(found(volumes, made)) == [Suspect("Deployment", "db", "shop")]


def test_a_disk_that_a_dead_node_holds_is_the_nodes() -> None:
    made = cluster()
    made.claim("shop", "data")
    db = made.deployment("shop", "db", 1, nodes=["node-1"], claims=["data"])
    made.lose_node("node-1")
    fresh = made.replacement(db, creating(), node="node-2", claims=["data"])
    made.event(fresh, "FailedAttachVolume", MULTI.format(db.pods[0]["metadata"]["name"]), "attachdetach-controller")
    assert suspects(found(volumes, made)) == [Suspect("Node", "node-1")]
    assert causes(made)[0].verdict is Verdict.CLUSTER


def test_a_full_claim_is_its_owners() -> None:
    made = cluster()
    made.claim("shop", "data")
    made.deployment("shop", "db", 1, state=crashing(), claims=["data"])
    for name, value in (("used", 20e9), ("capacity", 20.1e9)):
        labels = {"namespace": "shop", "persistentvolumeclaim": "data"}
        made.metric(f"kubelet_volume_stats_{name}_bytes", value, **labels)
    assert suspects(found(volumes, made)) == [Suspect("Deployment", "db", "shop")]


def test_several_claims_with_room_that_take_no_more_are_the_storages() -> None:
    made = cluster()
    for namespace in ("shop", "search"):
        made.claim(namespace, "data")
        made.deployment(namespace, "db", 1, state=crashing(), claims=["data"])
        made.service(namespace, "db")
        words = "could not write: No space left on device"
        made.alert("DatabaseNotWritable", 10, namespace=namespace, service="db", summary=words)
        labels = {"namespace": namespace, "persistentvolumeclaim": "data"}
        made.metric("kubelet_volume_stats_used_bytes", 4e9, **labels)
        made.metric("kubelet_volume_stats_capacity_bytes", 20e9, **labels)
    assert suspects(found(volumes, made)) == [Suspect("StorageClass", "standard")]


def test_a_volume_in_a_zone_without_nodes_is_the_platforms() -> None:
    made = cluster()
    made.claim("shop", "data", zone="zone-z")
    why = "0/3 nodes are available: 3 node(s) had volume node affinity conflict."
    db = made.deployment("shop", "db", 1, state=pending(why), claims=["data"])
    made.unschedulable(db.pods[0], why)
    assert suspects(found(volumes, made)) == [Suspect("Zone", "zone-z")]
