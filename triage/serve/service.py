"""`manage.py serve`: the service, part by part, in the order in which they are started."""

import argparse
import contextlib
import itertools
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from triage.serve import folders, leftovers, port, postgres, programs, terminal, valkey
from triage.serve.children import Child, Program
from triage.serve.layout import Place
from triage.serve.privileges import Account
from triage.serve.problems import Problem
from triage.serve.supervisor import Service, Stopped, Supervisor
from triage.serve.terminal import Terminal

PROJECT = Path(__file__).resolve().parents[2]
WORKERS = 2
DESCRIPTION = "Run the whole service in the foreground: web, workers, beat, and its own servers where none are named."
_EXPECTED_FAILURE = re.compile(r"^(CommandError|[\w.]*ImproperlyConfigured): ")


def main(arguments: Sequence[str]) -> int:
    """Runs until it is asked to stop; the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py serve", description=DESCRIPTION)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        serve(host=options.bind, chosen_port=options.port)
    except Problem as problem:
        return terminal.fail(problem)
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bind",
        default=_set("WHOSE_BIND") or "127.0.0.1",
        help="address to listen on (default: loopback only; WHOSE_BIND)",
    )
    parser.add_argument("--port", help="port to listen on (default: 8000; PORT)")


def serve(*, host: str, chosen_port: str | None) -> None:
    """Starts everything, keeps it running, stops it.

    Raises:
        Problem: something stands in the way of a start.
    """
    began = time.monotonic()
    web_port = port.chosen(chosen_port)
    place = Place(Path(_set("WHOSE_VAR") or PROJECT / "var").resolve())
    folders.make(place)
    screen = Terminal()
    with folders.locked(place):
        for name in leftovers.end_all(place):
            screen.say(f"          ended {name}, left over from an earlier start")
        port.check_free(host, web_port)
        folders.sweep(place)
        folders.make_secret_key(place)
        supervisor = Supervisor(place, screen)
        with contextlib.suppress(Stopped), supervisor.listening():
            service = _Start(supervisor, place, screen, host, web_port)
            service.servers()
            password_before = _text(place.admin_password)
            service.prepare()
            service.processes()
            screen.say(
                f"Whose is at {port.address(host, web_port)} ({time.monotonic() - began:.1f} s). Ctrl-C stops it."
            )
            _show_password(place, screen, password_before)
            supervisor.supervise()
        folders.unlink_shortly(place)
    screen.say("Stopped.")


class _Start:
    """The steps of one start, and what they have to know of each other."""

    def __init__(self, supervisor: Supervisor, place: Place, screen: Terminal, host: str, web_port: int) -> None:
        self.supervisor, self.place, self.screen = supervisor, place, screen
        self.host, self.port = host, web_port
        self.own_database = not _set("DATABASE_URL")
        self.own_broker = not _set("REDIS_URL")

    def servers(self) -> None:
        """PostgreSQL and Valkey, where the environment names none."""
        if not (self.own_database or self.own_broker):
            return
        place, supervisor = self.place, self.supervisor
        account = folders.give_to_servers(place)
        folders.link_shortly(place)
        if self.own_broker:  # it starts while the database is made
            broker = self._service("valkey", lambda: valkey.program(place, account), lambda: valkey.waits_for(place))
            broker.is_server = True
            broker.failed = lambda child: Problem(f"Valkey did not start: {child.last_words() or child.how_it_ended()}")
        if self.own_database:
            if not postgres.exists(place):
                with self.screen.step("PostgreSQL: a new database made"):
                    self._make_cluster(account)
            database = self._service(
                "postgres", lambda: postgres.program(place, account), lambda: postgres.waits_for(place)
            )
            database.is_server = True
            database.failed = lambda child: postgres.damaged(place, child)
            with self.screen.step("PostgreSQL answers"):
                supervisor.up(database)
        if self.own_broker:
            with self.screen.step("Valkey answers"):
                supervisor.up(broker)

    def prepare(self) -> None:
        """Migrations and the first admin; once more where the database was killed under it."""
        command = [sys.executable, str(PROJECT / "manage.py"), "prepare"]
        with self.screen.step("database prepared"):
            for attempt in itertools.count(1):
                heard: list[str] = []
                began = time.monotonic()
                child = self.supervisor.run(self._program("prepare", "manage", command), heard.append)
                if child.process.returncode == 0:
                    return
                disturbed = self.supervisor.was_disturbed(child, since=began)
                explained = bool(heard and _EXPECTED_FAILURE.match(heard[-1]))
                # Without an explanation once more: the database drops its connections when one of them is killed.
                if not disturbed and (explained or attempt > 1):
                    raise _unprepared(child, heard)

    def processes(self) -> None:
        """Web, workers and beat; the web is waited for."""
        command = programs.web(host=self.host, port=self.port)
        web = self._service(
            "web",
            lambda: self._program("web", "web", command),
            lambda: None if port.answers(self.host, self.port) else "no answer to HTTP",
        )
        web.failed = lambda child: Problem(f"The web process {child.how_it_ended()}; its lines say why")
        with self.screen.step("web answers"):
            self.supervisor.up(web)
        for number in range(1, WORKERS + 1):
            self._app(f"worker-{number}", "worker", programs.worker(name=f"worker-{number}"))
        self._app("beat", "beat", programs.beat())

    def _make_cluster(self, account: Account | None) -> None:
        for attempt in itertools.count(1):
            program, unfinished = postgres.first_step(self.place, account)
            child = self.supervisor.run(program)
            if child.process.returncode == 0 or attempt > 2:
                postgres.last_step(self.place, child, unfinished)
                return
            shutil.rmtree(unfinished, ignore_errors=True)

    def _service(self, name: str, program: Callable[[], Program], waits_for: Callable[[], str | None]) -> Service:
        service = Service(name, program, waits_for)
        self.supervisor.services.append(service)
        return service

    def _app(self, name: str, process: str, command: Sequence[str]) -> None:
        service = self._service(name, lambda: self._program(name, process, command), lambda: None)
        service.proves_itself_in = 3.0  # it has no door to knock at
        service.answers = True

    def _program(self, name: str, process: str, command: Sequence[str]) -> Program:
        return Program(name, command, {**self._environment(), "WHOSE_PROCESS": process}, folder=PROJECT)

    def _environment(self) -> dict[str, str]:
        """What the children inherit: ours, and where the servers are."""
        own = {
            "WHOSE_VAR": str(self.place.root),
            "PORT": str(self.port),
            "PROMETHEUS_MULTIPROC_DIR": str(self.place.metrics),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), _set("PYTHONPATH")])),
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",  # threads would else each take their own heap from the system
        }
        if self.own_database:
            own["DATABASE_URL"] = self.place.database_url
        if self.own_broker:
            own["REDIS_URL"] = self.place.redis_url
        if os.geteuid() == 0:  # said by Celery in seven lines, each time
            own["PYTHONWARNINGS"] = _set("PYTHONWARNINGS") or "ignore:You're running the worker"
        if self.screen.is_person:
            own["WHOSE_LOG_FORMAT"] = _set("WHOSE_LOG_FORMAT") or "text"
        # What libpq reads from the environment is about other servers: PGPORT, PGPASSWORD, PGSERVICE, PGOPTIONS, ...
        kept = {name: value for name, value in os.environ.items() if not (self.own_database and name.startswith("PG"))}
        return {**kept, **own}


def _unprepared(child: Child, heard: list[str]) -> Problem:
    """The last line of a failure that is explained in one; everything that was said of any other."""
    last = heard[-1] if heard else f"`manage.py prepare` {child.how_it_ended()}."
    if _EXPECTED_FAILURE.match(last):
        return Problem(_EXPECTED_FAILURE.sub("", last))
    return Problem("\n".join([*heard, "The database could not be prepared; the lines above say why."]))


def _show_password(place: Place, screen: Terminal, before: str) -> None:
    """The first admin's password: to a person, once; what is not a terminal may be a log."""
    made = _text(place.admin_password)
    if made and made != before and screen.is_person:
        screen.say(f"Sign in as admin with the password {made} (kept in {place.admin_password}).")
    elif made:
        screen.say(f"The first admin's password is in {place.admin_password}.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _set(name: str) -> str:
    return os.environ.get(name, "").strip()
