"""Applications that make the platform sick: what is seen is a node, a name server or an API server that suffers.

Here the owner is the team whose workload is the cause; the platform's people see the symptom first.
"""

from tests.casework.makers import Case, Json, Scene, crashing, creating, evicted, pending, running, team_truth, unready
from tests.casework.stage import CONTROL_PLANE, crash, give, no_fit, stage

_PRESSURES = {
    "Memory": (
        "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available",
        "NodeHasInsufficientMemory",
    ),
    "Disk": ("KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure"),
    "PID": ("KubeletHasInsufficientPID", "kubelet has insufficient PID available", "NodeHasInsufficientPID"),
}


def _pressure(scene: Scene, node: str, what: str, minutes: float) -> None:
    """What a kubelet and the node controller make of a node under pressure."""
    reason, words, event = _PRESSURES[what]
    scene.condition(node, f"{what}Pressure", "True", reason, words, minutes=minutes)
    scene.taint(node, f"node.kubernetes.io/{what.lower()}-pressure", minutes=minutes)
    scene.node_event(node, event, minutes=minutes)


def _evict(scene: Scene, pod: Json, resource: str, minutes: float) -> None:
    """A pod that the kubelet evicts, in the words of kubelets since 1.26."""
    container = pod["spec"]["containers"][0]["name"]
    request = pod["spec"]["containers"][0]["resources"].get("requests", {}).get(resource, "0")
    threshold, left = ("100Mi", "61204Ki") if resource == "memory" else ("10523038725", "8801524Ki")
    words = (
        f"The node was low on resource: {resource}. Threshold quantity: {threshold}, available: {left}. "
        f"Container {container} was using 402116Ki, request is {request}, has larger consumption of {resource}. "
    )
    scene.put(pod, evicted(words, minutes))
    scene.event(pod, "Evicted", words, "kubelet", minutes=minutes)


def memory_without_limit() -> Case:
    scene, apps = stage("2026-07-01T02:40:00Z", helm=True, workers=4)
    job = scene.job("analytics", "rebuild-cube", minutes=46, node="worker-2")
    give(job, resources={})
    scene.metric(
        "container_memory_working_set_bytes", 27.4 * 2**30, namespace="analytics", pod=job.pods[0]["metadata"]["name"]
    )
    _pressure(scene, "worker-2", "Memory", 14)
    scene.node_event(
        "worker-2", "EvictionThresholdMet", "Attempting to reclaim memory", kind="Warning", minutes=14, last=2, count=9
    )
    hit = []
    for name in ("cart", "query", "invoices"):
        pod = scene.pod_on(apps[name], "worker-2")
        _evict(scene, pod, "memory", 13)
        scene.replacement(apps[name], running(12), node="worker-3")
        hit.append(pod["metadata"]["namespace"])
    scene.alert("KubeNodePressure", 14, node="worker-2")
    scene.alert("KubeNodeEviction", 13, node="worker-2", eviction_signal="memory.available", instance="10.0.0.13:10250")
    scene.alert("NodeMemoryHighUtilization", 24, node="worker-2")
    return scene.case(
        "job-without-memory-limit",
        "A Job without a memory limit puts a node under pressure; other teams' pods are evicted",
        team_truth(
            "job rebuild-cube",
            "One pod uses 27 of 32 GiB and sets no limit. Its team must bound it; the kubelet did its duty.",
            "analytics",
            *sorted(set(hit)),
            trap="MemoryPressure and evictions of three namespaces are alerts of a node.",
        ),
        hard=True,
    )


def log_flood() -> Case:
    scene, apps = stage("2026-07-02T16:25:00Z", workers=3)
    tracer = scene.deployment("adtech", "tracer", 1, nodes=["worker-1"], minutes=130, revision=11)
    give(tracer, env=[{"name": "LOG_LEVEL", "value": "trace"}])
    _pressure(scene, "worker-1", "Disk", 19)
    scene.node_event(
        "worker-1",
        "EvictionThresholdMet",
        "Attempting to reclaim ephemeral-storage",
        kind="Warning",
        minutes=19,
        last=1,
        count=22,
    )
    name = tracer.pods[0]["metadata"]["name"]
    scene.metric("kubelet_container_log_filesystem_used_bytes", 71.2 * 2**30, namespace="adtech", pod=name)
    affected = []
    for name in ("cart", "storefront"):
        for pod in list(apps[name].pods):
            if pod["spec"]["nodeName"] == "worker-1":
                _evict(scene, pod, "ephemeral-storage", 18)
                scene.replacement(apps[name], running(17), node="worker-3")
                affected.append("shop")
    scene.alert("KubeNodePressure", 19, node="worker-1", condition="DiskPressure")
    scene.alert(
        "NodeFilesystemAlmostOutOfSpace", 34, node="worker-1", device="/dev/vda2", mountpoint="/var", severity="warning"
    )
    return scene.case(
        "log-flood-fills-node",
        "A service at log level trace fills the disk of its node",
        team_truth(
            "deployment tracer",
            "71 of 98 GiB are the logs of one container since its last release; the team must write less.",
            "adtech",
            *sorted(set(affected)),
            trap="DiskPressure and a full filesystem are alerts of a node.",
        ),
        hard=True,
    )


