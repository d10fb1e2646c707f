"""Alerts through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_alert, make_incident
from tests.triage.api.makers import bot
from triage.models import IncidentAlert

pytestmark = pytest.mark.django_db

ALERTS = "/api/v1/alerts/"


def some_alerts() -> None:
    make_alert(labels={"alertname": "PodNotReady", "namespace": "shop"})
    make_alert(
        labels={"alertname": "Down", "namespace": "monitoring", "exported_namespace": "pay"}, severity="critical"
    )
    make_alert(labels={"alertname": "Over", "namespace": "shop"}, status="resolved", resolved_at=timezone.now())
    make_alert(labels={"alertname": "Elsewhere"}, cluster="test")


@pytest.mark.parametrize(
    ("query", "found", "because"),
    [
        ({}, ["Elsewhere", "Down", "PodNotReady"], "what fires, newest first"),
        ({"status": "resolved"}, ["Over"], "what no longer does"),
        ({"status": "all"}, ["Elsewhere", "Over", "Down", "PodNotReady"], "everything"),
        ({"cluster": "test"}, ["Elsewhere"], "of that cluster"),
        ({"namespace": "pay"}, ["Down"], "the namespace that it is about"),
        ({"namespace": "monitoring"}, [], "not the one of the exporter that told of it"),
        ({"namespace": "shop"}, ["PodNotReady"], "filters add up with the status"),
        ({"alertname": "Down"}, ["Down"], "by its name"),
        ({"severity": "critical"}, ["Down"], "by its severity"),
    ],
)
def test_alerts_are_found(query: dict[str, str], found: list[str], because: str) -> None:
    some_alerts()
    assert [alert["alertname"] for alert in bot().get(ALERTS, query).json()["results"]] == found, because


def test_the_alerts_of_an_incident_are_found() -> None:
    incident, alert = make_incident(), make_alert()
    make_alert()
    IncidentAlert.objects.create(incident=incident, alert=alert)
    assert [one["id"] for one in bot().get(ALERTS, {"incident": incident.pk}).json()["results"]] == [alert.pk]


@pytest.mark.parametrize(("hours", "is_stale"), [(1, False), (9, True)])
def test_an_alert_that_nobody_repeats_is_told_to_be_stale(hours: int, is_stale: bool) -> None:
    make_alert(last_seen_at=timezone.now() - timedelta(hours=hours))
    assert only()["is_stale"] is is_stale


def test_an_alert_is_told_as_it_came() -> None:
    make_alert(labels={"alertname": "Down", "namespace": "a", "exported_namespace": "pay"})
    told = only()
    assert told["labels"]["namespace"] == "a"
    assert told["namespace"] == "pay"
    assert (told["starts_at"], told["integration"]) == ("2026-11-25T03:00:00Z", "alertmanager")


def test_fifty_alerts_cost_what_one_costs() -> None:
    client = bot()
    make_alert()
    client.get(ALERTS)  # the first use of a token is written down
    counts = []
    for more in (0, 49):
        for _ in range(more):
            make_alert()
        with CaptureQueriesContext(connection) as queries:
            client.get(ALERTS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def only() -> Any:
    (told,) = bot().get(ALERTS).json()["results"]
    return told
