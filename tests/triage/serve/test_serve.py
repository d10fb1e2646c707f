"""`manage.py serve`: one command, up and down, as an operator sees it."""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.triage.serve import whole
from tests.triage.serve.whole import Whole

pytestmark = [
    pytest.mark.slow_processes,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc"),
]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def running(service: Whole) -> int:
    return len(service.left_behind())


def memory(service: Whole) -> float:
    """The resident memory of the service in MiB, every process counted."""
    pids = [service.process.pid, *(int(line.split(":")[0]) for line in service.left_behind())]
    said = subprocess.run(
        ["ps", "-o", "rss=", "-p", ",".join(map(str, pids))], capture_output=True, text=True, check=True
    )
    return sum(map(int, said.stdout.split())) / 1024


def test_the_first_start_the_second_start_and_the_stops(var: Path) -> None:
    with whole.started(var) as service:
        began = time.monotonic()
        service.wait_until_up()
        first = time.monotonic() - began
        assert first < 20, service.said
        assert service.answers()
        assert re.search(r"^ +\d+\.\d s  PostgreSQL answers$", service.said, re.MULTILINE)
        assert re.search(r"^ +\d+\.\d s  web answers$", service.said, re.MULTILINE)

        password = (var / "admin-password").read_text().strip()
        assert (var / "admin-password").stat().st_mode & 0o777 == 0o600
        assert (var / "secret-key").stat().st_mode & 0o777 == 0o600
        assert password not in service.said, "what is not a terminal may be a log"
        for log in (var / "logs").iterdir():
            assert password not in log.read_text()

        time.sleep(3)  # until the workers have loaded what they need
        assert memory(service) < 700
        assert service.stop(signal.SIGINT) < 10
        assert service.process.returncode == 0
        assert service.left_behind() == []
        key = (var / "secret-key").read_text()

    with whole.started(var) as service:
        began = time.monotonic()
        service.wait_until_up()
        second = time.monotonic() - began
        assert second < 10, f"five seconds on a quiet machine; here other tests run beside\n{service.said}"
        assert (var / "admin-password").read_text().strip() == password, "the first admin is made once"
        assert (var / "secret-key").read_text() == key, "or everybody would have to sign in again"
        assert service.stop(signal.SIGTERM) < 10
        assert service.left_behind() == []


def test_a_person_at_a_terminal_sees_the_first_password_once(var: Path) -> None:
    for is_first in (True, False):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*whole.MANAGE, "serve"], env=whole.environment(var), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        said = b""
        while whole.UP.encode() not in said or b"password" not in said.split(whole.UP.encode())[1]:
            assert select.select([ours], [], [], whole.PATIENCE)[0], said
            said += os.read(ours, 4096)
        time.sleep(0.2)
        password = (var / "admin-password").read_bytes().strip()
        process.terminate()
        process.wait(timeout=15)
        os.close(ours)
        assert (password in said) is is_first


def test_two_services_run_beside_each_other(tmp_path: Path) -> None:
    with whole.started(tmp_path / "one") as one, whole.started(tmp_path / "two") as two:
        one.wait_until_up()
        two.wait_until_up()
        one.stop()
        assert one.left_behind() == []
        assert two.answers()


def test_a_second_service_on_the_same_folder_is_refused(var: Path) -> None:
    with whole.started(var) as service:
        service.wait_for(
            lambda: (var / "run" / "lock").exists() and (var / "run" / "lock").stat().st_size, "it has the lock"
        )
        with whole.started(var) as other:
            assert other.process.wait(timeout=30) == 1
            time.sleep(0.1)
            assert "runs already" in other.said
            assert len(other.lines) == 1
            # Leave before `started` ends everything that belongs to the folder.
            service.wait_until_up()


@pytest.fixture
def up(var: Path) -> Iterator[Whole]:
    with whole.started(var) as service:
        yield service.wait_until_up()


def test_what_dies_is_started_again_and_said(up: Whole) -> None:
    for name in ("postgres", "valkey", "web", "worker-1"):
        before = up.kill(name)
        up.wait_for(lambda n=name, b=before: up.pid_of(n) not in {None, b}, f"{name} runs again")  # type: ignore[misc]
    up.wait_for(up.answers, "the web answers again")
    for name in ("postgres", "valkey", "web", "worker-1"):
        up.wait_for(lambda n=name: f"{n} is back" in up.said, f"{name} is back")  # type: ignore[misc]
        assert f"{name} was ended by SIGKILL" in up.said
    assert up.stop() < 10
    assert up.left_behind() == []


def test_what_hangs_does_not_hold_up_the_stop(up: Whole) -> None:
    for name in ("beat", "web", "worker-1", "valkey", "postgres"):
        up.wait_for(lambda n=name: up.pid_of(n), f"{name} runs")  # type: ignore[misc]
        os.kill(up.pid_of(name) or 0, signal.SIGSTOP)
    assert up.stop() < 10
    assert up.left_behind() == []


def test_nothing_outlives_a_supervisor_that_was_killed(up: Whole) -> None:
    assert running(up) > 6
    up.process.kill()
    up.wait_until_nothing_is_left()


def test_a_killed_web_server_takes_its_own_processes_along(up: Whole) -> None:
    os.kill(up.pid_of("web") or 0, signal.SIGSTOP)  # so that it cannot clean up when its supervisor goes
    up.process.kill()
    up.wait_until_nothing_is_left()


def test_paused_output_does_not_stop_the_service(var: Path) -> None:
    """Somebody presses Ctrl-S: nobody reads any more, and the pages are answered all the same."""
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, 1031, 4096)  # F_SETPIPE_SZ: the smallest pipe
    env = whole.environment(var)
    process = subprocess.Popen([*whole.MANAGE, "serve"], env=env, stdout=theirs, stderr=subprocess.STDOUT)
    os.close(theirs)
    service = Whole(var, int(env["PORT"]), process, [])
    try:
        service.wait_for(service.answers, "the service answers")
        for _ in range(200):
            assert service.answers()
        assert service.stop() < 10
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_what_libpq_reads_from_the_environment_is_about_other_servers(var: Path, tmp_path: Path) -> None:
    other = {"PGHOST": "db.example.org", "PGPORT": "1", "PGUSER": "me", "PGSERVICE": "mine", "PGOPTIONS": "-c no=1"}
    with whole.started(var, PGHOST=other["PGHOST"], PGPORT="1", PGSERVICE="mine", PGOPTIONS="-c no=1") as service:
        service.wait_until_up()
        assert whole.manage(var, "backup", str(tmp_path / "copy"), **other).returncode == 0


def test_a_taken_port_is_said_before_anything_is_started(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = whole.refused(var, port=port)
    assert said == f"Port {port} on 127.0.0.1 is taken by another program. Choose another one: PORT={port + 1} make up"
    assert not (var / "postgres").exists()


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1"])
def test_a_port_that_is_none(var: Path, port: str) -> None:
    assert "is not a port" in whole.refused(var, PORT=port)


def test_an_address_of_another_machine(var: Path) -> None:
    assert "is not an address of this machine" in whole.refused(var, WHOSE_BIND="192.0.2.1")


def test_an_external_database_that_is_not_there(var: Path) -> None:
    port = whole.free_port()
    said = whole.refused(
        var, DATABASE_URL=f"postgresql://whose:hidden@127.0.0.1:{port}/whose", REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert f"The PostgreSQL at 127.0.0.1:{port} cannot be used" in said
    assert "hidden" not in said
