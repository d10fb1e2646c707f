"""Beat and workers as processes: ticks go on, whatever is killed, hangs or goes away for a while."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.triage.processes import Machine, Process, machine, wait_until

pytestmark = [pytest.mark.slow_processes, pytest.mark.django_db(transaction=True)]

SOON = 5.0  # seconds in which ticks go on after what they need is back
AWAY = 15.0


@pytest.fixture
def here() -> Iterator[Machine]:
    with machine() as made:
        made.broker.start()
        yield made


def stays_away(*processes: Process, seconds: float = AWAY) -> None:
    """What they need is away for so long, and all live on."""
    until = time.monotonic() + seconds
    wait_until(
        lambda: time.monotonic() > until or not all(process.is_alive() for process in processes),
        "the time is over",
        within=seconds + 5,
    )
    for process in processes:
        assert process.is_alive(), process.said


def about_the_broker(process: Process) -> list[str]:
    return [line for line in process.lines if "broker" in line or "onnect" in line]


def test_a_tick_every_second(here: Machine) -> None:
    here.run("worker")
    here.run("beat")
    here.wait_for_tick()
    gaps = [here.wait_for_tick(within=SOON) for _ in range(5)]
    assert sum(gaps) < 10, gaps


def test_a_killed_worker_is_replaced_by_another(here: Machine) -> None:
    here.run("beat")
    first = here.run("worker")
    here.wait_for_tick()
    here.run("worker")
    first.kill()
    here.wait_for_tick()
    here.wait_for_tick(within=SOON)


def test_a_broker_that_was_away(here: Machine) -> None:
    worker, beat = here.run("worker"), here.run("beat")
    here.wait_for_tick()
    here.broker.go_away()
    stays_away(worker, beat)
    for process in (worker, beat):
        lines = about_the_broker(process)
        assert len([line for line in lines if "does not answer" in line]) == 1, "said once, not every second"
        assert len(lines) < 6, lines
    here.broker.start()
    assert here.wait_for_tick(within=SOON) < SOON
    for process in (worker, beat):
        wait_until(lambda p=process: "the broker is back" in p.said, "it says so")  # type: ignore[misc]


def test_a_broker_that_hung(here: Machine) -> None:
    worker, beat = here.run("worker"), here.run("beat")
    here.wait_for_tick()
    here.broker.freeze()
    stays_away(worker, beat)
    here.broker.thaw()
    here.wait_for_tick(within=SOON)


def test_processes_that_start_before_their_broker(here: Machine) -> None:
    here.broker.go_away()
    worker, beat = here.run("worker"), here.run("beat")
    for process in (worker, beat):
        wait_until(lambda p=process: "does not answer" in p.said, "it says that it waits")  # type: ignore[misc]
    here.broker.start()
    here.wait_for_tick(within=SOON)


def test_a_worker_and_a_beat_stop_also_while_the_broker_is_away(here: Machine) -> None:
    worker, beat = here.run("worker"), here.run("beat")
    here.wait_for_tick()
    here.broker.go_away()
    for process in (worker, beat):
        wait_until(lambda p=process: "does not answer" in p.said, "it has noticed")  # type: ignore[misc]
        assert process.stop() == 0, process.said


def connections_of_workers() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'worker' AND datname = current_database()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_a_worker_keeps_its_connection_from_tick_to_tick(here: Machine) -> None:
    here.run("worker")
    here.run("beat")
    here.wait_for_tick()
    before = connections_of_workers()
    for _ in range(3):
        here.wait_for_tick(within=SOON)
    assert before
    assert before <= connections_of_workers()


def test_a_database_that_dropped_its_connections(here: Machine) -> None:
    worker = here.run("worker")
    here.run("beat")
    here.wait_for_tick()
    dropped = connections_of_workers()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [list(dropped)])
    here.wait_for_tick(within=SOON)
    assert dropped
    assert not dropped & connections_of_workers()
    assert worker.is_alive()


def test_two_beats_do_no_harm(here: Machine) -> None:
    beats = [here.run("beat"), here.run("beat")]
    worker = here.run("worker")
    here.wait_for_tick()
    for _ in range(5):
        here.wait_for_tick(within=SOON)
    assert all(process.is_alive() for process in (*beats, worker))
    assert not any("error" in process.said.lower() for process in (*beats, worker))


def test_strikes_do_not_pile_up_while_no_worker_takes_them(here: Machine) -> None:
    here.run("beat")
    wait_until(lambda: here.broker.waiting() >= 10, "ten strikes wait")
    stays_away(seconds=5)
    assert here.broker.waiting() == 10
