"""Applications whose volumes fail by their own doing: claims, classes, strategies and the room in them."""

from tests.casework.makers import Case, crashing, creating, team_truth
from tests.casework.stage import crash, crash_alerts, give_pod, no_fit, stage, unavailable

UNBOUND = "pod has unbound immediate PersistentVolumeClaims"


def storage_class_unknown() -> Case:
    scene, _ = stage("2026-03-11T08:08:00Z", storage=True, helm=True)
    claim = scene.claim("wiki", "pages", storage_class="fast-nvme", phase="Pending", minutes=44)
    scene.event(
        claim,
        "ProvisioningFailed",
        'storageclass.storage.k8s.io "fast-nvme" not found',
        "persistentvolume-controller",
        minutes=44,
        last=0.5,
        count=176,
    )
    wiki = scene.deployment("wiki", "wiki", 1, claims=["pages"], minutes=44, revision=1)
    words = no_fit({UNBOUND: 4}).replace("4 pod has", "pod has")
    scene.unschedulable(wiki.pods[0], words, 43, count=9, last=12)
    unavailable(scene, wiki, 43)
    scene.claim("media", "originals", minutes=20)
    return scene.case(
        "storage-class-unknown",
        "A claim names a storage class that this cluster does not have",
        team_truth(
            "claim pages",
            "Claims of the classes that exist are bound, also today; the name is the team's.",
            "wiki",
            trap="ProvisioningFailed and a pod that no node takes: it looks like storage.",
        ),
        hard=True,
    )


def volume_full() -> Case:
    scene, _ = stage("2026-03-12T23:15:00Z", storage=True)
    store = scene.stateful_set("metrics-team", "tsdb", 1, claim="data")
    crash(scene, store.pods[0], crashing(25, restarts=9))
    for name, value in (("available", 184_320.0), ("capacity", 21_003_583_488.0)):
        scene.metric(
            f"kubelet_volume_stats_{name}_bytes",
            value,
            namespace="metrics-team",
            persistentvolumeclaim="data-tsdb-0",
        )
    scene.alert(
        "KubePersistentVolumeFillingUp",
        95,
        namespace="metrics-team",
        persistentvolumeclaim="data-tsdb-0",
        node="worker-1",
    )
    scene.alert("KubePodCrashLooping", 24, store.pods[0])
    return scene.case(
        "volume-full",
        "A database has filled its own volume",
        team_truth(
            "claim data-tsdb-0",
            "The volume works and is full of the team's data: it must delete some or ask for more.",
            "metrics-team",
            trap="An alert of a persistent volume looks like storage of the platform.",
        ),
        hard=True,
    )


def one_claim_two_nodes() -> Case:
    scene, _ = stage("2026-03-13T14:30:00Z", storage=True, version="v1.26.15", runtime="containerd://1.6.28")
    claim = scene.claim("cms", "uploads")
    volume = claim["spec"]["volumeName"]
    cms = scene.deployment("cms", "cms", 1, claims=["uploads"], nodes=["worker-1"])
    old = cms.pods[0]["metadata"]["name"]
    made = scene.rollout(cms, state=creating(38), minutes=38, node="worker-3", claims=["uploads"])
    for pod in made:
        scene.event(
            pod,
            "FailedAttachVolume",
            f'Multi-Attach error for volume "{volume}" Volume is already used by pod(s) {old}',
            "attachdetach-controller",
            minutes=38,
        )
        scene.event(
            pod,
            "FailedMount",
            "Unable to attach or mount volumes: unmounted volumes=[volume-uploads], unattached volumes=[volume-uploads]"
            ": timed out waiting for the condition",
            "kubelet",
            minutes=36,
            last=2,
            count=15,
        )
    unavailable(scene, cms, 37, made)
    scene.alert("KubeDeploymentRolloutStuck", 27, cms)
    return scene.case(
        "one-claim-two-nodes",
        "A rolling update wants one ReadWriteOnce volume on two nodes",
        team_truth(
            "deployment cms",
            "Both nodes are well; the volume is attached where the old pod runs. The team's strategy must be Recreate, "
            "or its volume one for many.",
            "cms",
            trap="Multi-Attach is also what a lost node leaves behind, and FailedAttachVolume looks like storage.",
        ),
        hard=True,
    )


