"""A child of the supervisor: how it is started, asked to end, and made to end."""

import contextlib
import functools
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from triage.serve import privileges
from triage.serve.privileges import Account


@dataclass(frozen=True)
class Program:
    """What to start and how to end it."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    account: Account | None = None  # the user to run as, where that is not us
    reach: tuple[Path, ...] = ()  # what that user has to reach
    log: Path | None = None  # where its output goes; without one it is a pipe to read
    folder: Path = Path("/")
    end_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGKILL  # what the kernel sends when the supervisor is gone


class Child:
    """A started program, in a session of its own: what is typed at the terminal reaches only the supervisor."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self._log_from = 0
        with contextlib.ExitStack() as stack:
            output: int = subprocess.PIPE
            if program.log is not None:
                log = stack.enter_context(_opened(program.log))
                self._log_from = log.tell()
                output = log.fileno()
            self.process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(program.env),
                cwd=program.folder,
                start_new_session=True,
                # Safe here: the supervisor has one thread, which is also the one that the death signal is tied to.
                preexec_fn=functools.partial(  # noqa: PLW1509
                    privileges.become, program.account, program.reach, program.orphan_signal, os.getpid()
                ),
            )
        self.pid = self.process.pid
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_end(self) -> None:
        self._send(self.program.end_signal)

    def hurry(self) -> None:
        """Makes it end now, in the way in which it still takes its own processes along."""
        self._send(self.program.orphan_signal)

    def kill(self) -> None:
        """Ends the child and whatever it started that stayed in its process group."""
        self._send(signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Waits until it has ended, and says whether it has."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.ended()

    def end(self, seconds: float) -> None:
        """Asks it to end, and makes it end after that time."""
        self.ask_to_end()
        if not self.wait(seconds):
            self.kill()
            self.wait(5)

    def was_killed(self) -> bool:
        return (self.process.returncode or 0) < 0

    def how_it_ended(self) -> str:
        code = self.process.returncode or 0
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"exited with code {code}"

    def last_words(self) -> str:
        """The last line that it wrote to its log since it was started, without the date."""
        if self.program.log is None:
            return ""
        with self.program.log.open("rb") as log:
            log.seek(min(self._log_from, os.fstat(log.fileno()).st_size))
            lines = log.read()[-16384:].decode(errors="replace").split("\n")
        telling = [line.strip() for line in lines if any(word in line for word in ("FATAL", "PANIC", "rror"))]
        written = [line.strip() for line in lines if line.strip()]
        return (telling or written or [""])[-1]

    def _send(self, number: int) -> None:
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


def _opened(log: Path) -> BinaryIO:
    """The log to append to, readable by us alone. Appending lets `trim_logs` shorten it under the writer."""
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")
