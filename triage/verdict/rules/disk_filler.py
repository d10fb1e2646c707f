"""A disk that is full is the node's, unless one workload filled it.

The kubelet names how much the container that it evicts had written: gigabytes that nobody asked for make it the
culprit, some kilobytes a victim of images, of the kernel's logs or of whatever else fills the node. A pod that
exceeds its own limit of ephemeral storage, or the limit of one of its emptyDirs, is evicted for that alone. Images
that cannot be removed, a file system that went read-only, and "no space left on device" where the runtime itself
writes are the node's.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from alerts.kubernetes.fields import dig, rows, text
from triage.verdict import usage
from triage.verdict.messages import Pattern, short
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.usage import Use
from triage.verdict.view import View, names
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "disk_filler"
_RESOURCE = "ephemeral-storage"
# What a pod is evicted for by its own limits, whatever the node has left.
_OWN_LIMIT = Pattern(
    r"exceeded its local ephemeral storage limit|ephemeral local storage usage exceeds the total limit"
    r"|Usage of EmptyDir volume .* exceeds the limit"
)
_DISK = Pattern(r"ephemeral-storage|DiskPressure|nodefs|imagefs|inodes|low on resource: disk")
_RECLAIM = Pattern(r"reclaim (?:ephemeral-storage|nodefs|imagefs|inodes|disk)")
_READ_ONLY = Pattern(
    r"read-only file ?system|remounting filesystem read-only|EXT4-fs error|I/O error, dev|Buffer I/O error"
)
_NO_SPACE = Pattern(r"no space left on device|disk quota exceeded|not enough space|ENOSPC")
# The parts of the machine that only the runtime and the kubelet write to.
_MACHINE = Pattern(
    r"/var/lib/(?:docker|containerd|containers|kubelet|rancher|cni)|/run/|/sys/fs/cgroup|sandbox|fsnotify|inotify"
)
_BY_THE_NODE = frozenset({"FreeDiskSpaceFailed", "ImageGCFailed", "FilesystemIsReadOnly", "Ext4Error"})
_ALERTS = (
    *("NodeFilesystem", "HostOutOfDiskSpace", "HostDiskWillFill", "HostOutOfInodes", "KubeNodeDiskPressure"),
    *("KubernetesDiskPressure", "KubernetesNodeDiskPressure", "HostFilesystemDeviceError"),
)
_LARGE, _VERY_LARGE = 1e9, 5e9  # bytes
_SLOW_PULL = timedelta(minutes=10)
_SMALL = 100e6  # bytes: so little fills no disk


def disk_filler(scene: Scene) -> Iterator[Finding]:
    """Lines for whoever filled a disk: the pod's own limits, one workload, or the node itself."""
    yield from _own_limits(scene)
    onsets = _full(scene)
    uses = usage.uses_on_nodes(scene.view, _RESOURCE)
    for node in sorted(onsets):
        mine = uses.get(node, [])
        found = _largest(scene.view, node, mine) or _scratch(scene.view, node, mine)
        if found := found or _puller(scene, node, onsets[node]):
            yield from _blame(scene, found, onsets[node])
        else:
            yield from _nobody(scene, node, mine, onsets[node])
    yield from _by_messages(scene)


# -- A pod's own limits --


def _own_limits(scene: Scene) -> Iterator[Finding]:
    view = scene.view
    for namespace, pod, _, message, at in usage.evictions(view):
        if _OWN_LIMIT.fits(message):
            suspect = view.folded(view.workload_of_pod_named(namespace, pod))
            claim = f"{pod} was evicted for its own limit: {short(message)}"
            explained = (suspect,) if suspect in scene.troubles else ()
            yield Finding(view.side_of(suspect), PROOF, claim, "event", at, suspect, explained, _RULE, is_specific=True)


# -- Nodes whose disk is full --


