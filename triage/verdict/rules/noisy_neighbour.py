"""A workload that takes a node's memory is to blame for the node, and for whatever else the node then drops.

A node says that its memory is gone (MemoryPressure, SystemOOM, a lost kubelet after either); its evictions hit
whoever is at hand. The culprit is the workload that uses a large part of the node, more than it asked for, and far
more than anybody else there, as metrics or the kubelet's own message tell. Without numbers a workload is suspected
that has no memory limit and has a pod on each of several nodes that ran out soon after it started. Where a service of
the machine holds the memory, or nobody stands out, the node keeps the blame.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from triage.verdict import usage
from triage.verdict.messages import Capture
from triage.verdict.scene import Scene
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.usage import Use
from triage.verdict.view import View
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

_RULE = "noisy_neighbour"
_ALERTS = frozenset(
    {"NodeMemoryHighUtilization", "KubeNodeMemoryPressure", "KubernetesMemoryPressure", "HostOutOfMemory"}
    | {
        "KubernetesNodeMemoryPressure",
        "HostOomKillDetected",
        "NodeMemoryMajorPagesFaults",
        "HostMemoryUnderMemoryPressure",
    }
)
_SYSTEM_ALERTS = frozenset({"SystemMemoryExceedsReservation"})
_VICTIM = Capture(r"(?:victim process: |Kill(?:ed)? process \d+ \()(?P<process>[^,()\s]+)")
_LARGE = 512 * 2.0**20  # bytes: less than this no node misses
_VERY_LARGE = 2 * 2.0**30  # bytes: this much counts where the size of the node is not known
_SHARE = 0.08
_FRESH = timedelta(minutes=75)


def noisy_neighbour(scene: Scene) -> Iterator[Finding]:
    """Lines for the workload that took a node's memory, and against the node that shows it."""
    onsets = _exhausted(scene)
    if not onsets:
        return
    uses, outside = usage.uses_on_nodes(scene.view, "memory"), usage.outside_pods(scene.view, "memory")
    blamed: dict[Suspect, list[tuple[Use, float, str]]] = defaultdict(list)
    for node in sorted(onsets):
        if found := _largest(scene.view, node, uses.get(node, []), outside.get(node, 0.0)):
            blamed[found[0].workload].append(found)
    for workload in sorted(blamed):
        yield from _blame(scene, workload, blamed[workload], onsets)
    unnamed = sorted(onsets.keys() - {use.node for rows in blamed.values() for use, _, _ in rows})
    if not blamed:
        yield from _shared_by_all(scene, unnamed, onsets, outside)
    for node in unnamed:
        if not uses.get(node) and not outside.get(node):
            yield from _killed(scene, node, onsets[node])
        yield from _system(scene, node, outside.get(node, 0.0), onsets[node], uses.get(node, []))


# -- Nodes whose memory is gone --


def _exhausted(scene: Scene) -> Mapping[str, datetime]:
    """Each node that ran out of memory, and since when."""
    view, found = scene.view, defaultdict[str, list[datetime]](list)
    for name, known in view.nodes.items():
        pressure = known.conditions.get("MemoryPressure")
        if pressure is not None and pressure.status == "True":
            found[name].append(pressure.changed_at or view.now)
    for event in view.events_with("NodeHasInsufficientMemory", "SystemOOM"):
        found[event.name].append(event.first_at)
    for event in view.events_with("EvictionThresholdMet", "OOMKilling"):
        if "reclaim memory" in event.message or event.message.startswith(("Out of memory", "System OOM")):
            found[event.name].append(event.first_at)
    for _, _, node, message, at in usage.evictions(view):
        if node and "memory" in message.casefold():
            found[node].append(at)
    for trouble in scene.of_platform:
        for symptom in trouble.symptoms:
            if trouble.subject.kind == "Node" and (
                symptom.alertname in _ALERTS or symptom.labels.get("condition") == "MemoryPressure"
            ):
                found[trouble.subject.name].append(symptom.began_at)
    return {node: min(moments) for node, moments in found.items() if Suspect("Node", node) in scene.troubles}


# -- Who took it --


def _largest(view: View, node: str, uses: list[Use], outside: float) -> tuple[Use, float, str] | None:
    """The workload that stands out on the node, what that weighs, and the sentence for it."""
    if not uses or uses[0].amount <= outside:
        return None
    use, next_one = uses[0], uses[1].amount if len(uses) > 1 else 0.0
    whole = usage.whole_of(view, node, "memory")
    share = use.share_of(whole)
    is_large = use.amount >= (_LARGE if share is not None else _VERY_LARGE) and (share is None or share >= _SHARE)
    is_over = use.requested is None or use.amount > 1.5 * use.requested
    if not is_large or not is_over or use.amount < 2 * next_one:
        return None
    weight = FAIR if share is None else PROOF if share >= 0.5 else STRONG if share >= 0.25 else FAIR + WEAK
    part = f", {share:.0%} of what the node has" if share is not None else ""
    asked = "" if use.requested is None else f" and asked for {usage.size(use.requested)}"
    more = f"; the next one there used {usage.size(next_one)}" if next_one else ""
    limit = ", without a memory limit" if usage.is_unlimited(view, use.workload, "memory") else ""
    claim = f"{use.workload} used {usage.size(use.amount)} of memory on {node}{part}{asked}{limit}{more}."
    return use, weight, claim


