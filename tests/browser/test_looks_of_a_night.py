"""The pages of a night with incidents, wide and on a phone, light and dark: one night for all, which saves time."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from ownership.models import User
from ownership.roles import Role
from tests.browser.conftest import PHONE, WIDE, Look, Shoot, Visits
from tests.browser.incidents import Open, fill_incidents, fill_map, fill_refusals
from tests.browser.night import Night, fill
from tests.browser.test_looks import hindrances, pixels_off_the_screen, take_pictures
from triage.accounts import tokens
from triage.models import Heartbeat, Incident
from triage.notify import outbox

pytestmark = pytest.mark.browser

Addresses = dict[str, Callable[[], str]]


def fill_all() -> tuple[Night, Open]:
    now = timezone.now()
    night = fill()
    sender = fill_map(night.platform, night.checkout, night.people, now=now)
    opened = fill_incidents(night.platform, night.checkout, night.people, sender, now=now)
    fill_refusals(sender, now=now)
    tokens.create("chat-bot", Role.OPERATOR, night.admin, now=now, expires_at=now + timedelta(days=30))
    spent, _ = tokens.create("old-script", Role.VIEWER, night.admin, now=now, team=night.platform)
    tokens.revoke(spent, night.admin, now=now)
    return night, opened


def addresses(night: Night, opened: Open) -> dict[str, str]:
    """Every page of the night, by the name of its picture."""
    incidents = {
        "incident": opened.cluster,
        "incident-application": opened.application,
        "incident-uncertain": opened.uncertain,
        "incident-over": opened.over,
    }
    return {
        "now-open": reverse("now"),
        **{name: reverse("incident", args=[one.pk]) for name, one in incidents.items()},
        "resolve": reverse("resolve", args=[opened.cluster.pk]),
        "incidents": reverse("incidents"),
        "incidents-none": reverse("incidents") + "?state=past&verdict=cluster",
        "oncall": reverse("oncall"),
        "map": reverse("map"),
        "map-nothing": reverse("map") + "?q=nothing-has-this-name",
        "team": reverse("team", args=["platform"]),
        "integrations": reverse("integrations"),
        "integration": reverse("integration", args=[opened.integration.pk]),
        "integration-make": reverse("make_integration"),
        "integration-rotate": reverse("rotate_token", args=[opened.integration.pk]),
        "strangers": reverse("strangers"),
        "tokens": reverse("tokens"),
        "token-make": reverse("make_token"),
    }


def links(opened: Open) -> dict[str, str]:
    """What somebody sees who is not signed in and holds a link."""
    link = urlsplit(outbox.acknowledge_link(opened.page)).path
    of_the_team = urlsplit(outbox.acknowledge_link(opened.cluster.pages.get(user=None))).path
    return {"link": link, "link-team": of_the_team, "link-void": reverse("acknowledge_by_link", args=["made-up"])}


@pytest.mark.parametrize(("look", "kind"), [(WIDE, "wide"), (PHONE, "phone")])
def test_every_page_of_a_night_fits_and_is_for_everybody_to_read(
    visit: Visits, shoot: Shoot, transactional_db: None, look: Look, kind: str
) -> None:
    night, opened = fill_all()
    wrong: dict[str, object] = {}

    def see(name: str, page: Page) -> None:
        open_details(page)
        take_pictures(shoot, page, f"{name}-{kind}")
        if pixels_off_the_screen(page) > 0:
            wrong[f"{name}: pixels off the screen"] = pixels_off_the_screen(page)
        # Narrow in the light, wide in the dark: each part of a page is seen in both, and each page looked at once.
        page.emulate_media(color_scheme="light" if look.is_phone else "dark")
        if found := hindrances(page):
            wrong[name] = found
        page.emulate_media(color_scheme="light")

    # axe is put into the page as a script, which the policy forbids for good reason.
    mine = visit(night.admin, look, bypass_csp=True)
    for name, address in addresses(night, opened).items():
        mine.goto(address)
        see(name, mine)
    mine.goto(reverse("rotate_token", args=[opened.integration.pk]))
    mine.get_by_role("button", name="Make a new token").click()
    mine.get_by_role("heading", name="has a new token").wait_for()
    see("integration-connected", mine)
    mine.goto(reverse("make_token"))
    mine.get_by_label("Name", exact=True).fill("night-agent")
    mine.get_by_role("button", name="Make the token").click()
    mine.get_by_role("heading", name="has a token").wait_for()
    see("token-made", mine)

    viewer = visit(stranger_to_all_teams(), look, bypass_csp=True)
    viewer.goto(reverse("incident", args=[opened.cluster.pk]))
    see("incident-viewer", viewer)
    viewer.close()  # it asks again every few seconds, also for what is deleted below

    nobody = visit(None, look, bypass_csp=True)
    for name, address in links(opened).items():
        nobody.goto(address)
        see(name, nobody)
    nobody.goto(links(opened)["link"])
    nobody.get_by_role("button", name="Acknowledge").click()
    nobody.get_by_text("You have it").wait_for()
    see("link-taken", nobody)

    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(minutes=4))
    Incident.objects.all().delete()
    mine.goto(reverse("now"))
    see("now-blind", mine)
    clear_the_view()
    mine.goto(reverse("now"))
    mine.get_by_role("heading", name="All clear").wait_for()
    see("now-clear", mine)
    empty_the_map()
    mine.goto(reverse("map"))
    see("map-empty", mine)
    assert wrong == {}


def test_every_page_of_a_night_keeps_to_its_policy(visit: Visits, shoot: Shoot, transactional_db: None) -> None:
    """The browser complains where a page runs what the policy forbids; hostile labels are among what is shown."""
    night, opened = fill_all()
    page = visit(night.admin, WIDE)
    for address in addresses(night, opened).values():
        page.goto(address)
        open_details(page)
        assert "taken over" not in page.title()
    page.goto(reverse("incident", args=[opened.cluster.pk]))
    shoot(page, "readme-incident")


def stranger_to_all_teams() -> User:
    from tests.factories import make_user

    return make_user("cy")


def open_details(page: Page) -> None:
    """What is folded must fit as well: the first of each kind is opened."""
    page.evaluate("() => document.querySelectorAll('details').forEach((one, place) => { one.open = place < 2 })")


def clear_the_view() -> None:
    from alerts.models import Refusal, RefusalCount

    Heartbeat.objects.update(beaten_at=timezone.now() + timedelta(minutes=1))
    Refusal.objects.all().delete()
    RefusalCount.objects.all().delete()


def empty_the_map() -> None:
    from ownership.models import Cluster, Component, Namespace
    from ownership.version import changing_map

    with changing_map():
        Namespace.objects.all().delete()
        Component.objects.all().delete()
        Cluster.objects.all().delete()
