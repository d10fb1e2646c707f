"""No secret in any log or error page: a service with known secrets is used, misused and broken; then we look."""

import contextlib
import http.cookiejar
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.databases import own_database
from tests.triage.serve import whole
from tests.triage.serve.whole import Whole

pytestmark = pytest.mark.slow_processes

# Each is a word that occurs nowhere else, so finding it is finding the secret.
SECRETS = {
    "WHOSE_SECRET_KEY": "secretkey-4f1c9a-secretkey-4f1c9a-secretkey-4f1c9a",
    "WHOSE_ADMIN_PASSWORD": "adminpassword-77d0e2",
    "WHOSE_METRICS_TOKEN": "metricstoken-b81f33",
    "WHOSE_SMTP_PASSWORD": "smtppassword-0c25aa",
    "typed password": "typedpassword-19be60",
    "hook token": "hooktoken-a92d41",
    "bearer token": "bearertoken-5e7c08",
    "database password": "databasepassword-d3386f",
}


class Browser:
    """Keeps cookies and everything that it was answered."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.pages: list[str] = []

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> int:
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(self.base + path, data=data, headers=headers)  # noqa: S310
        try:
            with self.opener.open(request, timeout=20) as answer:
                status, page = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, page = error.code, error.read()
        self.pages.append(page.decode())
        return int(status)

    def sign_in(self, name: str, password: str) -> int:
        self.ask("/sign-in/")
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.pages[-1])[:1]
        return self.ask("/sign-in/", {"login": name, "password": password, "csrfmiddlewaretoken": token})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Whole, str]]:
    with own_database() as database:
        started = whole.started(
            tmp_path / "var",
            DATABASE_URL=database if "password" in database else f"{database}&password={SECRETS['database password']}",
            REDIS_URL=os.environ["REDIS_URL"],
            WHOSE_LOG_LEVEL="DEBUG",
            WHOSE_SECRET_KEY=SECRETS["WHOSE_SECRET_KEY"],
            WHOSE_ADMIN_PASSWORD=SECRETS["WHOSE_ADMIN_PASSWORD"],
            WHOSE_METRICS_TOKEN=SECRETS["WHOSE_METRICS_TOKEN"],
            WHOSE_SMTP_PASSWORD=SECRETS["WHOSE_SMTP_PASSWORD"],
        )
        with started as service:
            service.wait_until_up()
            yield service, database


@contextlib.contextmanager
def locked_out(database: str) -> Iterator[None]:
    """The database lets nobody in for a while."""
    name = urllib.parse.parse_qs(urllib.parse.urlsplit(database).query)["dbname"][0]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        link.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            link.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_service_that_is_used_misused_and_broken_tells_no_secret(service: tuple[Whole, str]) -> None:
    running, database = service
    browser = Browser(running.port)
    statuses = [
        browser.ask("/no/such/page?token=" + SECRETS["hook token"]),
        browser.ask(f"/hooks/alertmanager/{SECRETS['hook token']}", {"a": "b"}),
        browser.ask("/metrics", Authorization=f"Bearer {SECRETS['bearer token']}"),
        browser.ask("/api/v1/incidents/", Authorization=f"Bearer {SECRETS['bearer token']}"),
        browser.ask("/sign-in/", {"login": "admin", "password": SECRETS["typed password"]}),
        browser.ask("/healthz", Host="elsewhere.example.org"),
    ]
    assert all(status >= 400 for status in statuses[4:]), statuses
    assert browser.sign_in("admin", SECRETS["typed password"]) == 200, "the same form again"
    assert browser.sign_in("admin", SECRETS["WHOSE_ADMIN_PASSWORD"]) == 200
    assert browser.ask("/") == 200
    assert "Sign out" in browser.pages[-1]

    with locked_out(database):
        assert browser.ask("/") >= 500
        assert browser.ask("/readyz") == 503
        browser.ask("/sign-in/", {"login": "admin", "password": SECRETS["typed password"]})
    running.stop()

    cookies = {f"cookie {cookie.name}": cookie.value or "" for cookie in browser.cookies if cookie.name == "sessionid"}
    assert cookies, "the session is a secret too"
    written = {
        "the terminal": running.said,
        **{str(file): file.read_text(errors="replace") for file in (running.var / "logs").rglob("*") if file.is_file()},
        **{f"answer {number}": page for number, page in enumerate(browser.pages)},
    }
    told = [
        (name, where) for name, secret in (SECRETS | cookies).items() for where in written if secret in written[where]
    ]
    assert told == []
