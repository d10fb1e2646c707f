"""An alert that everybody ships about a node, a component or the cluster is about the platform.

kube-prometheus, its mixins, the distributions and the makers of storage, networks and operators name what they watch:
`KubeNodeNotReady`, `etcdNoLeader`, `CephOSDDown`. Who wrote the alert has already looked at the part itself, so the
part is sick; whether it is so by its own fault is for other rules to say. Some say only that a node or the cluster
runs short, which a workload may well have caused: they weigh little. That a claim of capacity exceeds what there is,
is the platform's to change. What an alert says of a container of a team is the team's.
"""

from collections.abc import Iterator, Mapping

from alerts import wellknown
from triage.verdict.messages import Pattern
from triage.verdict.scene import Scene
from triage.verdict.types import Finding, Side, Symptom
from triage.verdict.weights import FAIR, HINT, STRONG, WEAK

# They say that a node or the cluster runs short, which a workload may well have caused.
_BY_LOAD = frozenset(
    {"KubeNodePressure", "NodeMemoryHighUtilization", "NodeCPUHighUsage", "NodeSystemSaturation", "KubeletTooManyPods"}
    | {"NodeFilesystemAlmostOutOfSpace", "NodeFilesystemSpaceFillingUp", "NodeDiskIOSaturation", "KubeNodeEviction"}
    | {"NodeMemoryMajorPagesFaults", "NodeHighNumberConntrackEntriesUsed", "NodeFileDescriptorLimit", "HostOutOfMemory"}
    | {"HostOutOfDiskSpace", "HostHighCpuLoad", "HostOomKillDetected", "KubernetesMemoryPressure"}
    | {"KubernetesDiskPressure", "KubeNodeDiskPressure", "KubeNodeMemoryPressure", "NodeFilesystemAlmostOutOfFiles"}
    | {"NodeFilesystemFilesFillingUp", "HostMemoryUnderMemoryPressure", "HostOutOfInodes", "HostContextSwitching"}
    | {"HostUnusualNetworkThroughputIn", "HostUnusualNetworkThroughputOut", "HostUnusualDiskReadRate"}
    | {"HostUnusualDiskWriteRate", "HostUnusualDiskIo", "HostCpuHighIowait", "HostCpuStealNoisyNeighbor"}
    | {"HostConntrackLimit", "HostSwapIsFillingUp", "HostDiskWillFillIn24Hours", "KubernetesNodeMemoryPressure"}
    | {
        "KubernetesNodeDiskPressure",
        "KubernetesNodeOutOfPodCapacity",
        "KubernetesOutOfCapacity",
        "HostContextSwitchingHigh",
    }
)
# That somebody took a node out of service is work, not sickness.
_BY_WORK = frozenset(
    {"KubeNodeUnschedulable", "KubeNodeCordoned", "KubernetesNodeUnschedulable", "NodeUnschedulable", "NodeCordoned"}
    | {"KubeVersionMismatch", "UpdateAvailable", "ClusterNotUpgradeable", "KubeNodeSchedulingDisabled"}
)
# What one of a team's containers does within its own limits.
_BY_ITSELF = frozenset(
    {"CPUThrottlingHigh", "KubeContainerOOMKilled", "KubernetesContainerOomKiller", "KubeHpaMaxedOut"}
    | {
        "KubernetesHpaScaleMaximum",
        "ContainerHighThrottleRate",
        "ContainerHighMemoryUsage",
        "ContainerHighCpuUtilization",
    }
    | {"ContainerVolumeUsage", "KubePersistentVolumeFillingUp", "KubePersistentVolumeInodesFillingUp"}
    | {"KubernetesVolumeOutOfDiskSpace", "KubeJobFailed", "KubernetesJobFailed", "PersistentVolumeUsageCritical"}
    | {"PersistentVolumeUsageNearFull", "KubeHpaReplicasMismatch", "NetpolDenied_PerDstNamespaceWarning"}
)
_PARTS = frozenset({"Node", "Component", "Cluster", "PersistentVolume", "APIService"})
_LOAD = Pattern(r"saturat|utili[sz]ation|usage|overload|pressure|cpu|memory|disk|load|throttl|capacity")
# A node is only as sick as these say of it, which a burst or a reboot explains as well.
_PASSING: Mapping[str, float] = {"KubeletPodStartUpLatencyHigh": FAIR, "KubeletPlegDurationHigh": FAIR + WEAK}


def known_alerts(scene: Scene) -> Iterator[Finding]:
    """A line for each alert about a node, a component or the cluster, and for those about a team's own container."""
    for trouble in scene.of_platform:
        if trouble.subject.kind not in _PARTS:
            continue
        for symptom in trouble.symptoms:
            is_load = _is_load(symptom)
            yield Finding(
                Side.CLUSTER,
                _weight(symptom, is_load=is_load),
                f"{symptom.alertname} fires for {trouble.subject}.",
                "alert",
                symptom.began_at,
                trouble.subject,
                (trouble.subject,),
                "known_alerts",
                is_specific=not is_load,
            )
    for trouble in scene.of_tenants:
        for symptom in trouble.symptoms:
            if symptom.alertname in _BY_ITSELF:
                yield Finding(
                    Side.APPLICATION,
                    WEAK,
                    f"{symptom.alertname} speaks of what {trouble.subject} does by itself.",
                    "alert",
                    symptom.began_at,
                    trouble.subject,
                    (trouble.subject,),
                    "known_alerts",
                )


def _is_load(symptom: Symptom) -> bool:
    """By its name; one that nobody ships by the words in it, where it is about a node."""
    if symptom.alertname in _BY_WORK:
        return True
    if symptom.alertname in _BY_LOAD or wellknown.about(symptom.alertname) is not None:
        return symptom.alertname in _BY_LOAD
    return symptom.suspect.kind == "Node" and _LOAD.fits(symptom.alertname)


def _weight(symptom: Symptom, *, is_load: bool) -> float:
    if is_load:
        return HINT
    shipped = wellknown.about(symptom.alertname) is not None or symptom.alertname in wellknown.ABOUT_A_TARGET
    known = _PASSING.get(symptom.alertname, STRONG if shipped else FAIR)
    return min(known, FAIR) if symptom.severity == "info" else known
