"""A worker that looks for a lost broker every second, so that ticks go on as soon as it is back."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown

log = structlog.get_logger(__name__)
_SAY_EVERY_SECONDS = 30.0


class EverySecond(Consumer):
    """Celery's consumer, whose own pauses between attempts grow: 2, 4, 6 ... 30 seconds."""

    def ensure_connected(self, conn: Any) -> Any:
        outage = Outage()
        conn.ensure_connection(
            lambda error, _pause: outage.failed(error),
            interval_start=1,
            interval_step=0,
            interval_max=1,
            callback=maybe_shutdown,  # a worker that is asked to stop does so also while the broker is away
        )
        outage.over()
        self.first_connection_attempt = False
        return conn


class Outage:
    """Says that the broker is away once, then now and then, and that it is back: not a line for every attempt."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._said = 0.0

    def failed(self, error: BaseException) -> None:
        now = self._clock()
        if self._began is None:
            self._began = now
        elif now - self._said < _SAY_EVERY_SECONDS:
            return
        self._said = now
        log.error("the broker does not answer; trying again every second", error=str(error), since_s=self._for(now))

    def over(self) -> None:
        if self._began is not None:
            log.info("the broker is back", away_s=self._for(self._clock()))
            self._began = None

    def _for(self, now: float) -> int:
        return round(now - (self._began or now))
