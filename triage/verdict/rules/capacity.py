"""Where all nodes that would take a pod are full, who eats abnormally much is to blame, and else the platform.

A namespace whose pods pile up (jobs that never end, pods that nobody deletes, replicas without a limit) takes the room
of all others: its counts against those of the others tell. Where nobody stands out, several namespaces wait, or the
autoscaler of the nodes is at its maximum, the cluster is too small, and its size is the platform's. One workload that
asks for most of a node may well ask for less.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.kubernetes.fields import text
from alerts.kubernetes.parse import conditions_of
from triage.verdict.messages import short
from triage.verdict.pending import Pending, of_autoscaler, pending
from triage.verdict.placement import Why, runs_everywhere
from triage.verdict.scene import Scene
from triage.verdict.scheduling_messages import Predicate, read
from triage.verdict.troubles import counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "capacity"
_MANY_JOBS = 100  # that run at once, in one namespace
_MANY_RUNS = 4  # of one CronJob at once: the next begins before the last has ended
_MANY_PENDING = 40
_TIMES = 4  # as much as anybody else
_MOST_OF_ROOM = 0.4  # of all the pods, or all of the resource, that the nodes can hold
_BIG = 0.5  # of a node
_SMALL = 0.25
_GROWN = timedelta(hours=6)
_IN_PASSING = (Predicate.RESOURCES, Predicate.PODS, Predicate.TAINT, Predicate.SELECTOR)
_QUOTA_WORDS = ("quota", "out of resources", "insufficientinstancecapacity", "insufficient capacity", "stockout")


@dataclass(frozen=True)
class _Eater:
    """Who takes the room of all."""

    suspect: Suspect
    claim: str
    weight: float


def capacity(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads that wait for room, and about what takes or withholds it."""
    waiting = [one for one in pending(scene) if _waits_for_room(one)]
    if not waiting:
        return
    view = scene.view
    eater = _eater(scene, waiting)
    spaces = {one.trouble.namespace for one in waiting if _is_full(one)}
    limit = _limit(view, waiting)
    for one in waiting:
        if eater is not None and _is_full(one):
            yield _line(one, eater.suspect, view.side_of(eater.suspect), eater.weight, eater.claim)
            continue
        yield from _big(view, one)
        if limit:
            yield _line(one, view.cluster, Side.CLUSTER, STRONG, f"{limit} {one.trouble.subject} waits for room.")
            yield _against(view, one, f"Nothing shows that {one.trouble.subject} asks for more than it did.")
        elif _share(one) < _BIG and _is_full(one):
            yield from _full(view, one, len(spaces))


def _waits_for_room(one: Pending) -> bool:
    """Whether nodes that would take the pod are full, or too few of them are there, and none is out of service."""
    if one.said is None or not {Predicate.RESOURCES, Predicate.PODS, Predicate.SPREAD} & one.said.counts.keys():
        return False
    if one.answer is None:
        return one.said.only(*_IN_PASSING)
    return bool(one.answer.nodes(Why.OPEN)) and not one.answer.nodes(Why.CORDONED, Why.SERVICE, Why.PRESSURE)


def _is_full(one: Pending) -> bool:
    return one.said is not None and bool({Predicate.RESOURCES, Predicate.PODS} & one.said.counts.keys())


def _full(view: View, one: Pending, spaces: int) -> Iterator[Finding]:
    """Nobody stands out."""
    resources = ", ".join(sorted(one.said.resources)) if one.said and one.said.resources else "room for pods"
    if spaces > 1:
        claim = f"The nodes have no {resources} left for pods of {spaces} namespaces, {one.trouble.subject} among them."
        yield _line(one, view.cluster, Side.CLUSTER, STRONG, claim)
        yield _against(view, one, f"{one.trouble.subject} is one of several that find no room.")
    elif one.pod is not None and _share(one) <= _SMALL:
        claim = f"The nodes have no {resources} left, and {one.trouble.subject} asks for {_share(one):.0%} of one."
        yield _line(one, view.cluster, Side.CLUSTER, FAIR, claim)
    else:
        claim = f"The nodes have no {resources} left for {one.trouble.subject}."
        yield _line(one, view.cluster, Side.CLUSTER, WEAK, claim)


