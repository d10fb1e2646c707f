"""Makers for tests of alerts, with boring defaults: a test names only what matters to it."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from alerts import inbox, integrations
from alerts.inbox import accept
from alerts.integrations import WithToken
from alerts.models import Alert, Delivery, Integration

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_number = count(1)


def recorded(name: str) -> bytes:
    """A payload as Alertmanager has sent it."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def an_alert(**fields: Any) -> dict[str, Any]:
    """One alert of a payload."""
    return {
        "status": "firing",
        "labels": {"alertname": "KubePodNotReady", "namespace": "shop", "pod": "cart-0", "severity": "warning"},
        "annotations": {"summary": "Pod is not ready."},
        "startsAt": "2026-11-24T11:45:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.org/graph",
        "fingerprint": "5ef77f1f8a3ecb0a",
    } | fields


def a_payload(*alerts: Any, **fields: Any) -> bytes:
    return json.dumps(
        {"version": "4", "status": "firing", "alerts": list(alerts), "truncatedAlerts": 0} | fields
    ).encode()


def many_alerts(number: int, **fields: Any) -> bytes:
    """A payload with this many different alerts."""
    return a_payload(*(an_alert(fingerprint=f"{n:016x}", **fields) for n in range(number)))


def make_integration(**fields: Any) -> WithToken:
    name = f"Alertmanager {next(_number)}"
    return integrations.create(**{"name": name, "cluster": "prod-eu-1", **fields})


def received(body: bytes, integration: Integration | None = None, *, at: datetime = NOON) -> Delivery:
    """A delivery in the inbox."""
    return accept(integration or make_integration().integration, body, "192.0.2.7", at)


def digested(*deliveries: Delivery, now: datetime = NOON) -> list[Alert]:
    """Every alert that there is after these were digested."""
    inbox.digest(deliveries, now=now)
    return list(Alert.objects.order_by("cluster", "fingerprint", "starts_at"))
