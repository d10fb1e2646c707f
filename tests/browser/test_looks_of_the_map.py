"""The pages of who owns what, wide and on a phone, light and dark: readable for everybody, nothing off the screen."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from ownership.models import Cluster, Component, Namespace, OwnershipRule, ResponsibilityRule, Team
from tests.browser.company import Company, fill_company
from tests.browser.conftest import PHONE, WIDE, Look, Shoot, Visits
from tests.browser.test_looks import hindrances, pixels_off_the_screen, take_pictures

pytestmark = pytest.mark.browser


Opens = Callable[[Page], None]


def pages(company: Company) -> dict[str, Opens]:
    """Every page about the map, by the name of its picture."""
    whose = reverse("whose")
    namespace = Namespace.objects.get(name="payments-api", cluster__slug="prod-eu-1")
    rule = OwnershipRule.objects.get(matcher__has_key="workload")
    label = OwnershipRule.objects.get(source="label")
    edit = {
        "clusters": Cluster.objects.get(slug="prod-eu-1").pk,
        "components": Component.objects.get(kind="NodePool").pk,
        "namespaces": namespace.pk,
        "responsibilities": ResponsibilityRule.objects.get(cluster=None).pk,
        "rules": rule.pk,
        "teams": Team.objects.get(slug="payments").pk,
    }
    about = "cluster=prod-eu-1&namespace=payments-worker&kind=Deployment&name=export-day"
    return {
        "whose": at(f"{whose}?q=payments"),
        "whose-empty": at(whose),
        "whose-namespace": at(f"{whose}?q=payments-led"),
        "whose-workload": at(f"{whose}?{about}"),
        "whose-networkpolicy": at(f"{whose}?cluster=prod-eu-1&namespace=payments-api&kind=NetworkPolicy&name=deny"),
        "whose-gap": at(f"{whose}?cluster=prod-eu-1&namespace=shop-legacy&kind=Namespace&name=shop-legacy"),
        "whose-nothing": at(f"{whose}?q=nothing-has-this-name"),
        "whose-conflict": at(f"{whose}?cluster=prod-us-1&namespace=data-api&kind=Namespace&name=data-api"),
        "whose-labels": at(f"{whose}?q=namespace=search-api, pod=cart-5d8f7c9b6-x2x4z"),
        "whose-person": at(f"{whose}?q=lea&person=lea"),
        "team-of-the-map": at(reverse("team", args=["payments"])),
        "picture": at(reverse("map")),
        "picture-team": at(f"{reverse('map')}?team=payments"),
        "picture-gaps": at(f"{reverse('map')}?show=gaps"),
        "rules": at(reverse("rules")),
        "responsibilities": at(reverse("responsibilities")),
        "responsibilities-here": at(f"{reverse('responsibilities')}?cluster=prod-eu-1&namespace=payments-api"),
        "import": at(reverse("import_map")),
        "put-right": at(reverse("put_right")),
        "import-mistakes": imported("namespaces:\n  - {name: shop, team: nobody}\n  - {nam: x}\nteam: []\n"),
        "import-preview": imported("namespaces:\n  - {name: mail, team: growth}\n  - {name: x, team: data}\n"),
        "form-mistake": wrong_rule,
        "change-namespace": changed(reverse("edit_row", args=["namespaces", namespace.pk])),
        "remove-namespace": at(reverse("remove_row", args=["namespaces", namespace.pk])),
        "remove-team": at(reverse("remove_row", args=["teams", edit["teams"]])),
        "remove-cluster": at(reverse("remove_row", args=["clusters", edit["clusters"]])),
        "refuse-label": at(reverse("remove_row", args=["rules", label.pk])),
        **{f"form-{section}": at(reverse("edit_row", args=[section, pk])) for section, pk in edit.items()},
    }


def at(address: str) -> Opens:
    def opens(page: Page) -> None:
        response = page.goto(address)
        assert response
        assert response.status == 200, f"{response.status} of {address}"

    return opens


def imported(text: str) -> Opens:
    def opens(page: Page) -> None:
        page.goto(reverse("import_map"))
        page.get_by_label("Or its text").fill(text)
        page.get_by_role("button", name="See what it changes").click()

    return opens


def changed(address: str) -> Opens:
    def opens(page: Page) -> None:
        page.goto(address)
        page.get_by_label("Owned by").select_option("checkout")
        page.get_by_text("full: the guarded kinds").click()
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_role("heading", name="What else changes").wait_for()

    return opens


def wrong_rule(page: Page) -> None:
    page.goto(reverse("make_row", args=["rules"]))
    page.get_by_label("Whatever matches").select_option("search")
    page.get_by_label("Condition 1", exact=True).select_option("image")
    page.get_by_label("Texts of condition 1").fill("~registry/(")
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_text("is no pattern of RE2").wait_for()


@pytest.mark.parametrize(("look", "kind"), [(WIDE, "wide"), (PHONE, "phone")])
def test_every_page_of_the_map_fits_and_is_for_everybody_to_read(
    visit: Visits, shoot: Shoot, transactional_db: None, look: Look, kind: str
) -> None:
    company = fill_company()
    wrong: dict[str, object] = {}
    for name, opens in pages(company).items():
        page = visit(company.operator, look, bypass_csp=True)
        opens(page)
        take_pictures(shoot, page, f"{name}-{kind}")
        wrong |= look_at(page, name)
        page.close()
    assert wrong == {}


def test_wide_pages_of_the_map_in_the_dark_are_for_everybody_to_read(visit: Visits, transactional_db: None) -> None:
    company = fill_company()
    page = visit(company.operator, WIDE, bypass_csp=True)
    page.emulate_media(color_scheme="dark")
    for name in ("whose-conflict", "picture", "responsibilities-here", "change-namespace", "import-mistakes"):
        pages(company)[name](page)
        assert hindrances(page) == [], name


def test_the_pages_keep_to_their_policy(visit: Visits, transactional_db: None) -> None:
    """Without the bypass that axe needs: the browser would complain."""
    company = fill_company()
    for name in ("whose", "picture", "rules", "import-preview", "change-namespace", "team-of-the-map"):
        pages(company)[name](visit(company.operator, WIDE))


def look_at(page: Page, name: str) -> dict[str, object]:
    """What axe finds, and what lies off the screen."""
    found: dict[str, object] = {}
    if hindered := hindrances(page):
        found[name] = hindered
    if (pixels := pixels_off_the_screen(page)) > 0:
        found[f"{name}, pixels off the screen"] = pixels
    return found
