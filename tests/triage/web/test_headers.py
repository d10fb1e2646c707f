"""What a page may load, and what it may not give away."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user

WEB = Path(settings.BASE_DIR) / "triage" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
PAGES = [reverse("account_login"), "/nothing/here/", reverse("welcome", args=["made-up"])]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_from_this_host_alone(client: Client, page: str) -> None:
    policy = client.get(page).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.django_db
def test_a_page_cannot_be_framed_and_tells_others_nothing(client: Client) -> None:
    headers = client.get(reverse("account_login")).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_pages_with_secrets_are_kept_by_nobody(client: Client) -> None:
    assert "no-store" in client.get(reverse("welcome", args=["made-up"])).headers["Cache-Control"]
    assert "no-store" in client.get(reverse("account_login")).headers["Cache-Control"]


@pytest.mark.django_db
def test_cookies_are_out_of_reach_for_scripts_and_other_sites(client: Client) -> None:
    make_user("ann")
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD})
    cookies = client.cookies.values()
    assert client.cookies.keys() >= {"sessionid", "csrftoken"}
    assert all(cookie["samesite"] == "Lax" for cookie in cookies)
    assert all(cookie["httponly"] for cookie in cookies)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=", text), "a style attribute"
    assert not re.search(r"\son\w+\s*=", text), "a script in an attribute"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "a script in the page"
    assert "<style" not in text
    assert not re.search(r"(?:src|href)=\"https?:", text), "something from another host"
    assert "|safe" not in text


def test_the_style_sheet_loads_nothing() -> None:
    text = (WEB / "static" / "whose" / "whose.css").read_text()
    assert "@import" not in text
    assert "url(http" not in text
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#hatch", "#hatch-bad"}
