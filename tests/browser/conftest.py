"""A real browser on a real server. Whatever the browser complains about fails the test: the policy on what a page may
load, a script that breaks, an address of another host."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ownership.models import User

SCREENSHOTS = Path(settings.BASE_DIR) / "build" / "screenshots"
# A name that is not among the service's hosts, and nevertheless reaches it.
STRANGE_HOST = "strange-host.test"
_FLAGS = [
    "--no-sandbox",  # in a container Chromium cannot make its own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    f"--host-resolver-rules=MAP {STRANGE_HOST} 127.0.0.1",
]


_EXPECTED = (
    "the server responded with a status of",  # a page whose status is an error is what some tests want to see
    "Cross-Origin-Opener-Policy header has been ignored",  # said for every http address but that of this machine
)


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page."""

    width: int
    height: int
    is_phone: bool = False


WIDE = Look(1280, 900)
PHONE = Look(390, 844, is_phone=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, so Django refuses the database; no test is asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visits:
    """Opens pages, and hears what the browser complains about."""

    chromium: Browser
    server: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, user: User | None = None, look: Look = WIDE, **more: Any) -> Page:
        """A browser of its own, in which this person is signed in."""
        context = self.chromium.new_context(
            base_url=self.server,
            viewport={"width": look.width, "height": look.height},
            is_mobile=look.is_phone,
            has_touch=look.is_phone,
            **more,
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        if user:
            context.add_cookies([{"name": "sessionid", "value": _session_of(user), "url": self.server}])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._see)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in _EXPECTED):
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        host = urlsplit(request.url).hostname
        if request.url.startswith("http") and host not in {urlsplit(self.server).hostname, STRANGE_HOST}:
            self.complaints.append(f"asked another host: {request.url}")


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return str(client.cookies["sessionid"].value)


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer) -> Iterator[Visits]:
    cache.clear()  # it counts attempts to sign in, and is not emptied with the tables of the models
    visits = Visits(chromium, live_server.url)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.complaints == []


Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def shoot() -> Shoot:
    """Keeps a picture of the whole page for people to look at."""

    def take(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return take
