"""Whose is it: the owner of a subject by the map, and the rule that says so. PURE.

The first rule that holds decides:

1. a component of that cluster, by kind and name, then by kind alone;
2. the namespace in that cluster;
3. the namespace in every cluster;
4. for what stands in no namespace, the operators of the cluster;
5. the fallback of the cluster;
6. nobody, and that is an answer.

A component goes before its namespace: who writes that CoreDNS has a team of its own means it although kube-system is
somebody's too.

Where a subject names no cluster and the map has only one, that one is meant. Of a cluster that the map does not know,
only namespaces in every cluster are known; the rest goes to the team that every known cluster falls back to, where
that is the same one, and otherwise to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ownership.responsibility import Level, Tenancy, is_of_the_cluster


class Rule(StrEnum):
    """Which rule gave the owner."""

    COMPONENT = "component"
    NAMESPACE = "namespace"
    NAMESPACE_EVERYWHERE = "namespace in every cluster"
    NAMESPACE_NAME = "team of the same name"
    OPERATORS = "operators of the cluster"
    FALLBACK = "fallback of the cluster"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ClusterEntry:
    """A cluster of the map; teams are slugs."""

    slug: str
    operated_by: str
    tenancy: Tenancy = Tenancy.SHARED
    dedicated_to: str | None = None
    fallback: str | None = None
    source: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComponentEntry:
    """A component; without a name every one of the kind, without a team the operators'."""

    cluster: str
    kind: str
    name: str = ""
    team: str | None = None
    source: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NamespaceEntry:
    """A namespace of a cluster, or of every cluster where `cluster` is None."""

    cluster: str | None
    name: str
    team: str
    level: Level = Level.NAMESPACE
    source: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True)
