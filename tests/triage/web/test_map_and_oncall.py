"""Who owns what and who is on call, gaps first."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from ownership.models import Layer, Participant, Schedule, User
from ownership.sources import mapfile
from tests.factories import (
    make_cluster,
    make_component,
    make_member,
    make_namespace,
    make_rotation,
    make_team,
    make_user,
)
from triage.rota import rota_of
from triage.web.views.ownership_map import EXAMPLE

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def shown(client: Client, name: str, *args: str, **query: str) -> str:
    client.force_login(make_user(time_zone="UTC"))
    return client.get(reverse(name, args=args), query).content.decode()


# -- The map --


def test_without_a_map_there_is_an_example_to_copy(client: Client) -> None:
    page = shown(client, "map")
    assert "manage.py ownership apply map.yaml" in page
    assert "operated_by: platform" in page


def test_the_example_is_a_map(client: Client) -> None:
    assert isinstance(mapfile.parse(EXAMPLE), mapfile.MapFile)


def test_clusters_without_a_fallback_come_first_and_are_gaps(client: Client) -> None:
    team = make_team("platform")
    make_cluster("a-with", operated_by=team, fallback=team)
    make_cluster("b-without", operated_by=team)
    page = shown(client, "map")
    assert page.index('<b class="mono">b-without') < page.index('<b class="mono">a-with')
    assert "has no fallback" in page


def test_a_namespace_shows_team_level_and_where_that_stands(client: Client) -> None:
    make_cluster()
    make_namespace("kube-system", team=make_team("platform"), level="full", source="file")
    page = shown(client, "map")
    assert "every cluster" in page
    assert "full" in page
    assert "file, " in page


@pytest.mark.parametrize(("wanted", "hits"), [("SHOP", True), ("payments", True), ("prod", True), ("search", False)])
def test_any_part_of_a_name_finds_it(client: Client, wanted: str, hits: bool) -> None:
    make_namespace("webshop", team=make_team("payments"), cluster=make_cluster("prod"))
    assert ('<b class="mono break">webshop' in shown(client, "map", q=wanted)) is hits


def test_names_are_shown_escaped(client: Client) -> None:
    make_component("<b>Kind</b>", name="<i>name</i>", team=make_team(name="<u>team</u>"))
    page = shown(client, "map", q="<script>")
    assert "<script>" not in page.replace("<script src", "")
    page = shown(client, "map")
    assert not any(markup in page for markup in ("<b>Kind", "<i>name", "<u>team"))


# -- On call --


def test_who_is_on_call_until_when_and_who_is_next() -> None:
    team = make_team()
    ada, bo = make_user("ada"), make_user("bo")
    make_rotation(team, [ada, bo])
    (turn,) = rota_of(MONDAY)
    assert turn.people == (ada,)
    assert turn.until == datetime(2026, 1, 12, 9, tzinfo=UTC)
    assert turn.then == (bo,)


def test_a_layer_that_goes_before_it_ends_the_turn_earlier() -> None:
    schedule = make_rotation(make_team(), [make_user("ada")])
    add_layer(schedule, make_user("cy"), day=7)
    (turn,) = rota_of(MONDAY)
    assert turn.until == datetime(2026, 1, 7, 9, tzinfo=UTC)
    assert [user.username for user in turn.then] == ["cy"]


def add_layer(schedule: Schedule, *users: User, day: int) -> None:
    at = datetime(2026, 1, day, 9, tzinfo=UTC)
    layer = Layer.objects.create(schedule=schedule, position=1, handoff_on=at.date(), handoff_time=at.time())
    for turn, user in enumerate(users):
        Participant.objects.create(layer=layer, turn=turn, user=user)


def test_before_the_first_hand_off_nobody_is_and_the_first_one_is_next() -> None:
    make_rotation(make_team(), [make_user("ada")])
    (turn,) = rota_of(datetime(2026, 1, 4, tzinfo=UTC))
    assert turn.is_gap
    assert turn.until == MONDAY
    assert [user.username for user in turn.then] == ["ada"]


def test_gaps_come_first_and_say_why(client: Client) -> None:
    make_rotation(make_team("a-team"), [make_user("ada")])
    make_member(make_team("z-team"))
    page = shown(client, "oncall")
    assert page.index("Z-team") < page.index("A-team")
    assert "Nobody: the team has no rotation; pages go to its only member" in page


def test_a_team_says_whom_it_pages_and_what_it_owns(client: Client) -> None:
    team = make_team("shop")
    make_member(team, make_user("ada"))
    make_namespace("webshop", team=team)
    page = shown(client, "team", "shop")
    assert "email ada@example.org" in page
    assert "webshop" in page
    assert "The usual steps" in page
    assert "nobody: the team has no rotation" in page


def test_a_team_that_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(reverse("team", args=["nobody"])).status_code == 404
