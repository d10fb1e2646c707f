"""What is wrong, folded: ten thousand alerts, events and pods become one trouble for each thing that fails. PURE.

Object status goes first, because it is never late; alerts say that somebody wants to know; events add what status does
not tell. An event about something whose status says that it is well is history.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from alerts import wellknown
from alerts.kubernetes.fields import dig, text
from alerts.kubernetes.objects import Condition, Pod, Thing
from alerts.kubernetes.parse import conditions_of
from alerts.reports import EventReport
from triage.verdict.effects import NODE_REASONS, effect_of_alert, effect_of_event
from triage.verdict.states import SHALLOW, Effect, effect_of
from triage.verdict.types import Suspect, Symptom
from triage.verdict.view import WORKLOADS, View, replicas

SEVERITIES = ("critical", "warning", "info", "none")  # from worst
OPENS = frozenset({"critical", "warning"})  # the others are evidence and open nothing


@dataclass(frozen=True)
class Trouble:
    """One thing that fails, with everything that says so."""

    subject: Suspect
    effects: frozenset[Effect]
    began_at: datetime
    severity: str = "warning"
    symptoms: tuple[Symptom, ...] = ()
    failing: tuple[Pod, ...] = ()
    well: tuple[Pod, ...] = ()
    events: tuple[EventReport, ...] = ()  # bad ones about it that still hold
    is_open: bool = True  # it calls for an incident; others are only evidence
    nodes: frozenset[str] = frozenset()  # on which it fails, where that is told
    workloads: tuple[Suspect, ...] = ()  # of a component: the workloads that it is made of

    @property
    def is_shallow(self) -> bool:
        """Whether it says that something is wrong and not what."""
        return self.effects <= SHALLOW

    @property
    def namespace(self) -> str:
        return self.subject.name if self.subject.kind == "Namespace" else self.subject.namespace

    @property
    def text(self) -> str:
        """All that was written about it, for signatures."""
        return "\n".join([*(event.message for event in self.events), *(symptom.text for symptom in self.symptoms)])


PRESSURES = frozenset({"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"})
_RECENT = timedelta(minutes=12)
_SETTLED = timedelta(minutes=2)
# How long a pod may look so while nothing is wrong, and nobody has raised an alert: a node is made, a program starts.
_PATIENCE = {
    Effect.UNSCHEDULED: timedelta(seconds=75),
    Effect.REFUSED: timedelta(seconds=75),
    Effect.CLAIM: timedelta(seconds=75),
    Effect.CREATING: timedelta(minutes=3),
    Effect.UNREADY: timedelta(minutes=3),
}


def troubles_of(view: View) -> dict[Suspect, Trouble]:
    """Everything that is wrong in the snapshot, by what it is about."""
    fold = _Fold(view)
    fold.pods()
    fold.workloads()
    fold.nodes()
    fold.alerts()
    fold.reports()
    return fold.troubles()


class _Fold:
    """Collects what is said of each subject."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.effects: dict[Suspect, set[Effect]] = defaultdict(set)
        self.failing: dict[Suspect, list[Pod]] = defaultdict(list)
        self.well: dict[Suspect, list[Pod]] = defaultdict(list)
        self.symptoms: dict[Suspect, list[Symptom]] = defaultdict(list)
        self.events: dict[Suspect, list[EventReport]] = defaultdict(list)
        self.began: dict[Suspect, list[datetime]] = defaultdict(list)
        self.at: dict[Suspect, set[str]] = defaultdict(set)
        self.made_of: dict[Suspect, set[Suspect]] = defaultdict(set)
        self.settled: set[Suspect] = set()  # its status says so, and not only since a moment

    # -- Status --

    def pods(self) -> None:
        view, now = self.view, self.view.now
        for workload, pods in view.pods_by_workload.items():
            subject = view.folded(workload)
            states = [(pod, effect_of(pod, now=now, lost_nodes=view.lost_nodes)) for pod in pods]
            leftovers = self._leftovers(workload, states)
            for pod, effect in states:
                if effect is None or pod.name in leftovers or self._has_started_since(pod, effect):
                    if pod.is_well and effect is None:
                        self.well[subject].append(pod)
                    continue
                self.effects[subject].add(effect)
                self.failing[subject].append(pod)
                self.made_of[subject].add(workload)
                if pod.node:
                    self.at[subject].add(pod.node)
                since = _since(pod) or now
                self.began[subject].append(min(since, now))
                if now - since >= _PATIENCE.get(effect, timedelta(0)):
                    self.settled.add(subject)

    def _has_started_since(self, pod: Pod, effect: Effect) -> bool:
        """Its status was read before its containers started, which the kubelet has told by now."""
        if effect not in {Effect.CREATING, Effect.NODE_LOST}:
            return False
        told = self.view.events_about("Pod", pod.namespace, pod.name)
        return bool(told) and told[-1].reason in {"Started", "Created"}

    def _leftovers(self, workload: Suspect, states: list[tuple[Pod, Effect | None]]) -> frozenset[str]:
        """Pods that ended badly and were replaced: the controller has all it asks for, or a later run went well."""
        ended = [pod for pod, effect in states if effect is not None and pod.phase == "Failed"]
        if not ended:
            return frozenset()
        if workload.kind in {"Job", "CronJob"}:
            good = [pod.thing.created_at for pod, _ in states if pod.phase == "Succeeded" and pod.thing.created_at]
            return frozenset(
                pod.name for pod in ended if pod.thing.created_at and any(at >= pod.thing.created_at for at in good)
            )
        wanted = replicas(self.view.object_of(workload))
        running = sum(1 for pod, effect in states if effect is None and pod.is_well)
        enough = running >= wanted[0] if wanted else running > 0 and workload.kind != "Pod"
        return frozenset(pod.name for pod in ended) if enough else frozenset()

    def workloads(self) -> None:
        """What has no pods to show, or jobs that are over."""
        for thing in self.view.of_kind("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
            workload = Suspect(thing.kind, thing.name, thing.namespace)
            if thing.kind == "ReplicaSet" and thing.owner is not None:
                continue
            subject = self.view.folded(workload)
            counts = replicas(thing)
            failure = conditions_of(thing.status).get("ReplicaFailure")
            if failure is not None and failure.status == "True" and counts and counts[1] < counts[0]:
                self._say(subject, Effect.REFUSED, _changed(failure, thing), workload)
            elif (
                counts and counts[1] < counts[0] and subject not in self.failing and self._has_stalled(workload, thing)
            ):
                self._say(
                    subject, Effect.SHORT, _changed(conditions_of(thing.status).get("Available"), thing), workload
                )
        for job in self.view.of_kind("Job"):
            failed = conditions_of(job.status).get("Failed")
            workload = self.view.root(Suspect(job.kind, job.name, job.namespace))
            if failed is not None and failed.status == "True" and not self._ran_later(job, workload):
                self._say(self.view.folded(workload), Effect.JOB, failed.changed_at or job.created_at, workload)
        for claim in self.view.of_kind("PersistentVolumeClaim"):
            self._claim(claim)

    def _say(self, subject: Suspect, effect: Effect, at: datetime | None, workload: Suspect | None = None) -> None:
        now = self.view.now
        self.effects[subject].add(effect)
        self.began[subject].append(min(at or now, now))
        if workload is not None:
            self.made_of[subject].add(workload)
        if at is None or now - at >= _PATIENCE.get(effect, _SETTLED):
            self.settled.add(subject)

    def _has_stalled(self, workload: Suspect, thing: Thing) -> bool:
        """Short of pods, with none on its way."""
        if any(not pod.is_well for pod in self.view.pods_by_workload.get(workload, ())):
            return False
        conditions = conditions_of(thing.status)
        since = [one.changed_at for one in conditions.values() if one.status == "False" and one.changed_at]
        if since:
            return self.view.now - min(since) >= _SETTLED
        created = thing.created_at
        return bool(self.view.pods) and (created is None or self.view.now - created >= timedelta(minutes=5))

    def _ran_later(self, job: Thing, workload: Suspect) -> bool:
        if workload.kind != "CronJob":
            return False
        made = job.created_at
        return any(made is None or (at is not None and at > made) for at in self._completed[workload])

    @cached_property
    def _completed(self) -> Mapping[Suspect, list[datetime | None]]:
        """When the runs of each CronJob were made that went well."""
        found: dict[Suspect, list[datetime | None]] = defaultdict(list)
        for job in self.view.of_kind("Job"):
            if "Complete" in conditions_of(job.status):
                found[self.view.root(Suspect("Job", job.name, job.namespace))].append(job.created_at)
        return found

    def _claim(self, claim: Thing) -> None:
        phase = text(claim.status.get("phase"))
        made = claim.created_at
        if phase not in {"Pending", "Lost"} or (made is not None and self.view.now - made < timedelta(minutes=3)):
            return
        users = self.view.users_of_claim(claim.namespace, claim.name)
        if phase == "Pending" and not users:
            return  # it may well wait for its first consumer
        if users and not any(user in self.failing for user in map(self.view.folded, users)):
            return
        subject = self.view.folded(users[0]) if users else Suspect(claim.kind, claim.name, claim.namespace)
        self._say(subject, Effect.CLAIM, made)

    def nodes(self) -> None:
        for node in self.view.nodes.values():
            subject = Suspect("Node", node.name)
            made = node.thing.created_at
            if made is not None and self.view.now - made < timedelta(minutes=3):
                continue  # it is just joining
            for name, condition in node.conditions.items():
                if is_bad_condition(name, condition):
                    self._say(subject, Effect.OBJECT, condition.changed_at)
                    self.at[subject].add(node.name)

    # -- Alerts --

    def alerts(self) -> None:
        for symptom in self.view.snapshot.symptoms:
            if symptom.severity == "none":
                continue
            subject = self._subject_of(symptom)
            self.symptoms[subject].append(symptom)
            self.effects[subject].add(effect_of_alert(symptom, subject))
            self.began[subject].append(symptom.began_at)
            node = symptom.node
            if symptom.pod and (pod := self.view.pods.get((subject.namespace, symptom.pod))):
                node = pod.node or node
            if node:
                self.at[subject].add(self.view.address_of_node.get(node, node))

    def _part_at_home(self, symptom: Symptom) -> Suspect | None:
        """The part that an alert of a known name is about, where the map or what runs there says that its namespace is
        the platform's: labels alone know only the usual names."""
        if symptom.suspect.kind in {"Node", "Component", "Cluster"}:
            return None
        known = wellknown.about(symptom.alertname)
        if known is None or known.kind is not wellknown.Kind.COMPONENT:
            return None
        namespace = symptom.suspect.name if symptom.suspect.kind == "Namespace" else symptom.suspect.namespace
        return Suspect("Component", known.component) if namespace in self.view.platform_namespaces else None

    def _subject_of(self, symptom: Symptom) -> Suspect:
        view, told = self.view, symptom.suspect
        if (part := self._part_at_home(symptom)) is not None:
            return part
        if symptom.pod and told.namespace:
            return view.folded(view.workload_of_pod_named(told.namespace, symptom.pod))
        match told.kind:
            case "Node":
                return Suspect("Node", view.address_of_node.get(told.name, told.name))
            case "Service":
                found = view.behind_service.get((told.namespace, told.name)) or view.workload_named(
                    told.namespace, told.name
                )
                return view.folded(found) if found else told
            case "PersistentVolumeClaim":
                users = view.users_of_claim(told.namespace, told.name)
                return view.folded(users[0]) if users else told
            case "HorizontalPodAutoscaler":
                scaler = view.thing(told.kind, told.namespace, told.name)
                target = text(dig(scaler.spec, "scaleTargetRef", "name")) if scaler else told.name
                found = view.workload_named(told.namespace, target)
                return view.folded(found) if found else told
            case kind if kind in WORKLOADS:
                return view.folded(view.root(told))
        return told

    # -- Events --

    def reports(self) -> None:
        for event in self.view.events:
            if event.kind == "Node":
                self._node_event(event)
                continue
            effect = effect_of_event(event)
            if effect is None or self._is_history(event):
                continue
            subject = self._subject_of_event(event)
            if subject is None:
                continue
            self.events[subject].append(event)
            is_known = subject in self.effects
            if not is_known and not self._may_open(event):
                continue
            self.effects[subject].add(effect)
            self.began[subject].append(event.first_at)
            if event.host and effect is not Effect.UNSCHEDULED:
                self.at[subject].add(event.host)

    def _subject_of_event(self, event: EventReport) -> Suspect | None:
        if (workload := self.view.workload_of_event(event)) is not None:
            return self.view.folded(workload)
        if event.kind == "Node":
            return Suspect("Node", event.name)
        if event.kind in {
            "Ingress",
            "Service",
            "PersistentVolumeClaim",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
        }:
            return Suspect(event.kind, event.name, event.namespace)
        return None

    def _is_history(self, event: EventReport) -> bool:
        """It was, and its object says that it is over."""
        if event.kind == "Pod":
            pod = self.view.pods.get((event.namespace, event.name))
            if pod is not None:
                # A pod that is just starting is not well yet, and what its start met is news.
                is_bad = effect_of(pod, now=self.view.now, lost_nodes=self.view.lost_nodes) is not None
                return not is_bad and (pod.is_well or event.first_at < (pod.thing.created_at or event.first_at))
            return bool(self.view.pods) and self._is_well(self.view.workload_of_pod_named(event.namespace, event.name))
        if event.kind in WORKLOADS:
            return bool(self.view.pods) and self._is_well(
                self.view.root(Suspect(event.kind, event.name, event.namespace))
            )
        return False

    def _is_well(self, workload: Suspect) -> bool:
        subject = self.view.folded(workload)
        return subject not in self.effects and (subject in self.well or self.view.object_of(workload) is not None)

    def _may_open(self, event: EventReport) -> bool:
        """Events alone open something only while nothing better was read, and only if they go on."""
        return not self.view.pods and self.view.now - event.last_at <= _RECENT and (event.count > 1 or event.is_warning)

    def _node_event(self, event: EventReport) -> None:
        if event.reason not in NODE_REASONS:
            return
        subject = Suspect("Node", event.name)
        node = self.view.nodes.get(event.name)
        if (
            self.view.nodes
            and node is None
            and subject not in self.effects
            and event.name not in self.view.pods_by_node
        ):
            return  # it was taken out of the cluster, and nothing is left on it
        is_over = node is not None and subject not in self.effects and node.is_ready
        if is_over and (event.reason == "NodeNotReady" or self.view.now - event.last_at > _RECENT):
            return
        if self._calmed(event):
            return
        self.events[subject].append(event)
        self.effects[subject].add(Effect.OBJECT)
        self.began[subject].append(event.first_at)
        self.at[subject].add(event.name)

    def _calmed(self, event: EventReport) -> bool:
        """A later event about the same node takes it back."""
        later = {"NodeNotReady": "NodeReady", "NodeHasDiskPressure": "NodeHasNoDiskPressure"}
        later |= {
            "NodeHasInsufficientMemory": "NodeHasSufficientMemory",
            "NodeHasInsufficientPID": "NodeHasSufficientPID",
        }
        undone = later.get(event.reason)
        return any(
            other.reason == undone and other.last_at > event.last_at
            for other in self.view.events_about("Node", "", event.name)
        )

    # -- The whole --

    def troubles(self) -> dict[Suspect, Trouble]:
        renamed = self._known_by_prefix()
        for pod, workload in renamed.items():
            self._move(pod, workload)
        found = {}
        for subject in sorted(self.effects):
            symptoms = tuple(self.symptoms[subject])
            opening = [one for one in symptoms if one.severity in OPENS]
            # Events open something where no status was read that could say whether it still holds.
            unseen = subject.name not in self.view.nodes if subject.kind == "Node" else not self.view.pods
            by_events = bool(self.events[subject]) and unseen
            found[subject] = Trouble(
                subject=subject,
                effects=frozenset(self.effects[subject]),
                began_at=min(self.began[subject], default=self.view.now),
                severity=min((one.severity for one in symptoms), key=SEVERITIES.index, default="warning"),
                symptoms=symptoms,
                failing=tuple(sorted(self.failing[subject], key=lambda pod: (pod.namespace, pod.name))),
                well=tuple(self.well[subject]),
                events=tuple(self.events[subject]),
                is_open=bool(opening) or subject in self.settled or by_events,
                nodes=frozenset(self.at[subject]),
                workloads=tuple(sorted(self.made_of[subject])),
            )
        return found

    def _known_by_prefix(self) -> dict[Suspect, Suspect]:
        """Pods of which only a name is known, and the trouble of the workload that the name begins with."""
        by_namespace: dict[str, list[Suspect]] = defaultdict(list)
        for subject in self.effects:
            if subject.kind in WORKLOADS:
                by_namespace[subject.namespace].append(subject)
        found = {}
        for subject in self.effects:
            if subject.kind == "Pod" and (subject.namespace, subject.name) not in self.view.pods:
                known = [one for one in by_namespace[subject.namespace] if subject.name.startswith(f"{one.name}-")]
                if known:
                    found[subject] = max(known, key=lambda one: (len(one.name), one))
        return found

    def _move(self, source: Suspect, target: Suspect) -> None:
        _join(self.effects, source, target)
        _join(self.at, source, target)
        _join(self.made_of, source, target)
        _append(self.failing, source, target)
        _append(self.well, source, target)
        _append(self.symptoms, source, target)
        _append(self.events, source, target)
        _append(self.began, source, target)


_One = TypeVar("_One")


def _join(store: dict[Suspect, set[_One]], source: Suspect, target: Suspect) -> None:
    store[target] |= store.pop(source, set())


def _append(store: dict[Suspect, list[_One]], source: Suspect, target: Suspect) -> None:
    store[target].extend(store.pop(source, []))


def is_bad_condition(name: str, condition: Condition) -> bool:
    """Whether a condition of a node says that something is wrong: Ready that is not True, and any other that is."""
    return (
        condition.status != "True" if name == "Ready" else condition.status == "True" and name not in _GOOD_CONDITIONS
    )


_GOOD_CONDITIONS = frozenset({"Ready", "EtcdIsVoter", "Schedulable", "NodeUpgrade", "UpdateComplete", "Initialized"})


def _since(pod: Pod) -> datetime | None:
    for name in ("Ready", "ContainersReady", "PodScheduled", "Initialized"):
        condition = pod.conditions.get(name)
        if condition is not None and condition.status != "True" and condition.changed_at:
            return condition.changed_at
    ended = [one.ended_at for one in pod.containers if one.ended_at]
    return min(ended, default=pod.thing.created_at)


def _changed(condition: Condition | None, thing: Thing) -> datetime | None:
    return condition.changed_at if condition and condition.changed_at else thing.created_at


def counted(number: int, word: str) -> str:
    """`1 pod`, `2 pods`."""
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{number} {word if number == 1 else plural}"


def most_common(values: Iterable[str]) -> str:
    """The value that stands most often; of several the first by name."""
    counts = Counter(values)
    return min(counts, key=lambda one: (-counts[one], one)) if counts else ""
