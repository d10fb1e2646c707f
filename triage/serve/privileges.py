"""Run a server as somebody who is not root, also below folders that only root may enter."""

import contextlib
import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS = 0x20000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass(frozen=True)
class Account:
    """A user of this machine that a server runs as."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """By its mode bits: whether this user may go through the folder."""
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account(data: Path) -> Account | None:
    """Who the embedded servers run as: nobody else (None) unless we are root, whom PostgreSQL refuses.

    Then it is the owner of the data that exists, else `postgres`, else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError, KeyError):
        owner = data.stat().st_uid
        if owner != 0:
            return _account(pwd.getpwuid(owner))
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return _account(pwd.getpwnam(name))
    return Account("65534", 65534, 65534)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def closed_folder(path: Path, account: Account) -> Path | None:
    """The topmost folder above the path that this user may not enter."""
    for folder in reversed(path.parents):
        if not account.may_enter(folder):
            return folder
    return None


def become(account: Account | None, reach: Iterable[Path], orphan_signal: int, parent: int) -> None:
    """In a new child, before its program: become that user, keep these paths reachable, and die with the parent.

    The order matters: a change of user forgets the death signal.
    """
    try:
        if account is not None:
            _open_a_way(reach, account)
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        os.umask(0o077)
        die_with_parent(orphan_signal, parent)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(126)


def die_with_parent(orphan_signal: int = signal.SIGKILL, parent: int = 0) -> None:
    """Asks the kernel to end this process when its parent ends, however that ends (Linux; elsewhere nothing)."""
    if not sys.platform.startswith("linux"):
        return
    parent = parent or os.getppid()
    _LIBC.prctl(_PR_SET_PDEATHSIG, orphan_signal)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(126)


def adopt_orphans() -> None:
    """Processes whose own parent died become ours, so that we can end them (Linux; elsewhere nothing)."""
    if sys.platform.startswith("linux"):
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _open_a_way(reach: Iterable[Path], account: Account) -> None:
    """Where folders above the paths are closed to the user, replaces them, for this process alone, by empty ones
    that hold nothing but the way to these paths. Nothing changes on the disk or for any other process."""
    paths = [path.resolve() for path in reach]
    closed = {path: folder for path in paths if (folder := closed_folder(path, account))}
    if not closed:
        return
    try:
        _call("unshare", _CLONE_NEWNS)
        _mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
        # Opened before anything is covered: afterwards the paths are not to be found under their names.
        doors = {path: os.open(path, os.O_PATH) for path in closed}
        for folder in set(closed.values()):
            _mount("none", folder, kind="tmpfs", flags=_MS_NOSUID | _MS_NODEV, data="mode=0755,size=1m")
        os.umask(0o022)
        for path, door in doors.items():
            path.mkdir(parents=True, exist_ok=True)
            _mount(f"/proc/self/fd/{door}", path, flags=_MS_BIND | _MS_REC)
            os.close(door)
    except OSError as error:
        folder = next(iter(closed.values()))
        raise PermissionError(
            f"the servers do not run as root, and the user {account.name} may not enter {folder} ({error}). "
            f"Run as an ordinary user, move this folder to where everybody may enter, or: chmod o+x {folder}"
        ) from error


def _mount(source: str, target: str | Path, *, kind: str = "", flags: int = 0, data: str = "") -> None:
    _call("mount", source.encode(), os.fsencode(target), kind.encode() or None, flags, data.encode() or None)


def _call(name: str, *arguments: object) -> None:
    converted = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    if getattr(_LIBC, name)(*converted) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
