"""Lookups that fail are the cluster DNS's fault where it is sick or several namespaces suffer, and the workload's own
where only it is cut off, asks for names that do not exist, or floods the DNS with questions.

A name that does not exist (`no such host`, NXDOMAIN) was answered: the DNS works, the name is wrong. No answer (`i/o
timeout`, `Temporary failure in name resolution`, SERVFAIL) is the DNS, the way to it, or a NetworkPolicy that lets
nothing out to port 53, or a dnsPolicy that asks another server. One client that asks for most of all names, most of
them not existing, is the culprit of the DNS's own trouble, and of its victims.
"""

from collections import defaultdict
from collections.abc import Iterator

from alerts.kubernetes.fields import dig, mapping, text
from alerts.kubernetes.objects import Thing
from triage.verdict.findings import Line
from triage.verdict.messages import Pattern, short
from triage.verdict.platform import Role
from triage.verdict.policies import governing, lets_out_to_dns
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "dns"
UNKNOWN = Pattern.any_of("no such host", "nxdomain", "name or service not known", "could not resolve host", "enotfound")
UNANSWERED = Pattern.any_of(
    r"lookup \S+.*(i/o timeout|timed out|server misbehaving|connection refused|no route to host)",
    "temporary failure in name resolution",
    "server misbehaving",
    "servfail",
    "eai_again",
    r"(dns|name|lookup|lookups|resol\w+)\b.*(i/o timeout|tim(e|ed) ?out)",
    "(dns|name) (resolution|lookups?) (fail|error)",
    r":53: (i/o timeout|connect: connection refused|read: connection refused)",
    r"unknownhostexception",
    "bad address '",
    "can't resolve",
    "getaddrinfo failed",
    "could not resolve",
    "connection timed out; no servers could be reached",
    "cannot assign requested address when resolving",
    "resolver.*timed out",
)
_OUTSIDE = Pattern.any_of(r"lookup [^ :]*(docker\.io|gcr\.io|quay\.io|registry|ecr)\S*", "failed to pull image")
_LOOP = Pattern.any_of(r"loop \(127\.0\.0\.1.*detected for zone", "plugin/loop")
_STORM = 0.5  # of all questions, from one client, most of them for names that do not exist
_MISSES = 0.5


def dns(scene: Scene) -> Iterator[Finding]:
    """Lines about the cluster DNS, about who floods it, and about who cannot reach it."""
    parts = _parts(scene)
    lookups = [
        (trouble, said) for trouble in scene.troubles.values() if (said := scene.said(trouble, UNANSWERED)) is not None
    ]
    sick = [trouble for trouble in scene.troubles.values() if trouble.subject in parts]
    stormer = _stormer(scene)
    if stormer is not None:
        yield from _storm(scene, stormer, lookups, sick)
        return
    yield from _loops(scene, sick)
    yield from _endpoints(scene, lookups)
    spread = {trouble.namespace for trouble, _ in lookups if not scene.view.is_platform(trouble.subject)} - {""}
    for trouble, said in lookups:
        if trouble.subject in parts or _OUTSIDE.fits(said.words):
            continue
        own = list(_own(scene, trouble, said))
        yield from own
        if not own:
            yield from _shared(scene, trouble, said, sick, spread)
    yield from _unknown_names(scene, parts)


def _parts(scene: Scene) -> frozenset[Suspect]:
    workloads = scene.view.workloads_by_role.get(Role.DNS, ())
    told = {one.subject for one in scene.of_platform if scene.view.role_of(one.subject) is Role.DNS}
    return frozenset({scene.view.folded(one) for one in workloads} | told)


def _component(scene: Scene) -> Suspect:
    """The cluster's DNS as a suspect: the part that answers, not the cache on the nodes."""
    found = sorted(_parts(scene), key=lambda one: (one.name != "coredns", one not in scene.troubles, one))
    return found[0] if found else Suspect("Component", "coredns")


# -- The DNS itself --


def _loops(scene: Scene, sick: list[Trouble]) -> Iterator[Finding]:
    for trouble in sick:
        said = scene.said(trouble, _LOOP)
        if said is not None:
            claim = f"The cluster DNS forwards to itself: “{short(said.words)}”"
            yield Line(scene, _RULE, trouble, said).graded(trouble.subject, PROOF, claim)


