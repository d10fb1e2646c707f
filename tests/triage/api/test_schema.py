"""The API describes itself: to programs by OpenAPI, to people by a page under our own policy."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.factories import make_user
from tests.triage.api.makers import bot

pytestmark = pytest.mark.django_db

SECTIONS = ("clusters", "components", "namespaces", "responsibilities", "rules", "teams")
SCHEMA = "/api/v1/schema/"
DOCS = "/api/v1/docs/"


def schema() -> Any:
    return bot().get(SCHEMA, headers={"Accept": "application/json"}).json()


def test_it_is_valid_openapi_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_address_is_described_with_its_refusals() -> None:
    told = schema()
    assert told["openapi"].startswith("3.1")
    assert set(told["paths"]) == {
        "/api/v1/incidents/",
        "/api/v1/incidents/{id}/",
        "/api/v1/incidents/{id}/acknowledge/",
        "/api/v1/incidents/{id}/resolve/",
        "/api/v1/incidents/{id}/comment/",
        "/api/v1/alerts/",
        "/api/v1/whose",
        "/api/v1/oncall/now",
        *(f"/api/v1/{section}/" for section in SECTIONS),
        *(f"/api/v1/{section}/{{id}}/" for section in SECTIONS),
        "/api/v1/ownership/apply",
        "/api/v1/ownership/audit",
        "/api/v1/ownership/export",
    }
    operations = [operation for path in told["paths"].values() for operation in path.values()]
    assert all({"401", "400"} <= operation["responses"].keys() for operation in operations)
    assert all(operation["description"] for operation in operations)


def test_it_says_how_a_token_is_shown() -> None:
    scheme = schema()["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_a_person_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Client) -> None:
    assert client.get(DOCS).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("part", [DOCS, f"{DOCS}?script="])
def test_the_page_keeps_our_policy_and_holds_no_script_or_style_of_its_own(client: Client, part: str) -> None:
    client.force_login(make_user())
    response = client.get(part)
    assert response.status_code == 200
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    text = response.content.decode()
    assert "<style" not in text
    assert "<script>" not in text
    assert "http://" not in text
    assert "https://" not in text
