"""SIGKILL at any moment of the first start: of the supervisor, of a server. The way up is never blocked."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.triage.serve import whole
from tests.triage.serve.whole import Whole

pytestmark = [
    pytest.mark.slow_processes,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc"),
]

MOMENTS: dict[str, Callable[[Whole], object]] = {
    "the folder is made": lambda service: (service.var / "run" / "lock").exists(),
    "a new database is begun": lambda service: any(service.var.glob("postgres.new-*")),
    "a new database is being made": lambda service: any(service.var.glob("postgres.new-*/global/*")),
    "postgres starts": lambda service: service.pid_of("postgres"),
    "postgres wrote its process id": lambda service: (service.var / "postgres" / "postmaster.pid").exists(),
    "the database is migrated": lambda service: service.pid_of("prepare"),
    "the web process starts": lambda service: service.pid_of("web"),
}


def test_the_supervisor_is_killed(tmp_path: Path) -> None:
    """Each start goes on where the one before was killed, so one folder sees every moment."""
    var = tmp_path / "var"
    for moment, has_come in MOMENTS.items():
        with whole.started(var) as service:
            service.wait_for(lambda come=has_come, s=service: come(s), moment)  # type: ignore[misc]
            service.process.kill()
            service.wait_until_nothing_is_left()
    with whole.started(var) as service:
        service.wait_until_up()
        assert list(var.glob("postgres.new-*")) == []
        assert service.stop() < 10


def test_servers_are_killed_and_the_same_start_goes_on(tmp_path: Path) -> None:
    with whole.started(tmp_path / "var") as service:
        for victim, moment in (
            ("valkey", "a new database is begun"),
            ("initdb", "a new database is being made"),
            ("postgres", "postgres starts"),
            ("postgres", "postgres wrote its process id"),
            ("prepare", "the database is migrated"),
            ("postgres", "the database is migrated"),
            ("valkey", "the web process starts"),
            ("web", "the web process starts"),
        ):
            service.wait_for(lambda come=MOMENTS[moment]: come(service), moment)  # type: ignore[misc]
            service.kill(victim)
        service.wait_until_up()
        service.wait_for(service.answers, "it answers")
        assert service.stop() < 10
        assert service.left_behind() == []


def test_every_process_of_postgres_is_killed(tmp_path: Path) -> None:
    with whole.started(tmp_path / "var") as service:
        for moment in ("a new database is being made", "the database is migrated"):
            service.wait_for(lambda come=MOMENTS[moment]: come(service), moment)  # type: ignore[misc]
            for line in service.left_behind():
                pid, command = line.split(": ", 1)
                if "postgres" in command.split(" ")[0]:
                    with contextlib.suppress(ProcessLookupError):  # gone with the one before it
                        os.kill(int(pid), signal.SIGKILL)
        service.wait_until_up()


def test_somebody_changes_their_mind(tmp_path: Path) -> None:
    var = tmp_path / "var"
    for moment in (
        "a new database is being made",
        "postgres starts",
        "the database is migrated",
        "the web process starts",
    ):
        with whole.started(var) as service:
            service.wait_for(lambda come=MOMENTS[moment], s=service: come(s), moment)  # type: ignore[misc]
            assert service.stop(signal.SIGINT) < 10
            assert service.process.returncode == 0
            assert service.left_behind() == []
    assert not list(var.glob("run/*.json"))
