"""An autoscaler that tries to make a node and cannot is the platform's: the cloud has no room, or no node arrives.

Cluster Autoscaler and Karpenter tell of it in events on their own objects (`FailedToScaleUpGroup`, a NodeClaim that is
never registered) and in what they say of the waiting pod (`in backoff after failed scale-up`). A pod that no group of
nodes could ever hold is another matter: then nobody tries.
"""

from collections.abc import Iterator

from alerts.reports import EventReport
from triage.verdict.messages import Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import PROOF, STRONG

# What only an autoscaler says, and only of a failure, whichever words the cloud has for it.
_BY_ITSELF = ("FailedToScaleUpGroup", "ScaleUpTimedOut")
_REASONS = (
    *("FailedScaleUp", "ScaleUpFailed", "FailedConsistencyCheck"),
    *("LaunchFailed", "InsufficientCapacityError", "FailedToLaunch", "NodeRegistrationFailed", "Unregistered"),
)
_KINDS = frozenset({"NodeClaim", "NodePool", "Machine", "MachineSet", "NodeClass", "EC2NodeClass", "Provisioner"})
_FAILS = Pattern(
    r"not registered|failed to (launch|create|provision|register)|insufficient(instance)?capacity|max\w*countexceeded"
    r"|quota|limit ?exceeded|stockout|zone_resource_pool_exhausted|vcpulimit|out of (capacity|stock)|timed out"
    r"|unauthorized|failed scale-up|could not launch|no instance type"
)
_OF_POD = Pattern(r"in backoff after failed scale-up|scale.?up .*associated with this pod failed")


def scale_up(scene: Scene) -> Iterator[Finding]:
    """Lines about the autoscaler, for each workload that waits for the node that it cannot make."""
    waiting = [one for one in scene.of_tenants if Effect.UNSCHEDULED in one.effects]
    if not waiting:
        return
    told = _told(scene)
    for trouble in waiting:
        tried = next((event for event in trouble.events if _OF_POD.fits(event.message)), None)
        event = told or tried
        if event is None:
            continue
        yield Finding(
            Side.CLUSTER,
            PROOF if told else STRONG,
            f"{trouble.subject} waits for a node that cannot be made: {event.reason}: {short(event.message)}",
            "event",
            event.last_at,
            _suspect(scene),
            (trouble.subject,),
            "scale_up",
            is_specific=True,
        )


def _told(scene: Scene) -> EventReport | None:
    """The last event in which an autoscaler says that it fails."""
    events = [event for event in scene.view.events_with(*_REASONS) if event.kind != "Pod"]
    events += [event for event in scene.view.events if event.kind in _KINDS and event.is_warning]
    failing = [event for event in events if _FAILS.fits(f"{event.reason} {event.message}")]
    failing += scene.view.events_with(*_BY_ITSELF)
    return max(failing, key=lambda event: (event.last_at, event.name), default=None)


def _suspect(scene: Scene) -> Suspect:
    parts = sorted({scene.view.folded(one) for one in scene.view.workloads_by_role.get(Role.AUTOSCALER, ())})
    return parts[0] if len(parts) == 1 else scene.view.cluster
