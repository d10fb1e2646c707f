"""What the alerts that most clusters ship are about, and who exports what. PURE: data, no decisions.

The names are those of kube-prometheus, its mixins, the chart kube-prometheus-stack and OpenShift.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Kinds of things that an alert can be about, as Kubernetes spells them where it has them."""

    CLUSTER = "Cluster"
    NODE = "Node"
    COMPONENT = "Component"  # a part of the platform: kube-apiserver, coredns, prometheus, ...
    PERSISTENT_VOLUME = "PersistentVolume"
    API_SERVICE = "APIService"
    NAMESPACE = "Namespace"
    WORKLOAD = "Workload"
    POD = "Pod"
    PERSISTENT_VOLUME_CLAIM = "PersistentVolumeClaim"
    AUTOSCALER = "HorizontalPodAutoscaler"
    DISRUPTION_BUDGET = "PodDisruptionBudget"
    RESOURCE_QUOTA = "ResourceQuota"
    INGRESS = "Ingress"
    SERVICE = "Service"


class About(NamedTuple):
    """What an alert of a certain name is about."""

    kind: Kind
    # Of a component: its name. Of anything else it stands in a label.
    component: str = ""
    # Of a component that tenants run as well: the namespaces in which it is the platform's.
    homes: re.Pattern[str] | None = None


# -- Which labels hold the name of a thing; the first that is there counts --
HOLDERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.POD: ("pod", "pod_name", "kubernetes_pod_name", "k8s_pod_name"),
    Kind.PERSISTENT_VOLUME_CLAIM: ("persistentvolumeclaim",),
    Kind.PERSISTENT_VOLUME: ("persistentvolume",),
    Kind.AUTOSCALER: ("horizontalpodautoscaler", "hpa"),
    Kind.DISRUPTION_BUDGET: ("poddisruptionbudget",),
    Kind.RESOURCE_QUOTA: ("resourcequota",),
    Kind.INGRESS: ("ingress",),
    Kind.SERVICE: ("service", "service_name", "destination_service_name"),
    # The exporter of NVIDIA calls the node Hostname.
    Kind.NODE: ("node", "nodename", "kubernetes_node", "k8s_node_name", "Hostname"),
    Kind.API_SERVICE: ("name",),
    Kind.NAMESPACE: (
        "namespace",
        "kubernetes_namespace",
        "k8s_namespace_name",
        "namespace_name",
        "destination_workload_namespace",
        "destination_service_namespace",
    ),
}
CONTAINERS = ("container", "container_name", "k8s_container_name")
# A label that names a workload → the workload's kind.
WORKLOADS: Mapping[str, str] = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "cronjob": "CronJob",
    "job_name": "Job",
    "replicaset": "ReplicaSet",
    "k8s_deployment_name": "Deployment",
    "k8s_statefulset_name": "StatefulSet",
    "k8s_daemonset_name": "DaemonSet",
}
# A label that names a workload → the label that names its kind.
WORKLOADS_OF_ANY_KIND: Mapping[str, str] = {
    "workload": "workload_type",
    "created_by_name": "created_by_kind",
    "owner_name": "owner_kind",
}
KINDS_OF_WORKLOADS = {kind.lower(): kind for kind in WORKLOADS.values()}
CLUSTER_SCOPED = frozenset({Kind.CLUSTER, Kind.NODE, Kind.PERSISTENT_VOLUME, Kind.API_SERVICE})

# -- Components: which job of Prometheus scrapes which --
JOBS: Mapping[str, str] = {
    "apiserver": "kube-apiserver",
    "kube-apiserver": "kube-apiserver",
    "kubernetes-apiservers": "kube-apiserver",
    "kube-scheduler": "kube-scheduler",
    "scheduler": "kube-scheduler",
    "kube-controller-manager": "kube-controller-manager",
    "etcd": "etcd",
    "kube-etcd": "etcd",
    "kubelet": "kubelet",
    "kube-proxy": "kube-proxy",
    "coredns": "coredns",
    "kube-dns": "coredns",
    "dns-default": "coredns",
    "node-exporter": "node-exporter",
    "prometheus-node-exporter": "node-exporter",
    "kube-state-metrics": "kube-state-metrics",
}
CONTROL_PLANE = re.compile(r"kube-.*|openshift-.*|default|(.*-)?monitoring")
MONITORING = re.compile(r"kube-.*|openshift-.*|.*(monitoring|prometheus|observability|grafana|metrics).*")


