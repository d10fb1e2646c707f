"""Find and end what an earlier supervisor left running, by process id and start time: an id alone is used again."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from triage.serve.children import Child
from triage.serve.layout import Place
from triage.serve.problems import Problem

_PATIENCE = 5.0  # seconds for a leftover to end by itself


def started_at(pid: int) -> str | None:
    """When the process started, as this system tells it; None where there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return None if fields[0] in {"Z", "X"} else f"{boot} {fields[19]}"
    said = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return said.strip() or None


def record(place: Place, child: Child) -> None:
    """Remembers the child, for a next start that finds us gone and it alive."""
    note = {"pid": child.pid, "started": started_at(child.pid), "signal": int(child.program.orphan_signal)}
    (place.run / f"{child.program.name}.json").write_text(json.dumps(note), encoding="ascii")


def forget(place: Place, child: Child) -> None:
    (place.run / f"{child.program.name}.json").unlink(missing_ok=True)


def end_all(place: Place) -> list[str]:
    """Ends every remembered process that still runs, and names them. Only for the holder of the lock."""
    ended = []
    for note in sorted(place.run.glob("*.json")):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            held = json.loads(note.read_text(encoding="ascii"))
            if _end(held["pid"], held["started"], held["signal"]):
                ended.append(f"{note.stem} (process {held['pid']})")
        note.unlink(missing_ok=True)
    ended += _end_postmaster(place)
    return ended


def _end(pid: int, started: str | None, number: int) -> bool:
    if started is None or started_at(pid) != started:
        return False
    try:
        os.kill(pid, number)
        if not _gone(pid, started):
            os.kill(pid, signal.SIGKILL)
            _gone(pid, started)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise Problem(
            f"Process {pid}, left over from an earlier start, belongs to another user. End it with: sudo kill {pid}"
        ) from None
    return True


def _gone(pid: int, started: str) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if started_at(pid) != started:
            return True
        time.sleep(0.05)
    return False


def _end_postmaster(place: Place) -> list[str]:
    """PostgreSQL's own note of its process: ends the server if it is one of this folder, and removes a stale note,
    which would stop the start if another process of the same user had that id by now."""
    note = place.postgres / "postmaster.pid"
    try:
        pid = int(note.read_text(encoding="utf-8", errors="replace").split("\n")[0])
    except (OSError, ValueError):
        note.unlink(missing_ok=True) if place.postgres.is_dir() else None
        return []
    started = started_at(pid)
    ended = started is not None and _is_server_of(pid, place.postgres) and _end(pid, started, signal.SIGQUIT)
    note.unlink(missing_ok=True)
    return [f"postgres (process {pid})"] if ended else []


def _is_server_of(pid: int, data: Path) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return "postgres" in said and str(data) in said
