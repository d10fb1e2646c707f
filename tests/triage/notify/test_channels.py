"""The ways to reach people: what arrives, and whether a failure is worth another try."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from tests.triage.serve.whole import free_port
from triage.notify.channels.email import Email
from triage.notify.channels.error import ChannelError
from triage.notify.channels.webhook import Webhook, signature
from triage.notify.message import Message

MESSAGE = Message(
    incident=7,
    is_over=False,
    sentence="It is the application: Deployment shop/api (KubePodCrashLooping).",
    verdict="application",
    confidence=0.83,
    cluster="prod-eu-1",
    severity="critical",
    owner="Payments",
    owner_why="the namespace shop in prod-eu-1 is owned by payments",
    findings=("Deployment shop/api starts and crashes again and again.",),
    namespaces=tuple(f"team-{number}" for number in range(8)),
    began_at=datetime(2026, 11, 24, 3, 1, 41, tzinfo=UTC),
    link="https://whose.example.org/incidents/7/",
    acknowledge_link="https://whose.example.org/a/token/",
)


def test_a_message_says_what_whose_why_since_when() -> None:
    text = MESSAGE.text("Europe/Berlin")
    for part in ("Deployment shop/api", "Payments", "83%", "Tue 24 Nov 2026, 04:01:41 CET", "again and again"):
        assert part in text
    assert "and 3 more" in text, "a page is not a list"
    assert MESSAGE.subject.startswith("[critical] It is the application")


def test_a_subject_is_one_line_whatever_a_cluster_calls_its_things() -> None:
    assert "\n" not in replace(MESSAGE, sentence="It is\r\nBcc: everybody@example.org").subject


class Sink:
    """An HTTP server that answers what it is told to and keeps what it gets."""

    def __init__(self) -> None:
        self.status, self.received = 200, b""
        self.headers: dict[str, str] = {}

    def serve(self) -> http.server.ThreadingHTTPServer:
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sink.received = self.rfile.read(int(self.headers["Content-Length"]))
                sink.headers = dict(self.headers.items())
                self.send_response(sink.status)
                self.send_header("Location", "http://169.254.169.254/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@pytest.fixture
def sink(settings: Settings) -> Iterator[tuple[Sink, str]]:
    settings.WEBHOOK_HOSTS = frozenset({"127.0.0.1"})
    made = Sink()
    with made.serve() as server:
        yield made, f"http://127.0.0.1:{server.server_address[1]}/hook/secret-path"
        server.shutdown()


def test_a_webhook_is_json_and_signed(sink: tuple[Sink, str]) -> None:
    kept, address = sink
    Webhook().send(MESSAGE, address=address, secret="shared", zone="UTC")
    told = json.loads(kept.received)
    assert (told["incident"], told["verdict"], told["owner"]) == (7, "application", "Payments")
    at = int(kept.headers["X-Whose-Signature"].split(",")[0].removeprefix("t="))
    assert kept.headers["X-Whose-Signature"] == signature(kept.received, "shared", at=at)


@pytest.mark.parametrize(
    ("status", "permanent", "because"),
    [
        (500, False, "it may be well again in a moment"),
        (503, False, "it may be well again in a moment"),
        (429, False, "it asks for patience"),
        (404, True, "the address is gone"),
        (410, True, "the address is gone"),
        (401, True, "it will not like us better"),
        (302, True, "a redirect may lead anywhere, and is not followed"),
    ],
)
def test_whether_another_try_helps(sink: tuple[Sink, str], status: int, *, permanent: bool, because: str) -> None:
    kept, address = sink
    kept.status = status
    with pytest.raises(ChannelError) as failed:
        Webhook().send(MESSAGE, address=address, secret="", zone="UTC")
    assert failed.value.permanent is permanent, because
    assert "secret-path" not in str(failed.value), "the path of a chat's webhook is a secret"


def test_an_address_inside_is_refused_for_good() -> None:
    with pytest.raises(ChannelError, match="WHOSE_WEBHOOK_HOSTS") as failed:
        Webhook().send(MESSAGE, address="http://127.0.0.1:1/", secret="", zone="UTC")
    assert failed.value.permanent


class Mailbox:
    """A mail server that refuses one address for good and one for now."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_RCPT(self, _s: SMTP, _session: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802 - aiosmtpd looks for it
        if address.startswith("gone"):
            return "550 no such person"
        if address.startswith("full"):
            return "452 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd looks for it
        self.mails.append((envelope.content or b"").decode() if isinstance(envelope.content, bytes) else "")
        return "250 OK"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    kept = Mailbox()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", controller.port, False
    yield kept
    controller.stop()


def test_a_mail_holds_the_message(mailbox: Mailbox) -> None:
    Email().send(MESSAGE, address="ada@example.org", secret="", zone="UTC")
    assert "https://whose.example.org/a/token/" in mailbox.mails[0]
    assert "Auto-Submitted: auto-generated" in mailbox.mails[0]


@pytest.mark.parametrize(("who", "permanent"), [("gone", True), ("full", False)])
def test_a_refused_address(mailbox: Mailbox, who: str, *, permanent: bool) -> None:
    with pytest.raises(ChannelError) as failed:
        Email().send(MESSAGE, address=f"{who}@example.org", secret="", zone="UTC")
    assert failed.value.permanent is permanent
    assert mailbox.mails == []


def test_a_mail_server_that_is_away_may_come_back(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    with pytest.raises(ChannelError, match="did not answer") as failed:
        Email().send(MESSAGE, address="ada@example.org", secret="", zone="UTC")
    assert not failed.value.permanent
