"""A whole service as processes, for tests: started as an operator starts it, watched from outside."""

import contextlib
import dataclasses
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
MANAGE = (sys.executable, str(PROJECT / "manage.py"))
UP = "Whose is at http"
PATIENCE = 60.0  # generous: two cores, and other tests beside


def environment(var: Path, **more: str) -> dict[str, str]:
    """Ours, without what names servers or keys: the embedded default in this folder."""
    named = {"DATABASE_URL", "REDIS_URL", "WHOSE_SECRET_KEY", "WHOSE_PROCESS", "PYTEST_CURRENT_TEST"}
    return {
        **{name: value for name, value in os.environ.items() if name not in named},
        "WHOSE_VAR": str(var),
        "PORT": str(free_port()),
        **more,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def manage(var: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command of manage.py, typed beside the service."""
    return subprocess.run(
        [*MANAGE, *words], env=environment(var, **more), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@dataclasses.dataclass
class Whole:
    """One run of `manage.py serve`."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]
    lines: list[str]

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_until_up(self) -> "Whole":
        self.wait_for(lambda: UP in self.said, "the service is up")
        return self

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"ended before {what}:\n{self.said}"
            assert time.monotonic() < deadline, f"waited in vain until {what}:\n{self.said}"
            time.sleep(0.01)

    def pid_of(self, name: str) -> int | None:
        """The process that the supervisor recorded under this name."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            note = (self.var / "run" / f"{name}.json").read_text(encoding="ascii")
            return int(note.split('"pid": ')[1].split(",")[0])
        return None

    def kill(self, name: str) -> int:
        """Kills a child where it stands."""
        self.wait_for(lambda: self.pid_of(name), f"{name} runs")
        pid = self.pid_of(name)
        assert pid
        os.kill(pid, signal.SIGKILL)
        return pid

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/sign-in/")
                return connection.getresponse().status < 500
            except OSError:
                return False

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Asks it to stop; the seconds that took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        return time.monotonic() - began

    def left_behind(self) -> list[str]:
        """Every process that belongs to this run's folder, by what the kernel knows of it."""
        return [f"{pid}: {_command(pid)}" for pid in _pids() if pid != self.process.pid and _belongs(pid, self.var)]

    def wait_until_nothing_is_left(self, seconds: float = 8.0) -> None:
        deadline = time.monotonic() + seconds
        while (left := self.left_behind()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left == [], f"still running:\n{left}\n{self.said}"


@contextlib.contextmanager
def started(var: Path, *, command: Sequence[str] = (*MANAGE, "serve"), port: int = 0, **more: str) -> Iterator[Whole]:
    """Starts a service and, whatever the test does, leaves nothing of it."""
    port = port or free_port()
    env = environment(var, **{"PORT": str(port), **more})
    process = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=PROJECT
    )
    whole = Whole(var, port, process, [])
    reader = threading.Thread(target=_read, args=(process, whole.lines), daemon=True)
    reader.start()
    try:
        yield whole
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            process.kill()
            process.wait()
        for pid in _pids():
            if _belongs(pid, var):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        reader.join(timeout=5)
        if process.stdout:
            process.stdout.close()


def refused(var: Path, *, port: int = 0, **more: str) -> str:
    """The start that must not succeed: the one line that it says, after nothing else was left."""
    with started(var, port=port, **more) as whole:
        assert whole.process.wait(timeout=PATIENCE) == 1, whole.said
        whole.wait_until_nothing_is_left()
        time.sleep(0.1)
    assert "Traceback" not in whole.said
    return whole.lines[-1].strip()


def _read(process: subprocess.Popen[bytes], lines: list[str]) -> None:
    assert process.stdout
    with contextlib.suppress(ValueError):
        lines.extend(line.decode(errors="replace") for line in process.stdout)


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _belongs(pid: int, var: Path) -> bool:
    """By its environment, its command, or the folder that it works in."""
    if pid == os.getpid():
        return False
    entry = Path(f"/proc/{pid}")
    with contextlib.suppress(OSError):
        if (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] == "Z":
            return False
        if str(var) in _command(pid) or f"WHOSE_VAR={var}\0" in (entry / "environ").read_text(errors="replace"):
            return True
        return (entry / "cwd").readlink().is_relative_to(var)
    return False


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")[:200]
    return ""