class OwnershipMap:
    """Who owns what. Made by `OwnershipMap.of`, which sorts the entries for looking up.

    `teams_by_name`: a namespace that no rule names is owned by a team of the same name; those that the distribution
    reserves by whoever operates the cluster.
    """

    clusters: Mapping[str, ClusterEntry] = field(default_factory=dict)
    components: Mapping[tuple[str, str, str], ComponentEntry] = field(default_factory=dict)
    namespaces: Mapping[tuple[str | None, str], NamespaceEntry] = field(default_factory=dict)
    teams_by_name: bool = False

    @classmethod
    def of(
        cls,
        clusters: "tuple[ClusterEntry, ...]" = (),
        components: "tuple[ComponentEntry, ...]" = (),
        namespaces: "tuple[NamespaceEntry, ...]" = (),
        *,
        teams_by_name: bool = False,
    ) -> "OwnershipMap":
        """The map of these entries; of two with the same key the later one counts."""
        return cls(
            {entry.slug: entry for entry in clusters},
            {(entry.cluster, entry.kind.casefold(), entry.name): entry for entry in components},
            {(entry.cluster, entry.name): entry for entry in namespaces},
            teams_by_name,
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about. Empty means not known, or for `namespace` that it stands in none."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    cluster: str = ""

    @classmethod
    def read(cls, words: Mapping[str, object]) -> "Subject":
        """A subject from a mapping with any of the keys `kind`, `name`, `namespace`, `cluster`; others are ignored."""
        return cls(*(str(words.get(key) or "") for key in ("kind", "name", "namespace", "cluster")))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a subject is.

    Attributes:
        team: slug of the team, or None: nobody owns it.
        why: a sentence for people.
        rule: which rule decided.
        source: where that rule was written (`file`, `manual`), or empty.
        is_fallback: the team does not own it but looks at it first, because nobody does.
        level: the team's level in the namespace, where a namespace decided.
        updated_at: since when the rule stands as it is, where known.
    """

    team: str | None
    why: str
    rule: Rule
    source: str = ""
    is_fallback: bool = False
    level: Level | None = None
    updated_at: datetime | None = None


def owner_of(subject: Subject, ownership_map: OwnershipMap) -> Owner:
    """The owner of a subject. Never fails: what nobody owns is nobody's, and `why` says so."""
    cluster = _cluster_meant(subject.cluster, ownership_map)
    return (
        _by_component(subject, cluster, ownership_map)
        or _by_namespace(subject, cluster, ownership_map)
        or _by_operators(subject, cluster)
        or _fallback(_said(subject), subject.cluster, cluster, ownership_map)
    )


def fallback_of(cluster: str, ownership_map: OwnershipMap) -> Owner:
    """Who looks first at what nobody owns, or at what is uncertain, in this cluster. Never fails."""
    return _fallback("what is uncertain", cluster, _cluster_meant(cluster, ownership_map), ownership_map)


def operators_of(cluster: str, ownership_map: OwnershipMap) -> Owner:
    """Who answers for the cluster itself; for an unknown cluster its fallback. Never fails."""
    return owner_of(Subject(kind="Cluster", name=cluster, cluster=cluster), ownership_map)


def tenancy_of(cluster: str, ownership_map: OwnershipMap) -> Tenancy:
    """Whether the cluster is one team's or shared; an unknown one counts as shared."""
    entry = _cluster_meant(cluster, ownership_map)
    return entry.tenancy if entry else Tenancy.SHARED


def _cluster_meant(slug: str, ownership_map: OwnershipMap) -> ClusterEntry | None:
    if not slug and len(ownership_map.clusters) == 1:
        return next(iter(ownership_map.clusters.values()))
    return ownership_map.clusters.get(slug)


def _by_component(subject: Subject, cluster: ClusterEntry | None, ownership_map: OwnershipMap) -> Owner | None:
    if cluster is None:
        return None
    for name in dict.fromkeys((subject.name, "")):
        entry = ownership_map.components.get((cluster.slug, subject.kind.casefold(), name))
        if entry:
            return _of_component(entry, cluster)
    return None


def _of_component(entry: ComponentEntry, cluster: ClusterEntry) -> Owner:
    called = f"{entry.kind} {entry.name}".strip()
    if entry.team:
        why = f"the component {called} of {cluster.slug} is owned by {entry.team}"
    else:
        why = f"the component {called} of {cluster.slug} has no team of its own: {cluster.operated_by} operates it"
    return Owner(entry.team or cluster.operated_by, why, Rule.COMPONENT, entry.source, updated_at=entry.updated_at)


# Kubernetes reserves names that begin with kube-, OpenShift those that begin with openshift-: no team can have one.
_RESERVED = ("kube-", "openshift-")


def _by_namespace(subject: Subject, cluster: ClusterEntry | None, ownership_map: OwnershipMap) -> Owner | None:
    name = _namespace_of(subject)
    if not name:
        return None
    here = ownership_map.namespaces.get((cluster.slug, name)) if cluster else None
    if here:
        return _of_namespace(here, f"in {here.cluster}", Rule.NAMESPACE)
    everywhere = ownership_map.namespaces.get((None, name))
    if everywhere:
        return _of_namespace(everywhere, "in every cluster", Rule.NAMESPACE_EVERYWHERE)
    if ownership_map.teams_by_name:
        if cluster is not None and name.startswith(_RESERVED):
            why = (
                f"the distribution keeps the namespace {name} for itself: {cluster.operated_by} operates {cluster.slug}"
            )
            return Owner(cluster.operated_by, why, Rule.NAMESPACE_NAME, level=Level.NAMESPACE)
        why = f"no rule names the namespace {name}, so it is owned by the team of the same name"
        return Owner(name, why, Rule.NAMESPACE_NAME, level=Level.NAMESPACE)
    return None


def _of_namespace(entry: NamespaceEntry, where: str, rule: Rule) -> Owner:
    why = f"the namespace {entry.name} {where} is owned by {entry.team}, at level {entry.level}"
    return Owner(entry.team, why, rule, entry.source, level=entry.level, updated_at=entry.updated_at)


def _namespace_of(subject: Subject) -> str:
    """The namespace that a subject stands in or is; a node has none, whatever labels its alert carries."""
    if subject.kind.casefold() == "namespace":
        return subject.name or subject.namespace
    return "" if is_of_the_cluster(subject.kind) else subject.namespace


def _by_operators(subject: Subject, cluster: ClusterEntry | None) -> Owner | None:
    if cluster is None or _namespace_of(subject):
        return None
    why = f"{_said(subject)} stands in no namespace, and {cluster.operated_by} operates {cluster.slug}"
    return Owner(cluster.operated_by, why, Rule.OPERATORS, cluster.source, updated_at=cluster.updated_at)


def _fallback(what: str, slug: str, cluster: ClusterEntry | None, ownership_map: OwnershipMap) -> Owner:
    where = cluster.slug if cluster else slug or "a cluster that is not named"
    team = cluster.fallback if cluster else _common_fallback(ownership_map)
    if team is None:
        return Owner(None, f"nobody owns {what} in {where}, which has no fallback", Rule.NOBODY)
    known = "" if cluster else f"; the map does not know {where}, but every cluster of it falls back to {team}"
    why = f"nobody owns {what} in {where}, so {team} looks first{known}"
    source = cluster.source if cluster else ""
    return Owner(team, why, Rule.FALLBACK, source, is_fallback=True, updated_at=cluster.updated_at if cluster else None)


def _common_fallback(ownership_map: OwnershipMap) -> str | None:
    teams = {entry.fallback or entry.operated_by for entry in ownership_map.clusters.values()}
    return teams.pop() if len(teams) == 1 else None


def _said(subject: Subject) -> str:
    namespace = _namespace_of(subject)
    if subject.kind.casefold() == "namespace":
        return f"the namespace {namespace}"
    called = f"{subject.kind} {subject.name}".strip() or "it"
    return f"{called} in the namespace {namespace}" if namespace else called
