"""A pod that gave way to one of a higher priority is the victim of whoever made that one.

The scheduler names the pod that it made room for. If that is a part of the platform, the platform took the room; if it
is another team's, that team did; a DaemonSet for every node is a decision about the cluster. Only workloads that are
still short of pods are victims: a replacement that found its place is no trouble.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from alerts.kubernetes.objects import Pod
from triage.verdict.messages import Capture, short
from triage.verdict.placement import runs_everywhere
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "preemption"
# Up to 1.27 by namespace and name, since then by uid; sometimes only the node is told.
_BY_NAME = Capture(r"preempted by (?P<namespace>[a-z0-9-]+)/(?P<name>[a-z0-9.-]+)(?: on node (?P<node>\S+))?")
_BY_UID = Capture(r"preempted by (?:a )?pod (?P<uid>[0-9a-f]{8}-[0-9a-f-]{27})(?: on node (?P<node>\S+))?")
_SUFFERS = frozenset(
    {Effect.UNSCHEDULED, Effect.EVICTED, Effect.SHORT, Effect.REQUESTS, Effect.UNREADY, Effect.NODE_LOST}
)


def preemption(scene: Scene) -> Iterator[Finding]:
    """A line for each workload that gave way and is short since."""
    view = scene.view
    events = view.events_with("Preempted", "Preempting")
    by_uid = {pod.thing.uid: pod for pod in view.pods.values() if pod.thing.uid} if events else {}
    for event in events:
        workload = view.workload_of_event(event)
        trouble = scene.troubles.get(view.folded(workload)) if workload else None
        if trouble is None or not trouble.effects & _SUFFERS:
            continue
        winner = _winner(view, event.message, by_uid)
        is_for_all = winner is not None and runs_everywhere(view, winner)
        suspect = view.folded(winner) if winner and not is_for_all else view.cluster
        if suspect == trouble.subject:
            continue
        side = view.side_of(winner) if winner and not is_for_all else Side.CLUSTER
        weight = WEAK if winner is None else PROOF if side is Side.CLUSTER else STRONG
        reach = ", which runs on every node" if is_for_all else ""
        claim = f"{trouble.subject} gave way to {winner or 'a pod of a higher priority'}{reach}: {short(event.message)}"
        yield _line(trouble, suspect, side, weight, claim, at=event.first_at)
        if winner is not None:
            claim = f"{trouble.subject} ran until it had to give way."
            own = view.side_of(trouble.subject)
            yield _line(trouble, trouble.subject, own, -FAIR, claim, at=event.first_at)


def _winner(view: View, message: str, by_uid: Mapping[str, Pod]) -> Suspect | None:
    """The workload of the pod for which the room was made."""
    if (found := _BY_UID.find(message)) is not None:
        pod = by_uid.get(found["uid"])
        return view.workload_of(pod) if pod else None
    if (found := _BY_NAME.find(message)) is not None:
        return view.workload_of_pod_named(found["namespace"], found["name"])
    return None


def _line(trouble: Trouble, suspect: Suspect, side: Side, weight: float, claim: str, *, at: datetime) -> Finding:
    is_specific = weight >= STRONG
    return Finding(side, weight, claim, "event", at, suspect, (trouble.subject,), _RULE, is_specific=is_specific)
