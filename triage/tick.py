"""One tick: everything that is due is worked on, stage after stage, until nothing is due."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog

from triage.models import Heartbeat

log = structlog.get_logger(__name__)
# A stage that finds work without end gives way to the others; the next tick, a second later, goes on with it.
MOST_ROUNDS = 100


class Stage(NamedTuple):
    """One kind of work. `work` claims what is due, does it, and tells how many rows it worked on."""

    name: str
    work: Callable[[datetime], int]


# In the order of the walk: what one stage makes due, a later one finds in the same tick.
STAGES: tuple[Stage, ...] = ()


def tick(now: datetime, stages: tuple[Stage, ...] = STAGES) -> None:
    """Works on everything that is due at `now`. Ticks may overlap: each row is leased to one of them."""
    Heartbeat.beat(now)
    for stage in stages:
        _drain(stage, now)


def _drain(stage: Stage, now: datetime) -> None:
    try:
        for _ in range(MOST_ROUNDS):
            if not stage.work(now):
                return
    except Exception:
        # Whatever went wrong here, the other stages still have people to page; the rows come back after their lease.
        log.exception("a stage of the tick failed", stage=stage.name)
        return
    log.warning("a stage had more to do than one tick allows", stage=stage.name)
