"""Which alerts an Alertmanager still has."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from alerts import asking, integrations, queries
from alerts.models import Alert, Integration

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 3, 9, tzinfo=UTC)


class Alertmanager:
    """Answers its API with these fingerprints, or with what it is told to."""

    def __init__(self) -> None:
        self.has: list[str] = []
        self.status = 200
        self.body: str | None = None

    def serve(self) -> http.server.ThreadingHTTPServer:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told = json.dumps([{"fingerprint": one, "labels": {}} for one in outer.has])
                body = (told if outer.body is None else outer.body).encode()
                self.send_response(outer.status if self.path == "/api/v2/alerts" else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@pytest.fixture
def sender() -> Iterator[tuple[Alertmanager, Integration]]:
    made = Alertmanager()
    with made.serve() as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        yield made, integrations.create("Prod", cluster="prod", api_url=address).integration
        server.shutdown()


def firing(integration: Integration, fingerprint: str, **fields: object) -> Alert:
    told = {"cluster": "prod", "starts_at": NOW, "status": "firing", "severity": "critical"}
    seen = {"first_seen_at": NOW, "last_seen_at": NOW}
    return Alert.objects.create(integration=integration, fingerprint=fingerprint, **{**told, **seen, **fields})


def missing() -> dict[str, datetime | None]:
    return dict(Alert.objects.values_list("fingerprint", "missing_at"))


def test_what_it_does_not_have_is_missing_since_it_was_first_asked(sender: tuple[Alertmanager, Integration]) -> None:
    alertmanager, integration = sender
    for fingerprint in ("kept", "gone"):
        firing(integration, fingerprint)
    alertmanager.has = ["kept", "another"]
    asking.ask(integration, now=NOW)
    asking.ask(integration, now=NOW + timedelta(minutes=1))
    assert missing() == {"kept": None, "gone": NOW}


def test_what_it_has_again_is_no_longer_missing(sender: tuple[Alertmanager, Integration]) -> None:
    alertmanager, integration = sender
    firing(integration, "back", missing_at=NOW)
    alertmanager.has = ["back"]
    asking.ask(integration, now=NOW + timedelta(minutes=1))
    assert missing() == {"back": None}


def test_what_another_sends_is_not_its_to_miss(sender: tuple[Alertmanager, Integration]) -> None:
    firing(integrations.create("Other", cluster="prod").integration, "elsewhere")
    asking.ask(sender[1], now=NOW)
    assert missing() == {"elsewhere": None}


def test_missing_for_five_minutes_is_stale(sender: tuple[Alertmanager, Integration]) -> None:
    alert = firing(sender[1], "gone", missing_at=NOW)
    for minutes, is_open in ((4, True), (5, False)):
        now = NOW + timedelta(minutes=minutes)
        assert bool(queries.open_alerts("prod", now=now)) is is_open
        assert queries.is_stale(alert, now) is not is_open


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, "[]", "answered 500"),
        (404, "[]", "answered 404"),
        (302, "[]", "answered 302"),
        (200, "<html>", "no Alertmanager"),
        (200, "[3]", "no Alertmanager"),
        (200, '{"status": "success"}', "no Alertmanager"),
    ],
)
def test_without_an_answer_nothing_is_missing_and_the_problem_is_kept(
    sender: tuple[Alertmanager, Integration], status: int, body: str, says: str
) -> None:
    alertmanager, integration = sender
    firing(integration, "kept")
    alertmanager.status, alertmanager.body = status, body
    asking.ask(integration, now=NOW)
    assert missing() == {"kept": None}
    assert says in Integration.objects.get().api_problem
    alertmanager.status, alertmanager.body, alertmanager.has = 200, None, ["kept"]
    asking.ask(integration, now=NOW)
    assert Integration.objects.get().api_problem == ""


def test_an_address_where_nobody_listens(sender: tuple[Alertmanager, Integration]) -> None:
    integration = sender[1]
    integration.api_url = "http://127.0.0.1:1"
    asking.ask(integration, now=NOW)
    assert "did not answer" in Integration.objects.get().api_problem


def test_an_address_with_a_password_is_refused() -> None:
    with pytest.raises(ValidationError, match="password"):
        integrations.create("Prod", cluster="prod", api_url="http://me:hidden@alertmanager.example.org")
