"""Leases: what is due is worked on by one worker at a time, and never lost with it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.triage import chores
from tests.triage.chores import Chore
from triage.claim import LEASE, claim_due, settle

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _table(transactional_db: None) -> Iterator[None]:
    with chores.table():
        yield


def due(name: str, due_at: datetime | None = NOON) -> Chore:
    return Chore.objects.create(name=name, due_at=due_at)


def claimed(now: datetime = NOON, most: int = 100) -> list[str]:
    return [chore.name for chore in claim_due(Chore.objects.all(), now=now, most=most)]


@pytest.mark.parametrize(
    ("due_at", "is_claimed", "because"),
    [
        (NOON - SECOND, True, "it fell due before now"),
        (NOON, True, "it falls due now"),
        (NOON + SECOND, False, "it is due later"),
        (None, False, "there is nothing to do"),
    ],
)
def test_what_is_claimed(due_at: datetime | None, is_claimed: bool, because: str) -> None:
    due("chore", due_at)
    assert (claimed() == ["chore"]) is is_claimed, because


def test_the_longest_due_comes_first_and_no_more_than_asked_for() -> None:
    due("second", NOON - SECOND)
    due("first", NOON - 2 * SECOND)
    due("third", NOON)
    assert claimed(most=2) == ["first", "second"]
    assert claimed() == ["third"]


def test_only_rows_of_the_query_are_claimed() -> None:
    due("mine")
    due("other")
    assert [chore.name for chore in claim_due(Chore.objects.filter(name="mine"), now=NOON)] == ["mine"]
    assert claimed() == ["other"]


def test_a_claimed_row_is_not_claimed_again_during_its_lease() -> None:
    due("chore")
    assert claimed() == ["chore"]
    assert claimed(NOON + LEASE - SECOND) == []


def test_the_row_of_a_killed_worker_comes_back_after_its_lease() -> None:
    due("chore")
    assert claimed() == ["chore"]
    assert claimed(NOON + LEASE) == ["chore"]


def test_a_worker_killed_while_it_claims_leaves_the_row_due() -> None:
    due("chore")
    with transaction.atomic():
        claimed()
        transaction.set_rollback(True)  # as the database does for a connection that ends
    assert claimed() == ["chore"]


def test_two_claims_at_the_same_time_share_no_row_and_wait_for_nobody() -> None:
    chores.make(10, due_at=NOON)
    first_has_claimed, second_has_claimed = threading.Event(), threading.Event()

    def first() -> list[str]:
        with transaction.atomic():  # so that its rows stay locked
            names = claimed(most=5)
            first_has_claimed.set()
            assert second_has_claimed.wait(10), "the second claim waited for the first"
        connections.close_all()
        return names

    with ThreadPoolExecutor() as pool:
        result = pool.submit(first)
        assert first_has_claimed.wait(10)
        second = claimed()
        second_has_claimed.set()
        assert len(result.result()) == len(second) == 5
        assert not set(result.result()) & set(second)


def test_many_workers_share_all_rows() -> None:
    chores.make(500, due_at=NOON)

    def work() -> list[str]:
        names: list[str] = []
        while more := claimed(most=20):
            names += more
        connections.close_all()
        return names

    with ThreadPoolExecutor() as pool:
        shares = [share.result() for share in [pool.submit(work) for _ in range(4)]]
    names = [name for share in shares for name in share]
    assert len(names) == len(set(names)) == 500


def test_a_settled_row_waits_for_nothing() -> None:
    due("chore")
    settle(claim_due(Chore.objects.all(), now=NOON)[0])
    assert Chore.objects.get().due_at is None


def test_a_row_is_settled_to_its_next_time() -> None:
    due("chore")
    settle(claim_due(Chore.objects.all(), now=NOON)[0], due_at=NOON + 5 * SECOND)
    assert claimed(NOON + 5 * SECOND) == ["chore"]


def test_settling_does_not_forget_what_somebody_asked_for_meanwhile() -> None:
    due("chore")
    held = claim_due(Chore.objects.all(), now=NOON)[0]
    Chore.objects.update(due_at=NOON + SECOND)
    settle(held)
    assert claimed(NOON + SECOND) == ["chore"]


def test_who_lost_the_lease_does_not_settle_for_who_has_it_now() -> None:
    due("chore")
    slow = claim_due(Chore.objects.all(), now=NOON)[0]
    claim_due(Chore.objects.all(), now=NOON + LEASE)
    settle(slow)
    assert Chore.objects.get().due_at == NOON + 2 * LEASE


def test_a_claim_finds_due_rows_by_their_index() -> None:
    chores.make(20_000, due_at=None)
    chores.make(2_000, due_at=NOON + SECOND)
    chores.make(50, due_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE chores_chore")
    with CaptureQueriesContext(connection) as seen:
        claimed()
    (select,) = [query["sql"] for query in seen if "SKIP LOCKED" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {select}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using chores_chore_due" in plan, plan


def test_a_claim_takes_the_same_number_of_queries_for_one_row_and_for_fifty() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            claimed()
        return len(seen)

    chores.make(1, due_at=NOON)
    one = queries()
    chores.make(50, due_at=NOON)
    assert queries() == one
