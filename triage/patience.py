"""Ask a server that may hang, and go on without its answer."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from django.db import connections

Answer = TypeVar("Answer")

# A hanging server keeps the threads that wait for it. Beyond these, nobody else is sent to wait.
_waiting = threading.BoundedSemaphore(8)


class Question(Generic[Answer]):
    """A call that runs in a thread of its own from now on; `answer` waits for it, but not for ever."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._answers: list[Answer] = []
        self._error: BaseException | None = None
        self._done = threading.Event()
        if _waiting.acquire(blocking=False):
            threading.Thread(target=self._run, name="question", daemon=True).start()

    def answer(self, within: timedelta) -> Answer:
        """What the call returned.

        Raises:
            TimeoutError: there is no answer yet, or too many others already wait for theirs.
            Exception: whatever the call raised.
        """
        if not self._done.wait(within.total_seconds()):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._answers[0]

    def _run(self) -> None:
        try:
            self._answers.append(self._ask())
        except Exception as error:  # handed to whoever waits, in `answer`
            self._error = error
        finally:
            connections.close_all()  # those of this thread alone
            _waiting.release()
            self._done.set()
