"""The list of incidents, open and past, and its filters."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_incident, make_team, make_user
from triage.models import Assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers(client: Client) -> dict[str, int]:
    """Incidents by what is special about each; somebody is signed in."""
    client.force_login(make_user())
    Assessment.objects.create(cluster="prod")
    Assessment.objects.create(cluster="stage")
    now, shop = timezone.now(), make_team("shop")
    made = {
        "over": make_incident(resolved_at=now - timedelta(hours=1), verdict="cluster"),
        "answered": make_incident(acknowledged_at=now, owner=shop),
        "stage": make_incident(cluster="stage"),
        "nobody": make_incident(owner=None, verdict="uncertain"),
    }
    return {name: incident.pk for name, incident in made.items()}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"over", "answered", "stage", "nobody"}),
        ({"state": "open"}, {"answered", "stage", "nobody"}),
        ({"state": "waiting"}, {"stage", "nobody"}),
        ({"state": "past"}, {"over"}),
        ({"verdict": "uncertain"}, {"nobody"}),
        ({"cluster": "stage"}, {"stage"}),
        ({"team": "shop"}, {"answered"}),
        ({"team": "-", "verdict": "uncertain"}, {"nobody"}),
        ({"team": "shop", "state": "past"}, set()),
        ({"state": "made up", "team": "nobody-is-called-this", "page": "x"}, {"over", "answered", "stage", "nobody"}),
    ],
)
def test_filters(client: Client, numbers: dict[str, int], query: dict[str, str], found: set[str]) -> None:
    page = client.get(reverse("incidents"), query).content.decode()
    shown = {name for name, number in numbers.items() if f'href="{reverse("incident", args=[number])}"' in page}
    assert shown == found


def test_open_ones_come_first(client: Client, numbers: dict[str, int]) -> None:
    page = client.get(reverse("incidents")).content.decode()
    places = [page.index(f'href="{reverse("incident", args=[numbers[name]])}"') for name in ("nobody", "over")]
    assert places == sorted(places)


def test_fifty_fit_on_a_page(client: Client, numbers: dict[str, int]) -> None:
    for _ in range(50):
        make_incident()
    page = client.get(reverse("incidents"), {"state": "open"}).content.decode()
    assert "Page 1 of 2" in page
    assert "?state=open&amp;page=2" in page


def test_nothing_like_that_says_what_to_do(client: Client, numbers: dict[str, int]) -> None:
    assert (
        "No incident is like that"
        in client.get(reverse("incidents"), {"state": "past", "team": "shop"}).content.decode()
    )
