"""A small company for the walk: two teams, one cluster; a way to send what Alertmanager sends, and to let time pass."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from alerts import integrations
from alerts.models import Alert
from ownership import importing
from ownership.sources.mapfile import MapFile, parse
from tests.walk.said import MAP
from triage.models import Incident, Page
from triage.tick import tick

START = datetime(2026, 11, 24, 3, 9, tzinfo=UTC)


@dataclass
class World:
    """What a test holds: a token to send with, and a clock of its own that ticks where it is told to."""

    token: str
    now: datetime = START
    client: Client = field(default_factory=Client)

    def send(self, *alerts: dict[str, Any], **more: Any) -> int:
        """What Alertmanager posts; the status of the answer."""
        payload = {
            "version": "4",
            "status": "firing",
            "receiver": "whose",
            "truncatedAlerts": 0,
            "alerts": alerts,
            **more,
        }
        answer = self.client.post(
            "/hooks/alertmanager",
            json.dumps(payload),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        return answer.status_code

    def tick(self, *, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """Lets time pass and strikes once; the mails that went out by it."""
        self.now += after
        before = len(mail.outbox)
        # Deliveries are received by the real clock; the ticks of a test come after it.
        tick(self.now)
        return list(mail.outbox[before:])

    def incidents(self) -> list[Incident]:
        return list(Incident.objects.order_by("pk"))

    def pages(self) -> list[Page]:
        return list(Page.objects.order_by("pk"))

    def alerts(self) -> list[Alert]:
        return list(Alert.objects.order_by("pk"))


def build() -> World:
    """The company, with an integration that sends for its cluster."""
    read = parse(MAP)
    assert isinstance(read, MapFile), read
    importing.apply(read, prune=False, dry_run=False, now=START)
    return World(
        integrations.create("Alertmanager", cluster="prod-eu-1").token, now=datetime.now(UTC) + timedelta(seconds=1)
    )
