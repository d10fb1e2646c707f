"""What an alert or an event means for the thing that it is about: how that fails. PURE: tables, and how they are read.

`type` does not tell what is bad: much bad news of a cluster is of type Normal, and one reason has many meanings.
"""

import re
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
_WORDS: tuple[tuple[Effect, frozenset[str]], ...] = (
    (Effect.OOM, frozenset({"oom", "outofmemory", "oomkilled", "oomkiller"})),
    (Effect.CRASH, frozenset({"crash", "crashlooping", "crashing", "restart", "restarting", "crashloop"})),
    (Effect.JOB, frozenset({"kubejob", "jobfailed", "cronjob", "jobnot", "job", "batch"})),
    (Effect.CLAIM, frozenset({"persistentvolume", "persistentvolumeclaim", "pvc", "volume"})),
    (Effect.SCALING, frozenset({"hpa", "autoscaler", "horizontalpodautoscaler", "maxedout"})),
    (Effect.BUDGET, frozenset({"pdb", "disruption", "poddisruptionbudget"})),
    (Effect.QUOTA, frozenset({"quota"})),
    (
        Effect.SHORT,
        frozenset(
            {"replica", "rollout", "mismatch", "updatenot", "daemonset", "deployment", "statefulset", "replicaset"}
            | {"daemon", "stateful"}
        ),
    ),
    (Effect.UNREADY, frozenset({"notready", "unready", "nothealthy", "unhealthy"})),
    (
        Effect.REQUESTS,
        frozenset(
            {"error", "latency", "slow", "5xx", "4xx", "500", "400", "http", "request", "probe", "availability", "slo"}
            | {"sli", "timeout", "traffic", "unreachable", "down", "breach", "apdex", "success", "blackbox", "anomaly"}
            | {"lag", "consumer", "inactive", "response", "dropped", "connection", "burn", "budget"}
        ),
    ),
    (Effect.RESOURCES, frozenset({"cpu", "memory", "throttling", "saturation", "resource", "usage", "utilization"})),
)


def effect_of_alert(symptom: Symptom, subject: Suspect) -> Effect:
    """How it fails, as the alert's name tells."""
    if subject.kind in {"Node", "Component", "Cluster"}:
        return Effect.OBJECT
    return _effect_named(symptom.alertname, symptom.labels.get("reason", ""))


@lru_cache(maxsize=4096)
def _effect_named(alertname: str, reason: str) -> Effect:
    if reason in {"ImagePullBackOff", "ErrImagePull", "InvalidImageName"}:
        return Effect.IMAGE
    if reason == "CreateContainerConfigError":
        return Effect.CONFIG
    if reason == "OOMKilled":
        return Effect.OOM
    said = _said(alertname)
    return next((effect for effect, words in _WORDS if said & words), Effect.OTHER)


_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+[a-z]*")


def _said(alertname: str) -> set[str]:
    """The words of a name, and two and three of them together: `TooMany500s` says nothing of OOM."""
    words = [word.casefold() for word in _WORD.findall(alertname)]
    runs = {"".join(words[start : start + length]) for length in (1, 2, 3) for start in range(len(words))}
    return runs | {run.removesuffix("s") for run in runs}


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
