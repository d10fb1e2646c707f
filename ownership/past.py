"""Whose something was at a past moment: the map as it is, with what changed since taken back, for one subject.

The state of a row at a moment is what the first change after it found, or else the row as it is. So nothing has to be
kept but changes, a map that never changes costs nothing, and how far back it goes is a matter of retention alone.
Only what can matter to the subject is read: the teams and clusters, its cluster's components, its namespace, and the
rules that match it or that may have.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from ownership.directory import load_map
from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry
from ownership.match import Matcher, Owner, OwnershipMap, Precedence, owner_of
from ownership.models import Cluster, Component, MapChange, Namespace, OwnershipRule, ResponsibilityRule, Team
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.sources.catalogue import WELL_KNOWN
from ownership.subject import Subject, namespace_of, values_of
from ownership.version import history_from

Row = Mapping[str, Any]
Rows = dict[int, Row]


class NotKept(LookupError):  # noqa: N818 - a sentence for people
    """The history does not reach back to that moment; the sentence says to which it does."""

    def __init__(self, at: datetime, since: datetime | None) -> None:
        reaches = f"it reaches back to {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if since else "it is empty"
        super().__init__(f"The history does not tell what was at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {reaches}.")
        self.since = since


def owner_at(subject: Subject, at: datetime) -> Owner:
    """Whose a subject was at an instant (aware), by the map of that moment and the rules of precedence of today.

    Ten queries, or fifteen where this process has not yet loaded the map as it is.

    Raises:
        NotKept: the history does not reach back so far.
    """
    return owner_of(subject, map_at(subject, at))


def map_at(subject: Subject, at: datetime) -> OwnershipMap:
    """What mattered to the subject of the map of an instant; it answers for nothing else. Raises as `owner_at` does."""
    since = history_from()
    if since is None or at < since:
        raise NotKept(at, since)
    current = load_map()
    teams, clusters = _rows(Team.objects.all()), _rows(Cluster.objects.all())
    slugs_now = {pk: row["slug"] for pk, row in clusters.items()}
    _take_back({"team": teams, "cluster": clusters}, at, ["map"])
    then = _Then(teams, clusters)
    entries = [then.cluster(row) for row in clusters.values()]
    entry = OwnershipMap.of(entries).cluster_of(subject.cluster, subject.labels)
    cluster = next((pk for pk, row in clusters.items() if entry and row["slug"] == entry.slug), None)
    namespace = namespace_of(subject)
    found = current.rule_index.find(slugs_now.get(cluster) if cluster else None, values_of(subject))
    here = Q(cluster=cluster) | Q(cluster=None)
    named = Q(name=namespace)
    if entry and entry.dedicated_to:
        named |= Q(level=Level.FULL)  # of any namespace: it decides whose a dedicated cluster is
    tables = {
        "component": _rows(Component.objects.filter(cluster=cluster)),
        "namespace": _rows(Namespace.objects.filter(here, named)),
        "rule": _rows(OwnershipRule.objects.filter(pk__in=[rule.pk for rule in found])),
        "responsibility": _rows(ResponsibilityRule.objects.filter(here, namespace__in=["", namespace])),
    }
    _take_back(tables, at, _words(cluster, namespace))
    return OwnershipMap.of(
        entries,
        map(then.component, tables["component"].values()),
        map(then.namespace, tables["namespace"].values()),
        rules=map(then.rule, tables["rule"].values()),
        responsibilities=map(then.responsibility, tables["responsibility"].values()),
        shipped=WELL_KNOWN,
        order=tuple(settings.OWNERSHIP_ORDER),
    )


def first_changes(at: datetime, words: Iterable[str], what: Iterable[str]) -> "QuerySet[MapChange]":
    """Of each row of these kinds that one of the words finds, the first change after an instant."""
    changes = MapChange.objects.filter(words__overlap=list(words), changed_at__gt=at, what__in=list(what))
    return changes.order_by("what", "row_id", "pk").distinct("what", "row_id")


def _rows(rows: "QuerySet[Any]") -> Rows:
    return {row["id"]: row for row in rows.order_by().values()}


def _take_back(tables: Mapping[str, Rows], at: datetime, words: Iterable[str]) -> None:
    """Makes rows what they were at an instant."""
    # Read after the rows as they are: what changes in between is taken back as well.
    for what, pk, before in first_changes(at, words, tables).values_list("what", "row_id", "before"):
        if before is None:
            tables[what].pop(pk, None)
        else:
            tables[what][pk] = before


def _words(cluster: int | None, namespace: str) -> list[str]:
    words = ["map", "rules of *"]
    if cluster is not None:
        words += [f"cluster {cluster}", f"rules of {cluster}"]
    return [*words, f"namespace {namespace}"] if namespace else words


class _Then:
    """Reads rows, of tables and of the history alike, with the names that teams and clusters had."""

    def __init__(self, teams: Rows, clusters: Rows) -> None:
        self._teams = {pk: str(row["slug"]) for pk, row in teams.items()}
        self._clusters = {pk: str(row["slug"]) for pk, row in clusters.items()}

    def _team(self, pk: int) -> str:
        return self._teams.get(pk, str(pk))

    def _maybe_team(self, pk: int | None) -> str | None:
        return None if pk is None else self._team(pk)

    def _cluster(self, pk: int | None) -> str | None:
        return None if pk is None else self._clusters.get(pk, str(pk))

    def cluster(self, row: Row) -> ClusterEntry:
        return ClusterEntry(
            row["slug"],
            self._team(row["operated_by_id"]),
            Tenancy(row["tenancy"]),
            self._maybe_team(row["dedicated_to_id"]),
            self._maybe_team(row["fallback_id"]),
            row["source"],
            _moment(row),
            FallbackPolicy(row["fallback_policy"]),
            tuple(map(Matcher.of, row["recognised_by"])),
            tuple(row["labels_for"]),
        )

    def component(self, row: Row) -> ComponentEntry:
        team, matchers = self._maybe_team(row["team_id"]), tuple(map(Matcher.of, row["matchers"]))
        cluster = self._cluster(row["cluster_id"]) or ""
        return ComponentEntry(cluster, row["kind"], row["name"], team, row["source"], _moment(row), matchers)

    def namespace(self, row: Row) -> NamespaceEntry:
        cluster, team, others = self._cluster(row["cluster_id"]), self._team(row["team_id"]), row["annotations_for"]
        return NamespaceEntry(
            cluster, row["name"], team, Level(row["level"]), row["source"], _moment(row), tuple(others)
        )

    def rule(self, row: Row) -> RuleEntry:
        return RuleEntry(
            self._cluster(row["cluster_id"]),
            Matcher.of(row["matcher"]),
            self._team(row["team_id"]),
            Level(row["level"]) if row["level"] else None,
            Precedence(row["precedence"]),
            row["source"],
            _moment(row),
            row["written_by"],
            row["origin"],
            row["id"],
        )

    def responsibility(self, row: Row) -> ResponsibilityEntry:
        cluster, level, who = self._cluster(row["cluster_id"]), Level(row["level"]), Who(row["who"])
        return ResponsibilityEntry(cluster, row["namespace"], row["kind"], level, who, row["source"], _moment(row))


def _moment(row: Row) -> datetime:
    """jsonb holds moments as texts."""
    moment = row["updated_at"]
    return moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
