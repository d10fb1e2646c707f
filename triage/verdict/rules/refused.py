"""A pod that the API server refuses breaks a rule, which its team must keep, or the rule itself fails.

Quotas, limit ranges, pod security and policies that deny a pod speak of the pod's own spec, unless several namespaces
begin to be refused at the same time: then the rule changed. A quota that counts far more than there is was counted
wrong. A webhook that does not answer is the fault of whoever runs the service behind it, however many others suffer.
Errors of etcd and of the API server are the control plane's.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.kubernetes.fields import dig, quantity, rows, text
from alerts.kubernetes.parse import conditions_of
from triage.verdict.messages import short
from triage.verdict.platform import Role
from triage.verdict.refusals import Kind, Refusal, read
from triage.verdict.scene import Scene
from triage.verdict.states import SHALLOW, Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "refused"
_TOGETHER = timedelta(minutes=30)
_MANY = 3  # namespaces
_CHANGED = 2  # namespaces, where a change of the rule is known
_FAR_ABOVE = 3.0  # times what exists
_MANY_PODS = 10
_RULES_OF_CLUSTER = frozenset(
    {"ClusterPolicy", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy"}
    | {"ValidatingAdmissionPolicyBinding", "ConstraintTemplate", "Namespace", "PodSecurityPolicy"}
    | {"SecurityContextConstraints", "ValidatingPolicy", "Policy"}
)
_BY_SPEC = frozenset(
    {Kind.LIMIT_RANGE, Kind.QUOTA_NEEDS, Kind.SECURITY, Kind.DENIED, Kind.ACCOUNT, Kind.PRIORITY, Kind.INVALID}
    | {Kind.ENDING}
)
_AROUND = SHALLOW | {Effect.QUOTA, Effect.REFUSED}
_API = Suspect("Component", "kube-apiserver")
_CONTROLLERS = Suspect("Component", "kube-controller-manager")


@dataclass(frozen=True)
class _Refused:
    """One workload that is refused its pods."""

    subject: Suspect
    namespace: str
    refusal: Refusal
    message: str
    since: datetime


def refused(scene: Scene) -> Iterator[Finding]:
    """Lines about each refusal that still holds."""
    told = list(_refusals(scene))
    together = _together(scene.view, told)
    for one in told:
        for trouble in _troubles(scene, one):
            match one.refusal.kind:
                case Kind.WEBHOOK:
                    yield from _webhook(scene, one, trouble)
                case Kind.QUOTA:
                    yield from _quota(scene.view, one, trouble)
                case kind if kind in _BY_SPEC:
                    yield from _by_spec(scene.view, one, trouble, together.get((kind, one.refusal.name), 0))
                case _:
                    yield from _control_plane(scene.view, one, trouble)


def _refusals(scene: Scene) -> Iterator[_Refused]:
    """The last word about each workload: from events, and from status where no event tells."""
    view = scene.view
    found: dict[Suspect, _Refused] = {}
    for thing in view.of_kind("ReplicaSet", "Deployment"):
        failure = conditions_of(thing.status).get("ReplicaFailure")
        if failure is None or failure.status != "True" or (refusal := read(failure.message)) is None:
            continue
        subject = view.folded(view.root(Suspect(thing.kind, thing.name, thing.namespace)))
        since = failure.changed_at or view.now
        found[subject] = _Refused(subject, thing.namespace, refusal, failure.message, since)
    for event in view.events_with("FailedCreate"):
        workload = view.workload_of_event(event)
        made = [
            one.last_at
            for one in view.events_about(event.kind, event.namespace, event.name)
            if one.reason == "SuccessfulCreate"
        ]
        if workload is None or any(at > event.last_at for at in made) or (refusal := read(event.message)) is None:
            continue
        subject = view.folded(workload)
        earlier = found.get(subject)
        since = (
            min(event.first_at, earlier.since) if earlier and earlier.refusal.kind is refusal.kind else event.first_at
        )
        found[subject] = _Refused(subject, event.namespace, refusal, event.message, since)
    yield from (found[subject] for subject in sorted(found))


def _troubles(scene: Scene, one: _Refused) -> list[Trouble]:
    """What the refusal makes fail: the workload; of a quota also what else in its namespace has no reason."""
    own = scene.troubles.get(one.subject)
    around = [
        trouble for trouble in scene.in_namespace(one.namespace) if trouble.effects <= _AROUND and trouble is not own
    ]
    if one.refusal.kind is Kind.QUOTA:
        return [*([own] if own else []), *around]
    return [own] if own else []


def _together(view: View, told: list[_Refused]) -> dict[tuple[Kind, str], int]:
    """How many namespaces began to be refused by the same rule at the same time."""
    spaces: dict[tuple[Kind, str], dict[str, datetime]] = defaultdict(dict)
    for one in told:
        if not view.is_platform(one.subject):
            by_space = spaces[one.refusal.kind, one.refusal.name]
            by_space[one.namespace] = min(one.since, by_space.get(one.namespace, one.since))
    return {
        key: sum(1 for at in by_space.values() if at - min(by_space.values()) <= _TOGETHER)
        for key, by_space in spaces.items()
    }


def _by_spec(view: View, one: _Refused, trouble: Trouble, spaces: int) -> Iterator[Finding]:
    kind = one.refusal.kind
    changed = [
        change
        for change in view.snapshot.changes
        if change.kind in _RULES_OF_CLUSTER and change.at >= one.since - timedelta(hours=2)
    ]
    can_change = kind in {Kind.DENIED, Kind.SECURITY}
    if can_change and (spaces >= _MANY or (spaces >= _CHANGED and changed)):
        why = f"; {changed[-1].kind} {changed[-1].name} was changed at {changed[-1].at:%H:%M}" if changed else ""
        suspect = Suspect("Webhook", one.refusal.name) if kind is Kind.DENIED else view.cluster
        claim = f"{spaces} namespaces began to be refused at the same time{why}: {short(one.message)}"
        yield _line(one, trouble, suspect, PROOF if changed else STRONG, claim, side=Side.CLUSTER)
        yield _own(view, one, trouble, -FAIR, f"{trouble.subject} is refused what others are refused as well.")
        return
    if kind in {Kind.DENIED, Kind.SECURITY} and changed and not _changed_itself(view, trouble):
        claim = f"{changed[-1].kind} {changed[-1].name} was changed before {trouble.subject} was refused."
        suspect = Suspect("Webhook", one.refusal.name) if kind is Kind.DENIED else view.cluster
        yield _line(one, trouble, suspect, FAIR, claim, side=Side.CLUSTER)
        yield _own(view, one, trouble, FAIR, f"{kind.value.capitalize()}: {short(one.message)}")
        return
    yield _own(view, one, trouble, STRONG, f"{kind.value.capitalize()}: {short(one.message)}")


def _changed_itself(view: View, trouble: Trouble) -> bool:
    subject = trouble.subject
    return any(
        (change.kind, change.namespace, change.name) == (subject.kind, subject.namespace, subject.name)
        for change in view.snapshot.changes
    )


# -- Webhooks --


def _webhook(scene: Scene, one: _Refused, trouble: Trouble) -> Iterator[Finding]:
    """Whose service stands behind it?"""
    view, refusal = scene.view, one.refusal
    service, namespace = _service_of(view, refusal)
    backend = view.behind_service.get((namespace, service))
    where = f" (service {namespace}/{service})" if service else ""
    claim = f"The webhook {refusal.name}{where} does not answer: {short(one.message)}"
    if _is_of_team(view, one, namespace, service, backend):
        suspect = backend or Suspect("Service", service, namespace)
        yield _line(one, trouble, suspect, PROOF, claim, side=Side.APPLICATION)
    else:
        sick = view.folded(backend) if backend else _sick_admission(scene, namespace)
        suspect = (
            sick if sick and sick in scene.troubles and view.is_platform(sick) else Suspect("Webhook", refusal.name)
        )
        yield _line(one, trouble, suspect, PROOF, claim, side=Side.CLUSTER)
    if trouble.subject != suspect:
        yield _own(view, one, trouble, -FAIR, f"The pods of {trouble.subject} were not even looked at.")


def _sick_admission(scene: Scene, namespace: str) -> Suspect | None:
    """The part that decides about admission and fails in this namespace, where the service's own pods are not known."""
    view = scene.view
    parts = (view.folded(one) for one in view.workloads_by_role.get(Role.ADMISSION, ()) if one.namespace == namespace)
    return next((one for one in parts if one in scene.troubles), None)


