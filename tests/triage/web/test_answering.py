"""Acknowledging, resolving and commenting: who may, what it does, and what somebody reads who may not."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ownership.models import Team, User
from ownership.roles import Role, TeamRole
from tests.factories import make_alert, make_incident, make_member, make_team, make_user
from triage.models import Incident, IncidentAlert, TimelineEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("shop")


@pytest.fixture
def ada(team: Team, client: Client) -> User:
    """A member of the owning team, signed in."""
    user = make_user("ada")
    make_member(team, user)
    client.force_login(user)
    return user


@pytest.fixture
def incident(team: Team) -> Incident:
    return make_incident(owner=team)


def post(client: Client, name: str, incident: Incident, **data: str) -> int:
    return client.post(reverse(name, args=[incident.pk]), data).status_code


def last_line(incident: Incident) -> str:
    return incident.timeline.latest("at", "pk").text


WHO_MAY = {
    "a viewer reads": (Role.VIEWER, None, 403),
    "a member answers for the team": (Role.VIEWER, TeamRole.MEMBER, 302),
    "and so does its admin": (Role.VIEWER, TeamRole.ADMIN, 302),
    "an operator answers for everybody": (Role.OPERATOR, None, 302),
    "and so does an admin": (Role.ADMIN, None, 302),
}


@pytest.mark.parametrize("name", ["acknowledge", "resolve", "comment"])
@pytest.mark.parametrize("because", WHO_MAY)
def test_who_may_answer(client: Client, team: Team, incident: Incident, because: str, name: str) -> None:
    role, team_role, status = WHO_MAY[because]
    user = make_user(role=role)
    make_member(make_team("other"), user, role=TeamRole.ADMIN)
    if team_role:
        make_member(team, user, role=team_role)
    client.force_login(user)
    assert post(client, name, incident, why="the image is back", text="looking") == status, because


def test_what_is_nobodys_is_answered_by_operators(client: Client) -> None:
    client.force_login(make_member().user)
    page = client.post(reverse("acknowledge", args=[make_incident(owner=None).pk]))
    assert page.status_code == 403
    assert "Nobody owns it, so it is for operators and admins." in page.content.decode()


def test_who_may_not_reads_who_can(client: Client, team: Team, incident: Incident) -> None:
    make_member(team, make_user("bo"))
    client.force_login(make_user("di"))
    page = client.post(reverse("acknowledge", args=[incident.pk])).content.decode()
    assert "It is for the team Shop (bo), and for operators and admins." in page


@pytest.mark.parametrize("name", ["acknowledge", "comment"])
def test_opening_an_address_changes_nothing(client: Client, ada: User, incident: Incident, name: str) -> None:
    assert client.get(reverse(name, args=[incident.pk])).status_code == 405


def test_a_form_of_another_site_acknowledges_nothing(ada: User, incident: Incident) -> None:
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(ada)
    assert post(stranger, "acknowledge", incident) == 403
    assert Incident.objects.get().acknowledged_at is None


def test_who_acknowledges_has_it(client: Client, ada: User, incident: Incident) -> None:
    assert post(client, "acknowledge", incident) == 302
    incident.refresh_from_db()
    assert incident.acknowledged_by == ada
    assert last_line(incident) == "ada has it."


def test_from_the_first_page_one_returns_to_it(client: Client, ada: User, incident: Incident) -> None:
    answer = client.post(reverse("acknowledge", args=[incident.pk]), {"next": "now"})
    assert answer.headers["Location"] == reverse("now")


def test_nobody_is_led_elsewhere(client: Client, ada: User, incident: Incident) -> None:
    answer = client.post(reverse("acknowledge", args=[incident.pk]), {"next": "https://evil.example"})
    assert answer.headers["Location"] == reverse("incident", args=[incident.pk])


def test_who_comes_second_reads_who_has_it(client: Client, ada: User, team: Team, incident: Incident) -> None:
    Incident.objects.update(acknowledged_at=timezone.now(), acknowledged_by=make_user("bo"))
    page = client.post(reverse("acknowledge", args=[incident.pk]), follow=True).content.decode()
    assert f"bo had #{incident.pk} already." in page


def test_what_is_over_cannot_be_acknowledged(client: Client, ada: User, incident: Incident) -> None:
    Incident.objects.update(resolved_at=timezone.now())
    page = client.post(reverse("acknowledge", args=[incident.pk]), follow=True).content.decode()
    assert "It is over already" in page


def test_resolving_asks_first_and_says_what_still_fires(client: Client, ada: User, incident: Incident) -> None:
    IncidentAlert.objects.create(incident=incident, alert=make_alert())
    page = client.get(reverse("resolve", args=[incident.pk])).content.decode()
    assert "1 alert of it fires still" in page
    assert Incident.objects.get().is_open


def test_resolving_wants_a_reason(client: Client, ada: User, incident: Incident) -> None:
    assert post(client, "resolve", incident, why="  ") == 400
    assert Incident.objects.get().is_open


def test_the_reason_is_kept_with_who_gave_it(client: Client, ada: User, incident: Incident) -> None:
    assert post(client, "resolve", incident, why="the image is back") == 302
    incident.refresh_from_db()
    assert incident.resolved_by == ada
    assert incident.ended_why == "ada resolved it: the image is back"


def test_a_comment_stands_on_the_time_line(client: Client, ada: User, incident: Incident) -> None:
    assert post(client, "comment", incident, text="Restarted it.\0") == 302
    entry = TimelineEntry.objects.get()
    assert (entry.text, entry.actor) == ("Restarted it.", ada)


def test_an_empty_comment_is_refused_with_a_sentence(client: Client, ada: User, incident: Incident) -> None:
    page = client.post(reverse("comment", args=[incident.pk]), {"text": " "}, follow=True).content.decode()
    assert "The comment is empty." in page
    assert not TimelineEntry.objects.exists()
