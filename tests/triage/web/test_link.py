"""The link in a page: one look, one button, and nothing for whoever has forged it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ownership.models import User
from tests.factories import make_incident, make_team, make_user
from triage.models import Incident, Page
from triage.notify import outbox
from triage.web.middleware import loggable

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("ada", time_zone="Europe/Berlin")


def link_for(user: User | None, **fields: object) -> str:
    """The path of the link in a page about a new incident."""
    incident = make_incident(owner=make_team("shop"), sentence="It is the application: cart crashes.", **fields)
    page = Page.objects.create(
        incident=incident, user=user, channel="log", address="", round=0, step=0, created_at=timezone.now()
    )
    return urlsplit(outbox.acknowledge_link(page)).path


def read(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_it_shows_what_it_is_whose_and_one_button(client: Client, ada: User) -> None:
    page = read(client, link_for(ada))
    assert "cart crashes." in page
    assert "<b>Shop</b>" in page
    assert "Acknowledge as ada" in page


def test_times_are_those_of_whom_the_page_was_for(client: Client, ada: User) -> None:
    assert "04:00 CET" in read(client, link_for(ada, opened_at=datetime(2026, 11, 25, 3, tzinfo=UTC)))


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanners_of_links_acknowledge_nothing(client: Client, ada: User, method: str) -> None:
    assert client.generic(method.upper(), link_for(ada)).status_code == 200
    assert Incident.objects.get().acknowledged_at is None


def test_the_button_acknowledges_as_the_person_who_was_paged(client: Client, ada: User) -> None:
    path = link_for(ada)
    page = client.post(path, follow=True).content.decode()
    incident = Incident.objects.get()
    assert incident.acknowledged_by == ada
    assert incident.timeline.get().text == "ada has it. By the link of the page."
    assert "You have it" in page


def test_it_wants_a_form_of_its_own(ada: User) -> None:
    assert Client(enforce_csrf_checks=True).post(link_for(ada)).status_code == 403
    assert Incident.objects.get().acknowledged_at is None


def test_who_comes_second_reads_who_has_it(client: Client, ada: User) -> None:
    path = link_for(ada, acknowledged_at=timezone.now(), acknowledged_by=make_user("bo"))
    assert "bo has it" in client.post(path, follow=True).content.decode()
    assert Incident.objects.get().acknowledged_by == User.objects.get(username="bo")


def test_what_is_over_is_said(client: Client, ada: User) -> None:
    path = link_for(ada, resolved_at=timezone.now(), ended_why="Every alert of it is resolved.")
    page = client.post(path, follow=True).content.decode()
    assert "It is over" in page
    assert "Acknowledge as" not in page


def test_a_link_for_a_whole_team_asks_who_one_is(client: Client) -> None:
    path = link_for(None)
    assert "Sign in to acknowledge" in read(client, path)
    assert client.post(path).status_code == 403
    assert Incident.objects.get().acknowledged_at is None


def test_a_deactivated_person_acknowledges_nothing(client: Client, ada: User) -> None:
    path = link_for(ada)
    User.objects.update(is_active=False)
    assert client.post(path).status_code == 404
    assert Incident.objects.get().acknowledged_at is None


def forged(path: str) -> str:
    return f"{path[:-2]}{'a' if path[-2] != 'a' else 'b'}/"


class SignedLastYear(signing.TimestampSigner):
    def timestamp(self) -> str:
        return signing.b62_encode(int((timezone.now() - timedelta(days=365)).timestamp()))


def too_old(path: str) -> str:
    page = Page.objects.get()
    token = SignedLastYear(salt="whose.acknowledge").sign_object({"page": page.pk})
    return reverse("acknowledge_by_link", args=[token])


@pytest.mark.parametrize("spoil", [forged, too_old])
def test_a_link_that_is_forged_or_too_old_says_what_to_do(client: Client, ada: User, spoil: object) -> None:
    path = spoil(link_for(ada))  # type: ignore[operator]
    answer = client.post(path)
    assert answer.status_code == 404
    assert "This link does not work (any more)" in answer.content.decode()
    assert Incident.objects.get().acknowledged_at is None


def test_nobody_keeps_the_page_and_no_search_finds_it(client: Client, ada: User) -> None:
    for path in (link_for(ada), reverse("acknowledge_by_link", args=["made-up"])):
        headers = client.get(path).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_log_names_no_link(ada: User) -> None:
    assert loggable(link_for(ada)) == "/a/***/"
