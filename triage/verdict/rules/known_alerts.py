"""An alert that everybody ships about a node, a component or the cluster is about the platform.

kube-prometheus, its mixins and the distributions name what they watch: `KubeNodeNotReady`, `etcdNoLeader`,
`KubeAPIErrorBudgetBurn`. Who wrote the alert has already looked at the part itself, so the part is sick; whether it is
so by its own fault is for other rules to say.
"""

from collections.abc import Iterator

from triage.verdict.scene import Scene
from triage.verdict.types import Finding, Side
from triage.verdict.weights import FAIR, HINT, STRONG

# They say that a node or the cluster runs short, which a workload may well have caused.
_BY_LOAD = frozenset(
    {"KubeNodePressure", "NodeMemoryHighUtilization", "NodeCPUHighUsage", "NodeSystemSaturation", "KubeletTooManyPods"}
    | {"NodeFilesystemAlmostOutOfSpace", "NodeFilesystemSpaceFillingUp", "NodeDiskIOSaturation", "KubeNodeEviction"}
    | {"NodeMemoryMajorPagesFaults", "NodeHighNumberConntrackEntriesUsed", "NodeFileDescriptorLimit", "HostOutOfMemory"}
    | {
        "HostOutOfDiskSpace",
        "HostHighCpuLoad",
        "HostOomKillDetected",
        "KubernetesMemoryPressure",
        "KubernetesDiskPressure",
    }
    | {
        "KubeNodeDiskPressure",
        "KubeNodeMemoryPressure",
        "NodeFilesystemAlmostOutOfFiles",
        "NodeFilesystemFilesFillingUp",
    }
)


def known_alerts(scene: Scene) -> Iterator[Finding]:
    """A line for each alert about a node, a component or the cluster."""
    for trouble in scene.of_platform:
        if trouble.subject.kind not in {"Node", "Component", "Cluster", "PersistentVolume", "APIService"}:
            continue
        for symptom in trouble.symptoms:
            is_load = symptom.alertname in _BY_LOAD
            weight = HINT if is_load else FAIR if symptom.severity == "info" else STRONG
            yield Finding(
                Side.CLUSTER,
                weight,
                f"{symptom.alertname} fires for {trouble.subject}.",
                "alert",
                symptom.began_at,
                trouble.subject,
                (trouble.subject,),
                "known_alerts",
                is_specific=not is_load,
            )
