"""A tick ahead of time: whoever has just made something due need not wait for the second to pass."""

import threading
import time

import structlog

from triage.config.celery import app

log = structlog.get_logger(__name__)
_LEAST_PAUSE = 0.1  # seconds between two nudges of one process


class Nudger:
    """Strikes a tick from a thread of its own, at most ten times a second. Nobody who nudges waits for the broker."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Returns at once. Several in short order become one."""
        if self._thread is None:
            self._start()
        self._wanted.set()

    def _start(self) -> None:
        # Not before it is needed: threads do not survive the fork of a web server.
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                app.send_task("tick", expires=1, retry=False)
            except Exception as error:
                # The broker is away: beat's tick comes when it is back, and what is due stands in the database.
                log.debug("a nudge did not arrive", error=str(error))
            time.sleep(_LEAST_PAUSE)


nudge = Nudger()