def _full(scene: Scene) -> Mapping[str, datetime]:
    view, found = scene.view, defaultdict[str, list[datetime]](list)
    for name, known in view.nodes.items():
        pressure = known.conditions.get("DiskPressure")
        if pressure is not None and pressure.status == "True":
            found[name].append(pressure.changed_at or view.now)
    for event in view.events_with("NodeHasDiskPressure", "FreeDiskSpaceFailed", "ImageGCFailed"):
        found[event.name].append(event.first_at)
    for event in view.events_with("EvictionThresholdMet"):
        if _RECLAIM.fits(event.message):
            found[event.name].append(event.first_at)
    for _, _, node, message, at in usage.evictions(view):
        if node and _DISK.fits(message) and not _OWN_LIMIT.fits(message):
            found[node].append(at)
    for trouble in scene.of_platform:
        for symptom in trouble.symptoms if trouble.subject.kind == "Node" else ():
            if symptom.alertname.startswith(_ALERTS) or symptom.labels.get("condition") == "DiskPressure":
                found[trouble.subject.name].append(symptom.began_at)
    return {node: min(moments) for node, moments in found.items()}


def _largest(view: View, node: str, uses: list[Use]) -> tuple[Use, float, str] | None:
    if not uses:
        return None
    use, next_one = uses[0], uses[1].amount if len(uses) > 1 else 0.0
    whole = usage.whole_of(view, node, _RESOURCE)
    share = use.share_of(whole)
    is_large = use.amount >= _VERY_LARGE or (use.amount >= _LARGE and share is not None and share >= 0.08)
    if not is_large or (use.requested and use.amount <= 1.5 * use.requested) or use.amount < 2 * next_one:
        return None
    weight = PROOF if use.amount >= 2 * _VERY_LARGE else STRONG
    part = f", {share:.0%} of the node's" if share is not None else ""
    asked = f" and asked for {usage.size(use.requested)}" if use.requested is not None else ""
    more = f"; the next one there {usage.size(next_one)}" if next_one else ""
    return use, weight, f"{use.workload} had written {usage.size(use.amount)} on {node}{part}{asked}{more}."


def _scratch(view: View, node: str, uses: list[Use]) -> tuple[Use, float, str] | None:
    """The kubelet counts a container without its emptyDirs, and evicts who uses most with them: the first to go."""
    gone = [one for one in uses if one.source == "event"]
    if len(gone) != 1 or gone[0].amount < _SMALL:
        return None
    use = gone[0]
    pods = view.pods_by_workload.get(use.workload) or []
    volumes = [one for pod in pods[:1] for one in rows(pod.spec.get("volumes"))]
    unbounded = [one for one in volumes if "emptyDir" in one and not dig(one, "emptyDir", "sizeLimit")]
    on_disk = [text(one.get("name")) for one in unbounded if dig(one, "emptyDir", "medium") != "Memory"]
    if not on_disk:
        return None
    claim = (
        f"{use.workload} was the only one that {node} evicted, with {usage.size(use.amount)} outside of its volumes; "
        f"its emptyDir {on_disk[0]} has no limit."
    )
    return use, FAIR + WEAK, claim


def _puller(scene: Scene, node: str, onset: datetime) -> tuple[Use, float, str] | None:
    """One workload whose image takes more than ten minutes on several nodes, this one among them, since before."""
    view = scene.view
    said = [one.reason for one in view.events_about("Node", "", node)]
    if "FreeDiskSpaceFailed" not in said and "ImageGCFailed" not in said:
        return None
    pulling: dict[Suspect, set[str]] = defaultdict(set)
    for event in view.events_with("Pulling"):
        pod = view.pods.get((event.namespace, event.name))
        waits = pod is not None and any(one.waiting == "ContainerCreating" for one in pod.containers)
        if pod is not None and waits and (view.now - event.last_at) > _SLOW_PULL and event.last_at < onset:
            pulling[view.workload_of(pod)].add(pod.node)
    found = sorted(workload for workload, nodes in pulling.items() if node in nodes and len(nodes) > 1)
    if len(found) != 1:
        return None
    count = len(pulling[found[0]])
    claim = f"{found[0]} has been pulling its image on {count} nodes since before the disk of {node} was full."
    return Use(found[0], node, 0.0, None, onset, "event"), FAIR + WEAK, claim


