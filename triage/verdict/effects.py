"""What an alert or an event means for the thing that it is about: how that fails. PURE: tables, and how they are read.

`type` does not tell what is bad: much bad news of a cluster is of type Normal, and one reason has many meanings.
"""

from collections.abc import Mapping
from functools import lru_cache

from alerts.reports import EventReport
from triage.verdict.states import Effect
from triage.verdict.types import Suspect, Symptom

# What a bad event means for the thing that it is about. By reason; a few by their words as well, below.
_BY_REASON: Mapping[str, Effect] = {
    "FailedScheduling": Effect.UNSCHEDULED,
    "FailedCreate": Effect.REFUSED,
    "FailedMount": Effect.CREATING,
    "FailedAttachVolume": Effect.CREATING,
    "FailedMapVolume": Effect.CREATING,
    "FailedCreatePodSandBox": Effect.CREATING,
    "FailedCreatePodContainer": Effect.CREATING,
    "NetworkNotReady": Effect.CREATING,
    "CNIError": Effect.CREATING,
    "FailedPodSandBoxStatus": Effect.CREATING,
    "Unhealthy": Effect.UNREADY,
    "ProbeError": Effect.UNREADY,
    "Evicted": Effect.EVICTED,
    "Preempted": Effect.EVICTED,
    "OOMKilling": Effect.OOM,
    "BackoffLimitExceeded": Effect.JOB,
    "DeadlineExceeded": Effect.JOB,
    "ProvisioningFailed": Effect.CLAIM,
    "FailedBinding": Effect.CLAIM,
    "VolumeResizeFailed": Effect.CLAIM,
    "VolumeFailedDelete": Effect.CLAIM,
    "FailedGetResourceMetric": Effect.SCALING,
    "FailedComputeMetricsReplicas": Effect.SCALING,
    "FailedGetExternalMetric": Effect.SCALING,
    "NodeNotReady": Effect.NODE_LOST,
    "InspectFailed": Effect.IMAGE,
    "ErrImageNeverPull": Effect.IMAGE,
    "FailedPostStartHook": Effect.START,
    "FailedKillPod": Effect.TERMINATING,
    "NotTriggerScaleUp": Effect.UNSCHEDULED,
    "NoPods": Effect.BUDGET,
    "CalculateExpectedPodCountFailed": Effect.BUDGET,
}
NODE_REASONS = frozenset(
    {"NodeNotReady", "NodeHasDiskPressure", "NodeHasInsufficientMemory", "NodeHasInsufficientPID", "SystemOOM"}
    | {"EvictionThresholdMet", "ContainerGCFailed", "ImageGCFailed", "FreeDiskSpaceFailed", "KernelDeadlock"}
    | {
        "FilesystemIsReadOnly",
        "OOMKilling",
        "TaskHung",
        "DockerHung",
        "KernelOops",
        "NodeStatusUnknown",
        "NodeUnreachable",
    }
    | {"FrequentKubeletRestart", "FrequentContainerdRestart", "FrequentDockerRestart", "CorruptDockerImage"}
    | {"KubeletSetupFailed", "NetworkUnavailable", "CIDRNotAvailable", "CgroupFailure", "Ext4Error"}
)
# Bad words of Warning events whose reason nobody knows mean nothing yet; these reasons never mean trouble.
_HARMLESS = frozenset(
    {
        "InvalidDiskCapacity",
        "Rebooted",
        "DNSConfigForming",
        "MissingClusterDNS",
        "CheckLimitsForResolvConf",
        "Rescheduled",
    }
    | {
        "FailedToUpdateEndpoint",
        "FailedToUpdateEndpointSlices",
        "FailedToCreateEndpoint",
        "PolicyViolation",
        "KubeAPIReadyz",
    }
    | {"UnfinishedPreStopHook", "AlreadyMountedVolume", "OwnerRefInvalidNamespace", "NodeAllocatableEnforced"}
    | {"FailedPreStopHook", "RegisteredNode", "RemovingNode", "ExceededGracePeriod", "NodeShutdown"}
)
_WORDS: tuple[tuple[Effect, tuple[str, ...]], ...] = (
    (Effect.OOM, ("oom", "outofmemory")),
    (Effect.CRASH, ("crash", "restart")),
    (Effect.JOB, ("kubejob", "jobfailed", "cronjob", "jobnot")),
    (Effect.CLAIM, ("persistentvolume", "pvc", "volume")),
    (Effect.SCALING, ("hpa", "autoscaler", "maxedout")),
    (Effect.BUDGET, ("pdb", "disruption")),
    (Effect.QUOTA, ("quota",)),
    (
        Effect.SHORT,
        (
            "replicas",
            "rollout",
            "generationmismatch",
            "mismatch",
            "updatenot",
            "daemonset",
            "deployment",
            "statefulset",
        ),
    ),
    (Effect.UNREADY, ("notready", "unready", "nothealthy", "unhealthy")),
    (
        Effect.REQUESTS,
        (
            *("error", "latency", "slow", "5xx", "4xx", "http", "request", "probe", "availability", "slo", "sli"),
            *("timeout", "traffic", "unreachable", "down", "breach", "apdex", "success", "blackbox", "anomaly", "lag"),
            *("consumer", "inactive"),
        ),
    ),
    (Effect.RESOURCES, ("cpu", "memory", "throttling", "saturation", "resource")),
)


def effect_of_alert(symptom: Symptom, subject: Suspect) -> Effect:
    """How it fails, as the alert's name tells."""
    if subject.kind in {"Node", "Component", "Cluster"}:
        return Effect.OBJECT
    return _effect_named(symptom.alertname, symptom.labels.get("reason", ""))


@lru_cache(maxsize=4096)
def _effect_named(alertname: str, reason: str) -> Effect:
    name = alertname.casefold()
    if reason in {"ImagePullBackOff", "ErrImagePull", "InvalidImageName"}:
        return Effect.IMAGE
    if reason == "CreateContainerConfigError":
        return Effect.CONFIG
    if reason == "OOMKilled":
        return Effect.OOM
    return next((effect for effect, words in _WORDS if any(word in name for word in words)), Effect.OTHER)


def effect_of_event(event: EventReport) -> Effect | None:
    """What a bad event means for its object; None where it is no bad news."""
    if event.reason in _HARMLESS:
        return None
    if event.reason == "BackOff":
        return Effect.IMAGE if "pulling image" in event.message else Effect.CRASH
    if event.reason == "Failed":
        return _of_failed(event.message)
    if event.reason == "NodeNotReady" and event.kind == "Node":
        return Effect.OBJECT
    if event.reason in _BY_REASON:
        return _BY_REASON[event.reason]
    return Effect.OTHER if event.is_warning else None


def _of_failed(message: str) -> Effect:
    """The kubelet's `Failed` covers images, configuration and starts."""
    words = message.casefold()
    if "image" in words and ("pull" in words or "inspect" in words or "invalidimage" in words):
        return Effect.IMAGE
    if any(word in words for word in ("secret", "configmap", "couldn't find key", "must be specified")):
        return Effect.CONFIG
    return Effect.START
