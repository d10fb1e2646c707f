"""The embedded PostgreSQL: made once, run as a child, reached by a socket alone, open to its own user alone."""

import os
import pwd
import signal
import tempfile
from pathlib import Path

from triage.serve import knock, wheels
from triage.serve.children import Child, Program
from triage.serve.layout import POSTGRES_SOCKET, Place
from triage.serve.privileges import Account
from triage.serve.problems import Problem

DATABASE = "whose"
# Modest: everything together stays below 700 MiB, and dumps are the only copies that are taken.
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_checkpoints": "off",
    # A statement or a detail of an error may hold what nobody should read in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_NO_SUCH_DATABASE = "3D000"
_PASSING = {"57P01", "57P02", "57P03", "53300"}  # it stops, it recovers, it starts, all connections are taken
_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def exists(place: Place) -> bool:
    """Whether there is a cluster already; an empty folder counts as none.

    Raises:
        Problem: there is a folder with something in it that is not a whole cluster.
    """
    if not place.postgres.is_dir() or not any(place.postgres.iterdir()):
        return False
    if not (place.postgres / "PG_VERSION").is_file() or not (place.postgres / "global" / "pg_control").is_file():
        raise Problem(f"{place.postgres} is not a complete PostgreSQL data directory. {_way_back(place)}")
    return True


def installed_for(place: Place) -> wheels.Postgres:
    """The server for the cluster that exists, or the newest one for a new cluster.

    Raises:
        Problem: the cluster is of a major version that is not installed.
    """
    newest = wheels.postgres()
    if newest is None or not exists(place):
        return newest or wheels.Postgres(Path(), 0)
    written = (place.postgres / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
    if found := wheels.postgres(major=int(written) if written.isdigit() else 0):
        return found
    raise Problem(
        f"{place.postgres} was written by PostgreSQL {written}, and this environment has {newest.major}. "
        f"With the release that wrote it: manage.py backup FILE; then move {place.postgres} away, "
        "and with this one: manage.py restore FILE"
    )


def first_step(place: Place, account: Account | None) -> tuple[Program, Path]:
    """Makes a new cluster beside the place where it will be: only a complete one is moved there."""
    installed = installed_for(place)
    _user_name(account)
    unfinished = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=place.root))
    if account:
        os.chown(unfinished, account.uid, account.gid)
    # The builtin rules of PostgreSQL 17 for letters beyond ASCII need neither the system's locales nor ICU.
    rules = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if installed.major >= 17 else []
    command = [
        str(installed.bin / "initdb"),
        *("--pgdata", str(unfinished), "--username", DATABASE, "--auth", "peer", "--encoding", "UTF8"),
        *("--locale", "C", *rules, "--no-instructions"),
    ]
    reach = (*installed.reach, unfinished)
    return Program("initdb", command, _ENV, account, reach, _log(place)), unfinished


def last_step(place: Place, child: Child, unfinished: Path) -> None:
    """Moves the new cluster to its place, or says why there is none.

    Raises:
        Problem: it could not be made.
    """
    if child.process.returncode != 0:
        raise Problem(f"The database could not be made: {child.last_words() or child.how_it_ended()}")
    unfinished.replace(place.postgres)


def program(place: Place, account: Account | None, *, durable: bool = True) -> Program:
    """The server as a child. `durable=False` is for tests: a cluster that nobody needs after a power cut."""
    installed = installed_for(place)
    access = _write_access(place, account)
    settings = {
        **_SETTINGS,
        **({"io_method": "sync"} if installed.major >= 18 else {}),  # no extra processes that wait for reads
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        "hba_file": str(access / "pg_hba.conf"),
        "ident_file": str(access / "pg_ident.conf"),
        # Relative to the data directory, because a socket's address is short and the folder may be deep.
        "unix_socket_directories": os.path.relpath(place.sockets.resolve(), place.postgres.resolve()),
    }
    return Program(
        name="postgres",
        command=[
            str(installed.bin / "postgres"),
            *("-D", str(place.postgres)),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ],
        env=_ENV,
        account=account,
        reach=(*installed.reach, place.postgres, place.sockets, access),
        log=_log(place),
        end_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        orphan_signal=signal.SIGQUIT,  # "immediate": takes its own processes along; recovers at the next start
    )


def waits_for(place: Place) -> str | None:
    """None when it answers, otherwise what it waits for. Makes the database the first time that it answers.

    Raises:
        Problem: it answers, and waiting does not help.
    """
    path = place.reached_sockets / POSTGRES_SOCKET
    try:
        try:
            knock.ask_postgres(path, database=DATABASE)
        except knock.Refused as no:
            if no.code != _NO_SUCH_DATABASE:
                raise
            knock.ask_postgres(path, f"CREATE DATABASE {DATABASE}", patience=60)
    except OSError as error:
        return str(error)
    except knock.Refused as no:
        if no.code in _PASSING:
            return str(no)
        raise Problem(f"PostgreSQL did not start: {no} (more in {_log(place)}). {_way_back(place)}") from no
    return None


def damaged(place: Place, child: Child) -> Problem:
    """Why the server did not start, and the way back."""
    words = child.last_words() or child.how_it_ended()
    if child.process.returncode == 126:
        return Problem(f"PostgreSQL could not be started: {words}")
    return Problem(f"PostgreSQL did not start: {words.rstrip('.')} (more in {_log(place)}). {_way_back(place)}")


def _log(place: Place) -> Path:
    return place.logs / "postgres.log"


def _way_back(place: Place) -> str:
    return f"Move {place.postgres} away, then `manage.py restore FILE` with your last backup, or begin anew"


def _write_access(place: Place, account: Account | None) -> Path:
    """Who may sign in: the user who supervises and the one who the server runs as, each known by the kernel."""
    folder = place.run / "access"
    folder.mkdir(mode=0o755, exist_ok=True)
    folder.chmod(0o755)
    names = {_user_name(None), _user_name(account)}
    map_lines = "".join(f'whose "{name}" {DATABASE}\n' for name in sorted(names))
    for name, text in (("pg_hba.conf", "local all all peer map=whose\n"), ("pg_ident.conf", map_lines)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644)
    return folder


def _user_name(account: Account | None) -> str:
    if account:
        return account.name
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Problem(
            f"The user with id {os.geteuid()} has no name on this machine, and PostgreSQL needs one. "
            "Add it to /etc/passwd, or name a server of your own with DATABASE_URL"
        ) from None
