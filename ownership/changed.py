"""A change of the map that the database kept, as people read it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from ownership.changes import Change, Verb
from ownership.match import Matcher
from ownership.models import Cluster, MapChange, Team, User

EVERYWHERE = "*"
Row = Mapping[str, Any]
_TEAMS = frozenset({"team_id", "operated_by_id", "dedicated_to_id", "fallback_id", "parent_id"})
_UNTOLD = frozenset({"id", "updated_at", "created_at", "refused_at"})
_KEYS: Mapping[str, tuple[str, ...]] = {
    "team": ("slug",),
    "member": ("team_id", "user_id"),
    "team contact": ("team_id", "kind", "address"),
    "cluster": ("slug",),
    "component": ("cluster_id", "kind", "name"),
    "namespace": ("cluster_id", "name"),
    "rule": ("cluster_id", "matcher"),
    "responsibility": ("cluster_id", "namespace", "kind", "level"),
    "refusal": ("cluster_id", "matcher"),
}


@dataclass(frozen=True)
class Changed:
    """One row of the map that changed: when, by whom, from where, and what. `pk` orders those of one moment."""

    at: datetime
    author: str
    source: str
    change: Change
    pk: int

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.author} ({self.source}): {self.change}"


def told(rows: Iterable[MapChange]) -> list[Changed]:
    """Changes with the names of teams, clusters and people instead of their ids; at most four queries for all."""
    found = list(rows)
    names = _Names([state for row in found for state in (row.before, row.after) if state])
    return [Changed(row.changed_at, row.author, row.source, _change(row, names), row.pk) for row in found]


def _change(row: MapChange, names: "_Names") -> Change:
    verb = Verb.REMOVE if row.after is None else Verb.ADD if row.before is None else Verb.CHANGE
    state: Row = row.after or row.before or {}
    key = tuple(names.value(column, state) for column in _KEYS[row.what])
    return Change(verb, row.what, key, tuple(_fields(row, names)))


def _fields(row: MapChange, names: "_Names") -> Iterator[tuple[str, str, str]]:
    is_one_sided = row.before is None or row.after is None
    # Of a row that came or went the key is told already; of one that moved it is what changed.
    untold = _UNTOLD | set(_KEYS[row.what]) if is_one_sided else _UNTOLD
    for column in dict.fromkeys((*(row.before or ()), *(row.after or ()))):
        before, after = names.value(column, row.before), names.value(column, row.after)
        if column not in untold and before != after:
            yield column.removesuffix("_id").replace("_", " "), before, after


class _Names:
    """What ids of teams, clusters and people stand for, and of those that are gone what they were called last."""

    def __init__(self, states: Collection[Row]) -> None:
        teams = _ids(states, *_TEAMS)
        clusters = _ids(states, "cluster_id")
        users = _ids(states, "user_id")
        self._teams = dict(Team.objects.filter(pk__in=teams).values_list("pk", "slug"))
        self._clusters = dict(Cluster.objects.filter(pk__in=clusters).values_list("pk", "slug"))
        self._users = dict(User.objects.filter(pk__in=users).values_list("pk", "username"))
        gone = [f"team {pk}" for pk in teams - self._teams.keys()]
        gone += [f"cluster {pk}" for pk in clusters - self._clusters.keys()]
        self._look_up(gone)

    def _look_up(self, gone: list[str]) -> None:
        if not gone:
            return
        removed = MapChange.objects.filter(
            Q(after__isnull=True), what__in=["team", "cluster"], words__overlap=gone
        ).values_list("what", "row_id", "before__slug")
        for what, pk, slug in removed:
            (self._teams if what == "team" else self._clusters).setdefault(pk, slug)

    def value(self, column: str, state: Row | None) -> str:
        """A column of a row as people call it; empty where there is none."""
        if state is None or column not in state:
            return ""
        value = state[column]
        if column == "cluster_id":
            return EVERYWHERE if value is None else self._clusters.get(value, str(value))
        if value is None or value == []:
            return ""
        if column in _TEAMS:
            return self._teams.get(value, str(value))
        if column == "user_id":
            return self._users.get(value, str(value))
        if column == "matcher":
            return str(Matcher.of(value))
        if column in {"matchers", "recognised_by"}:
            return "; ".join(str(Matcher.of(each)) for each in value)
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _ids(states: Collection[Row], *columns: str) -> set[int]:
    return {int(state[column]) for state in states for column in columns if state.get(column) is not None}
