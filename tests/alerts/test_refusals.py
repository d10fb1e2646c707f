"""What was refused: counted for ever, kept within bounds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from alerts import inbox, queries
from alerts.inbox import HEAD, KEPT_FOR, KEPT_OF_A_SENDER
from alerts.models import Integration, Reason, Refusal, RefusalCount
from tests.alerts.makers import MINUTE, NOON, make_integration

pytestmark = pytest.mark.django_db


def refused(
    reason: Reason = Reason.UNKNOWN_TOKEN,
    *,
    integration: Integration | None = None,
    sender: str | None = "192.0.2.7",
    at: datetime = NOON,
    head: bytes = b"",
) -> Refusal:
    return inbox.refuse(reason, integration=integration, sender=sender, size=len(head), head=head, now=at)


def test_the_first_64_kib_are_kept() -> None:
    refusal = refused(head=b"x" * 100_000)
    refusal.refresh_from_db()
    assert (len(refusal.body_head), refusal.size) == (HEAD, 100_000)


def test_the_newest_hundred_of_a_sender_and_reason_are_kept_and_all_are_counted() -> None:
    for n in range(KEPT_OF_A_SENDER + 20):
        refused(at=NOON + n * MINUTE)
    assert Refusal.objects.count() == KEPT_OF_A_SENDER
    assert Refusal.objects.order_by("at")[0].at == NOON + 20 * MINUTE
    count = RefusalCount.objects.get()
    assert (count.count, count.first_at, count.last_at) == (KEPT_OF_A_SENDER + 20, NOON, NOON + 119 * MINUTE)


def test_what_is_kept_is_due_so_that_somebody_looks_at_it() -> None:
    assert refused().due_at == NOON


def test_senders_reasons_and_integrations_are_counted_apart() -> None:
    known = make_integration().integration
    for _ in range(2):
        refused()
        refused(sender=None)
        refused(sender="2001:db8::7")
        refused(Reason.NOT_JSON, integration=known)
        refused(Reason.TOO_LARGE, integration=known)
    assert list(RefusalCount.objects.values_list("count", flat=True)) == [2] * 5


def test_an_older_refusal_sets_no_clock_back() -> None:
    refused(at=NOON + MINUTE)
    refused(at=NOON)
    assert RefusalCount.objects.get().last_at == NOON + MINUTE


@pytest.mark.django_db(transaction=True)
def test_refusals_at_the_same_time_are_all_counted_and_the_bound_holds() -> None:
    def many(_worker: int) -> None:
        for _ in range(50):
            refused()
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(many, range(4)))
    assert RefusalCount.objects.get().count == 200
    assert Refusal.objects.count() == KEPT_OF_A_SENDER


def test_strangers_without_number_do_not_fill_the_disk() -> None:
    Refusal.objects.bulk_create(
        Refusal(at=NOON, sender=f"2001:db8::{n:x}", size=0, reason=Reason.UNKNOWN_TOKEN, body_head=b"")
        for n in range(inbox.KEPT_IN_ALL + 30)
    )
    assert inbox.prune(NOON) == 30
    assert Refusal.objects.count() == inbox.KEPT_IN_ALL


def test_what_is_long_past_is_forgotten() -> None:
    refused(at=NOON)
    refused(at=NOON + timedelta(days=1), sender="192.0.2.8")
    assert inbox.prune(NOON + KEPT_FOR + MINUTE) == 1
    assert [str(count.sender) for count in RefusalCount.objects.all()] == ["192.0.2.8"]


def test_who_knocked_without_a_known_token_is_shown_by_address_the_latest_first() -> None:
    refused(sender="192.0.2.7")
    refused(sender="192.0.2.8", at=NOON + MINUTE)
    refused(Reason.NOT_JSON, integration=make_integration().integration)
    shown = queries.refusals_of_strangers()
    assert [(one.sender, one.count) for one in shown] == [("192.0.2.8", 1), ("192.0.2.7", 1)]
