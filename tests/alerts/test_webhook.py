"""The door for senders: 202 is a promise, and what is refused is noted."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts import inbox, webhook
from alerts.integrations import WithToken
from alerts.models import Delivery, Integration, Reason, Refusal, RefusalCount
from alerts.tokens import Recognised, hash_of
from tests.alerts.makers import a_payload, an_alert, make_integration, recorded

pytestmark = pytest.mark.django_db

HOOK = "/hooks/alertmanager"
PAYLOAD = recorded("KubeNodeNotReady")


@pytest.fixture
def known() -> WithToken:
    return make_integration()


def post(body: bytes | str = PAYLOAD, token: str = "", path: str = HOOK, **more: Any) -> tuple[int, Any]:
    """What the door answers: the status and what stands in its JSON."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    client = Client(enforce_csrf_checks=True)
    response = client.post(path, data=body, content_type="application/json", headers=headers, **more)
    return response.status_code, json.loads(response.content)


# -- 202 --


def test_a_delivery_with_a_known_token_is_kept_as_it_came(known: WithToken) -> None:
    status, answer = post(token=known.token)
    delivery = Delivery.objects.get()
    assert (status, answer) == (202, {"delivery": delivery.pk})
    assert delivery.integration == known.integration
    assert bytes(delivery.body) == PAYLOAD
    assert delivery.due_at == delivery.received_at
    assert delivery.sender == "127.0.0.1"


@pytest.mark.parametrize("path", [f"{HOOK}/{{}}", f"{HOOK}/{{}}/"])
def test_a_sender_that_cannot_set_headers_puts_the_token_into_the_address(known: WithToken, path: str) -> None:
    assert post(path=path.format(known.token))[0] == 202


def test_a_slash_at_the_end_does_not_matter(known: WithToken) -> None:
    assert post(token=known.token, path=f"{HOOK}/")[0] == 202


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(known: WithToken, scheme: str) -> None:
    response = Client().post(
        HOOK, PAYLOAD, content_type="application/json", headers={"authorization": f"{scheme}  {known.token} "}
    )
    assert response.status_code == 202


def test_the_content_type_does_not_matter(known: WithToken) -> None:
    headers = {"authorization": f"Bearer {known.token}"}
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert Client().post(HOOK, PAYLOAD, content_type=content_type, headers=headers).status_code == 202


def test_a_payload_of_odd_alerts_is_let_in_because_it_would_not_be_sent_again(known: WithToken) -> None:
    assert post(a_payload(None, 7, {"labels": "none"}), token=known.token)[0] == 202


def test_a_delivery_costs_one_statement_and_a_look_up_every_few_seconds(known: WithToken) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert post(token=known.token)[0] == 202
        return [query["sql"].split()[0] for query in seen]

    assert queries() == ["SELECT", "INSERT"]
    assert queries() == ["INSERT"]


def test_nobody_is_signed_in_by_delivering(known: WithToken) -> None:
    client = Client()
    response = client.post(
        HOOK, PAYLOAD, content_type="application/json", headers={"authorization": f"Bearer {known.token}"}
    )
    assert response.cookies == {}


# -- The nudge --


@pytest.fixture
def nudged() -> Iterator[list[str]]:
    """What was nudged; nobody else is."""
    before, told = list(webhook.nudges), list[str]()
    webhook.nudges[:] = [lambda: told.append("nudged")]
    yield told
    webhook.nudges[:] = before


def test_who_asked_for_it_is_nudged_after_each_delivery_that_was_kept(known: WithToken, nudged: list[str]) -> None:
    post(token=known.token)
    post(token="nobody's")
    assert nudged == ["nudged"]


def test_a_nudge_that_fails_takes_nothing_back(known: WithToken, nudged: list[str]) -> None:
    def fails() -> None:
        raise RuntimeError("the broker is away")

    webhook.nudges.insert(0, fails)
    assert post(token=known.token)[0] == 202
    assert nudged == ["nudged"]


# -- Refused --


def test_a_token_that_nobody_has_is_refused_and_noted(known: WithToken) -> None:
    status, answer = post(token="made-up")
    assert status == 401
    assert answer["error"].startswith("The token is not known.")
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.integration, refusal.sender) == (Reason.UNKNOWN_TOKEN, None, "127.0.0.1")
    assert (refusal.size, bytes(refusal.body_head), refusal.due_at) == (len(PAYLOAD), PAYLOAD, refusal.at)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("authorization", "because"),
    [
        ("", "no token at all"),
        ("Bearer", "a scheme alone"),
        ("Bearer ", "an empty one"),
        ("Basic dXNlcjpwYXNz", "another scheme"),
        ("Bearer k\xe4se", "no letters of a token"),
        (f"Bearer {'x' * 5000}", "a very long one"),
    ],
)
def test_what_is_no_known_token_is_refused(known: WithToken, authorization: str, because: str) -> None:
    headers = {"authorization": authorization} if authorization else {}
    response = Client().post(HOOK, PAYLOAD, content_type="application/json", headers=headers)
    assert response.status_code == 401, because
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert Refusal.objects.count() == 1


def test_the_hash_of_a_token_opens_nothing(known: WithToken) -> None:
    assert post(token=hash_of(known.token))[0] == 401


