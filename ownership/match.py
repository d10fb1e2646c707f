"""Whose is it: the owner of a subject by the map, and the rules that say so. PURE.

Every rule that matches has a say, and the strongest decides: first by its class (`precedence`, in the map's order),
then a rule of that cluster before one of every cluster, then the more specific one: more conditions, exact words before
globs before patterns. Rules that are as strong and name different teams are a conflict. It is reported, and decided by
the source (somebody's hand, a file, an annotation, a label, ...), then by the name of the team: always the same way, in
whatever order the rules come.

A component goes before its namespace: who writes that CoreDNS has a team of its own means it although kube-system is
somebody's too. What no rule matches is the operators' where it stands in no namespace, and else falls to the fallback
of the cluster, as a gap, or to nobody, and that is an answer.

Where a subject names no cluster and the map has only one, that one is meant. Of a cluster that the map does not know,
only what holds in every cluster is known; the rest goes to the team that every known cluster falls back to, where that
is the same one, and otherwise to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ownership import defaults
from ownership.answering import answerer_of
from ownership.defaults import fallback_of, operators_of, tenancy_of
from ownership.entries import (
    ClusterEntry,
    ComponentEntry,
    NamespaceEntry,
    ResponsibilityEntry,
    RuleEntry,
    WellKnown,
)
from ownership.index import Values, what_fits
from ownership.matchers import Condition, Matcher
from ownership.owner import Answerer, Owner, Rule, RuleUsed
from ownership.ownership_map import OwnershipMap, source_rank
from ownership.precedence import Precedence
from ownership.responsibility import Level, Side
from ownership.sources import SHIPPED, Source
from ownership.subject import Subject, namespace_of, values_of

__all__ = [
    "Answerer",
    "ClusterEntry",
    "ComponentEntry",
    "Matcher",
    "NamespaceEntry",
    "Owner",
    "OwnershipMap",
    "Precedence",
    "ResponsibilityEntry",
    "Rule",
    "RuleEntry",
    "RuleUsed",
    "Side",
    "Subject",
    "WellKnown",
    "answerer_of",
    "fallback_of",
    "operators_of",
    "owner_of",
    "tenancy_of",
]

_Exactness = tuple[int, int]
_NAMED: _Exactness = (-99, 0)  # by kind and name: nothing is more specific
_OF_KIND: _Exactness = (-2, 0)  # as a matcher with one exact name
_BY_PRECEDENCE = {
    Precedence.COMPONENT: Rule.COMPONENT,
    Precedence.ANNOTATION: Rule.ANNOTATION,
    Precedence.WORKLOAD: Rule.WORKLOAD,
    Precedence.NAMESPACE: Rule.NAMESPACE,
    Precedence.CATALOG: Rule.CATALOG,
    Precedence.CODEOWNERS: Rule.CODEOWNERS,
    Precedence.RULE: Rule.OWNERSHIP_RULE,
    Precedence.SHIPPED: Rule.SHIPPED,
    Precedence.CLUSTER: Rule.OWNERSHIP_RULE,
}
_OF_LABELS = frozenset({Source.LABEL.value, Source.ANNOTATION.value})
_OF_THE_PLATFORM = frozenset({Rule.COMPONENT, Rule.SHIPPED})
# Kubernetes reserves names that begin with kube-, OpenShift those that begin with openshift-: no team can have one.
_RESERVED = ("kube-", "openshift-")


@dataclass(frozen=True, slots=True)
class _Say:
    """What one rule says, and how strong it is."""

    used: RuleUsed
    precedence: Precedence
    is_everywhere: bool = False
    exactness: _Exactness = _OF_KIND
    level: Level | None = None
    leans_on: tuple[RuleUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A subject, with what is looked up once."""

    subject: Subject
    cluster: ClusterEntry | None
    values: Values
    namespace: str
    ownership_map: OwnershipMap

    @property
    def slug(self) -> str | None:
        return self.cluster.slug if self.cluster else None


def owner_of(subject: Subject, ownership_map: OwnershipMap) -> Owner:
    """The owner of a subject. Never fails: what nobody owns is nobody's, and `why` says so."""
    cluster = ownership_map.cluster_of(subject.cluster, subject.labels)
    asked = _Asked(subject, cluster, values_of(subject), namespace_of(subject), ownership_map)
    says = sorted(_says(asked), key=lambda say: (_strength(say, ownership_map), _choice(say)))
    owner = _decided(says, asked) if says else _default(asked)
    return replace(owner, answerer=answerer_of(subject, owner, ownership_map))


