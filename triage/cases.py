"""A case file: one moment of a cluster as a file, assessed by the same code as the live service. PURE.

The format is JSON: `id`, `now` (ISO 8601), `alerts` (complete Alertmanager payloads, webhook version 4), `events` and
`objects` (as the Kubernetes API returns them), `metrics` (name to samples with `labels` and `value`), `changes` and
`signals`. Everything but `now` may be left out. `truth` and `title` are for people and never read here.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.kubernetes.fields import mapping, moment, rows, text, texts
from alerts.kubernetes.objects import Objects
from alerts.kubernetes.parse import events_of, objects_of
from alerts.reports import AlertReport, ChangeReport, EventReport, Sample, SignalReport, UnreadableDelivery
from alerts.severities import severity_of
from alerts.sources import PARSERS
from alerts.subjects import cluster_of
from ownership.match import ClusterEntry, NamespaceEntry, OwnershipMap
from triage.routing import platform_namespaces, route
from triage.symptoms import namespace_of, symptom_of
from triage.verdict import SHIPPED, Attribution, Calibration, Snapshot, assess
from triage.verdict.messages import short

PLATFORM = "platform"
CLUSTER = "cluster"  # a case is about one cluster, whatever its alerts call it
# Where most clusters run their own parts. Only a map says for sure; this is for cases that come without one.
_PLATFORM_NAMESPACES = (
    *(
        "kube-system",
        "kube-public",
        "kube-node-lease",
        "monitoring",
        "ingress-nginx",
        "cert-manager",
        "gatekeeper-system",
    ),
    *("calico-system", "tigera-operator", "metallb-system", "kube-flannel", "cilium", "rook-ceph", "longhorn-system"),
    # What the makers of common parts install them into.
    *(
        "kyverno",
        "velero",
        "istio-system",
        "linkerd",
        "keda",
        "external-secrets",
        "external-dns",
        "karpenter",
        "logging",
    ),
    *("gpu-operator", "calico-apiserver", "local-path-storage", "openebs", "portworx", "projectcontour", "traefik"),
    *(
        "gmp-system",
        "amazon-cloudwatch",
        "gatekeeper",
        "node-feature-discovery",
        "system-upgrade",
        "argocd",
        "flux-system",
    ),
    *("cattle-system", "cattle-fleet-system", "olm"),
)


class UnreadableCase(ValueError):  # noqa: N818 - a sentence for people, not a fault
    """A file that is no case; the sentence names the field, the value and the remedy."""


@dataclass(frozen=True)
class Case:
    """What of a case file is read."""

    id: str
    now: datetime
    reports: tuple[AlertReport, ...]
    events: tuple[EventReport, ...] = ()
    objects: Objects = field(default_factory=Objects)
    metrics: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    changes: tuple[ChangeReport, ...] = ()
    signals: tuple[SignalReport, ...] = ()


def default_map() -> OwnershipMap:
    """For cases without a map: `platform` operates the cluster and owns its parts; every other namespace is owned by
    the team of its name, at level namespace."""
    return OwnershipMap.of(
        clusters=(ClusterEntry(CLUSTER, operated_by=PLATFORM, fallback=PLATFORM),),
        namespaces=tuple(NamespaceEntry(None, name, PLATFORM) for name in _PLATFORM_NAMESPACES),
        teams_by_name=True,
    )


def read_case(text: str) -> Case:
    """The case that the text holds.

    Raises:
        UnreadableCase: it is not JSON, or a field is not what it has to be.
    """
    try:
        return _case(_loaded(text))
    except RecursionError as error:
        raise UnreadableCase("it is nested deeper than any case is; write what the Kubernetes API returns") from error


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        held = json.loads(text)
    except ValueError as error:
        raise UnreadableCase(f"it is not JSON: {error}") from error
    if not isinstance(held, dict):
        raise UnreadableCase(f"it is {type(held).__name__}, and a case is an object with `id`, `now` and `alerts`")
    return held


def _case(held: Mapping[str, Any]) -> Case:
    now = _now(held.get("now"))
    return Case(
        id=text(held.get("id")),
        now=now,
        reports=_reports(_list(held, "alerts", "Alertmanager payloads")),
        events=events_of(_list(held, "events", "Event objects as the Kubernetes API returns them")),
        objects=objects_of(_list(held, "objects", "objects as the Kubernetes API returns them")),
        metrics=_metrics(held.get("metrics") or {}),
        changes=tuple(_changes(_list(held, "changes", "changes"))),
        signals=tuple(_signal(one, now) for one in rows(_list(held, "signals", "signals"))),
    )


def answer(case: Case, ownership: OwnershipMap, *, calibration: Calibration = SHIPPED) -> dict[str, Any]:
    """The incidents of a case, the most probable first, as plain data."""
    cluster = _cluster(case, ownership)
    found = assess(snapshot_of(case, ownership), calibration=calibration)
    return {"id": case.id, "incidents": [_incident(one, cluster, ownership) for one in found]}


def snapshot_of(case: Case, ownership: OwnershipMap) -> Snapshot:
    """The case as the verdict looks at it."""
    cluster = _cluster(case, ownership)
    symptoms = tuple(
        symptom_of(
            f"{report.fingerprint}/{report.starts_at.isoformat()}",
            report.labels,
            report.annotations,
            cluster=cluster,
            severity=severity_of(report.labels, {}).value,
            began_at=min(report.starts_at, case.now),
        )
        for report in case.reports
        if report.is_firing
    )
    named = {
        *(namespace_of(symptom.suspect) for symptom in symptoms),
        *(pod.namespace for pod in case.objects.pods),
        *(thing.namespace for thing in case.objects.others),
        *(event.namespace for event in case.events),
    } - {""}
    return Snapshot(
        cluster,
        case.now,
        symptoms,
        platform_namespaces(named, cluster, ownership),
        case.objects,
        case.events,
        case.metrics,
        case.changes,
        case.signals,
    )


def _cluster(case: Case, ownership: OwnershipMap) -> str:
    """The cluster of the map that the alerts name; else the first one of the map."""
    named = (cluster_of(report.labels, label="cluster", default="") for report in case.reports)
    return next((slug for slug in named if slug in ownership.clusters), next(iter(ownership.clusters), CLUSTER))


def _incident(attribution: Attribution, cluster: str, ownership: OwnershipMap) -> dict[str, Any]:
    assignment = route(attribution, cluster, ownership)
    return {
        "verdict": attribution.verdict.value,
        "confidence": attribution.confidence,
        "suspect": _suspect(attribution.suspect.kind, attribution.suspect.name, attribution.suspect.namespace),
        "owner": assignment.team,
        "why": assignment.why,
        "sentence": attribution.sentence,
        "namespaces": list(attribution.namespaces),
        "margin": attribution.margin,
        "would_change": attribution.would_change,
        "checked": list(attribution.checked),
        "rules": sorted({finding.rule for finding in attribution.findings}),
        "suspects": [
            {
                **_suspect(one.suspect.kind, one.suspect.name, one.suspect.namespace),
                "side": one.side.value,
                "probability": one.probability,
            }
            for one in attribution.candidates
        ],
        "findings": [
            {
                "side": finding.side.value,
                "weight": finding.weight,
                "claim": finding.claim,
                "source": finding.source,
                "observed_at": finding.observed_at.isoformat(),
                "rule": finding.rule,
                "suspect": _suspect(finding.suspect.kind, finding.suspect.name, finding.suspect.namespace),
            }
            for finding in attribution.findings
        ],
    }


def _suspect(kind: str, name: str, namespace: str) -> dict[str, str | None]:
    return {"kind": kind, "name": name, "namespace": namespace or None}


def _now(value: object) -> datetime:
    now = moment(value)
    if now is None:
        raise UnreadableCase(f"`now` is {short(repr(value), 60)}; write a moment, for example 2026-11-24T03:09:00Z")
    return now


def _list(held: Mapping[str, Any], key: str, of: str) -> list[Any]:
    value = held.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableCase(f"`{key}` is {type(value).__name__}; write a list of {of}")
    return value


def _metrics(value: object) -> dict[str, tuple[Sample, ...]]:
    if not isinstance(value, dict):
        raise UnreadableCase(f"`metrics` is {type(value).__name__}; write an object of names and lists of samples")
    return {
        str(name): tuple(
            Sample(texts(one.get("labels")), latest)
            for one in rows(samples)
            if (latest := _latest(one.get("value"))) is not None
        )
        for name, samples in value.items()
    }


def _latest(value: object) -> float | None:
    """The value, or of a series of moments and values its last one."""
    if isinstance(value, list) and value and isinstance(value[-1], list) and len(value[-1]) == 2:
        value = value[-1][1]
    return _value(value)


def _changes(values: list[Any]) -> Iterator[ChangeReport]:
    for one in rows(values):
        at = moment(one.get("at")) or moment(one.get("observed_at")) or moment(one.get("time"))
        if at is not None:
            what = text(one.get("what")) or text(one.get("summary")) or text(one.get("message")) or _difference(one)
            about = mapping(one.get("object")) or one
            yield ChangeReport(at, text(about.get("kind")), text(about.get("namespace")), text(about.get("name")), what)


def _difference(one: Mapping[str, Any]) -> str:
    """`update spec.replicas: 3 → 9`, as far as the record tells."""
    told = " ".join(filter(None, (text(one.get("verb")), text(one.get("field")))))
    before, after = text(one.get("before")), text(one.get("after"))
    return f"{told}: {before or 'nothing'} → {after or 'nothing'}" if before or after else told


def _signal(one: Mapping[str, Any], now: datetime) -> SignalReport:
    healthy = one.get("healthy")
    return SignalReport(
        name=text(one.get("name")),
        query=text(one.get("query")),
        labels=texts(one.get("labels")),
        value=_value(one.get("value")),
        unit=text(one.get("unit")),
        observed_at=moment(one.get("observed_at")) or now,
        is_healthy=healthy if isinstance(healthy, bool) else None,
        error=text(one.get("error")),
    )


def _value(value: object) -> float | None:
    """A measured number: Prometheus' NaN and infinities measure nothing, and JSON's may be more than a float holds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def _reports(payloads: list[Mapping[str, Any]]) -> tuple[AlertReport, ...]:
    """Each alert once, as the last payload tells it."""
    found: dict[tuple[str, datetime], AlertReport] = {}
    for number, payload in enumerate(payloads):
        try:
            batch = PARSERS["alertmanager"](json.dumps(payload).encode())
        except UnreadableDelivery as error:
            raise UnreadableCase(f"`alerts[{number}]` is no Alertmanager payload: {error}") from error
        found |= {(report.fingerprint, report.starts_at): report for report in batch.reports}
    return tuple(found.values())
