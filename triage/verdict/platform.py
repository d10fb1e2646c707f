"""Which workloads are parts of the platform: known by what they run, not by what somebody called them. PURE.

A part is recognised by the image that its containers run and by the labels that its makers give it. Names of namespaces
and workloads are the operators' choice and say nothing by themselves; whose a namespace is, the ownership map says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """What a part does for others: it decides which failures can come from it."""

    CONTROL_PLANE = "control plane"
    DNS = "cluster DNS"
    PROXY = "service proxy"
    NETWORK = "pod network"
    STORAGE = "storage"
    INGRESS = "ingress"
    ADMISSION = "admission"
    AUTOSCALER = "node autoscaling"
    METRICS = "resource metrics"
    CERTIFICATES = "certificates"
    MESH = "service mesh"
    DEVICES = "devices"
    REGISTRY = "image registry"
    NODE = "node agent"
    MONITORING = "monitoring"
    TOOL = "platform tool"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the platform, by the name that its makers use."""

    name: str
    role: Role
    is_always: bool = True  # false: tenants run their own as well, so only in a namespace of the platform


def _parts(role: Role, names: str, *, always: bool = True) -> dict[str, Part]:
    """`name=alias,alias` separated by blanks; an alias is the last part of an image's path or a value of a label."""
    found: dict[str, Part] = {}
    for entry in names.split():
        name, _, aliases = entry.partition("=")
        part = Part(name, role, always)
        found |= dict.fromkeys([name, *(alias for alias in aliases.split(",") if alias)], part)
    return found


