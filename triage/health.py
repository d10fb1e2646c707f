"""Whether the service works, told to machines (/healthz, /readyz, /metrics) and, by `facts`, to people."""

import hmac
import ipaddress
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from triage import metrics
from triage.clock import database_now
from triage.config.celery import app
from triage.models import Heartbeat
from triage.patience import Answer, Question

log = structlog.get_logger(__name__)

# Both servers are asked at the same time, so no answer takes longer than this.
PATIENCE = timedelta(seconds=2)
# A tick is struck every second; a worker that restarts or a broker that comes back takes some of them.
LATE = timedelta(seconds=10)


class Fact(NamedTuple):
    """One line of health: what was looked at, whether it is well, what is true of it, and what helps if it is not."""

    name: str
    ok: bool
    sentence: str
    remedy: str = ""


class Silence(StrEnum):
    """Why there is no answer."""

    ERROR = "cannot be reached"
    HANGS = "did not answer within two seconds"


@dataclass(frozen=True)
class Database:
    """What the database says."""

    now: datetime
    beaten_at: datetime | None = None
    missing: tuple[str, ...] = ()  # migrations that are not applied


@dataclass(frozen=True)
class Broker:
    """That the broker answers; it holds nothing else that one could ask for."""


def facts() -> list[Fact]:
    """Every check, asked now: a few milliseconds, or two seconds where a server hangs."""
    until = time.monotonic() + PATIENCE.total_seconds()
    to_database, to_broker = Question(_ask_database), Question(_ask_broker)
    database = _answer("database", to_database, until)
    broker = _answer("broker", to_broker, until)
    return judge(database, broker)


def judge(database: Database | Silence, broker: Broker | Silence) -> list[Fact]:
    """What the answers mean. Without the database nothing is known of what it holds, and unknown is not well."""
    if isinstance(database, Silence):
        unknown = f"Unknown, because the database {database}."
        return [
            Fact("database", False, f"The database {database}.", "Start PostgreSQL, or correct DATABASE_URL."),
            _judge_broker(broker),
            Fact("tick", False, unknown),
            Fact("migrations", False, unknown),
        ]
    return [
        Fact("database", True, "The database answers."),
        _judge_broker(broker),
        _judge_tick(database),
        _judge_migrations(database.missing),
    ]


def _judge_broker(broker: Broker | Silence) -> Fact:
    if isinstance(broker, Silence):
        return Fact("broker", False, f"The broker {broker}.", "Start Redis or Valkey, or correct REDIS_URL.")
    return Fact("broker", True, "The broker answers.")


def _judge_tick(database: Database) -> Fact:
    remedy = "Look whether a beat and a worker run, and what they log: `manage.py beat`, `manage.py worker`."
    if database.beaten_at is None:
        return Fact("tick", False, "No tick has run yet.", remedy)
    age = max(timedelta(0), database.now - database.beaten_at)
    sentence = f"The last tick began {round(age.total_seconds())} s ago."
    if age > LATE:
        return Fact("tick", False, f"{sentence} One is due every second.", remedy)
    return Fact("tick", True, sentence)


def _judge_migrations(missing: tuple[str, ...]) -> Fact:
    if missing:
        sentence = f"Migrations that are not applied: {len(missing)}, the first of them {missing[0]}."
        return Fact("migrations", False, sentence, "Run `manage.py prepare`.")
    return Fact("migrations", True, "All migrations are applied.")


def _answer(name: str, question: Question[Answer], until: float) -> Answer | Silence:
    try:
        return question.answer(within=timedelta(seconds=max(0.0, until - time.monotonic())))
    except TimeoutError:
        silence = Silence.HANGS
    except Exception as error:
        # Each driver has its own family of errors, and each of them means the same here. The answer does not
        # repeat the text: it may hold an address.
        silence = Silence.HANGS if _took_too_long(error) else Silence.ERROR
        log.warning("a server cannot be asked", server=name, error=str(error), kind=type(error).__name__)
    return silence


def _took_too_long(error: BaseException | None) -> bool:
    """Whether a driver has lost its patience before we did: they have each an error of that name."""
    while error is not None:
        if type(error).__name__ == "TimeoutError":
            return True
        error = error.__cause__ or error.__context__
    return False


def _ask_database() -> Database:
    return Database(
        now=database_now(),
        beaten_at=_beaten_at(),
        missing=unapplied(_migrations(), set(MigrationRecorder(connection).applied_migrations())),
    )


def _beaten_at() -> datetime | None:
    try:
        return Heartbeat.objects.filter(name="tick").values_list("beaten_at", flat=True).first()
    except ProgrammingError:
        return None  # a database without our tables; the missing migrations say so


Key = tuple[str, str]  # of a migration: its application and its name


def unapplied(known: Iterable[tuple[Key, tuple[Key, ...]]], applied: set[Key]) -> tuple[str, ...]:
    """The known migrations, each with those that it replaces, which are not applied; `triage.0001_heartbeat`.

    One that replaces others is applied where all of those are.
    """
    return tuple(
        ".".join(key)
        for key, replaced in sorted(known)
        if key not in applied and not (replaced and applied.issuperset(replaced))
    )


@cache
def _migrations() -> tuple[tuple[Key, tuple[Key, ...]], ...]:
    """Those that this release brings. Read once: they are modules, and do not change under a process."""
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return tuple((key, tuple(migration.replaces)) for key, migration in migrations.items())


def _ask_broker() -> Broker:
    with app.connection_for_read() as link:
        link.ensure_connection(max_retries=0)  # the transport sends a PING
    return Broker()


@require_safe
@never_cache
@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is looked at: to restart it would not help a server that is away."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether the service does its work; 503 and a sentence for each reason why it does not."""
    found = facts()
    ready = all(fact.ok for fact in found)
    checks = {fact.name: {"ok": fact.ok, "sentence": fact.sentence, "remedy": fact.remedy} for fact in found}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


@require_safe
@never_cache
@login_not_required
def show_metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, to this machine and to whoever has the token."""
    if not (_is_this_machine(request) or _has_token(request)):
        sentence = "Send `Authorization: Bearer` with the value of WHOSE_METRICS_TOKEN, or ask from this machine.\n"
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return HttpResponse(sentence, status=401, content_type="text/plain", headers=headers)
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


# A proxy on this machine speaks for somebody else, and says so by one of these.
_PROXY_HEADERS = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)


def _is_this_machine(request: HttpRequest) -> bool:
    if any(header in request.headers for header in _PROXY_HEADERS):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not settings.METRICS_TOKEN or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
