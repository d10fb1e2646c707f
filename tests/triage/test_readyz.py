"""/readyz of a real web process, while what it needs is away or hangs."""

import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.triage.doors import Web, web
from tests.triage.processes import Machine, machine, wait_until
from tests.triage.serve.whole import free_port
from triage.clock import database_now
from triage.models import Heartbeat

pytestmark = [pytest.mark.slow_processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def here() -> Iterator[Machine]:
    with machine() as made:
        made.broker.start()
        Heartbeat.beat(database_now())
        yield made


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def unwell(page: Web) -> dict[str, str]:
    """What is not well and why, told with 503 and in time."""
    began = time.monotonic()
    answer = page.get("/readyz")
    assert time.monotonic() - began < 3
    said = answer.json()
    assert answer.status == (200 if said["ready"] else 503)
    return {name: check["sentence"] for name, check in said["checks"].items() if not check["ok"]}


def test_a_broker_that_goes_away_and_comes_back(here: Machine) -> None:
    page = web(here)
    assert unwell(page) == {}
    here.broker.go_away()
    assert unwell(page) == {"broker": "The broker cannot be reached."}
    here.broker.start()
    Heartbeat.beat(database_now())
    assert unwell(page) == {}


def test_a_broker_that_hangs(here: Machine) -> None:
    page = web(here)
    here.broker.freeze()
    assert unwell(page) == {"broker": "The broker did not answer within two seconds."}
    assert page.get("/healthz").status == 200


def test_a_database_that_is_not_there(here: Machine) -> None:
    page = web(here, DATABASE_URL=f"postgresql://whose:hidden@127.0.0.1:{free_port()}/whose")
    assert set(unwell(page)) == {"database", "tick", "migrations"}
    assert page.get("/healthz").status == 200


def test_servers_that_take_connections_and_say_nothing(here: Machine, silent: int) -> None:
    page = web(
        here,
        DATABASE_URL=f"postgresql://whose:hidden@127.0.0.1:{silent}/whose",
        REDIS_URL=f"redis://:hidden@127.0.0.1:{silent}/0",
    )
    for _ in range(3):
        assert unwell(page) == {
            "database": "The database did not answer within two seconds.",
            "broker": "The broker did not answer within two seconds.",
            "tick": "Unknown, because the database did not answer within two seconds.",
            "migrations": "Unknown, because the database did not answer within two seconds.",
        }
    told = page.get("/readyz").text
    assert not [secret for secret in ("hidden", "127.0.0.1", str(silent), "whose:") if secret in told]
    assert "hidden" not in page.process.said


def test_a_database_that_hangs_under_open_connections(here: Machine) -> None:
    page = web(here)
    Heartbeat.beat(database_now())
    assert unwell(page) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'web'")
        pids = [pid for (pid,) in cursor.fetchall()]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert unwell(page)["database"] == "The database did not answer within two seconds."
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    Heartbeat.beat(database_now())
    wait_until(lambda: unwell(page) == {}, "all is well again")


def test_a_tick_that_no_longer_comes(here: Machine) -> None:
    page = web(here)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE triage_heartbeat SET beaten_at = beaten_at - interval '1 hour'")
    assert unwell(page)["tick"].endswith("One is due every second.")
