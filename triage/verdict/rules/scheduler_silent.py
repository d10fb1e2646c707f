"""Pods without a node about which no scheduler has said a word were never looked at: the scheduler does not work.

A scheduler that has looked at a pod writes `PodScheduled` into its status and an event; both are missing here, a minute
after the pod was made. Pods that name a scheduler of their own, or are held by a gate, wait for somebody else. A pod
that was placed later by the same scheduler shows that it works.
"""

from collections.abc import Iterator
from datetime import timedelta

from alerts.kubernetes.fields import moment, number, rows, text
from alerts.kubernetes.objects import Pod
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View, names
from triage.verdict.weights import FAIR, PROOF, STRONG

_RULE = "scheduler_silent"
_DEFAULT = "default-scheduler"
_PART = Suspect("Component", "kube-scheduler")
_PATIENCE = timedelta(seconds=60)
_LATER = timedelta(seconds=30)  # a queue is not strictly first come, first served
_SAYS = frozenset({"FailedScheduling", "Scheduled", "Preempted"})


def scheduler_silent(scene: Scene) -> Iterator[Finding]:
    """Lines about pods that no scheduler has looked at, and about the scheduler that did not."""
    view = scene.view
    silent: list[tuple[Trouble, Pod]] = []
    for trouble in scene.troubles.values():
        for pod in trouble.failing:
            if not _is_waiting(view, pod):
                continue
            if (held := _held(view, pod)) is not None:
                yield held_line(view, trouble, held)
            elif not _was_seen(view, pod):
                silent.append((trouble, pod))
            break  # the pods of one workload wait for the same
    if not silent or _works(view, [pod for _, pod in silent]):
        return
    why = reasons(view, "kube-scheduler")
    yield from _silence(view, silent, why)


def _silence(view: View, silent: list[tuple[Trouble, Pod]], why: list[str]) -> Iterator[Finding]:
    subjects = sorted({trouble.subject for trouble, _ in silent})
    known, waiting = f" {' '.join(why)}" if why else "", names(subjects)
    for trouble, pod in silent:
        made = f" since {pod.thing.created_at:%H:%M}" if pod.thing.created_at else ""
        yield Finding(
            Side.CLUSTER,
            PROOF if why or len(subjects) > 1 else STRONG,
            f"Pod {pod.namespace}/{pod.name} waits{made} and no scheduler has said a word about it.{known}",
            "object",
            pod.thing.created_at or trouble.began_at,
            _PART,
            (trouble.subject,),
            _RULE,
            is_specific=True,
        )
        yield Finding(
            view.side_of(trouble.subject),
            -FAIR,
            f"Nobody has asked yet whether {trouble.subject} fits anywhere ({waiting} wait).",
            "object",
            trouble.began_at,
            trouble.subject,
            (trouble.subject,),
            _RULE,
        )


def held_line(view: View, trouble: Trouble, why: str) -> Finding:
    """A pod that waits for what its own spec names."""
    return Finding(
        view.side_of(trouble.subject),
        FAIR,
        f"{trouble.subject} {why}.",
        "object",
        trouble.began_at,
        trouble.subject,
        (trouble.subject,),
        _RULE,
    )


def _is_waiting(view: View, pod: Pod) -> bool:
    made = pod.thing.created_at
    is_old = made is None or view.now - made >= _PATIENCE
    return not pod.node and pod.phase in {"Pending", ""} and pod.thing.deleted_at is None and is_old


def _held(view: View, pod: Pod) -> str | None:
    """What of its own spec keeps it from the scheduler."""
    condition = pod.conditions.get("PodScheduled")
    gates = [text(one.get("name")) for one in rows(pod.spec.get("schedulingGates"))]
    if gates or (condition is not None and condition.reason == "SchedulingGated"):
        return f"is held by its scheduling gates ({', '.join(gates) or 'named in its spec'})"
    chosen = text(pod.spec.get("schedulerName")) or _DEFAULT
    if chosen != _DEFAULT and not any(event.component == chosen for event in view.events):
        return f"asks for the scheduler {chosen}, of which nothing is heard"
    return None


def _was_seen(view: View, pod: Pod) -> bool:
    condition = pod.conditions.get("PodScheduled")
    if condition is not None and (condition.message or condition.reason):
        return True
    return any(event.reason in _SAYS for event in view.events_about("Pod", pod.namespace, pod.name))


def _works(view: View, silent: list[Pod]) -> bool:
    """Whether the scheduler has dealt with a pod well after one that it is said to have ignored."""
    made = [pod.thing.created_at for pod in silent if pod.thing.created_at]
    if not made:
        return False
    since = min(made) + _LATER
    dealt = [event.last_at for event in view.events_with("Scheduled", "FailedScheduling") if event.kind == "Pod"]
    bound = [
        one.changed_at
        for pod in view.pods.values()
        if pod.node and (one := pod.conditions.get("PodScheduled")) and one.status == "True" and one.changed_at
    ]
    return any(at > since for at in (*dealt, *bound))


def reasons(view: View, part: str) -> list[str]:
    """What else shows that this part of the control plane does not work, in sentences."""
    found = []
    for workload in view.workloads_by_role.get(Role.CONTROL_PLANE, ()):
        pods = view.pods_by_workload.get(workload, ())
        sick = [pod for pod in pods if not pod.is_well]
        if view.folded(workload).name == part and sick:
            found.append(f"{counted(len(sick), 'pod')} of {part} are not ready.")
    for sample in view.metric("node_systemd_unit_state"):
        if sample.labels.get("name", "").removesuffix(".service") == part:
            state, on = sample.labels.get("state", ""), sample.value > 0
            if (state == "active" and not on) or (state in {"failed", "inactive"} and on):
                found.append(f"The unit {part} is not active on {sample.labels.get('instance', 'its node')}.")
    for lease in view.of_kind("Lease"):
        renewed = moment(lease.spec.get("renewTime"))
        lasts = timedelta(seconds=max(15, number(lease.spec.get("leaseDurationSeconds"))) * 4)
        if lease.name == part and renewed is not None and view.now - renewed > lasts:
            found.append(f"Its lease was last renewed at {renewed:%H:%M:%S}.")
    elected = [event for event in view.events_with("LeaderElection") if event.name == part and event.kind != "Pod"]
    if (times := sum(event.count for event in elected)) > 2:  # a rollout makes one, or two
        found.append(f"It changed its leader {times} times within the hour.")
    return list(dict.fromkeys(found))[:3]
