"""What fails at the way in is its Ingress's fault where the Ingress asks for what does not exist, the controller's
where several teams' sites fail at once, and one Ingress's where its configuration is what the controller cannot load.

Read are the Ingress (its class, the Services and ports behind it), what the controller said of it, and which hosts
fail. A controller that cannot reload its configuration is a victim if one Ingress object broke it: the first one that
it complained of, the one whose text holds the directive that it names, or the only one that came just before.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property

from alerts.kubernetes.fields import dig, mapping, rows, text
from alerts.kubernetes.objects import Thing
from alerts.reports import EventReport
from triage.verdict.findings import Line
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import Role
from triage.verdict.policies import governing, lets_in
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG

_RULE = "ingress"
OWN_ANSWER = Pattern.any_of(
    "upstream sent too big header",
    "request entity too large",
    r"\b413\b",
    "client intended to send too large body",
    "no such file or directory.*(html|static)",
)
BAD_CERTIFICATE = Pattern.any_of(
    "x509", "certificate (has )?expired", "certificate is not yet valid", "certificate verify failed"
)
_REJECTED = frozenset(
    {"AddedOrUpdatedWithError", "Rejected", "UpdatedWithError", "AddedOrUpdatedWithWarning", "RELOAD"}
)
_UNLOADABLE = Pattern.any_of(
    r"\[emerg\]",
    "reload failed",
    "error reloading",
    "was not applied",
    "invalid nginx configuration",
    "unable to build",
)
_RELOADS = Pattern.any_of("reload", "configuration", "config")
_DIRECTIVE = Capture(r"\[emerg\][^\"]*\"(?P<directive>[a-z0-9_]{4,})\"")
_FILE = Capture(r"/conf\.d/(?P<file>[a-z0-9.\-]+?)\.conf")
_URL = Capture(r"(?:https?://)(?P<host>[a-z0-9.\-]+)")
_WEB = Pattern.any_of(
    "probe",
    "blackbox",
    "5xx",
    r"\b50[0-9]\b",
    "ingress",
    "http",
    "timeout",
    "timed out",
    "x509",
    "certificate",
    "refused",
)
_LEAD = timedelta(minutes=30)
_CLASS = "kubernetes.io/ingress.class"


def ingress(scene: Scene) -> Iterator[Finding]:
    """Lines about Ingress objects that are wrong, controllers that are, and an Ingress that breaks its controller."""
    book = _Book(scene)
    culprit = _breaker(book)
    if culprit is not None:
        yield from _broken_by(book, *culprit)
        return
    calm = []
    for trouble, mine in book.told.items():
        own = list(_own(book, scene.troubles[trouble], mine))
        yield from own
        if not own:
            calm.append(scene.troubles[trouble])
    yield from _shared(book, calm)


class _Book:
    """Which Ingress stands behind which trouble."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.view = scene, scene.view
        self.all = sorted(self.view.of_kind("Ingress"), key=lambda one: (one.namespace, one.name))
        self.by_host: dict[str, list[Thing]] = defaultdict(list)
        self.by_workload: dict[Suspect, list[Thing]] = defaultdict(list)
        for one in self.all:
            for rule in rows(one.spec.get("rules")):
                self.by_host[text(rule.get("host"))].append(one)
            for name, _ in backends(one):
                if (workload := self.view.behind_service.get((one.namespace, name))) is not None:
                    self.by_workload[workload].append(one)
        self.told: dict[Suspect, list[Thing]] = {}
        for trouble in scene.troubles.values():
            if found := self._of(trouble):
                self.told[trouble.subject] = found

    def _of(self, trouble: Trouble) -> list[Thing]:
        if trouble.subject.kind == "Ingress":
            found = self.view.thing("Ingress", trouble.namespace, trouble.subject.name)
            return [found] if found else []
        if not trouble.effects <= {Effect.REQUESTS, Effect.OTHER} or not trouble.symptoms:
            return []
        by_label = self._labelled(trouble)
        if by_label:
            return by_label
        if trouble.subject.kind == "Namespace":
            return [one for one in self.all if one.namespace == trouble.namespace] if _is_web(trouble) else []
        return self.by_workload.get(trouble.subject, []) if _is_web(trouble) else []

    def _labelled(self, trouble: Trouble) -> list[Thing]:
        found: dict[tuple[str, str], Thing] = {}
        for symptom in trouble.symptoms:
            name = symptom.labels.get("ingress") or symptom.labels.get("exported_ingress") or ""
            space = symptom.labels.get("exported_namespace") or symptom.labels.get("namespace", "")
            if (thing := self.view.thing("Ingress", space, name)) is not None:
                found[thing.namespace, thing.name] = thing
            for value in (
                *(symptom.labels.get(one, "") for one in ("instance", "target", "host", "url")),
                symptom.text,
            ):
                url = _URL.find(value)
                for thing in self.by_host.get(url["host"] if url else value, ()) if value else ():
                    found[thing.namespace, thing.name] = thing
        return [found[key] for key in sorted(found)]

    def line(self, trouble: Trouble, source: str, at: datetime | None) -> Line:
        """What is seen of the trouble."""
        return Line.seen(self.scene, _RULE, trouble, source, at)

    @cached_property
    def namespaces_with_bad_certificates(self) -> frozenset[str]:
        """Of Ingress objects whose sites show a certificate that nobody trusts."""
        return frozenset(
            thing.namespace
            for subject, things in self.told.items()
            if self.scene.said(self.scene.troubles[subject], BAD_CERTIFICATE) is not None
            for thing in things
        )

    @property
    def controllers(self) -> list[Suspect]:
        """The ingress controllers, as suspects."""
        running = {self.view.folded(one) for one in self.view.workloads_by_role.get(Role.INGRESS, ())}
        failing = {one.subject for one in self.scene.of_platform if self.view.role_of(one.subject) is Role.INGRESS}
        return sorted(running | failing)