def test_an_integration_that_is_switched_off_is_refused_by_its_name() -> None:
    switched_off = make_integration()
    Integration.objects.update(is_active=False)
    status, answer = post(token=switched_off.token)
    assert status == 401
    assert switched_off.integration.slug in answer["error"]
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.integration) == (Reason.SWITCHED_OFF, switched_off.integration)


@pytest.mark.parametrize(
    ("body", "reason", "error"),
    [
        (b"", Reason.NOT_JSON, "The body is not JSON at line 1 column 1"),
        (b"alerts=1", Reason.NOT_JSON, "The body is not JSON at line 1 column 1"),
        (b'{"text": "hello"}', Reason.NOT_A_PAYLOAD, "Field `alerts` is missing; there are 'text'."),
        (b'[{"labels": {}}]', Reason.NOT_A_PAYLOAD, "The body is "),
    ],
)
def test_a_body_that_is_no_payload_is_refused_with_what_is_wrong_and_what_helps(
    known: WithToken, body: bytes, reason: Reason, error: str
) -> None:
    status, answer = post(body, token=known.token)
    assert status == 400
    assert answer["error"].startswith(error)
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.integration, bytes(refusal.body_head)) == (reason, known.integration, body)


@pytest.mark.parametrize(("over", "status"), [(0, 202), (1, 413)])
def test_the_largest_body_that_is_taken(known: WithToken, settings: Settings, over: int, status: int) -> None:
    settings.MAX_BODY = len(PAYLOAD) - over
    assert post(token=known.token)[0] == status


def test_of_a_body_that_is_too_large_the_beginning_is_noted(known: WithToken, settings: Settings) -> None:
    settings.MAX_BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    body = a_payload(*[an_alert()] * 500)
    assert len(body) > 100_000
    status, answer = post(body, token=known.token)
    assert status == 413
    assert "at most 100000" in answer["error"]
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.size) == (Reason.TOO_LARGE, len(body))
    assert bytes(refusal.body_head) == body[: inbox.HEAD]


def test_a_stranger_with_a_large_body_is_a_stranger(settings: Settings) -> None:
    settings.MAX_BODY = 10
    assert post(token="made-up")[0] == 401
    assert RefusalCount.objects.get().reason == Reason.UNKNOWN_TOKEN


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_a_post_is_answered(known: WithToken, method: str) -> None:
    for path in (HOOK, f"{HOOK}/{known.token}"):
        response = Client().generic(method, path, PAYLOAD, headers={"authorization": f"Bearer {known.token}"})
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert not Delivery.objects.exists()


# -- Who sent it --


@pytest.mark.parametrize(
    ("address", "sender", "because"),
    [
        ("192.0.2.7", "192.0.2.7", "the other end of the connection"),
        ("::ffff:192.0.2.7", "192.0.2.7", "one address, written in two ways"),
        ("fe80::1%eth0", "fe80::1", "a zone means something on this machine alone"),
        ("", None, "a socket has none"),
    ],
)
def test_who_sent_it(known: WithToken, address: str, sender: str | None, because: str) -> None:
    post(token=known.token, REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert Delivery.objects.get().sender == sender, because


@pytest.mark.parametrize(
    ("forwarded", "sender", "because"),
    [
        ("203.0.113.9", "203.0.113.9", "the proxy says whom it speaks for"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9", "what stands before it, the sender may have made up"),
        ("", "10.0.0.1", "a request that came past the proxy"),
        ("unknown", None, "no address"),
    ],
)
def test_who_sent_it_through_a_proxy_of_ours(
    known: WithToken, settings: Settings, forwarded: str, sender: str | None, because: str
) -> None:
    settings.BEHIND_PROXY = True
    post(token=known.token, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert Delivery.objects.get().sender == sender, because


# -- The token is a secret --


def test_no_log_line_holds_a_token(
    known: WithToken, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger = "a-token-that-nobody-has"
    post(token=known.token)
    post(path=f"{HOOK}/{known.token}")
    post(b"broken", path=f"{HOOK}/{known.token}")
    post(token=stranger)
    post(path=f"{HOOK}/{stranger}")
    written = caplog.text + "".join(capsys.readouterr())
    assert "a delivery was refused" in written
    for secret in (known.token, stranger):
        assert secret not in written


def test_the_database_holds_no_token(known: WithToken) -> None:
    stored = Integration.objects.values().get()
    assert known.token not in str(stored)
    assert stored["token_hash"] == hash_of(known.token)
    assert stored["token_hint"] == known.token[-4:]


# -- What is remembered of tokens --


def test_what_an_operator_changes_holds_after_five_seconds(known: WithToken) -> None:
    recognised = Recognised()
    assert recognised.integration_of(known.token, at=100.0) == known.integration
    Integration.objects.update(token_hash=hash_of("another"))
    assert recognised.integration_of(known.token, at=104.9) == known.integration
    assert recognised.integration_of(known.token, at=105.0) is None


def test_a_token_is_known_as_soon_as_it_is_made() -> None:
    recognised = Recognised()
    assert recognised.integration_of("later", at=100.0) is None
    made = make_integration().integration
    Integration.objects.update(token_hash=hash_of("later"))
    assert recognised.integration_of("later", at=100.0) == made
