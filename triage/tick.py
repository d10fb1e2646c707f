"""One tick: everything that is due is worked on, stage after stage, until nothing is due."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import connection

from triage import metrics, pipeline
from triage.models import Heartbeat

log = structlog.get_logger(__name__)
# After this long a tick takes up nothing more and the next one goes on. Well within the lease of what it claims
# last, because a lease counts from the tick's `now`.
LONGEST = timedelta(seconds=20)


class Stage(NamedTuple):
    """One kind of work. `work` claims what is due, does it, and tells how many rows it worked on."""

    name: str
    work: Callable[[datetime], int]


# In the order of the walk: what one stage makes due, a later one finds in the same tick.
STAGES: tuple[Stage, ...] = (
    Stage("digest", pipeline.digest),
    Stage("refused", pipeline.refused),
    Stage("assess", pipeline.assess_clusters),
    Stage("escalate", pipeline.escalate),
    Stage("send", pipeline.send),
    # Last: it waits for others, and nobody's page must wait for it.
    Stage("ask", pipeline.ask_alertmanagers),
)


def tick(now: datetime, stages: Sequence[Stage] = STAGES, *, longest: timedelta = LONGEST) -> None:
    """Works on everything that is due at `now`. Ticks may overlap: each row is leased to one of them."""
    Heartbeat.beat(now)
    until = time.monotonic() + longest.total_seconds()
    for stage in stages:
        with metrics.STAGE_SECONDS.labels(stage.name).time():
            _drain(stage, now, until)


def _drain(stage: Stage, now: datetime, until: float) -> None:
    try:
        while stage.work(now):
            if time.monotonic() >= until:
                log.warning("there is more to do than one tick allows; the next one goes on", stage=stage.name)
                return
    except Exception:
        # Whatever went wrong here, the other stages still have people to page; the rows come back after their lease.
        metrics.STAGE_FAILURES.labels(stage.name).inc()
        log.exception("a stage of the tick failed", stage=stage.name)
        connection.close_if_unusable_or_obsolete()  # it may have been the connection: the next stage gets a fresh one
