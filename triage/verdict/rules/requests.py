"""Requests that fail or are slow are explained by whoever answers them, is called by them, or sends too many.

An alert about requests says that something is wrong and not what. Its words may name the service that is called;
metrics may name who calls. Else it is looked up what else is wrong in the same namespace: one sick workload beside it
is the likeliest cause. If what is called was changed just before, that counts although all its pods are well.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from triage.verdict.messages import Capture, short
from triage.verdict.rules.crash_loop import DNS
from triage.verdict.scene import Scene
from triage.verdict.states import SHALLOW, Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import WORKLOADS, View
from triage.verdict.weights import HINT, PROOF, STRONG, WEAK

RULE = "requests"

_CALLED = Capture(r"\b(?P<service>[a-z0-9]([a-z0-9-]*[a-z0-9])?)\.(?P<namespace>[a-z0-9]([a-z0-9-]*[a-z0-9])?)\.svc\b")
_CHANGED = timedelta(minutes=60)
_TRAFFIC = ("http_requests_total", "istio_requests_total", "hubble_flows_processed_total")
_SOURCES = ("source_workload_namespace", "source_namespace")  # Istio, Hubble
_SOURCE_WORKLOADS = ("source_workload",)
_TARGETS = ("destination_workload", "deployment", "destination_service_name", "service", "workload", "app")
_SHARE = 10.0  # times what all others send
# How a workload mostly fails by itself; what is not placed or not supplied may be a victim as much as its neighbour.
_BY_ITSELF = frozenset({Effect.CRASH, Effect.OOM, Effect.CONFIG, Effect.START})
_BY_LOAD = frozenset({Effect.REQUESTS, Effect.RESOURCES, Effect.OOM, Effect.UNREADY, Effect.CRASH, Effect.SCALING})


def requests(scene: Scene) -> Iterator[Finding]:
    """Lines about who is behind requests that fail."""
    deep: dict[str, list[Trouble]] = defaultdict(list)
    for trouble in scene.troubles.values():
        if trouble.effects & _BY_ITSELF and trouble.subject.kind in WORKLOADS:
            deep[trouble.namespace].append(trouble)
    changed, callers = _changed(scene.view), _callers(scene.view)
    for trouble in scene.troubles.values():
        if trouble.subject.kind in {"Node", "Cluster"}:
            continue
        if trouble.effects & _BY_LOAD and (caller := callers.get((trouble.namespace, trouble.subject.name))):
            yield from _of_caller(scene, trouble, *caller)
        if trouble.effects <= SHALLOW and trouble.effects & {Effect.REQUESTS, Effect.OTHER}:
            called = list(_of_called(scene, trouble, changed))
            yield from called or _of_neighbour(scene, trouble, deep.get(trouble.namespace, []))


def _line(trouble: Trouble, suspect: Suspect, side: Side, weight: float, claim: str) -> Finding:
    return Finding(
        side, weight, claim, "alert", trouble.began_at, suspect, (trouble.subject,), RULE, is_specific=weight >= STRONG
    )


# -- Who is called --


def _of_called(scene: Scene, trouble: Trouble, changed: Mapping[Suspect, datetime]) -> Iterator[Finding]:
    view = scene.view
    groups = _CALLED.find(trouble.text)
    if groups is None or DNS.fits(trouble.text):
        return
    behind = view.behind_service.get((groups["namespace"], groups["service"])) or view.workload_named(
        groups["namespace"], groups["service"]
    )
    called = view.folded(behind) if behind else None
    if called is None or called == trouble.subject:
        return
    quoted = short(next((one.text for one in trouble.symptoms if _CALLED.find(one.text)), trouble.text))
    if (sick := scene.troubles.get(called)) is not None and not sick.effects <= SHALLOW:
        claim = f"{trouble.subject} calls {called}, which fails itself: {quoted}"
        yield _line(trouble, called, view.side_of(called), STRONG, claim)
    elif (at := changed.get(called)) is not None and timedelta(minutes=-3) <= trouble.began_at - at <= _CHANGED:
        minutes = max(0, int((trouble.began_at - at).total_seconds() // 60))
        claim = f"{trouble.subject} calls {called}, which was changed {minutes} minutes before: {quoted}"
        yield replace(_line(trouble, called, view.side_of(called), STRONG, claim), source="change", observed_at=at)


def _changed(view: View) -> Mapping[Suspect, datetime]:
    """When each workload was last changed, as records of changes tell."""
    found: dict[Suspect, datetime] = {}
    for told in view.snapshot.changes:
        if told.kind in WORKLOADS:
            subject = view.folded(view.root(Suspect(told.kind, told.name, told.namespace)))
            found[subject] = max(told.at, found.get(subject, told.at))
    return found


# -- Who calls --


def _callers(view: View) -> Mapping[tuple[str, str], tuple[Suspect, float, float]]:
    """Targets, by namespace and name, that one foreign namespace calls far more than all others do, and how much."""
    sent: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for sample in view.metric(*_TRAFFIC):
        labels = sample.labels
        source = next((labels[one] for one in _SOURCES if labels.get(one)), "")
        workload = next((labels[one] for one in _SOURCE_WORKLOADS if labels.get(one)), "")
        target = next((labels[one] for one in _TARGETS if labels.get(one)), "")
        namespace = labels.get("destination_workload_namespace") or labels.get("namespace", "")
        if source and target and namespace:
            sent[namespace, target][source, workload] += sample.value
    found = {}
    for (namespace, target), by_source in sent.items():
        (source, workload), most = max(by_source.items(), key=lambda pair: (pair[1], pair[0]))
        others = sum(by_source.values()) - most
        if source != namespace and len(by_source) > 1 and most >= _SHARE * others:
            sender = view.workload_named(source, workload) if workload else None
            found[namespace, target] = (view.folded(sender) if sender else Suspect("Namespace", source), most, others)
    return found


def _of_caller(scene: Scene, trouble: Trouble, sender: Suspect, most: float, others: float) -> Iterator[Finding]:
    if sender == trouble.subject:
        return
    claim = f"{sender} sends {trouble.subject} {most:.0f} of {most + others:.0f} requests a second."
    yield replace(_line(trouble, sender, scene.view.side_of(sender), PROOF, claim), source="metric")
    side = scene.view.side_of(trouble.subject)
    cleared = f"Without {sender} it would be {others:.0f} requests a second."
    yield Finding(side, -PROOF, cleared, "metric", trouble.began_at, trouble.subject, (trouble.subject,), RULE)


# -- Who stands beside it --


def _of_neighbour(scene: Scene, trouble: Trouble, deep: list[Trouble]) -> Iterator[Finding]:
    beside = [
        one
        for one in deep
        if one.subject != trouble.subject and one.began_at <= trouble.began_at + timedelta(minutes=30)
    ]
    for one in sorted(beside, key=lambda other: other.subject):
        what = ", ".join(sorted(effect.value for effect in one.effects - SHALLOW))
        claim = f"{one.subject}, in the same namespace as {trouble.subject}, {what}."
        yield _line(trouble, one.subject, scene.view.side_of(one.subject), WEAK if len(beside) == 1 else HINT, claim)
