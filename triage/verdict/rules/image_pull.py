"""An image that is not there is its workload's; a registry that is down for many, or for a node, is the cluster's.

What the runtime says is sorted into faults: the reference (no such tag, no such repository, another architecture),
the access (unauthorized, denied), the way (time-outs, refused, 5xx, certificates, no such host), the limit of a
registry, and the disk of the node. A fault of the reference is the workload's own. For the others the question is who
else asks the same registry: several namespaces that fail at once, or a node on which alone it fails, point to the
cluster; a host that nobody else uses and that does not exist is misspelt. A registry that runs in the cluster and is
sick is named itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from alerts.kubernetes.fields import dig, rows, text
from alerts.kubernetes.objects import Container
from triage.verdict.findings import Line
from triage.verdict.image_messages import (
    ANONYMOUS_NO_MORE,
    ASKED,
    DIALED,
    PULLED,
    SANDBOX,
    Fault,
    fault_of,
    image_in,
)
from triage.verdict.images import host_of, is_public, normal_host, repository_of
from triage.verdict.injected import injected_containers, injector
from triage.verdict.messages import short
from triage.verdict.platform import Role, part_of
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import IMAGE_REASONS, Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import names
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

RULE = "image_pull"


_TOGETHER = timedelta(minutes=45)
_BY_NODE = frozenset({Fault.WAY, Fault.LOOKUP, Fault.NO_HOST, Fault.ACCESS})


@dataclass(frozen=True, slots=True)
class Pull:
    """A trouble's image that is not pulled."""

    trouble: Trouble
    fault: Fault
    said: Statement
    image: str
    host: str  # that the reference names
    asked: str  # that the runtime asked, where it tells; a mirror, or where the registry sent it
    nodes: frozenset[str]


@dataclass
class Registry:
    """Who asks one registry, and how it went."""

    pulls: list[Pull] = field(default_factory=list)
    users: set[Suspect] = field(default_factory=set)  # whose containers run from it
    fresh: list[tuple[Suspect, str]] = field(default_factory=list)  # who pulled from it since, on which node


@dataclass(frozen=True, slots=True)
class Around:
    """What the pulls are weighed against, looked up once."""

    crowds: Mapping[str, Mapping[Suspect, list[Pull]]]
    injected: Mapping[Suspect, Container]
    addresses: Mapping[str, tuple[str, str]]
    hosts: Mapping[str, tuple[str, str]]
    sick: tuple[Suspect, ...]  # registries that run in the cluster and fail


