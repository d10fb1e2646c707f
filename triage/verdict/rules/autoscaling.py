"""An autoscaler without metrics is its team's if its pods name no requests, and the platform's if the API is away.

The autoscaler of pods says which it is: `missing request for cpu` is about the pods, `unable to fetch metrics from
resource metrics API: the server is currently unable to handle the request` about whoever serves that API. At its own
maximum an autoscaler does what it was told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from alerts.kubernetes.fields import dig, text
from alerts.kubernetes.parse import conditions_of
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

_RULE = "autoscaling"
_KIND = "HorizontalPodAutoscaler"
_AWAY = Capture(
    r"(?P<api>resource|custom|external) metrics API: .*"
    r"(?:could not find the requested resource|currently unable to handle|no endpoints|timed out|timeout"
    r"|connection refused|deadline exceeded|service unavailable|x509)"
)
_EMPTY = Capture(r"no metrics returned from (?P<api>resource|custom|external) metrics API")
_OWN = Pattern(
    r"missing request for|no matches for kind|could not find the metric|scaletargetref|selector is required"
    r"|ambiguous selector|is not allowed to|cannot list resource"
)
_OF_API = {
    "resource": ("metrics.k8s.io",),
    "custom": ("custom.metrics.k8s.io",),
    "external": ("external.metrics.k8s.io",),
}
_REASONS = ("FailedGetResourceMetric", "FailedComputeMetricsReplicas", "FailedGetExternalMetric", "FailedGetPodsMetric")
_SCALING = frozenset({Effect.SCALING, Effect.REQUESTS, Effect.SHORT, Effect.RESOURCES, Effect.OTHER, Effect.UNREADY})


@dataclass(frozen=True)
class _Said:
    """What one autoscaler says of its metrics."""

    namespace: str
    name: str
    message: str
    at: datetime


def autoscaling(scene: Scene) -> Iterator[Finding]:
    """Lines about autoscalers that get no metrics, and those that are at their maximum."""
    view = scene.view
    said = list(_said(view))
    spaces = {one.namespace for one in said if _AWAY.find(one.message) or _EMPTY.find(one.message)}
    for one in said:
        for trouble in _troubles(scene, one):
            yield from _of_metrics(view, one, trouble, len(spaces))
    for trouble in scene.troubles.values():
        for symptom in trouble.symptoms:
            if "hpamaxedout" in symptom.alertname.casefold().replace("_", ""):
                claim = f"An autoscaler of {trouble.subject} is at the maximum that it was given."
                yield _line(view, trouble, trouble.subject, FAIR, claim, at=symptom.began_at)


def _said(view: View) -> Iterator[_Said]:
    """By status, which is never late; by events where no status was read."""
    seen = set()
    for thing in view.of_kind(_KIND):
        active = conditions_of(thing.status).get("ScalingActive")
        seen.add((thing.namespace, thing.name))
        if active is not None and active.status != "True" and active.message:
            yield _Said(thing.namespace, thing.name, active.message, active.changed_at or view.now)
    for event in view.events_with(*_REASONS):
        if event.kind == _KIND and (event.namespace, event.name) not in seen:
            seen.add((event.namespace, event.name))
            yield _Said(event.namespace, event.name, event.message, event.first_at)


def _troubles(scene: Scene, one: _Said) -> list[Trouble]:
    """Of the autoscaler itself, or of what it scales."""
    view = scene.view
    thing = view.thing(_KIND, one.namespace, one.name)
    kind = text(dig(thing.spec, "scaleTargetRef", "kind")) if thing else ""
    name = text(dig(thing.spec, "scaleTargetRef", "name")) if thing else one.name
    target = Suspect(kind, name, one.namespace) if kind else view.workload_named(one.namespace, name)
    subjects = {Suspect(_KIND, one.name, one.namespace), *([view.folded(target)] if target else [])}
    found = [scene.troubles[subject] for subject in sorted(subjects) if subject in scene.troubles]
    return [trouble for trouble in found if trouble.effects & _SCALING]


def _of_metrics(view: View, one: _Said, trouble: Trouble, spaces: int) -> Iterator[Finding]:
    quoted = f"{one.namespace}/{one.name}: {short(one.message, 240)}"
    if (away := _AWAY.find(one.message)) is not None:
        suspect = _server(view, away["api"].casefold())
        yield _line(view, trouble, suspect, PROOF, f"The {away['api']} metrics API is away for {quoted}", at=one.at)
        yield _line(
            view, trouble, trouble.subject, -FAIR, f"{trouble.subject} is not asked for its metrics.", at=one.at
        )
    elif _OWN.fits(one.message):
        yield _line(view, trouble, trouble.subject, STRONG, f"The autoscaler cannot count by {quoted}", at=one.at)
    elif (empty := _EMPTY.find(one.message)) is not None:
        api = empty["api"].casefold()
        if api == "resource":
            weight = STRONG if spaces > 1 else WEAK
            yield _line(view, trouble, _server(view, api), weight, f"No metrics are there for {quoted}", at=one.at)
        else:
            yield _line(view, trouble, trouble.subject, HINT, f"Nobody has the metric of {quoted}", at=one.at)


def _server(view: View, api: str) -> Suspect:
    """Who serves the API: by its registration, else the part that is known to."""
    for service in view.of_kind("APIService"):
        if text(service.spec.get("group")) not in _OF_API[api] or not isinstance(service.spec.get("service"), dict):
            continue
        place = text(dig(service.spec, "service", "namespace")), text(dig(service.spec, "service", "name"))
        backend = view.behind_service.get(place)
        return view.folded(backend) if backend and view.is_platform(backend) else Suspect("APIService", service.name)
    parts = {view.folded(workload) for workload in view.workloads_by_role.get(Role.METRICS, ())}
    if api == "resource":
        return Suspect("Component", "metrics-server")
    others = sorted(parts - {Suspect("Component", "metrics-server")})
    return others[0] if others else view.cluster


def _line(view: View, trouble: Trouble, suspect: Suspect, weight: float, claim: str, *, at: datetime) -> Finding:
    side = view.side_of(suspect) if suspect == trouble.subject else Side.CLUSTER
    source = "object" if view.knows(_KIND) else "event"
    return Finding(side, weight, claim, source, at, suspect, (trouble.subject,), _RULE, is_specific=weight >= STRONG)
