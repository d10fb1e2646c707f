"""A case file: one moment of a cluster as a file, assessed by the same code as the live service. PURE.

The format is JSON: `id`, `now` (ISO 8601), `alerts` (complete Alertmanager payloads, webhook version 4), and more that
later releases read. `truth` and `title` are for people and never read here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alerts.reports import AlertReport, UnreadableDelivery
from alerts.severities import severity_of
from alerts.sources import PARSERS
from alerts.subjects import cluster_of
from ownership.match import ClusterEntry, NamespaceEntry, OwnershipMap
from triage.routing import platform_namespaces, route
from triage.symptoms import symptom_of
from triage.verdict import Attribution, Snapshot, assess

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
)


class UnreadableCase(ValueError):  # noqa: N818 - a sentence for people, not a fault
    """A file that is no case; the sentence names the field, the value and the remedy."""


@dataclass(frozen=True)
class Case:
    """What of a case file is read."""

    id: str
    now: datetime
    reports: tuple[AlertReport, ...]


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
        held = json.loads(text)
    except ValueError as error:
        raise UnreadableCase(f"it is not JSON: {error}") from error
    if not isinstance(held, dict):
        raise UnreadableCase(f"it is {type(held).__name__}, and a case is an object with `id`, `now` and `alerts`")
    payloads = held.get("alerts", [])
    if not isinstance(payloads, list):
        raise UnreadableCase(f"`alerts` is {type(payloads).__name__}; write a list of Alertmanager payloads")
    return Case(str(held.get("id", "")), _now(held.get("now")), _reports(payloads))


def answer(case: Case, ownership: OwnershipMap) -> dict[str, Any]:
    """The incidents of a case, the most probable first, as plain data."""
    cluster = _cluster(case, ownership)
    symptoms = tuple(
        symptom_of(
            str(number),
            report.labels,
            report.annotations,
            cluster=cluster,
            severity=severity_of(report.labels, {}).value,
            began_at=min(report.starts_at, case.now),
        )
        for number, report in enumerate(case.reports)
        if report.is_firing
    )
    named = (symptom.suspect.namespace for symptom in symptoms)
    snapshot = Snapshot(cluster, case.now, symptoms, platform_namespaces(named, cluster, ownership))
    return {"id": case.id, "incidents": [_incident(one, cluster, ownership) for one in assess(snapshot)]}


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
            }
            for finding in attribution.findings
        ],
    }


def _suspect(kind: str, name: str, namespace: str) -> dict[str, str | None]:
    return {"kind": kind, "name": name, "namespace": namespace or None}


def _now(value: object) -> datetime:
    try:
        now = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UnreadableCase(f"`now` is {value!r}; write a moment, for example 2026-11-24T03:09:00Z") from error
    return now if now.tzinfo else now.replace(tzinfo=UTC)


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