def _endpoints(scene: Scene, lookups: list[tuple[Trouble, Statement]]) -> Iterator[Finding]:
    """DNS pods on a node that is lost still get questions until their endpoints are gone."""
    view = scene.view
    for workload in view.workloads_by_role.get(Role.DNS, ()):
        lost = sorted({pod.node for pod in view.pods_by_workload.get(workload, ()) if pod.node in view.lost_nodes})
        for node in lost:
            for trouble, said in lookups:
                claim = f"A pod of {workload} stands on {node}, which is lost, and {trouble.subject} gets no answers."
                yield Line(scene, _RULE, trouble, said).graded(Suspect("Node", node), STRONG, claim)


def _shared(
    scene: Scene, trouble: Trouble, said: Statement, sick: list[Trouble], spread: set[str]
) -> Iterator[Finding]:
    """Nothing of its own stands in the way: is the DNS sick, and are others cut off as well?"""
    suspect = _component(scene)
    reach = counted(len(spread), "namespace")
    claim = f"{trouble.subject} gets no answers from the DNS: “{short(said.words)}”"
    if sick and any(one.failing or one.symptoms for one in sick):
        yield Line(scene, _RULE, trouble, said).graded(
            suspect, PROOF, f"{claim}, and the DNS is sick itself ({reach})."
        )
    elif len(spread) > 1:
        yield Line(scene, _RULE, trouble, said).graded(suspect, STRONG, f"{claim}; it is so in {reach}.")
    elif scene.view.is_platform(trouble.subject):
        yield Line(scene, _RULE, trouble, said).graded(suspect, FAIR, claim)
    elif _answers_others(scene):
        told = f"{claim}, while the DNS is ready and nobody else complains."
        yield Line(scene, _RULE, trouble, said).graded(trouble.subject, FAIR, told)
    else:
        yield Line(scene, _RULE, trouble, said).graded(suspect, WEAK, claim)


def _answers_others(scene: Scene) -> bool:
    """Its pods are seen ready, and no metric says that it fails."""
    view = scene.view
    pods = [pod for one in view.workloads_by_role.get(Role.DNS, ()) for pod in view.pods_by_workload.get(one, ())]
    return bool(pods) and all(pod.is_well for pod in pods) and _share("SERVFAIL", scene) < 0.05


def _share(code: str, scene: Scene) -> float:
    answers = scene.view.metric("coredns_dns_responses_total", "coredns_dns_response_rcode_count_total")
    total = sum(one.value for one in answers)
    return sum(one.value for one in answers if one.labels.get("rcode") == code) / total if total > 0 else 0.0


# -- What is its own --


def _own(scene: Scene, trouble: Trouble, said: Statement) -> Iterator[Finding]:
    view = scene.view
    policies = view.in_namespace("NetworkPolicy", trouble.namespace)
    labels = _labels(view, trouble)
    applying = governing(policies, labels, "Egress")
    if applying and not lets_out_to_dns(applying):
        policy = applying[0]
        claim = f"NetworkPolicy {policy.namespace}/{policy.name} lets {trouble.subject} ask no DNS (port 53): "
        yield Line(scene, _RULE, trouble, said).graded(_of(policy), PROOF, claim + f"“{short(said.words)}”")
    spec = view.template_of(trouble.subject)
    config = mapping(spec.get("dnsConfig"))
    if text(spec.get("dnsPolicy")) == "None" or config.get("nameservers"):
        servers = ", ".join(str(one) for one in config.get("nameservers") or []) or "none"
        claim = f"{trouble.subject} sets its own DNS servers ({servers[:80]}), and lookups fail: “{short(said.words)}”"
        yield Line(scene, _RULE, trouble, said).graded(trouble.subject, PROOF, claim)
    elif text(spec.get("dnsPolicy")) == "Default" or (
        spec.get("hostNetwork") is True and text(spec.get("dnsPolicy")) != "ClusterFirstWithHostNet"
    ):
        claim = f"{trouble.subject} asks the DNS of its node, which knows no Services: “{short(said.words)}”"
        weight = STRONG if Pattern.any_of(r"\.svc", "cluster.local").fits(said.words) else FAIR
        yield Line(scene, _RULE, trouble, said).graded(trouble.subject, weight, claim)


