"""What each role finds open, and what somebody reads who may not."""

import pytest
from django.test import Client
from django.urls import reverse

from ownership.models import User
from ownership.roles import Role, TeamRole
from tests.factories import make_admin, make_member, make_user

pytestmark = pytest.mark.django_db

ADMINS_ONLY = [
    ("get", "people"),
    ("get", "invite"),
    ("post", "invite"),
    ("get", "person"),
    ("post", "change_role"),
    ("post", "invite_again"),
    ("get", "deactivate"),
    ("post", "deactivate"),
    ("post", "reactivate"),
    ("get", "security"),
    ("get", "tokens"),
    ("get", "make_token"),
    ("post", "make_token"),
    ("post", "revoke_token"),
]
OPERATORS_ONLY = [
    ("get", "integrations"),
    ("get", "strangers"),
    ("get", "make_integration"),
    ("post", "make_integration"),
    ("get", "integration"),
    ("get", "rotate_token"),
    ("post", "rotate_token"),
    ("post", "switch_integration"),
]
ABOUT_SOMETHING = {"integration", "rotate_token", "switch_integration", "revoke_token"}
ABOUT_SOMEBODY = {"person", "change_role", "invite_again", "deactivate", "reactivate"}
EVERYBODYS = ["now", "incidents", "oncall", "map", "teams", "health", "me", "sessions", "account_change_password"]


def knock(client: Client, method: str, name: str, somebody: User) -> int:
    address = reverse(name, args=[somebody.pk] if name in ABOUT_SOMEBODY | ABOUT_SOMETHING else [])
    return int(client.generic(method.upper(), address).status_code)


@pytest.mark.parametrize(("method", "name"), ADMINS_ONLY)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_people_and_the_log_are_for_admins(client: Client, role: Role, method: str, name: str) -> None:
    client.force_login(make_user(role=role))
    assert knock(client, method, name, make_user()) == 403


@pytest.mark.parametrize(("method", "name"), OPERATORS_ONLY)
def test_senders_are_for_operators(client: Client, method: str, name: str) -> None:
    client.force_login(make_user(role=Role.VIEWER))
    assert knock(client, method, name, make_user()) == 403
    client.force_login(make_user(role=Role.OPERATOR))
    assert knock(client, method, name, make_user()) != 403


def test_a_team_admin_is_no_admin(client: Client) -> None:
    client.force_login(make_member(role=TeamRole.ADMIN).user)
    assert client.get(reverse("people")).status_code == 403


@pytest.mark.parametrize("name", EVERYBODYS)
@pytest.mark.parametrize("role", Role)
def test_the_rest_is_for_everybody(client: Client, role: Role, name: str) -> None:
    client.force_login(make_user(role=role))
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["change_role", "reactivate", "invite_again", "end_other_sessions", "theme"])
def test_what_changes_something_is_never_done_by_opening_an_address(client: Client, name: str) -> None:
    client.force_login(make_admin())
    assert knock(client, "get", name, make_user()) == 405


def test_who_may_not_reads_who_can(client: Client) -> None:
    make_admin("ada")
    client.force_login(make_user("ann"))
    page = client.get(reverse("people")).content.decode()
    assert "This is for admins: ada. You are signed in as ann, a viewer." in page


def test_the_navigation_offers_only_what_one_may_open(client: Client) -> None:
    client.force_login(make_user())
    page = client.get(reverse("me")).content.decode()
    assert not any(reverse(name) in page for name in ("security", "tokens", "integrations"))
    client.force_login(make_user(role=Role.OPERATOR))
    assert reverse("integrations") in client.get(reverse("me")).content.decode()
    client.force_login(make_admin())
    assert reverse("security") in client.get(reverse("me")).content.decode()


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(client: Client) -> None:
    admin = make_admin()
    client.force_login(admin)
    User.objects.filter(pk=admin.pk).update(role=Role.VIEWER)
    assert client.get(reverse("people")).status_code == 403
