"""Who is on call in each team, until when, and who is next; what is nobody's comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from ownership.models import Layer, Member, Participant, Schedule, Team, User
from ownership.oncall import roster
from ownership.oncall.calendar import Shift, on_call_at


@dataclass(frozen=True)
class Turn:
    """A team's present and next turn."""

    team: Team
    people: tuple[User, ...]
    why: str  # what is missing, where nobody is on call
    zone: str  # of the rotation; empty without one
    until: datetime | None = None
    then: tuple[User, ...] = ()
    reachable: tuple[User, ...] = ()  # the active members, whom a page reaches after all

    @property
    def is_gap(self) -> bool:
        return not self.people


def rota_of(at: datetime, teams: Iterable[Team] | None = None) -> list[Turn]:
    """Every team, or these, in a constant number of queries: gaps first, then by slug."""
    members = Prefetch(
        "memberships", Member.objects.filter(user__is_active=True).select_related("user").order_by("user__username")
    )
    chosen = list(
        Team.objects.prefetch_related(members).order_by("slug")
        if teams is None
        else Team.objects.filter(pk__in=[team.pk for team in teams]).prefetch_related(members).order_by("slug")
    )
    on_call = roster.on_call_by_team(at, chosen)
    participants = Prefetch("participants", Participant.objects.select_related("user").order_by("turn", "pk"))
    layers = Prefetch("layers", Layer.objects.order_by("position").prefetch_related(participants))
    schedules = {one.team_id: one for one in Schedule.objects.filter(team__in=chosen).prefetch_related(layers)}
    turns = [_turn(team, on_call[team.slug], schedules.get(team.pk), at) for team in chosen]
    return sorted(turns, key=lambda turn: (not turn.is_gap, turn.team.slug))


def _turn(team: Team, now: roster.OnCall, schedule: Schedule | None, at: datetime) -> Turn:
    reachable = tuple(member.user for member in team.memberships.all())
    if schedule is None:
        return Turn(team, now.users, now.why, "", reachable=reachable)
    until = _changes_at(schedule, at)
    then = _users(schedule, until) if until else ()
    return Turn(team, now.users, now.why, schedule.time_zone, until, tuple(then), reachable)


def _changes_at(schedule: Schedule, at: datetime) -> datetime | None:
    """When the present turn ends: by itself, or because a layer that goes before it begins."""
    changes: list[datetime] = []
    for layer in reversed(schedule.layers.all()):
        rotation = roster.rotation_of(layer, schedule.time_zone)
        if shift := on_call_at(rotation, at):
            return min([*changes, shift.end_at])
        if first := on_call_at(rotation, rotation.handoff.replace(tzinfo=ZoneInfo(schedule.time_zone))):
            changes.append(first.start_at)
    return min([moment for moment in changes if moment > at], default=None)


def _shift(schedule: Schedule, at: datetime) -> Shift | None:
    """The shift that counts: of the last layer that has somebody."""
    for layer in reversed(schedule.layers.all()):
        if shift := on_call_at(roster.rotation_of(layer, schedule.time_zone), at):
            return shift
    return None


def _users(schedule: Schedule, at: datetime) -> Sequence[User]:
    shift = _shift(schedule, at)
    if shift is None:
        return ()
    people = {str(one.user_id): one.user for layer in schedule.layers.all() for one in layer.participants.all()}
    return [people[key] for key in shift.people if people[key].is_active]