def scratch_volume_fills_node() -> Case:
    scene, apps = stage("2026-07-03T11:15:00Z", workers=3, version="v1.28.9", helm=True)
    job = scene.job("genomics", "align-batch-7", minutes=84, node="worker-3")
    job.pods[0]["spec"]["volumes"] = [{"name": "scratch", "emptyDir": {}}]
    _pressure(scene, "worker-3", "Disk", 12)
    _evict(scene, job.pods[0], "ephemeral-storage", 11)
    for pod in list(apps["query"].pods):
        if pod["spec"]["nodeName"] == "worker-3":
            _evict(scene, pod, "ephemeral-storage", 10)
            scene.replacement(apps["query"], running(9), node="worker-1")
    again = scene.job("genomics", "align-batch-8", minutes=9, state=running(8), node="worker-2")
    again.pods[0]["spec"]["volumes"] = [{"name": "scratch", "emptyDir": {}}]
    scene.alert("KubeNodePressure", 12, node="worker-3", condition="DiskPressure")
    scene.alert("KubeNodeEviction", 11, node="worker-3", eviction_signal="nodefs.available", instance="10.0.0.14:10250")
    return scene.case(
        "scratch-volume-fills-node",
        "A Job writes 80 GiB into an emptyDir without a size limit",
        team_truth(
            "job align-batch-7",
            "The largest consumer that the kubelet evicted is the Job; its emptyDir has no sizeLimit; the next batch "
            "begins the same way.",
            "genomics",
            "search",
            trap="DiskPressure is an alert of a node.",
        ),
        hard=True,
    )


def fork_bomb() -> Case:
    scene, apps = stage("2026-07-04T20:55:00Z", workers=3)
    scene.deployment("classroom", "sandbox", 3, nodes=["worker-2"], minutes=20)
    _pressure(scene, "worker-2", "PID", 9)
    scene.metric("container_processes", 31_204, namespace="classroom", node="worker-2", container="sandbox")
    scene.metric("container_processes", 41, namespace="shop", node="worker-2", container="cart")
    for name in ("cart", "query"):
        pod = scene.pod_on(apps[name], "worker-2")
        scene.put(pod, unready(8))
        scene.unhealthy(
            pod,
            "Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: failed to "
            "start exec: OCI runtime exec failed: exec failed: unable to start container process: fork/exec: resource "
            "temporarily unavailable: unknown",
            8,
            count=22,
        )
    return scene.case(
        "fork-bomb",
        "A pupil's program in a sandbox takes all process ids of a node; no alert has fired",
        team_truth(
            "deployment sandbox",
            "31 thousand of the node's 32 thousand processes are the sandbox's; the node itself is sound.",
            "classroom",
            "shop",
            "search",
            trap="PIDPressure, and a runtime that cannot start a process, look like a sick node.",
        ),
        hard=True,
    )


def lookup_storm() -> Case:
    scene, apps = stage("2026-07-05T08:50:00Z", helm=True)
    scene.deployment("crawler", "fetch", 40, nodes=["worker-1", "worker-2", "worker-3"], minutes=31, revision=6)
    scene.alert("CoreDNSLatencyHigh", 26, job="coredns", namespace="kube-system", server="dns://:53", zone=".")
    for workload in (apps["query"], apps["storefront"]):
        scene.alert(
            "RequestLatencyHigh",
            25,
            workload,
            hold=10,
            summary="Requests are slow",
            description=f"{workload.name}: p99 4.4 s; lookups of names take most of it",
        )
    for client, value in (("crawler", 41_300.0), ("shop", 120.0), ("search", 96.0), ("billing", 30.0)):
        scene.metric("coredns_dns_requests_total:rate5m", value, client_namespace=client)
    scene.metric("coredns_dns_request_duration_seconds:p99", 4.1, server="dns://:53")
    return scene.case(
        "lookup-storm",
        "A crawler without a cache of names asks CoreDNS forty thousand times a second",
        team_truth(
            "deployment fetch",
            "CoreDNS runs with what carried everybody until the crawler's release; its team must cache its lookups.",
            "crawler",
            "search",
            "shop",
            trap="CoreDNSLatencyHigh is an alert of the platform.",
        ),
        hard=True,
    )


