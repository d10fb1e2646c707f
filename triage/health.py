"""Whether the service works, told to machines (/healthz, /readyz, /metrics) and, by `facts`, to people."""

import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from triage import metrics
from triage.clock import database_now
from triage.models import Heartbeat
from triage.patience import Answer, Question

log = structlog.get_logger(__name__)

# Two questions are asked at the same time, so the answer takes no longer than this.
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
    HANGS = "did not answer in time"


@dataclass(frozen=True)
class Database:
    """What the database says."""

    now: datetime
    beaten_at: datetime | None = None
    missing: frozenset[str] = field(default_factory=frozenset)  # migrations that are not applied


def facts() -> list[Fact]:
    """Every check, asked now. Takes about two seconds where a server hangs, a few milliseconds otherwise."""
    database, broker = Question(_ask_database), Question(_ask_broker)
    began = datetime.now(tz=UTC)
    said_by_database = _answer("database", database, PATIENCE)
    left = max(timedelta(0), PATIENCE - (datetime.now(tz=UTC) - began))
    return judge(said_by_database, _answer("broker", broker, left))