def image_pull(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads, registries and nodes where images are not pulled."""
    yield from _sandboxes(scene)
    pulls = [pull for trouble in scene.troubles.values() if (pull := _pull(scene, trouble)) is not None]
    if not pulls:
        return
    registries = _registries(scene, pulls)
    crowds = {host: _crowds(registry) for host, registry in registries.items()}
    around = Around(
        crowds, injected_containers(scene), _services_by_address(scene), _services_by_host(scene), _sick(scene)
    )
    for pull in pulls:
        yield from _judge(scene, pull, registries[pull.host], around)
    yield from _of_many_hosts(scene, pulls)


def _pull(scene: Scene, trouble: Trouble) -> Pull | None:
    if Effect.IMAGE not in trouble.effects:
        return None
    found = [
        (one, fault_of(one.words, one.reason))
        for one in scene.statements[trouble.subject]
        if _speaks_of_image(one, trouble)
    ]
    told = [pair for pair in found if pair[1] is not Fault.UNTOLD] or found
    said, fault = told[0] if told else (Statement("", trouble.began_at, "object"), Fault.UNTOLD)
    waiting = [(pod, one) for pod in trouble.failing for one in pod.containers if one.waiting in IMAGE_REASONS]
    image = image_in(said.words) or next((one.image for _, one in waiting), "") or _image_of_template(scene, trouble)
    asked = ASKED.find(said.words)
    nodes = {pod.node for pod, _ in waiting if pod.node} or {one.node for one, _ in found if one.node}
    return Pull(
        trouble,
        fault,
        said,
        image,
        host_of(image) if image else "",
        normal_host(asked["host"]) if asked else "",
        frozenset(nodes),
    )


def _speaks_of_image(one: Statement, trouble: Trouble) -> bool:
    if one.source == "object":
        return one.reason in IMAGE_REASONS
    words = one.words.casefold()
    return "image" in words or (one.source == "alert" and trouble.effects == {Effect.IMAGE})


def _image_of_template(scene: Scene, trouble: Trouble) -> str:
    """Only where the workload has a single image is it clear which one is meant."""
    containers = rows(scene.view.template_of(trouble.subject).get("containers"))
    return text(containers[0].get("image")) if len(containers) == 1 else ""


def _registries(scene: Scene, pulls: list[Pull]) -> Mapping[str, Registry]:
    view = scene.view
    found: dict[str, Registry] = defaultdict(Registry)
    for pull in pulls:
        found[pull.host].pulls.append(pull)
    for pod in view.pods.values():
        subject = view.folded(view.workload_of(pod))
        for one in pod.containers:
            if one.image and (one.is_running or one.ended) and (host := host_of(one.image)) in found:
                found[host].users.add(subject)
    for event in view.events_with("Pulled"):
        groups = PULLED.find(event.message)
        if groups is None or (registry := found.get(host_of(groups["image"]))) is None:
            continue
        onset = min(pull.trouble.began_at for pull in registry.pulls)
        workload = view.workload_of_event(event)
        if workload is not None and event.last_at >= onset:
            pod_of = view.pods.get((event.namespace, event.name))
            registry.fresh.append((view.folded(workload), event.host or (pod_of.node if pod_of else "")))
    return found


# -- The image of the runtime itself --


def _sandboxes(scene: Scene) -> Iterator[Finding]:
    """The pause image is no workload's choice: the runtime of the node names it."""
    for trouble in scene.troubles.values():
        if Effect.CREATING not in trouble.effects:
            continue
        said = scene.said(trouble, SANDBOX)
        if said is None:
            continue
        line = Line(scene, RULE, trouble, said)
        for node in sorted({pod.node for pod in trouble.failing if pod.node} or {said.node} - {""}):
            claim = f"The runtime of {node} does not get its own image for sandboxes: {short(said.words)}"
            yield line.of(Suspect("Node", node), PROOF, claim)
        yield line.own(-STRONG, f"{trouble.subject} does not choose the image of a sandbox.")


# -- Decisions --


def _judge(scene: Scene, pull: Pull, registry: Registry, around: Around) -> Iterator[Finding]:
    line = Line(scene, RULE, pull.trouble, pull.said)
    quoted = short(pull.said.words)
    if pull.fault is Fault.DISK:
        for node in sorted(pull.nodes):
            yield line.of(Suspect("Node", node), STRONG, f"The disk of {node} takes no image: {quoted}")
        if pull.nodes:
            yield line.own(-FAIR, f"The image of {pull.trouble.subject} is found; a disk does not take it: {quoted}")
        return
    if pull.fault is Fault.PACE:
        for node in sorted(pull.nodes):
            yield line.of(Suspect("Node", node), STRONG, f"The kubelet of {node} holds pulls back: {quoted}")
        return
    together = around.crowds[pull.host][pull.trouble.subject]
    if (container := around.injected.get(pull.trouble.subject)) is not None:
        claim = f"The container {container.name}, which {pull.trouble.subject} does not ask for, has no image: {quoted}"
        yield line.of(injector(scene), PROOF, claim)
        yield line.own(-FAIR, f"{pull.trouble.subject} does not name the container {container.name}.")
        return
    if pull.fault not in {Fault.REFERENCE, Fault.UNTOLD} and (sick := _sick_registry(scene, pull, around)) is not None:
        yield from _of_sick(line, pull, sick, _spread(together))
        return
    if pull.fault is Fault.REFERENCE:
        yield from _of_reference(line, pull, together)
    elif pull.fault is Fault.ACCESS:
        yield from _of_access(line, pull, registry, together)
    elif pull.fault is Fault.LIMIT:
        yield from _of_limit(line, pull, together)
    elif pull.fault is Fault.UNTOLD:
        yield from _of_untold(line, pull, registry, together)
    else:
        yield from _of_way(line, pull, registry, together)


def _crowds(registry: Registry) -> Mapping[Suspect, list[Pull]]:
    """For each pull those that fail at the same registry, with the same fault or none told, from about the same time.

    Sorted by time and parted where nothing new fails for long, so that thousands of pulls are looked at once.
    """
    found: dict[Suspect, list[Pull]] = {}
    for fault in Fault:
        kind = _WAYS if fault in _WAYS else {fault}
        alike = [one for one in registry.pulls if one.fault in kind or Fault.UNTOLD in {one.fault, fault}]
        alike.sort(key=lambda one: (one.trouble.began_at, one.trouble.subject))
        crowd: list[Pull] = []
        for one in alike:
            if crowd and one.trouble.began_at - crowd[-1].trouble.began_at > _TOGETHER:
                crowd = []
            crowd.append(one)
            if one.fault is fault:
                found[one.trouble.subject] = crowd
    return found


_WAYS = frozenset({Fault.WAY, Fault.LOOKUP, Fault.NO_HOST})


def _spread(crowd: list[Pull]) -> int:
    """How many namespaces fail at the registry at once; the platform's own parts count as one each."""
    found: set[str] = set()
    for one in crowd:
        found.add(one.trouble.namespace or str(one.trouble.subject))
        if len(found) >= _ENOUGH:
            break
    return len(found)


_ENOUGH = 10


def _crowd(pull: Pull, together: list[Pull]) -> str:
    spread = _spread(together)
    where = f"{_ENOUGH} or more namespaces" if spread >= _ENOUGH else counted(spread, "namespace")
    return f"{counted(len(together), 'workload')} in {where} fail at {pull.host} at once"


def _of_sick(line: Line, pull: Pull, sick: Suspect, spread: int) -> Iterator[Finding]:
    """A registry inside of the cluster; one from which several teams pull is the platform's, wherever it stands."""
    quoted, view = short(pull.said.words), line.scene.view
    shared = not view.is_platform(sick) and spread > 1
    suspect = Suspect("Registry", pull.host) if shared else sick
    claim = f"{pull.host} is {sick}, which fails itself: {quoted}"
    yield line.of(suspect, PROOF, claim)
    yield line.own(-STRONG, f"{pull.trouble.subject} asks a registry of this cluster that fails.")
    if shared:
        both = replace(line, trouble=line.scene.troubles[sick])
        yield both.of(suspect, PROOF, f"{sick} is the registry {pull.host}, from which {spread} namespaces pull.")
        yield both.own(-FAIR, f"{sick} serves {spread} namespaces.")


def _of_reference(line: Line, pull: Pull, together: list[Pull]) -> Iterator[Finding]:
    subject, quoted = pull.trouble.subject, short(pull.said.words)
    repositories = {repository_of(one.image) for one in together[:200] if one.image}
    if _spread(together) >= 3 and len(repositories) >= 3:
        # That so many forget a tag at once does not happen; that a registry loses its storage does.
        yield line.of(Suspect("Registry", pull.host), STRONG, f"{_crowd(pull, together)}: images are gone: {quoted}")
        yield line.own(-FAIR, f"{subject} is one of many whose images {pull.host} does not have any more.")
        return
    yield line.own(PROOF, f"The reference {short(pull.image, 100)} of {subject} cannot be pulled by anybody: {quoted}")


def _of_access(line: Line, pull: Pull, registry: Registry, together: list[Pull]) -> Iterator[Finding]:
    subject, quoted = pull.trouble.subject, short(pull.said.words)
    if _spread(together) >= 2 and (_spread(together) >= 3 or registry.users or not is_public(pull.host)):
        weight = PROOF if _spread(together) >= 3 else STRONG
        yield line.of(Suspect("Registry", pull.host), weight, f"{_crowd(pull, together)}, all refused: {quoted}")
        yield line.own(-FAIR, f"{pull.host} refuses others as well as {subject}, so it is no key of its own.")
        return
    if _is_of_node(pull, registry):
        node = min(pull.nodes)
        yield line.of(
            Suspect("Node", node),
            STRONG,
            f"Only on {node} is {subject} refused: its pods run the same image elsewhere: {quoted}",
        )
        yield line.own(-FAIR, f"The image of {subject} is pulled on other nodes.")
        return
    others = registry.users - {subject}
    more = f"; {counted(len(others), 'other workload')} run from {pull.host}" if others else ""
    yield line.own(PROOF if others else STRONG, f"{subject} alone may not pull from {pull.host}: {quoted}{more}.")


def _is_of_node(pull: Pull, registry: Registry) -> bool:
    """It fails on one node, and the same image was pulled on another, or runs there."""
    if len(pull.nodes) != 1:
        return False
    same = {one.node for one in pull.trouble.well if any(c.image == pull.image for c in one.containers)}
    return bool(same - pull.nodes) and len(same) >= 1 and bool({node for _, node in registry.fresh} - pull.nodes)


def _of_limit(line: Line, pull: Pull, together: list[Pull]) -> Iterator[Finding]:
    subject, quoted = pull.trouble.subject, short(pull.said.words)
    by_name = ANONYMOUS_NO_MORE.fits(pull.said.words)
    if by_name and _spread(together) == 1:
        yield line.own(FAIR, f"The account that {subject} pulls with has used up its limit: {quoted}")
    weight = FAIR if by_name and _spread(together) == 1 else STRONG
    # A registry counts by the address that asks, and that address is the nodes'.
    yield line.of(Suspect("Registry", pull.host), weight, f"{pull.host} serves these nodes no more for now: {quoted}")
    if not by_name:
        yield line.own(-STRONG, f"The reference of {subject} is good; {pull.host} counts what all nodes pull.")


def _of_untold(line: Line, pull: Pull, registry: Registry, together: list[Pull]) -> Iterator[Finding]:
    subject = pull.trouble.subject
    if pull.host and _spread(together) >= 3:
        yield line.of(Suspect("Registry", pull.host), STRONG, f"{_crowd(pull, together)}; nobody tells why.")
        yield line.own(-WEAK, f"{subject} is one of many that fail at {pull.host}.")
    elif _fresh_others(pull, registry):
        others = {one for one, _ in registry.fresh} - {subject}
        yield line.own(FAIR, f"{names(others)} pulled from {pull.host} since {subject} cannot.")
    else:
        yield line.own(WEAK, f"The image {short(pull.image, 100)} of {subject} is not pulled; no other's is missing.")


def _fresh_others(pull: Pull, registry: Registry) -> bool:
    return any(one != pull.trouble.subject for one, _ in registry.fresh)


def _of_way(line: Line, pull: Pull, registry: Registry, together: list[Pull]) -> Iterator[Finding]:
    subject, quoted = pull.trouble.subject, short(pull.said.words)
    others = registry.users - {one.trouble.subject for one in registry.pulls}
    through = pull.asked if pull.asked and pull.asked != pull.host else ""
    if (node := _only_node(registry, together)) is not None:
        yield line.of(Suspect("Node", node), STRONG, f"Only {node} does not reach {pull.host}: {quoted}")
        yield line.own(-FAIR, f"{pull.host} is reached from other nodes, so the reference of {subject} is good.")
        return
    if _fresh_others(pull, registry) and not through and _spread(together) == 1:
        pulled = {one for one, _ in registry.fresh} - {subject}
        yield line.own(HINT, f"{names(pulled)} pulled from {pull.host} meanwhile.", is_specific=False)
        yield line.of(Suspect("Registry", pull.host), FAIR, f"{subject} does not reach {pull.host}: {quoted}")
        return
    if _is_the_clusters(pull, others, together, through):
        who = (
            f"{_crowd(pull, together)}: " if len(together) > 1 else f"{subject} does not reach {through or pull.host}: "
        )
        used = f"; {names(others)} run from it" if others else ""
        yield line.of(Suspect("Registry", through or pull.host), STRONG, f"{who}{quoted}{used}.")
        yield line.own(-STRONG, f"The reference of {subject} is not at fault: {through or pull.host} is not reached.")
        return
    twins = {one.node for one in pull.trouble.well if any(c.image == pull.image for c in one.containers)}
    places = {one.node for one in pull.trouble.failing if one.node}
    if twins - places:
        # The same reference was pulled before, so it is good; now somebody does not reach the registry.
        suspect = Suspect("Node", min(places)) if len(places) == 1 else Suspect("Registry", pull.host)
        where = ", ".join(sorted(twins - places)[:3])
        yield line.of(suspect, STRONG, f"{pull.image} runs on {where}, and is not reached here: {quoted}")
        yield line.own(-FAIR, f"{subject} runs from the same reference on {where}.")
        return
    weight = PROOF if pull.fault is Fault.NO_HOST else STRONG
    yield line.own(weight, f"{subject} alone names {pull.host}, which does not answer: {quoted}")


def _is_the_clusters(pull: Pull, others: set[Suspect], together: list[Pull], through: str) -> bool:
    """Others use the registry, or everybody knows it, or it is not the one that the reference names."""
    if _spread(together) >= 2 or pull.fault is Fault.LOOKUP:
        return True
    return bool(others) or is_public(pull.host) or (bool(through) and pull.fault is not Fault.NO_HOST)


def _of_many_hosts(scene: Scene, pulls: list[Pull]) -> Iterator[Finding]:
    """Registries do not fail together: what they share is the nodes' way out, and the nodes' name resolution."""
    lost = [pull for pull in pulls if pull.fault in {Fault.WAY, Fault.LOOKUP} and pull.host]
    hosts = sorted({pull.host for pull in lost})
    if (
        len(hosts) < 2
        or len({pull.trouble.namespace for pull in lost}) < 2
        or len({n for p in lost for n in p.nodes}) < 2
    ):
        return
    for pull in lost:
        claim = f"The nodes reach none of {', '.join(hosts[:3])}: {short(pull.said.words)}"
        yield Line(scene, RULE, pull.trouble, pull.said).of(scene.view.cluster, STRONG, claim)


def _only_node(registry: Registry, together: list[Pull]) -> str | None:
    """The one node on which all of this registry's pulls fail while others pull from it well."""
    nodes = {node for one in together[:200] for node in one.nodes}
    well = {node for _, node in registry.fresh if node} - nodes
    return min(nodes) if len(nodes) == 1 and well else None


def _sick_registry(scene: Scene, pull: Pull, around: Around) -> Suspect | None:
    """The workload of this cluster that is the registry, where it fails itself."""
    view = scene.view
    if (behind := _behind(scene, pull, around)) is not None:
        folded = view.folded(behind)
        return folded if folded in scene.troubles and folded != pull.trouble.subject else None
    if is_public(pull.host) or pull.fault in {Fault.ACCESS, Fault.NO_HOST, Fault.LIMIT}:
        return None
    return next((one for one in around.sick if one != pull.trouble.subject), None)


def _sick(scene: Scene) -> tuple[Suspect, ...]:
    view = scene.view
    parts = {view.folded(one) for one in view.workloads_by_role.get(Role.REGISTRY, ())} & scene.troubles.keys()
    return tuple(sorted(parts | {one for one in scene.troubles if _is_registry(scene, one)}))


def _is_registry(scene: Scene, subject: Suspect) -> bool:
    """By what it runs, whoever's it is."""
    if subject.kind == "Component":
        return scene.view.role_of(subject) is Role.REGISTRY
    images = [text(one.get("image")) for one in rows(scene.view.template_of(subject).get("containers"))]
    part = part_of(images, {}) if images else None
    return part is not None and part.role is Role.REGISTRY


def _behind(scene: Scene, pull: Pull, around: Around) -> Suspect | None:
    """What answers for the host inside of the cluster: a service by its name or address, or one behind an Ingress."""
    name = pull.host.partition(":")[0]
    labels = name.split(".")
    service = (labels[1], labels[0]) if len(labels) >= 3 and labels[2] == "svc" else around.hosts.get(name)
    dialed = DIALED.find(pull.said.words)
    if service is None and dialed is not None:
        service = around.addresses.get(dialed["address"])
    return scene.view.behind_service.get(service) if service is not None else None


def _services_by_host(scene: Scene) -> Mapping[str, tuple[str, str]]:
    """The services to which Ingresses lead, by the host."""
    return {
        text(rule.get("host")): (ingress.namespace, text(dig(path, "backend", "service", "name")))
        for ingress in scene.view.of_kind("Ingress")
        for rule in rows(ingress.spec.get("rules"))
        for path in rows(dig(rule, "http", "paths"))
        if text(rule.get("host"))
    }


def _services_by_address(scene: Scene) -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for service in scene.view.of_kind("Service"):
        given = [text(service.spec.get("clusterIP")), text(service.spec.get("loadBalancerIP"))]
        given += [text(one.get("ip")) for one in rows(dig(service.status, "loadBalancer", "ingress"))]
        found |= {one: (service.namespace, service.name) for one in given if one and one != "None"}
    return found
