"""What status, events and alerts say about something that fails, and the lines that follow from it. PURE.

Status speaks first, because it is never late; then events; the words of an alert come last.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from alerts.kubernetes.fields import dig, mapping, rows, text
from alerts.kubernetes.objects import Container, Pod
from triage.verdict.scene import Scene
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that somebody wrote about what fails."""

    words: str
    at: datetime
    source: str  # object, event or alert
    node: str = ""
    pod: str = ""
    container: Container | None = None  # of which it speaks, where it is the container's own status
    reason: str = ""  # of the event, or of the container's state
    count: int = 1


def statements_of(scene: Scene, trouble: Trouble) -> list[Statement]:
    """Everything that was written about the trouble."""
    now = scene.view.now
    found = [one for pod in trouble.failing for one in _of_pod(pod, now)]
    for event in reversed(trouble.events):
        pod = scene.view.pods.get((event.namespace, event.name)) if event.kind == "Pod" else None
        node = event.host or (pod.node if pod else "")
        name = event.name if event.kind == "Pod" else ""
        found.append(
            Statement(event.message, event.last_at, "event", node, name, reason=event.reason, count=event.count)
        )
    for symptom in trouble.symptoms:
        words = " ".join(filter(None, (symptom.labels.get("reason", ""), symptom.text)))
        found.append(Statement(words, symptom.began_at, "alert", symptom.node, symptom.pod, reason=symptom.alertname))
    return [one for one in found if one.words]


def _of_pod(pod: Pod, now: datetime) -> Iterator[Statement]:
    for one in pod.containers:
        if one.waiting and one.waiting_message:
            yield Statement(one.waiting_message, now, "object", pod.node, pod.name, one, one.waiting)
        if one.ended and one.ended_message and one.ended != "Completed":
            yield Statement(one.ended_message, one.ended_at or now, "object", pod.node, pod.name, one, one.ended)
    if pod.message:
        yield Statement(pod.message, now, "object", pod.node, pod.name, reason=pod.reason)


@dataclass(frozen=True, slots=True)
class Line:
    """What a rule found out about one trouble, before it is said of whom."""

    scene: Scene
    rule: str
    trouble: Trouble
    said: Statement

    def own(self, weight: float, claim: str, *, is_specific: bool = True) -> Finding:
        """The workload itself is to blame, or with a negative weight is not."""
        subject = self.trouble.subject
        return self.of(subject, weight, claim, is_specific=is_specific and weight > 0)

    def of(self, suspect: Suspect, weight: float, claim: str, *, is_specific: bool = True) -> Finding:
        """Somebody is to blame for the trouble."""
        return Finding(
            self.scene.view.side_of(suspect),
            weight,
            claim,
            self.said.source,
            self.said.at,
            suspect,
            (self.trouble.subject,),
            self.rule,
            is_specific,
        )


def injected_containers(scene: Scene) -> dict[Suspect, Container]:
    """Troubles of which all failing containers are none of the workload's own: somebody put them into the pods.

    Known only where the workload's object was read, whose template names what its team wrote. Copies of an object are
    often incomplete, so it counts where several namespaces have the same, or where a webhook is known that may do it.
    """
    found: dict[Suspect, Container] = {}
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for trouble in scene.troubles.values():
        container = _not_asked_for(scene, trouble)
        if container is not None:
            found[trouble.subject] = container
            where[container.name, container.image].add(trouble.namespace)
    has_hook = injector(scene).kind == "Webhook"
    return {
        subject: one
        for subject, one in found.items()
        if (has_hook or not one.is_init) and ((has_hook and not one.is_init) or len(where[one.name, one.image]) >= 2)
    }


def _not_asked_for(scene: Scene, trouble: Trouble) -> Container | None:
    failing = [(pod, one) for pod in trouble.failing for one in pod.containers if _fails(one)]
    for pod, one in failing:
        template = _template(scene, pod)
        if not template or one.name in template:
            return None
    return failing[0][1] if failing else None


def _fails(one: Container) -> bool:
    return bool(one.waiting and one.waiting not in {"ContainerCreating", "PodInitializing"}) or (
        one.is_over and one.ended != "Completed"
    )


def _template(scene: Scene, pod: Pod) -> frozenset[str]:
    """The names of the containers that the pod's owner asks for."""
    view, owner = scene.view, pod.thing.owner
    thing = view.object_of(view.workload_of(pod)) or (view.things.get(owner) if owner else None)
    spec = mapping(dig(thing.spec, "template", "spec")) if thing else {}
    return frozenset(text(one.get("name")) for key in ("containers", "initContainers") for one in rows(spec.get(key)))


def injector(scene: Scene) -> Suspect:
    """Who puts containers into pods: the one webhook that may, or somebody of the cluster."""
    view = scene.view
    hooks = {
        text(hook.get("name")) or thing.name
        for thing in view.of_kind("MutatingWebhookConfiguration")
        for hook in rows(thing.body.get("webhooks"))
        if any("pods" in (rule.get("resources") or ()) for rule in rows(hook.get("rules")))
    }
    return Suspect("Webhook", min(hooks)) if len(hooks) == 1 else view.cluster


def gathered(scene: Scene) -> dict[Suspect, str]:
    """Workloads of several namespaces that fail on one node only and are well elsewhere, to that node."""
    alone = {
        trouble.subject: min(nodes)
        for trouble in scene.troubles.values()
        if len(nodes := {pod.node for pod in trouble.failing if pod.node}) == 1
        and any(pod.node and pod.node not in nodes for pod in trouble.well)
    }
    namespaces: dict[str, set[str]] = defaultdict(set)
    for subject, node in alone.items():
        namespaces[node].add(subject.namespace or subject.name)
    return {subject: node for subject, node in alone.items() if len(namespaces[node]) >= 2}
