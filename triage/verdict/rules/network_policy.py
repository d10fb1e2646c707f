"""A NetworkPolicy that denies what a workload needs is the fault of whoever wrote it: the team's in its namespace, the
platform's where it holds for all.

Suspected is a policy that came shortly before the onset in a namespace where calls time out, one that keeps out a
neighbour which fails on time-outs, and any of a namespace of which a monitor says that its policies deny traffic. A
policy for the whole cluster that came just before time-outs in several namespaces explains all of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from alerts.kubernetes.objects import Thing
from triage.verdict.findings import Line
from triage.verdict.messages import Pattern
from triage.verdict.policies import governing, lets_in
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG

TIMED_OUT = Pattern.any_of(
    "tim(e|ed)[- ]?out",
    "deadline exceeded",
    "no route to host",
    "connection reset",
    "unreachable",
    "rbac: access denied",
    "upstream connect error",
    "no answer",
)
DENIED = Pattern.any_of("netpol", "network ?polic.*(den|drop|block)", "policy.*(denied|drop)", "policydeny")
_OF_NAMESPACE = ("NetworkPolicy", "CiliumNetworkPolicy", "AuthorizationPolicy", "PeerAuthentication")
_OF_CLUSTER = (
    "GlobalNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicy",
)
_BY_DENIAL = frozenset(
    {Effect.REQUESTS, Effect.UNREADY, Effect.CRASH, Effect.INIT, Effect.JOB, Effect.SHORT, Effect.OTHER}
)
_BEFORE, _AFTER = timedelta(minutes=60), timedelta(minutes=5)


def network_policy(scene: Scene) -> Iterator[Finding]:
    """Lines about policies of namespaces and of the cluster."""
    by_namespace: dict[str, list[Thing]] = defaultdict(list)
    for thing in scene.view.of_kind(*_OF_NAMESPACE):
        by_namespace[thing.namespace].append(thing)
    for trouble in scene.troubles.values():
        policies = sorted(by_namespace.get(trouble.namespace, ()), key=lambda one: (one.kind, one.name))
        if policies and trouble.effects & _BY_DENIAL:
            yield from _of_namespace(scene, trouble, policies)
    yield from _of_cluster(scene)


def _of_namespace(scene: Scene, trouble: Trouble, policies: list[Thing]) -> Iterator[Finding]:
    if any(DENIED.fits(f"{one.alertname} {one.text}") for one in trouble.symptoms):
        claim = (
            f"Traffic to {trouble.namespace} is denied by its policies ({', '.join(one.name for one in policies[:3])})."
        )
        yield _line(scene, policies[0], trouble, PROOF, claim, "alert")
        return
    if not _times_out(scene, trouble):
        return
    for policy in policies:
        if _came_before(scene.view, policy, trouble):
            claim = f"{policy.kind} {policy.name} came or changed just before {trouble.subject} ran into time-outs."
            yield _line(scene, policy, trouble, STRONG, claim, "object")
    for policy, neighbour in _keeps_out(scene, trouble, policies):
        claim = f"NetworkPolicy {policy.name} lets {trouble.subject} not call {neighbour}, and its calls time out."
        yield _line(scene, policy, trouble, FAIR, claim, "object")


def _times_out(scene: Scene, trouble: Trouble) -> bool:
    return any(TIMED_OUT.fits(f"{said.reason} {said.words}") for said in scene.statements[trouble.subject])


def _came_before(view: View, thing: Thing, trouble: Trouble) -> bool:
    changed = [
        one.at
        for one in view.snapshot.changes
        if (one.kind, one.namespace, one.name) == (thing.kind, thing.namespace, thing.name)
    ]
    moments = [*changed, *([thing.created_at] if thing.created_at else [])]
    return any(trouble.began_at - _BEFORE <= at <= trouble.began_at + _AFTER for at in moments)


def _keeps_out(scene: Scene, trouble: Trouble, policies: list[Thing]) -> Iterator[tuple[Thing, Suspect]]:
    """Neighbours in the namespace that a policy closes to the pods of this trouble."""
    caller = next((dict(pod.thing.labels) for pod in (*trouble.failing, *trouble.well)), None)
    plain = [one for one in policies if one.kind == "NetworkPolicy"]
    if caller is None or not plain:
        return
    told: set[str] = set()
    for service in scene.view.in_namespace("Service", trouble.namespace):
        neighbour = scene.view.behind_service.get((service.namespace, service.name))
        if neighbour is None or neighbour == trouble.subject:
            continue
        pods = scene.view.pods_by_workload.get(neighbour, ())
        applying = governing(plain, pods[0].thing.labels, "Ingress") if pods else []
        if applying and applying[0].name not in told and not lets_in(applying, caller):
            told.add(applying[0].name)
            yield applying[0], neighbour


def _of_cluster(scene: Scene) -> Iterator[Finding]:
    for policy in sorted(scene.view.of_kind(*_OF_CLUSTER), key=lambda one: (one.kind, one.name)):
        hit = [one for one in scene.of_tenants if one.effects & _BY_DENIAL and _came_before(scene.view, policy, one)]
        namespaces = {one.namespace for one in hit}
        if len(namespaces) < 2 and not any(_times_out(scene, one) for one in hit):
            continue
        weight = PROOF if any(_times_out(scene, one) for one in hit) else STRONG
        for trouble in hit:
            reach = counted(len(namespaces), "namespace")
            claim = f"{policy.kind} {policy.name} holds for the whole cluster and came just before; {reach} fail since."
            yield _line(scene, policy, trouble, weight, claim, "object")


def _line(scene: Scene, policy: Thing, trouble: Trouble, weight: float, claim: str, source: str) -> Finding:
    suspect = Suspect(policy.kind, policy.name, policy.namespace)
    return Line.seen(scene, "network_policy", trouble, source, policy.created_at).graded(suspect, weight, claim)
