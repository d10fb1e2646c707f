"""What the map leaves open: what nobody owns, who cannot be asked or reached, and where two rules disagree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ownership.directory import load_map, reaches_of
from ownership.match import OwnershipMap, Subject, owner_of
from ownership.models import EscalationPolicy, Member, Schedule, Team, TeamChannel, User
from ownership.oncall.escalation import TargetKind
from ownership.oncall.models import AddressKind
from ownership.oncall.roster import OnCall, on_call_by_team


class Gap(StrEnum):
    """What kind of gap it is."""

    EMPTY = "empty map"
    UNOWNED = "unowned"
    CONFLICT = "conflict"
    NO_MEMBERS = "no members"
    NO_ADDRESS = "no address"
    NO_ROTATION = "no rotation"
    NOBODY_ON_CALL = "nobody on call"
    STRANGER = "not a member"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True)
class Found:
    """One gap: what is concerned, what is wrong with it, and what to do."""

    gap: Gap
    subject: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.gap}: {self.subject} {self.wrong}. {self.remedy}"


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


def audit(*, now: datetime, seen: Iterable[tuple[str, str]] = ()) -> list[Found]:
    """Every gap, in an order that does not change, in a constant number of queries.

    Args:
        now: when to look for who is on call.
        seen: namespaces that exist, as (cluster, namespace): those that nobody owns are gaps. The map alone knows only
            what somebody wrote down.
    """
    ownership_map = load_map()
    if not ownership_map.clusters:
        return [Found(Gap.EMPTY, "the map", "names no cluster", "Write one: manage.py ownership apply FILE.yaml")]
    crews = _crews(ownership_map, now)
    return [
        *_unowned(ownership_map, seen),
        *_conflicts(ownership_map),
        *(gap for crew in crews for gap in _gaps_of(crew)),
    ]


def _unowned(ownership_map: OwnershipMap, seen: Iterable[tuple[str, str]]) -> Iterator[Found]:
    for slug, cluster in sorted(ownership_map.clusters.items()):
        if cluster.fallback is None:
            wrong = "has no fallback: what nobody owns there, or is uncertain, reaches nobody"
            yield Found(Gap.UNOWNED, f"cluster {slug}", wrong, "Name a team as its fallback.")
    for where, name in sorted(set(seen)):
        owner = owner_of(Subject("Namespace", name, name, where), ownership_map)
        if owner.team is None or owner.is_fallback:
            looks = f"; {owner.team} looks first" if owner.team else ""
            yield Found(Gap.UNOWNED, f"namespace {where}/{name}", f"has no owner{looks}", "Add it to namespaces.")


def _conflicts(ownership_map: OwnershipMap) -> Iterator[Found]:
    for (where, name), entry in sorted(ownership_map.namespaces.items(), key=str):
        everywhere = ownership_map.namespaces.get((None, name))
        if where is not None and everywhere and everywhere.team != entry.team:
            wrong = f"is owned by {entry.team}, and in every cluster by {everywhere.team}; {entry.team} answers"
            yield Found(Gap.CONFLICT, f"namespace {where}/{name}", wrong, "Remove one of the two if that is not meant.")


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
        yield Found(Gap.NOBODY_ON_CALL, name, f"has nobody on call now: {crew.on_call.why}", "Correct its rotation.")
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
