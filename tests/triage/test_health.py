"""What the service says of itself, to machines: /healthz and /readyz."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from triage.clock import database_now
from triage.health import Broker as BrokerAnswer
from triage.health import Database, Fact, Silence, judge, unapplied
from triage.models import Heartbeat

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WELL = Database(now=NOON, beaten_at=NOON - SECOND)


def verdicts(database: Database | Silence = WELL, broker: BrokerAnswer | Silence = BrokerAnswer()) -> dict[str, Fact]:  # noqa: B008 - frozen
    return {fact.name: fact for fact in judge(database, broker)}


def test_all_is_well() -> None:
    assert [(fact.ok, fact.sentence) for fact in judge(WELL, BrokerAnswer())] == [
        (True, "The database answers."),
        (True, "The broker answers."),
        (True, "The last tick began 1 s ago."),
        (True, "All migrations are applied."),
    ]


@pytest.mark.parametrize(
    ("beaten_at", "is_well", "sentence"),
    [
        (NOON, True, "The last tick began 0 s ago."),
        (NOON + SECOND, True, "The last tick began 0 s ago."),  # a tick that began after we asked for the time
        (NOON - 10 * SECOND, True, "The last tick began 10 s ago."),
        (NOON - 11 * SECOND, False, "The last tick began 11 s ago. One is due every second."),
        (None, False, "No tick has run yet."),
    ],
)
def test_how_old_the_last_tick_may_be(beaten_at: datetime | None, is_well: bool, sentence: str) -> None:
    tick = verdicts(Database(now=NOON, beaten_at=beaten_at))["tick"]
    assert (tick.ok, tick.sentence) == (is_well, sentence)


def test_a_broker_that_is_away_is_not_well_and_the_rest_may_be() -> None:
    said = verdicts(broker=Silence.ERROR)
    assert said["broker"].sentence == "The broker cannot be reached."
    assert [fact.name for fact in said.values() if not fact.ok] == ["broker"]


def test_without_the_database_what_it_holds_is_unknown_and_unknown_is_not_well() -> None:
    said = verdicts(Silence.HANGS)
    assert said["database"].sentence == "The database did not answer within two seconds."
    assert said["tick"].sentence == "Unknown, because the database did not answer within two seconds."
    assert [fact.name for fact in said.values() if fact.ok] == ["broker"]


def test_migrations_that_are_not_applied_are_counted_and_the_first_is_named() -> None:
    said = verdicts(Database(now=NOON, beaten_at=NOON, missing=("triage.0002_incident", "triage.0003_page")))
    assert said["migrations"].sentence == (
        "Migrations that are not applied: 2, the first of them triage.0002_incident."
    )


@pytest.mark.parametrize("silence", Silence)
def test_what_is_not_well_says_what_helps(silence: Silence) -> None:
    said = [*judge(silence, silence)[:2], *judge(Database(now=NOON, missing=("triage.0002_incident",)), silence)[1:]]
    assert all(fact.remedy for fact in said)


@pytest.mark.parametrize(
    ("replaced", "applied", "missing", "because"),
    [
        ((), set(), ("triage.0001",), "it was never run"),
        ((), {("triage", "0001")}, (), "it was run"),
        ((("triage", "a"), ("triage", "b")), {("triage", "a"), ("triage", "b")}, (), "all that it replaces was run"),
        ((("triage", "a"), ("triage", "b")), {("triage", "a")}, ("triage.0001",), "only a part of it was run"),
        ((), {("triage", "0001"), ("triage", "0002")}, (), "a newer release has migrated already"),
    ],
)
def test_which_migrations_are_missing(
    replaced: tuple[tuple[str, str], ...], applied: set[tuple[str, str]], missing: tuple[str, ...], because: str
) -> None:
    assert unapplied([(("triage", "0001"), replaced)], applied) == missing, because


def test_healthz_looks_at_nothing_else(client: Client) -> None:
    # Without a mark for it, any use of the database fails this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"alive\n")


@pytest.mark.django_db(transaction=True)
def test_readyz_is_well_where_everything_answers(client: Client) -> None:
    Heartbeat.beat(database_now())
    response = client.get("/readyz")
    assert response.status_code == 200, response.content
    assert response.json()["ready"] is True
    assert set(response.json()["checks"]) == {"database", "broker", "tick", "migrations"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["/healthz", "/readyz"])
def test_a_probe_needs_no_account_and_changes_nothing(client: Client, door: str) -> None:
    Heartbeat.beat(database_now())
    assert client.get(door).status_code == client.head(door).status_code == 200
    assert client.post(door).status_code == 405
    assert not client.get(door).cookies


@pytest.mark.django_db(transaction=True)
def test_many_probes_at_once_are_all_answered() -> None:
    Heartbeat.beat(database_now())
    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(lambda: Client().get("/readyz").status_code) for _ in range(40)]
        assert {answer.result() for answer in answers} == {200}


@pytest.mark.django_db(transaction=True)
def test_readyz_names_a_migration_that_is_not_applied(client: Client) -> None:
    Heartbeat.beat(database_now())
    call_command("migrate", "triage", "zero", verbosity=0)
    try:
        checks = client.get("/readyz").json()["checks"]
    finally:
        call_command("migrate", "triage", verbosity=0)
    assert "triage.0001_heartbeat" in checks["migrations"]["sentence"]
    assert checks["tick"]["sentence"] == "No tick has run yet."
    assert checks["database"]["ok"]
