"""The parts of the platform that most clusters have, and by what each is recognised. PURE: data, no decisions.

A cluster has them from its first day: they are its operators', unless the map says otherwise. A component of the map of
the same kind (and name, or without one) gives them to a team; what is written here finds them for it.

The names are those that makers, charts and mixins use. What tenants run as well (an ingress controller of their own, a
Prometheus, a database with etcd) counts only in a namespace where platforms keep it.
"""

from collections.abc import Iterator

from ownership.entries import WellKnown
from ownership.matchers import Matcher

_SYSTEM = "kube-system kube-public kube-node-lease openshift-*"
_MONITORING = "monitoring *-monitoring monitoring-* kube-prometheus* prometheus* observability openshift-* kube-system"
_LABELS = ("app.kubernetes.io/name", "k8s-app", "app")


def _part(
    kind: str,
    name: str,
    *,
    aliases: str = "",
    own: str = "",
    homes: str = "",
    images: str = "",
    alerts: str = "",
    tenants_too: bool = False,
) -> WellKnown:
    """One part; texts are separated by blanks.

    Args:
        kind: what an operator would call all that do the same.
        name: as its makers write it; workloads, images and labels that carry it are recognised.
        aliases: what alerts, workloads and labels call it too.
        own: namespaces that hold nothing else.
        homes: namespaces where platforms keep it beside other things.
        images: images by their last word, or as much of their path as it takes.
        alerts: names of alerts that are about it.
        tenants_too: whether what it is recognised by says nothing outside of its homes.
    """
    words = sorted({name, *aliases.split()})
    places = {"namespace": [*own.split(), *homes.split()]} if tenants_too else {}
    found = list(_matchers(words, places, own=own, homes=homes, images=images, alerts=alerts))
    return WellKnown(kind, name, tuple(found), tuple(word.casefold() for word in words))


def _matchers(
    words: list[str], places: dict[str, list[str]], *, own: str, homes: str, images: str, alerts: str
) -> Iterator[Matcher]:
    at_home = {"namespace": [*own.split(), *homes.split()]}
    if own:
        yield Matcher.of(namespace=own.split())
    if at_home["namespace"]:
        yield Matcher.of(at_home, workload=words)
        for label in _LABELS:
            yield Matcher.of(at_home, labels={label: words})
        yield Matcher.of(at_home, image=[*words, *images.split()])
    if not places:
        yield Matcher.of(image=[*words, *images.split()])
    if alerts:
        yield Matcher.of(places, alertname=alerts.split())


