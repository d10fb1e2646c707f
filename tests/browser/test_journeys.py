"""What people do in a browser, from the first click to the last."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, Look, Visits
from tests.factories import PASSWORD, make_admin, make_user

pytestmark = pytest.mark.browser


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def test_who_mistypes_the_password_arrives_where_they_wanted_to_at_the_second_attempt(visit: Visits) -> None:
    make_user("ann")
    page = visit()
    page.goto(reverse("teams"))
    sign_in(page, "ann", "mistyped")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(page, "ann")
    expect(page).to_have_title("Teams · Whose")


def test_an_invited_person_comes_in_by_the_link_and_leaves_when_deactivated(visit: Visits) -> None:
    admin = visit(make_admin("ada"))
    admin.goto(reverse("invite"))
    admin.get_by_label("Sign-in name").fill("ann")
    admin.get_by_label("E-mail").fill("ann@example.org")
    admin.get_by_role("button", name="Invite").click()
    link = admin.get_by_label("Link for ann").input_value()

    ann = visit()
    ann.goto(link[link.index("/welcome/") :])
    ann.get_by_label("Password", exact=True).fill(PASSWORD)
    ann.get_by_label("Password, again").fill(PASSWORD)
    ann.get_by_role("button", name="Set the password and sign in").click()
    expect(ann.get_by_role("heading", name="Nothing can reach Whose yet")).to_be_visible()

    admin.goto(reverse("people"))
    admin.get_by_role("link", name="ann").click()
    admin.get_by_role("link", name="Deactivate…").click()
    admin.get_by_role("button", name="Deactivate").click()
    expect(admin.get_by_role("status")).to_contain_text("ann is deactivated. Sessions ended: 1.")

    ann.reload()
    expect(ann).to_have_title("Sign in · Whose")


def test_the_link_of_an_invitation_is_copied_by_one_click(visit: Visits) -> None:
    page = visit(make_admin(), permissions=["clipboard-read", "clipboard-write"])
    page.goto(reverse("person", args=[make_user("ann", can_sign_in=False).pk]))
    page.get_by_role("button", name="Make a new link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_label("Link for ann").input_value()


def test_the_chosen_looks_hold_on_every_page_and_against_the_system(visit: Visits) -> None:
    page = visit(make_user(), WIDE)
    page.goto(reverse("teams"))
    light = ground(page)
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_title("Teams · Whose")
    dark = ground(page)
    assert dark != light
    page.goto(reverse("now"))
    assert ground(page) == dark


def ground(page: Page) -> str:
    """The colour behind everything."""
    return str(page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))


def test_the_time_zone_of_the_browser_is_offered(visit: Visits) -> None:
    page = visit(make_user(), timezone_id="Europe/Lisbon")
    page.goto(reverse("me"))
    page.get_by_role("button", name="Europe/Lisbon").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_text("Times in Europe/Lisbon")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(visit: Visits) -> None:
    page = visit(make_user())
    page.goto(reverse("now"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize(("look", "shown", "hidden"), [(WIDE, "Main", "Main, phone"), (PHONE, "Main, phone", "Main")])
def test_the_navigation_is_where_the_hand_is(visit: Visits, look: Look, shown: str, hidden: str) -> None:
    page = visit(make_user(), look)
    page.goto(reverse("now"))
    expect(page.get_by_role("navigation", name=shown, exact=True)).to_be_visible()
    expect(page.get_by_role("navigation", name=hidden, exact=True)).to_be_hidden()
    expect(page.get_by_role("navigation").get_by_role("link", name="Now")).to_have_attribute("aria-current", "page")


def test_what_a_thumb_presses_is_large_enough(visit: Visits) -> None:
    page = visit(make_admin(), PHONE)
    page.goto(reverse("people"))
    heights = page.locator(".tabs a, .subnav a, .btn, input").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert [height for height in heights if 0 < height < 44] == []


def test_everything_works_without_script(visit: Visits) -> None:
    make_user("ann")
    page = visit(java_script_enabled=False)
    page.goto(reverse("me"))
    sign_in(page, "ann")
    page.get_by_label("Full name").fill("Ann Platform")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Ann Platform")).to_be_visible()
