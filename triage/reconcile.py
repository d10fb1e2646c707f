"""What an assessment means for the incidents that are open: which to open, update, resolve or leave. PURE."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from triage.verdict import Attribution


class Why(StrEnum):
    """Why an incident ends by itself."""

    RECOVERED = "Every alert of it is resolved."
    EXPLAINED = "It is a part of another incident."
    QUIET = "None of its alerts opens an incident any more."


@dataclass(frozen=True)
class OpenIncident:
    """What has to be known of an open incident."""

    pk: int
    suspect_key: str
    alerts: frozenset[int]  # those that it explains


@dataclass(frozen=True)
class Ending:
    """An incident that ends, and why."""

    pk: int
    why: Why
    into: str = ""  # the key of the suspect that explains it now


@dataclass(frozen=True)
class Plan:
    """What is to be written."""

    opened: tuple[Attribution, ...]
    updated: tuple[tuple[int, Attribution], ...]
    ended: tuple[Ending, ...]


def reconcile(
    attributions: Iterable[Attribution], incidents: Iterable[OpenIncident], firing: Mapping[str, int]
) -> Plan:
    """Compares causes with open incidents by their suspect: one open incident a suspect.

    Args:
        attributions: the causes that are seen now.
        incidents: the open incidents of the same cluster.
        firing: keys of symptoms to ids of the alerts that fire now; an alert that is in no cause any more may still be
            here, because its severity opens nothing.
    """
    by_key = {incident.suspect_key: incident for incident in incidents}
    seen = {attribution.suspect.key: attribution for attribution in attributions}
    explains = {
        firing[symptom]: key
        for key, attribution in seen.items()
        for symptom in attribution.symptoms
        if symptom in firing
    }
    return Plan(
        opened=tuple(attribution for key, attribution in seen.items() if key not in by_key),
        updated=tuple((by_key[key].pk, attribution) for key, attribution in seen.items() if key in by_key),
        ended=tuple(
            _ending(incident, explains, frozenset(firing.values()))
            for key, incident in by_key.items()
            if key not in seen
        ),
    )


def _ending(incident: OpenIncident, explains: Mapping[int, str], firing: frozenset[int]) -> Ending:
    for alert in sorted(incident.alerts):
        if alert in explains:
            return Ending(incident.pk, Why.EXPLAINED, explains[alert])
    return Ending(incident.pk, Why.QUIET if incident.alerts & firing else Why.RECOVERED)
