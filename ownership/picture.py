"""The map as a picture: what differs between clusters a row each, what agrees folded to one row for each team. PURE.

So a hundred thousand namespaces fit on a page, and what is nobody's or in conflict comes first. Whose a namespace is,
the resolver says; here it is asked only where rows disagree, since most are plain.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ownership.match import OwnershipMap, Subject, owner_of
from ownership.matchers import Condition
from ownership.precedence import Precedence


class State(StrEnum):
    """What a cell of the picture tells besides the team."""

    OWNED = "owned"
    CONFLICT = "conflict"  # rules as strong as each other name different teams
    GAP = "nobody"


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell: the team, and how many things it stands for. Of a conflict `others` are those that do not decide."""

    team: str | None
    state: State = State.OWNED
    others: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a thing, or as many as agree (`count`) of one team."""

    name: str
    spots: Mapping[str, Spot]
    kind: str = ""  # of a component
    count: int = 1

    @property
    def rank(self) -> tuple[int, str]:
        """Gaps first, then conflicts, then what only differs."""
        states = {spot.state for spot in self.spots.values()}
        first = 0 if State.GAP in states else 1 if State.CONFLICT in states else 2
        return first, self.name

    def of_team(self, team: str) -> "Line | None":
        """What of the row is this team's."""
        kept = {where: spot for where, spot in self.spots.items() if team in (spot.team, *spot.others)}
        return Line(self.name, kept, self.kind, self.count) if kept else None


@dataclass(frozen=True)
class Picture:
    """Rows of namespaces and components, over these clusters; `unguarded` clusters have no fallback."""

    clusters: tuple[str, ...]
    unguarded: frozenset[str]
    components: tuple[Line, ...]
    namespaces: tuple[Line, ...]
    folded_components: tuple[Line, ...] = ()
    folded_namespaces: tuple[Line, ...] = ()
    teams: Mapping[str, int] = field(default_factory=dict)  # how many cells each has

    @property
    def gaps(self) -> int:
        rows = (*self.components, *self.namespaces)
        return sum(spot.state is State.GAP for line in rows for spot in line.spots.values())


def picture_of(ownership_map: OwnershipMap, *, seen: Iterable[tuple[str, str]] = (), team: str = "") -> Picture:
    """The picture of a map.

    Args:
        ownership_map: as it is now.
        seen: namespaces that exist, as (cluster, namespace): those that nobody owns are gaps.
        team: keeps only what is this team's, and folds nothing.
    """
    namespaces, components = _lines_of(ownership_map)
    namespaces = _with_gaps(namespaces, ownership_map, seen)
    counts: Counter[str] = Counter()
    for line in (*namespaces, *components):
        counts.update(spot.team for spot in line.spots.values() if spot.team)
    clusters = tuple(sorted(ownership_map.clusters))
    unguarded = frozenset(slug for slug, entry in ownership_map.clusters.items() if entry.fallback is None)
    if team:
        return Picture(
            clusters,
            unguarded,
            tuple(_of_team(components, team)),
            tuple(_of_team(namespaces, team)),
            teams=dict(counts),
        )
    return Picture(
        clusters,
        unguarded,
        _differing(components),
        _differing(namespaces),
        _folded(components),
        _folded(namespaces),
        dict(counts),
    )


def _of_team(lines: Iterable[Line], team: str) -> Iterator[Line]:
    kept = (line.of_team(team) for line in lines)
    yield from sorted((line for line in kept if line), key=lambda line: line.rank)


def _agrees(line: Line) -> bool:
    spots = list(line.spots.values())
    return all(spot.state is State.OWNED and spot.team == spots[0].team for spot in spots)


def _differing(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted((line for line in lines if not _agrees(line)), key=lambda line: line.rank))


def _folded(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One row for each team, with how many of its things stand in each cluster; the largest first."""
    names: Counter[str] = Counter()
    by_team: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if _agrees(line):
            team = next(iter(line.spots.values())).team or ""
            names[team] += line.count
            by_team[team].update(line.spots.keys())
    return tuple(
        Line(team, {where: Spot(team, count=count) for where, count in by_team[team].items()}, count=in_all)
        for team, in_all in sorted(names.items(), key=lambda each: (-each[1], each[0]))
    )


# The rows of the last map: a page is asked for more often than a map changes, and 100,000 rows take a while.
_last: tuple[OwnershipMap, tuple[list[Line], list[Line]]] | None = None


def _lines_of(ownership_map: OwnershipMap) -> tuple[list[Line], list[Line]]:
    global _last  # noqa: PLW0603 - the cache is the process's
    if _last is None or _last[0] is not ownership_map:
        _last = ownership_map, (_namespaces(ownership_map), _components(ownership_map))
    return _last[1]


def _namespaces(ownership_map: OwnershipMap) -> list[Line]:
    says: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    everywhere: dict[str, str] = {}
    for (where, name), entry in ownership_map.namespaces.items():
        if where is None:
            everywhere[name] = entry.team
        else:
            says[name][where][entry.team] = None
    for rule in ownership_map.rules:
        if rule.precedence is Precedence.NAMESPACE and rule.cluster:
            for name in rule.matcher.texts(Condition.NAMESPACE):
                says[name][rule.cluster][rule.team] = None
    for name, team in everywhere.items():
        for cluster in ownership_map.clusters:
            if not says[name][cluster]:
                says[name][cluster][team] = None
    return [
        Line(name, {where: _spot(name, where, list(teams), ownership_map) for where, teams in places.items()})
        for name, places in says.items()
        if places
    ]


def _spot(name: str, cluster: str, teams: list[str], ownership_map: OwnershipMap) -> Spot:
    if len(teams) == 1:
        return Spot(teams[0])
    owner = owner_of(Subject("Namespace", name, name, cluster), ownership_map)
    others = tuple(dict.fromkeys(used.team for used in owner.conflicts if used.team))
    return Spot(owner.team, State.CONFLICT if others else State.OWNED, others)


def _components(ownership_map: OwnershipMap) -> list[Line]:
    found: dict[tuple[str, str], dict[str, Spot]] = defaultdict(dict)
    for entry in ownership_map.components.values():
        cluster = ownership_map.clusters.get(entry.cluster)
        team = entry.team or (cluster.operated_by if cluster else None)
        found[entry.kind, entry.name][entry.cluster] = Spot(team, State.OWNED if team else State.GAP)
    return [Line(name, spots, kind) for (kind, name), spots in found.items()]


def _with_gaps(lines: list[Line], ownership_map: OwnershipMap, seen: Iterable[tuple[str, str]]) -> list[Line]:
    """The rows, with those that exist and that nobody owns."""
    gaps: dict[str, dict[str, Spot]] = defaultdict(dict)
    for cluster, name in set(seen):
        if cluster in ownership_map.clusters and name:
            owner = owner_of(Subject("Namespace", name, name, cluster), ownership_map)
            if owner.is_gap:
                gaps[name][cluster] = Spot(owner.team, State.GAP)
    if not gaps:
        return lines
    known = {line.name for line in lines if line.name in gaps}
    merged = [
        Line(line.name, {**gaps[line.name], **line.spots}, line.kind) if line.name in known else line for line in lines
    ]
    return [*merged, *(Line(name, spots) for name, spots in gaps.items() if name not in known)]
