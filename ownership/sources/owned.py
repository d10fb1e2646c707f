"""Clusters, components, namespaces, rules and the split of kinds, as a map file writes them. PURE."""

from collections.abc import Iterator

from ownership.entries import (
    ClusterEntry,
    ComponentEntry,
    NamespaceEntry,
    ResponsibilityEntry,
    RuleEntry,
    precedence_of,
)
from ownership.matchers import Condition, Matcher
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.sources import Source, readers
from ownership.sources.fields import Fields
from ownership.sources.format import CONDITIONS
from ownership.sources.labels import EVERY_TEAM
from ownership.sources.names import Names
from ownership.sources.tree import Node, Scalar

_LEVELS = [level.value for level in Level]
_LABELS = ("labels", "node_labels")


def cluster(fields: Fields, names: Names) -> ClusterEntry:
    slug = fields.text("slug", readers.slug, example="prod-eu-1")
    names.once(fields, "slug", "cluster", slug)
    tenancy = fields.maybe("tenancy", readers.one_of([t.value for t in Tenancy])) or Tenancy.SHARED.value
    dedicated_to = fields.maybe("dedicated_to", names.team)
    if tenancy == Tenancy.DEDICATED and not fields.has("dedicated_to"):
        fields.refuse("dedicated_to", "", "is missing on a dedicated cluster", "Name the team that it is for.")
    if tenancy == Tenancy.SHARED and fields.has("dedicated_to"):
        remedy = "Write tenancy: dedicated, or leave dedicated_to out."
        fields.refuse("dedicated_to", dedicated_to or "", "does not go with a shared cluster", remedy)
    policy = fields.maybe("fallback_policy", readers.one_of([p.value for p in FallbackPolicy]))
    return ClusterEntry(
        slug=slug,
        operated_by=fields.text("operated_by", names.team, example="platform"),
        tenancy=Tenancy(tenancy),
        dedicated_to=dedicated_to,
        fallback=fields.maybe("fallback", names.team),
        source=Source.FILE,
        fallback_policy=FallbackPolicy(policy) if policy else FallbackPolicy.TEAM,
        recognised_by=_once_each(_recognised_by(fields)),
        labels_for=tuple(fields.list_of("labels_for", lambda text: text if text == EVERY_TEAM else names.team(text))),
    )


def component(fields: Fields, names: Names) -> ComponentEntry:
    where = fields.text("cluster", names.cluster, example="prod-eu-1")
    kind = fields.text("kind", readers.words(63), example="CoreDNS")
    name = fields.maybe("name", readers.words(253)) or ""
    names.once(fields, "name", "component", where, kind.casefold(), name)
    team = fields.maybe("team", names.team)
    found = _once_each(_matcher(each) for each in fields.each("matchers", CONDITIONS))
    return ComponentEntry(where, kind, name, team, Source.FILE, matchers=found)


def namespace(fields: Fields, names: Names) -> NamespaceEntry:
    where = fields.maybe("cluster", names.cluster)
    name = fields.text("name", readers.namespace, example="shop")
    # An unknown cluster is a mistake of its own, not a namespace of every cluster.
    if where or not fields.has("cluster"):
        names.once(fields, "name", "namespace", where or "every cluster", name)
    team = fields.text("team", names.team, example="payments")
    level = fields.maybe("level", readers.one_of(_LEVELS))
    others = tuple(fields.list_of("annotations_for", names.team))
    return NamespaceEntry(
        where, name, team, Level(level) if level else Level.NAMESPACE, Source.FILE, annotations_for=others
    )


def rule(fields: Fields, names: Names) -> RuleEntry:
    where = fields.maybe("cluster", names.cluster)
    team = fields.text("team", names.team, example="payments")
    level = fields.maybe("level", readers.one_of(_LEVELS))
    matcher = _matcher(fields)
    if matcher.conditions and (where or not fields.has("cluster")):
        names.once(fields, "team", "rule", where or "every cluster", matcher.text, shown=str(matcher))
    precedence = precedence_of(matcher)
    return RuleEntry(where, matcher, team, Level(level) if level else None, precedence, Source.FILE)


def responsibility(fields: Fields, names: Names) -> ResponsibilityEntry:
    kind = fields.text("kind", readers.words(63), example="NetworkPolicy")
    level = fields.text("level", readers.one_of(_LEVELS), example="namespace")
    who = fields.text("who", readers.one_of([who.value for who in Who]), example="team")
    where = fields.maybe("cluster", names.cluster)
    inside = fields.maybe("namespace", readers.namespace) or ""
    if where or not fields.has("cluster"):
        shown = f"{kind} at level {level}"
        names.once(fields, "kind", "row", where or "every cluster", inside, kind.casefold(), level, shown=shown)
    at = Level(level) if level else Level.NAMESPACE
    return ResponsibilityEntry(where, inside, kind, at, Who(who) if who else Who.OPERATORS, Source.FILE)


def _recognised_by(fields: Fields) -> Iterator[Matcher]:
    for node in fields.items("recognised_by"):
        path = fields.path_of("recognised_by")
        found = Matcher.of(labels=dict(_labels(fields, "recognised_by", fields.pairs_of(node, path))))
        yield found


def _matcher(fields: Fields) -> Matcher:
    """The conditions that stand among the fields."""
    given: dict[str, object] = {
        condition.value: fields.texts(condition.value, readers.text)
        for condition in Condition
        if fields.has(condition.value)
    }
    given |= {name: dict(_labels(fields, name, fields.pairs(name))) for name in _LABELS if fields.has(name)}
    found = Matcher.of(given)
    if not found.conditions and not fields.has_mistakes():
        fields.refuse("", "", "has no condition", f"Write at least one of {', '.join(CONDITIONS)}.")
    return found


def _labels(fields: Fields, key: str, pairs: Iterator[tuple[Scalar, Node]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    names_any = False
    for name, value in pairs:
        names_any = True
        if fields.checked(key, name, readers.label):
            yield name.text, fields.texts_of(f"{key}.{name.text}", value, readers.text)
    if not names_any and not fields.has_mistakes():
        fields.refuse(key, "", "names no label", "Write, for example, {cluster: prod-eu-1}.")


def _once_each(found: Iterator[Matcher]) -> tuple[Matcher, ...]:
    return tuple(sorted(set(found), key=lambda each: each.text))
