"""The lists of people and teams."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_admin, make_member, make_team, make_user

pytestmark = pytest.mark.django_db


def shown(client: Client, page: str, **query: str) -> str:
    client.force_login(make_admin("reader"))
    return client.get(reverse(page), query).content.decode()


@pytest.mark.parametrize("wanted", ["ann", "LOVELACE", "ann@"])
def test_people_are_found_by_any_part_of_name_or_address(client: Client, wanted: str) -> None:
    make_user("ann", name="Ann Lovelace")
    make_user("bob")
    page = shown(client, "people", q=wanted)
    assert "ann@example.org" in page
    assert "bob@example.org" not in page


def test_no_hit_says_what_to_try(client: Client) -> None:
    assert "Part of a name" in shown(client, "people", q="nobody at all")


@pytest.mark.parametrize("query", [{"page": "99"}, {"page": "x"}, {"q": "a\0"}, {"q": "%"}])
def test_a_nonsense_address_shows_a_page_nevertheless(client: Client, query: dict[str, str]) -> None:
    client.force_login(make_admin())
    assert client.get(reverse("people"), query).status_code == 200


def test_a_hundred_people_fit_on_a_page_and_the_rest_on_the_next(client: Client) -> None:
    for _ in range(105):
        make_user(can_sign_in=False)
    assert "Page 1 of 2" in shown(client, "people")


def test_each_person_has_a_state(client: Client) -> None:
    make_user(is_active=False)
    make_user(can_sign_in=False)
    page = shown(client, "people")
    assert "deactivated" in page
    assert "invitation expired" in page


def test_a_team_of_nobody_shouts(client: Client) -> None:
    make_team()
    assert "nobody: what it owns would reach no one" in shown(client, "teams")


def test_a_team_whose_people_are_all_deactivated_is_a_team_of_nobody(client: Client) -> None:
    make_member(user=make_user(is_active=False))
    assert "nobody: what it owns would reach no one" in shown(client, "teams")


def test_without_teams_the_page_says_where_they_come_from(client: Client) -> None:
    assert "No team yet" in shown(client, "teams")


def test_names_are_shown_escaped(client: Client) -> None:
    make_team(name="<b>bold</b>")
    assert "<b>bold</b>" not in shown(client, "teams")