def _blame(
    scene: Scene, workload: Suspect, found: list[tuple[Use, float, str]], onsets: Mapping[str, datetime]
) -> Iterator[Finding]:
    """One line for each node; a workload that does it on one node is suspected on the others where it runs, too."""
    view, suspect = scene.view, scene.view.folded(workload)
    proven = {use.node for use, _, _ in found}
    also = {pod.node for pod in view.pods_by_workload.get(workload, ()) if pod.node in onsets} - proven
    bonus = HINT * (usage.is_unlimited(view, workload, "memory") + _is_fresh(view, workload, onsets) + bool(also))
    for use, weight, claim in found:
        nodes = sorted({use.node} | (also if use is found[0][0] else set()))
        explained = usage.harmed(scene, nodes, suspect, min(onsets[node] for node in nodes))
        line = Finding(
            view.side_of(suspect),
            round(min(PROOF, weight + bonus), 3),
            claim,
            use.source,
            use.seen_at,
            suspect,
            explained,
            _RULE,
            is_specific=True,
        )
        yield line
        yield from usage.taken_back(scene, nodes, explained, line)


def _is_fresh(view: View, workload: Suspect, onsets: Mapping[str, datetime]) -> bool:
    """Whether a pod of it came to one of the nodes shortly before that ran out."""
    for pod in view.pods_by_workload.get(workload, ()):
        made = pod.thing.created_at
        if pod.node in onsets and made is not None and timedelta() <= onsets[pod.node] - made <= _FRESH:
            return True
    return False


def _shared_by_all(
    scene: Scene, nodes: list[str], onsets: Mapping[str, datetime], outside: Mapping[str, float]
) -> Iterator[Finding]:
    """Nobody's use is known: the one unlimited workload that came to each of several nodes before they ran out."""
    view = scene.view
    if len(nodes) < 2 or any(outside.get(node) for node in nodes) or len(nodes) * 2 > len(view.nodes):
        return
    fitting = []
    for workload in sorted({view.workload_of(pod) for node in nodes for pod in view.pods_by_node.get(node, ())}):
        there = {pod.node for pod in view.pods_by_workload[workload]}
        if set(nodes) <= there and workload.kind != "DaemonSet" and usage.is_unlimited(view, workload, "memory"):
            fitting.append(workload)
    fresh = [one for one in fitting if _is_fresh(view, one, onsets)]
    chosen = fresh if len(fresh) == 1 else fitting if len(fitting) == 1 else []
    for workload in chosen:
        suspect = view.folded(workload)
        explained = usage.harmed(scene, nodes, suspect, min(onsets[node] for node in nodes))
        line = Finding(
            view.side_of(suspect),
            STRONG if fresh else FAIR,
            f"{workload} has no memory limit and runs on each of the {len(nodes)} nodes that ran out of memory"
            f"{', since shortly before' if fresh else ''}: {', '.join(nodes[:3])}.",
            "object",
            min(onsets[node] for node in nodes),
            suspect,
            explained,
            _RULE,
            is_specific=True,
        )
        yield line
        yield from usage.taken_back(scene, nodes, explained, line)


# -- What is the node's own --


def _system(scene: Scene, node: str, outside: float, onset: datetime, uses: list[Use]) -> Iterator[Finding]:
    """A service of the machine, or nobody who stands out: the node has to be changed."""
    suspect, view = Suspect("Node", node), scene.view
    explained = usage.harmed(scene, [node], suspect, onset)
    whole = usage.whole_of(view, node, "memory")
    largest = uses[0].amount if uses else 0.0
    if outside > max(largest, _LARGE):
        part = f", {outside / whole:.0%} of it" if whole else ""
        claim, weight = (
            f"A service of {node} outside of all pods holds {usage.size(outside)} of its memory{part}.",
            PROOF,
        )
    elif any(one.alertname in _SYSTEM_ALERTS for one in scene.troubles[suspect].symptoms):
        claim, weight = f"The system daemons of {node} use more memory than is reserved for them.", STRONG
    elif (gone := [one for one in uses if one.source == "event"]) and all(
        one.requested is not None and one.amount <= one.requested for one in gone
    ):
        claim, weight = f"{gone[0].workload}, evicted from {node}, kept within its request.", FAIR
    else:
        return
    yield Finding(Side.CLUSTER, weight, claim, "metric", onset, suspect, explained, _RULE, is_specific=True)


def _killed(scene: Scene, node: str, onset: datetime) -> Iterator[Finding]:
    """Nobody's use is known: the kernel chose the same unlimited container again and again."""
    view = scene.view
    events = [one for one in view.events_about("Node", "", node) if one.reason in {"SystemOOM", "OOMKilling"}]
    chosen = Counter[str]()
    for event in events:
        if event.reason == "SystemOOM" or event.message.startswith("Out of memory"):
            chosen[(_VICTIM.find(event.message) or {}).get("process", "")] += event.count
    process, times = max(chosen.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
    if not process or times < 3:
        return
    fitting = {
        view.workload_of(pod)
        for pod in view.pods_by_node.get(node, ())
        for one in pod.containers
        if process in {one.name, pod.name} or process == view.workload_of(pod).name
        if "memory" not in one.limits and (one.ended == "OOMKilled" or one.restarts)
    }
    if len(fitting) != 1:
        return
    suspect = view.folded(fitting.pop())
    explained = usage.harmed(scene, [node], suspect, onset)
    claim = f"The kernel of {node} killed {process} {times} times when its memory was gone; it has no memory limit."
    line = Finding(view.side_of(suspect), FAIR, claim, "event", onset, suspect, explained, _RULE, is_specific=True)
    yield line
    yield from usage.taken_back(scene, [node], explained, line)
