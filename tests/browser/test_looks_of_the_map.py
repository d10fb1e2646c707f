"""The pages of who owns what, wide and on a phone, light and dark: readable for everybody, nothing off the screen."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.company import Company, fill_company
from tests.browser.conftest import PHONE, WIDE, Look, Shoot, Visits
from tests.browser.test_looks import hindrances, pixels_off_the_screen, take_pictures

pytestmark = pytest.mark.browser


def addresses(company: Company) -> dict[str, str]:
    """Every page about the map, by the name of its picture."""
    whose = reverse("whose")
    return {
        "whose": f"{whose}?q=payments",
        "whose-empty": whose,
        "whose-workload": f"{whose}?cluster=prod-eu-1&namespace=payments-worker&kind=Deployment&name=export-day",
        "whose-networkpolicy": f"{whose}?cluster=prod-eu-1&namespace=payments-api&kind=NetworkPolicy&name=deny",
        "whose-gap": f"{whose}?cluster=prod-eu-1&namespace=shop-legacy&kind=Namespace&name=shop-legacy",
        "whose-nothing": f"{whose}?q=nothing-has-this-name",
        "whose-conflict": f"{whose}?cluster=prod-us-1&namespace=data-api&kind=Namespace&name=data-api",
        "whose-labels": f"{whose}?q=namespace=search-api, pod=cart-5d8f7c9b6-x2x4z",
        "whose-person": f"{whose}?q=lea&person=lea",
        "team-of-the-map": reverse("team", args=["payments"]),
    }


@pytest.mark.parametrize(("look", "kind"), [(WIDE, "wide"), (PHONE, "phone")])
def test_every_page_of_the_map_fits_and_is_for_everybody_to_read(
    visit: Visits, shoot: Shoot, transactional_db: None, look: Look, kind: str
) -> None:
    company = fill_company()
    wrong: dict[str, object] = {}
    for name, address in addresses(company).items():
        page = visit(company.operator, look, bypass_csp=True)
        response = page.goto(address)
        assert response
        if response.status != 200:
            wrong[name] = response.status
        take_pictures(shoot, page, f"{name}-{kind}")
        wrong |= look_at(page, name)
        page.close()
    assert wrong == {}


def look_at(page: Page, name: str) -> dict[str, object]:
    """What axe finds, and what lies off the screen."""
    found: dict[str, object] = {}
    if hindered := hindrances(page):
        found[name] = hindered
    if (pixels := pixels_off_the_screen(page)) > 0:
        found[f"{name}, pixels off the screen"] = pixels
    return found