def _platform(component: str) -> About:
    return About(Kind.COMPONENT, component, CONTROL_PLANE)


def _monitoring(component: str) -> About:
    return About(Kind.COMPONENT, component, MONITORING)


def _everywhere(component: str) -> About:
    """No tenant has an alert of such a name, in whichever namespace it stands."""
    return About(Kind.COMPONENT, component)


def _each(about: About, names: str) -> Iterable[tuple[str, About]]:
    return ((name, about) for name in names.split())


ALERTS: Mapping[str, About] = dict(
    [
        *_each(About(Kind.CLUSTER), "KubeCPUOvercommit KubeMemoryOvercommit KubeCPUQuotaOvercommit"),
        *_each(About(Kind.CLUSTER), "KubeMemoryQuotaOvercommit KubeVersionMismatch CannotRetrieveUpdates"),
        *_each(About(Kind.CLUSTER), "ClusterVersionOperatorDown ClusterNotUpgradeable UpdateAvailable"),
        *_each(
            About(Kind.NODE),
            "KubeNodeNotReady KubeNodePressure KubeNodeUnreachable KubeNodeReadinessFlapping KubeNodeEviction"
            " KubeletTooManyPods KubeletPlegDurationHigh KubeletPodStartUpLatencyHigh KubeletInstanceUnreachable"
            " KubeletClientCertificateExpiration KubeletServerCertificateExpiration"
            " KubeletClientCertificateRenewalErrors KubeletServerCertificateRenewalErrors"
            " SystemMemoryExceedsReservation KubeNodeDiskPressure KubeNodeMemoryPressure KubeletHealthState"
            " KubernetesNodeReady KubernetesNodeNotReady KubernetesMemoryPressure KubernetesDiskPressure"
            " KubernetesNodeMemoryPressure KubernetesNodeDiskPressure KubernetesNodeNetworkUnavailable"
            " KubernetesNodeOutOfPodCapacity",
        ),
        *_each(
            About(Kind.NODE),
            "NodeNetworkInterfaceFlapping NodeFilesystemSpaceFillingUp NodeFilesystemAlmostOutOfSpace"
            " NodeFilesystemFilesFillingUp NodeFilesystemAlmostOutOfFiles NodeNetworkReceiveErrs"
            " NodeNetworkTransmitErrs NodeHighNumberConntrackEntriesUsed NodeTextFileCollectorScrapeError"
            " NodeClockSkewDetected NodeClockNotSynchronising NodeRAIDDegraded NodeRAIDDiskFailure"
            " NodeFileDescriptorLimit NodeCPUHighUsage NodeSystemSaturation NodeMemoryMajorPagesFaults"
            " NodeMemoryHighUtilization NodeDiskIOSaturation NodeSystemdServiceFailed NodeSystemdServiceCrashlooping"
            " NodeBondingDegraded HostOutOfMemory HostOutOfDiskSpace HostHighCpuLoad HostOomKillDetected",
        ),
        *_each(
            About(Kind.POD),
            "KubePodCrashLooping KubePodNotReady KubeContainerWaiting KubeContainerOOMKilled CPUThrottlingHigh"
            " KubeContainerTerminated KubernetesPodCrashLooping KubernetesPodNotHealthy"
            " KubernetesContainerOomKiller PodStartupStorageOperationsFailing",
        ),
        *_each(
            About(Kind.WORKLOAD),
            "KubeDeploymentGenerationMismatch KubeDeploymentReplicasMismatch KubeDeploymentRolloutStuck"
            " KubeStatefulSetReplicasMismatch KubeStatefulSetGenerationMismatch KubeStatefulSetUpdateNotRolledOut"
            " KubeDaemonSetRolloutStuck KubeDaemonSetNotScheduled KubeDaemonSetMisScheduled"
            " KubeJobNotCompleted KubeJobCompletion KubeJobFailed KubeCronJobRunning"
            " KubernetesDeploymentReplicasMismatch KubernetesStatefulsetReplicasMismatch"
            " KubernetesDaemonsetRolloutStuck KubernetesJobFailed KubernetesCronjobSuspended",
        ),
        *_each(About(Kind.AUTOSCALER), "KubeHpaReplicasMismatch KubeHpaMaxedOut KubernetesHpaScaleMaximum"),
        *_each(About(Kind.DISRUPTION_BUDGET), "KubePdbNotEnoughHealthyPods PodDisruptionBudgetAtLimit"),
        *_each(About(Kind.DISRUPTION_BUDGET), "PodDisruptionBudgetLimit"),
        *_each(About(Kind.RESOURCE_QUOTA), "KubeQuotaAlmostFull KubeQuotaFullyUsed KubeQuotaExceeded"),
        *_each(
            About(Kind.PERSISTENT_VOLUME_CLAIM),
            "KubePersistentVolumeFillingUp KubePersistentVolumeInodesFillingUp KubePersistentVolumeUsageCritical"
            " KubePersistentVolumeFullInFourDays KubernetesPersistentvolumeclaimPending"
            " KubernetesVolumeOutOfDiskSpace",
        ),
        *_each(About(Kind.PERSISTENT_VOLUME), "KubePersistentVolumeErrors KubernetesPersistentvolumeError"),
        *_each(About(Kind.API_SERVICE), "KubeAggregatedAPIErrors KubeAggregatedAPIDown AggregatedAPIErrors"),
        *_each(About(Kind.NAMESPACE), "InfoInhibitor NetpolDenied_PerDstNamespaceWarning"),
        *_each(
            _platform("kube-apiserver"),
            "KubeAPIDown KubeAPIErrorBudgetBurn KubeAPITerminatedRequests KubeAPIInstanceUnreachable"
            " KubeClientCertificateExpiration KubeAPILatencyHigh KubeAPIErrorsHigh",
        ),
        *_each(_platform("kube-scheduler"), "KubeSchedulerDown KubeSchedulerInstanceUnreachable"),
        *_each(
            _platform("kube-controller-manager"), "KubeControllerManagerDown KubeControllerManagerInstanceUnreachable"
        ),
        *_each(_platform("kube-proxy"), "KubeProxyDown KubeProxyInstanceUnreachable"),
        *_each(_platform("kubelet"), "KubeletDown"),
        *_each(_everywhere("ovn-kubernetes"), "NodeWithoutOVNKubeNodePodRunning V4SubnetAllocationThresholdExceeded"),
        *_each(_everywhere("ovn-kubernetes"), "V6SubnetAllocationThresholdExceeded NorthboundStale SouthboundStale"),
        *_each(_everywhere("image-registry"), "ImageRegistryStorageFull ImageRegistryStorageReconfigured"),
        *_each(_platform("ingress-controller"), "IngressControllerDegraded IngressControllerUnavailable HAProxyDown"),
        *_each(_everywhere("machine-config"), "MCDDrainError MCDRebootError MCDPivotError MCDRebootErr MCCDrainError"),
        *_each(_everywhere("machine-config"), "MCCPoolAlert"),
        *_each(_everywhere("ovn-kubernetes"), "NoRunningOvnControlPlane NoRunningOvnMaster NoOvnMasterLeader"),
        *_each(_everywhere("ovn-kubernetes"), "NoOvnClusterManagerLeader NodeProxyApplySlow SDNPodNotReady"),
        *_each(_everywhere("ovn-kubernetes"), "NorthboundStaleAlert SouthboundStaleAlert"),
        *_each(_everywhere("image-registry"), "ImageRegistryStorageReadOnly"),
        *_each(_everywhere("ingress-controller"), "HAProxyReloadFail NGINXConfigFailed"),
        *_each(_everywhere("kube-apiserver"), "KubernetesApiServerErrors KubernetesApiServerLatency AuditLogError"),
        *_each(_everywhere("kube-apiserver"), "KubernetesApiClientErrors KubernetesClientCertificateExpiresSoon"),
        *_each(_everywhere("kube-apiserver"), "KubernetesClientCertificateExpiresNextWeek HCP_KubeAPIDown"),
        *_each(_everywhere("kube-apiserver"), "KubeAPIServerDown KubernetesAPIServerErrors KubernetesAPIServerLatency"),
        *_each(_everywhere("kube-controller-manager"), "GarbageCollectorSyncFailed"),
        *_each(_everywhere("kubelet"), "MetricsServerKubeletScrapeFailures"),
        *_each(_everywhere("istiod"), "IstiodDown IstioPilotDown IstiodAvailabilityDrop IstioPilotAvailabilityDrop"),
        *_each(_everywhere("istiod"), "IstioPilotPushErrors IstioPilotConflict PilotDuplicateEntry"),
        *_each(_everywhere("cert-manager"), "CertManagerAbsent CertManagerHittingRateLimits"),
        *_each(About(Kind.CLUSTER), "ClusterOperatorDown ClusterOperatorDegraded ClusterOperatorFlapping"),
        *_each(About(Kind.CLUSTER), "ExtremelyHighIndividualControlPlaneCPU HighOverallControlPlaneCPU"),
        *_each(About(Kind.CLUSTER), "ExtremelyHighIndividualControlPlaneMemory HighOverallControlPlaneMemory"),
        *_each(About(Kind.CLUSTER), "KubernetesOutOfCapacity ClusterAutoscalerUnschedulablePods"),
        # A certificate is whose namespace it stands in, whoever issues it.
        *_each(About(Kind.NAMESPACE), "CertManagerCertExpirySoon CertManagerCertNotReady"),
        *_each(About(Kind.PERSISTENT_VOLUME_CLAIM), "PersistentVolumeUsageCritical PersistentVolumeUsageNearFull"),
        *_each(About(Kind.PERSISTENT_VOLUME_CLAIM), "PersistentVolumeFillingUp LonghornVolumeUsageCritical"),
        # The Watchdog says that the whole way of an alert works; its pod and namespace are Prometheus's own.
        *_each(_monitoring("prometheus"), "Watchdog DeadMansSwitch"),
        *_each(_monitoring("prometheus-operator"), "ConfigReloaderSidecarErrors"),
    ]
)
# Whole families, by how their names begin; the first that fits counts.
FAMILIES: tuple[tuple[str, About], ...] = (
    ("etcd", _platform("etcd")),
    ("CoreDNS", _platform("coredns")),
    ("KubeStateMetrics", _monitoring("kube-state-metrics")),
    ("PrometheusOperator", _monitoring("prometheus-operator")),
    ("Prometheus", _monitoring("prometheus")),
    ("Alertmanager", _monitoring("alertmanager")),
    ("Grafana", _monitoring("grafana")),
    ("Thanos", _monitoring("thanos")),
    ("Loki", _monitoring("loki")),
    ("OVNKubernetes", _everywhere("ovn-kubernetes")),
    ("MachineConfigController", _everywhere("machine-config")),
    ("MachineConfigDaemon", _everywhere("machine-config")),
    ("Ceph", _everywhere("rook")),
    ("ODF", _everywhere("rook")),
    ("Longhorn", _everywhere("longhorn")),
    ("Cilium", _everywhere("cilium")),
    ("Calico", _everywhere("calico")),
    ("Felix", _everywhere("calico")),
    ("Typha", _everywhere("calico")),
    ("MetalLB", _everywhere("metallb")),
    ("ClusterAutoscaler", _everywhere("cluster-autoscaler")),
    ("Karpenter", _everywhere("karpenter")),
    ("NodeLocalDNS", _everywhere("node-local-dns")),
    ("KubeDNS", _everywhere("coredns")),
    ("Velero", _everywhere("velero")),
    ("Kyverno", _everywhere("kyverno")),
    ("Gatekeeper", _everywhere("gatekeeper")),
    # Of the machine, by node-exporter, whatever the rule set calls it.
    ("Host", About(Kind.NODE)),
    ("KubernetesNode", About(Kind.NODE)),
    ("NodeFilesystem", About(Kind.NODE)),
    ("NodeSystemd", About(Kind.NODE)),
    ("NodeClock", About(Kind.NODE)),
    ("NodeNetwork", About(Kind.NODE)),
    ("NodeMemory", About(Kind.NODE)),
    ("NodeCPU", About(Kind.NODE)),
    ("NodeDisk", About(Kind.NODE)),
    ("GpuXid", About(Kind.NODE)),
    ("GpuEcc", About(Kind.NODE)),
    ("DCGM", About(Kind.NODE)),
)
# Their labels `job`, `namespace` and `service` name whose target it is.
ABOUT_A_TARGET = frozenset({"TargetDown", "KubeClientErrors", "PrometheusTargetMissing"})


def about(alertname: str) -> About | None:
    """What an alert of this name is about; None where nobody knows it."""
    if alertname in ABOUT_A_TARGET:
        return None
    if alertname in ALERTS:
        return ALERTS[alertname]
    return next((about for beginning, about in FAMILIES if alertname.startswith(beginning)), None)
