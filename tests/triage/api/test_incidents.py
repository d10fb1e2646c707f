"""Incidents through the API: finding them, page by page, and reading one whole."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from tests.factories import OPENED, make_alert, make_incident, make_team, make_user
from tests.triage.api.makers import bot, person
from triage.models import Finding, Incident, IncidentAlert, Page, TimelineEntry

pytestmark = pytest.mark.django_db

INCIDENTS = "/api/v1/incidents/"
LATER = OPENED + timedelta(hours=1)


def names(client: APIClient, **query: Any) -> list[str]:
    return [found["suspect"]["name"] for found in client.get(INCIDENTS, query).json()["results"]]


def some_incidents() -> None:
    shop = make_team("shop")
    make_incident(name="cart", owner=shop)
    make_incident(name="held", owner=shop, acknowledged_at=LATER, acknowledged_by=make_user())
    make_incident(name="over", resolved_at=LATER, ended_why="The node is back.")
    node = {"suspect_namespace": "", "namespaces": ["shop", "pay"], "verdict": "cluster"}
    make_incident(name="node-1", cluster="test", opened_at=LATER, **node)


@pytest.mark.parametrize(
    ("query", "found", "because"),
    [
        ({}, ["node-1", "held", "cart"], "what is not over, newest first"),
        ({"state": "open"}, ["node-1", "held", "cart"], "that is what open means"),
        ({"state": "acknowledged"}, ["held"], "somebody has it and it is not over"),
        ({"state": "resolved"}, ["over"], "only what is over"),
        ({"state": "all"}, ["node-1", "over", "held", "cart"], "everything"),
        ({"cluster": "test"}, ["node-1"], "of that cluster"),
        ({"cluster": "nowhere"}, [], "a cluster without incidents has none"),
        ({"team": "shop"}, ["held", "cart"], "owned by that team"),
        ({"verdict": "cluster"}, ["node-1"], "with that verdict"),
        ({"namespace": "pay"}, ["node-1"], "a namespace that it concerns"),
        ({"namespace": "shop", "verdict": "application"}, ["held", "cart"], "filters add up"),
        ({"since": "2026-11-25T04:00:00Z"}, ["node-1"], "the first instant counts"),
        ({"until": "2026-11-25T04:00:00Z"}, ["held", "cart"], "the last one does not"),
        ({"since": "2026-11-25T04:30:00+01:00"}, ["node-1"], "any offset may be written"),
    ],
)
def test_incidents_are_found(query: dict[str, str], found: list[str], because: str) -> None:
    some_incidents()
    assert names(bot(), **query) == found, because


def test_a_long_list_is_read_page_by_page_and_nothing_comes_twice_while_others_open() -> None:
    for number in range(5):
        make_incident(name=f"cart-{number}")
    client = bot()
    first = client.get(INCIDENTS, {"page_size": 3}).json()
    make_incident(name="new")
    second = client.get(first["next"]).json()
    read = [found["suspect"]["name"] for page in (first, second) for found in page["results"]]
    assert read == ["cart-4", "cart-3", "cart-2", "cart-1", "cart-0"]
    assert second["next"] is None


def test_a_page_far_back_reads_no_more_rows_than_the_first() -> None:
    for number in range(30):
        make_incident(name=f"cart-{number}")
    client = bot()
    page = client.get(INCIDENTS, {"page_size": 5}).json()
    while page["next"]:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(page["next"]).json()
        assert not [query for query in queries if "OFFSET" in query["sql"]]


def test_fifty_incidents_cost_what_one_costs() -> None:
    client = bot()
    an_incident_with_everything()
    client.get(INCIDENTS)  # the first use of a token is written down
    one = queries_of(client, INCIDENTS)
    for _ in range(49):
        an_incident_with_everything()
    assert queries_of(client, INCIDENTS) == one


def test_a_whole_incident_costs_the_same_however_much_is_in_it() -> None:
    client = bot()
    small = an_incident_with_everything()
    big = an_incident_with_everything(times=20)
    client.get(INCIDENTS)
    assert queries_of(client, f"{INCIDENTS}{big.pk}/") == queries_of(client, f"{INCIDENTS}{small.pk}/")


def queries_of(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def an_incident_with_everything(*, times: int = 1) -> Incident:
    user = make_user(name="Bo")
    incident = make_incident(owner=make_team(), acknowledged_at=LATER, acknowledged_by=user, resolved_by=user)
    for number in range(times):
        link = {"incident": incident}
        Finding.objects.create(
            **link,
            position=number,
            side="application",
            weight=2.0,
            claim="It crashed.",
            source="alert",
            observed_at=OPENED,
        )
        IncidentAlert.objects.create(**link, alert=make_alert())
        TimelineEntry.objects.create(**link, at=LATER, kind="commented", text=f"Look {number}.", actor=make_user())
        secret = f"https://chat.example.org/{number}/secret-path"
        Page.objects.create(
            **link, user=make_user(), channel="webhook", address=secret, round=0, step=number, created_at=OPENED
        )
    return incident


def test_one_incident_is_read_whole() -> None:
    incident = an_incident_with_everything(times=2)
    incident.candidates = [
        {"kind": "Deployment", "name": "cart", "namespace": "shop", "side": "application", "probability": 0.9}
    ]
    incident.save()
    told = bot().get(f"{INCIDENTS}{incident.pk}/").json()
    assert told["owner"] == {"slug": incident.owner.slug, "name": incident.owner.name}  # type: ignore[union-attr]
    assert told["owner_why"].startswith("the namespace shop")
    assert told["opened_at"] == "2026-11-25T03:00:00Z"
    assert told["acknowledged_by"]["name"] == "Bo"
    assert [finding["claim"] for finding in told["findings"]] == ["It crashed."] * 2
    assert told["candidates"] == incident.candidates
    assert [alert["alertname"] for alert in told["alerts"]] == ["KubePodNotReady"] * 2
    assert told["alerts_count"] == 2
    assert [entry["text"] for entry in told["timeline"]] == ["Look 1.", "Look 0."]
    assert [page["channel"] for page in told["pages"]] == ["webhook", "webhook"]


def test_no_address_that_opens_a_door_is_told() -> None:
    incident = an_incident_with_everything()
    assert "secret-path" not in bot().get(f"{INCIDENTS}{incident.pk}/").content.decode()


def test_times_are_in_utc_wherever_the_person_lives() -> None:
    make_incident()
    found = person(make_user(time_zone="Europe/Paris")).get(INCIDENTS).json()["results"][0]
    assert found["opened_at"] == "2026-11-25T03:00:00Z"


def test_an_incident_that_waits_says_so() -> None:
    incident = make_incident()
    told = bot().get(f"{INCIDENTS}{incident.pk}/").json()
    assert told["is_open"] is True
    assert (told["acknowledged_at"], told["owner"]) == (None, None)
    Incident.objects.filter(pk=incident.pk).update(resolved_at=timezone.now())
    assert bot(name="other").get(f"{INCIDENTS}{incident.pk}/").json()["is_open"] is False
