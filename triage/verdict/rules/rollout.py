"""What was changed just before the failure is likely its cause; what was set to zero replicas fails by decision.

A rollout shows as a new ReplicaSet, as a revision that differs from the current one, as an event of the deployment
controller, or as a recorded change. It counts the more the nearer it is to the onset, and most where pods of the new
revision fail while those of the old one are well. A change in the same namespace counts for its neighbours as well.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.kubernetes.fields import dig, number
from alerts.kubernetes.objects import Pod
from triage.verdict.rules.crash_loop import API, DNS, WATCHES
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import WORKLOADS, View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

RULE = "rollout"

_BEFORE = timedelta(minutes=60)
_AFTER = timedelta(minutes=3)  # the first pod of a rollout may fail before the change is recorded
_HALF = 15.0  # minutes after which a change counts half
_REVISIONS = ("pod-template-hash", "controller-revision-hash")
# Kinds of a team whose change may break what runs beside it.
_SETTINGS = frozenset(
    {"ConfigMap", "Secret", "Service", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "Role", "RoleBinding"}
)
# How a change of the program does not show.
_NOT_BY_RELEASE = frozenset({Effect.NODE_LOST, Effect.EVICTED, Effect.TERMINATING})
# New pods meet whatever stops pods from being made, placed, supplied and started: being new is no evidence.
_BEFORE_IT_RUNS = frozenset(
    {Effect.UNSCHEDULED, Effect.REFUSED, Effect.CREATING, Effect.IMAGE, Effect.CONFIG, Effect.CLAIM, Effect.START}
    | {Effect.NODE_LOST, Effect.EVICTED, Effect.TERMINATING}
)


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a namespace that was changed."""

    suspect: Suspect
    at: datetime
    what: str
    source: str


def rollout(scene: Scene) -> Iterator[Finding]:
    """Lines about what was changed before it failed."""
    changes, there = _changes(scene.view), scene.gathered
    served: dict[str, set[Suspect]] = defaultdict(set)
    for (namespace, _), workload in scene.view.behind_service.items():
        served[namespace].add(workload)
    for trouble in scene.troubles.values():
        if trouble.subject.kind in {"Node", "Cluster", "Component"} or trouble.effects <= _NOT_BY_RELEASE:
            continue
        zero = list(_at_zero(scene, trouble, served))
        yield from zero
        if not zero and trouble.subject not in there and not _speaks_of_cluster(trouble):
            yield from _released(scene, trouble, changes)


# -- Nothing is meant to run --


def _at_zero(scene: Scene, trouble: Trouble, served: Mapping[str, set[Suspect]]) -> Iterator[Finding]:
    view = scene.view
    behind = {trouble.subject} if trouble.subject.kind in WORKLOADS else _named(scene, trouble, served)
    for workload in sorted(behind):
        thing = view.object_of(workload)
        if thing is None or thing.kind not in {"Deployment", "StatefulSet", "ReplicaSet"}:
            continue
        if number(thing.spec.get("replicas"), 1) == 0 and not _scales(view, workload):
            suspect = view.folded(workload)
            claim = f"{suspect} is set to 0 replicas, so nothing answers for {trouble.subject}."
            yield Finding(
                view.side_of(suspect),
                PROOF,
                claim,
                "object",
                trouble.began_at,
                suspect,
                (trouble.subject,),
                RULE,
                is_specific=True,
            )


def _named(scene: Scene, trouble: Trouble, served: Mapping[str, set[Suspect]]) -> set[Suspect]:
    """The workloads of which requests speak: behind a Service or an Ingress, or all that have none in a namespace."""
    view, subject = scene.view, trouble.subject
    if subject.kind == "Service":
        found = view.behind_service.get((subject.namespace, subject.name))
        return {found} if found else set()
    if subject.kind == "Ingress":
        thing = view.thing("Ingress", subject.namespace, subject.name)
        names = set(_backends(dig(thing.spec, "rules") if thing else None))
        found_all = {view.behind_service.get((subject.namespace, name)) for name in names}
        return {one for one in found_all if one is not None}
    if subject.kind == "Namespace" and trouble.effects & {Effect.REQUESTS, Effect.OTHER}:
        return served.get(subject.name, set())
    return set()


def _backends(value: object) -> Iterator[str]:
    """The services of an Ingress' rules, wherever they stand."""
    if isinstance(value, list):
        for one in value:
            yield from _backends(one)
    elif isinstance(value, dict):
        name = dig(value, "service", "name") or value.get("serviceName")
        if isinstance(name, str):
            yield name
        for one in value.values():
            if isinstance(one, (dict, list)):
                yield from _backends(one)


def _scales(view: View, workload: Suspect) -> bool:
    """Whether something scales it to zero for good, as it is meant."""
    return any(
        dig(one.spec, "scaleTargetRef", "name") == workload.name
        for one in view.in_namespace("ScaledObject", workload.namespace)
    )


# -- Something new runs --


