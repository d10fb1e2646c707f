"""What the operator sees: start-up lines with their seconds, and what the children say, each under its name."""

import contextlib
import os
import select
import sys
import time
from collections.abc import Iterator

_MOST_KEPT = 256 * 1024  # bytes that wait for a terminal which was paused
_ONE_WRITE = 512  # what a pipe that is ready takes at once on every system
_LONGEST_LINE = 16 * 1024


class Terminal:
    """Standard output, written only while it takes something: a paused terminal must not stop the service."""

    def __init__(self, handle: int = 1) -> None:
        self._handle = handle
        self._kept = bytearray()
        self._gone = False
        self.is_person = os.isatty(handle)

    def say(self, text: str) -> None:
        self._kept += f"{text}\n".encode(errors="replace")
        if len(self._kept) > _MOST_KEPT:
            self._kept[: len(self._kept) - _MOST_KEPT] = b"[lines left out: nobody read them]\n"
        self.flush()

    def say_for(self, name: str, line: str) -> None:
        self.say(f"{name:<9}| {line}")

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Says what was done and how many seconds it took; nothing if it failed."""
        began = time.monotonic()
        yield
        self.say(f"{time.monotonic() - began:6.1f} s  {name}")

    def flush(self, seconds: float = 0) -> None:
        """Writes what the terminal takes now, or within these seconds."""
        while self._kept and not self._gone and select.select([], [self._handle], [], seconds)[1]:
            try:
                written = os.write(self._handle, self._kept[:_ONE_WRITE])
            except OSError:  # the terminal was closed: the service goes on without it
                self._gone = True
                return
            del self._kept[:written]


class Output:
    """The lines that come out of one child's pipe."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._rest = b""

    def lines(self) -> list[str] | None:
        """The lines that are there now; None at the end of the output."""
        try:
            read = os.read(self._handle, 65536)
        except BlockingIOError:
            return []
        except OSError:
            read = b""
        *whole, self._rest = (self._rest + read).split(b"\n")
        if len(self._rest) > _LONGEST_LINE or (not read and self._rest):
            whole.append(self._rest)
            self._rest = b""
        if not read and not whole:
            return None
        return [line.decode(errors="replace").rstrip("\r") for line in whole]


def fail(problem: object) -> int:
    """The one line that says why nothing was started, and the exit code for it."""
    sys.stderr.write(f"{problem}\n")
    return 1
