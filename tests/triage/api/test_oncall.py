"""Who is on call now, through the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from ownership.models import ContactMethod, Team
from ownership.roles import Role
from tests.factories import make_member, make_rotation, make_team, make_user
from tests.triage.api.makers import bot, clicking

pytestmark = pytest.mark.django_db

NOW = "/api/v1/oncall/now"


def shop_with_bo() -> Team:
    team = make_team("shop")
    bo = make_user("bo", name="Bo")
    secret = "https://chat.example.org/secret-path"
    ContactMethod.objects.create(user=bo, kind="webhook", address=secret, verified_at=timezone.now())
    make_rotation(team, [bo])
    return team


def teams(client: APIClient, **query: str) -> Any:
    return client.get(NOW, query).json()["teams"]


def test_every_team_is_told_also_one_with_nobody() -> None:
    shop_with_bo()
    make_team("pay")
    pay, shop = teams(bot())
    assert (pay["team"]["slug"], pay["people"], pay["why"]) == ("pay", [], "nobody: the team has no rotation")
    assert [person["name"] for person in shop["people"]] == ["Bo"]
    assert shop["why"].startswith("week of")
    assert shop["since"] < bot(name="other").get(NOW).json()["at"] < shop["until"]


def test_one_team_can_be_asked_for() -> None:
    shop_with_bo()
    make_team("pay")
    assert [told["team"]["slug"] for told in teams(bot(), team="pay")] == ["pay"]


def member(team: Team) -> APIClient:
    return clicking(make_member(team).user)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (lambda _team: bot(), False),
        (lambda _team: bot(team=make_team("pay")), False),
        (lambda _team: clicking(make_user()), False),
        (lambda team: bot(team=team), True),
        (lambda _team: bot(Role.OPERATOR), True),
        (member, True),
    ],
)
def test_addresses_are_for_operators_and_members_and_never_open_a_door(who: Any, may: bool) -> None:
    response = who(shop_with_bo()).get(NOW, {"team": "shop"})
    addresses = response.json()["teams"][0]["people"][0]["addresses"]
    assert addresses == (["email bo@example.org", "webhook https://chat.example.org/…"] if may else None)
    assert "secret-path" not in response.content.decode()


def test_fifty_teams_cost_what_one_costs() -> None:
    client = bot(Role.OPERATOR)
    shop_with_bo()
    client.get(NOW)  # the first use of a token is written down
    counts = []
    for more in (0, 49):
        for _ in range(more):
            make_rotation(make_team(), [make_user()])
        with CaptureQueriesContext(connection) as queries:
            client.get(NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]
