"""A night in the browser: from the sign-in to the acknowledgement, and pages that stay true while they are open."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from ownership.models import Team, User
from tests.browser.conftest import PHONE, Visits
from tests.browser.test_journeys import sign_in
from tests.factories import make_admin, make_incident, make_member, make_rotation, make_team, make_user
from triage import incidents
from triage.models import Incident

pytestmark = pytest.mark.browser
SOON = 9_000  # milliseconds: two polls and a slow machine


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_user("ada")


@pytest.fixture
def shop(ada: User) -> Team:
    team = make_team("shop")
    make_member(team, ada)
    make_rotation(team, [ada])
    return team


def crash(team: Team, name: str = "cart") -> Incident:
    return make_incident(
        name=name, owner=team, sentence=f"It is the application: {name} crashes.", opened_at=timezone.now()
    )


def test_from_sign_in_to_acknowledged_on_a_phone(visit: Visits, shop: Team, ada: User) -> None:
    incident = crash(shop)
    page = visit(None, PHONE)
    page.goto(reverse("now"))
    sign_in(page, "ada")
    expect(page).to_have_title("(1) Now · Whose")
    page.get_by_role("link", name="cart crashes.").click()
    expect(page.get_by_role("heading", name="It is the application : cart crashes.")).to_be_visible()
    page.get_by_role("navigation", name="Answer").get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status").first).to_contain_text("You have #")
    expect(page.get_by_role("navigation", name="Answer")).to_contain_text("has it since")
    page.get_by_role("navigation", name="Answer").get_by_role("link", name="Resolve…").click()
    page.get_by_label("Why is it over?").fill("the image is back")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("heading", name="It was the application : cart crashes.")).to_be_visible()
    incident.refresh_from_db()
    assert incident.acknowledged_by == incident.resolved_by == ada
    assert incident.ended_why == "ada resolved it: the image is back"


def test_a_new_incident_appears_and_an_answered_one_changes_without_a_reload(
    visit: Visits, shop: Team, ada: User
) -> None:
    first = crash(shop, "cart")
    page = visit(ada)
    page.goto(reverse("now"))
    page.evaluate("() => { window.notReloaded = true }")
    expect(page.locator("#live")).to_be_visible()
    crash(shop, "pay")
    incidents.acknowledge(first, by=make_user("bo"), now=timezone.now())
    expect(page.get_by_role("link", name="pay crashes.")).to_be_visible(timeout=SOON)
    expect(page.locator(f"#incident-{first.pk}")).to_contain_text("bo")
    expect(page.locator(f"#incident-{first.pk}").get_by_role("button")).to_have_count(0)
    expect(page).to_have_title("(1) Now · Whose")
    assert page.evaluate("() => window.notReloaded")


def test_what_has_the_focus_is_neither_replaced_nor_moved(visit: Visits, shop: Team, ada: User) -> None:
    first = crash(shop, "cart")
    page = visit(ada)
    page.goto(reverse("now"))
    button = page.locator(f"#acknowledge-{first.pk}")
    button.focus()
    crash(shop, "pay")
    expect(page.get_by_role("link", name="pay crashes.")).to_be_visible(timeout=SOON)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"You have #{first.pk}")


def test_what_somebody_writes_is_not_lost_while_the_page_changes(visit: Visits, shop: Team, ada: User) -> None:
    incident = crash(shop)
    page = visit(ada)
    page.goto(reverse("incident", args=[incident.pk]))
    page.get_by_label("Comment", exact=True).fill("Restarted the")
    incidents.acknowledge(incident, by=make_user("bo"), now=timezone.now())
    expect(page.locator("#answer")).to_contain_text("Has it", timeout=SOON)
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Restarted the")
    page.get_by_label("Comment", exact=True).blur()
    expect(page.locator("#entries")).to_contain_text("bo has it.", timeout=SOON)
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Restarted the")


def test_a_page_that_cannot_ask_any_more_says_how_old_it_is(visit: Visits, shop: Team, ada: User) -> None:
    crash(shop)
    page = visit(ada)
    page.goto(reverse("now"))
    expect(page.locator("#live")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("Not refreshed for", timeout=SOON)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_be_hidden(timeout=SOON)
    visit.complaints.clear()  # the browser's own, about the line that was cut


def test_a_page_whose_reader_was_signed_out_says_so(visit: Visits, shop: Team, ada: User) -> None:
    page = visit(ada)
    page.goto(reverse("now"))
    expect(page.locator("#live")).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_role("alert")).to_contain_text("You are signed out", timeout=SOON)


def test_an_incident_is_answered_without_script(visit: Visits, shop: Team, ada: User) -> None:
    incident = crash(shop)
    page = visit(ada, java_script_enabled=False)
    page.goto(reverse("now"))
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status").first).to_contain_text(f"You have #{incident.pk}")


def test_whoever_connects_an_alertmanager_copies_its_lines(visit: Visits, transactional_db: None) -> None:
    page = visit(make_admin(), permissions=["clipboard-read", "clipboard-write"])
    page.goto(reverse("make_integration"))
    page.get_by_label("Name", exact=True).fill("Alertmanager of prod")
    page.get_by_label("Cluster", exact=True).fill("prod")
    page.get_by_role("button", name="Make the token").click()
    page.locator("[data-copy=by-header]").click()
    assert "credentials:" in page.evaluate("navigator.clipboard.readText()")