def _is_web(trouble: Trouble) -> bool:
    return any(_WEB.fits(f"{symptom.alertname} {symptom.text}") for symptom in trouble.symptoms)


def backends(thing: Thing) -> list[tuple[str, object]]:
    """The Services that an Ingress sends to, with the port's number or name."""
    found = []
    paths = [path for rule in rows(thing.spec.get("rules")) for path in rows(dig(rule, "http", "paths"))]
    for backend in [mapping(thing.spec.get("defaultBackend")), *(mapping(path.get("backend")) for path in paths)]:
        service = mapping(backend.get("service"))
        name = text(service.get("name")) or text(backend.get("serviceName"))
        port = mapping(service.get("port"))
        if name:
            found.append((name, port.get("number") or port.get("name") or backend.get("servicePort")))
    return found


# -- What is wrong with the Ingress itself --


def _own(book: _Book, trouble: Trouble, mine: list[Thing]) -> Iterator[Finding]:
    for thing in mine:
        suspect = Suspect("Ingress", thing.name, thing.namespace)
        told = f"Ingress {thing.namespace}/{thing.name} "
        for weight, reason in _faults(book.view, thing):
            yield book.line(trouble, "object", thing.created_at).graded(suspect, weight, told + reason)
            break
        for policy, behind in _closed(book, thing):
            closed = Suspect(policy.kind, policy.name, policy.namespace)
            claim = (
                f"NetworkPolicy {policy.name} lets the ingress controller not reach {behind}, which stands behind it."
            )
            yield book.line(trouble, "object", policy.created_at).graded(closed, PROOF, claim)
            break
        for event in book.view.events_about("Ingress", thing.namespace, thing.name):
            if event.reason in _REJECTED and event.is_warning:
                claim = f"{told}is not accepted: “{short(event.message)}”"
                yield book.line(trouble, "event", event.last_at).graded(suspect, STRONG, claim)
                break
    yield from _certificate(book, trouble, mine)
    said = book.scene.said(trouble, OWN_ANSWER)
    if said is not None:
        claim = f"The answer or request of {trouble.subject} itself is refused: “{short(said.words)}”"
        yield book.line(trouble, said.source, said.at).graded(trouble.subject, STRONG, claim)


def _certificate(book: _Book, trouble: Trouble, mine: list[Thing]) -> Iterator[Finding]:
    """An Ingress that brings its own certificate answers for it, unless those of other teams end at the same time."""
    if len(book.namespaces_with_bad_certificates) > 1:
        return
    said = book.scene.said(trouble, BAD_CERTIFICATE)
    for thing in mine:
        secrets = [text(one.get("secretName")) for one in rows(thing.spec.get("tls"))]
        if said is not None and any(secrets):
            claim = f"Ingress {thing.name} brings its own certificate ({secrets[0]}): “{short(said.words)}”"
            suspect = Suspect("Ingress", thing.name, thing.namespace)
            yield book.line(trouble, said.source, said.at).graded(suspect, PROOF, claim)
            return


