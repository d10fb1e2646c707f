"""The alert rules that clusters ship with, as far as the cases use them: severity, waiting time, labels and texts.

They are here so that no case can tell of an alert that fires too early or carries a label that its rule cannot know.
"""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Where an alert's labels come from, which is where readers of alerts go wrong."""

    STATE = "kube-state-metrics, labels of the metric and of the scrape"
    STATE_SUMMED = "kube-state-metrics, summed: labels of the metric alone"
    NODE_EXPORTER = "the exporter's own pod and namespace; the node is in `instance`"
    KUBELET = "scraped from the kubelet: `node`, and its service in kube-system"
    VOLUME = "scraped from the kubelet, with the namespace of the claim"
    TARGET = "the scraped pod itself"
    ABSENT = "nothing but the job: the series is gone"
    SUMMED = "nothing but the cluster"
    OWN = "a rule that somebody wrote: only the labels that the case gives"


@dataclass(frozen=True)
class Rule:
    severity: str
    minutes: float
    family: Family
    summary: str
    description: str


_STATE, _SUMMED_STATE, _EXPORTER = Family.STATE, Family.STATE_SUMMED, Family.NODE_EXPORTER
_KUBELET, _VOLUME, _TARGET, _ABSENT, _SUMMED = (
    Family.KUBELET,
    Family.VOLUME,
    Family.TARGET,
    Family.ABSENT,
    Family.SUMMED,
)

