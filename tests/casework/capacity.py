"""Room: node pools, what scales them, devices, priorities and counters of the platform."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Scene, cluster_truth, crashing, pending, unready

CONTROL_PLANE = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"


def _no_room(scene: Scene, pod: object, message: str, minutes: float) -> None:
    assert isinstance(pod, dict)
    scene.unschedulable(pod, message, minutes, count=3)
    scene.alert("KubePodNotReady", minutes, pod)


def pool_at_maximum() -> Case:
    scene = Scene("2026-03-06T17:05:00Z", cluster="eu-1", helm=True)
    parts = platform(scene)
    apps = tenants(scene)
    scaler = scene.deployment("kube-system", "cluster-autoscaler", 1)
    message = (
        f"0/4 nodes are available: {CONTROL_PLANE}, 3 Insufficient cpu. preemption: 0/4 nodes are available: 1 "
        "Preemption "
        "is not helpful for scheduling, 3 No preemption victims found for incoming pod."
    )
    for name in ("cart", "invoices", "query"):
        apps[name].obj["spec"]["replicas"] += 1
        pod = scene.replacement(apps[name], pending(message, 31))
        _no_room(scene, pod, message, 31)
        scene.event(
            pod,
            "NotTriggerScaleUp",
            "pod didn't trigger scale-up: 1 max node group size reached",
            "cluster-autoscaler",
            kind="Normal",
            minutes=31,
            last=0.3,
            count=180,
        )
        scene.short_of_replicas(apps[name], 31)
    scene.alert("KubeCPUOvercommit", 55)
    _ = parts, scaler
    return scene.case(
        "capacity-pool-at-maximum",
        "Three teams grow by one pod each; the pool of nodes may not grow",
        cluster_truth(
            "node pool general (maximum size)",
            "Each pod asks for a tenth of a processor. The autoscaler says that the pool has its maximum size.",
            "shop",
            "billing",
            "search",
            trap="'Insufficient cpu' reads like requests that are too large.",
        ),
        hard=True,
    )


def autoscaler_broken() -> Case:
    scene = Scene("2026-07-01T08:40:00Z", cluster="us-3", version="v1.33.4")
    platform(scene, control_plane=False, monitoring=False)
    apps = tenants(scene)
    scaler = scene.deployment("kube-system", "cluster-autoscaler", 1)
    scene.put(scaler, crashing(48, exit_code=255))
    scene.back_off(scaler.pods[0], 47)
    message = (
        "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims "
        "found for incoming pod."
    )
    for name in ("storefront", "thumbnails"):
        apps[name].obj["spec"]["replicas"] += 1
        _no_room(scene, scene.replacement(apps[name], pending(message, 37)), message, 37)
        scene.short_of_replicas(apps[name], 37)
    scene.drop("EndpointSlice", "Service")
    return scene.case(
        "capacity-autoscaler-broken",
        "Pods wait for a node that nobody orders: the autoscaler of nodes crashes",
        cluster_truth(
            "cluster-autoscaler",
            "Growth is its task and it crashes; the requests are those of every day.",
            "shop",
            "media",
            trap="Nothing but two pending pods with 'Insufficient memory'; the autoscaler has no alert yet.",
        ),
        hard=True,
    )


def quota_counter_wrong() -> Case:
    scene = Scene("2026-05-08T11:29:00Z", cluster="edu-1", version="v1.32.6")
    platform(scene, monitoring=False)
    apps = tenants(scene, {"courses": {"hub": 2}, "shop": {"cart": 2}})
    scene.quota("courses", "team-quota", {"pods": "200", "requests.cpu": "40"}, {"pods": "200", "requests.cpu": "0.2"})
    apps["hub"].obj["spec"]["replicas"] = 3
    name = apps["hub"].owner["metadata"]["name"]
    error = (
        f'pods "{name}-8rk2d" is forbidden: exceeded quota: team-quota, requested: pods=1, used: pods=200, '
        "limited: pods=200"
    )
    scene.refused(apps["hub"], error, 33, count=41, combined=True)
    scene.short_of_replicas(apps["hub"], 33)
    scene.alert("KubeQuotaFullyUsed", 33, namespace="courses", resource="pods", resourcequota="team-quota")
    return scene.case(
        "capacity-quota-counter",
        "A quota says that 200 pods are used; the namespace has two",
        cluster_truth(
            "counter of the quota (controller-manager)",
            "Two pods exist and 0.2 processors are counted; the counter of pods is wrong and only the platform can "
            "have "
            "it counted anew.",
            "courses",
            confidence="medium",
            trap="'exceeded quota' and KubeQuotaFullyUsed.",
        ),
        hard=True,
    )


def preempted_by_platform() -> Case:
    scene = Scene("2026-06-05T13:13:00Z", cluster="eu-1", helm=True)
    platform(scene)
    apps = tenants(scene)
    agent = scene.daemon_set(
        "security", "runtime-scanner", on=["worker-1", "worker-2", "worker-3"], requests={"cpu": "2", "memory": "4Gi"}
    )
    scene.change(agent, "", None, "created", minutes=26, verb="created")
    message = (
        f"0/4 nodes are available: {CONTROL_PLANE}, 3 Insufficient memory. preemption: 0/4 nodes are available: 1 "
        "Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod."
    )
    for name in ("cart", "invoices", "thumbnails"):
        gone = apps[name].pods.pop()
        scene.objects.remove(gone)
        by = agent.pods[len(name) % 3]["metadata"]
        scene.scheduler_event(
            gone,
            f"Preempted by pod {by['uid']} on node worker-{len(name) % 3 + 1}",
            reason="Preempted",
            kind="Normal",
            minutes=25,
            action="Preempting",
        )
        _no_room(scene, scene.replacement(apps[name], pending(message, 25)), message, 25)
        scene.short_of_replicas(apps[name], 25)
    return scene.case(
        "capacity-preempted-by-platform",
        "A scanner of the platform with the highest priority takes the room of three applications",
        cluster_truth(
            "DaemonSet runtime-scanner (priority and requests)",
            "The pods were preempted by a new DaemonSet that asks for 2 processors and 4 GiB on each node.",
            "shop",
            "billing",
            "media",
            trap="What is left is 'Insufficient memory' of three small deployments.",
        ),
        hard=True,
    )


def device_plugin_down() -> Case:
    scene = Scene("2026-04-07T09:19:00Z", cluster="ml-1", helm=True)
    platform(scene, workers=["worker-1", "worker-2"], monitoring=False)
    tenants(scene, {"shop": {"cart": 2}})
    for name in ("gpu-1", "gpu-2"):
        scene.node(name, pool="gpu", instance_type="g5.4xlarge", extended={"nvidia.com/gpu": "4"})
    for name in ("gpu-1", "gpu-2"):
        scene.nodes[name]["status"]["allocatable"]["nvidia.com/gpu"] = "0"
    plugin = scene.daemon_set(
        "gpu-operator", "nvidia-device-plugin-daemonset", on=["gpu-1", "gpu-2"], state=crashing(55)
    )
    for pod in plugin.pods:
        scene.back_off(pod, 54)
    message = (
        f"0/5 nodes are available: {CONTROL_PLANE}, 4 Insufficient nvidia.com/gpu. preemption: 0/5 nodes are "
        "available: 1 "
        "Preemption is not helpful for scheduling, 4 No preemption victims found for incoming pod."
    )
    for namespace, name in (("vision", "train-a"), ("speech", "train-b")):
        job = scene.job(namespace, name, state=pending(message, 42), minutes=42, limits={"nvidia.com/gpu": "1"})
        _no_room(scene, job.pods[0], message, 42)
    return scene.case(
        "capacity-gpu-plugin-down",
        "Training waits: eight cards exist and none can be had",
        cluster_truth(
            "device plugin for GPUs",
            "Nodes have four cards each and offer none since the platform's plugin crashes.",
            "vision",
            "speech",
            trap="'Insufficient nvidia.com/gpu' is as a rule a request for more than there is.",
        ),
        hard=True,
    )


def wrong_instance_type() -> Case:
    scene = Scene("2026-08-26T14:36:00Z", cluster="eu-6", version="v1.34.1")
    platform(scene, workers=["worker-1"], monitoring=False)
    for name in ("new-1", "new-2"):
        scene.node(name, cpu="2", memory="4Gi", instance_type="m1.small", minutes=47)
    apps = tenants(scene, {"search": {"query": 2}, "billing": {"invoices": 2}})
    message = (
        f"0/4 nodes are available: {CONTROL_PLANE}, 3 Insufficient memory. preemption: 0/4 nodes are available: 3 "
        "Preemption is not helpful for scheduling, 1 No preemption victims found for incoming pod."
    )
    for name in ("query", "invoices"):
        pod = apps[name].pods[0]
        pod["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1", "memory": "6Gi"}}
        _no_room(scene, pod, message, 44)
        scene.short_of_replicas(apps[name], 44)
    for name in ("new-1", "new-2"):
        scene.change(scene.nodes[name], "", None, "created", minutes=47, verb="created")
    return scene.case(
        "capacity-instance-type",
        "The pool was rolled to machines of the wrong size; what fitted yesterday fits nowhere",
        cluster_truth(
            "instance type of the pool general",
            "The requests are old; the nodes that were made this afternoon are an eighth of those before.",
            "search",
            "billing",
            trap="'Insufficient memory' with requests of 6 GiB looks like requests that are too large.",
        ),
        hard=True,
    )


def wrong_architecture() -> Case:
    scene = Scene("2026-09-17T07:07:00Z", cluster="eu-7", helm=True)
    platform(scene)
    apps = tenants(scene)
    for name in ("arm-1", "arm-2"):
        scene.node(name, labels={"kubernetes.io/arch": "arm64"}, instance_type="a1.xlarge", minutes=50)
        scene.nodes[name]["status"]["nodeInfo"]["architecture"] = "arm64"
        scene.change(scene.nodes[name], "", None, "created", minutes=50, verb="created")
    for name in ("storefront", "invoices", "query"):
        pod = scene.pod_on(apps[name], "arm-1")
        scene.put(pod, crashing(29, exit_code=255))
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = (
            "exec /usr/local/bin/app: exec format error"
        )
        scene.back_off(pod, 28)
        scene.alert("KubePodCrashLooping", 28, pod)
        scene.short_of_replicas(apps[name], 29)
    return scene.case(
        "capacity-architecture",
        "Programs of three teams crash on the new nodes, which have another kind of processor",
        cluster_truth(
            "untainted arm64 nodes in the pool general",
            "The platform mixed another architecture into the common pool, without a taint; all images are for amd64.",
            "shop",
            "billing",
            "search",
            confidence="medium",
            trap="Crash loops with 'exec format error' count as images that were built wrongly.",
        ),
        hard=True,
    )


def metrics_server_down() -> Case:
    scene = Scene("2026-02-18T12:39:00Z", cluster="prod-1", helm=True)
    parts = platform(scene)
    apps = tenants(scene)
    scene.put(parts["metrics"], crashing(36))
    scene.back_off(parts["metrics"].pods[0], 35)
    error = (
        "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is "
        "currently "
        "unable to handle the request (get pods.metrics.k8s.io)"
    )
    for name in ("cart", "query"):
        scaler = scene.autoscaler(
            apps[name].namespace,
            name,
            current=2,
            desired=2,
            conditions=(
                (
                    "AbleToScale",
                    "True",
                    "SucceededGetScale",
                    "the HPA controller was able to get the target's current scale",
                ),
                (
                    "ScalingActive",
                    "False",
                    "FailedGetResourceMetric",
                    f"the HPA was unable to compute the replica count: failed to get cpu utilization: {error}",
                ),
            ),
        )
        scene.event(
            scaler,
            "FailedGetResourceMetric",
            f"failed to get cpu utilization: {error}",
            "horizontal-pod-autoscaler",
            minutes=35,
            last=0.2,
            count=140,
        )
        scene.event(
            scaler,
            "FailedComputeMetricsReplicas",
            "invalid metrics (1 invalid out of 1), first error is: failed to get cpu "
            f"resource metric value: failed to get cpu utilization: {error}",
            "horizontal-pod-autoscaler",
            minutes=35,
            last=0.2,
            count=140,
        )
        scene.alert(
            "HttpLatencyHigh",
            21,
            hold=10,
            severity="critical",
            namespace=apps[name].namespace,
            service=name,
            summary=f"{name} is saturated",
        )
    scene.alert("KubeAggregatedAPIDown", 35, name="v1beta1.metrics.k8s.io", namespace="default")
    return scene.case(
        "capacity-metrics-server-down",
        "Two services are saturated and do not grow: their autoscalers see no numbers",
        cluster_truth(
            "metrics-server",
            "The autoscalers of all teams are blind while the platform's metrics-server crashes.",
            "shop",
            "search",
            trap="The critical alerts say that two applications are slow.",
        ),
        hard=True,
    )


def pods_per_node() -> Case:
    scene = Scene("2026-10-09T16:50:00Z", cluster="small-1", version="v1.31.9", runtime="cri-o://1.31.5")
    platform(scene, monitoring=False, storage="")
    apps = tenants(scene, {"iot": {"bridge": 3}, "maps": {"tiles": 2}})
    for name in ("worker-1", "worker-2", "worker-3"):
        for room in ("capacity", "allocatable"):
            scene.nodes[name]["status"][room]["pods"] = "8"
        scene.alert("KubeletTooManyPods", 70, node=name, instance="10.244.1.25:8443")
    message = (
        f"0/4 nodes are available: {CONTROL_PLANE}, 3 Too many pods. preemption: 0/4 nodes are available: 1 "
        "Preemption is "
        "not helpful for scheduling, 3 No preemption victims found for incoming pod."
    )
    for name in ("bridge", "tiles"):
        apps[name].obj["spec"]["replicas"] += 1
        _no_room(scene, scene.replacement(apps[name], pending(message, 30)), message, 30)
    return scene.case(
        "capacity-pods-per-node",
        "Every node has as many pods as its kubelet takes",
        cluster_truth(
            "maxPods of the nodes",
            "Processors and memory are free; the nodes' own limit of pods is reached.",
            "iot",
            "maps",
        ),
    )


def spread_over_missing_zone() -> Case:
    scene = Scene("2026-05-12T04:50:00Z", cluster="eu-8", helm=True)
    platform(scene, workers=["eu8-a1", "eu8-b1"], storage="")
    spread = {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "DoNotSchedule",
                "minDomains": 3,
                "labelSelector": {"matchLabels": {"app": "query"}},
            }
        ]
    }
    apps = tenants(scene, {"shop": {"cart": 2}})
    query = scene.deployment("search", "query", 3, made=2, template=spread)
    message = (
        f"0/3 nodes are available: {CONTROL_PLANE}, 2 node(s) didn't match pod topology spread constraints. "
        "preemption: 0/3 "
        "nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming "
        "pod."
    )
    _no_room(scene, scene.replacement(query, pending(message, 34)), message, 34)
    scene.short_of_replicas(query, 34)
    scene.event(
        scene.nodes["eu8-a1"],
        "FailedScaleUp",
        "Scale-up failed for group eu8-c: InsufficientInstanceCapacity: We currently do not have sufficient "
        "m1.xlarge capacity in the Availability Zone you requested (zone-c).",
        "cluster-autoscaler",
        minutes=33,
        last=3,
        count=11,
    )
    _ = apps
    return scene.case(
        "capacity-zone-without-nodes",
        "A pod that must stand in the third zone waits: that zone has no node",
        cluster_truth(
            "node pool of zone-c",
            "The platform offers three zones; the third has no machine and the cloud has none to give.",
            "search",
            confidence="medium",
            trap="'didn't match pod topology spread constraints' speaks of what the team wrote.",
        ),
        hard=True,
    )


def spot_reclaimed() -> Case:
    scene = Scene("2026-06-28T19:33:00Z", cluster="us-4", helm=True)
    platform(scene, workers=["worker-1", "spot-1", "spot-2"], storage="")
    apps = tenants(scene, {"shop": {"cart": 3}, "search": {"query": 3}})
    for name in ("spot-1", "spot-2"):
        scene.node_event(
            name,
            "SpotInterruption",
            "Node " + name + " has received a spot interruption warning",
            component="aws-node-termination-handler",
            kind="Warning",
            minutes=18,
        )
        scene.node_event(
            name,
            "RemovingNode",
            f"Node {name} event: Removing Node {name} from Controller",
            component="node-controller",
            minutes=16,
        )
    for workload in scene.workloads:
        for pod in list(workload.pods):
            if not pod["spec"].get("nodeName", "").startswith("spot"):
                continue
            if workload.obj["kind"] == "Deployment" and workload not in apps.values():
                pod["spec"]["nodeName"] = "worker-1"
                continue
            scene.objects.remove(pod)
            workload.pods.remove(pod)
    message = (
        f"0/2 nodes are available: {CONTROL_PLANE}, 1 Insufficient cpu. preemption: 0/2 nodes are available: 1 "
        "Preemption is "
        "not helpful for scheduling, 1 No preemption victims found for incoming pod."
    )
    for workload in apps.values():
        while len(workload.pods) < 3:
            pod = scene.replacement(workload, pending(message, 16))
            scene.unschedulable(pod, message, 16, count=2)
        scene.short_of_replicas(workload, 16)
    for name in ("spot-1", "spot-2"):
        scene.objects.remove(scene.nodes[name])
    return scene.case(
        "capacity-spot-reclaimed",
        "The cloud took two cheap machines back and the pool has found no others",
        cluster_truth(
            "spot pool",
            "Two nodes were taken and removed; what is left is too small for what ran on them.",
            "shop",
            "search",
            trap="The nodes are gone from the API, so no node is unwell; four pods are 'Insufficient cpu'.",
        ),
        hard=True,
    )


def platform_agent_grew() -> Case:
    scene = Scene("2026-11-03T10:44:00Z", cluster="eu-9", version="v1.34.1", runtime="containerd://2.1.4")
    platform(scene)
    tenants(scene)
    message = (
        "0/4 nodes are available: 1 Insufficient memory. preemption: 0/4 nodes are available: 1 Insufficient memory, 3 "
        "Preemption is not helpful for scheduling."
    )
    agent = scene.daemon_set("logging", "fluent-bit", on=["worker-1", "worker-2", "worker-3"], priority_class="")
    scene.change(agent, "spec.template.spec.containers[0].resources.requests.memory", "100Mi", "9Gi", minutes=31)
    pod = scene.pod_on(agent, "worker-2")
    scene.unschedulable(pod, message, 30, count=2)
    scene.alert("KubeDaemonSetNotScheduled", 30, agent)
    scene.alert("KubeDaemonSetRolloutStuck", 30, agent)
    scene.alert("KubePodNotReady", 30, pod)
    return scene.case(
        "capacity-log-agent-grew",
        "The platform's own log agent asks for 9 GiB and fits no longer",
        cluster_truth(
            "DaemonSet logging/fluent-bit",
            "The agent and its request are the platform's.",
            "logging",
            confidence="medium",
        ),
    )


def ephemeral_pool_unlabelled() -> Case:
    scene = Scene("2026-12-01T09:31:00Z", cluster="ml-2", helm=True, version="v1.34.1")
    platform(scene, workers=["worker-1", "worker-2"], monitoring=False)
    tenants(scene, {"shop": {"cart": 2}})
    for name in ("mem-1", "mem-2"):
        scene.node(name, pool="general", memory="256Gi", instance_type="r1.8xlarge", minutes=52)
        scene.change(scene.nodes[name], "metadata.labels[node.example.com/pool]", "highmem", "general", minutes=52)
    message = (
        f"0/5 nodes are available: {CONTROL_PLANE}, 4 node(s) didn't match Pod's node affinity/selector. preemption: "
        "0/5 "
        "nodes are available: 5 Preemption is not helpful for scheduling."
    )
    for namespace, name in (("genomics", "align"), ("risk", "simulate")):
        workload = scene.deployment(
            namespace,
            name,
            2,
            template={"nodeSelector": {"node.example.com/pool": "highmem"}},
            states=[pending(message, 49), unready(0.5)],
            made=1,
        )
        _no_room(scene, workload.pods[0], message, 49)
        scene.short_of_replicas(workload, 49)
    return scene.case(
        "capacity-pool-label-lost",
        "Two teams' pods ask for the pool highmem, whose nodes came back with another label",
        cluster_truth(
            "labels of the pool highmem",
            "The selector is the one the platform gave out; its nodes were rebuilt with the label of the general pool.",
            "genomics",
            "risk",
            trap="'didn't match Pod's node affinity/selector' is the classic slip of a team.",
        ),
        hard=True,
    )


CASES = (
    pool_at_maximum(),
    autoscaler_broken(),
    quota_counter_wrong(),
    preempted_by_platform(),
    device_plugin_down(),
    wrong_instance_type(),
    wrong_architecture(),
    metrics_server_down(),
    pods_per_node(),
    spread_over_missing_zone(),
    spot_reclaimed(),
    platform_agent_grew(),
    ephemeral_pool_unlabelled(),
)