def _faults(view: View, thing: Thing) -> Iterator[tuple[float, str]]:
    """What it names and what does not exist, the surest first."""
    named = text(thing.spec.get("ingressClassName"))
    annotated = thing.annotations.get(_CLASS, "")
    classes = {one.name for one in view.of_kind("IngressClass")}
    if classes and named and named not in classes:
        yield PROOF, f"names the class {named}, which does not exist (there are: {', '.join(sorted(classes)[:5])})."
    elif classes and annotated and annotated not in classes:
        yield (
            STRONG,
            f"names the class {annotated}, which does not exist (there are: {', '.join(sorted(classes)[:5])}).",
        )
    for service_name, port in backends(thing):
        service = view.thing("Service", thing.namespace, service_name)
        if service is None:
            if view.knows("Service", thing.namespace):
                yield PROOF, f"sends to the Service {service_name}, which does not exist."
            continue
        offered = rows(service.spec.get("ports"))
        numbers = {one.get("port") for one in offered} | {one.get("name") for one in offered}
        if port is not None and offered and port not in numbers:
            yield PROOF, f"sends to port {port} of the Service {service_name}, which has no such port."
    if classes and not named and not annotated and not _has_default(view):
        yield FAIR, "names no class, and no class of the cluster is the default one."


def _closed(book: _Book, thing: Thing) -> Iterator[tuple[Thing, Suspect]]:
    """Policies of the namespace that keep the controller, which stands in another one, from the pods behind."""
    view = book.view
    policies = view.in_namespace("NetworkPolicy", thing.namespace)
    pods = [pod for one in view.workloads_by_role.get(Role.INGRESS, ()) for pod in view.pods_by_workload.get(one, ())]
    caller = pods[0].thing.labels if pods else {}
    for name, _ in backends(thing):
        behind = view.behind_service.get((thing.namespace, name))
        targets = view.pods_by_workload.get(behind, ()) if behind else ()
        applying = governing(policies, targets[0].thing.labels, "Ingress") if targets else []
        if behind and applying and not lets_in(applying, caller, is_neighbour=False):
            yield applying[0], behind


def _has_default(view: View) -> bool:
    key = "ingressclass.kubernetes.io/is-default-class"
    return any(one.annotations.get(key) == "true" for one in view.of_kind("IngressClass"))


# -- What several share --


def _shared(book: _Book, calm: list[Trouble]) -> Iterator[Finding]:
    """Sites of several teams that fail at once, without anything of their own: the controller, or the way to it."""
    controllers = book.controllers
    troubled = [one for one in controllers if one in book.scene.troubles]
    owners = {one.subject: {thing.namespace for thing in book.told[one.subject]} for one in calm}
    # An alert of a prober carries the prober's namespace; the site that it names tells whose it is.
    tenants = [
        one for one in calm if any(not book.view.is_platform(Suspect("Namespace", of)) for of in owners[one.subject])
    ]
    namespaces = {of for one in tenants for of in owners[one.subject]}
    if not tenants or not (controllers or len(namespaces) > 1):
        return
    suspect = (troubled or controllers or [Suspect("IngressClass", _class_of(book, tenants[0]))])[0]
    reload = next((event for event in book.view.events_with("RELOAD") if _UNLOADABLE.fits(event.message)), None)
    all_hosts = {one.namespace for one in book.all}
    weight = 0.0
    if troubled or reload:
        weight = PROOF if len(namespaces) > 1 or reload else STRONG
    elif len(namespaces) > 1:
        weight = PROOF if len(namespaces) > 2 or namespaces >= all_hosts else STRONG
    why = f"; its controller says “{short(reload.message)}”" if reload else ""
    for trouble in tenants:
        if weight:
            claim = f"Sites of {counted(len(namespaces), 'namespace')} fail at the ingress at once{why}."
            yield book.line(trouble, "event" if reload else "alert", trouble.began_at).graded(suspect, weight, claim)
        elif all_hosts - namespaces:
            yield from _alone(book, trouble, counted(len(all_hosts - namespaces), "other"))


def _alone(book: _Book, trouble: Trouble, others: str) -> Iterator[Finding]:
    """One site fails and the others do not; a prober's alert about it is charged to the site."""
    thing = book.told[trouble.subject][0]
    is_probers = book.view.is_platform(trouble.subject) and thing.namespace != trouble.namespace
    suspect = Suspect("Ingress", thing.name, thing.namespace) if is_probers else trouble.subject
    claim = f"Only {thing.namespace} fails at the ingress; {others} do not."
    yield book.line(trouble, "object", trouble.began_at).graded(suspect, STRONG if is_probers else HINT, claim)


