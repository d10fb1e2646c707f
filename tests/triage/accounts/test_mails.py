"""Mails about accounts, sent to a real mail server."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.core.mail import EmailMessage
from pytest_django import Settings

from tests.triage.serve.whole import free_port
from triage.accounts import mails

INVITATION = EmailMessage("You are invited to Whose", "Come in.", "whose@example.org", ["ann@example.org"])


class Kept(Message):
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.subjects: list[str] = []

    def handle_message(self, message: object) -> None:
        self.subjects.append(message["Subject"])  # type: ignore[index]


@pytest.fixture
def server(settings: Settings) -> Iterator[Kept]:
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = False
    yield kept
    controller.stop()


def test_a_mail_reaches_the_server(server: Kept) -> None:
    assert mails.send_soon(INVITATION).result(timeout=10)
    assert server.subjects == ["You are invited to Whose"]


def test_a_server_that_is_away_breaks_nothing_and_stands_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    assert not mails.send_soon(INVITATION).result(timeout=10)
    assert "was not sent" in caplog.text
