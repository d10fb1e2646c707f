"""Who is on call, and whom a step of an escalation reaches. Reads the database; `now` is an argument."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from ownership.models import EscalationPolicy, Layer, Member, Participant, Schedule, Team, User
from ownership.models import Step as StepRow
from ownership.oncall.calendar import Rotation, Shift, Unit, on_call_at, shifts
from ownership.oncall.escalation import Policy, Step, Target, TargetKind


@dataclass(frozen=True)
class OnCall:
    """Active people who are on call, and why; no people is an answer, and `why` says what is missing.

    `shift` is the turn that runs, also where everybody in it is deactivated (its people are user ids as text).
    """

    users: tuple[User, ...]
    why: str
    shift: Shift | None = None


def who_is_on_call(team: Team, at: datetime) -> OnCall:
    """Who of the team is on call at an instant (aware)."""
    return on_call_by_team(at, [team])[team.slug]


def on_call_by_team(at: datetime, teams: Iterable[Team] | None = None) -> dict[str, OnCall]:
    """The same for several teams, or all of them, by slug, in a constant number of queries."""
    chosen = list(Team.objects.all() if teams is None else teams)
    schedules = {schedule.team_id: schedule for schedule in _schedules().filter(team__in=chosen)}
    return {team.slug: _on_call(schedules.get(team.pk), at) for team in chosen}


def nobody_by_team(
    start: datetime, end: datetime, teams: Iterable[Team]
) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
    """When within [start, end) nobody of each team is on call, by slug; all the time where it has no rotation.

    In a constant number of queries. Between two hand-offs nothing changes, so each stretch is asked once.
    """
    chosen = list(teams)
    schedules = {schedule.team_id: schedule for schedule in _schedules().filter(team__in=chosen)}
    return {team.slug: tuple(_nobody(schedules.get(team.pk), start, end)) for team in chosen}


def _nobody(schedule: Schedule | None, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    moments = {start, end}
    for layer in schedule.layers.all() if schedule else ():
        for shift in shifts(rotation_of(layer, schedule.time_zone if schedule else "UTC"), start, end):
            moments |= {moment for moment in (shift.start_at, shift.end_at) if start < moment < end}
    since = None
    for moment in sorted(moments - {end}):
        if _on_call(schedule, moment).users:
            if since:
                yield since, moment
            since = None
        else:
            since = since or moment
    if since:
        yield since, end


def policies_by_team(teams: Iterable[Team]) -> dict[str, Policy | None]:
    """The escalation policy of each team by slug, None where it has written none, in a constant number of queries."""
    chosen = list(teams)
    steps = Prefetch("steps", StepRow.objects.select_related("user").order_by("position"))
    rows = {row.team_id: row for row in EscalationPolicy.objects.filter(team__in=chosen).prefetch_related(steps)}
    return {team.slug: _policy(rows[team.pk]) if team.pk in rows else None for team in chosen}


def people_of(team: Team, targets: Iterable[Target], at: datetime) -> tuple[list[User], str]:
    """Whom these targets mean at an instant: active people, each once, and why.

    An empty list says that the step reaches nobody, so that the caller goes on to the next one without waiting.
    """
    found: dict[int, User] = {}
    reasons = []
    for target in targets:
        users, why = _people(team, target, at)
        found |= {user.pk: user for user in users}
        reasons.append(why)
    return list(found.values()), "; ".join(reasons)


def _people(team: Team, target: Target, at: datetime) -> tuple[Iterable[User], str]:
    if target.kind is TargetKind.ON_CALL:
        on_call = who_is_on_call(team, at)
        return on_call.users, on_call.why
    if target.kind is TargetKind.TEAM:
        users = [row.user for row in Member.objects.filter(team=team, user__is_active=True).select_related("user")]
        return users, "the whole team" if users else f"nobody: {team} has no active member"
    named = list(User.objects.filter(username=target.user, is_active=True))
    return named, str(named[0]) if named else f"nobody: {target.user} is deactivated or gone"


def _schedules() -> "QuerySet[Schedule]":
    participants = Prefetch("participants", Participant.objects.select_related("user").order_by("turn", "pk"))
    layers = Prefetch("layers", Layer.objects.order_by("position").prefetch_related(participants))
    return Schedule.objects.prefetch_related(layers)


def _on_call(schedule: Schedule | None, at: datetime) -> OnCall:
    if schedule is None:
        return OnCall((), "nobody: the team has no rotation")
    people = {str(p.user_id): p.user for layer in schedule.layers.all() for p in layer.participants.all()}
    if not people:
        return OnCall((), "nobody: the rotation is empty")
    # A later layer goes before an earlier one wherever it has somebody.
    for layer in reversed(schedule.layers.all()):
        rotation = rotation_of(layer, schedule.time_zone)
        shift = on_call_at(rotation, at)
        if shift:
            return _in_shift(shift, people, rotation)
    first = min(layer.handoff for layer in schedule.layers.all())
    return OnCall((), f"nobody: the rotation starts {_day(first)} at {first:%H:%M} {schedule.time_zone}")


def _in_shift(shift: Shift, people: Mapping[str, User], rotation: Rotation) -> OnCall:
    users = [people[key] for key in shift.people]
    active = tuple(user for user in users if user.is_active)
    gone = [f"{user} is deactivated" for user in users if not user.is_active]
    turn = _turn(shift, rotation)
    why = turn if active else "; ".join([f"nobody: {turn}", *gone])
    return OnCall(active, why, shift)


def _turn(shift: Shift, rotation: Rotation) -> str:
    start = shift.start_at.astimezone(ZoneInfo(rotation.time_zone))
    if rotation.unit is Unit.WEEKS and rotation.count == 1:
        return f"week of {_day(start)}"
    return f"shift from {_day(start)} at {start:%H:%M} {rotation.time_zone}"


def _day(day: datetime) -> str:
    return f"{day.day} {day:%B %Y}"


def rotation_of(layer: Layer, time_zone: str) -> Rotation:
    """A layer as the calendar reads it; its people are user ids as text."""
    turns: dict[int, list[str]] = {}
    for participant in layer.participants.all():
        turns.setdefault(participant.turn, []).append(str(participant.user_id))
    return Rotation(
        time_zone=time_zone,
        handoff=layer.handoff,
        turns=tuple(tuple(turns[turn]) for turn in sorted(turns)),
        unit=Unit(layer.shift_unit),
        count=layer.shift_count,
    )


def _policy(row: EscalationPolicy) -> Policy:
    return Policy(
        tuple(
            Step((Target(TargetKind(step.target), step.user.username if step.user else None),), step.wait)
            for step in row.steps.all()
        )
    )
