"""Senders: made, connected, rotated and switched off by operators; what was refused is shown and never run."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts import integrations
from alerts.inbox import refuse
from alerts.models import Integration, Reason
from alerts.tokens import hash_of
from ownership.roles import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(role=Role.OPERATOR))
    return client


@pytest.fixture
def sender() -> Integration:
    return integrations.create("Alertmanager of prod", cluster="prod").integration


FORM = {"name": "Alertmanager of prod", "cluster": "prod", "cluster_label": "cluster", "repeat_hours": "4"}


def test_a_new_one_shows_its_token_once_with_lines_to_paste(operator: Client) -> None:
    answer = operator.post(reverse("make_integration"), FORM)
    page = answer.content.decode()
    made = Integration.objects.get()
    token = answer.context["token"]
    assert made.token_hash == hash_of(token)
    assert page.count(token) == 3, "alone, in a header, in an address"
    assert "repeat_interval: 4h" in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert token not in operator.get(reverse("integration", args=[made.pk])).content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("cluster", "Prod EU!"), ("name", ""), ("repeat_hours", "0"), ("repeat_hours", "nan")]
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(operator: Client, field: str, value: str) -> None:
    page = operator.post(reverse("make_integration"), FORM | {field: value}).content.decode()
    assert "errorlist" in page
    assert not Integration.objects.exists()


def test_a_new_token_is_asked_for_and_replaces_the_old_one(operator: Client, sender: Integration) -> None:
    address = reverse("rotate_token", args=[sender.pk])
    assert "its alerts are lost" in operator.get(address).content.decode()
    before = sender.token_hash
    sender.refresh_from_db()
    assert sender.token_hash == before
    token = operator.post(address).context["token"]
    sender.refresh_from_db()
    assert sender.token_hash == hash_of(token)


def test_it_is_switched_off_and_on(operator: Client, sender: Integration) -> None:
    address = reverse("switch_integration", args=[sender.pk])
    operator.post(address, {"to": "off"})
    sender.refresh_from_db()
    assert not sender.is_active
    operator.post(address, {"to": "on"})
    sender.refresh_from_db()
    assert sender.is_active


def test_what_was_refused_is_shown_with_sender_reason_and_beginning_and_never_run(
    operator: Client, sender: Integration
) -> None:
    head = b'{"alerts": "<script>alert(1)</script>\xff"}'
    now = timezone.now()
    refuse(Reason.NOT_A_PAYLOAD, integration=sender, sender="192.0.2.17", size=99, head=head, now=now)
    page = operator.get(reverse("integration", args=[sender.pk])).content.decode()
    assert "Not an Alertmanager payload" in page
    assert "192.0.2.17" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_senders_that_nobody_knows_are_listed(operator: Client) -> None:
    now = timezone.now()
    refuse(Reason.UNKNOWN_TOKEN, integration=None, sender="2001:db8::1", size=9, head=b"<b>hello</b>", now=now)
    page = operator.get(reverse("integrations")).content.decode()
    assert "Senders that nobody knows" in page
    assert "2001:db8::1" in page
    assert "&lt;b&gt;hello" in operator.get(reverse("strangers")).content.decode()


def test_without_a_sender_the_page_says_what_to_do(operator: Client) -> None:
    assert "Connect the first" in operator.get(reverse("integrations")).content.decode()
