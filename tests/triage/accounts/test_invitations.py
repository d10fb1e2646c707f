"""How somebody comes in: by a link that an admin makes."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ownership.models import User
from ownership.roles import Role, TeamRole
from tests.factories import PASSWORD, make_admin, make_team, make_user
from tests.triage.accounts.conftest import Mailbox
from triage.accounts.models import Invitation, Kind, SecurityEvent

pytestmark = pytest.mark.django_db

VOID = "This invitation does not work (any more)"


@pytest.fixture
def admin(client: Client) -> User:
    admin = make_admin("ada")
    client.force_login(admin)
    return admin


def invite(client: Client, **fields: object) -> str:
    sent = {"username": "ann", "email": "ann@example.org", "role": "viewer", **fields}
    return client.post(reverse("invite"), sent).content.decode()


def link_in(text: str) -> str:
    match = re.search(r"http://127\.0\.0\.1:\d+(/welcome/[\w-]+/)", text)
    assert match, text
    return match[1]


def accept(link: str, password: str = PASSWORD) -> tuple[int, str]:
    response = Client().post(link, {"password1": password, "password2": password})
    return response.status_code, response.content.decode()


def expire() -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.usefixtures("admin")
def test_the_link_is_shown_once_and_mailed(client: Client, mailbox: Mailbox) -> None:
    link = link_in(invite(client))
    (sent,) = mailbox()
    assert sent.to == ["ann@example.org"]
    assert link in sent.body
    ann = User.objects.get(username="ann")
    assert link not in client.get(reverse("person", args=[ann.pk])).content.decode()


@pytest.mark.usefixtures("admin")
def test_only_the_digest_of_the_link_is_kept(client: Client) -> None:
    token = link_in(invite(client)).split("/")[2]
    assert token not in str(Invitation.objects.values().get())


@pytest.mark.usefixtures("admin")
def test_the_person_is_there_at_once_with_role_and_team(client: Client) -> None:
    team = make_team()
    invite(client, role="operator", team=team.pk, team_role="admin")
    ann = User.objects.get(username="ann")
    assert ann.role == Role.OPERATOR
    assert ann.memberships.get().role == TeamRole.ADMIN


@pytest.mark.usefixtures("admin")
def test_choosing_a_password_signs_in(client: Client) -> None:
    stranger = Client()
    response = stranger.post(link_in(invite(client)), {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert response.context["user"].username == "ann"


@pytest.mark.usefixtures("admin")
def test_opening_the_link_uses_nothing_up(client: Client) -> None:
    link = link_in(invite(client))
    for _ in range(3):
        assert "Welcome, ann" in Client().get(link).content.decode()


@pytest.mark.usefixtures("admin")
def test_a_link_works_once(client: Client) -> None:
    link = link_in(invite(client))
    assert accept(link)[0] == 302
    status, page = accept(link, "another password of mine")
    assert status == 404
    assert VOID in page


@pytest.mark.usefixtures("admin")
def test_an_expired_link_says_what_to_do(client: Client) -> None:
    link = link_in(invite(client))
    expire()
    page = Client().get(link).content.decode()
    assert VOID in page
    assert "ask whoever invited you for a new link" in page


def test_a_made_up_link_is_void() -> None:
    assert Client().get(reverse("welcome", args=["made-up"])).status_code == 404


@pytest.mark.usefixtures("admin")
def test_a_new_link_makes_the_old_one_worthless(client: Client) -> None:
    old = link_in(invite(client))
    ann = User.objects.get(username="ann")
    new = link_in(client.post(reverse("invite_again", args=[ann.pk])).content.decode())
    assert VOID in Client().get(old).content.decode()
    assert accept(new)[0] == 302


@pytest.mark.usefixtures("admin")
def test_an_expired_invitation_can_be_made_again(client: Client) -> None:
    invite(client)
    expire()
    ann = User.objects.get(username="ann")
    assert accept(link_in(client.post(reverse("invite_again", args=[ann.pk])).content.decode()))[0] == 302


@pytest.mark.usefixtures("admin")
def test_who_has_a_password_needs_no_invitation(client: Client) -> None:
    bob = make_user("bob")
    page = client.post(reverse("invite_again", args=[bob.pk]), follow=True).content.decode()
    assert "bob has a password already" in page


@pytest.mark.usefixtures("admin")
def test_deactivating_takes_the_invitation_back(client: Client) -> None:
    link = link_in(invite(client))
    client.post(reverse("deactivate", args=[User.objects.get(username="ann").pk]))
    assert VOID in Client().get(link).content.decode()


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"username": "ADA"}, "Somebody is called ADA already."),
        ({"username": "ann@example.org"}, "looks like an e-mail address"),
        ({"username": "two words"}, "Enter a valid username"),
        ({"email": "Ada@example.org"}, "Somebody else has the address ada@example.org already."),
        ({"email": ""}, "This field is required."),
        ({"role": "king"}, "Select a valid choice."),
    ],
)
def test_an_invitation_that_is_refused_says_why(client: Client, fields: dict[str, str], error: str) -> None:
    assert error in invite(client, **fields)
    assert not User.objects.filter(username="ann").exists()


@pytest.mark.usefixtures("admin")
def test_a_weak_first_password_is_refused_and_the_link_still_works(client: Client) -> None:
    link = link_in(invite(client))
    assert "at least 12 characters" in accept(link, "short")[1]
    assert accept(link)[0] == 302


def test_who_invited_and_who_joined_stand_in_the_log(client: Client, admin: User) -> None:
    accept(link_in(invite(client)))
    ann = User.objects.get(username="ann")
    told = SecurityEvent.objects.order_by("pk").values_list("kind", "actor", "subject")
    assert list(told) == [
        (Kind.INVITED, admin.pk, ann.pk),
        (Kind.JOINED, ann.pk, None),
        (Kind.SIGNED_IN, ann.pk, None),
    ]
