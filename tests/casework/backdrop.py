"""A platform and its tenants in good health: every case needs a control group that is not sick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.casework.makers import Scene, Workload

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