def _labels(view: View, trouble: Trouble) -> dict[str, str]:
    for pod in (*trouble.failing, *trouble.well):
        return dict(pod.thing.labels)
    thing = view.object_of(trouble.subject)
    return (
        {str(k): text(v) for k, v in mapping(dig(thing.spec, "template", "metadata", "labels")).items()}
        if thing
        else {}
    )


def _unknown_names(scene: Scene, parts: frozenset[Suspect]) -> Iterator[Finding]:
    """The DNS answered that there is no such name: who asks for it is wrong, or what should be there is gone."""
    for trouble in scene.troubles.values():
        if trouble.subject in parts:
            continue
        said = next(
            (
                one
                for one in scene.statements[trouble.subject]
                if UNKNOWN.fits(one.words) and not _OUTSIDE.fits(one.words)
            ),
            None,
        )
        if said is None or scene.said(trouble, UNANSWERED) is not None:
            continue
        weight = WEAK if any(one.subject in parts for one in scene.troubles.values()) else FAIR
        claim = f"{trouble.subject} asks for a name that does not exist: “{short(said.words)}”"
        yield Line(scene, _RULE, trouble, said).graded(trouble.subject, weight, claim)


# -- A storm --


def _stormer(scene: Scene) -> tuple[Suspect, float, float] | None:
    """The client that asks most of all questions, with its rate and its share; None where nobody stands out."""
    view = scene.view
    rates: dict[Suspect, float] = defaultdict(float)
    for sample in view.metric("coredns_dns_requests_total", "coredns_dns_request_count_total"):
        if (client := _client(view, sample.labels)) is not None:
            rates[client] += sample.value
    total = sum(rates.values())
    if total <= 0:
        return None
    client = max(sorted(rates), key=lambda one: rates[one])
    misses = _share("NXDOMAIN", scene)
    if rates[client] / total < _STORM or misses < _MISSES:
        return None
    return client, rates[client], misses


def _client(view: View, labels: dict[str, str] | object) -> Suspect | None:
    told = labels if isinstance(labels, dict) else {}
    namespace = str(told.get("client_namespace") or told.get("source_namespace") or "")
    name = next(
        (str(told[one]) for one in ("client_workload", "client_pod", "source_workload", "source_pod") if told.get(one)),
        "",
    )
    if not namespace or not name:
        return None
    known = view.workload_named(namespace, name)
    return view.folded(known or view.workload_of_pod_named(namespace, name))


def _storm(
    scene: Scene, stormer: tuple[Suspect, float, float], lookups: list[tuple[Trouble, Statement]], sick: list[Trouble]
) -> Iterator[Finding]:
    suspect, rate, misses = stormer
    by_word = {trouble.subject for trouble, _ in lookups}
    # The node whose connection table is full of these questions is a victim as well.
    full = {
        one.subject
        for one in scene.of_platform
        if any("conntrack" in symptom.alertname.casefold() for symptom in one.symptoms)
    }
    victims = sorted(by_word | full | {one.subject for one in sick} | _shallow_ones(scene, lookups))
    claim = (
        f"{suspect} asks the cluster DNS {rate:.0f} times a second, and {misses:.0%} of all names asked do not exist."
    )
    for victim in victims:
        yield Finding(
            scene.view.side_of(suspect),
            PROOF,
            claim,
            "metric",
            scene.view.now,
            suspect,
            (victim,),
            _RULE,
            is_specific=True,
        )
    for victim in victims:
        if scene.view.is_platform(victim):
            yield Finding(
                Side.CLUSTER,
                -STRONG,
                f"{victim} suffers from what {suspect} asks.",
                "metric",
                scene.view.now,
                victim,
                (victim,),
                _RULE,
            )


def _shallow_ones(scene: Scene, lookups: list[tuple[Trouble, Statement]]) -> set[Suspect]:
    """What else fails in the namespaces in which lookups fail, without a word why."""
    namespaces = {trouble.namespace for trouble, _ in lookups} - {""}
    return {one.subject for one in scene.of_tenants if one.namespace in namespaces and one.is_shallow}


def _of(thing: Thing) -> Suspect:
    return Suspect(thing.kind, thing.name, thing.namespace)