def _changes(view: View) -> Mapping[str, list[Change]]:
    """What was changed lately, by namespace."""
    found: dict[Suspect, Change] = {}
    for one in view.of_kind("ReplicaSet"):
        root = view.root(Suspect(one.kind, one.name, one.namespace))
        if (
            root.kind == "Deployment"
            and one.created_at
            and number(one.spec.get("replicas"), 1) > 0
            and _has_older(view, one.name, root)
        ):
            _add(found, Change(view.folded(root), one.created_at, f"got the new revision {one.name}", "object"))
    for event in view.events_with("ScalingReplicaSet"):
        if (
            "Scaled up" in event.message
            and " from 0 to " in event.message
            and _first_event(view, event.namespace, event.name)
        ):
            subject = view.folded(Suspect("Deployment", event.name, event.namespace))
            _add(found, Change(subject, event.first_at, "was rolled out", "event"))
    for told in view.snapshot.changes:
        if told.kind in WORKLOADS or told.kind in _SETTINGS:
            about = Suspect(told.kind, told.name, told.namespace)
            subject = view.folded(view.root(about)) if told.kind in WORKLOADS else about
            what = f"was changed ({told.what})" if told.what else "was changed"
            _add(found, Change(subject, told.at, what, "change"))
    by_namespace: dict[str, list[Change]] = defaultdict(list)
    for change in sorted(found.values(), key=lambda one: (one.at, one.suspect)):
        by_namespace[change.suspect.namespace].append(change)
    return by_namespace


def _add(found: dict[Suspect, Change], change: Change) -> None:
    known = found.get(change.suspect)
    if known is None or change.at > known.at or (change.source == "change" and abs(change.at - known.at) <= _AFTER):
        found[change.suspect] = change


def _has_older(view: View, name: str, root: Suspect) -> bool:
    """Whether the Deployment stood before this revision: the first one is no change."""
    thing, made = view.object_of(root), view.thing("ReplicaSet", root.namespace, name)
    if thing is None or made is None or thing.created_at is None or made.created_at is None:
        return False
    return made.created_at - thing.created_at > _AFTER


def _first_event(view: View, namespace: str, name: str) -> bool:
    thing = view.thing("Deployment", namespace, name)
    return thing is None or thing.created_at is None or view.now - thing.created_at > _BEFORE


def _released(scene: Scene, trouble: Trouble, changes: Mapping[str, list[Change]]) -> Iterator[Finding]:
    view, subject = scene.view, trouble.subject
    if trouble.effects & _BEFORE_IT_RUNS:
        return
    if (told := _by_revision(trouble)) is not None:
        yield Finding(view.side_of(subject), told[1], told[0], "object", trouble.began_at, subject, (subject,), RULE)
    for change in changes.get(trouble.namespace, ()):
        before = trouble.began_at - change.at
        if not -_AFTER <= before <= _BEFORE:
            continue
        minutes = max(0.0, before.total_seconds() / 60)
        decay = 0.5 ** (minutes / _HALF)
        is_own = change.suspect == subject
        if not is_own and not (trouble.is_shallow or Effect.CRASH in trouble.effects):
            continue
        weight = (FAIR if is_own else WEAK) * decay
        claim = f"{change.suspect} {change.what} {minutes:.0f} minutes before {subject} began to fail."
        yield Finding(
            view.side_of(change.suspect),
            round(weight, 3),
            claim,
            change.source,
            change.at,
            change.suspect,
            (subject,),
            RULE,
        )


def _speaks_of_cluster(trouble: Trouble) -> bool:
    """Its last words name what no release of its own breaks."""
    words = [one.ended_message for pod in trouble.failing for one in pod.containers if one.ended_message]
    return any(pattern.fits(one) for one in words for pattern in (API, DNS, WATCHES))


def _by_revision(trouble: Trouble) -> tuple[str, float] | None:
    """Pods of one revision fail and those of an older one are well; the more it tells the more they share nodes."""
    for label in _REVISIONS:
        bad = {pod.thing.labels[label] for pod in trouble.failing if label in pod.thing.labels}
        good = {pod.thing.labels[label] for pod in trouble.well if label in pod.thing.labels}
        if len(bad) != 1 or not good or bad & good:
            continue
        new, old = _first(trouble.failing, label), _first(trouble.well, label)
        if new is None or old is None or new < old:
            continue
        claim = (
            f"{counted(len(trouble.failing), 'pod')} of {trouble.subject}'s new revision {min(bad)} fail while "
            f"{counted(len(trouble.well), 'pod')} of the old one are well."
        )
        nodes = {pod.node for pod in trouble.failing if pod.node}
        if nodes & {pod.node for pod in trouble.well}:
            return claim, STRONG
        return claim, FAIR if len(nodes) > 1 else WEAK
    return None


def _first(pods: tuple[Pod, ...], label: str) -> datetime | None:
    return min(
        (pod.thing.created_at for pod in pods if label in pod.thing.labels and pod.thing.created_at), default=None
    )
