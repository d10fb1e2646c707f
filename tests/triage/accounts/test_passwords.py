"""Resetting a forgotten password, and changing one's own."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user
from tests.triage.accounts.conftest import Mailbox
from triage.accounts.models import Kind, SecurityEvent

pytestmark = pytest.mark.django_db

ASK = reverse("account_reset_password")
CHANGE = reverse("account_change_password")
NEW = "quite another row of words"


def ask(client: Client, email: str) -> str:
    return client.post(ASK, {"email": email}, follow=True).content.decode()


def link_in(text: str) -> str:
    match = re.search(r"http://127\.0\.0\.1:\d+(/password/reset/key/\S+)", text)
    assert match, text
    return match[1]


def choose(client: Client, link: str, password: str = NEW, again: str | None = None) -> str:
    """Opens the link and sends the form that it leads to."""
    form_at = client.get(link).headers.get("Location")
    if form_at is None:
        return client.get(link).content.decode()
    sent = {"password1": password, "password2": password if again is None else again}
    return client.post(form_at, sent, follow=True).content.decode()


def test_a_link_comes_by_mail_and_sets_a_new_password(client: Client, mailbox: Mailbox) -> None:
    ann = make_user("ann")
    ask(client, "ann@example.org")
    assert "Your new password is set" in choose(client, link_in(str(mailbox()[0].body)))
    ann.refresh_from_db()
    assert ann.check_password(NEW)


def test_the_mail_says_who_how_long_and_what_if_it_was_not_you(client: Client, mailbox: Mailbox) -> None:
    make_user("ann")
    ask(client, "ann@example.org")
    (sent,) = mailbox()
    assert sent.subject == "Choose a new password for Whose"
    assert "You sign in as ann." in sent.body
    assert "works once, for 3 h" in sent.body
    assert "If it was not you" in sent.body


def test_a_link_works_once(client: Client, mailbox: Mailbox) -> None:
    make_user("ann")
    ask(client, "ann@example.org")
    link = link_in(str(mailbox()[0].body))
    choose(client, link)
    assert "This link does not work (any more)" in choose(client, link)


@pytest.mark.parametrize("key", ["1-x", "zzzzzz-nonsense", "1-cabc12-0123456789abcdef"])
def test_a_made_up_link_says_how_to_get_a_real_one(client: Client, key: str) -> None:
    make_user("ann")
    page = client.get(f"/password/reset/key/{key}/").content.decode()
    assert "Send me a new link" in page


def test_an_unknown_address_gets_no_mail_and_the_page_says_the_same(client: Client, mailbox: Mailbox) -> None:
    make_user("ann")
    assert ask(client, "nobody@example.org") == ask(client, "ann@example.org")
    assert [mail.to for mail in mailbox()] == [["ann@example.org"]]


def test_a_deactivated_person_gets_no_link(client: Client, mailbox: Mailbox) -> None:
    make_user("ann", is_active=False)
    ask(client, "ann@example.org")
    assert mailbox() == []


def test_a_reset_ends_every_session(client: Client, mailbox: Mailbox) -> None:
    elsewhere = Client()
    elsewhere.force_login(make_user("ann"))
    elsewhere.get("/")
    ask(client, "ann@example.org")
    choose(client, link_in(str(mailbox()[0].body)))
    assert elsewhere.get("/").status_code == 302


def test_two_different_new_passwords_change_nothing(client: Client, mailbox: Mailbox) -> None:
    ann = make_user("ann")
    ask(client, "ann@example.org")
    choose(client, link_in(str(mailbox()[0].body)), NEW, again="something else")
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


def test_asking_again_and_again_is_throttled(client: Client, mailbox: Mailbox) -> None:
    make_user("ann")
    for _ in range(5):
        ask(client, "ann@example.org")
    assert "Too many attempts" in ask(client, "ann@example.org")
    assert len(mailbox()) == 5


def test_one_changes_ones_own_password_and_stays_signed_in_only_here(client: Client) -> None:
    ann = make_user("ann")
    elsewhere = Client()
    for each in (client, elsewhere):
        each.force_login(ann)
        each.get("/")
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert "Your password is changed." in client.post(CHANGE, sent, follow=True).content.decode()
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"oldpassword": "wrong", "password1": NEW, "password2": NEW}, "This is not your current password."),
        ({"oldpassword": PASSWORD, "password1": "short", "password2": "short"}, "at least 12 characters"),
        ({"oldpassword": PASSWORD, "password1": NEW, "password2": "other"}, "same password each time"),
        ({"oldpassword": PASSWORD, "password1": "ann@example.org", "password2": "ann@example.org"}, "too similar"),
    ],
)
def test_a_change_that_is_refused_says_why(client: Client, sent: dict[str, str], error: str) -> None:
    ann = make_user("ann")
    client.force_login(ann)
    assert error in client.post(CHANGE, sent).content.decode()
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


def test_asking_resetting_and_changing_stand_in_the_log(client: Client, mailbox: Mailbox) -> None:
    make_user("ann")
    ask(client, "ann@example.org")
    choose(client, link_in(str(mailbox()[0].body)))
    client.login(username="ann", password=NEW)
    client.post(CHANGE, {"oldpassword": NEW, "password1": PASSWORD, "password2": PASSWORD})
    kinds = SecurityEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [Kind.RESET_ASKED, Kind.RESET_DONE, Kind.PASSWORD_CHANGED]