def _says(asked: _Asked) -> Iterator[_Say]:
    components: list[_Say] = []
    if asked.cluster:
        components += _of_components(asked, asked.cluster)
        components += _of_well_known(asked, asked.cluster)
    yield from components
    is_component = any(say.precedence is Precedence.COMPONENT for say in components)
    for rule in asked.ownership_map.rule_index.find(asked.slug, asked.values):
        # In whatever order the classes stand: a label never owns a part of the platform.
        if not (is_component and rule.source in _OF_LABELS):
            yield _of_rule(rule)
    yield from _of_namespaces(asked)


def _strength(say: _Say, ownership_map: OwnershipMap) -> tuple[int, bool, _Exactness]:
    return ownership_map.ranks[say.precedence], say.is_everywhere, say.exactness


def _choice(say: _Say) -> tuple[int, str, str, str]:
    """Decides between rules that are as strong as each other; the level only where nothing else tells them apart."""
    return source_rank(say.used.source), say.used.team or "", say.used.key, say.level or ""


def _decided(says: list[_Say], asked: _Asked) -> Owner:
    first, *others = says
    differ = [say for say in others if say.used.team != first.used.team]
    strongest = _strength(first, asked.ownership_map)
    ties = [say.used for say in differ if _strength(say, asked.ownership_map) == strongest]
    level, gives_level = _level(first, asked)
    used = first.used
    why = used.said if level is None else f"{used.said}, at level {level}"
    return Owner(
        used.team,
        why,
        used.rule,
        used.source,
        level=level,
        updated_at=used.updated_at,
        cluster=asked.slug or "",
        path=(used, *first.leans_on, *gives_level),
        overruled=tuple(say.used for say in differ if say.used not in ties),
        conflicts=tuple(dict.fromkeys(ties)),
    )


def _level(say: _Say, asked: _Asked) -> tuple[Level | None, tuple[RuleUsed, ...]]:
    """The level of the rule, or else what it inherits from the namespace; none for what is the platform's."""
    if not asked.namespace or say.used.rule in _OF_THE_PLATFORM:
        return None, ()
    if say.level:
        return say.level, ()
    namespaces = asked.ownership_map.namespaces
    entry = namespaces.get((asked.slug, asked.namespace)) or namespaces.get((None, asked.namespace))
    if entry is None:
        return Level.NAMESPACE, ()
    return entry.level, (_of_namespace(entry).used,)


def _default(asked: _Asked) -> Owner:
    if asked.cluster and not asked.namespace:
        return defaults.operators(str(asked.subject), asked.cluster)
    return defaults.fallback(str(asked.subject), asked.subject.cluster, asked.cluster, asked.ownership_map)


def _of_components(asked: _Asked, cluster: ClusterEntry) -> Iterator[_Say]:
    subject, components = asked.subject, asked.ownership_map.components
    for name in dict.fromkeys((subject.name, "")):
        if entry := components.get((cluster.slug, subject.kind.casefold(), name)):
            yield _of_component(entry, cluster, _NAMED if name else _OF_KIND)
    for matcher, entry in asked.ownership_map.component_index.find(cluster.slug, asked.values):
        yield _of_component(entry, cluster, matcher.exactness, by=f" by {what_fits(matcher, asked.values)}")


def _of_component(
    entry: ComponentEntry,
    cluster: ClusterEntry,
    exactness: _Exactness,
    *,
    by: str = "",
    precedence: Precedence = Precedence.COMPONENT,
) -> _Say:
    called = f"{entry.kind} {entry.name}".strip()
    key = f"component {cluster.slug}/{called.replace(' ', '/', 1)}"
    if entry.team:
        said = f"{called} in {cluster.slug} is owned by {entry.team}{by}"
        used = RuleUsed(Rule.COMPONENT, entry.team, said, entry.source, entry.updated_at, key=key)
        return _Say(used, precedence, exactness=exactness)
    said = f"{called} in {cluster.slug} has no team of its own, so it is the operators', {cluster.operated_by}{by}"
    used = RuleUsed(Rule.COMPONENT, cluster.operated_by, said, entry.source, entry.updated_at, key=key)
    return _Say(used, precedence, exactness=exactness, leans_on=(defaults.operators_used(cluster),))


