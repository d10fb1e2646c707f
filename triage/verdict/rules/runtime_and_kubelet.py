"""A runtime, a kubelet or a kernel that does not work is the node's fault, whatever it does to the pods there.

The kubelet cannot start, stop or even count pods when the socket of its runtime does not answer, and says so in
events of pods and of the node; a node-problem-detector tells of the kernel. A node whose readiness comes and goes is
sick although it may be ready just now. A reboot counts for what began with it; a reboot of all nodes long ago is
history. Nodes may be known by events alone, and what still hangs on a node that is gone (pods that do not end,
volumes that are not released, endpoints that answer nobody) is the node's.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.kubernetes.fields import dig, text
from alerts.reports import EventReport
from triage.verdict.findings import of_cluster
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import names
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "runtime_and_kubelet"
_RUNTIME = Pattern(
    r"(?:containerd|crio|docker|dockershim|cri-dockerd)\.sock.{0,80}(?:no such file|refused|connect:|timeout|reset)"
    r"|Cannot connect to the Docker daemon|container runtime is (?:down|not running)|PLEG is not healthy"
    r"|rpc error: code = Unavailable desc = (?:connection error|transport is closing|error reading from server: EOF)"
    r"|failed to (?:start|create) (?:containerd task|shim task|shim).{0,120}(?:context deadline exceeded|ttrpc: closed"
    r"|resource temporarily unavailable|too many open files|cannot allocate memory)"
    r"|code = DeadlineExceeded desc = (?:context deadline exceeded|failed to reserve)"
    r"|failed to (?:get|pull) sandbox image"
    r"|(?:unable to|cannot|could not) (?:start|find) runtime|no runtime for .* is configured"
    r"|(?:systemd|dbus|cgroup).{0,60}(?:Connection timed out|Failed to activate service|device or resource busy)"
)
# Two words of the runtime that a slow start of a single container brings about as well.
_MAYBE = Pattern(r"DeadlineExceeded|failed to reserve (?:sandbox|container) name")
_NO_RUNTIME = Pattern(r"no runtime for (?P<handler>\S+) is configured")
_KERNEL = frozenset(
    {"KernelDeadlock", "TaskHung", "DockerHung", "KernelOops", "Ext4Error", "CorruptDockerImage", "ReadonlyFilesystem"}
    | {"FilesystemIsReadOnly", "FrequentKubeletRestart", "FrequentContainerdRestart", "FrequentDockerRestart"}
    | {"XfsHasShutDown", "CgroupFailure", "KubeletSetupFailed", "ContainerGCFailed", "FrequentUnregisterNetDevice"}
    | {"UnregisterNetDevice", "MemoryReadError", "IOError", "ContainerRuntimeUnhealthy", "KubeletUnhealthy"}
    | {
        "NTPProblem",
        "HcsEmptyLayerchain",
        "ContainerdUnhealthy",
        "DockerUnhealthy",
        "VMEventScheduled",
        "NodeSysctlChange",
    }
)
_BY_NODE = frozenset(
    {Effect.CREATING, Effect.START, Effect.UNREADY, Effect.NODE_LOST, Effect.TERMINATING, Effect.SHORT, Effect.EVICTED}
    | {Effect.REQUESTS, Effect.OTHER, Effect.OBJECT, Effect.INIT, Effect.BUDGET}
)
_WITH = timedelta(minutes=6)
_GONE = Capture(
    r"node \"?(?P<node>[a-z0-9.-]+)\"? not found|Deleting node (?P<removed>[a-z0-9.-]+) because it does not exist"
)
_HELD = Pattern(
    r"Multi-Attach error|Volume is already (?:exclusively attached|used by pod)|volume is still attached to"
)


def runtime_and_kubelet(scene: Scene) -> Iterator[Finding]:
    """Lines about nodes on which nothing can be started, stopped or counted."""
    yield from _runtime(scene)
    yield from _kernel(scene)
    yield from _flapping(scene)
    yield from _reboots(scene)
    yield from _by_events(scene)
    yield from _endpoints_on_lost_nodes(scene)


def _line(node: str, weight: float, claim: str, seen: tuple[str, datetime], explains: tuple[Suspect, ...]) -> Finding:
    return of_cluster(_RULE, Suspect("Node", node), weight, claim, seen, explains)


# -- The runtime --


def _runtime(scene: Scene) -> Iterator[Finding]:
    by_node: dict[str, dict[Suspect, EventReport]] = defaultdict(dict)
    for trouble in scene.troubles.values():
        for event in trouble.events:
            node = event.host or (event.name if event.kind == "Node" else _node_of(scene, event))
            if node and _RUNTIME.fits(event.message):
                by_node[node][trouble.subject] = event
    for node in sorted(by_node):
        found = by_node[node]
        maybe = all(_MAYBE.fits(event.message) for event in found.values())
        if maybe and len({subject.namespace for subject in found}) < 2:
            continue
        if len(found) == 1 and any(_NO_RUNTIME.fits(event.message) for event in found.values()):
            continue  # a RuntimeClass that one workload asks for; another rule knows whether the node should have it
        event = found[min(found)]
        yield _line(
            node,
            STRONG if maybe else PROOF,
            f"The runtime of {node} fails for {names(found)}: {short(event.message)}",
            ("event", event.first_at),
            tuple(sorted({*found, *_own(scene, node)})),
        )


def _node_of(scene: Scene, event: EventReport) -> str:
    pod = scene.view.pods.get((event.namespace, event.name)) if event.kind == "Pod" else None
    return pod.node if pod is not None else ""


def _own(scene: Scene, node: str) -> set[Suspect]:
    return {one for one in (Suspect("Node", node),) if one in scene.troubles}


def _suffering(scene: Scene, node: str, since: datetime | None = None) -> tuple[Suspect, ...]:
    found = _own(scene, node)
    for trouble in scene.on_node(node):
        fits = trouble.effects & _BY_NODE and (since is None or abs(trouble.began_at - since) <= _WITH)
        if fits and (not trouble.failing or all(pod.node == node for pod in trouble.failing)):
            found.add(trouble.subject)
    return tuple(sorted(found))


# -- The kernel and the machine --


def _kernel(scene: Scene) -> Iterator[Finding]:
    for trouble in scene.of_platform:
        if trouble.subject.kind != "Node":
            continue
        told = {event.reason: event for event in trouble.events if event.reason in _KERNEL}
        for reason, event in sorted(told.items()):
            claim = f"{reason} on {trouble.subject.name}, {event.count} times: {short(event.message)}"
            suffering = _suffering(scene, trouble.subject.name)
            yield _line(trouble.subject.name, STRONG, claim, ("event", event.first_at), suffering)


def _flapping(scene: Scene) -> Iterator[Finding]:
    """Ready and not ready by turns: what happens on it is the node's, although it is ready just now."""
    changes: dict[str, list[EventReport]] = defaultdict(list)
    for event in scene.view.events_with("NodeNotReady"):
        if event.kind == "Node":
            changes[event.name].append(event)
    for node, events in sorted(changes.items()):
        times = sum(event.count for event in events)
        suffering = _suffering(scene, node)
        if times >= 3 and suffering:
            claim = f"{node} stopped being ready {times} times within the hour."
            yield _line(node, STRONG, claim, ("event", events[0].first_at), suffering)


