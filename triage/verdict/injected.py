"""Containers that somebody else put into the pods of a workload: meshes, agents, whatever a webhook adds. PURE."""

from collections import defaultdict

from alerts.kubernetes.fields import dig, mapping, rows, text
from alerts.kubernetes.objects import Container, Pod
from triage.verdict.scene import Scene
from triage.verdict.troubles import Trouble
from triage.verdict.types import Suspect


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
