"""A control plane that does not answer, decide or reach the nodes is to blame for what then waits or fails.

What it says itself is proof: etcd's and the API server's own errors in events and in the words of alerts, the tunnel
to the kubelets that has no agent, a lease that its holder does not renew. What it leaves undone is nearly as good: a
pod that no scheduler has looked at has neither a condition nor an event. Its parts depend on each other, so etcd
explains the API server, and the API server those that hold leases and those that serve a part of the API.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from alerts.kubernetes.fields import dig, moment, rows, text
from alerts.kubernetes.objects import Pod, Thing
from triage.verdict.findings import of_cluster
from triage.verdict.messages import Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View, names
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

_RULE = "control_plane"
ETCD, API = Suspect("Component", "etcd"), Suspect("Component", "kube-apiserver")
SCHEDULER = Suspect("Component", "kube-scheduler")
CONTROLLERS = Suspect("Component", "kube-controller-manager")
CLOUD = Suspect("Component", "cloud-controller-manager")
_TUNNEL = Suspect("Component", "konnectivity")

# What nothing but the part itself says, and whose word it is.
_SAID: tuple[tuple[Pattern, Suspect, float], ...] = (
    (
        Pattern(r"etcdserver: |mvcc: database space exceeded|etcd cluster is unavailable|grpc_status:.*etcd"),
        ETCD,
        PROOF,
    ),
    (
        Pattern(
            r"No SSH tunnels currently open|No agent available|error dialing backend|no tunnels? (?:available|open)"
            r"|proxy error from .* while dialing .*:10250|failed to dial .*konnectivity|remotedialer"
        ),
        _TUNNEL,
        PROOF,
    ),
    (
        Pattern(
            r"the server is currently unable to handle the request(?: \(get|$)|storage is \(re\)initializing"
            r"|the server was unable to return a response in the time allotted|Unable to connect to the server"
            r"|dial tcp [^ ]+:6443: (?:connect: connection refused|i/o timeout|connect: no route to host)"
            r"|the server has received too many requests and has asked us to try again later"
            r"|apiserver (?:is )?(?:not ready|shutting down)|leader election lost|failed to renew lease"
        ),
        API,
        STRONG,
    ),
    (
        Pattern(
            r"cloud[- ]?provider.*(?:throttl|rate ?limit|RequestLimitExceeded)|node\.cloudprovider\.kubernetes\.io"
        ),
        CLOUD,
        STRONG,
    ),
)
_REFUSED = Pattern(r"Unauthorized|the server has asked for the client to provide credentials|invalid bearer token")
_DOWN = {ETCD: (API,), API: (SCHEDULER, CONTROLLERS, CLOUD)}
_line = partial(of_cluster, _RULE)
_STALE = timedelta(seconds=60)  # leases of the parts are renewed every two seconds and run out after fifteen
_LOOKED_AT = timedelta(seconds=60)  # a scheduler that works needs less than one
_BY_CONTROLLERS = frozenset({Effect.SHORT, Effect.OTHER, Effect.JOB, Effect.REFUSED})


def control_plane(scene: Scene) -> Iterator[Finding]:
    """Lines for the parts of the control plane, by their own words, by their leases, and by what they leave undone."""
    yield from _words(scene)
    yield from _never_scheduled(scene)
    yield from _leases(scene)
    yield from _sick_parts(scene)
    yield from _credentials(scene)
    yield from _dependants(scene)


# -- What they say --


def _words(scene: Scene) -> Iterator[Finding]:
    found: dict[Suspect, list[tuple[float, Statement, Suspect]]] = defaultdict(list)
    for trouble in scene.troubles.values():
        texts = scene.statements[trouble.subject]
        for pattern, suspect, weight in _SAID:
            # An aggregated API that is not served is its own server's fault.
            own = [one for one in texts if "metrics.k8s.io" not in one.words] if suspect == API else texts
            if said := next((one for one in own if pattern.fits(one.words)), None):
                found[suspect].append((weight, said, trouble.subject))
    for suspect, rows_of in sorted(found.items()):
        namespaces = {subject.namespace for *_, subject in rows_of}
        alone = suspect == API and len(namespaces) < 2 and API not in scene.troubles
        for weight, said, subject in rows_of:
            # One client that does not reach the API server may well ask at a wrong address.
            claim = f"{subject}: {short(said.words)}"
            yield _line(suspect, WEAK if alone else weight, claim, (said.source, said.at), (subject,))


def _ended(pod: Pod) -> list[str]:
    return [one.ended_message for one in pod.containers]


# -- What they leave undone --


def _never_scheduled(scene: Scene) -> Iterator[Finding]:
    """Pods without node, condition or event: nobody has looked at them."""
    view = scene.view
    sees = any("PodScheduled" in pod.conditions for pod in view.pods.values()) or bool(view.events_with("Scheduled"))
    if not sees:
        return
    found: dict[Suspect, list[Pod]] = defaultdict(list)
    for trouble in scene.troubles.values():
        for pod in trouble.failing:
            if _is_unseen(view, pod):
                found[trouble.subject].append(pod)
    for subject in sorted(found):
        oldest = min(pod.thing.created_at or view.now for pod in found[subject])
        waiting = int((view.now - oldest).total_seconds())
        yield _line(
            SCHEDULER,
            PROOF if len(found) > 1 else STRONG + WEAK,
            f"{counted(len(found[subject]), 'pod')} of {subject} without node, condition or event after {waiting} s: "
            "no scheduler has looked.",
            ("object", oldest),
            (subject,),
        )


def _is_unseen(view: View, pod: Pod) -> bool:
    made = pod.thing.created_at
    if pod.node or pod.phase not in {"Pending", ""} or "PodScheduled" in pod.conditions or pod.thing.deleted_at:
        return False
    if made is None or view.now - made < _LOOKED_AT or rows(pod.spec.get("schedulingGates")):
        return False
    if text(pod.spec.get("schedulerName")) not in {"", "default-scheduler"}:
        return False  # another one was to look at it: whose that is, is another question
    looked = {"FailedScheduling", "Scheduled", "NotTriggerScaleUp", "TriggeredScaleUp", "WaitingForGates"}
    return not any(one.reason in looked for one in view.events_about("Pod", pod.namespace, pod.name))


def _leases(scene: Scene) -> Iterator[Finding]:
    """A part that does not renew its lease does not work, whatever its pod says."""
    view = scene.view
    for lease in view.of_kind("Lease"):
        suspect = {one.name: one for one in (SCHEDULER, CONTROLLERS, CLOUD)}.get(lease.name)
        renewed = _renewed(lease)
        if suspect is None or renewed is None or view.now - renewed < _STALE:
            continue
        explained = tuple(sorted(one.subject for one in scene.troubles.values() if _waits_for(view, suspect, one)))
        seconds = int((view.now - renewed).total_seconds())
        claim = f"{suspect.name} has not renewed its lease for {seconds} s."
        yield _line(suspect, PROOF, claim, ("object", renewed), explained or (suspect,))


def _renewed(lease: Thing) -> datetime | None:
    return moment(dig(lease.spec, "renewTime"))


def _waits_for(view: View, suspect: Suspect, trouble: Trouble) -> bool:
    if trouble.subject == suspect:
        return True
    if suspect == SCHEDULER:
        return any(_is_unseen(view, pod) for pod in trouble.failing)
    if suspect == CONTROLLERS:
        return bool(trouble.effects & _BY_CONTROLLERS) and not trouble.failing
    return trouble.subject.kind in {"Service", "Node"}


# -- Parts that are seen to be sick --


def _sick_parts(scene: Scene) -> Iterator[Finding]:
    """Pods of the control plane that fail are no shadows of anything: everybody else is theirs."""
    for trouble in scene.of_platform:
        if scene.view.role_of(trouble.subject) is not Role.CONTROL_PLANE or not (trouble.failing or trouble.events):
            continue
        total = len(trouble.failing) + len(trouble.well)
        claim = f"{len(trouble.failing)} of {counted(total, 'pod')} of {trouble.subject.name} fail."
        weight = WEAK if trouble.is_shallow else FAIR
        yield Finding(
            Side.CLUSTER,
            weight,
            claim,
            "object" if trouble.failing else "event",
            trouble.began_at,
            trouble.subject,
            (trouble.subject,),
            _RULE,
            is_specific=not trouble.is_shallow,
        )


def _credentials(scene: Scene) -> Iterator[Finding]:
    """Several teams that are refused by the API server at once have not all lost their credentials by themselves."""
    found: dict[Suspect, str] = {}
    for trouble in scene.troubles.values():
        said = [m for pod in trouble.failing for m in _ended(pod)] + [one.message for one in trouble.events]
        message = next((one for one in said if _REFUSED.fits(one) and "pull" not in one), None)
        if message is not None:
            found[trouble.subject] = message
    requests = scene.view.metric("apiserver_request_total", "apiserver_request_total_rate")
    rate = sum(one.value for one in requests if one.labels.get("code") == "401")
    crashing = [one for one in scene.of_tenants if one.effects & {Effect.CRASH, Effect.INIT}]
    if rate > 10 and len({one.namespace for one in crashing}) > 1:
        found |= {one.subject: f"it crashes while {rate:.0f} requests are answered with 401" for one in crashing}
    if len({one.namespace for one in found}) < 2:
        return
    said_one = short(found[min(found)])
    claim = f"{names(found)} are all refused by the API server: {said_one}"
    yield _line(API, STRONG + HINT, claim, ("object", scene.view.now), tuple(sorted(found)))


# -- One cause is one incident --


def _dependants(scene: Scene) -> Iterator[Finding]:
    """What of the control plane, and of those who serve a part of its API, lives on another part that is sick."""
    for suspect, below in _DOWN.items():
        cause = scene.troubles.get(suspect)
        if cause is None:
            continue
        explained = {one for one in below if one in scene.troubles}
        if suspect == ETCD and API in explained:
            explained |= {one for one in _DOWN[API] if one in scene.troubles}
        explained |= {one for one in scene.troubles if one.kind == "APIService"}
        if explained:
            claim = f"{names(explained)} cannot work without {suspect.name}."
            yield _line(suspect, STRONG, claim, ("alert", cause.began_at), tuple(sorted(explained)))
            for one in sorted(explained):
                # What it says of itself is what it was made to say.
                yield Finding(Side.CLUSTER, -PROOF, claim, "alert", cause.began_at, one, (one,), _RULE)