def _reboots(scene: Scene) -> Iterator[Finding]:
    """What begins with the reboot of its node, and is not simply starting again, comes from it."""
    events = [one for one in scene.view.events_with("Rebooted") if one.kind == "Node"]
    rebooted = {one.name for one in events}
    all_at_once = len(scene.view.nodes) > 1 and len(rebooted) >= len(scene.view.nodes)
    for event in events:
        is_old = scene.view.now - event.last_at > timedelta(minutes=20)
        if all_at_once or is_old:
            continue
        suffering = _suffering(scene, event.name, event.last_at)
        if suffering:
            claim = f"{event.name} was rebooted at {event.last_at:%H:%M}, and this began with it."
            yield _line(event.name, FAIR, claim, ("event", event.last_at), suffering)


# -- Nodes that are known by events alone, or gone --


def _by_events(scene: Scene) -> Iterator[Finding]:
    view = scene.view
    lost: dict[str, EventReport] = {}
    for event in view.events_with("NodeNotReady", "NodeUnreachable"):
        if event.kind == "Node" and event.name not in view.nodes:
            lost[event.name] = event
    for event in view.events:
        match = _GONE.find(event.message)
        if match and (name := match["node"] or match["removed"]) and name not in view.nodes and view.nodes:
            lost.setdefault(name, event)
    for node, event in sorted(lost.items()):
        back = [one for one in view.events_about("Node", "", node) if one.reason == "NodeReady"]
        if any(one.last_at > event.last_at for one in back):
            continue
        near = [*scene.on_node(node), *(one for one in scene.troubles.values() if _hangs_on(one, node))]
        found = {one.subject for one in near if one.effects & _BY_NODE}
        if not found and view.nodes:
            continue  # it was taken away, and nothing misses it
        found |= _own(scene, node)
        if found:
            claim = f"{event.reason} of {node}: {short(event.message)}"
            yield _line(node, STRONG, claim, ("event", event.first_at), tuple(sorted(found)))


