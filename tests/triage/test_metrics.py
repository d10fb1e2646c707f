"""/metrics: who may read it, and what it tells."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from tests.triage.doors import web
from tests.triage.processes import Machine, machine
from tests.triage.serve.whole import PROJECT, free_port
from triage import metrics
from triage.clock import database_now
from triage.models import Heartbeat

TOKEN = "what only Prometheus knows"


def value(text: str, name: str, **labels: str) -> float | None:
    """The one sample of this name that has these labels."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


def read(**labels: str) -> float:
    return value(metrics.exposition().decode(), "whose_requests_total", **labels) or 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("asked_from", "headers", "status", "because"),
    [
        ("127.0.0.1", {}, 200, "a Prometheus on this machine"),
        ("127.8.8.8", {}, 200, "all of 127/8 is this machine"),
        ("::1", {}, 200, "by the newer protocol"),
        ("::ffff:127.0.0.1", {}, 200, "by both"),
        ("192.0.2.7", {}, 401, "another machine"),
        ("::ffff:192.0.2.7", {}, 401, "another machine, by both"),
        ("", {}, 401, "nobody knows from where"),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 401, "a proxy on this machine, for somebody else"),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 401, "another proxy"),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 401, "whatever it says"),
        ("192.0.2.7", {"Authorization": f"Bearer {TOKEN}"}, 200, "who has the token, from anywhere"),
        ("192.0.2.7", {"Authorization": f"bearer {TOKEN}"}, 200, "the scheme is the same in any case"),
        ("192.0.2.7", {"Authorization": f"Bearer {TOKEN}s"}, 401, "not the token"),
        ("192.0.2.7", {"Authorization": "Bearer ü"}, 401, "not even ASCII"),
        ("192.0.2.7", {"Authorization": f"Basic {TOKEN}"}, 401, "another scheme"),
    ],
)
def test_who_may_read_the_metrics(
    settings: Settings, asked_from: str, headers: dict[str, str], status: int, because: str
) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", headers=headers, REMOTE_ADDR=asked_from).status_code == status, because


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer "])
def test_where_no_token_is_set_none_opens_the_door(client: Client, settings: Settings, given: str) -> None:
    settings.METRICS_TOKEN = ""
    response = client.get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 401
    assert "WHOSE_METRICS_TOKEN" in response.text


@pytest.mark.django_db(transaction=True)
def test_what_the_database_knows_is_read_from_it() -> None:
    now = database_now()
    Heartbeat.beat(now - timedelta(minutes=2))
    told = metrics.exposition().decode()
    assert value(told, "whose_database_answers") == 1
    assert value(told, "whose_last_tick_age_seconds") == pytest.approx(120, abs=5)
    assert value(told, "whose_users") == 0


@pytest.mark.django_db(transaction=True)
def test_before_the_first_tick_there_is_no_age_of_it() -> None:
    assert value(metrics.exposition().decode(), "whose_last_tick_age_seconds") is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path", "labels", "because"),
    [
        ("GET", "/healthz", {"method": "GET", "route": "healthz"}, "a route has a name"),
        ("BREW", "/healthz", {"method": "other", "route": "healthz"}, "anybody may invent methods"),
        ("GET", "/static/whose/whose.css", {"method": "GET", "route": "static"}, "files are one route"),
        ("GET", "/wp-login.php", {"method": "GET", "route": "unmatched"}, "paths are without number"),
    ],
)
def test_under_which_name_a_request_is_counted(method: str, path: str, labels: dict[str, str], because: str) -> None:
    request = RequestFactory().generic(method, path)
    if path == "/healthz":
        request.resolver_match = resolve(path)
    before = read(status="200", **labels)
    metrics.count_request(request, status=200, seconds=0.01)
    assert read(status="200", **labels) == before + 1, because


_COUNTS = """
import django
django.setup()
from django.test import RequestFactory
from triage import metrics
for _ in range({times}):
    metrics.count_request(RequestFactory().get("/x"), status=200, seconds=0.5)
"""


@pytest.fixture
def here() -> Iterator[Machine]:
    with machine() as made:
        yield made


@pytest.mark.slow_processes
@pytest.mark.django_db(transaction=True)
def test_requests_of_several_processes_add_up_also_of_those_that_ended(here: Machine) -> None:
    env = {**here.environment(), "DJANGO_SETTINGS_MODULE": "triage.config.settings"}
    for times in (3, 4):
        subprocess.run([sys.executable, "-c", _COUNTS.format(times=times)], env=env, cwd=PROJECT, check=True)
    first, second = web(here), web(here)
    for page in (first, second, second):
        assert page.get("/sign-in/").status == 200
    for page in (first, second):
        told = page.get("/metrics").text
        assert value(told, "whose_requests_total", route="unmatched") == 7
        assert value(told, "whose_request_seconds_sum", route="unmatched") == 3.5
        assert value(told, "whose_requests_total", route="account_login", status="200") == 3
        assert value(told, "whose_database_answers") == 1


@pytest.mark.slow_processes
def test_a_database_that_is_away_costs_its_lines_and_not_the_scrape(here: Machine) -> None:
    page = web(here, DATABASE_URL=f"postgresql://whose@127.0.0.1:{free_port()}/whose")
    told = page.get("/metrics")
    assert told.status == 200
    assert value(told.text, "whose_database_answers") == 0
    assert value(told.text, "whose_last_tick_age_seconds") is None
