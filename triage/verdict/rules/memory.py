"""A container that is killed at its own memory limit is its workload's; one that dies because the node has none is not.

The kernel kills inside of a container's limit (reason OOMKilled, exit code 137, a limit in the spec), which its team
set. Where the node itself ran out (System OOM, MemoryPressure) the victim is chosen by how far it is above its
request, so a container without a limit, or far below its own, says little about whose it is.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from alerts.kubernetes.objects import Container, Pod
from triage.verdict.findings import Line
from triage.verdict.injected import injected_containers, injector
from triage.verdict.messages import Pattern
from triage.verdict.messages import short as quoted
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG

RULE = "memory"

# The runtime could not even start the container's first process within its limit.
TOO_LOW = Pattern(r"container init was OOM-killed|memory limit too low|cannot allocate memory.*memory\.limit")
_WORKING_SET = ("container_memory_working_set_bytes", "container_memory_usage_bytes", "container_memory_rss")
_NEAR = timedelta(minutes=10)
_BELOW = 0.8  # of its limit: so much below, and the limit is not what killed it
_MI = 2.0**20


def memory(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads that are killed for their memory."""
    injected, used = injected_containers(scene), _used(scene.view)
    for trouble in scene.troubles.values():
        if (told := scene.said(trouble, TOO_LOW)) is not None:
            claim = f"The memory limit of {trouble.subject} is too low to start with: {quoted(told.words)}"
            yield Line(scene, RULE, trouble, told).own(PROOF, claim)
            continue
        if Effect.OOM not in trouble.effects:
            continue
        killed = [(pod, one) for pod in trouble.failing for one in pod.containers if one.ended == "OOMKilled"]
        if not killed:
            said = Statement("", trouble.began_at, "alert" if trouble.symptoms else "event")
            if not _is_short(scene.view, trouble.nodes, trouble.began_at):
                yield Line(scene, RULE, trouble, said).own(FAIR, f"{trouble.subject} is killed for its memory.")
            continue
        pod, one = killed[0]
        said = Statement("OOMKilled", one.ended_at or trouble.began_at, "object", pod.node, pod.name, one)
        line = Line(scene, RULE, trouble, said)
        if (container := injected.get(trouble.subject)) is not None:
            yield line.of(
                injector(scene), STRONG, f"{container.name}, which is killed, is none of {trouble.subject}'s own."
            )
            yield line.own(-FAIR, f"{trouble.subject} does not name the container {container.name}.")
        else:
            yield from _of_own(line, killed, used)


def _of_own(
    line: Line, killed: list[tuple[Pod, Container]], by_container: Mapping[tuple[str, str, str], float]
) -> Iterator[Finding]:
    view, subject = line.scene.view, line.trouble.subject
    pod, one = killed[0]
    limit = one.limits.get("memory")
    nodes = {other.node for other, _ in killed}
    short = sorted(node for node in nodes if _is_short(view, {node}, one.ended_at))
    names = (one.name, "")
    used = next((by_container[key] for name in names if (key := (pod.namespace, pod.name, name)) in by_container), None)
    times = counted(max(one.restarts, 1), "time")
    if limit is None:
        if short:
            claim = f"{one.name} of {subject} has no memory limit and died when {short[0]} had none left."
            yield line.own(HINT, claim, is_specific=False)
        else:
            yield line.own(STRONG, f"{one.name} of {subject} was killed for its memory {times}; it has no limit.")
        return
    told = f"{one.name} of {subject} was killed {times} at its own limit of {limit / _MI:.0f}Mi"
    if used is not None and used < _BELOW * limit and short:
        share = f"{used / _MI:.0f}Mi of its {limit / _MI:.0f}Mi"
        claim = f"{one.name} of {subject} used {share} when {short[0]} had no memory left."
        yield line.of(Suspect("Node", short[0]), FAIR, claim)
        return
    yield line.own(FAIR if short and used is None else PROOF, f"{told}.")


def _is_short(view: View, nodes: set[str] | frozenset[str], at: datetime | None) -> bool:
    """Whether one of the nodes had no memory left at that time."""
    for name in nodes:
        node = view.nodes.get(name)
        pressure = node.conditions.get("MemoryPressure") if node else None
        if pressure is not None and pressure.status == "True":
            return True
        for event in view.events_about("Node", "", name):
            is_short = event.reason in {"SystemOOM", "NodeHasInsufficientMemory", "EvictionThresholdMet"}
            if is_short and (at is None or abs(event.last_at - at) <= _NEAR):
                return True
    return False


def _used(view: View) -> Mapping[tuple[str, str, str], float]:
    """What containers used, in bytes, by namespace, pod and container, where metrics were read."""
    found: dict[tuple[str, str, str], float] = {}
    for sample in view.metric(*_WORKING_SET):
        labels = sample.labels
        key = (labels.get("namespace", ""), labels.get("pod", ""), labels.get("container", ""))
        found[key] = max(sample.value, found.get(key, 0.0))
    return found