PARTS: Mapping[str, Part] = {
    **_parts(
        Role.CONTROL_PLANE,
        "kube-apiserver kube-controller-manager kube-scheduler cloud-controller-manager=aws-cloud-controller-manager,"
        "openstack-cloud-controller-manager,cloud-provider-aws etcd-manager konnectivity=konnectivity-agent,"
        "proxy-agent,"
        "konnectivity-server,proxy-server,tunnelfront",
    ),
    **_parts(Role.CONTROL_PLANE, "etcd=etcd-io", always=False),
    **_parts(
        Role.DNS, "coredns=kube-dns,dns-default,k8s-dns-kube-dns,kube-dns-autoscaler,cluster-proportional-autoscaler"
    ),
    **_parts(Role.DNS, "node-local-dns=k8s-dns-node-cache,node-cache,nodelocaldns"),
    **_parts(Role.PROXY, "kube-proxy=kube-proxy-amd64"),
    **_parts(
        Role.NETWORK,
        "calico=calico-node,calico-typha,calico-kube-controllers,tigera-operator cilium=cilium-agent,cilium-operator,"
        "operator-generic,cilium-envoy flannel=kube-flannel,kube-flannel-ds weave-net=weave-kube,weave-npc "
        "aws-vpc-cni=amazon-k8s-cni,aws-node,amazon-k8s-cni-init azure-cni=azure-cns,azure-npm antrea=antrea-agent,"
        "antrea-agent-ubuntu,antrea-controller-ubuntu kube-router multus=multus-cni,kube-multus,multus-daemon "
        "ovn-kubernetes=ovnkube-node,ovnkube-master,ovn-kube,kube-ovn,kube-ovn-cni whereabouts canal",
    ),
    **_parts(
        Role.NETWORK,
        "metallb=speaker,metallb-speaker,metallb-controller kube-vip",
    ),
    **_parts(
        Role.STORAGE,
        "ebs-csi=aws-ebs-csi-driver,ebs-csi-node,ebs-csi-controller,ebs-plugin efs-csi=aws-efs-csi-driver,efs-csi-node,"
        "efs-csi-controller gce-pd-csi=gcp-compute-persistent-disk-csi-driver,gcp-pd-csi azuredisk-csi=azuredisk-csi,"
        "csi-azuredisk-node azurefile-csi=csi-azurefile-node cinder-csi=cinder-csi-plugin,csi-cinder-nodeplugin "
        "csi-driver=csi-provisioner,csi-attacher,csi-resizer,csi-snapshotter,csi-node-driver-registrar,livenessprobe,"
        "snapshot-controller,csi-driver-nfs,nfsplugin,csi-nfs-node nfs-provisioner=nfs-subdir-external-provisioner,"
        "nfs-client-provisioner local-path-provisioner rook=rook-ceph,rook-ceph-operator,csi-cephfsplugin,"
        "csi-rbdplugin,"
        "cephcsi,ceph-osd,ceph-mon,ceph-mgr,ceph-mds longhorn=longhorn-manager,longhorn-engine,"
        "longhorn-instance-manager,"
        "longhorn-driver-deployer openebs=openebs-provisioner,cstor-csi-driver portworx=oci-monitor,px-enterprise "
        "vsphere-csi=vsphere-csi-controller,vsphere-csi-node linstor=linstor-csi,piraeus-server trident=trident-csi "
        "secrets-store-csi=secrets-store-csi-driver,driver topolvm",
    ),
    **_parts(
        Role.INGRESS,
        "ingress-nginx=nginx-ingress,nginx-ingress-controller,kubernetes-ingress,ingress-nginx-controller traefik "
        "haproxy-ingress=haproxy-ingress-controller,kubernetes-ingress-haproxy contour ambassador=emissary,"
        "emissary-ingress "
        "kong-ingress=kong-ingress-controller,kubernetes-ingress-controller,kong "
        "aws-load-balancer-controller=alb-ingress-controller,aws-alb-ingress-controller "
        "openshift-router=router,haproxy-router envoy-gateway=envoyproxy-gateway gateway-api=ngf,nginx-gateway-fabric "
        "ingress-gce=glbc,ingress-gce-404-server,defaultbackend istio-ingressgateway=istio-gateway",
    ),
    **_parts(
        Role.ADMISSION,
        "gatekeeper=gatekeeper-controller-manager,gatekeeper-audit,gatekeeper-system kyverno=kyvernopre,"
        "kyverno-admission-controller,admission-controller kubewarden=policy-server pod-identity-webhook "
        "aad-pod-identity=azure-workload-identity-webhook",
    ),
    **_parts(Role.AUTOSCALER, "cluster-autoscaler=cluster-autoscaler-amd64 karpenter descheduler"),
    **_parts(
        Role.METRICS,
        "metrics-server=metrics-server-amd64 prometheus-adapter=k8s-prometheus-adapter keda=keda-operator,"
        "keda-metrics-apiserver,keda-operator-metrics-apiserver,keda-admission-webhooks",
    ),
    **_parts(
        Role.CERTIFICATES,
        "cert-manager=cert-manager-controller,cert-manager-webhook,cert-manager-cainjector,webhook,cainjector "
        "trust-manager",
    ),
    **_parts(
        Role.MESH,
        "istiod=pilot,istio-pilot,istio-cni,install-cni,ztunnel linkerd=linkerd-destination,linkerd-proxy-injector",
    ),
    **_parts(
        Role.DEVICES, "nvidia-device-plugin=k8s-device-plugin,nvidia-device-plugin-daemonset,gpu-operator,dcgm-exporter"
    ),
    **_parts(
        Role.NODE,
        "node-problem-detector kured node-exporter=prometheus-node-exporter kube-state-metrics "
        "bottlerocket-update-operator spire-agent system-upgrade-controller",
    ),
    **_parts(
        Role.MONITORING,
        "prometheus=prometheus-server,prometheus-agent alertmanager grafana "
        "prometheus-operator=prometheus-config-reloader "
        "thanos loki=promtail fluent-bit=fluentbit,fluentd,vector opentelemetry-collector",
        always=False,
    ),
    **_parts(Role.REGISTRY, "registry=docker-registry,image-registry harbor=harbor-core,harbor-registry", always=False),
    **_parts(
        Role.TOOL,
        "external-dns external-secrets sealed-secrets=sealed-secrets-controller velero argocd=argocd-server,"
        "argocd-application-controller,argocd-repo-server flux=source-controller,kustomize-controller,helm-controller "
        "vertical-pod-autoscaler=vpa-recommender,vpa-updater,vpa-admission-controller",
        always=False,
    ),
}