def _blame(scene: Scene, found: tuple[Use, float, str], onset: datetime) -> Iterator[Finding]:
    use, weight, claim = found
    node = use.node
    suspect = scene.view.folded(use.workload)
    explained = usage.harmed(scene, [node], suspect, onset)
    side = scene.view.side_of(suspect)
    line = Finding(side, weight, claim, use.source, use.seen_at, suspect, explained, _RULE, is_specific=True)
    yield line
    yield from usage.taken_back(scene, [node], explained, line)


def _nobody(scene: Scene, node: str, uses: list[Use], onset: datetime) -> Iterator[Finding]:
    """The evicted had written next to nothing, or the node says itself what it cannot free."""
    suspect = Suspect("Node", node)
    explained = tuple(one for one in usage.harmed(scene, [node], suspect, onset) if _is_of_disk(scene, one, node))
    said = [one for one in scene.view.events_about("Node", "", node) if one.reason in _BY_THE_NODE]
    for event in said[-1:]:
        claim = f"{event.reason} on {node}: {short(event.message)}"
        yield Finding(Side.CLUSTER, STRONG, claim, "event", event.last_at, suspect, explained, _RULE, is_specific=True)
    small = [one for one in uses if one.source == "event"]
    if small and all(one.amount <= _SMALL for one in small):
        claim = f"Those whom {node} evicted for its disk had written {usage.size(small[0].amount)} at most."
        weight = STRONG if len(small) > 1 else FAIR + WEAK
        yield Finding(
            Side.CLUSTER, weight, claim, "event", small[0].seen_at, suspect, explained, _RULE, is_specific=True
        )


def _is_of_disk(scene: Scene, subject: Suspect, node: str) -> bool:
    """Whether it suffers in a way that a full disk makes others suffer."""
    trouble = scene.troubles[subject]
    is_lost = node in scene.view.lost_nodes
    return subject == Suspect("Node", node) or is_lost or bool(trouble.effects & {Effect.EVICTED, Effect.CREATING})


# -- What the runtime and the kernel write --


def _by_messages(scene: Scene) -> Iterator[Finding]:
    """Several workloads of one node, or the machine's own paths: no volume of a team's is full there."""
    for pattern, what in ((_READ_ONLY, "a read-only or failing file system"), (_NO_SPACE, "no space left on a device")):
        by_node: dict[str, dict[Suspect, tuple[str, bool, datetime]]] = defaultdict(dict)
        for trouble in scene.troubles.values():
            for event in trouble.events:
                node = event.host or (event.name if event.kind == "Node" else "")
                if node and pattern.fits(event.message):
                    is_machine = event.kind == "Node" or _MACHINE.fits(event.message)
                    by_node[node][trouble.subject] = (event.message, is_machine, event.first_at)
        for node in sorted(by_node):
            yield from _of_machine(node, by_node[node], what)


def _of_machine(node: str, found: Mapping[Suspect, tuple[str, bool, datetime]], what: str) -> Iterator[Finding]:
    namespaces = {subject.namespace for subject in found} - {""}
    is_machine = any(machine for _, machine, _ in found.values())
    if not is_machine and len(namespaces) < 2:
        return
    message, _, at = found[min(found)]
    yield Finding(
        Side.CLUSTER,
        PROOF if is_machine and len(found) > 1 else STRONG,
        f"On {node}, {names(found)} met {what}: {short(message)}",
        "event",
        at,
        Suspect("Node", node),
        tuple(sorted(found)),
        _RULE,
        is_specific=True,
    )