RULES: dict[str, Rule] = {
    "Watchdog": Rule(
        "none", 0, Family.OWN, "An alert that should always be firing.", "This alert shows that alerting works."
    ),
    # Workloads
    "KubePodCrashLooping": Rule(
        "warning",
        15,
        _STATE,
        "Pod is crash looping.",
        "Pod {namespace}/{pod} ({container}) is in waiting state (reason: 'CrashLoopBackOff').",
    ),
    "KubePodNotReady": Rule(
        "warning",
        15,
        _SUMMED_STATE,
        "Pod has been in a non-ready state for more than 15 minutes.",
        "Pod {namespace}/{pod} has been in a non-ready state for longer than 15 minutes.",
    ),
    "KubeContainerWaiting": Rule(
        "warning",
        60,
        _STATE,
        "Pod container waiting longer than 1 hour",
        "pod/{pod} in namespace {namespace} on container {container} has been in waiting state for longer than 1 hour.",
    ),
    "KubeDeploymentReplicasMismatch": Rule(
        "warning",
        15,
        _STATE,
        "Deployment has not matched the expected number of replicas.",
        "Deployment {namespace}/{deployment} has not matched the expected number of replicas for longer than "
        "15 minutes.",
    ),
    "KubeDeploymentRolloutStuck": Rule(
        "warning",
        15,
        _STATE,
        "Deployment rollout is not progressing.",
        "Rollout of deployment {namespace}/{deployment} is not progressing for longer than 15 minutes.",
    ),
    "KubeDeploymentGenerationMismatch": Rule(
        "warning",
        15,
        _STATE,
        "Deployment generation mismatch due to possible roll-back",
        "Deployment generation for {namespace}/{deployment} does not match, this indicates that the Deployment has "
        "failed but has not been rolled back.",
    ),
    "KubeStatefulSetReplicasMismatch": Rule(
        "warning",
        15,
        _STATE,
        "StatefulSet has not matched the expected number of replicas.",
        "StatefulSet {namespace}/{statefulset} has not matched the expected number of replicas for longer than "
        "15 minutes.",
    ),
    "KubeDaemonSetRolloutStuck": Rule(
        "warning",
        15,
        _STATE,
        "DaemonSet rollout is stuck.",
        "DaemonSet {namespace}/{daemonset} has not finished or progressed for at least 15m.",
    ),
    "KubeDaemonSetNotScheduled": Rule(
        "warning",
        10,
        _STATE,
        "DaemonSet pods are not scheduled.",
        "Pods of DaemonSet {namespace}/{daemonset} are not scheduled.",
    ),
    "KubeDaemonSetMisScheduled": Rule(
        "warning",
        15,
        _STATE,
        "DaemonSet pods are misscheduled.",
        "Pods of DaemonSet {namespace}/{daemonset} are running where they are not supposed to run.",
    ),
    "KubeJobFailed": Rule(
        "warning", 15, _STATE, "Job failed to complete.", "Job {namespace}/{job_name} failed to complete."
    ),
    "KubeJobNotCompleted": Rule(
        "warning",
        720,
        _SUMMED_STATE,
        "Job did not complete in time",
        "Job {namespace}/{job_name} is taking more than 12h to complete.",
    ),
    "KubeHpaReplicasMismatch": Rule(
        "warning",
        15,
        _STATE,
        "HPA has not matched desired number of replicas.",
        "HPA {namespace}/{horizontalpodautoscaler} has not matched the desired number of replicas for longer than "
        "15 minutes.",
    ),
    "KubeHpaMaxedOut": Rule(
        "warning",
        15,
        _STATE,
        "HPA is running at max replicas",
        "HPA {namespace}/{horizontalpodautoscaler} has been running at max replicas for longer than 15 minutes.",
    ),
    "KubePdbNotEnoughHealthyPods": Rule(
        "warning",
        15,
        _STATE,
        "PDB does not have enough healthy pods.",
        "PDB {namespace}/{poddisruptionbudget} expects more healthy pods. The desired number of healthy pods has not "
        "been met for at least 15m.",
    ),
    "CPUThrottlingHigh": Rule(
        "info",
        15,
        Family.OWN,
        "Processes experience elevated CPU throttling.",
        "Throttling of CPU in namespace {namespace} for container {container} in pod {pod}.",
    ),
    # Quotas and capacity
    "KubeQuotaAlmostFull": Rule(
        "info",
        15,
        Family.OWN,
        "Namespace quota is going to be full.",
        "Namespace {namespace} is using more than 90% of its {resource} quota.",
    ),
    "KubeQuotaFullyUsed": Rule(
        "info",
        15,
        Family.OWN,
        "Namespace quota is fully used.",
        "Namespace {namespace} is using 100% of its {resource} quota.",
    ),
    "KubeQuotaExceeded": Rule(
        "warning",
        15,
        Family.OWN,
        "Namespace quota has exceeded the limits.",
        "Namespace {namespace} is using more than 100% of its {resource} quota.",
    ),
    "KubeCPUOvercommit": Rule(
        "warning",
        10,
        _SUMMED,
        "Cluster has overcommitted CPU resource requests.",
        "Cluster has overcommitted CPU resource requests for Pods and cannot tolerate node failure.",
    ),
    "KubeMemoryOvercommit": Rule(
        "warning",
        10,
        _SUMMED,
        "Cluster has overcommitted memory resource requests.",
        "Cluster has overcommitted memory resource requests for Pods and cannot tolerate node failure.",
    ),
    # Volumes
    "KubePersistentVolumeFillingUp": Rule(
        "critical",
        1,
        _VOLUME,
        "PersistentVolume is filling up.",
        "The PersistentVolume claimed by {persistentvolumeclaim} in Namespace {namespace} is only 2.1% free.",
    ),
    "KubePersistentVolumeInodesFillingUp": Rule(
        "critical",
        1,
        _VOLUME,
        "PersistentVolumeInodes are filling up.",
        "The PersistentVolume claimed by {persistentvolumeclaim} in Namespace {namespace} only has 1.4% free inodes.",
    ),
    "KubePersistentVolumeErrors": Rule(
        "critical",
        5,
        _STATE,
        "PersistentVolume is having issues with provisioning.",
        "The persistent volume {persistentvolume} has status {phase}.",
    ),
    # Nodes
    "KubeNodeNotReady": Rule(
        "warning", 15, _STATE, "Node is not ready.", "{node} has been unready for more than 15 minutes."
    ),
    "KubeNodeUnreachable": Rule(
        "warning",
        15,
        _STATE,
        "Node is unreachable.",
        "{node} is unreachable and some workloads may be rescheduled.",
    ),
    "KubeNodePressure": Rule(
        "info",
        10,
        _STATE,
        "Node has as active Condition.",
        "{node} has active Condition {condition}. This is caused by resource usage exceeding eviction thresholds.",
    ),
    "KubeNodeReadinessFlapping": Rule(
        "warning",
        15,
        Family.OWN,
        "Node readiness status is flapping.",
        "The readiness status of node {node} has changed 7 times in the last 15 minutes.",
    ),
    "KubeNodeEviction": Rule(
        "info",
        0,
        Family.OWN,
        "Node is evicting pods.",
        "Node {node} is evicting Pods due to {eviction_signal}.",
    ),
    "KubeletTooManyPods": Rule(
        "info",
        15,
        Family.OWN,
        "Kubelet is running at capacity.",
        "Kubelet '{node}' is running at 98% of its Pod capacity.",
    ),
    "KubeletPlegDurationHigh": Rule(
        "warning",
        5,
        _KUBELET,
        "Kubelet Pod Lifecycle Event Generator is taking too long to relist.",
        "The Kubelet Pod Lifecycle Event Generator has a 99th percentile duration of 22 seconds on node {node}.",
    ),
    "KubeletPodStartUpLatencyHigh": Rule(
        "warning",
        15,
        _KUBELET,
        "Kubelet Pod startup latency is too high.",
        "Kubelet Pod startup 99th percentile latency is 94 seconds on node {node}.",
    ),
    "KubeletClientCertificateExpiration": Rule(
        "critical",
        0,
        _KUBELET,
        "Kubelet client certificate is about to expire.",
        "Client certificate for Kubelet on node {node} expires in 4h 3m.",
    ),
    "KubeletServerCertificateExpiration": Rule(
        "critical",
        0,
        _KUBELET,
        "Kubelet server certificate is about to expire.",
        "Server certificate for Kubelet on node {node} expires in 4h 3m.",
    ),
    "KubeletClientCertificateRenewalErrors": Rule(
        "warning",
        15,
        _KUBELET,
        "Kubelet has failed to renew its client certificate.",
        "Kubelet on node {node} has failed to renew its client certificate (3 errors in the last 5 minutes).",
    ),
    "KubeletDown": Rule(
        "critical",
        15,
        _SUMMED,
        "Target disappeared from Prometheus target discovery.",
        "Kubelet has disappeared from Prometheus target discovery.",
    ),
    "NodeFilesystemAlmostOutOfSpace": Rule(
        "critical",
        30,
        _EXPORTER,
        "Filesystem has less than 3% space left.",
        "Filesystem on {device}, mounted on {mountpoint}, at {instance} has only 2.11% available space left.",
    ),
    "NodeFilesystemFilesFillingUp": Rule(
        "critical",
        60,
        _EXPORTER,
        "Filesystem is predicted to run out of inodes within the next 4 hours.",
        "Filesystem on {device}, mounted on {mountpoint}, at {instance} has only 3.9% available inodes left.",
    ),
    "NodeHighNumberConntrackEntriesUsed": Rule(
        "warning",
        0,
        _EXPORTER,
        "Number of conntrack are getting close to the limit.",
        "98% of conntrack entries are used at {instance}.",
    ),
    "NodeClockSkewDetected": Rule(
        "warning",
        10,
        _EXPORTER,
        "Clock skew detected.",
        "Clock at {instance} is out of sync by more than 0.05s. Ensure NTP is configured correctly on this host.",
    ),
    "NodeClockNotSynchronising": Rule(
        "warning",
        10,
        _EXPORTER,
        "Clock not synchronising.",
        "Clock at {instance} is not synchronising. Ensure NTP is configured on this host.",
    ),
    "NodeMemoryHighUtilization": Rule(
        "warning",
        15,
        _EXPORTER,
        "Host is running out of memory.",
        "Memory is filling up at {instance}, has been above 90% for the last 15 minutes, is currently at 97.31%.",
    ),
    "NodeMemoryMajorPagesFaults": Rule(
        "warning",
        15,
        _EXPORTER,
        "Memory major page faults are occurring at very high rate.",
        "Memory major pages are occurring at very high rate at {instance}, 500 major page faults per second for the "
        "last 15 minutes.",
    ),
    "NodeSystemSaturation": Rule(
        "warning",
        15,
        _EXPORTER,
        "System saturated, load per core is very high.",
        "System load per core at {instance} has been above 2 for the last 15 minutes, is currently at 6.40.",
    ),
    "NodeCPUHighUsage": Rule(
        "info",
        15,
        _EXPORTER,
        "High CPU usage.",
        "CPU usage at {instance} has been above 90% for the last 15 minutes, is currently at 98.22%.",
    ),
    "NodeDiskIOSaturation": Rule(
        "warning",
        30,
        _EXPORTER,
        "Disk IO queue is high.",
        "Disk IO queue (aqu-sq) is high on {device} at {instance}, has been above 10 for the last 30 minutes.",
    ),
    "NodeNetworkReceiveErrs": Rule(
        "warning",
        60,
        _EXPORTER,
        "Network interface is reporting many receive errors.",
        "{instance} interface {device} has encountered 4021 receive errors in the last two minutes.",
    ),
    "NodeNetworkInterfaceFlapping": Rule(
        "warning",
        2,
        _EXPORTER,
        "Network interface is often changing its status",
        'Network interface "{device}" changing its up status often on node-exporter {instance}',
    ),
    "NodeFileDescriptorLimit": Rule(
        "critical",
        15,
        _EXPORTER,
        "Kernel is predicted to exhaust file descriptors limit soon.",
        "File descriptors limit at {instance} is currently at 91.20%.",
    ),
    "NodeSystemdServiceFailed": Rule(
        "warning",
        5,
        _EXPORTER,
        "Systemd service has entered failed state.",
        "Systemd service {name} has entered failed state at {instance}",
    ),
    "NodeSystemdServiceCrashlooping": Rule(
        "warning",
        15,
        _EXPORTER,
        "Systemd service keeps restaring, possibly crash looping.",
        "Systemd service {name} has being restarted too many times at {instance} for the last 15 minutes.",
    ),
    # Control plane
    "KubeAPIDown": Rule(
        "critical",
        15,
        _ABSENT,
        "Target disappeared from Prometheus target discovery.",
        "KubeAPI has disappeared from Prometheus target discovery.",
    ),
    "KubeAPIErrorBudgetBurn": Rule(
        "critical",
        2,
        _SUMMED,
        "The API server is burning too much error budget.",
        "The API server is burning too much error budget.",
    ),
    "KubeAPITerminatedRequests": Rule(
        "warning",
        5,
        _SUMMED,
        "The kubernetes apiserver has terminated 34.1% of its incoming requests.",
        "The kubernetes apiserver has terminated 34.1% of its incoming requests.",
    ),
    "KubeAggregatedAPIDown": Rule(
        "warning",
        5,
        Family.OWN,
        "Kubernetes aggregated API is down.",
        "Kubernetes aggregated API {name}/{namespace} has been only 0% available over the last 10m.",
    ),
    "KubeAggregatedAPIErrors": Rule(
        "warning",
        10,
        Family.OWN,
        "Kubernetes aggregated API has reported errors.",
        "Kubernetes aggregated API {instance}/{name} has reported {reason} errors.",
    ),
    "KubeClientErrors": Rule(
        "warning",
        15,
        Family.OWN,
        "Kubernetes API server client is experiencing errors.",
        "Kubernetes API server client '{job}/{instance}' is experiencing 17% errors.",
    ),
    "KubeClientCertificateExpiration": Rule(
        "critical",
        5,
        _TARGET,
        "Client certificate is about to expire.",
        "A client certificate used to authenticate to kubernetes apiserver is expiring in less than 24 hours.",
    ),
    "KubeSchedulerDown": Rule(
        "critical",
        15,
        _ABSENT,
        "Target disappeared from Prometheus target discovery.",
        "KubeScheduler has disappeared from Prometheus target discovery.",
    ),
    "KubeControllerManagerDown": Rule(
        "critical",
        15,
        _ABSENT,
        "Target disappeared from Prometheus target discovery.",
        "KubeControllerManager has disappeared from Prometheus target discovery.",
    ),
    "KubeProxyDown": Rule(
        "critical",
        15,
        _ABSENT,
        "Target disappeared from Prometheus target discovery.",
        "KubeProxy has disappeared from Prometheus target discovery.",
    ),
    "etcdNoLeader": Rule(
        "critical",
        1,
        _TARGET,
        "etcd cluster has no leader.",
        'etcd cluster "{job}": member {instance} has no leader.',
    ),
    "etcdInsufficientMembers": Rule(
        "critical",
        3,
        Family.OWN,
        "etcd cluster has insufficient number of members.",
        'etcd cluster "{job}": insufficient members (1).',
    ),
    "etcdMembersDown": Rule(
        "warning",
        20,
        Family.OWN,
        "etcd cluster members are down.",
        'etcd cluster "{job}": members are down (1).',
    ),
    "etcdHighFsyncDurations": Rule(
        "critical",
        10,
        _TARGET,
        "etcd cluster 99th percentile fsync durations are too high.",
        'etcd cluster "{job}": 99th percentile fsync durations are 1.9s on etcd instance {instance}.',
    ),
    "etcdHighCommitDurations": Rule(
        "warning",
        10,
        _TARGET,
        "etcd cluster 99th percentile commit durations are too high.",
        'etcd cluster "{job}": 99th percentile commit durations 0.92s on etcd instance {instance}.',
    ),
    "etcdHighNumberOfLeaderChanges": Rule(
        "warning",
        5,
        _TARGET,
        "etcd cluster has high number of leader changes.",
        'etcd cluster "{job}": 6 leader changes within the last 15 minutes.',
    ),
    "etcdDatabaseQuotaLowSpace": Rule(
        "critical",
        10,
        _TARGET,
        "etcd cluster database is running full.",
        'etcd cluster "{job}": database size exceeds the defined quota on etcd instance {instance}.',
    ),
    "etcdGRPCRequestsSlow": Rule(
        "critical",
        10,
        _TARGET,
        "etcd grpc requests are slow",
        'etcd cluster "{job}": 99th percentile of gRPC requests is 1.4s on etcd instance {instance}.',
    ),
    # Names
    "CoreDNSDown": Rule(
        "critical",
        15,
        _ABSENT,
        "CoreDNS has disappeared from Prometheus target discovery.",
        "CoreDNS has disappeared from Prometheus target discovery.",
    ),
    "CoreDNSErrorsHigh": Rule(
        "critical",
        10,
        Family.OWN,
        "CoreDNS is returning SERVFAIL.",
        "CoreDNS is returning SERVFAIL for 8.3% of requests.",
    ),
    "CoreDNSLatencyHigh": Rule(
        "critical",
        10,
        Family.OWN,
        "CoreDNS have latency.",
        "CoreDNS has 99th percentile latency of 4.6 seconds for server {server} zone {zone}.",
    ),
    "CoreDNSForwardErrorsHigh": Rule(
        "critical",
        10,
        Family.OWN,
        "CoreDNS is returning SERVFAIL for forward requests.",
        "CoreDNS is returning SERVFAIL for 61% of forward requests to {to}.",
    ),
    # Monitoring itself
    "TargetDown": Rule(
        "warning",
        10,
        Family.OWN,
        "One or more targets are unreachable.",
        "100% of the {job}/{service} targets in {namespace} namespace are down.",
    ),
    "PrometheusRuleFailures": Rule(
        "critical",
        15,
        _TARGET,
        "Prometheus is failing rule evaluations.",
        "Prometheus {namespace}/{pod} has failed to evaluate 31 rules in the last 5m.",
    ),
    "PrometheusKubernetesListWatchFailures": Rule(
        "warning",
        15,
        _TARGET,
        "Requests in Kubernetes SD are failing.",
        "Kubernetes service discovery of Prometheus {namespace}/{pod} is experiencing 12 failures with LIST/WATCH "
        "requests to the Kubernetes API in the last 5 minutes.",
    ),
    "PrometheusNotIngestingSamples": Rule(
        "warning",
        10,
        _TARGET,
        "Prometheus is not ingesting samples.",
        "Prometheus {namespace}/{pod} is not ingesting samples.",
    ),
    "PrometheusRemoteWriteBehind": Rule(
        "critical",
        15,
        _TARGET,
        "Prometheus remote write is behind.",
        "Prometheus {namespace}/{pod} remote write is 412.0s behind for {remote_name}:{url}.",
    ),
    "KubeStateMetricsListErrors": Rule(
        "critical",
        15,
        _SUMMED,
        "kube-state-metrics is experiencing errors in list operations.",
        "kube-state-metrics is experiencing errors at an elevated rate in list operations.",
    ),
    "AlertmanagerFailedToSendAlerts": Rule(
        "warning",
        5,
        _TARGET,
        "An Alertmanager instance failed to send notifications.",
        "Alertmanager {namespace}/{pod} failed to send 14% of notifications to {integration}.",
    ),
}
