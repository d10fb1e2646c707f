"""The whole walk with nothing of it played: Prometheus, Alertmanager, our processes, a mail server, an HTTP server."""

import hashlib
import hmac
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

from alerts import asking
from alerts.models import Alert, Integration
from ownership.models import Team, TeamChannel, User
from ownership.roles import Role
from tests.triage.processes import machine, wait_until
from tests.triage.serve.whole import free_port
from tests.walk import monitoring, world
from tests.walk.monitoring import Exporter, Mailbox
from triage.accounts import tokens
from triage.clock import database_now
from triage.models import Incident, Page

pytestmark = [
    pytest.mark.monitoring,
    pytest.mark.slow_processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
]
SECRET = "known to the team and to whoever runs Whose"


@dataclass
class Setting:
    """Our processes and what is around them."""

    web: int  # the port of the web process
    exporter: Exporter
    exporter_port: int
    mails: list[Message]


@pytest.fixture
def setting() -> Iterator[Setting]:
    exporter, mailbox, web = Exporter(), Mailbox(), free_port()
    with exporter.open() as exporter_port, mailbox.open() as mail_port, machine() as here:
        settings = {
            "WHOSE_SMTP_HOST": "127.0.0.1",
            "WHOSE_SMTP_PORT": str(mail_port),
            "WHOSE_SMTP_STARTTLS": "0",
            "WHOSE_WEBHOOK_HOSTS": "127.0.0.1",
            "WHOSE_HOOK_SECRET": SECRET,
        }
        here.broker.start()
        for words in (("web", "--port", str(web)), ("worker",), ("beat",)):
            here.run(*words, **settings)
        here.wait_for_tick()
        yield Setting(web, exporter, exporter_port, mailbox.mails)


@pytest.mark.parametrize(
    ("count", "clustered"),
    [
        pytest.param(1, False, id="one"),
        pytest.param(2, True, id="a pair that knows of each other"),
        pytest.param(2, False, id="a pair that does not, so that both deliver"),
    ],
)
def test_from_prometheus_to_a_page_and_to_its_end(
    setting: Setting, tmp_path: Path, count: int, clustered: bool
) -> None:
    exporter, mails = setting.exporter, setting.mails
    token = world.build().token
    payments = Team.objects.get(slug="payments")
    address = f"http://127.0.0.1:{setting.exporter_port}/page"
    TeamChannel.objects.create(team=payments, kind="webhook", address=address, secret_env="WHOSE_HOOK_SECRET")
    admin = User.objects.create_user("di", "di@example.org", role=Role.ADMIN)
    _, api_token = tokens.create("a bot", Role.OPERATOR, admin, now=database_now())

    with (
        monitoring.alertmanagers(tmp_path, count=count, clustered=clustered, port=setting.web, token=token) as senders,
        monitoring.prometheus(tmp_path, exporter=setting.exporter_port, senders=senders),
    ):
        exporter.is_crashing = True
        wait_until(lambda: mails and exporter.received, "a page arrives by mail and by webhook", within=60)
        incident = Incident.objects.get()
        assert (incident.verdict, incident.suspect_name, incident.owner) == ("application", "api", payments)
        assert f"/incidents/{incident.pk}/" in str(mails[0].get_payload())
        _check_signed(*exporter.received[0])

        integration = Integration.objects.get()
        integration.api_url = f"http://127.0.0.1:{senders[0]}"
        asking.ask(integration, now=database_now())
        assert [alert.missing_at for alert in Alert.objects.all()] == [None], "its Alertmanager has it"
        assert Integration.objects.get().api_problem == ""

        answer = _ask(setting.web, f"/api/v1/incidents/{incident.pk}/acknowledge/", api_token)
        assert answer["changed"] is True
        incident.refresh_from_db()
        assert incident.acknowledged_at
        assert incident.due_at is None, "nobody is paged any more"

        if count > 1 and not clustered:
            wait_until(lambda: _delivered(senders) == count, "each of them delivers", within=30)
        exporter.is_crashing = False
        wait_until(lambda: Incident.objects.exclude(resolved_at=None).exists(), "the incident is resolved", within=60)
        wait_until(lambda: len(mails) == 2, "a notice that it is over", within=20)
    assert Incident.objects.count() == 1
    assert Page.objects.filter(reason=Page.Reason.PAGE, channel="email").count() == 1


def _delivered(senders: list[int]) -> int:
    """How many of the Alertmanagers have delivered something, as they say themselves."""
    told = 0
    for port in senders:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        told += any(
            line.startswith('alertmanager_notifications_total{integration="webhook"') and not line.endswith(" 0")
            for line in lines
        )
    return told


def _ask(port: int, path: str, token: str) -> dict[str, object]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=b"{}", method="POST",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        held: dict[str, object] = json.load(answer)
    return held


def _check_signed(headers: dict[str, str], body: bytes) -> None:
    at, signature = (part.partition("=")[2] for part in headers["X-Whose-Signature"].split(","))
    assert signature == hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
