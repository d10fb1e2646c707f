"""What one says about oneself: name, address, time zone, looks."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_member, make_user

pytestmark = pytest.mark.django_db

ME = reverse("me")


def save(client: Client, **fields: str) -> str:
    sent = {"name": "", "email": "ann@example.org", "time_zone": "UTC", **fields}
    return client.post(ME, sent, follow=True).content.decode()


@pytest.mark.parametrize("typed", ["Europe/Berlin", "berlin", " europe/berlin ", "Berlin"])
def test_a_time_zone_is_found_by_its_name_or_its_city(client: Client, typed: str) -> None:
    ann = make_user("ann")
    client.force_login(ann)
    assert "Saved." in save(client, time_zone=typed)
    ann.refresh_from_db()
    assert ann.time_zone == "Europe/Berlin"


@pytest.mark.parametrize("typed", ["", "Atlantis", "Europe", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused_with_an_example(client: Client, typed: str) -> None:
    ann = make_user("ann")
    client.force_login(ann)
    page = save(client, time_zone=typed)
    assert "Write, for example, Europe/Berlin or UTC." in page or "This field is required." in page
    ann.refresh_from_db()
    assert ann.time_zone == "UTC"


def test_times_are_shown_in_ones_own_zone_and_it_is_named(client: Client) -> None:
    client.force_login(make_user(time_zone="Asia/Kathmandu"))
    assert "Times in Asia/Kathmandu (+0545)" in client.get("/").content.decode()


def test_another_address_needs_the_password(client: Client) -> None:
    ann = make_user("ann")
    client.force_login(ann)
    assert "Type your current password" in save(client, email="new@example.org")
    assert "Saved." in save(client, email="new@example.org", current_password=PASSWORD)
    ann.refresh_from_db()
    assert ann.email == "new@example.org"


def test_the_address_before_no_longer_signs_in(client: Client) -> None:
    client.force_login(make_user("ann"))
    save(client, email="new@example.org", current_password=PASSWORD)
    assert not Client().login(username="ann@example.org", password=PASSWORD)
    assert Client().login(username="new@example.org", password=PASSWORD)


def test_an_address_that_somebody_has_is_refused(client: Client) -> None:
    make_user("bob")
    client.force_login(make_user("ann"))
    assert "Somebody else has the address" in save(client, email="BOB@example.org", current_password=PASSWORD)


def test_role_and_name_to_sign_in_with_are_not_ones_own_to_change(client: Client) -> None:
    ann = make_user("ann")
    client.force_login(ann)
    save(client, role="admin", username="root", is_active="")
    ann.refresh_from_db()
    assert (ann.username, ann.role, ann.is_active) == ("ann", "viewer", True)


def test_a_form_with_errors_does_not_change_who_one_is(client: Client) -> None:
    client.force_login(make_user("ann"))
    assert "signs in as <b>ann</b>" in save(client, name="Somebody Else", time_zone="Atlantis")


def test_one_reads_ones_roles(client: Client) -> None:
    member = make_member(user=make_user("ann"))
    client.force_login(member.user)
    page = client.get(ME).content.decode()
    assert "Team member" in page
    assert member.team.name in page


@pytest.mark.parametrize(("chosen", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_the_looks_are_kept_by_the_browser(client: Client, chosen: str, attribute: str) -> None:
    client.force_login(make_user())
    client.post(reverse("theme"), {"theme": chosen})
    assert attribute in client.get("/").content.decode()


def test_as_the_system_has_it_is_the_default(client: Client) -> None:
    client.force_login(make_user())
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [("/teams/?page=2", "/teams/?page=2"), ("https://evil.example", "/"), ("//evil.example", "/"), ("/\\evil", "/")],
)
def test_choosing_looks_leads_back_and_never_to_another_host(client: Client, wanted: str, led_to: str) -> None:
    client.force_login(make_user())
    assert client.post(reverse("theme"), {"theme": "dark", "next": wanted}).headers["Location"] == led_to
