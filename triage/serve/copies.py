"""Copies of the embedded database: written whole or not at all, brought back whole or not at all."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from triage.serve import embedded, folders, knock, postgres
from triage.serve.layout import POSTGRES_SOCKET, Place
from triage.serve.problems import Problem

_NEW, _OLD = "whose_restored", "whose_replaced"
_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def backup(place: Place, file: Path) -> None:
    """Writes everything that the database holds to a new file that its owner alone reads.

    Raises:
        Problem: the file exists, cannot be written, or the database cannot be read.
    """
    if file.exists():
        raise Problem(f"{file} exists already. Name a new file, or remove that one first")
    if not postgres.exists(place):
        raise Problem(f"There is no database in {place.postgres} to make a copy of. Is WHOSE_VAR right?")
    with _server(place):
        try:
            handle, name = tempfile.mkstemp(dir=file.resolve().parent, prefix=f"{file.name}.")
        except OSError as error:
            raise Problem(f"{file} cannot be written: {error.strerror}. Name a file in another folder") from error
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "rb") as output:
                _tool(place, "pg_dump", "--format=custom", f"--dbname={_address(place)}", f"--file={unfinished}")
                os.fsync(output.fileno())
            # Unlike a rename, a link never replaces what somebody else has made there meanwhile.
            os.link(unfinished, file)
        except FileExistsError as error:
            raise Problem(f"{file} exists already. Name a new file, or remove that one first") from error
        finally:
            unfinished.unlink()


def restore(place: Place, file: Path) -> None:
    """Replaces everything that the database holds by what the file holds. The old stays until the new is complete.

    Raises:
        Problem: the service runs, or the file is not a whole copy of a Whose database. Then nothing is changed.
    """
    check_copy(place, file)
    with embedded.running(place):
        _sql(place, f"DROP DATABASE IF EXISTS {_NEW}")
        _sql(place, f"DROP DATABASE IF EXISTS {_OLD}")
        _sql(place, f"CREATE DATABASE {_NEW} TEMPLATE template0")
        try:
            with file.open("rb") as copy:
                address = _address(place, _NEW)
                _tool(place, "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address}", given=copy.fileno())
            try:
                knock.ask_postgres(_socket(place), "SELECT 1 FROM django_migrations LIMIT 1", database=_NEW)
            except knock.Refused as error:
                raise Problem(f"{file} is not a copy of a Whose database. Nothing was changed") from error
        except Problem:
            _sql(place, f"DROP DATABASE {_NEW}")
            raise
        # One transaction: whatever happens, there is exactly one database of that name, a complete one.
        _sql(
            place,
            f"ALTER DATABASE {postgres.DATABASE} RENAME TO {_OLD}; ALTER DATABASE {_NEW} RENAME TO {postgres.DATABASE}",
        )
        _sql(place, f"DROP DATABASE {_OLD}")


def check_copy(place: Place, file: Path) -> None:
    """Reads the list of contents only: what is no copy at all is refused before anything is asked or started.

    Raises:
        Problem: the file cannot be read or is not a copy.
    """
    try:
        with file.open("rb") as copy:
            _tool(place, "pg_restore", "--list", given=copy.fileno())
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}") from error
    except Problem as error:
        raise Problem(f"{file} is not a copy that `manage.py backup` wrote ({error}). Nothing was changed") from error


@contextlib.contextmanager
def _server(place: Place) -> Iterator[None]:
    """The running service's server, or one of our own for this while."""
    folders.make(place)
    if folders.is_locked(place):
        if waits := postgres.waits_for(place):
            raise Problem(f"The service runs, but its database does not answer yet ({waits}). Try again in a moment")
        yield
    else:
        with embedded.running(place):
            yield


def _tool(place: Place, name: str, *arguments: str, given: int | None = None) -> None:
    program = postgres.installed_for(place).bin / name
    done = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL if given is None else given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_ENV,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().split("\n")
        raise Problem(next((line for line in said if "error:" in line), said[-1]))


def _sql(place: Place, statement: str) -> None:
    try:
        knock.ask_postgres(_socket(place), statement, patience=600)
    except (OSError, knock.Refused) as error:
        raise Problem(f"The database said no: {error}. What was there before is still there") from error


def _address(place: Place, database: str = postgres.DATABASE) -> str:
    return f"{place.database_url}&dbname={database}"


def _socket(place: Place) -> Path:
    return place.reached_sockets / POSTGRES_SOCKET
