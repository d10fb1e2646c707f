"""What the service tells about itself as numbers, in the words of Prometheus.

Depths and ages are read from the database, so every process gives the same answer. Counts of requests are added up
over the processes that share PROMETHEUS_MULTIPROC_DIR; without it each process counts its own.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db.models import Min, QuerySet
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from alerts.models import Delivery
from ownership.models import User
from triage.clock import database_now
from triage.models import Heartbeat, Incident, Page
from triage.patience import Question

log = structlog.get_logger(__name__)

if _shared := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    Path(_shared).mkdir(parents=True, exist_ok=True)  # the numbers below write to a file in it at once

REQUESTS = Counter("whose_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("whose_request_seconds", "Time to answer a request.", ["method", "route"])
STAGE_SECONDS = Histogram("whose_tick_stage_seconds", "Time that one tick spent in a stage.", ["stage"])
STAGE_FAILURES = Counter("whose_tick_stage_failures", "Ticks in which a stage failed.", ["stage"])

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_PATIENCE = timedelta(seconds=2)


def count_request(request: HttpRequest, *, status: int, seconds: float) -> None:
    """Counts one answered request under the name of its route: paths and invented methods are without number."""
    method = request.method if request.method in _METHODS else "other"
    route = _route(request)
    REQUESTS.labels(method, route, str(status)).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)


def _route(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.view_name or request.resolver_match.route
    return "static" if request.path.startswith(settings.STATIC_URL) else "unmatched"


class Depth(NamedTuple):
    """One number that the database knows: how much waits somewhere, or how old something is."""

    name: str
    description: str
    read: Callable[[datetime], float | None]  # None where there is nothing to tell yet


def _last_tick_age(now: datetime) -> float | None:
    beat = Heartbeat.objects.filter(name="tick").first()
    return None if beat is None else max(0.0, (now - beat.beaten_at).total_seconds())


def _users(_now: datetime) -> float:
    return User.objects.filter(is_active=True).count()


def _waiting(rows: QuerySet[Any]) -> Callable[[datetime], float]:
    return lambda now: rows.filter(due_at__lte=now).count()


def _oldest(rows: QuerySet[Any], since: str) -> Callable[[datetime], float]:
    def read(now: datetime) -> float:
        oldest: datetime | None = rows.filter(due_at__isnull=False).aggregate(oldest=Min(since))["oldest"]
        return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())

    return read


def _open(_now: datetime) -> float:
    return Incident.objects.filter(resolved_at__isnull=True).count()


def _unanswered(_now: datetime) -> float:
    return Incident.objects.filter(resolved_at__isnull=True, acknowledged_at__isnull=True).count()


# Each stage of the walk adds its line here.
DEPTHS: tuple[Depth, ...] = (
    Depth(
        "whose_last_tick_age_seconds",
        "Time since the last tick began; about one second while all is well.",
        _last_tick_age,
    ),
    Depth(
        "whose_deliveries_waiting",
        "Deliveries that nobody has read yet, or whose reader died.",
        _waiting(Delivery.objects.all()),
    ),
    Depth(
        "whose_oldest_delivery_seconds",
        "Age of the oldest delivery that is not read; 0 where there is none.",
        _oldest(Delivery.objects.all(), "received_at"),
    ),
    Depth("whose_pages_waiting", "Pages that are due and not out.", _waiting(Page.objects.all())),
    Depth(
        "whose_oldest_page_seconds",
        "Age of the oldest page that is not out and not given up; 0 where there is none.",
        _oldest(Page.objects.all(), "created_at"),
    ),
    Depth("whose_incidents_open", "Incidents that are not over.", _open),
    Depth("whose_incidents_unanswered", "Incidents that are not over and that nobody has.", _unanswered),
    Depth("whose_users", "People who may sign in or be paged.", _users),
)


class FromDatabase(Collector):
    """Reads DEPTHS at every scrape. A database that does not answer costs these lines, not the scrape."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = Question(_read_depths).answer(within=_PATIENCE)
        except (DatabaseError, TimeoutError) as error:
            log.warning("the depths cannot be read from the database", error=type(error).__name__)
            found = []
        yield GaugeMetricFamily("whose_database_answers", "1 if the depths could be read.", value=int(bool(found)))
        yield from found


def _read_depths() -> list[GaugeMetricFamily]:
    now = database_now()
    return [
        GaugeMetricFamily(depth.name, depth.description, value=value)
        for depth in DEPTHS
        if (value := depth.read(now)) is not None
    ]


def exposition() -> bytes:
    """Everything, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(FromDatabase())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(REGISTRY)
