"""A small company for the walk: two teams, one cluster; a way to send what Alertmanager sends, and to let time pass."""

import hashlib
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
from triage.models import Incident, Page
from triage.tick import tick

MAP = """
teams:
  - slug: platform
    name: Platform
    members: [{username: cy, email: cy@example.org}]
    rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [cy]}
  - slug: payments
    name: Payments
    members:
      - {username: ada, name: Ada, email: ada@example.org}
      - {username: bo, name: Bo, email: bo@example.org}
    rotation: {time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [ada, bo]}
    escalation:
      - {page: on-call, wait: 5m}
      - {page: team, wait: 10m}
clusters:
  - {slug: prod-eu-1, name: Production EU, tenancy: shared, operated_by: platform, fallback: platform}
namespaces:
  - {cluster: prod-eu-1, name: shop, team: payments, level: namespace}
  - {name: kube-system, team: platform}
"""
START = datetime(2026, 11, 24, 3, 9, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00Z"


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


def alert(
    name: str, *, status: str = "firing", began_at: str = "2026-11-24T03:01:41Z", **labels: str
) -> dict[str, Any]:
    """One alert as Alertmanager writes it."""
    all_labels = {"alertname": name, "severity": "critical", "job": "kube-state-metrics", **labels}
    return {
        "status": status,
        "labels": all_labels,
        "annotations": {"summary": f"{name} fires."},
        "startsAt": began_at,
        "endsAt": NEVER if status == "firing" else "2026-11-24T03:30:00Z",
        "generatorURL": "http://prometheus.example.org/graph",
        "fingerprint": hashlib.sha256(json.dumps(all_labels, sort_keys=True).encode()).hexdigest()[:16],
    }


def crash(namespace: str = "shop", **more: str) -> dict[str, Any]:
    return alert("KubePodCrashLooping", namespace=namespace, pod="api-7c9f6d5b8-x2k4p", container="api", **more)


def node_lost(node: str = "node-14", **more: str) -> dict[str, Any]:
    return alert("KubeNodeNotReady", node=node, **more)