def _hangs_on(trouble: Trouble, node: str) -> bool:
    """Its pods are there, or a volume of it is still held there."""
    said = any(event.reason == "NodeNotReady" and event.host == node for event in trouble.events)
    held = any(node in event.message and _HELD.fits(event.message) for event in trouble.events)
    return said or held


# -- Parts that stand on a lost node --


def _endpoints_on_lost_nodes(scene: Scene) -> Iterator[Finding]:
    """A service of the platform sends its callers to a pod on a node that is gone: requests fail everywhere."""
    view = scene.view
    for piece in view.of_kind("EndpointSlice", "Endpoints"):
        service = piece.labels.get("kubernetes.io/service-name") or piece.name
        workload = view.behind_service.get((piece.namespace, service))
        role = view.role_of(workload) if workload is not None else None
        if workload is None or role not in {Role.DNS, Role.INGRESS, Role.ADMISSION, Role.METRICS, Role.CONTROL_PLANE}:
            continue
        dead = sorted(node for node in _ready_nodes(piece.body) if node in view.lost_nodes)
        shallow = [
            one
            for one in scene.of_tenants
            if one.effects <= {Effect.REQUESTS, Effect.UNREADY, Effect.OTHER, Effect.SHORT}
        ]
        if not dead or len({one.namespace for one in shallow}) < 2:
            continue
        part = view.folded(workload)
        since = min(
            (c.changed_at for d in dead if (c := view.nodes[d].conditions.get("Ready")) and c.changed_at),
            default=view.now,
        )
        explained = tuple(sorted(one.subject for one in shallow if one.began_at >= since - _WITH))
        if explained:
            count = counted(len(dead), "endpoint")
            claim = f"{count} of {part.name} still stand on {dead[0]}, which is lost."
            yield _line(dead[0], STRONG + WEAK, claim, ("object", since), explained)


def _ready_nodes(body: object) -> Iterator[str]:
    """Nodes of endpoints that are still said to serve."""
    for one in dig(body, "endpoints") or ():
        if isinstance(one, dict) and dig(one, "conditions", "ready") is not False:
            yield text(one.get("nodeName"))
    for subset in dig(body, "subsets") or ():
        for one in dig(subset, "addresses") or ():
            if isinstance(one, dict):
                yield text(one.get("nodeName"))
