"""One tick: stage after stage, until nothing is due."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.db.models import F

from tests.triage import chores
from tests.triage.chores import Chore
from triage.claim import LEASE, claim_due, settle
from triage.clock import database_now
from triage.config.celery import app
from triage.models import Heartbeat
from triage.tasks import tick as tick_task
from triage.tick import LONGEST, Stage, tick

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def _table(transactional_db: None) -> Iterator[None]:
    with chores.table():
        yield


def do_chores(now: datetime) -> int:
    """A stage as ours are: claim, work, settle."""
    claimed = claim_due(Chore.objects.all(), now=now, most=10)
    for chore in claimed:
        Chore.objects.filter(pk=chore.pk).update(done=F("done") + 1)
        settle(chore)
    return len(claimed)


def fail(_now: datetime) -> int:
    raise RuntimeError("as a stage may")


def lose_the_connection(_now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return 0


def beaten_at() -> datetime:
    return Heartbeat.objects.get(name="tick").beaten_at


@pytest.mark.usefixtures("_table")
def test_a_tick_works_on_everything_that_is_due() -> None:
    chores.make(35, due_at=NOON)
    chores.make(5, due_at=NOON + SECOND)
    tick(NOON, [Stage("chores", do_chores)])
    assert Chore.objects.filter(done=1, due_at=None).count() == 35
    assert Chore.objects.filter(done=0).count() == 5


@pytest.mark.usefixtures("_table")
def test_ticks_that_overlap_work_on_each_row_once() -> None:
    chores.make(200, due_at=NOON)
    together = threading.Barrier(3)

    def walk() -> None:
        together.wait(10)
        tick(NOON, [Stage("chores", do_chores)])
        connections.close_all()

    with ThreadPoolExecutor() as pool:
        for walked in [pool.submit(walk) for _ in range(3)]:
            walked.result()
    assert Counter(Chore.objects.values_list("done", flat=True)) == {1: 200}


@pytest.mark.usefixtures("_table")
@pytest.mark.parametrize("trouble", [fail, lose_the_connection])
def test_a_stage_that_fails_does_not_stop_the_others(trouble: Callable[[datetime], int]) -> None:
    chores.make(1, due_at=NOON)
    tick(NOON, [Stage("trouble", trouble), Stage("chores", do_chores)])
    assert Chore.objects.get().done == 1


@pytest.mark.usefixtures("_table")
def test_a_row_whose_work_fails_comes_back_after_its_lease() -> None:
    chores.make(1, due_at=NOON)

    def claim_and_fail(now: datetime) -> int:
        claim_due(Chore.objects.all(), now=now)
        return fail(now)

    tick(NOON, [Stage("chores", claim_and_fail)])
    assert Chore.objects.get().due_at == NOON + LEASE


def test_stages_are_walked_in_their_order() -> None:
    walked: list[str] = []

    def stage(name: str) -> Stage:
        def walk(_now: datetime) -> int:
            walked.append(name)
            return 0

        return Stage(name, walk)

    tick(NOON, [stage("digest"), stage("assess"), stage("page")])
    assert walked == ["digest", "assess", "page"]


def test_a_tick_that_has_too_much_to_do_leaves_the_rest_to_the_next() -> None:
    rounds: list[datetime] = []

    def endless(now: datetime) -> int:
        rounds.append(now)
        return 1

    tick(NOON, [Stage("endless", endless)], longest=timedelta(0))
    assert len(rounds) == 1


def test_a_tick_is_over_well_before_the_lease_of_what_it_claimed() -> None:
    assert LONGEST < LEASE / 2


def test_every_tick_leaves_a_trace() -> None:
    tick(NOON, [])
    assert beaten_at() == NOON
    tick(NOON + SECOND, [])
    assert beaten_at() == NOON + SECOND


def test_a_tick_that_comes_late_does_not_set_the_clock_back() -> None:
    tick(NOON, [])
    tick(NOON - SECOND, [])
    assert beaten_at() == NOON


def test_now_is_the_database_s_and_goes_on_inside_a_transaction() -> None:
    first = database_now()
    assert database_now() > first
    assert abs(first - datetime.now(tz=UTC)) < timedelta(minutes=1)


def test_the_task_ticks_at_the_database_s_now() -> None:
    before = database_now()
    tick_task()
    assert before < beaten_at() < database_now()


def test_a_strike_that_nobody_takes_within_a_second_is_thrown_away() -> None:
    (strike,) = app.conf.beat_schedule.values()
    assert strike["task"] == tick_task.name
    assert strike["schedule"] == SECOND
    assert strike["options"] == {"expires": 1}
