"""Wrong turns: each page says what happened and what to do, and none gives a secret away."""

import logging

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path, reverse
from pytest_django import DjangoAssertNumQueries, Settings

from ownership.models import User
from tests.factories import PASSWORD, make_user
from triage.config import urls
from triage.web import errors

pytestmark = pytest.mark.django_db


def _breaks(request: HttpRequest) -> HttpResponse:
    password = "hunter2-in-a-local-variable"
    raise RuntimeError(f"database password is {password}")


def _finds_no_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to server at 192.0.2.7 failed: password hunter2")


urlpatterns = [*urls.urlpatterns, path("breaks/", _breaks), path("finds-no-database/", _finds_no_database)]
handler500 = urls.handler500


@pytest.fixture
def broken(settings: Settings, caplog: pytest.LogCaptureFixture) -> Client:
    """A signed-in browser on a service with one page that breaks."""
    settings.ROOT_URLCONF = __name__
    caplog.set_level(logging.CRITICAL)
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    return client


def test_a_broken_page_says_that_it_is_us_and_where_to_look(broken: Client) -> None:
    response = broken.get("/breaks/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "Whose itself failed here" in page
    assert "This says nothing about your clusters." in page
    assert "/readyz" in page


def test_a_broken_page_shows_no_cause_no_setting_and_no_secret(broken: Client) -> None:
    page = broken.post("/breaks/", {"password": PASSWORD}).content.decode()
    for secret in ("hunter2", "RuntimeError", "Traceback", "SECRET_KEY", PASSWORD, "postgresql"):
        assert secret not in page


def test_a_database_that_is_away_is_said_and_senders_may_come_again(broken: Client) -> None:
    response = broken.get("/finds-no-database/")
    page = response.content.decode()
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "The database does not answer" in page
    assert "hunter2" not in page


def test_a_broken_page_is_made_without_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        assert errors.broken(request).status_code == 500


def test_an_unknown_address_is_named_and_leads_back(client: Client) -> None:
    client.force_login(make_user())
    response = client.get("/nothing/<script>/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "/nothing/&lt;script&gt;/" in page
    assert f'href="{reverse("now")}"' in page


def test_a_very_long_address_does_not_fill_the_page(client: Client) -> None:
    assert "x" * 300 not in client.get(f"/{'x' * 2000}/").content.decode()


def test_a_request_for_another_host_name_says_which_setting_names_it(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "WHOSE_HOSTS" in page
    assert "evil.example" not in page


def sent_by_a_stranger(user: User, **headers: str) -> tuple[int, str]:
    """A form that another site has sent with this person's session."""
    client = Client(enforce_csrf_checks=True, headers=headers)
    client.force_login(user)
    response = client.post(reverse("me"), {"name": "Mallory"})
    return response.status_code, response.content.decode()


def test_a_form_from_elsewhere_changes_nothing_and_says_so() -> None:
    user = make_user()
    status, page = sent_by_a_stranger(user)
    assert status == 403
    assert "The form was not sent" in page
    user.refresh_from_db()
    assert user.name == ""


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/me/", "/me/"),
        ("https://evil.example/lure", "/lure"),
        ("https://evil.example//evil.example", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_from_a_refused_form_stays_on_this_host(referer: str, back: str) -> None:
    _, page = sent_by_a_stranger(make_user(), referer=referer)
    assert f'<a class="btn main" href="{back}">' in page
