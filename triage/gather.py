"""Everything that an assessment of a cluster looks at, read at one moment: all reading for it is here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from alerts import queries
from alerts.models import Delivery
from ownership.match import OwnershipMap
from triage.models import IncidentAlert
from triage.routing import platform_namespaces
from triage.symptoms import namespace_of, symptom_of
from triage.verdict import Snapshot

_LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Gathered:
    """The snapshot, and what its symptoms are in the database."""

    snapshot: Snapshot
    alerts: Mapping[str, int]  # key of a symptom to the id of its alert
    truncated: int  # alerts that the senders left out of their last messages


def gather(cluster: str, ownership: OwnershipMap, *, now: datetime) -> Gathered:
    """The cluster as its open alerts show it. Stale alerts are left out, and so are those that somebody resolved by
    hand: they count again when they fire anew."""
    alerts = queries.open_alerts(cluster, now=now)
    settled = _resolved_by_hand(alert.pk for alert in alerts)
    counted = [alert for alert in alerts if alert.pk not in settled]
    symptoms = tuple(
        symptom_of(
            str(alert.pk),
            alert.labels,
            alert.annotations,
            cluster=cluster,
            severity=alert.severity,
            # A sender whose clock is ahead must not put the beginning into the future.
            began_at=min(alert.starts_at, now),
        )
        for alert in counted
    )
    named = (namespace_of(symptom.suspect) for symptom in symptoms)
    return Gathered(
        snapshot=Snapshot(cluster, now, symptoms, platform_namespaces(named, cluster, ownership)),
        alerts={str(alert.pk): alert.pk for alert in counted},
        truncated=_truncated({alert.integration_id for alert in counted}, now=now),
    )


def _truncated(integrations: Iterable[int], *, now: datetime) -> int:
    """How many alerts these senders left out of one message lately, at the most."""
    lately = Delivery.objects.filter(integration__in=list(integrations), received_at__gt=now - _LATELY)
    return int(lately.aggregate(most=Max("truncated"))["most"] or 0)


def _resolved_by_hand(alerts: Iterable[int]) -> set[int]:
    links = IncidentAlert.objects.filter(alert__in=list(alerts), incident__resolved_by__isnull=False)
    return set(links.values_list("alert_id", flat=True))
