"""Processes whose parent died: on Linux they become ours, so that none outlives the child that started it."""

import contextlib
import os
import signal
import sys
from collections.abc import Container
from pathlib import Path

from triage.serve import privileges


def adopt() -> None:
    """From now on, what a dying child leaves behind becomes a child of ours (Linux; elsewhere nothing)."""
    privileges.adopt_orphans()


def end(known: Container[int]) -> None:
    """Ends every child of ours that we did not start ourselves, and takes note of its end."""
    if not sys.platform.startswith("linux"):
        return
    for pid in _children():
        if pid not in known:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(OSError):
        return [int(word) for word in listed.read_text(encoding="ascii").split()]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            parent = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(folder.name))
    return found
