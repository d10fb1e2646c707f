"""A platform and its tenants in good health: every case needs a control group that is not sick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.casework.makers import Scene, Workload, finished, running

WORKERS = ("worker-1", "worker-2", "worker-3")
ZONES = ("zone-a", "zone-b", "zone-c")


@dataclass
class Platform:
    """What the platform runs, by what it is for."""

    parts: dict[str, Workload] = field(default_factory=dict)

    def __getitem__(self, part: str) -> Workload:
        return self.parts[part]


def platform(
    scene: Scene,
    *,
    workers: Sequence[str] = WORKERS,
    control_plane: bool = True,
    system: str = "kube-system",
    dns: str = "",
    cni: str = "calico-node",
    cni_namespace: str = "",
    kube_proxy: bool = False,
    ingress: str = "ingress-nginx",
    storage: str = "csi",
    metrics: bool = True,
    monitoring: bool = True,
    node_exporter: bool = False,
) -> Platform:
    """Nodes in three zones and the usual components. An empty name leaves a component out.

    Parts: api, etcd, scheduler, controllers, dns, cni, proxy, ingress, csi-controller, csi-node, metrics,
    state-metrics, node-exporter.
    """
    made = Platform()
    if control_plane:
        scene.node("cp-1", control_plane=True, cpu="4", memory="16Gi")
    for index, worker in enumerate(workers):
        scene.node(worker, zone=ZONES[index % 3])
    for name in dict.fromkeys((system, dns or system, "default")):
        scene.namespace(name)
    if control_plane:
        _static_pods(scene, made)
    made.parts["dns"] = scene.deployment(
        dns or system,
        "coredns",
        2,
        image="registry.k8s.io/coredns/coredns:v1.12.1",
        labels={"k8s-app": "kube-dns"},
        priority_class="system-cluster-critical",
    )
    scene.service(dns or system, "kube-dns", selector={"k8s-app": "kube-dns"}, port=53, target=53)
    if cni:
        made.parts["cni"] = scene.daemon_set(cni_namespace or system, cni, host_network=True)
    if kube_proxy:
        made.parts["proxy"] = scene.daemon_set(
            system, "kube-proxy", image=f"registry.k8s.io/kube-proxy:{scene.version}", host_network=True
        )
    if ingress:
        made.parts["ingress"] = scene.deployment(
            ingress,
            "ingress-nginx-controller",
            2,
            image="registry.k8s.io/ingress-nginx/controller:v1.12.1",
            container="controller",
        )
        scene.service(
            ingress,
            "ingress-nginx-controller",
            port=443,
            target=8443,
            kind="LoadBalancer",
            status={"loadBalancer": {"ingress": [{"ip": "198.51.100.20"}]}},
        )
        scene.ingress_class()
    if storage:
        made.parts["csi-controller"] = scene.deployment(system, f"{storage}-controller", 1, container="csi-provisioner")
        made.parts["csi-node"] = scene.daemon_set(system, f"{storage}-node", on=workers)
        scene.storage_class()
    if metrics:
        made.parts["metrics"] = scene.deployment(
            system, "metrics-server", 1, image="registry.k8s.io/metrics-server/metrics-server:v0.7.2"
        )
    if monitoring:
        made.parts["state-metrics"] = scene.deployment(scene.monitoring, "kube-state-metrics", 1)
    if node_exporter:
        made.parts["node-exporter"] = scene.daemon_set(scene.monitoring, "node-exporter", host_network=True)
    scene.watchdog()
    return made


def _static_pods(scene: Scene, made: Platform) -> None:
    for part, name, image in (
        ("api", "kube-apiserver", f"registry.k8s.io/kube-apiserver:{scene.version}"),
        ("etcd", "etcd", "registry.k8s.io/etcd:3.5.21-0"),
        ("scheduler", "kube-scheduler", f"registry.k8s.io/kube-scheduler:{scene.version}"),
        ("controllers", "kube-controller-manager", f"registry.k8s.io/kube-controller-manager:{scene.version}"),
    ):
        owner = scene.nodes["cp-1"]
        pod = scene.pod(
            "kube-system",
            f"{name}-cp-1",
            owner=owner,
            image=image,
            container=name,
            node="cp-1",
            host_network=True,
            labels={"component": name, "tier": "control-plane"},
            priority_class="system-node-critical",
        )
        made.parts[part] = Workload(pod, owner, [pod])


TENANTS: Mapping[str, Mapping[str, int]] = {
    "shop": {"cart": 2, "storefront": 2},
    "billing": {"invoices": 2},
    "search": {"query": 2},
    "media": {"thumbnails": 1},
}


def tenants(
    scene: Scene, which: Mapping[str, Mapping[str, int]] | None = None, *, services: bool = True
) -> dict[str, Workload]:
    """Healthy applications of several teams, by name. Names of workloads must differ between the namespaces."""
    made: dict[str, Workload] = {}
    for namespace, workloads in (which or TENANTS).items():
        scene.namespace(namespace, labels={"team": namespace})
        for name, replicas in workloads.items():
            made[name] = scene.deployment(namespace, name, replicas)
            if services:
                scene.service(namespace, name)
    return made


def bystanders(scene: Scene) -> None:
    """What is always there and means nothing: a release that went well, a slow start, a nightly job, a note on CPU."""
    blog = scene.deployment("blog", "articles", 2, limits={"cpu": "200m", "memory": "256Mi"})
    scene.service("blog", "articles")
    made = scene.rollout(blog, state=running(44), made=2, kept=0, minutes=45)
    for pod in made:
        metadata = pod["metadata"]
        words = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {pod['spec']['nodeName']}"
        scene.scheduler_event(pod, words, reason="Scheduled", kind="Normal", minutes=45, action="Binding")
        scene.event(pod, "Started", "Container started", "kubelet", kind="Normal", minutes=44.8, container="articles")
    text = f'Readiness probe failed: Get "http://{made[0]["status"]["podIP"]}:8080/ready": connection refused'
    scene.unhealthy(made[0], text, 44.7, count=2, last=44.5)
    scene.alert("CPUThrottlingHigh", 40, made[1], container="articles", service="kubelet")
    cron = scene.cron_job("blog", "thumbnails-cleanup", schedule="0 * * * *", last=32)
    scene.job("blog", "thumbnails-cleanup-29551020", state=finished(0, 30), owner=cron, minutes=32)


_UNITS = {"": 1.0, "m": 0.001, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}


def amount(quantity: str) -> float:
    """Processors or bytes."""
    number = quantity.rstrip("KMGTim")
    return float(number) * _UNITS[quantity[len(number) :]]


def fill(scene: Scene, workers: Sequence[str], resource: str, left: float) -> None:
    """Takes all but `left` (processors, bytes) of what these nodes have, so that what the scheduler says is true."""
    for number, worker in enumerate(workers):
        free = amount(scene.nodes[worker]["status"]["allocatable"][resource])
        for pod in scene.pods(node=worker):
            for container in pod["spec"]["containers"]:
                free -= amount(container["resources"].get("requests", {}).get(resource, "0"))
        taken = f"{round((free - left) * 1000)}m" if resource == "cpu" else f"{round((free - left) / 2**20)}Mi"
        requests = {"cpu": "50m", "memory": "64Mi", resource: taken}
        scene.deployment("warehouse", f"shard-{number}", 1, nodes=[worker], requests=requests)