WELL_KNOWN: tuple[WellKnown, ...] = (
    # -- Control plane --
    _part(
        "ControlPlane",
        "kube-apiserver",
        aliases="apiserver kubernetes-apiservers",
        own="kube-system kube-public kube-node-lease openshift-kube-apiserver",
        alerts="KubeAPIDown KubeAPIErrorBudgetBurn KubeAPITerminatedRequests KubeAPI* KubeAggregatedAPI*",
    ),
    _part("ControlPlane", "kube-controller-manager", homes=_SYSTEM, alerts="KubeControllerManager*"),
    _part("ControlPlane", "kube-scheduler", homes=_SYSTEM, alerts="KubeScheduler*"),
    _part(
        "ControlPlane",
        "cloud-controller-manager",
        aliases="aws-cloud-controller-manager openstack-cloud-controller-manager cloud-node-manager",
        homes=_SYSTEM,
    ),
    _part("ControlPlane", "etcd", aliases="kube-etcd etcd-manager", homes=_SYSTEM, alerts="etcd*", tenants_too=True),
    _part("ControlPlane", "konnectivity-agent", aliases="konnectivity konnectivity-server", homes=_SYSTEM),
    _part("ControlPlane", "kubelet", alerts="KubeletDown KubeVersionMismatch KubeClientCertificate*"),
    # -- Names and the network --
    _part(
        "CoreDNS",
        "coredns",
        aliases="kube-dns dns-default k8s-dns-kube-dns",
        own="openshift-dns",
        homes=_SYSTEM,
        alerts="CoreDNS* KubeDNS*",
    ),
    _part(
        "CoreDNS", "node-local-dns", aliases="nodelocaldns k8s-dns-node-cache", homes=_SYSTEM, alerts="NodeLocalDNS*"
    ),
    _part("KubeProxy", "kube-proxy", homes=_SYSTEM, alerts="KubeProxy*"),
    _part(
        "Network",
        "calico",
        aliases="calico-node calico-typha calico-kube-controllers tigera-operator",
        own="calico-system calico-apiserver tigera-operator",
        homes=_SYSTEM,
        images="calico/node calico/cni calico/typha calico/kube-controllers",
        alerts="Calico* Felix* Typha*",
    ),
    _part(
        "Network",
        "cilium",
        aliases="cilium-agent cilium-operator cilium-envoy hubble-relay",
        own="cilium cilium-secrets",
        homes=_SYSTEM,
        images="cilium/cilium cilium/operator cilium/operator-generic",
        alerts="Cilium* Hubble*",
    ),
    _part("Network", "flannel", aliases="kube-flannel kube-flannel-ds", own="kube-flannel", homes=_SYSTEM),
    _part("Network", "weave-net", aliases="weave-kube weave-npc", own="weave", homes=_SYSTEM, alerts="WeaveNet*"),
    _part("Network", "aws-vpc-cni", aliases="aws-node amazon-k8s-cni amazon-k8s-cni-init", homes=_SYSTEM),
    _part("Network", "azure-cni", aliases="azure-cns azure-npm azure-ip-masq-agent", homes=_SYSTEM),
    _part("Network", "antrea", aliases="antrea-agent antrea-controller antrea-agent-ubuntu", homes=_SYSTEM),
    _part(
        "Network",
        "ovn-kubernetes",
        aliases="ovnkube-node ovnkube-master kube-ovn kube-ovn-cni",
        own="openshift-ovn-kubernetes ovn-kubernetes",
        homes=_SYSTEM,
        alerts="NodeWithoutOVNKubeNodePodRunning V4SubnetAllocation* V6SubnetAllocation* *boundStale",
    ),
    _part("Network", "multus", aliases="multus-cni kube-multus", own="openshift-multus", homes=_SYSTEM),
    _part("Network", "kube-router", homes=_SYSTEM),
    _part("Network", "canal", homes=_SYSTEM),
    # -- Storage --
    _part("Storage", "ebs-csi", aliases="ebs-csi-controller ebs-csi-node aws-ebs-csi-driver", homes=_SYSTEM),
    _part("Storage", "efs-csi", aliases="efs-csi-controller efs-csi-node aws-efs-csi-driver", homes=_SYSTEM),
    _part(
        "Storage", "gce-pd-csi", aliases="pdcsi-node gcp-compute-persistent-disk-csi-driver", own="gce-pd-csi-driver"
    ),
    _part("Storage", "azuredisk-csi", aliases="csi-azuredisk-node csi-azuredisk-controller", homes=_SYSTEM),
    _part("Storage", "azurefile-csi", aliases="csi-azurefile-node csi-azurefile-controller", homes=_SYSTEM),
    _part("Storage", "cinder-csi", aliases="csi-cinder-nodeplugin csi-cinder-controllerplugin", homes=_SYSTEM),
    _part("Storage", "vsphere-csi", aliases="vsphere-csi-controller vsphere-csi-node", own="vmware-system-csi"),
    _part(
        "Storage",
        "csi-sidecars",
        aliases="csi-provisioner csi-attacher csi-resizer csi-snapshotter csi-node-driver-registrar",
        homes=_SYSTEM,
    ),
    _part("Storage", "nfs-csi", aliases="csi-nfs-node csi-nfs-controller csi-driver-nfs nfsplugin", homes=_SYSTEM),
    _part("Storage", "nfs-provisioner", aliases="nfs-subdir-external-provisioner nfs-client-provisioner"),
    _part("Storage", "local-path-provisioner", own="local-path-storage", homes=_SYSTEM),
    _part(
        "Storage",
        "rook",
        aliases="rook-ceph rook-ceph-operator csi-rbdplugin csi-cephfsplugin cephcsi ceph-osd ceph-mon ceph-mgr",
        own="rook-ceph rook-ceph-system",
        images="rook/ceph ceph/ceph",
        alerts="Ceph*",
    ),
    _part(
        "Storage",
        "longhorn",
        aliases="longhorn-manager longhorn-engine longhorn-instance-manager longhorn-driver-deployer",
        own="longhorn-system",
        alerts="Longhorn*",
    ),
    _part("Storage", "openebs", own="openebs", alerts="OpenEBS*"),
    _part(
        "Storage", "portworx", aliases="oci-monitor px-enterprise", own="portworx", homes=_SYSTEM, alerts="Portworx*"
    ),
    _part("Storage", "linstor", aliases="linstor-csi piraeus-server piraeus", own="piraeus-datastore linstor"),
    _part("Storage", "trident", aliases="trident-csi trident-controller", own="trident"),
    _part("Storage", "topolvm", aliases="topolvm-node topolvm-controller", own="topolvm-system"),
    _part("Storage", "secrets-store-csi", aliases="secrets-store-csi-driver csi-secrets-store", homes=_SYSTEM),
    # -- Ways in: tenants may run their own, in namespaces of theirs --
    _part(
        "IngressController",
        "ingress-nginx",
        aliases="ingress-nginx-controller nginx-ingress nginx-ingress-controller",
        own="ingress-nginx nginx-ingress",
        homes="ingress kube-system",
        images="ingress-nginx/controller",
        alerts="NGINX* NginxIngress*",
        tenants_too=True,
    ),
    _part(
        "IngressController",
        "traefik",
        own="traefik traefik-system",
        homes="ingress kube-system",
        alerts="Traefik*",
        tenants_too=True,
    ),
    _part(
        "IngressController",
        "haproxy-ingress",
        aliases="haproxy-ingress-controller kubernetes-ingress-haproxy",
        own="haproxy-controller haproxy-ingress",
        homes="ingress kube-system",
        alerts="HAProxyDown",
        tenants_too=True,
    ),
    _part(
        "IngressController",
        "openshift-router",
        aliases="router-default ingress-controller",
        own="openshift-ingress openshift-ingress-operator",
        alerts="IngressController*",
    ),
    _part("IngressController", "contour", own="projectcontour", homes="ingress", tenants_too=True),
    _part("IngressController", "kong-ingress", aliases="kong kong-ingress-controller", own="kong", tenants_too=True),
    _part("IngressController", "emissary", aliases="ambassador emissary-ingress", own="emissary", tenants_too=True),
    _part("IngressController", "envoy-gateway", own="envoy-gateway-system", tenants_too=True),
    _part("IngressController", "nginx-gateway", aliases="nginx-gateway-fabric", own="nginx-gateway", tenants_too=True),
    _part(
        "LoadBalancer", "metallb", aliases="metallb-controller metallb-speaker", own="metallb-system", alerts="MetalLB*"
    ),
    _part("LoadBalancer", "kube-vip", homes=_SYSTEM),
    _part(
        "LoadBalancer",
        "aws-load-balancer-controller",
        aliases="aws-alb-ingress-controller alb-ingress-controller",
        homes=_SYSTEM,
    ),
    _part("LoadBalancer", "ingress-gce", aliases="glbc l7-default-backend", homes=_SYSTEM),
    _part("ExternalDNS", "external-dns", own="external-dns", homes=_SYSTEM, tenants_too=True),
    # -- Certificates, metrics, growth --
    _part(
        "Certificates",
        "cert-manager",
        aliases="cert-manager-controller cert-manager-webhook cert-manager-cainjector cainjector",
        own="cert-manager",
        homes=_SYSTEM,
        alerts="CertManager*",
    ),
    _part("Certificates", "trust-manager", own="trust-manager"),
    _part("Metrics", "metrics-server", own="metrics-server", homes=_SYSTEM, alerts="MetricsServer*"),
    _part("Metrics", "kube-state-metrics", homes=_MONITORING, alerts="KubeStateMetrics*"),
    _part("Metrics", "prometheus-adapter", aliases="k8s-prometheus-adapter", homes=_MONITORING),
    _part("Autoscaler", "cluster-autoscaler", homes=_SYSTEM, alerts="ClusterAutoscaler*"),
    _part(
        "Autoscaler", "karpenter", own="karpenter", homes=_SYSTEM, images="karpenter/controller", alerts="Karpenter*"
    ),
    _part(
        "Autoscaler",
        "vertical-pod-autoscaler",
        aliases="vpa-recommender vpa-updater vpa-admission-controller",
        own="vertical-pod-autoscaler",
        homes=_SYSTEM,
    ),
    _part("Autoscaler", "keda", aliases="keda-operator keda-metrics-apiserver", own="keda", homes=_SYSTEM),
    _part("Autoscaler", "descheduler", homes=_SYSTEM),
    # -- Mesh and policies --
    _part(
        "ServiceMesh",
        "istiod",
        aliases="istio istio-pilot istio-cni istio-ingressgateway ztunnel",
        own="istio-system istio-operator",
        alerts="Istiod* IstioPilot* Istio*Pilot*",
    ),
    _part(
        "ServiceMesh",
        "linkerd",
        aliases="linkerd-destination linkerd-identity linkerd-proxy-injector",
        own="linkerd linkerd-viz",
        alerts="Linkerd*",
    ),
    _part("ServiceMesh", "consul", aliases="consul-connect-injector", own="consul", tenants_too=True),
    _part(
        "PolicyEngine",
        "gatekeeper",
        aliases="gatekeeper-controller-manager gatekeeper-audit",
        own="gatekeeper-system",
        alerts="Gatekeeper*",
    ),
    _part(
        "PolicyEngine",
        "kyverno",
        aliases="kyverno-admission-controller kyverno-background-controller kyvernopre",
        own="kyverno",
        alerts="Kyverno*",
    ),
    _part("PolicyEngine", "kubewarden", aliases="kubewarden-controller policy-server", own="kubewarden"),
    _part("PolicyEngine", "pod-identity-webhook", aliases="azure-workload-identity-webhook", homes=_SYSTEM),
    # -- Monitoring and logs: tenants run their own as well --
    _part(
        "Monitoring",
        "prometheus",
        aliases="prometheus-server prometheus-agent prometheus-k8s prometheus-kube-prometheus-prometheus",
        own="openshift-monitoring",
        homes=_MONITORING,
        alerts="Prometheus* Watchdog DeadMansSwitch",
        tenants_too=True,
    ),
    _part(
        "Monitoring",
        "prometheus-operator",
        homes=_MONITORING,
        alerts="PrometheusOperator* ConfigReloaderSidecarErrors",
        tenants_too=True,
    ),
    _part(
        "Monitoring",
        "alertmanager",
        aliases="alertmanager-main",
        homes=_MONITORING,
        alerts="Alertmanager*",
        tenants_too=True,
    ),
    _part("Monitoring", "grafana", homes=_MONITORING, alerts="Grafana*", tenants_too=True),
    _part("Monitoring", "thanos", aliases="thanos-query", homes=_MONITORING, alerts="Thanos*", tenants_too=True),
    _part(
        "Monitoring",
        "node-exporter",
        aliases="prometheus-node-exporter",
        homes=_MONITORING,
        alerts="NodeExporter* NodeTextFileCollectorScrapeError",
    ),
    _part("Monitoring", "node-problem-detector", homes=_SYSTEM),
    _part(
        "Logging", "loki", aliases="promtail", own="loki logging", homes=_MONITORING, alerts="Loki*", tenants_too=True
    ),
    _part(
        "Logging",
        "fluent-bit",
        aliases="fluentbit fluentd vector",
        own="logging openshift-logging",
        homes=_MONITORING,
        tenants_too=True,
    ),
    _part(
        "Monitoring",
        "opentelemetry-collector",
        aliases="otel-collector opentelemetry-operator",
        own="opentelemetry-operator-system",
        homes=_MONITORING,
        tenants_too=True,
    ),
    # -- Backups, registries, delivery, secrets, devices --
    _part("Backup", "velero", aliases="node-agent", own="velero openshift-adp", alerts="Velero*", tenants_too=True),
    _part("Backup", "stash", own="stash", tenants_too=True),
    _part("Backup", "kasten", aliases="k10", own="kasten-io", alerts="Kasten*", tenants_too=True),
    _part(
        "Registry",
        "registry",
        aliases="docker-registry image-registry",
        own="openshift-image-registry container-registry",
        homes="registry kube-system",
        alerts="ImageRegistry*",
        tenants_too=True,
    ),
    _part(
        "Registry", "harbor", aliases="harbor-core harbor-registry", own="harbor", alerts="Harbor*", tenants_too=True
    ),
    _part(
        "Delivery",
        "argocd",
        aliases="argocd-server argocd-application-controller argocd-repo-server",
        own="argocd openshift-gitops",
        tenants_too=True,
    ),
    _part(
        "Delivery",
        "flux",
        aliases="source-controller kustomize-controller helm-controller notification-controller",
        own="flux-system",
        tenants_too=True,
    ),
    _part("Secrets", "external-secrets", own="external-secrets", homes=_SYSTEM, tenants_too=True),
    _part("Secrets", "sealed-secrets", aliases="sealed-secrets-controller", own="sealed-secrets", homes=_SYSTEM),
    _part(
        "Devices",
        "nvidia-device-plugin",
        aliases="nvidia-device-plugin-daemonset k8s-device-plugin gpu-operator dcgm-exporter",
        own="gpu-operator nvidia-device-plugin",
        homes=_SYSTEM,
    ),
    _part(
        "Nodes",
        "nodes",
        alerts="KubeNode* Kubelet* NodeFile* NodeNetwork* NodeClock* NodeRAID* NodeSystemd* NodeDisk* NodeMemory*",
    ),
    _part("Nodes", "kured", own="kured", homes=_SYSTEM),
    _part("Nodes", "system-upgrade-controller", own="system-upgrade", homes=_SYSTEM),
    _part("Nodes", "machine-config", own="openshift-machine-config-operator", alerts="MCD*"),
)