def requests_flood() -> Case:
    scene, _ = stage("2026-07-06T13:30:00Z")
    scene.deployment("gitops-lab", "tenant-operator", 1, minutes=58, revision=3)
    scene.alert("KubeAPIErrorBudgetBurn", 45, severity="critical", long="1h", short="5m")
    scene.alert("KubeAPITerminatedRequests", 40)
    user = "system:serviceaccount:gitops-lab:tenant-operator"
    for name, value in ((user, 1_460.0), ("system:kube-controller-manager", 21.0), ("system:kube-scheduler", 8.0)):
        scene.metric("apiserver_request_total:rate5m:by_user", value, user=name)
    scene.metric("apiserver_flowcontrol_rejected_requests_total:rate5m", 312.0, flow_schema="service-accounts")
    scene.metric("apiserver_request_duration_seconds:p99", 6.2, verb="LIST")
    return scene.case(
        "operator-floods-api",
        "A team's operator lists all pods of the cluster in a loop",
        team_truth(
            "deployment tenant-operator",
            "1460 of 1500 requests per second are its own since its release; its team must take it back.",
            "gitops-lab",
            trap="The alerts are those of an API server that fails.",
        ),
        hard=True,
    )


def thousands_of_jobs() -> Case:
    scene, _ = stage("2026-07-07T04:04:00Z", workers=3)
    cron = scene.cron_job("mailing", "send-one", schedule="* * * * *", last=1)
    words = no_fit({CONTROL_PLANE: 1, "Too many pods": 3}, victims=3)
    for number in range(30):
        job = scene.job("mailing", f"send-one-{29690000 + number}", state=pending(words, 25), owner=cron, minutes=26)
        if number < 6:
            scene.scheduler_event(job.pods[0], words, minutes=25, count=5, last=6)
    late = scene.deployment("shop", "checkout", 2, state=pending(words, 22), minutes=23)
    for pod in late.pods:
        scene.scheduler_event(pod, words, minutes=22, count=4, last=5)
        scene.alert("KubePodNotReady", 21.5, pod)
    scene.alert("KubeDeploymentReplicasMismatch", 21.5, late)
    for worker in ("worker-1", "worker-2", "worker-3"):
        scene.alert("KubeletTooManyPods", 40, node=worker, instance=f"{worker}:10250")
    scene.metric("kube_pod_status_phase:count", 2_914, namespace="mailing", phase="Pending")
    scene.metric("kube_pod_status_phase:count", 287, namespace="mailing", phase="Running")
    scene.metric("kube_job_status_active:count", 3_201, namespace="mailing")
    return scene.case(
        "thousands-of-jobs",
        "A CronJob makes Jobs that never end, until no node takes another pod",
        team_truth(
            "cronjob send-one",
            "287 of 330 places are the Jobs of one CronJob, and three thousand wait. The team must end them.",
            "mailing",
            "shop",
            trap='"Too many pods" on every node, also for others, looks like missing capacity.',
        ),
        hard=True,
    )


def connections_exhausted() -> Case:
    scene, apps = stage("2026-07-08T17:35:00Z", workers=3, helm=True)
    scene.deployment("scan-lab", "port-walker", 1, nodes=["worker-3"], minutes=22, revision=1)
    scene.metric("node_nf_conntrack_entries", 262_012, instance="worker-3")
    scene.metric("node_nf_conntrack_entries_limit", 262_144, instance="worker-3")
    scene.metric("conntrack_entries:by_source", 251_800, namespace="scan-lab", node="worker-3")
    scene.alert("NodeHighNumberConntrackEntriesUsed", 18, node="worker-3")
    pod = scene.pod_on(apps["invoices"], "worker-3")
    scene.put(pod, unready(16))
    address = pod["status"]["podIP"]
    scene.unhealthy(
        pod,
        f'Readiness probe failed: Get "http://{address}:8080/ready": dial tcp {address}:8080: i/o timeout',
        16,
        count=40,
    )
    scene.alert("KubePodNotReady", 15.5, pod)
    return scene.case(
        "one-client-takes-all-connections",
        "A port scan of one pod fills the table of connections of its node",
        team_truth(
            "deployment port-walker",
            "252 of 262 thousand entries are one pod's: its team must stop it.",
            "scan-lab",
            "billing",
            trap="A full connection table, and time-outs of a neighbour, look like the node's network.",
        ),
        hard=True,
    )