def _share(one: Pending) -> float:
    """Of the largest node that would take the pod: what it asks for of the resource that is short."""
    if one.pod is None or one.answer is None or one.said is None:
        return 0.0
    shares = [0.0]
    for name in one.said.resources:
        most = max((node.allocatable.get(name, 0.0) for node in one.answer.nodes(Why.OPEN)), default=0.0)
        if most:
            shares.append(one.pod.requested(name) / most)
    return max(shares)


def _big(view: View, one: Pending) -> Iterator[Finding]:
    share = _share(one)
    if share >= _BIG:
        claim = f"{one.trouble.subject} asks for {share:.0%} of the largest node that would take it."
        yield _line(one, one.trouble.subject, view.side_of(one.trouble.subject), FAIR, claim)


def _limit(view: View, waiting: list[Pending]) -> str:
    """What keeps the cluster from growing, as its autoscaler says; empty where it does not."""
    for one in waiting:
        for message in of_autoscaler(one):
            said = read(message)
            words = message.casefold()
            if (said is not None and Predicate.MAXIMUM in said.counts) or any(word in words for word in _QUOTA_WORDS):
                return f'The autoscaler says "{short(message, 100)}":'
    for event in view.events_with("FailedScaleUp", "ScaleUpFailed", "FailedToScaleUpGroup", "ScaleUpTimedOut"):
        return f'The autoscaler says "{short(event.message, 100)}":'
    most = sum(sample.value for sample in view.metric("cluster_autoscaler_max_nodes_count"))
    now = sum(sample.value for sample in view.metric("cluster_autoscaler_nodes_count"))
    return f"The autoscaler has {now:.0f} of at most {most:.0f} nodes:" if most and now >= most else ""


# -- Who eats it --


def _eater(scene: Scene, waiting: list[Pending]) -> _Eater | None:
    view = scene.view
    for found in (_runs_at_once(view), _jobs(view), _piled_up(view, waiting), _grown(view, waiting)):
        if found is None or view.is_platform(found.suspect) or runs_everywhere(view, found.suspect):
            continue
        return found
    return None


def _runs_at_once(view: View) -> _Eater | None:
    """A CronJob whose runs overlap."""
    active: Counter[Suspect] = Counter()
    for job in view.of_kind("Job"):
        owner = view.root(Suspect(job.kind, job.name, job.namespace))
        is_over = any(
            one.status == "True" and name in {"Complete", "Failed", "Suspended"}
            for name, one in conditions_of(job.status).items()
        )
        if owner.kind == "CronJob" and not is_over:
            active[owner] += 1
    if not active:
        return None
    most = min(active, key=lambda one: (-active[one], one))
    if active[most] < _MANY_RUNS:
        return None
    thing = view.object_of(most)
    policy = text(thing.spec.get("concurrencyPolicy")) if thing else ""
    why = f" (concurrencyPolicy {policy})" if policy else ""
    return _Eater(most, f"{active[most]} runs of {most} are active at once{why}, and the nodes are full.", PROOF)


def _jobs(view: View) -> _Eater | None:
    counts: Counter[str] = Counter()
    for sample in view.metric("kube_job_status_active"):
        counts[sample.labels.get("namespace", "")] += int(sample.value)
    namespace, most, next_most = _top(counts)
    if most < _MANY_JOBS or most < _TIMES * next_most:
        return None
    claim = f"{most} jobs of namespace {namespace} are active at once, {next_most} of the next."
    return _Eater(_of_namespace(view, namespace, "CronJob", "Job"), claim, PROOF)


def _piled_up(view: View, waiting: list[Pending]) -> _Eater | None:
    """A namespace with far more pods, or pods that wait, than any other."""
    pods, waits = _counted_pods(view)
    room = sum(node.allocatable.get("pods", 0.0) for node in view.nodes.values())
    namespace, most, next_most = _top(waits)
    if most >= _MANY_PENDING and most >= _TIMES * next_most:
        claim = (
            f"{most} pods of namespace {namespace} wait for a node, {next_most} of the next; {pods[namespace]} in all."
        )
        return _Eater(_of_namespace(view, namespace), claim, PROOF)
    namespace, most, next_most = _top(pods)
    # Most pods of a cluster are somebody's in any case: it matters where it is pods that have no room left.
    are_short = any(one.said is not None and Predicate.PODS in one.said.counts for one in waiting)
    if are_short and room and most >= _MOST_OF_ROOM * room and most >= _TIMES * next_most:
        claim = (
            f"Namespace {namespace} has {most} of the {room:.0f} pods that the nodes can hold, the next {next_most}."
        )
        return _Eater(_of_namespace(view, namespace), claim, STRONG)
    return None