def _of_well_known(asked: _Asked, cluster: ClusterEntry) -> Iterator[_Say]:
    """The parts that most clusters have, by what alerts call them and by what they run.

    A component of the map of the same kind says whose they are. It goes before the namespace only where the matcher
    names the namespace as well: an ingress controller that a team runs for itself stays the team's.
    """
    ownership_map = asked.ownership_map
    if known := ownership_map.kind_called(asked.subject.kind):
        yield _of_known(known, asked, cluster, _OF_KIND, f" as {asked.subject.kind}", Precedence.COMPONENT)
    for matcher, known in ownership_map.shipped_index.find(None, asked.values):
        at_home = matcher.names(Condition.NAMESPACE) and len(matcher.conditions) > 1
        precedence = Precedence.COMPONENT if at_home else Precedence.SHIPPED
        by = f" by {what_fits(matcher, asked.values)}"
        yield _of_known(known, asked, cluster, matcher.exactness, by, precedence)


def _of_known(
    known: WellKnown, asked: _Asked, cluster: ClusterEntry, exactness: _Exactness, by: str, precedence: Precedence
) -> _Say:
    for name in (known.name, ""):
        if entry := asked.ownership_map.components.get((cluster.slug, known.kind.casefold(), name)):
            return _of_component(entry, cluster, exactness, by=by, precedence=precedence)
    said = f"{known.kind} {known.name} is a well-known part of the platform{by}, and {cluster.operated_by} operates it"
    key = f"well-known {known.kind}/{known.name}"
    used = RuleUsed(Rule.SHIPPED, cluster.operated_by, said, SHIPPED, key=key)
    return _Say(used, Precedence.SHIPPED, exactness=exactness, leans_on=(defaults.operators_used(cluster),))


def _of_rule(entry: RuleEntry) -> _Say:
    where = f"in {entry.cluster}" if entry.cluster else "in every cluster"
    given = f" by the {entry.source} of {entry.origin}" if entry.origin else ""
    said = f"what matches {entry.matcher} {where} is owned by {entry.team}{given}"
    rule = _BY_PRECEDENCE[entry.precedence]
    if rule is Rule.NAMESPACE and entry.source == Source.LABEL:
        rule = Rule.NAMESPACE_LABEL
    key = f"rule {entry.cluster or '*'}/{entry.matcher}"
    used = RuleUsed(rule, entry.team, said, entry.source, entry.updated_at, entry.written_by, key, entry.pk)
    is_everywhere = entry.cluster is None
    return _Say(used, entry.precedence, is_everywhere, entry.matcher.exactness, entry.level)


def _of_namespaces(asked: _Asked) -> Iterator[_Say]:
    name, namespaces = asked.namespace, asked.ownership_map.namespaces
    if not name:
        return
    if asked.slug and (here := namespaces.get((asked.slug, name))):
        yield _of_namespace(here)
    if everywhere := namespaces.get((None, name)):
        yield _of_namespace(everywhere)
    elif asked.ownership_map.teams_by_name:
        yield _Say(_by_name(name, asked), Precedence.CLUSTER, is_everywhere=True, level=Level.NAMESPACE)


def _by_name(name: str, asked: _Asked) -> RuleUsed:
    if asked.cluster and name.startswith(_RESERVED):
        operators = asked.cluster.operated_by
        said = f"the distribution keeps the namespace {name} for itself: {operators} operates {asked.slug}"
        return RuleUsed(Rule.NAMESPACE_NAME, operators, said)
    said = f"no rule names the namespace {name}, so it is owned by the team of the same name"
    return RuleUsed(Rule.NAMESPACE_NAME, name, said)


def _of_namespace(entry: NamespaceEntry) -> _Say:
    where = f"in {entry.cluster}" if entry.cluster else "in every cluster"
    said = f"the namespace {entry.name} {where} is owned by {entry.team}"
    rule = Rule.NAMESPACE if entry.cluster else Rule.NAMESPACE_EVERYWHERE
    key = f"namespace {entry.cluster or '*'}/{entry.name}"
    used = RuleUsed(rule, entry.team, said, entry.source, entry.updated_at, key=key)
    return _Say(used, Precedence.NAMESPACE, entry.cluster is None, level=entry.level)
