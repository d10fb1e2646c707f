"""The tokens of programs: made and revoked by admins, shown once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ownership.roles import Role
from tests.factories import make_admin, make_team
from triage.accounts import tokens
from triage.accounts.models import ServiceToken

pytestmark = pytest.mark.django_db
FORM = {"name": "chat-bot", "role": "viewer", "team": "", "lasts": "30"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_admin("ada"))
    return client


def test_a_token_is_shown_once_and_works(admin: Client) -> None:
    answer = admin.post(reverse("make_token"), FORM)
    shown = answer.context["shown"]
    assert shown in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    token = tokens.token_of(shown, now=timezone.now())
    assert token
    assert token.expires_at
    assert shown not in admin.get(reverse("tokens")).content.decode()


def test_one_for_a_team_acts_as_its_member(admin: Client) -> None:
    team = make_team()
    admin.post(reverse("make_token"), FORM | {"team": str(team.pk), "lasts": ""})
    token = ServiceToken.objects.get()
    assert (token.team, token.expires_at) == (team, None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"role": "admin"}, "Select a valid choice"),
        ({"name": "chat bot"}, "valid “slug”"),
        ({"role": "operator", "team": "1"}, "An operator answers for every team"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(admin: Client, change: dict[str, str], says: str) -> None:
    make_team(pk=1)
    assert says in admin.post(reverse("make_token"), FORM | change).content.decode()
    assert not ServiceToken.objects.exists()


def test_a_name_is_given_once(admin: Client) -> None:
    admin.post(reverse("make_token"), FORM)
    assert "There is a token chat-bot already" in admin.post(reverse("make_token"), FORM).content.decode()


def test_a_revoked_one_opens_nothing_any_more(admin: Client) -> None:
    shown = admin.post(reverse("make_token"), FORM).context["shown"]
    page = admin.post(reverse("revoke_token", args=[ServiceToken.objects.get().pk]), follow=True).content.decode()
    assert "chat-bot is revoked" in page
    assert tokens.token_of(shown, now=timezone.now()) is None


def test_living_ones_come_first_and_the_others_say_why_they_are_dead(admin: Client) -> None:
    now, ada = timezone.now(), make_admin()
    gone, _ = tokens.create("a-gone", Role.VIEWER, ada, now=now)
    tokens.revoke(gone, ada, now=now)
    tokens.create("b-old", Role.VIEWER, ada, now=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    tokens.create("c-alive", Role.VIEWER, ada, now=now)
    page = admin.get(reverse("tokens")).content.decode()
    assert page.index("<b>c-alive") < page.index("<b>a-gone") < page.index("<b>b-old")
    assert "expired" in page
