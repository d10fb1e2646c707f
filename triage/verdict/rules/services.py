"""A Service that reaches no pod, or the wrong port, fails whoever calls it, and it is its team's, unless its endpoints
are missing although ready pods match.

A selector is compared with the labels of pods and of the templates of workloads, so that one scaled to zero is not
taken for a wrong selector. A named target port must be one of the containers' ports. Endpoints that stay empty while
matching pods are ready are the endpoint controller's fault, and a load balancer that does not come is the cloud's,
unless the cloud complains of the Service's own annotations.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from alerts.kubernetes.fields import dig, rows, text, texts
from alerts.kubernetes.objects import Pod, Thing
from triage.verdict.findings import Line
from triage.verdict.messages import Pattern, short
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, PROOF, STRONG

_CALLED = frozenset(
    {Effect.REQUESTS, Effect.OTHER, Effect.UNREADY, Effect.CRASH, Effect.INIT, Effect.JOB, Effect.SHORT}
)
_OWN_BALANCER = Pattern.any_of(
    "annotation", "invalid", "unsupported", "not allowed", "sourceranges", "loadbalancerip", "not found"
)
_SETTLED = timedelta(minutes=3)


def services(scene: Scene) -> Iterator[Finding]:
    """Lines about Services of the namespaces in which something fails."""
    book = _Book(scene)
    namespaces = {one.namespace for one in scene.troubles.values() if one.namespace}
    for service in sorted(scene.view.of_kind("Service"), key=lambda one: (one.namespace, one.name)):
        if service.namespace in namespaces and (fault := book.fault_of(service)) is not None:
            suspect, weight, claim = fault
            yield from _explained(book, service, suspect, weight, claim)


class _Book:
    """The templates and endpoints of each namespace, looked up once."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.view = scene, scene.view
        self.templates: dict[str, list[dict[str, str]]] = defaultdict(list)
        for thing in self.view.of_kind("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"):
            self.templates[thing.namespace].append(texts(dig(thing.spec, "template", "metadata", "labels")))
        self.ready: dict[tuple[str, str], int] = defaultdict(int)
        self.listed: set[tuple[str, str]] = set()
        for thing in self.view.of_kind("EndpointSlice"):
            key = (thing.namespace, thing.labels.get("kubernetes.io/service-name", ""))
            self.listed.add(key)
            self.ready[key] += sum(
                1 for one in rows(thing.body.get("endpoints")) if dig(one, "conditions", "ready") is not False
            )
        for thing in self.view.of_kind("Endpoints"):
            key = (thing.namespace, thing.name)
            self.listed.add(key)
            self.ready[key] += sum(len(rows(one.get("addresses"))) for one in rows(thing.body.get("subsets")))

    def pods(self, namespace: str) -> list[Pod]:
        """The pods of the namespace that are not over."""
        return [pod for pod in self.view.pods_in.get(namespace, ()) if pod.phase not in {"Succeeded", "Failed"}]

    def fault_of(self, service: Thing) -> tuple[Suspect, float, str] | None:
        """What is wrong with the Service, and whose it is."""
        own = Suspect("Service", service.name, service.namespace)
        told = f"Service {service.namespace}/{service.name} "
        selector = texts(service.spec.get("selector"))
        if selector and service.spec.get("type") != "ExternalName" and (here := self.pods(service.namespace)):
            matching = [one for one in here if selector.items() <= one.thing.labels.items()]
            if not matching:
                return self._unmatched(service, here, own, told)
            if (wrong := _wrong_port(service, matching)) is not None:
                return own, *(wrong[0], told + wrong[1])
            if self._has_lost_endpoints(service, matching):
                claim = told + f"has no endpoints, although {len(matching)} pods match and are ready."
                return Suspect("Component", "kube-controller-manager"), STRONG, claim
        return self._balancer(service, own, told)

    def _unmatched(self, service: Thing, here: list[Pod], own: Suspect, told: str) -> tuple[Suspect, float, str] | None:
        selector = texts(service.spec.get("selector"))
        if any(selector.items() <= labels.items() for labels in self.templates.get(service.namespace, ())):
            return None  # its pods are not there, and that is another matter
        near = [
            one
            for one in here
            if any(one.thing.labels.get(key) == value for key, value in selector.items())
            or service.name in {*one.thing.labels.values()}
        ]
        listed = ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
        claim = f"{told}selects {listed}, which none of {len(here)} pods carries."
        return own, PROOF if near else FAIR, claim

    def _has_lost_endpoints(self, service: Thing, matching: list[Pod]) -> bool:
        key = (service.namespace, service.name)
        settled = [one for one in matching if one.is_well and self._since_ready(one)]
        return key in self.listed and not self.ready[key] and bool(settled)

    def _since_ready(self, pod: Pod) -> bool:
        ready = pod.conditions.get("Ready")
        return ready is None or ready.changed_at is None or self.view.now - ready.changed_at > _SETTLED

    def _balancer(self, service: Thing, own: Suspect, told: str) -> tuple[Suspect, float, str] | None:
        if service.spec.get("type") != "LoadBalancer" or rows(dig(service.status, "loadBalancer", "ingress")):
            return None
        for event in reversed(self.view.events_about("Service", service.namespace, service.name)):
            if event.is_warning:
                is_own = _OWN_BALANCER.fits(event.message)
                suspect = own if is_own else Suspect("Component", "cloud-controller-manager")
                return suspect, STRONG, f"{told}gets no load balancer: “{short(event.message)}”"
        return None


def _wrong_port(service: Thing, matching: list[Pod]) -> tuple[float, str] | None:
    declared = [port for pod in matching for one in pod.containers for port in rows(one.body.get("ports"))]
    if not declared or any(not rows(one.body.get("ports")) for pod in matching for one in pod.containers):
        return None  # a container may listen on ports that it does not declare
    names, numbers = {text(one.get("name")) for one in declared}, {one.get("containerPort") for one in declared}
    for port in rows(service.spec.get("ports")):
        target = port.get("targetPort", port.get("port"))
        if isinstance(target, str) and not target.isdigit() and target not in names:
            return PROOF, f"sends to the port {target}, which no container of its pods has."
        if isinstance(target, int) and target not in numbers:
            listed = ", ".join(str(one) for one in sorted(str(one) for one in numbers)[:4])
            return STRONG, f"sends to port {target}, and its pods declare {listed}."
    return None


def _explained(book: _Book, service: Thing, suspect: Suspect, weight: float, claim: str) -> Iterator[Finding]:
    for trouble in book.scene.in_namespace(service.namespace):
        if not trouble.effects & _CALLED or not _is_touched(trouble, service):
            continue
        yield Line.seen(book.scene, "services", trouble, "object", service.created_at).graded(suspect, weight, claim)


def _is_touched(trouble: Trouble, service: Thing) -> bool:
    """It is about the Service, speaks of it, or only says that something is wrong."""
    if service.name == trouble.subject.name or trouble.subject.kind == "Namespace":
        return True
    return service.name.casefold() in trouble.text.casefold() or trouble.effects <= {Effect.REQUESTS, Effect.OTHER}
