"""Any name in, a person out; and the map corrected where it is not true."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from ownership.models import Namespace
from ownership.version import changing_map
from tests.browser.company import Company, fill_company
from tests.browser.conftest import PHONE, WIDE, Look, Visits

pytestmark = pytest.mark.browser


@pytest.fixture
def company(transactional_db: None) -> Company:
    return fill_company()


@pytest.mark.parametrize("look", [WIDE, PHONE])
def test_the_answer_stands_there_while_one_types(visit: Visits, company: Company, look: Look) -> None:
    page = visit(company.viewer, look)
    page.goto(reverse("whose"))
    field = page.get_by_role("searchbox", name="Whose is")
    expect(field).to_be_focused()
    page.keyboard.type("payments-led", delay=20)
    expect(page.get_by_role("heading", name="payments-ledger belongs to")).to_be_visible()
    expect(page.locator("#answer-card")).to_contain_text("Ask")
    expect(page).to_have_url(f"{visit.server}{reverse('whose')}?q=payments-led")
    expect(field).to_be_focused()


def test_only_what_one_meant_is_asked_for(visit: Visits, company: Company) -> None:
    """After a rest of 120 ms, and the older request is dropped."""
    page = visit(company.viewer)
    page.goto(reverse("whose"))
    asked: list[str] = []

    def hear(request: Request) -> None:
        if "hx-request" in request.headers:
            asked.append(request.url)

    page.on("request", hear)
    page.get_by_role("searchbox", name="Whose is").press_sequentially("search-api", delay=15)
    expect(page.get_by_role("heading", name="search-api belongs to")).to_be_visible()
    assert len(asked) <= 3, asked
    assert asked[-1].endswith("?q=search-api")


@pytest.mark.parametrize("keys", ["/", "Control+k"])
def test_a_key_leads_to_the_field_from_every_page(visit: Visits, company: Company, keys: str) -> None:
    page = visit(company.viewer)
    page.goto(reverse("teams"))
    page.keyboard.press(keys)
    expect(page.get_by_role("searchbox", name="Whose is")).to_be_focused()
    page.keyboard.type("mail")
    page.keyboard.press("Enter")
    expect(page).to_have_title("mail · Whose is it? · Whose")


def test_a_slash_in_a_field_is_a_slash(visit: Visits, company: Company) -> None:
    page = visit(company.viewer)
    page.goto(reverse("whose"))
    page.keyboard.type("prod-eu-1/mail")
    expect(page.get_by_role("heading", name="mail belongs to")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Whose is")).to_have_value("prod-eu-1/mail")


def test_the_arrows_walk_through_the_answers(visit: Visits, company: Company) -> None:
    page = visit(company.viewer)
    page.goto(reverse("whose") + "?q=payments")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hits a").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="payments-ledger belongs to")).to_be_visible()


def test_it_works_without_script(visit: Visits, company: Company) -> None:
    page = visit(company.viewer, java_script_enabled=False)
    page.goto(reverse("whose"))
    page.get_by_role("searchbox", name="Whose is").fill("payments-api")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="payments-api belongs to")).to_be_visible()


def correct(page: Page, team: str) -> None:
    page.goto(reverse("whose") + "?q=prod-us-1/shop-legacy")
    page.get_by_role("link", name="Not true? Correct it…").click()
    page.get_by_label("Owned by").select_option(team)
    page.get_by_role("button", name="See what it changes…").click()


@pytest.mark.parametrize("script", [True, False])
def test_what_is_not_true_is_corrected(visit: Visits, company: Company, script: bool) -> None:
    page = visit(company.operator, java_script_enabled=script)
    correct(page, "search")
    expect(page.get_by_role("heading", name="Change namespace prod-us-1/shop-legacy?")).to_be_visible()
    expect(page.locator(".moved")).to_contain_text("search")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("status").first).to_contain_text("The namespace prod-us-1/shop-legacy is changed.")
    page.goto(reverse("whose") + "?q=prod-us-1/shop-legacy")
    expect(page.get_by_role("heading", name="shop-legacy belongs to")).to_contain_text("Search")
    expect(page.locator("#answer-card")).to_contain_text("by ann (page)")


def test_of_two_who_correct_the_second_is_told(visit: Visits, company: Company) -> None:
    page = visit(company.operator)
    correct(page, "search")
    with changing_map():
        Namespace.objects.filter(name="shop-legacy").update(level="image")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed it meanwhile.")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("status").first).to_contain_text("is changed")


def test_what_nobody_owns_is_given_to_a_team(visit: Visits, company: Company) -> None:
    page = visit(company.operator)
    page.goto(reverse("map"))
    page.get_by_role("link", name="nobody").first.click()
    page.get_by_role("link", name="Give it to a team…").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("shop-legacy")
    page.get_by_label("Owned by").select_option("checkout")
    page.get_by_role("button", name="See what it changes…").click()
    page.get_by_role("button", name="Make it").click()
    page.goto(reverse("map") + "?show=gaps")
    expect(page.locator(".omap td.nobody")).to_have_count(0)


def test_a_click_on_a_team_keeps_only_its_cells(visit: Visits, company: Company) -> None:
    page = visit(company.viewer)
    page.goto(reverse("map"))
    page.locator(".legend").get_by_role("link", name="payments").click()
    cells = page.locator(".omap td:not(.none)").all_inner_texts()
    assert cells
    assert {cell.strip() for cell in cells} == {"payments"}


def test_a_file_is_previewed_and_applied(visit: Visits, company: Company) -> None:
    page = visit(company.operator)
    page.goto(reverse("import_map"))
    page.get_by_label("Or its text").fill("namespaces:\n  - {cluster: edge-ap-1, name: web, team: media}\n")
    page.get_by_role("button", name="See what it changes…").click()
    expect(page.get_by_text("It would be 1 added, 0 changed, 0 removed.")).to_be_visible()
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_role("status").first).to_contain_text("The file is applied: 1 added")


def test_a_team_admin_finds_the_way_to_what_the_team_owns(visit: Visits, company: Company) -> None:
    page = visit(company.lead)
    page.goto(reverse("team", args=["payments"]))
    page.get_by_role("link", name="Edit team…").click()
    page.get_by_label("Where people find the team").fill("chat #pay")
    page.get_by_role("button", name="See what it changes…").click()
    page.get_by_role("button", name="Save the change").click()
    page.goto(reverse("team", args=["payments"]))
    expect(page.get_by_text("#pay", exact=True)).to_be_visible()
