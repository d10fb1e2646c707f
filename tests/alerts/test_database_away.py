"""The door of a real web process while the database is away: send it again, said in time."""

import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest

from alerts.models import Delivery, Refusal
from tests.alerts.makers import make_integration, recorded
from tests.triage.doors import Web, web
from tests.triage.processes import Machine, machine
from tests.triage.serve.whole import free_port

pytestmark = [pytest.mark.slow_processes, pytest.mark.django_db(transaction=True)]

PAYLOAD = recorded("KubePodCrashLooping")


@pytest.fixture
def here() -> Iterator[Machine]:
    with machine() as made:
        yield made


def post(page: Web, body: bytes, token: str) -> tuple[int, dict[str, str], http.client.HTTPMessage]:
    link = http.client.HTTPConnection("127.0.0.1", page.port, timeout=15)
    try:
        link.request("POST", "/hooks/alertmanager", body, {"Authorization": f"Bearer {token}"})
        response = link.getresponse()
        return response.status, json.loads(response.read()), response.headers
    finally:
        link.close()


@pytest.mark.parametrize(
    ("body", "because"),
    [(PAYLOAD, "it cannot be kept"), (b"broken", "that it is refused cannot be noted")],
)
def test_without_a_database_everything_is_to_be_sent_again(here: Machine, body: bytes, because: str) -> None:
    page = web(here, DATABASE_URL=f"postgresql://whose:hidden@127.0.0.1:{free_port()}/whose")
    began = time.monotonic()
    status, answer, headers = post(page, body, "some-token")
    assert time.monotonic() - began < 8
    assert status == 503, because
    assert answer == {"error": "It cannot be kept now, because the database is away. Send it again."}
    assert int(headers["Retry-After"]) > 0
    page.process.stop()
    assert "some-token" not in page.process.said
    assert "hidden" not in page.process.said


def test_a_body_that_is_too_large_is_refused_and_noted_also_without_a_length(here: Machine) -> None:
    token = make_integration().token
    page = web(here, WHOSE_MAX_BODY="2000")
    assert post(page, b"x" * 3000, token)[0] == 413
    chunks = b"".join(b"400\r\n" + b"y" * 0x400 + b"\r\n" for _ in range(3)) + b"0\r\n\r\n"
    head = f"POST /hooks/alertmanager/{token} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert page.send(head.encode() + chunks).status == 413
    assert [refusal.reason for refusal in Refusal.objects.all()] == ["too large"] * 2
    assert min(refusal.size for refusal in Refusal.objects.all()) > 2000


def test_what_is_answered_202_is_there_and_what_breaks_off_is_not(here: Machine) -> None:
    token = make_integration().token
    page = web(here)
    status, answer, _ = post(page, PAYLOAD, token)
    assert status == 202
    assert bytes(Delivery.objects.get(pk=answer["delivery"]).body) == PAYLOAD
    with socket.create_connection(("127.0.0.1", page.port), timeout=10) as link:
        head = f"POST /hooks/alertmanager/{token} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
        link.sendall(head.encode() + PAYLOAD[:100])
    assert post(page, PAYLOAD, token)[0] == 202
    assert Delivery.objects.count() == 2
