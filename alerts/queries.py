"""What others may ask. Nothing here writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import DateTimeField, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from alerts.models import REPEATS_UNTIL_STALE, STALE_WHEN_MISSING, Alert, Delivery, Integration, RefusalCount


def open_alerts(cluster: str, *, now: datetime) -> list[Alert]:
    """The alerts of this cluster that fire and are not stale, the oldest first. One query, integrations included."""
    return list(_open(now).filter(cluster=cluster).select_related("integration").order_by("starts_at", "id"))


def clusters_with_open_alerts(*, now: datetime) -> list[str]:
    """The slugs of clusters in which something fires that is not stale, in order."""
    return list(_open(now).order_by("cluster").values_list("cluster", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class AlertSubject:
    """What alerts of one name were about: an empty namespace means that they named none. `labels` are of the latest."""

    cluster: str
    namespace: str
    alertname: str
    labels: Mapping[str, str]


def subjects_since(moment: datetime) -> list[AlertSubject]:
    """Which alert names came from which namespaces since then, each once, in order. One query."""
    # The exporter's own namespace is what `namespace` holds where there is an exported one.
    place = Coalesce(KT("labels__exported_namespace"), KT("labels__namespace"), Value(""), output_field=TextField())
    rows = (
        Alert.objects.filter(last_seen_at__gte=moment)
        .annotate(about=place, called=Coalesce(KT("labels__alertname"), Value(""), output_field=TextField()))
        .order_by("cluster", "about", "called", "-last_seen_at", "-pk")
        .distinct("cluster", "about", "called")
        .values_list("cluster", "about", "called", "labels")
    )
    return [AlertSubject(*row) for row in rows]


def is_stale(alert: Alert, now: datetime) -> bool:
    """Whether the alert is open only because nobody has resolved it: it was not repeated for too long, or is gone from
    its Alertmanager."""
    is_missing = alert.missing_at is not None and alert.missing_at + STALE_WHEN_MISSING <= now
    is_late = alert.last_seen_at + alert.integration.stale_after <= now
    return alert.status == Alert.Status.FIRING and (is_missing or is_late)


def _open(now: datetime) -> QuerySet[Alert]:
    still_repeated = ExpressionWrapper(
        Value(now, output_field=DateTimeField()) - REPEATS_UNTIL_STALE * F("integration__repeat_interval"),
        output_field=DateTimeField(),
    )
    is_there = Q(missing_at=None) | Q(missing_at__gt=now - STALE_WHEN_MISSING)
    return Alert.objects.filter(is_there, status=Alert.Status.FIRING, last_seen_at__gt=still_repeated)


@dataclass(frozen=True, slots=True)
class IntegrationState:
    """An integration and what is known of what it sent."""

    integration: Integration
    last_delivery_at: datetime | None
    last_delivery_problem: str
    refusals: tuple[RefusalCount, ...]  # the latest first

    @property
    def refused(self) -> int:
        """How many requests with its token were refused, also those that are no longer kept."""
        return sum(count.count for count in self.refusals)


def states_of_integrations() -> list[IntegrationState]:
    """Every integration by its slug, with its last delivery and its refusals. Two queries, however many there are."""
    latest = Delivery.objects.filter(integration=OuterRef("pk")).order_by("-received_at", "-pk")
    integrations = Integration.objects.annotate(
        last_delivery_at=Subquery(latest.values("received_at")[:1]),
        last_delivery_problem=Subquery(latest.values("problem")[:1]),
    )
    by_integration = _by_integration(RefusalCount.objects.filter(integration__isnull=False))
    return [
        IntegrationState(
            integration=integration,
            last_delivery_at=integration.last_delivery_at,
            last_delivery_problem=integration.last_delivery_problem or "",
            refusals=tuple(by_integration.get(integration.pk, ())),
        )
        for integration in integrations.order_by("slug")
    ]


def _by_integration(counts: Iterable[RefusalCount]) -> dict[int | None, list[RefusalCount]]:
    grouped: dict[int | None, list[RefusalCount]] = {}
    for count in counts:
        grouped.setdefault(count.integration_id, []).append(count)
    return grouped


def refusals_of_strangers(*, most: int = 50) -> list[RefusalCount]:
    """Who sent a token that nobody has, by address and reason, the latest first."""
    return list(RefusalCount.objects.filter(integration__isnull=True).order_by("-last_at")[:most])


def last_deliveries(integration: Integration, *, most: int = 20) -> list[Delivery]:
    """The latest deliveries of this integration, without their bodies, the latest first."""
    return list(integration.deliveries.defer("body").order_by("-received_at", "-pk")[:most])
