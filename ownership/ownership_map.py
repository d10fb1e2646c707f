"""Who owns what, sorted for looking up. PURE."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry, WellKnown
from ownership.index import Index
from ownership.matchers import Condition, Matcher
from ownership.precedence import DEFAULT_ORDER, Precedence
from ownership.responsibility import KINDS, Cell, Level, Tenancy, shipped_who
from ownership.sources import SHIPPED, Source

ComponentKey = tuple[str, str, str]
NamespaceKey = tuple[str | None, str]
Entry = TypeVar("Entry", ComponentEntry, NamespaceEntry, ClusterEntry)
_SOURCES = {source.value: rank for rank, source in enumerate(Source)}


@dataclass(frozen=True)
class OwnershipMap:
    """Who owns what. Made by `OwnershipMap.of`, which sorts the entries for looking up; never changed after.

    Attributes:
        teams_by_name: a namespace that no rule names is owned by a team of the same name; those that the distribution
            reserves by whoever operates the cluster.
        shipped: the well-known components that every cluster has.
        order: of classes of rules, the first goes before the others.
    """

    clusters: Mapping[str, ClusterEntry] = field(default_factory=dict)
    components: Mapping[ComponentKey, ComponentEntry] = field(default_factory=dict)
    namespaces: Mapping[NamespaceKey, NamespaceEntry] = field(default_factory=dict)
    teams_by_name: bool = False
    rules: tuple[RuleEntry, ...] = ()
    responsibilities: tuple[ResponsibilityEntry, ...] = ()
    shipped: tuple[WellKnown, ...] = ()
    order: tuple[Precedence, ...] = DEFAULT_ORDER

    @classmethod
    def of(
        cls,
        clusters: Iterable[ClusterEntry] = (),
        components: Iterable[ComponentEntry] = (),
        namespaces: Iterable[NamespaceEntry] = (),
        *,
        rules: Iterable[RuleEntry] = (),
        responsibilities: Iterable[ResponsibilityEntry] = (),
        shipped: Iterable[WellKnown] = (),
        teams_by_name: bool = False,
        order: tuple[Precedence, ...] = DEFAULT_ORDER,
    ) -> "OwnershipMap":
        """The map of these entries, in whatever order they come."""
        return cls(
            _by_key((entry.slug, entry) for entry in clusters),
            _by_key(((entry.cluster, entry.kind.casefold(), entry.name), entry) for entry in components),
            _by_key(((entry.cluster, entry.name), entry) for entry in namespaces),
            teams_by_name,
            tuple(rules),
            tuple(responsibilities),
            tuple(shipped),
            order,
        )

    def prepare(self) -> "OwnershipMap":
        """Builds what is looked things up in, which the first question would have to wait for."""
        _ = (self.ranks, self.rule_index, self.component_index, self.shipped_index, self.aliases)
        _ = (self.cells, self.full_on, self.recognisers)
        return self

    def cluster_of(self, slug: str, labels: Mapping[str, str] | None = None) -> ClusterEntry | None:
        """The cluster that is meant: by its slug, by the labels of an alert, or the only one where none is named."""
        if slug in self.clusters:
            return self.clusters[slug]
        if labels and (recognised := self.recognise(labels)):
            return recognised[0]
        if not slug and len(self.clusters) == 1:
            return next(iter(self.clusters.values()))
        return None

    def recognise(self, labels: Mapping[str, str]) -> list[ClusterEntry]:
        """The clusters that recognise these labels; of several the first is meant, and they are in conflict."""
        values = {"labels." + name: (value,) for name, value in labels.items()}
        found = ((m.exactness, entry.slug, entry) for m, entry in self.recognisers.find(None, values))
        return list({slug: entry for _, slug, entry in sorted(found, key=lambda each: each[:2])}.values())

    def cell(self, cluster: str, namespace: str, kind: str, level: Level) -> Cell | None:
        """What the map writes over the shipped split for a kind, the most specific place first."""
        for where in dict.fromkeys(((cluster, namespace), (cluster, ""), (None, namespace), (None, ""))):
            if entry := self.cells.get((*where, kind.casefold(), level)):
                return Cell(entry.kind, level, entry.who, entry.source, _place(*where), entry.updated_at)
        return None

    def table(self, cluster: str = "", namespace: str = "") -> list[Cell]:
        """The whole split of kinds as it holds there: every kind that is named anywhere, at every level."""
        tenancy = self.clusters[cluster].tenancy if cluster in self.clusters else Tenancy.SHARED
        shipped = {kind.casefold(): kind for kinds in KINDS.values() for kind in kinds}
        kinds = {entry.kind.casefold(): entry.kind for entry in self.responsibilities} | shipped
        return [
            self.cell(cluster, namespace, kind, level)
            or Cell(kind, level, shipped_who(kind, level, tenancy), SHIPPED, "as shipped")
            for _, kind in sorted(kinds.items())
            for level in Level
        ]

    def namespaces_called(self, name: str) -> tuple[NamespaceEntry, ...]:
        """The rows of a namespace, of one cluster and of every cluster."""
        return self.namespaces_by_name.get(name, ())

    def kind_called(self, word: str) -> WellKnown | None:
        """The well-known component that alerts call so."""
        return self.aliases.get(word.casefold())

    @cached_property
    def ranks(self) -> Mapping[Precedence, int]:
        return {precedence: rank for rank, precedence in enumerate(self.order)}

    @cached_property
    def rule_index(self) -> Index[RuleEntry]:
        return Index((entry.cluster, entry.matcher, entry) for entry in self.rules)

    @cached_property
    def component_index(self) -> Index[tuple[Matcher, ComponentEntry]]:
        return Index((e.cluster, m, (m, e)) for e in self.components.values() for m in e.matchers)

    @cached_property
    def shipped_index(self) -> Index[tuple[Matcher, WellKnown]]:
        return Index((None, m, (m, known)) for known in self.shipped for m in known.matchers)

    @cached_property
    def aliases(self) -> Mapping[str, WellKnown]:
        return {word: known for known in self.shipped for word in (*known.aliases, known.name.casefold())}

    @cached_property
    def cells(self) -> Mapping[tuple[str | None, str, str, Level], ResponsibilityEntry]:
        # Of two for one cell the stricter counts: the operators come before the team in the alphabet.
        rows = sorted(self.responsibilities, key=lambda each: each.who, reverse=True)
        return {(row.cluster, row.namespace, row.kind.casefold(), row.level): row for row in rows}

    @cached_property
    def full_on(self) -> frozenset[tuple[str | None, str]]:
        """Where (a cluster, or None for every one) which team has the level full."""
        return frozenset((e.cluster, e.team) for e in self.namespaces.values() if e.level is Level.FULL)

    @cached_property
    def recognisers(self) -> Index[tuple[Matcher, ClusterEntry]]:
        return Index((None, m, (m, entry)) for entry in self.clusters.values() for m in entry.recognised_by)

    @cached_property
    def namespaces_by_name(self) -> Mapping[str, tuple[NamespaceEntry, ...]]:
        found: dict[str, list[NamespaceEntry]] = defaultdict(list)
        for entry in self.namespaces.values():
            found[entry.name].append(entry)
        return {name: tuple(sorted(entries, key=lambda each: each.cluster or "")) for name, entries in found.items()}

    @cached_property
    def rules_by_namespace(self) -> Mapping[str, tuple[RuleEntry, ...]]:
        """The rules that name a namespace exactly, for pages about it."""
        found: dict[str, list[RuleEntry]] = defaultdict(list)
        for entry in self.rules:
            for name in entry.matcher.texts(Condition.NAMESPACE):
                found[name].append(entry)
        return {name: tuple(entries) for name, entries in found.items()}


def source_rank(source: str) -> int:
    """Of two rules that are otherwise alike, the one whose source has the lower rank decides."""
    return _SOURCES.get(source, len(_SOURCES))


_KeyT = TypeVar("_KeyT")


def _by_key(pairs: Iterable[tuple[_KeyT, Entry]]) -> dict[_KeyT, Entry]:
    """The tables have each key once. Where something else does not, the choice must not hang on the order."""
    found: dict[_KeyT, Entry] = {}
    for key, entry in pairs:
        before = found.get(key)
        if before is None or (source_rank(entry.source), repr(entry)) < (source_rank(before.source), repr(before)):
            found[key] = entry
    return found


def _place(cluster: str | None, namespace: str) -> str:
    where = f"in {cluster}" if cluster else "in every cluster"
    return f"for the namespace {namespace} {where}" if namespace else where
