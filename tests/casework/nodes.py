"""Nodes: their machines, kernels, kubelets, runtimes and disks."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import (
    Case,
    Scene,
    cluster_truth,
    crashing,
    creating,
    evicted,
    pending,
    running,
    unready,
    waiting,
)


def one_node_lost() -> Case:
    scene = Scene("2026-03-10T14:05:00Z", cluster="eu-1", helm=True)
    platform(scene)
    apps = tenants(scene)
    scene.lose_node("worker-3", 22)
    for workload in apps.values():
        if any("deletionTimestamp" in pod["metadata"] for pod in workload.pods):
            scene.replacement(workload, running(16.8), node="worker-2")
    scene.alert("KubeNodeNotReady", 22, node="worker-3")
    scene.alert("KubeNodeUnreachable", 22, node="worker-3")
    return scene.case(
        "node-lost-one",
        "A worker stops reporting; its pods are made anew elsewhere",
        cluster_truth("node worker-3", "The machine is gone: only its operator can bring it back or remove it."),
    )


def zone_outage() -> Case:
    scene = Scene("2026-05-02T03:18:00Z", cluster="ber-prod", helm=True)
    workers = [f"ber-w{number}" for number in range(1, 7)]
    platform(scene, workers=workers, storage="", metrics=False)
    apps = tenants(scene, {"ledger": {"postings": 3}, "onboarding": {"forms": 3}, "quotes": {"pricing": 3}})
    database = scene.stateful_set("ledger", "ledger-db", 3, claim="data", nodes=["ber-w1", "ber-w2", "ber-w3"])
    for node in ("ber-w2", "ber-w5"):
        scene.lose_node(node, 18)
    message = (
        "0/7 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "2 Insufficient memory, 2 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, "
        "2 node(s) had volume node affinity conflict. preemption: 0/7 nodes are available: "
        "2 No preemption victims found for incoming pod, 5 Preemption is not helpful for scheduling."
    )
    for workload in apps.values():
        if any("deletionTimestamp" in pod["metadata"] for pod in workload.pods):
            pod = scene.replacement(workload, pending(message, 12.9))
            scene.scheduler_event(pod, message, minutes=12.9, count=2)
            scene.short_of_replicas(workload, 17.5)
            scene.alert("KubePodNotReady", 17.5, workload.pods[0])
    scene.short_of_replicas(database, 17.5)
    scene.alert(
        "LedgerWritesFailing",
        16,
        hold=2,
        severity="critical",
        namespace="ledger",
        service="postings",
        summary="3.1% of postings are refused",
    )
    for node in ("ber-w2", "ber-w5"):
        scene.alert("KubeNodeNotReady", 18, node=node)
    return scene.case(
        "node-zone-outage",
        "Both workers of one zone are gone, and what is left is too small",
        cluster_truth(
            "nodes of zone-b",
            "Two nodes of one zone stopped reporting in the same minute. The pods are pending for want of those nodes; "
            "no team can change that.",
            "ledger",
            "onboarding",
            "quotes",
            trap="Most alerts, and the critical one, name workloads; FailedScheduling speaks of memory and volumes.",
        ),
        hard=True,
    )


def runtime_down() -> Case:
    scene = Scene("2026-02-17T09:40:00Z", cluster="edge-2", version="v1.32.6")
    platform(scene, monitoring=False)
    apps = tenants(scene)
    scene.not_ready(
        "worker-2",
        "[container runtime is down, PLEG is not healthy: pleg was last seen active 21m8s ago; threshold is 3m0s]",
        19,
    )
    for pod in scene.pods(node="worker-2"):
        scene.put(pod, unready(19))
        scene.event(pod, "NodeNotReady", "Node is not ready", "node-controller", minutes=19)
    scene.node_event(
        "worker-2",
        "ContainerGCFailed",
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix '
        '/run/containerd/containerd.sock: connect: connection refused"',
        kind="Warning",
        minutes=21,
        last=0.4,
        count=21,
    )
    scene.alert("KubeNodeNotReady", 19, node="worker-2")
    for name in ("cart", "query"):
        scene.short_of_replicas(apps[name], 19)
    return scene.case(
        "node-runtime-down",
        "containerd of one worker has stopped",
        cluster_truth(
            "container runtime on worker-2", "The runtime of a node must be started again by who runs nodes."
        ),
    )


def pleg_slow() -> Case:
    scene = Scene("2026-04-21T11:12:00Z", cluster="fra-2", helm=True, runtime="cri-o://1.31.5")
    platform(scene, node_exporter=True)
    apps = tenants(scene, {"shop": {"cart": 2, "storefront": 2}, "billing": {"invoices": 2}, "search": {"query": 2}})
    for name in ("cart", "invoices"):
        pod = scene.replacement(apps[name], creating(24), node="worker-1")
        scene.scheduler_event(
            pod,
            f"Successfully assigned {pod['metadata']['namespace']}/{pod['metadata']['name']} to worker-1",
            reason="Scheduled",
            kind="Normal",
            minutes=24,
            action="Binding",
        )
        scene.event(
            pod,
            "FailedCreatePodSandBox",
            "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded",
            "kubelet",
            minutes=20,
            last=4,
            count=5,
        )
        apps[name].obj["spec"]["replicas"] = 3
        scene.short_of_replicas(apps[name], 23)
        scene.alert("KubePodNotReady", 23, pod)
    scene.alert("KubeletPlegDurationHigh", 26, node="worker-1")
    scene.alert("KubeletPodStartUpLatencyHigh", 26, node="worker-1")
    return scene.case(
        "node-pleg-slow",
        "Pods of two teams stay in ContainerCreating on a node that is Ready",
        cluster_truth(
            "kubelet and runtime on worker-1",
            "The runtime of worker-1 answers too slowly, so sandboxes time out there and nowhere else.",
            "shop",
            "billing",
            trap="The node is Ready; the alerts of the teams look like stuck rollouts of their own.",
        ),
        hard=True,
    )


def disk_full_of_images() -> Case:
    scene = Scene("2026-01-29T17:31:00Z", cluster="eu-1")
    platform(scene, storage="")
    apps = tenants(scene)
    scene.condition(
        "worker-1", "DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure", minutes=14
    )
    scene.taint("worker-1", "node.kubernetes.io/disk-pressure", minutes=14)
    scene.node_event("worker-1", "NodeHasDiskPressure", minutes=14)
    scene.node_event(
        "worker-1",
        "FreeDiskSpaceFailed",
        "Failed to garbage collect required amount of images. Attempted to free 9127383040 bytes, but only found "
        "0 bytes eligible to free.",
        kind="Warning",
        minutes=38,
        last=3,
        count=8,
    )
    scene.node_event(
        "worker-1",
        "EvictionThresholdMet",
        "Attempting to reclaim ephemeral-storage",
        kind="Warning",
        minutes=14,
        last=1,
        count=11,
    )
    words = (
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10522369408, available: 9604108Ki. "
        "Container {name} was using 52Ki, request is 0, has larger consumption of ephemeral-storage. "
    )
    for name in ("cart", "invoices", "query"):
        message = words.format(name=name)
        pod = scene.pod_on(apps[name], "worker-1")
        scene.put(pod, evicted(message, 13))
        scene.event(pod, "Evicted", message, "kubelet", minutes=13)
        scene.replacement(apps[name], running(12.5), node="worker-2")
    scene.alert("KubeNodeEviction", 13, node="worker-1", eviction_signal="imagefs.available")
    scene.alert(
        "NodeFilesystemAlmostOutOfSpace",
        41,
        node="worker-1",
        device="/dev/nvme0n1p3",
        mountpoint="/var/lib/containerd",
        fstype="ext4",
    )
    scene.metric("kubelet_volume_stats_used_bytes", 61_000, namespace="shop", pod="cart")
    scene.metric("container_fs_usage_bytes", 53_248, namespace="shop", container="cart", node="worker-1")
    scene.metric("node_filesystem_avail_bytes", 2_210_000_000, instance="worker-1", mountpoint="/var/lib/containerd")
    return scene.case(
        "node-disk-images",
        "Pods that write next to nothing are evicted from a node whose disk is full of images",
        cluster_truth(
            "disk of worker-1",
            "Images fill the disk and the kubelet finds none that it may remove; the evicted pods used some kilobytes. "
            "The disk or the image garbage collection must change.",
            "shop",
            "billing",
            "search",
            trap="Evicted pods with 'has larger consumption' read like an application that writes too much.",
        ),
        hard=True,
    )


def disk_full_of_kernel_logs() -> Case:
    scene = Scene("2026-06-08T05:55:00Z", cluster="oslo", helm=True, version="v1.34.1", runtime="containerd://2.1.4")
    platform(scene, workers=["oslo-a", "oslo-b", "oslo-c"], node_exporter=True)
    apps = tenants(scene, {"permits": {"intake": 2}, "maps": {"tiles": 3}})
    error = (
        "failed to create containerd container: mkdir /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/"
        "snapshots/8812: no space left on device"
    )
    for workload in apps.values():
        pod = scene.replacement(workload, waiting("CreateContainerError", error, 33), node="oslo-b")
        scene.event(pod, "Failed", f"Error: {error}", "kubelet", minutes=33, last=1, count=140, container=workload.name)
        workload.obj["spec"]["replicas"] += 1
        scene.short_of_replicas(workload, 33)
        scene.alert("KubePodNotReady", 33, pod)
    scene.alert("NodeFilesystemAlmostOutOfSpace", 64, node="oslo-b", device="/dev/vda1", mountpoint="/", fstype="xfs")
    scene.metric("node_directory_size_bytes", 71_400_000_000, instance="oslo-b", directory="/var/log/journal")
    scene.metric("node_directory_size_bytes", 2_100_000_000, instance="oslo-b", directory="/var/log/pods")
    return scene.case(
        "node-disk-kernel-logs",
        "No container can be created on a node whose root disk is full of the kernel's messages",
        cluster_truth(
            "disk of oslo-b",
            "A driver of the machine writes to the journal without end; the pods' own logs are small.",
            "permits",
            "maps",
            trap="CreateContainerError is counted among the mistakes of an application; the node has no DiskPressure.",
        ),
        hard=True,
    )


def disk_full_unknown() -> Case:
    scene = Scene("2026-07-14T22:09:00Z", cluster="prod-4")
    platform(scene, control_plane=False, ingress="", metrics=False, monitoring=False)
    tenants(scene)
    for pod in scene.pods(node="worker-2"):
        if pod["metadata"]["namespace"] in {"shop", "billing", "media", "search"}:
            scene.put(pod, evicted("The node was low on resource: inodes. ", 9))
            scene.event(pod, "Evicted", "The node was low on resource: inodes. ", "kubelet", minutes=9)
    scene.condition(
        "worker-2", "DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure", minutes=10
    )
    scene.taint("worker-2", "node.kubernetes.io/disk-pressure", minutes=10)
    scene.node_event("worker-2", "NodeHasDiskPressure", minutes=10)
    scene.node_event(
        "worker-2",
        "EvictionThresholdMet",
        "Attempting to reclaim inodes",
        kind="Warning",
        minutes=10,
        last=0.5,
        count=19,
    )
    scene.alert(
        "NodeFilesystemFilesFillingUp", 75, node="worker-2", device="/dev/sda2", mountpoint="/var", fstype="ext4"
    )
    scene.drop("EndpointSlice", "ReplicaSet", "Service")
    return scene.case(
        "node-disk-inodes",
        "A node runs out of inodes; who uses them is not known",
        cluster_truth(
            "disk of worker-2",
            "Pods of four teams go at once for want of inodes and no pod is named as the one that uses them. "
            "The node is the only thing that they share, and its operator has to look.",
            "shop",
            "billing",
            "media",
            "search",
            confidence="medium",
        ),
    )


def memory_of_system_daemon() -> Case:
    scene = Scene("2026-03-30T08:22:00Z", cluster="eu-2", helm=True)
    platform(scene, node_exporter=True)
    apps = tenants(scene)
    scene.condition(
        "worker-3",
        "MemoryPressure",
        "True",
        "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available",
        minutes=12,
    )
    scene.taint("worker-3", "node.kubernetes.io/memory-pressure", minutes=12)
    scene.node_event("worker-3", "NodeHasInsufficientMemory", minutes=12)
    scene.node_event(
        "worker-3", "EvictionThresholdMet", "Attempting to reclaim memory", kind="Warning", minutes=12, last=1, count=9
    )
    for name in ("storefront", "query", "thumbnails"):
        pod = scene.pod_on(apps[name], "worker-3")
        words = (
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 71240Ki. "
            f"Container {name} was using 118Mi, request is 128Mi, has larger consumption of memory. "
        )
        scene.put(pod, evicted(words, 11))
        scene.event(pod, "Evicted", words, "kubelet", minutes=11)
        scene.replacement(apps[name], running(10.5), node="worker-1")
    scene.node_event(
        "worker-3",
        "SystemOOM",
        "System OOM encountered, victim process: query, pid: 88121",
        kind="Warning",
        minutes=11.5,
    )
    scene.alert("NodeMemoryHighUtilization", 27, node="worker-3")
    scene.alert("KubeNodePressure", 12, node="worker-3")
    scene.alert(
        "SearchLatencyHigh",
        11,
        hold=5,
        severity="critical",
        namespace="search",
        service="query",
        summary="p99 of search is above 3 s",
    )
    scene.metric(
        "container_memory_working_set_bytes", 27_900_000_000, id="/system.slice/audit-shipper.service", node="worker-3"
    )
    scene.metric("container_memory_working_set_bytes", 3_100_000_000, id="/kubepods.slice", node="worker-3")
    return scene.case(
        "node-memory-system-daemon",
        "A daemon of the machine leaks memory, and the kernel takes it out on the pods",
        cluster_truth(
            "audit-shipper on worker-3",
            "27 of 32 GB are held by a service outside Kubernetes, all pods together use 3; the victims kept within "
            "their requests.",
            "shop",
            "search",
            "media",
            trap="Evicted for memory and a SystemOOM whose victim is called like the application.",
        ),
        hard=True,
    )


def read_only_filesystem() -> Case:
    scene = Scene("2026-02-03T13:47:00Z", cluster="prod-1")
    platform(scene)
    apps = tenants(scene)
    scene.condition(
        "worker-2",
        "ReadonlyFilesystem",
        "True",
        "FilesystemIsReadOnly",
        "EXT4-fs (sda1): Remounting filesystem read-only",
        minutes=29,
    )
    scene.node_event(
        "worker-2",
        "FilesystemIsReadOnly",
        "Node condition ReadonlyFilesystem is now: True, reason: FilesystemIsReadOnly, message: "
        '"EXT4-fs (sda1): Remounting filesystem read-only"',
        component="kernel-monitor",
        kind="Warning",
        minutes=29,
    )
    for name in ("cart", "invoices", "thumbnails"):
        pod = scene.pod_on(apps[name], "worker-2")
        scene.put(pod, crashing(27, exit_code=1))
        scene.back_off(pod, 26)
        scene.alert("KubePodCrashLooping", 26, pod)
        scene.short_of_replicas(apps[name], 27)
    return scene.case(
        "node-readonly-filesystem",
        "Containers crash on one node since its disk was remounted read-only",
        cluster_truth(
            "disk of worker-2",
            "The kernel remounted the disk after errors. Twins of the same pods on other nodes run.",
            "shop",
            "billing",
            "media",
            trap="KubePodCrashLooping with exit code 1 in three namespaces; the node is Ready.",
        ),
        hard=True,
    )


def clock_skew() -> Case:
    scene = Scene("2026-04-09T19:00:00Z", cluster="lon-1", helm=True)
    platform(scene, workers=["lon-01", "lon-02", "lon-03"], node_exporter=True)
    tenants(scene, {"identity": {"sessions": 3}, "wallet": {"transfers": 3}, "support": {"tickets": 2}})
    scene.alert("NodeClockSkewDetected", 33, node="lon-02")
    for namespace, service in (("wallet", "transfers"), ("support", "tickets")):
        scene.alert(
            "HttpUnauthorizedRatioHigh",
            24,
            hold=10,
            severity="critical",
            namespace=namespace,
            service=service,
            summary="A third of the calls is answered 401",
            description="33% of requests answered 401 (token used before issued)",
        )
    for node, offset in (("lon-01", 0.0004), ("lon-02", -47.2), ("lon-03", 0.0007)):
        scene.metric("node_timex_offset_seconds", offset, instance=node)
    return scene.case(
        "node-clock-skew",
        "Every third login is refused: the clock of one node is behind",
        cluster_truth(
            "clock of lon-02",
            "Tokens issued elsewhere are from the future for pods of lon-02. Time synchronisation is the node's.",
            "wallet",
            "support",
            trap="401 is what a wrong secret or a release of the identity team looks like; every pod is healthy.",
        ),
        hard=True,
    )


def kubelet_certificate() -> Case:
    scene = Scene("2026-08-01T00:35:00Z", cluster="prod-3")
    platform(scene, workers=["pool-a-1", "pool-a-2", "pool-a-3"])
    tenants(scene)
    for node in ("pool-a-1", "pool-a-3"):
        scene.lose_node(node, 34, evict=False)
        scene.alert("KubeletClientCertificateExpiration", 60 * 20, node=node)
        scene.alert("KubeletClientCertificateRenewalErrors", 60 * 20, node=node)
        scene.alert("KubeNodeNotReady", 34, node=node)
    return scene.case(
        "node-kubelet-certificate",
        "Two kubelets could not renew their certificates and are shut out at midnight",
        cluster_truth(
            "kubelet client certificates", "The API server refuses both kubelets; their containers still run."
        ),
    )


def conntrack_full() -> Case:
    scene = Scene("2026-05-19T12:26:00Z", cluster="shared-1", helm=True)
    platform(scene, node_exporter=True, kube_proxy=True)
    tenants(scene)
    for node in ("worker-1", "worker-2", "worker-3"):
        scene.alert("NodeHighNumberConntrackEntriesUsed", 14, node=node)
        scene.metric("node_nf_conntrack_entries", 65_498, instance=node)
        scene.metric("node_nf_conntrack_entries_limit", 65_536, instance=node)
    for namespace, service in (("shop", "cart"), ("billing", "invoices"), ("search", "query")):
        scene.alert(
            "UpstreamTimeouts",
            13,
            hold=5,
            severity="critical",
            namespace=namespace,
            service=service,
            summary=f"{service} times out on its upstreams",
        )
    proxy = scene.find("DaemonSet", "kube-proxy", "kube-system")
    scene.change(
        proxy,
        "spec.template.spec.containers[0].args",
        "--conntrack-max-per-core=131072",
        "--conntrack-max-per-core=8192",
        minutes=52,
    )
    scene.signal(
        "connections-per-node",
        "sum by (instance) (node_sockstat_TCP_alloc)",
        41_800,
        "sockets",
        healthy=True,
        instance="worker-1",
    )
    return scene.case(
        "node-conntrack-limit",
        "Connections of all teams are dropped since kube-proxy sets a smaller connection table",
        cluster_truth(
            "conntrack limit set by kube-proxy",
            "Connections are as many as always; a change of the platform an hour ago cut the table to a sixteenth.",
            "shop",
            "billing",
            "search",
            trap="Time-outs of three services, and a full table which one greedy client could also have caused.",
        ),
        hard=True,
    )


def inotify_limit() -> Case:
    scene = Scene("2026-03-05T10:10:00Z", cluster="dev-2", version="v1.32.6")
    platform(scene, monitoring=False)
    apps = tenants(scene, {"reports": {"exporter": 2}, "portal": {"web": 3}, "chat": {"rooms": 2}})
    scene.namespace("observability")
    scene.daemon_set("observability", "log-agent", on=["worker-1", "worker-2", "worker-3"], priority_class="")
    for name in ("exporter", "web", "rooms"):
        pod = scene.pod_on(apps[name], "worker-1")
        scene.put(pod, crashing(31, exit_code=255))
        scene.back_off(pod, 30)
        scene.alert("KubePodCrashLooping", 30, pod)
    scene.node_event(
        "worker-1",
        "InvalidDiskCapacity",
        "failed to create fsnotify watcher: too many open files",
        kind="Warning",
        minutes=35,
        last=2,
        count=14,
    )
    scene.metric("process_inotify_instances", 127, node="worker-1", process="log-agent")
    scene.metric("node_inotify_max_user_instances", 128, node="worker-1")
    return scene.case(
        "node-inotify-limit",
        "Programs that watch files crash on a node where the platform's log agent uses all watchers",
        cluster_truth(
            "inotify limit of worker-1",
            "The node's limit is 128 and the platform's own agent holds 127. Only pods on worker-1 crash.",
            "reports",
            "portal",
            "chat",
            trap="Three crash loops of three teams with an exit code of their own program.",
        ),
        hard=True,
    )


def pid_exhausted() -> Case:
    scene = Scene("2026-02-24T16:44:00Z", cluster="eu-3")
    platform(scene)
    apps = tenants(scene)
    scene.condition(
        "worker-1",
        "PIDPressure",
        "True",
        "KubeletHasInsufficientPID",
        "kubelet has insufficient PID available",
        minutes=19,
    )
    scene.taint("worker-1", "node.kubernetes.io/pid-pressure", minutes=19)
    scene.node_event("worker-1", "NodeHasInsufficientPID", minutes=19)
    victim = scene.pod_on(apps["cart"], "worker-1")
    scene.put(victim, unready(18, restarts=2))
    scene.unhealthy(
        victim,
        "Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: failed to start exec: "
        "OCI runtime exec failed: exec failed: unable to start container process: fork/exec: resource temporarily "
        "unavailable: unknown",
        18,
    )
    scene.short_of_replicas(apps["cart"], 18)
    scene.alert("KubePodNotReady", 18, victim)
    scene.metric("node_processes_pids", 32_760, instance="worker-1")
    scene.metric("container_processes", 31_020, id="/system.slice/backup-agent.service", node="worker-1")
    return scene.case(
        "node-pids-exhausted",
        "A backup agent of the machine leaves 31,000 processes; probes cannot be run any more",
        cluster_truth(
            "backup agent on worker-1",
            "The processes belong to a service of the machine. The probe of the cart does not fail, it cannot start.",
            "shop",
            trap="KubePodNotReady and a failing readiness probe of one deployment.",
        ),
        hard=True,
    )


def bad_network_card() -> Case:
    scene = Scene("2026-06-25T15:20:00Z", cluster="prod-1", helm=True)
    platform(scene, node_exporter=True)
    apps = tenants(scene, {"shop": {"cart": 3, "storefront": 3}, "search": {"query": 3}})
    for name in ("cart", "storefront", "query"):
        scene.alert(
            "HttpLatencyHigh",
            31,
            hold=10,
            severity="critical",
            namespace=apps[name].namespace,
            service=name,
            summary=f"p99 of {name} is above 2 s",
        )
    for name in ("cart", "storefront", "query"):
        for pod in apps[name].pods:
            slow = pod["spec"]["nodeName"] == "worker-2"
            scene.metric(
                "http_request_duration_seconds_p99",
                4.1 if slow else 0.12,
                namespace=apps[name].namespace,
                pod=pod["metadata"]["name"],
                node=pod["spec"]["nodeName"],
            )
            if slow:
                scene.unhealthy(
                    pod,
                    f'Readiness probe failed: Get "http://{pod["status"]["podIP"]}:8080/ready": context deadline '
                    "exceeded (Client.Timeout exceeded while awaiting headers)",
                    30,
                    count=6,
                    last=3,
                )
    scene.metric("node_network_receive_errs_total_rate", 233.0, instance="worker-2", device="eth0")
    scene.metric("node_network_receive_errs_total_rate", 0.0, instance="worker-1", device="eth0")
    scene.metric("node_tcp_retransmit_ratio", 0.19, instance="worker-2")
    scene.metric("node_tcp_retransmit_ratio", 0.002, instance="worker-1")
    return scene.case(
        "node-bad-network",
        "Three services are slow, always in the pods of one node",
        cluster_truth(
            "network of worker-2",
            "One fifth of the packets of worker-2 is sent again and its card counts errors; twins elsewhere are fast.",
            "shop",
            "search",
            trap="Only latency alerts of applications; no node alert, for the rule on errors waits an hour.",
        ),
        hard=True,
    )


def left_cordoned() -> Case:
    scene = Scene("2026-03-18T07:50:00Z", cluster="prod-2")
    platform(scene, monitoring=False)
    apps = tenants(scene)
    for node in ("worker-1", "worker-3"):
        scene.cordon(node, 60 * 11, event=False)
    message = (
        "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }, 2 node(s) were unschedulable. preemption: 0/4 nodes are available: "
        "1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling."
    )
    apps["cart"].obj["spec"]["replicas"] = 4
    for _ in range(2):
        pod = scene.replacement(apps["cart"], pending(message, 26))
        scene.scheduler_event(pod, message, minutes=26, count=2, last=26)
        scene.alert("KubePodNotReady", 26, pod)
    scene.short_of_replicas(apps["cart"], 26)
    return scene.case(
        "node-left-cordoned",
        "A team scales up in the morning; two nodes are still cordoned from the night's maintenance",
        cluster_truth(
            "cordoned nodes worker-1 and worker-3",
            "There is room enough on two nodes that maintenance left unschedulable; the request is a small one.",
            "shop",
            trap="'Insufficient cpu' and one workload only: it reads like a request that is too large.",
        ),
        hard=True,
    )


def taint_of_platform_roll() -> Case:
    scene = Scene("2026-07-02T20:15:00Z", cluster="tools", helm=True)
    platform(scene, monitoring=False)
    apps = tenants(scene, {"ci": {"runner": 3}, "docs": {"site": 2}})
    for node in ("worker-1", "worker-2", "worker-3"):
        scene.taint(node, "roll.platform.example.com/phase", value="in-progress", minutes=60 * 3)
    message = (
        "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "3 node(s) had untolerated taint {roll.platform.example.com/phase: in-progress}. preemption: 0/4 nodes are "
        "available: 4 Preemption is not helpful for scheduling."
    )
    for name in ("runner", "site"):
        scene.rollout(apps[name], state=pending(message, 40), minutes=40)
        scene.scheduler_event(apps[name].pods[-1], message, minutes=40, count=2)
        scene.alert("KubePodNotReady", 40, apps[name].pods[-1])
    return scene.case(
        "node-taint-left-by-roll",
        "New pods fit nowhere: a roll of the node image has left its taint on every worker",
        cluster_truth(
            "taint roll.platform.example.com/phase",
            "Who put the taint there must take it away; no team could know that it should tolerate it.",
            "ci",
            "docs",
            confidence="medium",
            trap="Both teams had just released, and an untolerated taint reads like a missing toleration.",
        ),
        hard=True,
    )


def drain_stuck_on_platform_budget() -> Case:
    scene = Scene("2026-05-27T06:30:00Z", cluster="eu-1")
    parts = platform(scene)
    apps = tenants(scene)
    scene.cordon("worker-1", 58)
    scene.disruption_budget("ingress-nginx", "ingress-nginx-controller", minimum=2, healthy=2, expected=2, allowed=0)
    scene.pod_on(parts["ingress"], "worker-1")
    message = (
        "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "1 node(s) were unschedulable, 2 Insufficient memory. preemption: 0/4 nodes are available: 2 No preemption "
        "victims found for incoming pod, 2 Preemption is not helpful for scheduling."
    )
    for name in ("invoices", "query"):
        pod = apps[name].pods[0]
        scene.objects.remove(pod)
        apps[name].pods.remove(pod)
        new = scene.replacement(apps[name], pending(message, 55))
        scene.scheduler_event(new, message, minutes=55, count=3)
        scene.short_of_replicas(apps[name], 55)
        scene.alert("KubePodNotReady", 55, new)
    return scene.case(
        "node-drain-stuck",
        "A drain hangs on the budget of the ingress controller; the drained pods of two teams fit nowhere",
        cluster_truth(
            "drain of worker-1 (budget of the ingress controller)",
            "The platform's own budget allows no disruption, so the node stays out of service half drained.",
            "billing",
            "search",
            trap="A refused eviction makes no event; what is seen is 'Insufficient memory' of two small deployments.",
        ),
        hard=True,
    )


def kernel_deadlock() -> Case:
    scene = Scene("2026-01-22T02:02:00Z", cluster="ams", version="v1.31.9", runtime="cri-o://1.31.5")
    platform(scene, storage="")
    apps = tenants(scene)
    scene.condition(
        "worker-2",
        "KernelDeadlock",
        "True",
        "DockerHung",
        "task containerd-shim:7 blocked for more than 300 seconds.",
        minutes=44,
    )
    for minutes in (41, 33, 21, 9):
        scene.node_event("worker-2", "NodeNotReady", component="node-controller", minutes=minutes)
        scene.node_event("worker-2", "NodeReady", minutes=minutes - 3)
    scene.node_event(
        "worker-2",
        "TaskHung",
        "INFO: task containerd-shim:48111 blocked for more than 120 seconds.",
        component="kernel-monitor",
        kind="Warning",
        minutes=45,
        last=8,
        count=6,
    )
    scene.alert("KubeNodeReadinessFlapping", 31, node="worker-2")
    pod = scene.pod_on(apps["cart"], "worker-2")
    scene.put(pod, unready(8))
    scene.alert("KubePodNotReady", 40, pod)
    scene.short_of_replicas(apps["cart"], 40)
    return scene.case(
        "node-flapping-kernel",
        "A node comes and goes: tasks hang in its kernel",
        cluster_truth(
            "kernel of worker-2", "Tasks of the runtime hang in the kernel; the node must be replaced.", "shop"
        ),
    )


def cgroup_driver_after_upgrade() -> Case:
    scene = Scene("2026-08-20T21:41:00Z", cluster="prod-5", helm=True, version="v1.34.1", runtime="containerd://2.1.4")
    platform(scene)
    apps = tenants(scene, {"feeds": {"import": 2}, "catalog": {"items": 3}, "orders": {"api": 3}})
    error = (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got '
        '"/kubepods/burstable/pod1c0e/7d1f" instead: unknown'
    )
    for name in ("import", "items", "api"):
        pod = scene.replacement(apps[name], waiting("RunContainerError", error, 28), node="worker-3")
        scene.event(pod, "Failed", f"Error: {error}", "kubelet", minutes=28, last=1, count=9, container=name)
        apps[name].obj["spec"]["replicas"] += 1
        scene.alert("KubePodNotReady", 28, pod)
        scene.short_of_replicas(apps[name], 28)
    node = scene.nodes["worker-3"]
    node["status"]["nodeInfo"]["containerRuntimeVersion"] = "containerd://2.2.0"
    scene.change(
        node, "status.nodeInfo.containerRuntimeVersion", "containerd://2.1.4", "containerd://2.2.0", minutes=49
    )
    return scene.case(
        "node-runtime-upgrade",
        "No new container starts on the node whose runtime was upgraded",
        cluster_truth(
            "container runtime on worker-3",
            "Runtime and kubelet of the upgraded node disagree about the cgroup driver. Old containers run on.",
            "feeds",
            "catalog",
            "orders",
            trap="RunContainerError is what a command that does not exist looks like.",
        ),
        hard=True,
    )


CASES = (
    one_node_lost(),
    zone_outage(),
    runtime_down(),
    pleg_slow(),
    disk_full_of_images(),
    disk_full_of_kernel_logs(),
    disk_full_unknown(),
    memory_of_system_daemon(),
    read_only_filesystem(),
    clock_skew(),
    kubelet_certificate(),
    conntrack_full(),
    inotify_limit(),
    pid_exhausted(),
    bad_network_card(),
    left_cordoned(),
    taint_of_platform_roll(),
    drain_stuck_on_platform_budget(),
    kernel_deadlock(),
    cgroup_driver_after_upgrade(),
)