def _is_of_team(view: View, one: _Refused, namespace: str, service: str, backend: Suspect | None) -> bool:
    """Whether a team runs the service: a webhook is an object of the cluster, so that has to be seen."""
    if not namespace or view.is_platform(Suspect("Service", service, namespace)):
        return False
    if backend is not None and view.is_platform(backend):
        return False
    # A namespace that holds nothing but the webhook was made for it, by whoever may register one for all others.
    is_home = any(other != backend for other in view.workloads_in.get(namespace, ()))
    return is_home or one.namespace == namespace


def _service_of(view: View, refusal: Refusal) -> tuple[str, str]:
    """By the address in the message, else by the configuration that names the webhook."""
    if refusal.service:
        return refusal.service, refusal.namespace
    for thing in view.of_kind("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for hook in rows(thing.body.get("webhooks")):
            if text(hook.get("name")) == refusal.name:
                service = dig(hook, "clientConfig", "service")
                return text(dig(service, "name")), text(dig(service, "namespace"))
    return "", ""


# -- Quotas --


def _quota(view: View, one: _Refused, trouble: Trouble) -> Iterator[Finding]:
    wrong = _counted_wrong(view, one)
    if wrong:
        suspect = Suspect("ResourceQuota", one.refusal.name, one.namespace)
        yield _line(one, trouble, suspect, PROOF, wrong, side=Side.CLUSTER)
        yield _own(view, one, trouble, -FAIR, f"{trouble.subject} does not use what the quota counts.")
    elif trouble.subject == one.subject:
        yield _own(view, one, trouble, STRONG, f"{one.refusal.kind.value.capitalize()}: {short(one.message)}")


def _counted_wrong(view: View, one: _Refused) -> str:
    """A sentence where the quota counts far more than there is; empty where it does not."""
    used = _amounts(one.refusal.used)
    there = [pod for pod in view.pods_in.get(one.namespace, ()) if pod.phase not in {"Succeeded", "Failed"}]
    told = sum(
        int(sample.value) for sample in view.metric("kube_pod_info") if sample.labels.get("namespace") == one.namespace
    )
    if "pods" in used or "count/pods" in used:
        count = used.get("pods", used.get("count/pods", 0.0))
        most = max(len(there), told)
        if most and count >= _FAR_ABOVE * most and count - most >= _MANY_PODS:
            exist = counted(most, "pod")
            return f"Quota {one.refusal.name} counts {count:.0f} pods, and {exist} of namespace {one.namespace} exist."
    for name, amount in used.items():
        resource = name.removeprefix("requests.")
        if resource not in {"cpu", "memory"} or not there or told > len(there):
            continue
        asked = sum(pod.requested(resource) for pod in there)
        if asked and amount >= _FAR_ABOVE * asked and len(there) >= 2:
            return f"Quota {one.refusal.name} counts {name} of {amount:.3g}, and the pods ask for {asked:.3g} together."
    return ""


def _amounts(listed: str) -> dict[str, float]:
    pairs = (part.partition("=") for part in listed.split(","))
    read_of = {name.strip(): quantity(amount) for name, _, amount in pairs}
    return {name: amount for name, amount in read_of.items() if amount is not None}


# -- The control plane --


def _control_plane(view: View, one: _Refused, trouble: Trouble) -> Iterator[Finding]:
    suspects = {
        Kind.ETCD: Suspect("Component", "etcd"),
        Kind.TUNNEL: Suspect("Component", "konnectivity"),
        Kind.QUOTA_UNKNOWN: _CONTROLLERS,
        Kind.DEFAULT_ACCOUNT: _CONTROLLERS,
    }
    kind = one.refusal.kind
    weight = PROOF if kind in {Kind.ETCD, Kind.TUNNEL} else STRONG if kind is Kind.SERVER else FAIR
    claim = f"{kind.value.capitalize()}: {short(one.message)}"
    yield _line(one, trouble, suspects.get(kind, _API), weight, claim, side=Side.CLUSTER)
    yield _own(view, one, trouble, -WEAK, f"The pods of {trouble.subject} were not refused for what they are.")


# -- Lines --


def _own(view: View, one: _Refused, trouble: Trouble, weight: float, claim: str) -> Finding:
    return _line(one, trouble, trouble.subject, weight, claim, side=view.side_of(trouble.subject))


def _line(one: _Refused, trouble: Trouble, suspect: Suspect, weight: float, claim: str, *, side: Side) -> Finding:
    return Finding(
        side, weight, claim, "event", one.since, suspect, (trouble.subject,), _RULE, is_specific=weight >= STRONG
    )
