"""Every page, wide and on a phone, light and dark: readable for everybody, nothing off the screen."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django import Settings

from ownership.models import User
from tests.browser.conftest import PHONE, STRANGE_HOST, WIDE, Shoot, Visits
from tests.browser.night import Night, fill

pytestmark = pytest.mark.browser

Opens = Callable[[Page, Night], None]


@pytest.fixture
def night(transactional_db: None, settings: Settings) -> Night:
    settings.ROOT_URLCONF = "tests.triage.web.test_errors"  # with one page that breaks
    return fill()


def at(name: str, status: int = 200) -> Opens:
    """Opens the page with this name, which answers with this status."""

    def open_it(page: Page, night: Night) -> None:
        about = {"person": night.viewer, "deactivate": night.viewer}
        response = page.goto(reverse(name, args=[about[name].pk] if name in about else []))
        assert response
        assert response.status == status

    return open_it


def wrong_password(page: Page, _night: Night) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Name or e-mail").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()


def throttled(page: Page, _night: Night) -> None:
    while Client().post(reverse("account_login")).status_code != 429:
        pass
    page.goto(reverse("account_login"))
    page.get_by_label("Name or e-mail").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Too many attempts").wait_for()


def welcome(page: Page, night: Night) -> None:
    page.goto(reverse("welcome", args=[night.token]))


def void_invitation(page: Page, _night: Night) -> None:
    page.goto(reverse("welcome", args=["made-up"]))


def invited(page: Page, night: Night) -> None:
    page.goto(reverse("person", args=[night.invited.pk]))
    page.get_by_role("button", name="Make a new link").click()
    page.get_by_role("heading", name="is invited").wait_for()


def refused_profile(page: Page, _night: Night) -> None:
    page.goto(reverse("me"))
    page.get_by_label("Time zone").fill("Atlantis")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("is not one time zone").wait_for()


def unknown_address(page: Page, _night: Night) -> None:
    page.goto("/clusters/prod-eu-1/nodes/node-14/that/is/not/there/" + "and-so-on/" * 12)


def broken(page: Page, _night: Night) -> None:
    page.goto("/breaks/")


def no_database(page: Page, _night: Night) -> None:
    page.goto("/finds-no-database/")


def strange_host(page: Page, _night: Night) -> None:
    page.goto(reverse("account_login"))
    page.goto(page.url.replace(str(urlsplit(page.url).hostname), STRANGE_HOST))


FOR_STRANGERS: dict[str, Opens] = {
    "sign-in": at("account_login"),
    "sign-in-wrong": wrong_password,
    "reset": at("account_reset_password"),
    "reset-asked": at("account_reset_password_done"),
    "inactive": at("account_inactive"),
    "welcome": welcome,
    "welcome-void": void_invitation,
    "error-400": strange_host,
    "error-429": throttled,
}
FOR_ADMINS: dict[str, Opens] = {
    "now": at("now"),
    "teams": at("teams"),
    "health": at("health"),
    "me": at("me"),
    "me-refused": refused_profile,
    "sessions": at("sessions"),
    "password": at("account_change_password"),
    "sign-out": at("account_logout"),
    "people": at("people"),
    "invite": at("invite"),
    "invited": invited,
    "person": at("person"),
    "deactivate": at("deactivate"),
    "security": at("security"),
    "error-404": unknown_address,
    "error-500": broken,
    "error-503": no_database,
}
FOR_VIEWERS: dict[str, Opens] = {"now-viewer": at("now"), "error-403": at("people", status=403)}
READERS: dict[str, dict[str, Opens]] = {"strangers": FOR_STRANGERS, "admins": FOR_ADMINS, "viewers": FOR_VIEWERS}


def reader(who: str, night: Night) -> User | None:
    return {"strangers": None, "admins": night.admin, "viewers": night.viewer}[who]


@pytest.mark.parametrize("who", READERS)
def test_every_page_keeps_to_its_policy_and_fits_a_wide_screen(
    visit: Visits, shoot: Shoot, night: Night, who: str
) -> None:
    too_wide = {}
    for name, opens in READERS[who].items():
        page = visit(reader(who, night), WIDE)
        opens(page, night)
        take_pictures(shoot, page, f"{name}-wide")
        too_wide[name] = pixels_off_the_screen(page)
        page.close()
    assert {name: pixels for name, pixels in too_wide.items() if pixels > 0} == {}


@pytest.mark.parametrize("who", READERS)
def test_every_page_fits_a_phone_and_is_for_everybody_to_read(
    visit: Visits, shoot: Shoot, night: Night, who: str
) -> None:
    wrong: dict[str, object] = {}
    for name, opens in READERS[who].items():
        # axe is put into the page as a script, which the policy forbids for good reason.
        page = visit(reader(who, night), PHONE, bypass_csp=True)
        opens(page, night)
        take_pictures(shoot, page, f"{name}-phone")
        if found := hindrances(page):
            wrong[name] = found
        if (pixels := pixels_off_the_screen(page)) > 0:
            wrong[f"{name}, pixels off the screen"] = pixels
        page.close()
    assert wrong == {}


def test_wide_pages_in_the_dark_are_for_everybody_to_read(visit: Visits, night: Night) -> None:
    page = visit(night.admin, WIDE, bypass_csp=True)
    page.emulate_media(color_scheme="dark")
    for name in ("people", "me-refused", "security"):
        FOR_ADMINS[name](page, night)
        assert hindrances(page) == [], name


def take_pictures(shoot: Shoot, page: Page, name: str) -> None:
    """One in the dark, one in the light, in which the page is left."""
    for scheme, name_of_picture in (("dark", f"{name}-dark"), ("light", name)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        shoot(page, name_of_picture)


def hindrances(page: Page) -> list[str]:
    """What axe finds against the rules of WCAG 2.0 to 2.2, A and AA."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [f"{each['help']}: {[node['html'] for node in each['nodes']]}" for each in found.response["violations"]]


def pixels_off_the_screen(page: Page) -> int:
    """How many lie beyond the right edge."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
