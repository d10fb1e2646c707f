"""How a pod fails, read from its own status: the one witness that is not late, folded or silent. PURE."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.kubernetes.objects import Container, Pod


class Effect(StrEnum):
    """How something fails, as it shows."""

    UNSCHEDULED = "is not scheduled"
    REFUSED = "pods are refused"  # none can be made: quota, webhook, policy, service account
    IMAGE = "the image is not pulled"
    CONFIG = "its configuration is missing"
    CREATING = "containers are not created"  # sandbox, network or volumes
    START = "the container cannot be started"
    INIT = "an init container does not finish"
    CRASH = "crashes"
    OOM = "is killed for its memory"
    UNREADY = "runs and is not ready"
    EVICTED = "was evicted"
    NODE_LOST = "its node is lost"
    TERMINATING = "does not end"
    SHORT = "has fewer replicas than it asks for"
    JOB = "the job failed"
    CLAIM = "a volume claim fails"
    REQUESTS = "requests fail or are slow"
    SCALING = "autoscaling fails or is at its limit"
    BUDGET = "a disruption budget is not kept"
    QUOTA = "a quota is full"
    RESOURCES = "uses more than it should"
    OBJECT = "an object of the platform fails"  # a node, a component, the cluster
    OTHER = "fails"


# Symptoms that say that something is wrong and not what: whatever lies behind explains them.
SHALLOW = frozenset(
    {Effect.SHORT, Effect.UNREADY, Effect.REQUESTS, Effect.OTHER, Effect.SCALING, Effect.BUDGET, Effect.RESOURCES}
)

IMAGE_REASONS = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"}
    | {"RegistryUnavailable", "SignatureValidationFailed"}
)
_CONFIG_REASONS = frozenset({"CreateContainerConfigError"})
_START_REASONS = frozenset(
    {"RunContainerError", "CreateContainerError", "StartError", "PostStartHookError", "PreCreateHookError"}
)
_REFUSED_REASONS = frozenset({"NodeAffinity", "UnexpectedAdmissionError", "TopologyAffinityError"})  # by the kubelet
_CREATING_REASONS = frozenset({"ContainerCreating", "PodInitializing", ""})

_JUST_MADE = timedelta(seconds=90)  # a start takes this long without anything being wrong
_SLOW_START = timedelta(minutes=3)
_SLOW_END = timedelta(minutes=6)  # the usual grace period and the time-outs of unmounting
_LATELY = timedelta(minutes=12)  # the longest back-off of a crash loop is five minutes; two of them, and some
_OFTEN = 3


def effect_of(pod: Pod, *, now: datetime, lost_nodes: Collection[str]) -> Effect | None:
    """How the pod fails; None where it is well, has ended as it should, or is just starting."""
    if pod.is_well:
        return _between_crashes(pod, now)
    age = now - pod.thing.created_at if pod.thing.created_at else _SLOW_END
    if pod.thing.deleted_at is not None:
        if pod.node in lost_nodes:
            return Effect.NODE_LOST
        return Effect.TERMINATING if now - pod.thing.deleted_at > _SLOW_END else None
    if pod.phase == "Failed":
        return _of_failed(pod)
    if pod.phase == "Unknown" or pod.reason == "NodeLost":
        return Effect.NODE_LOST
    if not pod.node and pod.phase in {"Pending", ""}:
        return Effect.UNSCHEDULED if age > timedelta(seconds=60) else None
    found = next((effect for one in pod.containers if (effect := _of_container(one))), None)
    if found is not None:
        return found
    if pod.node in lost_nodes:
        return Effect.NODE_LOST
    if any(one.waiting in _CREATING_REASONS and not one.is_running and not one.is_over for one in pod.containers):
        return _of_starting(pod, age)
    return _of_running(pod, age, now)


def _of_failed(pod: Pod) -> Effect:
    if pod.reason in {"Evicted", "Preempting", "Preempted"}:
        return Effect.EVICTED
    if pod.reason in {"NodeLost", "NodeShutdown", "Shutdown", "Terminated"}:
        return Effect.NODE_LOST
    if pod.reason in _REFUSED_REASONS or pod.reason.startswith("OutOf"):  # OutOfcpu, and so for each resource
        return Effect.UNSCHEDULED
    return Effect.OOM if any(one.ended == "OOMKilled" for one in pod.containers) else Effect.CRASH


def _of_container(one: Container) -> Effect | None:
    if one.waiting in IMAGE_REASONS:
        return Effect.IMAGE
    if one.waiting in _CONFIG_REASONS:
        return Effect.CONFIG
    if one.waiting in _START_REASONS:
        return Effect.START
    if one.waiting == "CrashLoopBackOff" or (one.is_over and one.ended != "Completed"):
        if one.ended == "OOMKilled":
            return Effect.OOM
        if one.ended in {"StartError", "ContainerCannotRun"}:
            return Effect.START
        return Effect.INIT if one.is_init else Effect.CRASH
    return None


def _of_starting(pod: Pod, age: timedelta) -> Effect | None:
    if age <= _JUST_MADE:
        return None
    if any(one.is_init and one.is_running for one in pod.containers):
        return Effect.INIT if age > _SLOW_START else None
    return Effect.CREATING


def _of_running(pod: Pod, age: timedelta, now: datetime) -> Effect | None:
    if any(one.is_init and one.is_running for one in pod.containers):
        return Effect.INIT if age > _SLOW_START else None
    if (between := _between_crashes(pod, now)) is not None:
        return between
    started = [one.started_at for one in pod.containers if one.started_at]
    if started and now - max(started) <= _JUST_MADE and sum(one.restarts for one in pod.containers) < _OFTEN:
        return None
    return Effect.UNREADY if age > _JUST_MADE else None


def _between_crashes(pod: Pod, now: datetime) -> Effect | None:
    """A pod that crashes again and again runs in between, and looks well."""
    if pod.phase == "Succeeded":
        return None
    for one in pod.containers:
        if one.restarts >= _OFTEN and one.ended_at and now - one.ended_at <= _LATELY and one.ended != "Completed":
            return Effect.OOM if one.ended == "OOMKilled" else Effect.CRASH
    return None