def huge_image() -> Case:
    scene, _ = stage("2026-07-09T10:35:00Z", workers=3)
    words = "Pulling image"
    image = "registry.example.com/ml-lab/cuda-everything:nightly"
    lab = scene.deployment("ml-lab", "trainer", 3, image=image, state=creating(24), minutes=24)
    for pod in lab.pods:
        scene.event(pod, "Pulling", f'{words} "{image}"', "kubelet", kind="Normal", minutes=24, container="trainer")
    _pressure(scene, "worker-1", "Disk", 13)
    scene.node_event(
        "worker-1",
        "FreeDiskSpaceFailed",
        "Failed to garbage collect required amount of images. Attempted to free 9663676416 bytes, but only found 0 "
        "bytes eligible to free.",
        kind="Warning",
        minutes=12,
        last=2,
        count=3,
    )
    scene.nodes["worker-1"]["status"]["images"] = [{"names": [image], "sizeBytes": 21_474_836_480}]
    shop = scene.deployment("shop", "search-box", 1, state=creating(15), minutes=15, nodes=["worker-1"])
    scene.event(
        shop.pods[0],
        "Pulling",
        'Pulling image "registry.example.com/shop/search-box:v1.8.2"',
        "kubelet",
        kind="Normal",
        minutes=15,
        container="search-box",
    )
    scene.alert("KubeNodePressure", 13, node="worker-1", condition="DiskPressure")
    for pod in lab.pods:
        scene.alert("KubePodNotReady", 23, pod)
    return scene.case(
        "image-of-20-gigabytes",
        "An image of 20 GB fills a node and holds up the pulls behind it",
        team_truth(
            "deployment trainer",
            "A nightly image of 20 GB is pulled to each node: its team must make it smaller.",
            "ml-lab",
            "shop",
            confidence="medium",
            trap="Slow pulls and DiskPressure look like the registry or the node.",
        ),
        hard=True,
    )


def daemon_set_kills_nodes() -> Case:
    scene, apps = stage("2026-07-10T23:45:00Z", workers=4, helm=True)
    agent = scene.daemon_set(
        "perf-team",
        "kernel-probe",
        on=["worker-1", "worker-2", "worker-3"],
        priority_class="",
        image="registry.example.com/perf-team/kernel-probe:v0.3",
    )
    agent.obj["metadata"]["creationTimestamp"] = scene.at(29)
    give(agent, securityContext={"privileged": True})
    scene.change(agent, "metadata", None, "created", minutes=29, verb="created")
    for index, worker in enumerate(("worker-1", "worker-2", "worker-3")):
        scene.lose_node(worker, 23 - 2 * index)
        scene.node_event(
            worker,
            "Rebooted",
            f"Node {worker} has been rebooted, boot id: 7c1e",
            kind="Warning",
            minutes=26 - 2 * index,
        )
        scene.alert("KubeNodeNotReady", 23 - 2 * index, node=worker)
    for workload in apps.values():
        for _ in [pod for pod in workload.pods if "deletionTimestamp" in pod["metadata"]]:
            scene.replacement(workload, running(12), node="worker-4")
    return scene.case(
        "daemon-set-crashes-nodes",
        "A team's privileged DaemonSet panics the kernel of each node that it reaches",
        team_truth(
            "daemonset kernel-probe",
            "Each node went minutes after the new DaemonSet's pod came; the one node without it lives. The team must "
            "take it away, or the nodes die again.",
            "perf-team",
            "billing",
            "media",
            "search",
            "shop",
            confidence="medium",
            trap="Three lost nodes are the plainest sign of a platform fault.",
        ),
        hard=True,
    )


