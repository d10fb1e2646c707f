"""A map with one row changed, and what that changes for whom: told before it is done. PURE."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry
from ownership.match import Owner, OwnershipMap, Subject, fallback_of, owner_of
from ownership.matchers import LABELS, NODE_LABELS, Condition, Form, Matcher, form_of, text_of

Entry = ClusterEntry | ComponentEntry | NamespaceEntry | RuleEntry | ResponsibilityEntry
MOST_ASKED = 2000
_OF_A_NAMESPACE = ("Namespace", "Deployment", "Ingress", "NetworkPolicy")
# What is looked things up in, and the tables of which it is made.
_MADE_OF: Mapping[str, frozenset[str]] = {
    "ranks": frozenset(),
    "aliases": frozenset(),
    "shipped_index": frozenset(),
    "rule_index": frozenset({"rules"}),
    "rules_by_namespace": frozenset({"rules"}),
    "namespaces_by_name": frozenset({"namespaces"}),
    "component_index": frozenset({"components"}),
    "cells": frozenset({"responsibilities"}),
    "full_on": frozenset({"namespaces"}),
    "recognisers": frozenset({"clusters"}),
}


@dataclass(frozen=True)
class Moved:
    """Something that would be somebody else's, or asked of somebody else."""

    what: str
    before: Owner
    after: Owner

    @property
    def is_handed_over(self) -> bool:
        return (self.before.team, self.before.is_gap) != (self.after.team, self.after.is_gap)


def amended(ownership_map: OwnershipMap, before: Entry | None, after: Entry | None) -> OwnershipMap:
    """The map with one row added, changed or removed. What does not hang on its table is not built again."""
    tables = _tables(ownership_map, before, after)
    made = replace(ownership_map, **tables)
    for name, needs in _MADE_OF.items():
        if name in ownership_map.__dict__ and not needs & tables.keys():
            made.__dict__[name] = ownership_map.__dict__[name]
    return made


def _tables(ownership_map: OwnershipMap, before: Entry | None, after: Entry | None) -> dict[str, Any]:
    entry = after or before
    if isinstance(entry, RuleEntry | ResponsibilityEntry):
        name = "rules" if isinstance(entry, RuleEntry) else "responsibilities"
        kept = tuple(each for each in getattr(ownership_map, name) if not _is_same(each, before))
        return {name: (*kept, after) if after else kept}
    if isinstance(entry, ClusterEntry):
        return _clusters(ownership_map, before, after)
    name = "components" if isinstance(entry, ComponentEntry) else "namespaces"
    table = dict(getattr(ownership_map, name))
    if before is not None:
        table.pop(_key(before), None)
    if after is not None:
        table[_key(after)] = after
    return {name: table}


def _clusters(ownership_map: OwnershipMap, before: Entry | None, after: Entry | None) -> dict[str, Any]:
    clusters = dict(ownership_map.clusters)
    if isinstance(after, ClusterEntry):
        clusters[after.slug] = after
        return {"clusters": clusters}
    # What is written for a cluster goes with it.
    gone = before.slug if isinstance(before, ClusterEntry) else ""
    clusters.pop(gone, None)
    return {
        "clusters": clusters,
        "components": {key: each for key, each in ownership_map.components.items() if each.cluster != gone},
        "namespaces": {key: each for key, each in ownership_map.namespaces.items() if each.cluster != gone},
        "rules": tuple(each for each in ownership_map.rules if each.cluster != gone),
        "responsibilities": tuple(each for each in ownership_map.responsibilities if each.cluster != gone),
    }


def _is_same(each: RuleEntry | ResponsibilityEntry, before: Entry | None) -> bool:
    if isinstance(each, RuleEntry) and isinstance(before, RuleEntry):
        return each.pk == before.pk if before.pk is not None else each == before
    return each == before


def _key(entry: Entry) -> Any:
    if isinstance(entry, ComponentEntry):
        return (entry.cluster, entry.kind.casefold(), entry.name)
    assert isinstance(entry, NamespaceEntry)  # noqa: S101 - the others are no keys of a table
    return (entry.cluster, entry.name)


def moved_by(ownership_map: OwnershipMap, before: Entry | None, after: Entry | None) -> list[Moved]:
    """What would be somebody else's, or asked of somebody else, if this row became that; at most some thousand looked
    at, which is all but for rules over everything."""
    then = amended(ownership_map, before, after)
    asked = dict(islice(_affected(ownership_map, then, before, after), MOST_ASKED))
    found = []
    handed_over: dict[tuple[str, str], Moved] = {}  # namespaces that go to somebody else as a whole
    for what, subject in asked.items():
        moved = Moved(what, _owner(subject, ownership_map), _owner(subject, then))
        if _says(moved.before) == _says(moved.after):
            continue
        place = (subject.cluster, subject.namespace)
        whole = handed_over.get(place) if subject.namespace else None
        if whole and (whole.before.team, whole.after.team) == (moved.before.team, moved.after.team):
            continue
        if subject.kind == "Namespace" and moved.is_handed_over:
            handed_over[place] = moved
        found.append(moved)
    return found


def _owner(subject: Subject, ownership_map: OwnershipMap) -> Owner:
    """Uncertainty has no subject: there it is who looks first."""
    return (
        fallback_of(subject.cluster, ownership_map) if subject.kind == _UNCERTAIN else owner_of(subject, ownership_map)
    )


_UNCERTAIN = "what is uncertain"


def _says(owner: Owner) -> tuple[object, ...]:
    return owner.team, owner.is_gap, owner.level, owner.answerer.team if owner.answerer else None


