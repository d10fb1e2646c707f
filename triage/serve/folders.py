"""Make the folder `./var` ready: its parts, their permissions, its lock, its key."""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from triage.serve.layout import Place, fits
from triage.serve.privileges import Account, server_account
from triage.serve.problems import Problem

MOST_LOG = 5 * 2**20  # bytes of one log; one older one is kept beside it


def make(place: Place) -> None:
    """Makes the folder and its parts.

    Raises:
        Problem: something of it cannot be written.
    """
    try:
        for folder in (place.root, place.run, place.logs, place.metrics, place.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        raise Problem(
            f"{place.root} cannot be written ({error.strerror}: {error.filename or place.root}). "
            "Give it to the user who runs this, or name another folder: WHOSE_VAR=/path make up"
        ) from error


@contextlib.contextmanager
def locked(place: Place) -> Iterator[None]:
    """Holds the folder's lock, so that its servers run once. The lock goes with the process, however that ends.

    Raises:
        Problem: another process holds it.
    """
    handle = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
            raise Problem(
                f"Whose runs already on {place.root} (process {holder}). Stop that one, "
                "or name another folder and port: WHOSE_VAR=/path PORT=8001 make up"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def is_locked(place: Place) -> bool:
    """Whether a service runs on this folder now."""
    try:
        with locked(place):
            return False
    except Problem:
        return True


def give_to_servers(place: Place) -> Account | None:
    """Decides who the servers run as, and gives them their folders. Changes owners and modes below `./var` only."""
    account = server_account(place.postgres)
    if account is None:
        place.sockets.chmod(0o700)
        return None
    # Servers of another user have to pass through here; what is secret in these folders is closed by itself.
    place.root.chmod(0o711)
    place.run.chmod(0o711)
    os.chown(place.sockets, account.uid, account.gid)
    place.sockets.chmod(0o700)
    if place.postgres.is_dir() and place.postgres.stat().st_uid != account.uid:
        for folder, _, files in os.walk(place.postgres):
            for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118 - os.walk gives texts
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return account


def sweep(place: Place) -> None:
    """Removes what an earlier run left: sockets, request metrics, clusters that were never completed."""
    for path in place.sockets.iterdir():
        path.unlink()
    shutil.rmtree(place.metrics, ignore_errors=True)
    place.metrics.mkdir(mode=0o700, exist_ok=True)
    for unfinished in place.root.glob("postgres.new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    trim_logs(place)


def trim_logs(place: Place) -> None:
    """Keeps each log short: what is too long becomes the older one. Its writer appends, so it goes on at the start."""
    for log in place.logs.glob("*.log"):
        if log.stat().st_size > MOST_LOG:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            log.with_suffix(".log.1").chmod(0o600)
            os.truncate(log, 0)


def make_secret_key(place: Place) -> None:
    """The key that signs sessions and links, made once; never where the environment gives one."""
    kept = place.secret_key.is_file() and place.secret_key.stat().st_size > 0
    if not kept and not os.environ.get("WHOSE_SECRET_KEY", "").strip():
        write_private(place.secret_key, secrets.token_urlsafe(48) + "\n")


def write_private(path: Path, text: str) -> None:
    """Writes a file that its owner alone reads, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def link_shortly(place: Place) -> None:
    """Where the sockets lie too deep for an address, makes a short link to them in a private temporary folder.

    Called again while the service runs: folders of temporary files are swept, and processes know the old name.
    """
    if fits(place.sockets):
        return
    with contextlib.suppress(OSError):
        link = Path(place.short_link_note.read_text(encoding="utf-8"))
        link.parent.mkdir(mode=0o700, exist_ok=True)
        if link.parent.lstat().st_uid == os.geteuid():
            if not link.is_symlink():
                link.symlink_to(place.sockets)
            if link.readlink() == place.sockets:
                return
    usual = Path(tempfile.gettempdir())
    short = usual if fits(usual / "whose-12345678" / "s") else Path("/tmp")  # noqa: S108 - what is made there is private
    folder = Path(tempfile.mkdtemp(prefix="whose-", dir=short))
    (folder / "s").symlink_to(place.sockets)
    write_private(place.short_link_note, str(folder / "s"))


def unlink_shortly(place: Place) -> None:
    """Removes the short link, if there is one."""
    with contextlib.suppress(OSError):
        link = Path(place.short_link_note.read_text(encoding="utf-8"))
        place.short_link_note.unlink()
        if link.is_symlink() and link.readlink() == place.sockets:
            link.unlink()
            link.parent.rmdir()
