"""Ask a server that may hang, and go on without its answer."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from django.db import connections

Answer = TypeVar("Answer")

# A server that hangs keeps the threads that ask it. While so many are kept, nobody else is sent to ask.
_free = threading.BoundedSemaphore(16)


class Question(Generic[Answer]):
    """A call that runs in a thread of its own from now on; `answer` waits for it, but not for ever."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._answers: list[Answer] = []
        self._error: Exception | None = None
        self._done = threading.Event()
        self._asked = _free.acquire(blocking=False)
        if self._asked:
            self._start()

    def answer(self, within: timedelta) -> Answer:
        """What the call returned.

        Raises:
            TimeoutError: there is no answer yet, or too many others already wait for theirs.
            Exception: whatever the call raised.
        """
        until = time.monotonic() + within.total_seconds()
        if not self._asked:
            self._asked = _free.acquire(timeout=max(0.0, within.total_seconds()))
            if not self._asked:
                raise TimeoutError
            self._start()
        if not self._done.wait(until - time.monotonic()):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._answers[0]

    def _start(self) -> None:
        threading.Thread(target=self._run, name="question", daemon=True).start()

    def _run(self) -> None:
        try:
            self._answers.append(self._ask())
        except Exception as error:  # handed to whoever waits, in `answer`
            self._error = error
        finally:
            connections.close_all()  # those of this thread alone
            _free.release()
            self._done.set()