def _affected(
    before_map: OwnershipMap, after_map: OwnershipMap, before: Entry | None, after: Entry | None
) -> Iterator[tuple[str, Subject]]:
    for entry in (before, after):
        if isinstance(entry, NamespaceEntry):
            yield from _of_namespace(entry, before_map, after_map)
        elif isinstance(entry, RuleEntry):
            yield from _of_rule(entry, before_map)
        elif isinstance(entry, ComponentEntry):
            yield from _of_component(entry)
        elif isinstance(entry, ClusterEntry):
            yield from _of_cluster(entry, before_map)
        elif isinstance(entry, ResponsibilityEntry):
            yield from _of_responsibility(entry, before_map)


def _of_namespace(entry: NamespaceEntry, *maps: OwnershipMap) -> Iterator[tuple[str, Subject]]:
    for cluster in _clusters_of(entry.cluster, maps[0]):
        for kind in _OF_A_NAMESPACE:
            yield _in_namespace(kind, entry.name, cluster)


def _in_namespace(kind: str, namespace: str, cluster: str) -> tuple[str, Subject]:
    where = f"{namespace} in {cluster}" if cluster else namespace
    if kind == "Namespace":
        return f"namespace {where}", Subject(kind, namespace, namespace, cluster)
    return f"{_many(kind)} of {where}", Subject(kind, "", namespace, cluster)


def _many(kind: str) -> str:
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def _of_rule(entry: RuleEntry, ownership_map: OwnershipMap) -> Iterator[tuple[str, Subject]]:
    words, labels = example_of(entry.matcher)
    inside = [text_of(text) for text in entry.matcher.texts(Condition.NAMESPACE)]
    names = [(where, name) for where, name in ownership_map.namespaces if any(text.fits(name) for text in inside)]
    names += [(entry.cluster, text.written) for text in inside if text.form is Form.EXACT]
    for cluster in _clusters_of(entry.cluster, ownership_map):
        here = [name for where, name in names if where in (None, cluster)] or [words.get("namespace", "")]
        for name in dict.fromkeys(here):
            subject = replace(Subject.read({**words, "namespace": name, "cluster": cluster}), labels=labels)
            if not subject.kind and name and len(entry.matcher.conditions) == 1:
                yield _in_namespace("Namespace", name, cluster)
            else:
                yield f"what matches {entry.matcher}{f' in {cluster}' if cluster else ''}", subject


def _of_component(entry: ComponentEntry) -> Iterator[tuple[str, Subject]]:
    called = f"{entry.kind} {entry.name}".strip()
    yield f"{called} in {entry.cluster}", Subject(entry.kind, entry.name or entry.kind, "", entry.cluster)
    for matcher in entry.matchers:
        words, labels = example_of(matcher)
        subject = replace(Subject.read({**words, "cluster": entry.cluster}), labels=labels)
        yield f"what matches {matcher} in {entry.cluster}", subject


def _of_cluster(entry: ClusterEntry, ownership_map: OwnershipMap) -> Iterator[tuple[str, Subject]]:
    slug = entry.slug
    yield f"the nodes and the cluster {slug} itself", Subject("Cluster", slug, "", slug)
    yield f"what nobody owns in {slug}", Subject("Namespace", "\x00", "\x00", slug)
    yield f"what is uncertain in {slug}", Subject(_UNCERTAIN, cluster=slug)
    for component in ownership_map.components.values():
        if component.cluster == slug:
            yield from _of_component(component)
    for where, name in ownership_map.namespaces:
        if where in (slug, None):
            yield _in_namespace("Namespace", name, slug)
            yield _in_namespace("NetworkPolicy", name, slug)


def _of_responsibility(entry: ResponsibilityEntry, ownership_map: OwnershipMap) -> Iterator[tuple[str, Subject]]:
    for (cluster, name), each in ownership_map.namespaces.items():
        is_there = entry.cluster is None or cluster is None or entry.cluster == cluster
        if each.level is entry.level and is_there and entry.namespace in ("", name):
            for where in _clusters_of(cluster or entry.cluster, ownership_map):
                yield _in_namespace(entry.kind, name, where)


def _clusters_of(cluster: str | None, ownership_map: OwnershipMap) -> Iterable[str]:
    """The one, or every one; without any the cluster is not named."""
    return [cluster] if cluster else sorted(ownership_map.clusters) or [""]


def example_of(matcher: Matcher) -> tuple[dict[str, str], dict[str, str]]:
    """The words and labels of something that the matcher matches; of a pattern what is plain of it stands for it."""
    words: dict[str, str] = {}
    labels: dict[str, str] = {}
    for condition, texts in matcher.conditions:
        exact = next((text for text in texts if form_of(text) is Form.EXACT), "")
        text = exact or _plain(texts[0])
        if condition.startswith(LABELS):
            labels[condition.removeprefix(LABELS)] = text
        elif condition == Condition.WORKLOAD:
            words |= {"kind": words.get("kind", "Workload"), "name": text, "workload": text}
        elif condition == Condition.NODE:
            words |= {"node": text} | ({} if matcher.names(Condition.NAMESPACE) else {"kind": "Node", "name": text})
        elif condition == Condition.REGISTRY:
            words["image"] = f"{text}/x"
        elif not condition.startswith(NODE_LABELS):
            words[condition] = text
    return words, labels


def _plain(text: str) -> str:
    """What fits a glob: the glob without its stars. Of a pattern only its beginning is known."""
    if form_of(text) is Form.GLOB:
        return text.replace("*", "").replace("?", "x") or "x"
    return text_of(text).prefix or text.strip("~")
