"""The page about the API in a real browser, which complains about whatever our policy forbids."""

import pytest
from django.urls import reverse

from ownership.roles import Role
from tests.browser.conftest import Shoot, Visits
from tests.factories import make_incident, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_person_tries_the_api_on_its_page(visit: Visits, shoot: Shoot) -> None:
    incident = make_incident()
    page = visit(make_user("bo", name="Bo", role=Role.OPERATOR))
    page.goto(reverse("api_docs"))
    page.get_by_role("heading", name="Whose 0").wait_for()
    shoot(page, "api-docs")

    page.locator("#operations-incidents-acknowledge").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("id").fill(str(incident.pk))
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text('"changed": true').wait_for()
    incident.refresh_from_db()
    assert str(incident.acknowledged_by) == "Bo"