def _counted_pods(view: View) -> tuple[Counter[str], Counter[str]]:
    """How many pods each namespace has, and how many of them wait: by metrics, else by what was read."""
    pods: Counter[str] = Counter()
    waits: Counter[str] = Counter()
    for sample in view.metric("kube_pod_status_phase"):
        namespace, phase = sample.labels.get("namespace", ""), sample.labels.get("phase", "")
        if phase in {"Running", "Pending"}:
            pods[namespace] += int(sample.value)
        if phase == "Pending":
            waits[namespace] += int(sample.value)
    if pods:
        return pods, waits
    for sample in view.metric("kube_pod_info"):
        pods[sample.labels.get("namespace", "")] += int(sample.value)
    if pods:
        return pods, waits
    for pod in view.pods.values():
        if pod.phase in {"Running", "Pending"}:
            pods[pod.namespace] += 1
            waits[pod.namespace] += 0 if pod.node else 1
    return pods, waits


def _grown(view: View, waiting: list[Pending]) -> _Eater | None:
    """A workload that took most of what is short, most of it lately."""
    short_of = Counter(name for one in waiting if one.said for name in one.said.resources)
    for name in sorted(short_of, key=lambda one: (-short_of[one], one)):
        room = sum(node.allocatable.get(name, 0.0) for node in view.nodes.values())
        used: dict[Suspect, float] = defaultdict(float)
        new: dict[Suspect, float] = defaultdict(float)
        for workload, pods in view.pods_by_workload.items():
            for pod in pods:
                amount = pod.requested(name) if pod.node and pod.phase in {"Running", "Pending"} else 0.0
                used[workload] += amount
                made = pod.thing.created_at
                new[workload] += amount if made is not None and view.now - made <= _GROWN else 0.0
        if not room or not used:
            continue
        top = min(used, key=lambda one: (-used[one], one))
        others = max((amount for one, amount in used.items() if one != top), default=0.0)
        if used[top] >= _MOST_OF_ROOM * room and used[top] >= 2 * others and new[top] >= 0.5 * used[top]:
            count = counted(len(view.pods_by_workload[top]), "pod")
            claim = f"{top} takes {used[top] / room:.0%} of the {name} of all nodes with {count}, most of it lately."
            return _Eater(top, claim, PROOF)
    return None


def _top(counts: Mapping[str, int]) -> tuple[str, int, int]:
    """The first by count, its count, and that of the second."""
    ranked = sorted(((count, name) for name, count in counts.items() if name), key=lambda row: (-row[0], row[1]))
    if not ranked:
        return "", 0, 0
    return ranked[0][1], ranked[0][0], ranked[1][0] if len(ranked) > 1 else 0


def _of_namespace(view: View, namespace: str, *kinds: str) -> Suspect:
    """The workload of the namespace with most pods, where one has; else the namespace."""
    found = [
        (len(view.pods_by_workload[one]), one)
        for one in view.workloads_in.get(namespace, ())
        if not kinds or one.kind in kinds
    ]
    most = min(found, key=lambda row: (-row[0], row[1]), default=None)
    return most[1] if most is not None and most[0] > 1 else Suspect("Namespace", namespace)


def _line(one: Pending, suspect: Suspect, side: Side, weight: float, claim: str) -> Finding:
    return Finding(
        side,
        weight,
        claim,
        "object" if one.pods else "event",
        one.trouble.began_at,
        suspect,
        (one.trouble.subject,),
        _RULE,
        is_specific=weight >= STRONG,
    )


def _against(view: View, one: Pending, claim: str) -> Finding:
    return _line(one, one.trouble.subject, view.side_of(one.trouble.subject), -FAIR, claim)
