"""From a body to alerts: nothing is lost, nothing is told twice, and the later word counts."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from alerts import inbox
from alerts.models import Alert, Delivery
from alerts.reports import AlertReport, Batch
from alerts.severities import Severity
from alerts.sources import PARSERS
from tests.alerts.makers import (
    MINUTE,
    NOON,
    a_payload,
    an_alert,
    digested,
    make_integration,
    many_alerts,
    received,
    recorded,
)

pytestmark = pytest.mark.django_db

FIRING = a_payload(an_alert())
RESOLVED = a_payload(an_alert(status="resolved", endsAt="2026-11-24T11:58:00Z"))


# -- One delivery --


def test_a_delivery_is_kept_as_it_came_and_due_at_once() -> None:
    delivery = Delivery.objects.get(pk=received(b" odd\x00 bytes ").pk)
    assert bytes(delivery.body) == b" odd\x00 bytes "
    assert (delivery.size, delivery.due_at, delivery.received_at) == (12, NOON, NOON)
    assert delivery.sender == "192.0.2.7"
    assert delivery.digested_at is None


def test_what_becomes_of_an_alert() -> None:
    integration = make_integration().integration
    (alert,) = digested(received(FIRING, integration))
    assert (alert.cluster, alert.fingerprint, alert.status) == ("prod-eu-1", "5ef77f1f8a3ecb0a", Alert.Status.FIRING)
    assert alert.starts_at == NOON - 15 * MINUTE
    assert alert.labels == an_alert()["labels"]
    assert alert.annotations == an_alert()["annotations"]
    assert alert.generator_url == an_alert()["generatorURL"]
    assert alert.severity == Severity.WARNING
    assert alert.integration == integration
    assert (alert.first_seen_at, alert.last_seen_at) == (NOON, NOON)
    assert (alert.ends_at, alert.resolved_at, alert.notes) == (None, None, [])


def test_a_digested_delivery_waits_for_nothing_and_says_what_was_in_it() -> None:
    delivery = received(recorded("truncated"))
    inbox.digest([delivery], now=NOON + MINUTE)
    delivery.refresh_from_db()
    assert (delivery.due_at, delivery.digested_at) == (None, NOON + MINUTE)
    assert (delivery.alerts, delivery.truncated, delivery.problem) == (3, 37, "")


def test_digesting_tells_which_clusters_were_touched() -> None:
    elsewhere = make_integration(cluster="prod-us-2").integration
    labelled = a_payload(an_alert(labels={"cluster": "prod-ap-3"}))
    touched = inbox.digest([received(FIRING), received(FIRING, elsewhere), received(labelled)], now=NOON)
    assert touched == {"prod-eu-1", "prod-us-2", "prod-ap-3"}


def test_digesting_nothing_touches_nothing() -> None:
    assert inbox.digest([], now=NOON) == set()


def test_the_integration_says_which_label_names_the_cluster_and_what_severities_mean() -> None:
    integration = make_integration(cluster_label="env", severities={"p4": "info"}).integration
    (alert,) = digested(received(a_payload(an_alert(labels={"env": "Prod.US", "severity": "P4"})), integration))
    assert (alert.cluster, alert.severity) == ("prod-us", Severity.INFO)


def test_a_watchdog_is_kept_like_any_other() -> None:
    (alert,) = digested(received(recorded("Watchdog")))
    assert (alert.labels["alertname"], alert.severity) == ("Watchdog", Severity.NONE)


def test_what_was_odd_about_an_alert_stays_with_it() -> None:
    (alert,) = digested(received(a_payload(an_alert(startsAt="yesterday"))))
    assert alert.notes == ["Field `startsAt` is 'yesterday', which cannot be read; 1970-01-01 stands for it."]


@pytest.mark.parametrize(
    "alert",
    [
        {},
        an_alert(labels={"nul": "\x00", "half": "\ud83e", "\x00": "\udfff"}),
        an_alert(startsAt="0001-01-01T00:00:00+14:00"),
        an_alert(startsAt="9999-12-31T23:59:59.999999999-14:00", endsAt="9999-12-31T23:59:59Z"),
        an_alert(labels={f"label_{n}": "x" * 10_000 for n in range(300)}),
        an_alert(annotations={"text": '\\u0000 "quoted" {} %s \\'}),
        an_alert(generatorURL="\x00" * 100_000, fingerprint="\x00"),
        an_alert(labels={"cluster": "\ud800生产"}),
    ],
    ids=["empty", "impossible characters", "year 1", "year 9999", "huge", "escapes", "long address", "cluster"],
)
def test_nasty_alerts_are_stored(alert: dict[str, object]) -> None:
    before, nasty, after = an_alert(fingerprint="before"), alert, an_alert(fingerprint="after")
    delivery = received(a_payload(before, nasty, after))
    assert len(digested(delivery)) == 3
    delivery.refresh_from_db()
    assert delivery.problem == ""


# -- What cannot be read --


def test_an_unreadable_delivery_is_marked_and_keeps_its_body_and_the_others_go_on() -> None:
    unreadable, fine = received(b"not JSON"), received(FIRING)
    assert len(digested(unreadable, fine)) == 1
    unreadable.refresh_from_db()
    assert unreadable.problem.startswith("The body is not JSON at line 1 column 1")
    assert (unreadable.due_at, unreadable.digested_at, bytes(unreadable.body)) == (None, NOON, b"not JSON")


def test_problems_of_a_delivery_are_told_line_by_line() -> None:
    delivery = received(a_payload(an_alert(), None, 7, version="3"))
    digested(delivery)
    delivery.refresh_from_db()
    assert delivery.problem.splitlines() == [
        "Field `version` is '3'; it was read as version 4.",
        "Alert 2 is '' and not an object; it was left out.",
        "Alert 3 is '7' and not an object; it was left out.",
    ]


def _breaks(body: bytes) -> Batch:
    raise RuntimeError("a fault of the parser")


def _lets_pass_what_no_database_takes(body: bytes) -> Batch:
    return Batch(reports=(AlertReport(fingerprint="x", starts_at=NOON, is_firing=True, labels={"a": "\x00"}),))


@pytest.mark.parametrize("parser", [_breaks, _lets_pass_what_no_database_takes])
def test_a_faulty_parser_holds_up_nobody_else(
    parser: Callable[[bytes], Batch], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(PARSERS, "faulty", parser)
    integration = make_integration().integration
    type(integration).objects.filter(pk=integration.pk).update(kind="faulty")
    faulty, fine = received(FIRING, integration), received(FIRING)
    assert len(digested(faulty, fine)) == 1
    faulty.refresh_from_db()
    assert faulty.due_at is None
    assert faulty.problem
    assert bytes(faulty.body) == FIRING


def test_a_kind_that_has_no_parser_is_a_problem_of_its_deliveries(caplog: pytest.LogCaptureFixture) -> None:
    integration = make_integration().integration
    type(integration).objects.filter(pk=integration.pk).update(kind="pigeon")
    delivery = received(FIRING, integration)
    assert digested(delivery) == []
    delivery.refresh_from_db()
    assert delivery.problem


# -- The later word counts --


def told(*words: tuple[bytes, datetime]) -> list[Delivery]:
    integration = make_integration().integration
    return [received(body, integration, at=at) for body, at in words]


def test_the_same_delivery_twice_is_one_alert() -> None:
    once, again = told((FIRING, NOON), (FIRING, NOON + MINUTE))
    (alert,) = digested(once, again)
    assert (alert.first_seen_at, alert.last_seen_at) == (NOON, NOON + MINUTE)


def test_two_alertmanagers_that_both_deliver_make_one_alert() -> None:
    one, other = make_integration().integration, make_integration().integration
    assert len(digested(received(FIRING, one), received(FIRING, other))) == 1


def test_the_same_alert_twice_in_one_payload_is_one_and_resolved_if_either_says_so() -> None:
    both = a_payload(an_alert(status="resolved", endsAt="2026-11-24T11:58:00Z"), an_alert())
    (alert,) = digested(received(both))
    assert alert.status == Alert.Status.RESOLVED


def test_another_start_is_another_alert() -> None:
    again = a_payload(an_alert(startsAt="2026-11-24T11:59:00Z"))
    assert len(digested(received(FIRING), received(again))) == 2


def test_the_same_fingerprint_in_another_cluster_is_another_alert() -> None:
    elsewhere = make_integration(cluster="prod-us-2").integration
    assert len(digested(received(FIRING), received(FIRING, elsewhere))) == 2


def test_a_resolved_notice_with_no_firing_one_before_it_is_a_resolved_alert() -> None:
    (alert,) = digested(received(RESOLVED))
    assert alert.status == Alert.Status.RESOLVED
    assert alert.resolved_at == alert.ends_at == NOON - 2 * MINUTE


@pytest.mark.parametrize(
    ("ends_at", "resolved_at", "because"),
    [
        ("2026-11-24T11:58:00Z", NOON - 2 * MINUTE, "the sender knows when it ended"),
        ("0001-01-01T00:00:00Z", NOON, "the sender does not say; we heard of it now"),
        ("2026-11-24T12:04:00Z", NOON, "nothing is resolved in the future"),
        ("2026-11-24T11:00:00Z", NOON, "nor before it began"),
    ],
)
def test_when_an_alert_was_resolved(ends_at: str, resolved_at: datetime, because: str) -> None:
    (alert,) = digested(received(a_payload(an_alert(status="resolved", endsAt=ends_at))))
    assert alert.resolved_at == resolved_at, because


@pytest.mark.parametrize(
    ("words", "status", "because"),
    [
        ([FIRING, RESOLVED], Alert.Status.RESOLVED, "it fired, and was resolved"),
        ([RESOLVED, FIRING], Alert.Status.FIRING, "Alertmanager took back that it was resolved, with the same start"),
        ([FIRING, RESOLVED, FIRING], Alert.Status.FIRING, "the same"),
        ([FIRING, RESOLVED, FIRING, RESOLVED], Alert.Status.RESOLVED, "until the last word"),
        ([FIRING, FIRING], Alert.Status.FIRING, "repeated"),
        ([RESOLVED, RESOLVED], Alert.Status.RESOLVED, "told by both Alertmanagers"),
    ],
)
def test_the_word_received_last_counts_in_whatever_order_and_batches_it_is_digested(
    words: Sequence[bytes], status: str, because: str
) -> None:
    deliveries = told(*((word, NOON + n * MINUTE) for n, word in enumerate(words)))
    for order in itertools.permutations(deliveries):
        for size in range(1, len(order) + 1):
            Alert.objects.all().delete()
            Delivery.objects.update(digested_at=None)
            for start in range(0, len(order), size):
                inbox.digest(order[start : start + size], now=NOON)
            alert = Alert.objects.get()
            assert alert.status == status, because
            assert (alert.resolved_at is not None) is (status == Alert.Status.RESOLVED)
            assert alert.first_seen_at == NOON
            assert alert.last_seen_at == NOON + (len(words) - 1) * MINUTE, "which only goes forward"


def test_received_at_the_same_instant_resolved_counts() -> None:
    for words in ((FIRING, RESOLVED), (RESOLVED, FIRING)):
        Alert.objects.all().delete()
        for delivery in told(*((word, NOON) for word in words)):
            inbox.digest([delivery], now=NOON)
        assert Alert.objects.get().status == Alert.Status.RESOLVED


def test_the_later_word_brings_its_texts_and_the_earlier_one_does_not() -> None:
    newer = a_payload(an_alert(annotations={"summary": "new"}, labels={"severity": "critical"}))
    late, early = told((newer, NOON + MINUTE), (FIRING, NOON))
    inbox.digest([late], now=NOON)
    (alert,) = digested(early)
    assert alert.annotations == {"summary": "new"}
    assert alert.severity == Severity.CRITICAL


# -- Exactly once --


def test_a_delivery_that_somebody_else_has_digested_meanwhile_is_skipped() -> None:
    delivery = received(FIRING)
    assert inbox.digest([delivery], now=NOON) == {"prod-eu-1"}
    Alert.objects.all().delete()
    assert inbox.digest([delivery], now=NOON + MINUTE) == set()
    assert not Alert.objects.exists()
    delivery.refresh_from_db()
    assert delivery.digested_at == NOON


def test_alerts_and_the_mark_on_their_delivery_are_kept_together_or_not_at_all() -> None:
    delivery = received(FIRING)
    with transaction.atomic():
        inbox.digest([delivery], now=NOON)
        transaction.set_rollback(True)  # as the database does for a worker that is killed
    delivery.refresh_from_db()
    assert delivery.due_at == NOON
    assert not Alert.objects.exists()


def at_the_same_time(*shares: Sequence[Delivery]) -> list[set[str]]:
    """Each share digested by a worker of its own, all starting together."""
    together = threading.Barrier(len(shares))

    def work(share: Sequence[Delivery]) -> set[str]:
        together.wait(10)
        try:
            return inbox.digest(share, now=NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(shares)) as pool:
        return list(pool.map(work, shares))


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_deliveries_do_the_work_once() -> None:
    deliveries = [received(many_alerts(20)) for _ in range(5)]
    touched = at_the_same_time(deliveries, list(reversed(deliveries)))
    assert sorted(touched, key=len) == [set(), {"prod-eu-1"}]
    assert Alert.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_many_workers_with_the_same_alerts_in_other_deliveries_neither_fail_nor_double_them() -> None:
    integration = make_integration().integration
    bodies = [many_alerts(200), a_payload(*(an_alert(fingerprint=f"{n:016x}") for n in reversed(range(200))))]
    shares = [
        [received(bodies[(worker + n) % 2], integration, at=NOON + n * MINUTE) for n in range(10)]
        for worker in range(4)
    ]
    for _ in at_the_same_time(*shares):
        pass
    assert Alert.objects.count() == 200
    assert set(Alert.objects.values_list("last_seen_at", flat=True)) == {NOON + 9 * MINUTE}
    assert not Delivery.objects.filter(due_at__isnull=False).exists()


# -- What it costs --


def queries_of(deliveries: Sequence[Delivery]) -> int:
    with CaptureQueriesContext(connection) as queries:
        inbox.digest(deliveries, now=NOON)
    return len(queries)


def test_a_hundred_deliveries_of_a_hundred_alerts_cost_the_queries_of_one() -> None:
    one = queries_of([received(FIRING)])
    integration = make_integration().integration
    many = [
        received(a_payload(*(an_alert(fingerprint=f"{n:04x}{m:04x}") for m in range(100))), integration)
        for n in range(100)
    ]
    assert queries_of(many) == one + 1, "ten thousand rows are two statements"
    assert Alert.objects.count() == 10_001


def test_deliveries_of_many_integrations_cost_the_queries_of_one() -> None:
    one = queries_of([received(FIRING)])
    assert queries_of([received(FIRING) for _ in range(10)]) == one


def test_keeping_a_delivery_is_one_statement() -> None:
    integration = make_integration().integration
    with CaptureQueriesContext(connection) as queries:
        received(FIRING, integration)
    (insert,) = queries
    assert insert["sql"].startswith("INSERT")


def test_due_deliveries_are_found_by_their_index() -> None:
    integration = make_integration().integration
    Delivery.objects.bulk_create(
        Delivery(
            integration=integration,
            received_at=NOON,
            size=0,
            body=b"",
            due_at=NOON if n % 500 == 0 else None,
            digested_at=NOON,
        )
        for n in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE alerts_delivery")
    plan = Delivery.objects.filter(due_at__lte=NOON + timedelta(hours=1)).order_by("due_at")[:100].explain()
    assert "alerts_delivery_due" in plan