def annotation_breaks_controller() -> Case:
    scene, _ = stage("2026-07-11T09:25:00Z", ingress=True)
    page = scene.ingress(
        "labs",
        "experiment",
        annotations={"nginx.ingress.kubernetes.io/configuration-snippet": "ssl-session-timeout 60m;"},
    )
    scene.namespace("labs")
    page["metadata"]["creationTimestamp"] = scene.at(26)
    controller = next(pod for pod in scene.pods(namespace="ingress-nginx"))
    scene.event(
        controller,
        "RELOAD",
        'Error reloading NGINX: exit status 1 [emerg] 428#428: unknown directive "ssl-session-timeout" in '
        "/tmp/nginx/nginx-cfg3382:1204 nginx: configuration file /tmp/nginx/nginx-cfg3382 test failed",
        "nginx-ingress-controller",
        minutes=26,
        last=1,
        count=51,
    )
    scene.change(page, "metadata.annotations", None, page["metadata"]["annotations"], minutes=26, verb="created")
    scene.alert(
        "NginxConfigReloadFailed",
        25,
        controller,
        hold=5,
        severity="critical",
        summary="The ingress controller cannot load its configuration",
        description="The last reload failed; changes of all Ingresses wait",
    )
    for namespace, name in (("shop", "cart"), ("billing", "invoices")):
        scene.ingress(namespace, name)
        scene.alert(
            "HighErrorRate",
            15,
            hold=5,
            namespace=namespace,
            ingress=name,
            summary="More than 5% of the requests fail",
            description=f"{name}: 34% of the requests are answered 502",
        )
    return scene.case(
        "annotation-breaks-shared-ingress",
        "The annotation of one team's Ingress keeps the shared controller from loading any configuration",
        team_truth(
            "ingress experiment",
            "The directive does not exist; every reload fails until the team takes it out of its Ingress.",
            "labs",
            "billing",
            "shop",
            trap="The controller's own alert, and 502 of two other teams: it looks like the controller.",
        ),
        hard=True,
    )


def objects_fill_etcd() -> Case:
    scene, _ = stage("2026-07-12T06:50:00Z", helm=True)
    etcd = next(pod for pod in scene.pods(namespace="kube-system") if pod["metadata"]["name"].startswith("etcd"))
    scene.alert("etcdDatabaseQuotaLowSpace", 35, etcd)
    scene.metric("apiserver_storage_objects", 412_808, resource="configmaps")
    scene.metric("kube_configmap_info:count", 409_551, namespace="workflow-lab")
    scene.metric("kube_configmap_info:count", 12, namespace="shop")
    scene.metric("etcd_mvcc_db_total_size_in_bytes", 7.8 * 2**30)
    scene.deployment("workflow-lab", "run-recorder", 1)
    return scene.case(
        "objects-fill-etcd",
        "A team's controller keeps each run as a ConfigMap, four hundred thousand of them",
        team_truth(
            "deployment run-recorder",
            "Nearly all objects are one namespace's; compaction helps nothing while they are there.",
            "workflow-lab",
            trap="An alert of etcd is an alert of the control plane.",
        ),
        hard=True,
    )


def disk_of_node_saturated() -> Case:
    scene, apps = stage("2026-07-13T19:30:00Z", workers=3)
    job = scene.job("backfill", "reindex", minutes=48, node="worker-2")
    scene.metric("container_fs_writes_bytes:rate5m", 410e6, namespace="backfill", pod=job.pods[0]["metadata"]["name"])
    for namespace in ("shop", "search"):
        scene.metric("container_fs_writes_bytes:rate5m", 1.1e6, namespace=namespace, node="worker-2")
    scene.alert("NodeDiskIOSaturation", 44, node="worker-2", device="nvme0n1")
    pod = scene.pod_on(apps["query"], "worker-2")
    crash(scene, pod, crashing(24, exit_code=137, restarts=7))
    scene.unhealthy(
        pod,
        'Liveness probe failed: command timed out: "pg_isready" timed out after 1s',
        26,
        count=24,
    )
    scene.alert("KubePodCrashLooping", 23, pod)
    return scene.case(
        "batch-saturates-disk",
        "A reindexing Job takes all of the disk's throughput; a neighbour's probes time out",
        team_truth(
            "job reindex",
            "410 of 415 MB/s are one Job's; it can be slowed or moved by its team.",
            "backfill",
            "search",
            confidence="medium",
            trap="The loud failures are a node's saturation and another team's crash loop.",
        ),
        hard=True,
    )


CASES = (
    memory_without_limit(),
    log_flood(),
    scratch_volume_fills_node(),
    fork_bomb(),
    lookup_storm(),
    requests_flood(),
    thousands_of_jobs(),
    connections_exhausted(),
    huge_image(),
    daemon_set_kills_nodes(),
    annotation_breaks_controller(),
    objects_fill_etcd(),
    disk_of_node_saturated(),
)
