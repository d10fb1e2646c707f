"""Single processes of the service, for tests: a broker that can go away, and what `manage.py` runs."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection
from redis import Redis

from tests.triage.serve.whole import MANAGE
from triage.models import Heartbeat
from triage.serve import wheels

PATIENCE = 30.0  # generous: two cores, and other tests beside


def wait_until(condition: Callable[[], object], what: str, *, within: float = PATIENCE) -> float:
    """The seconds after which the condition held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within, f"waited {within:g} s in vain until {what}"
        time.sleep(0.02)
    return time.monotonic() - began


class Broker:
    """A Valkey on a socket of its own, which can be stopped, frozen and started again."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        command = [str(wheels.valkey()), "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self.process = subprocess.Popen(command, cwd=self.socket.parent, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "the broker answers")

    def go_away(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def waiting(self) -> int:
        """How many messages nobody has taken."""
        with Redis(unix_socket_path=str(self.socket)) as client:
            return int(client.llen("celery"))

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), Redis(unix_socket_path=str(self.socket)) as client:
            return self.socket.exists() and bool(client.ping())
        return False


class Process:
    """A child of the test, and what it says."""

    def __init__(self, command: Sequence[str], log: Path, env: dict[str, str]) -> None:
        self.command, self._log = command, log
        with log.open("wb") as said:
            self.process = subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def lines(self) -> list[str]:
        return self.said.splitlines()

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = 10.0) -> int:
        """Asks it to stop; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=within)


class Machine:
    """A folder with a broker, in which processes run against the database of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = Broker(folder)
        self.processes: list[Process] = []

    def run(self, *words: str, **more: str) -> Process:
        """A command of `manage.py`."""
        log = self.folder / f"{words[0]}-{len(self.processes)}.log"
        process = Process([*MANAGE, *words], log, {**self.environment(), **more})
        self.processes.append(process)
        return process

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.broker.url,
            "WHOSE_VAR": str(self.folder / "var"),
            "WHOSE_LOG_FORMAT": "json",
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
            "PYTHONWARNINGS": "ignore:You're running the worker",
        }

    def wait_for_tick(self, within: float = PATIENCE) -> float:
        """The seconds until a tick that began after now."""
        before = beaten_at()
        return wait_until(lambda: beaten_at() != before, f"a tick\n{self._said()}", within=within)

    def _said(self) -> str:
        return "\n".join(f"--- {' '.join(process.command)}\n{process.said}" for process in self.processes)


@contextlib.contextmanager
def machine() -> Iterator[Machine]:
    """Leaves nothing behind, whatever the test does."""
    folder = Path(tempfile.mkdtemp(prefix="whose-"))  # short: a socket's address is
    made = Machine(folder)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
        made.broker.go_away()
        shutil.rmtree(folder)


def beaten_at() -> datetime | None:
    return Heartbeat.objects.values_list("beaten_at", flat=True).first()


def database_url() -> str:
    """The address of the database that this test uses."""
    place = connection.settings_dict
    parts = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return f"postgresql:///?{urlencode({key: place[name] for key, name in parts.items() if place[name]})}"