# Labels whose value names the software, as its makers and their charts set them.
_LABELS = (
    "k8s-app",
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
    "component",
    "app",
    "name",
    "dns.operator.openshift.io/daemonset-dns",
)
# Too short or too common as an image or a label to mean the part by itself.
_ONLY_BY_IMAGE = frozenset(
    {"webhook", "driver", "router", "speaker", "livenessprobe", "proxy-agent", "proxy-server", "kong"}
)
_PATHS = {
    # Images of which only the path tells: the last word of it is everybody's.
    ("calico", "node"): "calico",
    ("calico", "cni"): "calico",
    ("calico", "kube-controllers"): "calico",
    ("calico", "typha"): "calico",
    ("ingress-nginx", "controller"): "ingress-nginx",
    ("metallb", "controller"): "metallb",
    ("metallb", "speaker"): "metallb",
    ("flannel", "flannel"): "flannel",
    ("karpenter", "controller"): "karpenter",
    ("cilium", "operator"): "cilium",
    ("rook", "ceph"): "rook",
    ("ceph", "ceph"): "rook",
    ("kas-network-proxy", "proxy-agent"): "konnectivity",
    ("kas-network-proxy", "proxy-server"): "konnectivity",
    ("istio", "proxyv2"): "",
}


# Words of which an image's name is made; nobody gives them to anything else.
_BY_WORDS: tuple[tuple[frozenset[str], Part], ...] = (
    (frozenset({"csi"}), PARTS["csi-driver"]),
    (frozenset({"cni"}), Part("cni", Role.NETWORK)),
    (frozenset({"ingress", "controller"}), Part("ingress-controller", Role.INGRESS)),
)


def part_of(images: Iterable[str], labels: Mapping[str, str]) -> Part | None:
    """The part of the platform that runs these images or carries these labels; None where it is none.

    Anybody writes any label, so what only its labels call so is a part only in a namespace of the platform.
    """
    for image in images:
        if part := _part_of_image(image):
            return part
    for label in _LABELS:
        value = labels.get(label, "")
        if value and value not in _ONLY_BY_IMAGE and value in PARTS:
            return replace(PARTS[value], is_always=False)
    return None


def _part_of_image(image: str) -> Part | None:
    path = image.partition("@")[0].split("/")
    last = path[-1].partition(":")[0]
    before = path[-2] if len(path) > 1 else ""
    if (before, last) in _PATHS:
        return PARTS.get(_PATHS[before, last])
    if last in _ONLY_BY_IMAGE and "manager" not in before and "csi" not in before:
        return None
    return PARTS.get(last) or next((part for words, part in _BY_WORDS if words <= set(last.split("-"))), None)


def part_named(name: str) -> Part | None:
    """The part that an alert calls so: coredns, kube-apiserver, ingress-nginx, ..."""
    return PARTS.get(name) or _OF_ALERTS.get(name)


_OF_ALERTS: Mapping[str, Part] = {
    "kubelet": Part("kubelet", Role.NODE),
    "ovn-kubernetes": Part("ovn-kubernetes", Role.NETWORK),
    "image-registry": Part("image-registry", Role.REGISTRY),
    "ingress-controller": Part("ingress-controller", Role.INGRESS),
    "machine-config": Part("machine-config", Role.NODE),
    "konnectivity": Part("konnectivity", Role.CONTROL_PLANE),
    "etcd": Part("etcd", Role.CONTROL_PLANE),
}
