"""Where workloads are changed and nothing follows, not even a refusal, the controller manager does not work.

The controllers of Kubernetes write into every object which generation of it they have seen. Where that stays behind for
several workloads, or ReplicaSets ask for pods that nobody makes and nobody refuses, no team is to blame.
"""

from collections.abc import Iterator
from datetime import timedelta

from alerts.kubernetes.objects import Thing
from alerts.kubernetes.parse import conditions_of
from triage.verdict.rules.scheduler_silent import reasons
from triage.verdict.scene import Scene
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "controller_manager_silent"
_PART = Suspect("Component", "kube-controller-manager")
_PATIENCE = timedelta(minutes=3)
_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")


def controller_manager_silent(scene: Scene) -> Iterator[Finding]:
    """A line for each failing workload that its controller has not looked at."""
    view = scene.view
    ignored: dict[Suspect, str] = {}
    for thing in view.of_kind(*_KINDS):
        subject = view.folded(view.root(Suspect(thing.kind, thing.name, thing.namespace)))
        if subject in scene.troubles and subject not in ignored and (said := _ignored(view, thing)):
            ignored[subject] = said
    if not ignored:
        return
    why = reasons(view, "kube-controller-manager")
    weight = PROOF if why else STRONG if len(ignored) > 1 else WEAK
    for subject, said in sorted(ignored.items()):
        trouble = scene.troubles[subject]
        claim = f"{said} {' '.join(why)}".strip()
        yield Finding(
            Side.CLUSTER, weight, claim, "object", trouble.began_at, _PART, (subject,), _RULE, is_specific=weight > WEAK
        )
        if weight > WEAK:
            claim = f"{subject} waits for its controller."
            yield Finding(view.side_of(subject), -FAIR, claim, "object", trouble.began_at, subject, (subject,), _RULE)


def _ignored(view: View, thing: Thing) -> str:
    """In what the controller is behind, as a sentence; empty where it is not."""
    seen, spec, status = thing.status.get("observedGeneration"), thing.spec, thing.status
    where = f"{thing.kind} {thing.namespace}/{thing.name}"
    if isinstance(seen, int) and thing.generation > seen:
        return f"{where} is at generation {thing.generation}, and its controller has seen {seen}."
    wanted, there = spec.get("replicas"), status.get("replicas", 0)
    if thing.kind != "ReplicaSet" or not isinstance(wanted, int) or not isinstance(there, int) or wanted <= there:
        return ""
    is_old = thing.created_at is None or view.now - thing.created_at >= _PATIENCE
    refused = "ReplicaFailure" in conditions_of(status) or any(
        event.reason == "FailedCreate" for event in view.events_about(thing.kind, thing.namespace, thing.name)
    )
    if refused or not is_old or not status:
        return ""
    return f"{where} asks for {wanted} pods, {there} were made, and no refusal is told."