def _class_of(book: _Book, trouble: Trouble) -> str:
    thing = book.told[trouble.subject][0]
    return text(thing.spec.get("ingressClassName")) or thing.annotations.get(_CLASS, "") or "ingress"


# -- One that breaks all --


def _breaker(book: _Book) -> tuple[Thing, str, str, datetime] | None:
    """The Ingress that the controller cannot load, with what shows it; None where none is."""
    complaints = [event for event in book.view.events if event.kind == "Ingress" and _UNLOADABLE.fits(event.message)]
    reloads = [event for event in book.view.events_with("RELOAD") if _UNLOADABLE.fits(event.message)]
    onset = _onset(book, [*complaints, *reloads])
    if onset is None:
        return None
    message = next((event.message for event in [*complaints, *reloads]), "")
    by_text = _by_text(book, [*complaints, *reloads])
    if by_text is not None:
        return by_text, message, "its text holds what the controller complains of", onset
    if complaints:
        first = min(complaints, key=lambda one: (one.first_at, one.namespace, one.name))
        thing = book.view.thing("Ingress", first.namespace, first.name)
        if thing is not None:
            return thing, first.message, "it is the first that the controller complained of", onset
    if _controller_changed(book, onset):
        return None
    fresh = _fresh(book, onset)
    if len(fresh) == 1:
        return fresh[0], message, "it is the only one that came or changed just before", onset
    return None


def _onset(book: _Book, events: list[EventReport]) -> datetime | None:
    """Since when the controller cannot load its configuration; None where it can."""
    alerts = [
        symptom.began_at
        for trouble in book.scene.of_platform
        if book.view.role_of(trouble.subject) is Role.INGRESS
        for symptom in trouble.symptoms
        if "reload" in f"{symptom.alertname} {symptom.text}".casefold()
        or (_RELOADS.fits(symptom.alertname) and _UNLOADABLE.fits(symptom.text))
    ]
    return min([*alerts, *(event.first_at for event in events)], default=None)


def _by_text(book: _Book, events: list[EventReport]) -> Thing | None:
    for event in events:
        if (told := _FILE.find(event.message)) is not None:
            named = [one for one in book.all if f"{one.namespace}-{one.name}" == told["file"]]
            if named:
                return named[0]
        if (told := _DIRECTIVE.find(event.message)) is not None:
            holding = [one for one in book.all if any(told["directive"] in value for value in one.annotations.values())]
            if len(holding) == 1:
                return holding[0]
    return None


def _controller_changed(book: _Book, onset: datetime) -> bool:
    mine = set(book.view.workloads_by_role.get(Role.INGRESS, ()))
    spaces = {one.namespace for one in mine}
    return any(
        change.namespace in spaces and onset - _LEAD * 2 <= change.at <= onset + timedelta(minutes=5)
        for change in book.view.snapshot.changes
    )


def _fresh(book: _Book, onset: datetime) -> list[Thing]:
    changed = {
        (one.namespace, one.name)
        for one in book.view.snapshot.changes
        if one.kind == "Ingress" and onset - _LEAD <= one.at <= onset + timedelta(minutes=5)
    }
    made = {
        (one.namespace, one.name)
        for one in book.all
        if one.created_at is not None and onset - _LEAD <= one.created_at <= onset + timedelta(minutes=5)
    }
    return [one for one in book.all if (one.namespace, one.name) in changed | made]


def _broken_by(book: _Book, thing: Thing, message: str, why: str, onset: datetime) -> Iterator[Finding]:
    view = book.view
    suspect = Suspect("Ingress", thing.name, thing.namespace)
    claim = f"Ingress {thing.namespace}/{thing.name} keeps the controller from loading its configuration: {why}"
    claim += f" (“{short(message)}”)." if message else "."
    controllers = [one for one in book.controllers if one in book.scene.troubles]
    victims = [one for one in book.scene.troubles if one.kind == "Ingress" or one in book.told]
    for victim in sorted({*controllers, *victims}):
        yield Finding(view.side_of(suspect), PROOF, claim, "event", onset, suspect, (victim,), _RULE, is_specific=True)
    if view.side_of(suspect) is Side.APPLICATION:
        for one in controllers:
            told = f"{one} can load no configuration while {suspect} is part of it."
            yield Finding(Side.CLUSTER, -PROOF, told, "event", onset, one, (one,), _RULE)