def claim_missing() -> Case:
    scene, _ = stage("2026-03-14T09:41:00Z", storage=True)
    archive = scene.deployment("legal", "archive", 1, claims=["archive-data"], minutes=31, revision=2)
    words = 'persistentvolumeclaim "archive-data" not found'
    scene.unschedulable(
        archive.pods[0],
        f"0/4 nodes are available: {words}. preemption: 0/4 nodes are available: 4 Preemption is not "
        "helpful for scheduling.",
        30,
        count=6,
        last=9,
    )
    unavailable(scene, archive, 29)
    scene.drop("PersistentVolume", "PersistentVolumeClaim", "StorageClass")
    return scene.case(
        "claim-missing",
        "A deployment names a claim that does not exist",
        team_truth("deployment archive", "The team must create the claim or name the right one.", "legal"),
    )


def claim_selector_matches_none() -> Case:
    scene, _ = stage("2026-03-15T17:17:00Z", storage=True, helm=True, version="v1.27.16")
    claim = scene.claim("maps", "tiles", storage_class="", phase="Pending", minutes=75)
    claim["spec"]["selector"] = {"matchLabels": {"content": "tiles-2026"}}
    scene.add(
        "v1",
        "PersistentVolume",
        "nfs-tiles",
        labels={"content": "tiles-2025"},
        spec={
            "capacity": {"storage": "500Gi"},
            "accessModes": ["ReadOnlyMany"],
            "nfs": {"server": "nfs.example.com", "path": "/tiles"},
        },
        status={"phase": "Available"},
    )
    scene.event(
        claim,
        "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set",
        "persistentvolume-controller",
        kind="Normal",
        minutes=59,
        last=0.4,
        count=238,
    )
    tiles = scene.deployment("maps", "tile-server", 2, claims=["tiles"], minutes=75, revision=1)
    for pod in tiles.pods:
        scene.unschedulable(pod, no_fit({UNBOUND: 4}).replace("4 pod has", "pod has"), 59, count=14, last=20)
    unavailable(scene, tiles, 58)
    return scene.case(
        "claim-selector-matches-none",
        "A claim selects volumes by a label that none carries",
        team_truth(
            "claim tiles",
            "The volume is there and free; the selector of the team's claim has next year's label.",
            "maps",
            trap='"no persistent volumes available" reads as if the platform had none.',
        ),
        hard=True,
    )


def volume_read_only_mount() -> Case:
    scene, _ = stage("2026-03-16T04:30:00Z", storage=True)
    scene.claim("recipes", "cache")
    cache = scene.deployment("recipes", "recipe-cache", 1, claims=["cache"], minutes=70, revision=4)
    give_pod(cache, securityContext={"runAsUser": 1001})
    crash(scene, cache.pods[0], crashing(69, exit_code=1, restarts=18))
    crash_alerts(scene, cache, 68)
    scene.alert(
        "RecipeCacheWriteErrors",
        68,
        cache.pods[0],
        hold=5,
        summary="Writes to the cache fail",
        description="open /cache/index: permission denied",
    )
    return scene.case(
        "volume-belongs-to-another-user",
        "A release runs as another user, who may not write to its volume",
        team_truth(
            "deployment recipe-cache",
            "The volume is mounted and well; the team changed runAsUser and set no fsGroup.",
            "recipes",
        ),
    )


CASES = (
    storage_class_unknown(),
    volume_full(),
    one_claim_two_nodes(),
    claim_missing(),
    claim_selector_matches_none(),
    volume_read_only_mount(),
)
