"""What the map leaves open."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership.audit import Gap, Seen, audit
from ownership.models import Team, TeamChannel
from tests.factories import (
    make_cluster,
    make_escalation,
    make_member,
    make_namespace,
    make_rotation,
    make_rule,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)


def found(*seen: tuple[str, str]) -> list[str]:
    return [str(gap) for gap in audit(now=NOW, seen=Seen(dict.fromkeys(seen)))]


@pytest.fixture
def platform() -> Team:
    """A team of which nothing is missing, and its cluster."""
    team = make_team("platform")
    ada = make_user("ada")
    make_member(team, ada)
    make_rotation(team, [ada])
    make_cluster("prod", operated_by=team, fallback=team)
    return team


def test_a_map_in_which_nothing_is_missing_has_no_gaps(platform: Team) -> None:
    make_namespace("shop", team=platform)
    assert found() == []


def test_an_empty_map_is_one_gap() -> None:
    make_team()
    assert found() == ["empty map: the map names no cluster. Write one: manage.py ownership apply FILE.yaml"]


def test_a_cluster_without_a_fallback(platform: Team) -> None:
    make_cluster("batch", operated_by=platform)
    assert found() == [
        "unowned: cluster batch has no fallback: what nobody owns there, or is uncertain, reaches nobody. "
        "Name a team as its fallback."
    ]


def test_a_namespace_that_exists_and_nobody_owns(platform: Team) -> None:
    make_namespace("shop", team=platform)
    assert found(("prod", "shop"), ("prod", "lost"), ("prod", "lost")) == [
        "unowned: namespace prod/lost has no owner; platform looks first. Add it to namespaces."
    ]


def test_a_namespace_with_two_owners(platform: Team) -> None:
    other = make_team("other")
    make_member(other, make_user("bo"))
    make_rotation(other, [other.members.get()])
    prod = platform.operates.get()
    make_namespace("shop", team=platform)
    make_namespace("shop", cluster=prod, team=other)
    assert found() == [
        "conflict: namespace prod/shop is owned by other, and in every cluster by platform; other answers. "
        "Remove one of the two if that is not meant."
    ]


def test_a_team_that_owns_something_and_has_nobody(platform: Team) -> None:
    make_namespace("shop", team=make_team("payments"))
    make_team("idle")
    assert found() == [
        "no members: team payments owns the namespace shop and has no active member. Add members.",
        "no rotation: team payments owns the namespace shop and has no rotation. Add a rotation.",
    ], "a team that owns nothing is not asked anything"


def test_a_team_that_cannot_be_reached(platform: Team) -> None:
    ada = platform.members.get()
    ada.email = ""
    ada.save()
    TeamChannel.objects.create(team=platform, kind="log")
    said = "no address: team platform has no channel, and no member has an address. Add an email or a channel."
    assert found() == [said], "a log reaches nobody"
    TeamChannel.objects.create(team=platform, kind="webhook", address="https://chat.example.org/a")
    assert found() == []


def test_people_that_are_counted_on_in_vain(platform: Team) -> None:
    platform.schedule.delete()
    cy, di = make_user("cy", is_active=False), make_user("di")
    make_rotation(platform, [cy, di])
    make_member(platform, cy)
    make_escalation(platform, cy)
    assert [gap.gap for gap in audit(now=NOW)] == [Gap.NOBODY_ON_CALL, Gap.STRANGER, Gap.DEACTIVATED]
    assert found() == [
        "nobody on call: team platform has nobody on call now: nobody: week of 5 January 2026; cy is deactivated. "
        "Correct its rotation.",
        "not a member: team platform has di in its rotation, who is no member. Add them.",
        "deactivated: team platform counts on cy, who is deactivated. Put somebody else in their place.",
    ]


def test_fifty_teams_cost_as_many_queries_as_one(platform: Team) -> None:
    counts = []
    for teams in (1, 49):
        for _ in range(teams):
            user = make_user()
            team = make_member(make_team(), user).team
            make_rotation(team, [user])
            make_escalation(team, user)
            make_namespace(team=team)
        with CaptureQueriesContext(connection) as captured:
            assert found() == []
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_hours_in_the_next_two_weeks_in_which_nobody_is_on_call(platform: Team) -> None:
    """Two take turns week by week, and one of them has left."""
    ada, bo = platform.members.get(), make_user("bo", is_active=False)
    make_member(platform, bo)
    platform.schedule.delete()
    make_rotation(platform, [ada, bo])
    assert [(gap.gap, gap.since) for gap in audit(now=NOW)] == [
        (Gap.NOBODY_AHEAD, datetime(2026, 1, 12, 9, tzinfo=UTC)),
        (Gap.DEACTIVATED, None),
    ]
    assert found()[0] == (
        "nobody on call soon: team platform has nobody on call from 2026-01-12 09:00 to 2026-01-19 09:00 UTC. "
        "Fill its rotation."
    )


def test_a_team_that_owns_by_a_rule_alone_is_asked_for_its_people_too(platform: Team) -> None:
    make_rule({"workload": ["cart"]}, team=make_team("cart"))
    assert [gap.gap for gap in audit(now=NOW)] == [Gap.NO_MEMBERS, Gap.NO_ROTATION]
