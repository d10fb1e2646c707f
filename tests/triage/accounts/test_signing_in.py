"""Signing in and out."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user
from triage.accounts.models import Kind, SecurityEvent

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("account_login")
NOW = reverse("now")
MISMATCH = "This name and password do not belong together."


def attempt(client: Client, login: str, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    """What came of it: the status, and where it leads or what it shows."""
    response = client.post(SIGN_IN, {"login": login, "password": password, **more})
    return response.status_code, response.headers.get("Location", response.content.decode())


@pytest.mark.parametrize("login", ["ann", "ann@example.org", "Ann@Example.org"])
def test_name_or_address_with_the_password_opens_the_door(client: Client, login: str) -> None:
    make_user("ann")
    assert attempt(client, login) == (302, NOW)
    assert client.get(NOW).status_code == 200


@pytest.mark.parametrize("login", ["ann", "ann@example.org", "nobody", "nobody@example.org"])
def test_what_is_wrong_is_told_the_same_whether_the_person_exists_or_not(client: Client, login: str) -> None:
    make_user("ann")
    status, page = attempt(client, login, "a wrong password")
    assert status == 200
    assert MISMATCH in page


def test_a_deactivated_person_with_the_right_password_reads_why(client: Client) -> None:
    make_user("ann", is_active=False)
    assert attempt(client, "ann") == (302, reverse("account_inactive"))
    assert "This account is deactivated" in client.get(reverse("account_inactive")).content.decode()
    assert client.get(NOW).status_code == 302


def test_a_deactivated_person_with_a_wrong_password_learns_nothing(client: Client) -> None:
    make_user("ann", is_active=False)
    assert MISMATCH in attempt(client, "ann", "a wrong password")[1]


def test_an_invited_person_cannot_sign_in_before_choosing_a_password(client: Client) -> None:
    make_user("ann", can_sign_in=False)
    attempt(client, "ann", PASSWORD)
    assert client.get(NOW).status_code == 302


def test_the_sixth_wrong_password_for_a_name_is_not_even_looked_at(client: Client) -> None:
    make_user("ann")
    for _ in range(5):
        assert MISMATCH in attempt(client, "ann", "a wrong password")[1]
    status, page = attempt(client, "ann", PASSWORD)
    assert status == 200
    assert "Too many failed attempts. Try again in 5 minutes." in page


def test_throttling_one_name_lets_others_in(client: Client) -> None:
    make_user("ann")
    make_user("bob")
    for _ in range(6):
        attempt(client, "ann", "a wrong password")
    assert attempt(client, "bob") == (302, NOW)


def test_throttling_holds_for_one_network_whatever_names_are_tried(client: Client) -> None:
    for number in range(10):
        attempt(client, f"name-{number}", "a wrong password")
    assert "Too many failed attempts." in attempt(client, "name-11", "a wrong password")[1]


def test_who_hammers_on_the_door_reads_when_to_come_back(client: Client) -> None:
    for _ in range(30):
        client.post(SIGN_IN)
    response = client.post(SIGN_IN)
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def test_signing_in_leads_back_to_where_one_wanted_to(client: Client) -> None:
    make_user("ann")
    assert client.get(reverse("teams")).headers["Location"] == f"{SIGN_IN}?next={reverse('teams')}"
    assert attempt(client, "ann", next=reverse("teams")) == (302, reverse("teams"))


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x()"])
def test_signing_in_never_leads_to_another_host(client: Client, elsewhere: str) -> None:
    make_user("ann")
    assert attempt(client, "ann", next=elsewhere) == (302, NOW)


def test_who_is_signed_in_needs_no_sign_in_page(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(SIGN_IN, {"next": "//evil.example"}).headers["Location"] == NOW


def test_signing_out_asks_first_and_then_ends_the_session(client: Client) -> None:
    client.force_login(make_user())
    assert "Sign out?" in client.get(reverse("account_logout")).content.decode()
    assert client.get(NOW).status_code == 200
    assert client.post(reverse("account_logout")).headers["Location"] == SIGN_IN
    assert client.get(NOW).status_code == 302


def test_the_session_gets_a_new_key_at_the_door(client: Client) -> None:
    make_user("ann")
    client.get(reverse("account_reset_password"))
    client.session.save()
    before = client.session.session_key
    attempt(client, "ann")
    assert client.session.session_key != before


def test_the_log_tells_success_failure_throttling_and_leaving(client: Client) -> None:
    make_user("ann")
    for _ in range(7):
        attempt(client, "ann", "a wrong password")
    attempt(client, "ann@example.org")
    client.post(reverse("account_logout"))
    kinds = list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [*[Kind.SIGN_IN_FAILED] * 5, Kind.THROTTLED, Kind.SIGNED_IN, Kind.SIGNED_OUT]


def test_the_log_holds_the_name_that_was_tried_and_never_the_password(client: Client) -> None:
    attempt(client, "ann", "a wrong password")
    event = SecurityEvent.objects.get()
    assert event.details == {"name": "ann"}
    assert event.address == "127.0.0.1"


def test_a_name_like_a_whole_file_is_cut_in_the_log(client: Client) -> None:
    attempt(client, "x" * 5000, "a wrong password")
    assert all(len(event.details["name"]) <= 120 for event in SecurityEvent.objects.all())
