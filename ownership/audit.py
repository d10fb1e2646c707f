"""What the map leaves open: what nobody owns, who cannot be asked or reached, and where two rules disagree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ownership.directory import load_map, reaches_of
from ownership.gaps import Found, Gap, not_known, of_map
from ownership.match import OwnershipMap
from ownership.models import EscalationPolicy, Member, Schedule, Team, TeamChannel, User
from ownership.oncall.escalation import TargetKind
from ownership.oncall.models import AddressKind
from ownership.oncall.roster import OnCall, nobody_by_team, on_call_by_team
from ownership.seen import Seen

__all__ = ["AHEAD", "Found", "Gap", "Seen", "audit", "unknowns"]

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Crew:
    """What is known about a team that answers for something."""

    team: Team
    owns: str
    members: tuple[User, ...]
    can_be_reached: bool
    on_call: OnCall
    has_rotation: bool
    participants: tuple[User, ...]
    stepped: tuple[User, ...]
    nobody: tuple[tuple[datetime, datetime], ...] = ()  # when nobody will be on call, within `AHEAD`


def audit(*, now: datetime, seen: Seen | None = None) -> list[Found]:
    """Every gap, in an order that does not change, in a constant number of queries.

    Args:
        now: when to look for who is on call, and from when on for who will be.
        seen: what exists and what was seen lately, from whoever knows. The map alone knows only what somebody wrote.
    """
    ownership_map = load_map()
    if not ownership_map.clusters:
        return [Found(Gap.EMPTY, "the map", "names no cluster", "Write one: manage.py ownership apply FILE.yaml")]
    crews = _crews(ownership_map, now)
    return [*of_map(ownership_map, seen or Seen()), *(gap for crew in crews for gap in _gaps_of(crew))]


def unknowns(seen: Seen | None = None) -> list[str]:
    """What the audit could not look at, because `seen` does not say; a sentence each."""
    return not_known(load_map(), seen or Seen())


def _gaps_of(crew: Crew) -> Iterator[Found]:
    name = f"team {crew.team.slug}"
    active = [user for user in crew.members if user.is_active]
    if not active:
        yield Found(Gap.NO_MEMBERS, name, f"owns {crew.owns} and has no active member", "Add members.")
    if active and not crew.can_be_reached:
        yield Found(Gap.NO_ADDRESS, name, "has no channel, and no member has an address", "Add an email or a channel.")
    if not crew.has_rotation:
        yield Found(Gap.NO_ROTATION, name, f"owns {crew.owns} and has no rotation", "Add a rotation.")
    elif not crew.on_call.users:
        wrong = f"has nobody on call now: {crew.on_call.why}"
        yield Found(Gap.NOBODY_ON_CALL, name, wrong, "Correct its rotation.")
    elif crew.nobody:
        start, end = crew.nobody[0]
        more = f", and {len(crew.nobody) - 1} times more" if len(crew.nobody) > 1 else ""
        wrong = f"has nobody on call from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC{more}"
        yield Found(Gap.NOBODY_AHEAD, name, wrong, "Fill its rotation.", start)
    yield from _wrong_people(name, crew)


def _wrong_people(name: str, crew: Crew) -> Iterator[Found]:
    for user in crew.participants:
        if user not in crew.members:
            yield Found(Gap.STRANGER, name, f"has {user.username} in its rotation, who is no member", "Add them.")
    for user in dict.fromkeys((*crew.participants, *crew.stepped)):
        if not user.is_active:
            wrong = f"counts on {user.username}, who is deactivated"
            yield Found(Gap.DEACTIVATED, name, wrong, "Put somebody else in their place.")


def _owned(ownership_map: OwnershipMap) -> dict[str, str]:
    """One thing that each team answers for, by slug."""
    owned = {entry.fallback: f"the fallback of {entry.slug}" for entry in ownership_map.clusters.values()}
    owned |= {entry.team: f"{entry.kind} of {entry.cluster}" for entry in ownership_map.components.values()}
    owned |= {entry.team: f"what matches {entry.matcher}" for entry in ownership_map.rules}
    owned |= {entry.team: f"the namespace {entry.name}" for entry in ownership_map.namespaces.values()}
    owned |= {entry.operated_by: f"the cluster {entry.slug}" for entry in ownership_map.clusters.values()}
    return {team: what for team, what in owned.items() if team}


def _crews(ownership_map: OwnershipMap, now: datetime) -> list[Crew]:
    owned = _owned(ownership_map)
    teams = list(Team.objects.filter(slug__in=owned).order_by("slug"))
    members: dict[int, list[User]] = {team.pk: [] for team in teams}
    for row in Member.objects.filter(team__in=teams).select_related("user").order_by("user__username"):
        members[row.team_id].append(row.user)
    reaches = reaches_of(user for users in members.values() for user in users if user.is_active)
    # A log is no way to reach anybody: it is read when somebody looks.
    channels = TeamChannel.objects.filter(team__in=teams).exclude(kind=AddressKind.LOG)
    told = set(channels.values_list("team_id", flat=True))
    on_call = on_call_by_team(now, teams)
    nobody = nobody_by_team(now, now + AHEAD, teams)
    turns = _participants(teams)
    steps = _stepped(teams)
    return [
        Crew(
            team=team,
            owns=owned[team.slug],
            members=tuple(members[team.pk]),
            can_be_reached=team.pk in told or any(reaches.get(user.pk) for user in members[team.pk]),
            on_call=on_call[team.slug],
            has_rotation=bool(turns.get(team.pk)),
            participants=turns.get(team.pk, ()),
            stepped=steps.get(team.pk, ()),
            nobody=nobody[team.slug],
        )
        for team in teams
    ]


def _participants(teams: Iterable[Team]) -> dict[int, tuple[User, ...]]:
    rows = Schedule.objects.filter(team__in=teams).prefetch_related("layers__participants__user")
    return {
        row.team_id: tuple(dict.fromkeys(p.user for layer in row.layers.all() for p in layer.participants.all()))
        for row in rows
    }


def _stepped(teams: Iterable[Team]) -> dict[int, tuple[User, ...]]:
    rows = EscalationPolicy.objects.filter(team__in=teams).prefetch_related("steps__user")
    named = {row.team_id: [s.user for s in row.steps.all() if s.target == TargetKind.USER and s.user] for row in rows}
    return {team: tuple(users) for team, users in named.items()}
