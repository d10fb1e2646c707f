"""What others may ask, and what an answer costs."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import inbox, queries
from alerts.models import Alert, Integration, Reason
from tests.alerts.makers import MINUTE, NOON, a_payload, an_alert, digested, make_integration, received

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def firing(fingerprint: str = "f", *, cluster: str = "prod-eu-1", seen_at: datetime = NOON, **fields: object) -> Alert:
    body = a_payload(an_alert(**{"fingerprint": fingerprint, **fields}))
    integration = make_integration(cluster=cluster).integration
    inbox.digest([received(body, integration, at=seen_at)], now=seen_at)
    return Alert.objects.get(cluster=cluster, fingerprint=fingerprint)


def names(cluster: str = "prod-eu-1", now: datetime = NOON) -> list[str]:
    return [alert.fingerprint for alert in queries.open_alerts(cluster, now=now)]


def test_the_open_alerts_of_a_cluster_the_oldest_first() -> None:
    firing("newer", startsAt="2026-11-24T11:50:00Z")
    firing("older", startsAt="2026-11-24T11:40:00Z")
    firing("resolved", status="resolved")
    firing("elsewhere", cluster="prod-us-2")
    assert names() == ["older", "newer"]


@pytest.mark.parametrize(
    ("age", "is_stale", "because"),
    [
        (timedelta(0), False, "just told"),
        (8 * HOUR - MINUTE, False, "two repeats have not passed"),
        (8 * HOUR, True, "the second repeat did not come"),
        (9 * HOUR, True, "nor did it later"),
    ],
)
def test_an_alert_that_is_not_repeated_is_stale_and_no_longer_open(
    age: timedelta, is_stale: bool, because: str
) -> None:
    alert = firing()
    assert queries.is_stale(alert, NOON + age) is is_stale, because
    assert names(now=NOON + age) == ([] if is_stale else ["f"]), because
    assert queries.clusters_with_open_alerts(now=NOON + age) == ([] if is_stale else ["prod-eu-1"])


def test_a_repeated_alert_is_open_again() -> None:
    firing()
    firing(seen_at=NOON + 9 * HOUR)
    assert names(now=NOON + 9 * HOUR) == ["f"]


def test_how_often_a_sender_repeats_is_the_integration_s_to_say() -> None:
    alert = firing()
    Integration.objects.update(repeat_interval=HOUR)
    alert.refresh_from_db()
    assert queries.is_stale(alert, NOON + 2 * HOUR)
    assert names(now=NOON + 2 * HOUR) == []


def test_a_resolved_alert_is_never_stale() -> None:
    assert not queries.is_stale(firing(status="resolved"), NOON + 100 * HOUR)


def test_the_clusters_in_which_something_fires() -> None:
    firing("a", cluster="prod-us-2")
    firing("b", cluster="prod-eu-1")
    firing("c", cluster="prod-eu-1")
    firing("d", cluster="quiet", status="resolved")
    assert queries.clusters_with_open_alerts(now=NOON) == ["prod-eu-1", "prod-us-2"]


def test_what_an_integration_has_sent_and_what_of_it_was_refused() -> None:
    quiet = make_integration(slug="a-quiet-one").integration
    busy = make_integration(slug="b-busy-one").integration
    digested(received(b"broken", busy, at=NOON), received(a_payload(), busy, at=NOON - HOUR))
    for n in range(3):
        inbox.refuse(Reason.TOO_LARGE, integration=busy, sender=None, size=1, head=b"", now=NOON + n * MINUTE)
    first, second = queries.states_of_integrations()
    assert (first.integration, first.last_delivery_at, first.last_delivery_problem, first.refused) == (
        quiet,
        None,
        "",
        0,
    )
    assert (second.integration, second.last_delivery_at, second.refused) == (busy, NOON, 3)
    assert second.last_delivery_problem.startswith("The body is not JSON")
    assert [(one.reason, one.last_at) for one in second.refusals] == [(Reason.TOO_LARGE, NOON + 2 * MINUTE)]


def test_the_last_deliveries_of_an_integration_come_without_their_bodies() -> None:
    integration = make_integration().integration
    for n in range(3):
        received(a_payload(), integration, at=NOON + n * MINUTE)
    with CaptureQueriesContext(connection) as seen:
        latest = queries.last_deliveries(integration, most=2)
    assert [one.received_at for one in latest] == [NOON + 2 * MINUTE, NOON + MINUTE]
    assert "body" not in seen[0]["sql"]


# -- What it costs --


def queries_of_a_page() -> int:
    with CaptureQueriesContext(connection) as seen:
        for state in queries.states_of_integrations():
            assert state.refused >= 0
            assert state.integration.name
        for alert in queries.open_alerts("prod-eu-1", now=NOON):
            assert not queries.is_stale(alert, NOON)
    return len(seen)


def test_fifty_integrations_with_alerts_cost_what_one_costs() -> None:
    firing("0")
    one = queries_of_a_page()
    for n in range(1, 50):
        alert = firing(str(n))
        inbox.refuse(Reason.NOT_JSON, integration=alert.integration, sender=None, size=0, head=b"", now=NOON)
    assert queries_of_a_page() == one == 3


@pytest.fixture
def _a_long_past() -> None:
    integration = make_integration().integration
    Alert.objects.bulk_create(
        Alert(
            cluster=f"cluster-{n % 20}",
            fingerprint=f"{n:x}",
            starts_at=NOON,
            integration=integration,
            status=Alert.Status.FIRING if n % 400 == 0 else Alert.Status.RESOLVED,
            severity="warning",
            first_seen_at=NOON,
            last_seen_at=NOON,
        )
        for n in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE alerts_alert")


def plan_of(call: str) -> str:
    with CaptureQueriesContext(connection) as seen:
        if call == "open_alerts":
            queries.open_alerts("cluster-0", now=NOON)
        else:
            queries.clusters_with_open_alerts(now=NOON)
    (query,) = seen
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.usefixtures("_a_long_past")
@pytest.mark.parametrize("call", ["open_alerts", "clusters_with_open_alerts"])
def test_open_alerts_are_found_by_their_index_among_many_that_are_past(call: str) -> None:
    plan = plan_of(call)
    assert "alerts_alert_open" in plan, plan
    assert "Seq Scan on alerts_alert" not in plan, plan
