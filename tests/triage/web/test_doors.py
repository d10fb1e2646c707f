"""Which doors are open to strangers: those in this short list, and no other."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from tests.factories import make_admin

pytestmark = pytest.mark.django_db

OPEN = {
    "account_login": "to come in",
    "account_logout": "whoever is out already is led to the sign-in page",
    "account_inactive": "says why somebody cannot come in",
    "account_reset_password": "who forgot the password is not signed in",
    "account_reset_password_done": "the same",
    "account_reset_password_from_key": "the link in the mail is the key",
    "account_reset_password_from_key_done": "the same",
    "welcome": "the invitation is the key",
    "acknowledge_by_link": "the link in the page is the key",
    "favicon": "browsers ask for it on the sign-in page",
    "healthz": "asked by machines that have no account",
    "readyz": "the same",
    "metrics": "the same; its own check decides who may read",
    "hook": "senders have no account; their token decides",
    "hook_with_token": "the same, for senders that cannot set headers",
}
# Something for each kind of argument in an address; that nothing has this key does not matter to strangers.
ARGUMENTS = {
    "pk": 1,
    "token": "made-up",
    "uidb36": "1",
    "key": "made-up",
    "path": "made-up",
    "slug": "made-up",
    "section": "namespaces",
}


def routes(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every pattern of the service, also the nested ones."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern)
        else:
            yield pattern


def address(route: URLPattern) -> str:
    assert route.name, f"{route.pattern} has no name, so this test cannot tell what it is"
    names = route.pattern.regex.groupindex
    return reverse(route.name, kwargs={name: ARGUMENTS[name] for name in names})


ROUTES = {route.name: route for route in routes() if route.name}
CLOSED = sorted(ROUTES.keys() - OPEN.keys())


def test_every_address_has_a_name() -> None:
    assert [str(route.pattern) for route in routes() if not route.name] == []


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
def test_a_door_that_is_not_in_the_list_is_closed_to_strangers(client: Client, method: str, name: str) -> None:
    response = client.generic(method.upper(), address(ROUTES[name]))
    is_sent_to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/sign-in/")
    assert is_sent_to_sign_in or response.status_code in {401, 403}, response.status_code


@pytest.mark.parametrize("name", sorted(OPEN.keys() & ROUTES.keys()))
def test_a_door_in_the_list_is_open(client: Client, name: str) -> None:
    response = client.get(address(ROUTES[name]))
    assert not response.headers.get("Location", "").startswith("/sign-in/?next=")


class _Api(APIView):
    """A view of the REST interface that says nothing about who may use it."""

    def get(self, _request: Request) -> Response:
        return Response({})


def test_a_view_of_the_rest_interface_is_closed_unless_it_says_otherwise() -> None:
    response = _Api.as_view()(APIRequestFactory().get("/"))
    assert response.status_code == 401


def test_what_is_not_there_looks_to_strangers_like_any_other_page_that_is_not_there(client: Client) -> None:
    assert client.get("/nothing/here/").status_code == 404


@pytest.mark.parametrize("name", CLOSED)
def test_no_page_of_ours_breaks_for_an_admin_who_knocks_in_any_way(client: Client, name: str) -> None:
    client.force_login(make_admin())
    for method in ("GET", "POST", "PUT"):
        assert client.generic(method, address(ROUTES[name])).status_code < 500
