"""Volumes: drivers, what they drive, and where it stands."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Scene, cluster_truth, crashing, creating, pending, unready


def controller_down() -> Case:
    scene = Scene("2026-03-12T09:33:00Z", cluster="eu-1", helm=True)
    parts = platform(scene, storage="ebs-csi")
    tenants(scene)
    scene.find("StorageClass", "standard")["provisioner"] = "ebs.csi.aws.com"
    driver = parts["csi-controller"]
    scene.put(driver, crashing(51, exit_code=1))
    scene.back_off(driver.pods[0], 50)
    message = (
        "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are "
        "available: 4 Preemption is not helpful for scheduling."
    )
    for namespace, name in (("reviews", "ratings-db"), ("wallet", "ledger-db")):
        claim = scene.claim(namespace, f"data-{name}-0", phase="Pending", minutes=44)
        database = scene.stateful_set(namespace, name, 3, made=1, state=pending(message, 44), minutes=44)
        scene.scheduler_event(database.pods[0], message, minutes=44, count=3)
        scene.event(
            claim,
            "ExternalProvisioning",
            "Waiting for a volume to be created either by the external provisioner "
            "'ebs.csi.aws.com' or manually by the system administrator. If volume creation is delayed, please verify "
            "that the provisioner is running and correctly registered.",
            "persistentvolume-controller",
            kind="Normal",
            minutes=44,
            last=0.2,
            count=176,
        )
        scene.short_of_replicas(database, 44)
        scene.alert("KubePodNotReady", 44, database.pods[0])
    scene.alert("KubePodCrashLooping", 50, driver.pods[0])
    return scene.case(
        "storage-controller-down",
        "Two new databases wait for volumes: the driver's controller crashes",
        cluster_truth(
            "CSI controller",
            "Nobody makes volumes while the platform's provisioner crashes.",
            "reviews",
            "wallet",
            trap="Two databases that were never ready, each with a claim of its own that is pending.",
        ),
        hard=True,
    )


def node_plugin_missing() -> Case:
    scene = Scene("2026-06-02T18:21:00Z", cluster="prod-4", version="v1.33.4")
    parts = platform(scene, workers=["w-1", "w-2"], storage="efs-csi", monitoring=False)
    apps = tenants(scene, {"video": {"encode": 2}, "shop": {"cart": 2}})
    scene.node("w-3", minutes=55)
    parts["csi-node"].obj["spec"]["template"]["spec"]["nodeSelector"] = {"node.example.com/pool": "general-v1"}
    parts["csi-node"].obj["status"] = {"desiredNumberScheduled": 2, "currentNumberScheduled": 2}
    claim = scene.claim("video", "library", storage_class="shared", driver="efs.csi.aws.com", modes=("ReadWriteMany",))
    for pod in apps["encode"].pods:
        pod["spec"]["volumes"] = [{"name": "library", "persistentVolumeClaim": {"claimName": "library"}}]
    apps["encode"].obj["spec"]["replicas"] = 3
    pod = scene.replacement(apps["encode"], creating(41), node="w-3", claims=["library"])
    volume = claim["spec"]["volumeName"]
    scene.event(
        pod,
        "FailedMount",
        f'MountVolume.MountDevice failed for volume "{volume}" : '
        "kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name efs.csi.aws.com not "
        "found in the list of registered CSI drivers",
        "kubelet",
        minutes=41,
        last=1.6,
        count=27,
    )
    scene.alert("KubePodNotReady", 41, pod)
    scene.short_of_replicas(apps["encode"], 41)
    return scene.case(
        "storage-node-plugin-missing",
        "On the new node no volume can be mounted: the driver's DaemonSet does not run there",
        cluster_truth(
            "CSI node plugin on w-3",
            "The platform's DaemonSet selects an older pool; the driver is not registered on the new node.",
            "video",
            trap="FailedMount of one pod of one deployment while every DaemonSet has what it desires.",
        ),
        hard=True,
    )


def attached_to_dead_node() -> Case:
    scene = Scene("2026-02-28T22:54:00Z", cluster="eu-1")
    platform(scene, storage="pd-csi", monitoring=False)
    tenants(scene)
    database = scene.stateful_set("orders", "orders-db", 1, claim="data", nodes=["worker-2"])
    scene.lose_node("worker-2", 41, evict=True)
    scene.objects.remove(database.pods.pop())
    pod = scene.pod(
        "orders",
        "orders-db-0",
        owner=database.obj,
        state=creating(33),
        node="worker-1",
        minutes=33,
        claims=["data-orders-db-0"],
        labels={"app": "orders-db"},
    )
    database.pods.append(pod)
    volume = scene.find("PersistentVolumeClaim", "data-orders-db-0", "orders")["spec"]["volumeName"]
    scene.event(
        pod,
        "FailedAttachVolume",
        f'Multi-Attach error for volume "{volume}" Volume is already exclusively attached to '
        "one node and can't be attached to another",
        "attachdetach-controller",
        minutes=33,
    )
    scene.event(
        pod,
        "FailedMount",
        "Unable to attach or mount volumes: unmounted volumes=[volume-data-orders-db-0], unattached "
        "volumes=[], failed to process volumes=[]: timed out waiting for the condition",
        "kubelet",
        minutes=31,
        last=2,
        count=13,
    )
    scene.short_of_replicas(database, 41)
    scene.alert("KubePodNotReady", 33, pod)
    scene.alert(
        "OrdersDatabaseDown",
        40,
        hold=2,
        severity="critical",
        namespace="orders",
        service="orders-db",
        summary="No database for orders",
    )
    scene.drop("Service", "EndpointSlice", "ReplicaSet")
    return scene.case(
        "storage-attached-to-dead-node",
        "A database was moved by hand, and its disk is still attached to the machine that died",
        cluster_truth(
            "volume attachment on worker-2",
            "The disk stays with the dead node until the node is removed or marked out of service.",
            "orders",
            trap="The critical alert and the Multi-Attach error name one database of one team.",
        ),
        hard=True,
    )


def cloud_quota() -> Case:
    scene = Scene("2026-05-15T12:12:00Z", cluster="asia-1", helm=True)
    platform(scene, control_plane=False, storage="pd-csi", monitoring=False)
    tenants(scene)
    scene.find("StorageClass", "standard")["provisioner"] = "pd.csi.storage.gke.io"
    error = (
        'failed to provision volume with StorageClass "standard": rpc error: code = ResourceExhausted desc = '
        "CreateVolume failed: rpc error: code = ResourceExhausted desc = Quota 'SSD_TOTAL_GB' exceeded. Limit: "
        "20480.0 in "
        "region asia-southeast1."
    )
    message = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'
    for namespace, name, size in (("search", "index", "50Gi"), ("billing", "archive", "20Gi")):
        claim = scene.claim(namespace, f"data-{name}-0", phase="Pending", size=size, minutes=39)
        scene.event(
            claim,
            "ProvisioningFailed",
            error,
            "pd.csi.storage.gke.io_csi-controller-0_9d1",
            minutes=39,
            last=2,
            count=14,
        )
        workload = scene.stateful_set(namespace, name, 1, state=pending(message, 39), minutes=39)
        scene.scheduler_event(workload.pods[0], message, minutes=29, count=2)
        scene.short_of_replicas(workload, 39)
        scene.alert("KubePodNotReady", 39, workload.pods[0])
    return scene.case(
        "storage-cloud-quota",
        "No disk can be made for anybody: the region's quota is used up",
        cluster_truth(
            "quota of the cloud account",
            "The account's quota for disks is full. The claims are small; who runs the account must ask for more.",
            "search",
            "billing",
            trap="'Quota exceeded' sounds like the quota of a namespace; there is none here.",
        ),
        hard=True,
    )


def nfs_hangs() -> Case:
    scene = Scene("2026-04-02T15:45:00Z", cluster="campus", version="v1.31.9", runtime="cri-o://1.31.5")
    platform(scene, storage="nfs-csi", monitoring=False)
    apps = tenants(scene, {"theses": {"upload": 2}, "lab": {"notebook": 2}, "press": {"site": 2}})
    for name, namespace in (("upload", "theses"), ("notebook", "lab")):
        scene.claim(namespace, "home", storage_class="nfs", driver="nfs.csi.k8s.io", modes=("ReadWriteMany",))
        for pod in apps[name].pods:
            pod["spec"]["volumes"] = [{"name": "home", "persistentVolumeClaim": {"claimName": "home"}}]
            scene.put(pod, unready(24))
            scene.unhealthy(pod, 'Readiness probe failed: command timed out: "cat /home/.ready" timed out after 1s', 24)
        scene.short_of_replicas(apps[name], 24)
        stuck = scene.replacement(apps[name], creating(17))
        scene.event(
            stuck,
            "FailedMount",
            'MountVolume.SetUp failed for volume "home" : rpc error: code = DeadlineExceeded desc = '
            "context deadline exceeded",
            "kubelet",
            minutes=15,
            last=1,
            count=7,
        )
    for node in ("worker-1", "worker-2", "worker-3"):
        scene.metric("node_load1", 61.0, instance=node)
        scene.metric("node_procs_blocked", 44, instance=node)
        scene.metric("node_cpu_utilisation", 0.07, instance=node)
    return scene.case(
        "storage-nfs-hung",
        "Everything that reads from the file server hangs",
        cluster_truth(
            "NFS server",
            "Two teams on all nodes hang in the same file system; the team without a volume is well.",
            "theses",
            "lab",
            trap="Readiness probes that time out, as if two applications had grown slow.",
        ),
        hard=True,
    )


def driver_credentials() -> Case:
    scene = Scene("2026-07-29T08:18:00Z", cluster="vsphere-2", helm=True, version="v1.32.6")
    platform(scene, storage="vsphere-csi")
    tenants(scene)
    workload = scene.stateful_set("ledger", "journal", 3, claim="log", nodes=["worker-1", "worker-2", "worker-3"])
    scene.objects.remove(workload.pods.pop(2))
    pod = scene.pod(
        "ledger",
        "journal-2",
        owner=workload.obj,
        state=creating(29),
        node="worker-1",
        minutes=29,
        claims=["log-journal-2"],
        labels={"app": "journal"},
    )
    workload.pods.append(pod)
    volume = scene.find("PersistentVolumeClaim", "log-journal-2", "ledger")["spec"]["volumeName"]
    scene.event(
        pod,
        "FailedAttachVolume",
        f'AttachVolume.Attach failed for volume "{volume}" : rpc error: code = Internal desc = '
        "failed to get VirtualCenter: ServerFaultCode: Cannot complete login due to an incorrect user name or "
        "password.",
        "attachdetach-controller",
        minutes=29,
        last=1.2,
        count=21,
    )
    scene.short_of_replicas(workload, 29)
    scene.alert("KubePodNotReady", 29, pod)
    return scene.case(
        "storage-driver-credentials",
        "After a restart a pod's disk cannot be attached: the driver's password has expired",
        cluster_truth(
            "credentials of the CSI driver",
            "The driver cannot log in to its storage. The user and password are the platform's.",
            "ledger",
            trap="'incorrect user name or password' beside a database reads like a mistake of its team.",
        ),
        hard=True,
    )


def backend_read_only() -> Case:
    scene = Scene("2026-09-14T04:41:00Z", cluster="prod-1", helm=True)
    platform(scene, storage="rook-csi")
    tenants(scene, {"shop": {"cart": 2}})
    ceph = scene.deployment("rook-ceph", "rook-ceph-osd-3", 1, container="osd")
    for namespace, name in (("orders", "orders-db"), ("profiles", "users-db"), ("metrics-store", "samples")):
        workload = scene.stateful_set(namespace, name, 1, claim="data", state=crashing(16, restarts=7))
        scene.back_off(workload.pods[0], 15.9)
        scene.alert("KubePodCrashLooping", 15.9, workload.pods[0])
        scene.alert(
            "DatabaseNotWritable",
            17,
            hold=3,
            severity="critical",
            namespace=namespace,
            service=name,
            summary="could not write: No space left on device",
        )
    scene.metric("ceph_health_status", 2)
    scene.metric("ceph_osd_utilization", 95.4, ceph_daemon="osd.3")
    scene.metric("kubelet_volume_stats_used_ratio", 0.31, namespace="orders", persistentvolumeclaim="data-orders-db-0")
    scene.metric("kubelet_volume_stats_used_ratio", 0.22, namespace="profiles", persistentvolumeclaim="data-users-db-0")
    _ = ceph
    return scene.case(
        "storage-backend-full",
        "Three databases crash for want of space on volumes that are a third full",
        cluster_truth(
            "Ceph (an OSD is full)",
            "The volumes have room; the storage behind them has reached its full ratio and refuses writes.",
            "orders",
            "profiles",
            "metrics-store",
            trap="'No space left on device' of a database is nearly always its own volume.",
        ),
        hard=True,
    )


def volume_in_lost_zone() -> Case:
    scene = Scene("2026-08-11T10:26:00Z", cluster="mad", helm=True)
    platform(scene, workers=["mad-a1", "mad-b1"], storage="ebs-csi", monitoring=False)
    tenants(scene)
    scene.claim("catalog", "data-products-0", zone="zone-c", driver="ebs.csi.aws.com")
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) "
        "had volume node affinity conflict. preemption: 0/3 nodes are available: 3 Preemption is not helpful for "
        "scheduling."
    )
    workload = scene.stateful_set(
        "catalog", "products", 1, state=pending(message, 36), claims=["data-products-0"], minutes=36
    )
    scene.scheduler_event(workload.pods[0], message, minutes=36, count=3)
    scene.event(
        workload.pods[0],
        "NotTriggerScaleUp",
        "pod didn't trigger scale-up: 2 node(s) had volume node affinity conflict",
        "cluster-autoscaler",
        kind="Normal",
        minutes=35,
        last=1,
        count=30,
    )
    scene.short_of_replicas(workload, 36)
    scene.alert("KubePodNotReady", 36, workload.pods[0])
    return scene.case(
        "storage-no-node-in-zone",
        "A database's disk lies in zone-c, and the platform no longer has a node there",
        cluster_truth(
            "node pool of zone-c",
            "The disk cannot leave its zone, and the pool of that zone has been scaled to nothing.",
            "catalog",
            trap="'volume node affinity conflict' sounds like a wrong volume or selector of the team.",
        ),
        hard=True,
    )


CASES = (
    controller_down(),
    node_plugin_missing(),
    attached_to_dead_node(),
    cloud_quota(),
    nfs_hangs(),
    driver_credentials(),
    backend_read_only(),
    volume_in_lost_zone(),
)
