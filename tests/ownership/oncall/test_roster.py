"""Who is on call, and whom a step of an escalation reaches."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership.models import Layer, Participant, Team, User
from ownership.oncall.escalation import Target, TargetKind
from ownership.oncall.roster import nobody_by_team, on_call_by_team, people_of, policies_by_team, who_is_on_call
from tests.factories import make_escalation, make_member, make_rotation, make_team, make_user

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
NEXT_WEEK = datetime(2026, 1, 12, 9, tzinfo=UTC)


@pytest.fixture
def team() -> Team:
    return make_team("payments", name="Payments")


@pytest.fixture
def ada() -> User:
    return make_user("ada", name="Ada")


@pytest.fixture
def bo() -> User:
    return make_user("bo", name="Bo")


def test_whose_week_it_is(team: Team, ada: User, bo: User) -> None:
    make_rotation(team, [ada, bo])
    this, following = who_is_on_call(team, MONDAY), who_is_on_call(team, NEXT_WEEK)
    assert (this.users, this.why) == ((ada,), "week of 5 January 2026")
    assert (following.users, following.why) == ((bo,), "week of 12 January 2026")


def test_a_week_is_told_in_the_zone_of_the_schedule(team: Team, ada: User) -> None:
    make_rotation(team, [ada], zone="Pacific/Auckland", at="00:30")
    assert who_is_on_call(team, MONDAY).why == "week of 5 January 2026"


def test_other_shifts_are_told_by_their_start(team: Team, ada: User) -> None:
    make_rotation(team, [ada], zone="Europe/Berlin").layers.update(shift_unit="days")
    assert who_is_on_call(team, NEXT_WEEK).why == "shift from 12 January 2026 at 09:00 Europe/Berlin"


def test_nobody_is_an_answer_and_says_what_is_missing(team: Team, ada: User) -> None:
    assert who_is_on_call(team, MONDAY).why == "nobody: the team has no rotation"
    make_rotation(team, [])
    assert who_is_on_call(team, MONDAY).why == "nobody: the rotation is empty"
    Participant.objects.create(layer=Layer.objects.get(), turn=0, user=ada)
    early = who_is_on_call(team, datetime(2026, 1, 5, 8, 59, tzinfo=UTC))
    assert (early.users, early.why) == ((), "nobody: the rotation starts 5 January 2026 at 09:00 UTC")


def test_a_shift_of_somebody_deactivated_is_nobody_s(team: Team, ada: User) -> None:
    """Giving it to the next person would move everybody's weeks."""
    cy = make_user("cy", name="Cy", is_active=False)
    make_rotation(team, [cy, ada])
    on_call = who_is_on_call(team, MONDAY)
    assert (on_call.users, on_call.why) == ((), "nobody: week of 5 January 2026; Cy is deactivated")
    assert who_is_on_call(team, NEXT_WEEK).users == (ada,)


def test_people_of_one_turn_are_on_call_together(team: Team, ada: User, bo: User) -> None:
    schedule = make_rotation(team, [ada])
    Participant.objects.create(layer=schedule.layers.get(), turn=0, user=bo)
    assert set(who_is_on_call(team, NEXT_WEEK).users) == {ada, bo}
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert who_is_on_call(team, NEXT_WEEK).users == (bo,)


def test_a_later_layer_goes_first_where_it_has_somebody(team: Team, ada: User, bo: User) -> None:
    schedule = make_rotation(team, [ada])
    layer = Layer.objects.create(schedule=schedule, position=1, handoff_on=date(2026, 1, 12), handoff_time=time(9))
    Participant.objects.create(layer=layer, turn=0, user=bo)
    assert who_is_on_call(team, MONDAY).users == (ada,), "before it starts the layer below counts"
    assert who_is_on_call(team, NEXT_WEEK).users == (bo,)


def test_a_layer_without_anybody_hides_nobody(team: Team, ada: User) -> None:
    schedule = make_rotation(team, [ada])
    Layer.objects.create(schedule=schedule, position=1, handoff_on=date(2026, 1, 5), handoff_time=time(9))
    assert who_is_on_call(team, NEXT_WEEK).users == (ada,)


def test_fifty_teams_cost_as_many_queries_as_one() -> None:
    counts = []
    for teams in (1, 49):
        for _ in range(teams):
            one = make_team()
            make_rotation(one, [make_user(), make_user()])
            make_escalation(one, TargetKind.ON_CALL, TargetKind.TEAM)
        everybody = list(Team.objects.all())
        with CaptureQueriesContext(connection) as captured:
            found = on_call_by_team(MONDAY)
            policies = policies_by_team(everybody)
        assert all(on_call.users for on_call in found.values())
        assert all(policies.values())
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_policy_is_the_team_s_or_none(team: Team, ada: User) -> None:
    assert policies_by_team([team]) == {"payments": None}
    make_escalation(team, TargetKind.ON_CALL, ada)
    policy = policies_by_team([team])["payments"]
    assert policy
    assert [step.targets for step in policy.steps] == [
        (Target(TargetKind.ON_CALL),),
        (Target(TargetKind.USER, "ada"),),
    ]


def test_whom_targets_mean(team: Team, ada: User, bo: User) -> None:
    make_rotation(team, [ada, bo])
    make_member(team, ada)
    make_member(team, make_user("di", is_active=False))
    on_call, whole, named = Target(TargetKind.ON_CALL), Target(TargetKind.TEAM), Target(TargetKind.USER, "bo")
    assert people_of(team, [on_call], MONDAY) == ([ada], "week of 5 January 2026")
    assert people_of(team, [whole], MONDAY) == ([ada], "the whole team")
    assert people_of(team, [named], MONDAY) == ([bo], "Bo")
    assert people_of(team, [on_call, whole, named], MONDAY)[0] == [ada, bo], "each once"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (Target(TargetKind.ON_CALL), "nobody: the team has no rotation"),
        (Target(TargetKind.TEAM), "nobody: Payments has no active member"),
        (Target(TargetKind.USER, "cy"), "nobody: cy is deactivated or gone"),
    ],
)
def test_a_target_may_reach_nobody(team: Team, target: Target, why: str) -> None:
    assert people_of(team, [target], MONDAY) == ([], why)


def test_when_nobody_will_be_on_call(team: Team, ada: User, bo: User) -> None:
    """Ada, then Bo, who has left, then Cy: and before the first hand-off nobody."""
    bo.is_active = False
    bo.save()
    make_rotation(team, [ada, bo, make_user("cy")])
    start, end = MONDAY - timedelta(days=1), MONDAY + timedelta(days=21)
    assert nobody_by_team(start, end, [team]) == {
        "payments": ((start, MONDAY), (NEXT_WEEK, NEXT_WEEK + timedelta(days=7)))
    }
    assert nobody_by_team(MONDAY, NEXT_WEEK, [team]) == {"payments": ()}, "a shift holds its first instant"
    assert nobody_by_team(MONDAY, NEXT_WEEK, [make_team("idle")]) == {"idle": ((MONDAY, NEXT_WEEK),)}


def test_when_nobody_will_be_on_call_costs_the_same_for_every_number_of_teams() -> None:
    counts = []
    for teams in (1, 19):
        for _ in range(teams):
            user = make_user()
            make_rotation(make_member(make_team(), user).team, [user])
        with CaptureQueriesContext(connection) as captured:
            nobody_by_team(MONDAY, NEXT_WEEK, Team.objects.all())
        counts.append(len(captured))
    assert counts[0] == counts[1]
