"""Finds what a text may mean: things of the map by any part of their name, or a subject as it is written. PURE.

Whoever is paged knows a name and not where it stands, so whatever is typed leads somewhere: to what the map names, and
else to what the text says by its shape: `prod/shop/cart`, `Deployment cart`, `node-14`, an image, a host, an alert.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ownership.match import OwnershipMap, Subject, owner_of
from ownership.matchers import LABELS, Condition, Form, Matcher, form_of
from ownership.responsibility import KINDS

LONGEST = 300
MOST_OF_A_KIND = 8
_KINDS = {kind.casefold(): kind for kinds in KINDS.values() for kind in kinds} | {
    kind.casefold(): kind
    for kind in ("Namespace", "Service", "Ingress", "PersistentVolumeClaim", "ServiceAccount", "Endpoints")
}
_LABEL_SET = re.compile(r"""^\s*\{?\s*[\w./-]+\s*=~?\s*[^,=]+(,\s*[\w./-]+\s*=~?\s*[^,=]+)*\}?\s*$""")
_ALERT = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+")
_NODE = re.compile(r"(?:node|ip|gke|aks|worker|master|control-plane|vm)-[\w.-]+")
_HOST = re.compile(r"[a-z0-9*-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_IMAGE = re.compile(r"(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?|localhost(?::\d+)?)/[\w./-]+(?::[\w.-]+)?(?:@[\w:+.-]+)?")


class Group(StrEnum):
    """What kind of thing a hit is, in the order in which they are shown."""

    WRITTEN = "As it is written"
    NAMESPACE = "Namespaces"
    COMPONENT = "Components"
    CLUSTER = "Clusters"
    TEAM = "Teams"
    PERSON = "People"
    WORKLOAD = "Workloads"
    IMAGE = "Images, registries"
    ROUTE = "Hosts, classes, webhooks"
    NODE = "Nodes"
    ALERT = "Alert names"
    LABEL = "Labels"
    SEEN = "Seen in incidents"


@dataclass(frozen=True)
class Hit:
    """One thing that a text may mean.

    Attributes:
        asks: the words that ask for it, as `triage.whose` and the API take them; a label as `label.NAME`.
        team: slug of the team to which it belongs, where that is known.
        is_gap: nobody owns it.
    """

    group: Group
    name: str
    where: str
    asks: tuple[tuple[str, str], ...]
    team: str | None = None
    is_gap: bool = False
    rank: tuple[int, int, str] = (0, 0, "")


@dataclass(frozen=True)
class Hits:
    """What was found, the best first within each group, and how much there is in all."""

    by_group: Mapping[Group, tuple[Hit, ...]]
    in_all: int

    @property
    def best(self) -> Hit | None:
        """The one that is meant most likely: what fits best, whatever its group."""
        order = list(Group)
        found = [hit for hits in self.by_group.values() for hit in hits]
        return min(found, key=lambda hit: (hit.rank[0], order.index(hit.group), hit.rank), default=None)


def hits_of(text: str, ownership_map: OwnershipMap, more: Iterable[Hit] = ()) -> Hits:
    """What the text may mean, on the map and as it is written; `more` is found elsewhere (people, incidents)."""
    wanted = text.strip()[:LONGEST].casefold()
    if not wanted:
        return Hits({}, 0)
    found: dict[Group, list[Hit]] = defaultdict(list)
    for hit in (*_written(text.strip()[:LONGEST], ownership_map), *_on_the_map(wanted, ownership_map), *more):
        found[hit.group].append(hit)
    best = {
        group: tuple(_owned(hit, ownership_map) for hit in sorted(found[group], key=_rank)[:MOST_OF_A_KIND])
        for group in Group
        if found[group]
    }
    return Hits(best, sum(map(len, found.values())))


def _rank(hit: Hit) -> tuple[int, int, str]:
    return hit.rank


def rank_of(name: str, wanted: str) -> tuple[int, int, str] | None:
    """How well a name fits: whole, from its beginning, from that of a word in it, anywhere; None: not at all."""
    folded = name.casefold()
    at = folded.find(wanted)
    if at < 0:
        return None
    if folded == wanted:
        return (0, 0, folded)
    starts_word = at > 0 and not folded[at - 1].isalnum()
    return (1 if at == 0 else 2 if starts_word else 3, len(folded), folded)


def guess_of(text: str, ownership_map: OwnershipMap) -> Hit | None:
    """What a text would be that nothing is called: by its shape, else a namespace of the first cluster."""
    written = text.strip()[:LONGEST]
    if not written:
        return None
    by_shape = next(_written(written, ownership_map), None) or _by_shape(written)
    if by_shape:
        return _owned(by_shape, ownership_map)
    cluster = _usual_cluster(ownership_map)
    asks = {"cluster": cluster, "kind": "Namespace", "name": written, "namespace": written}
    return _owned(Hit(Group.NAMESPACE, written, cluster, _words(**asks)), ownership_map)


def _usual_cluster(ownership_map: OwnershipMap) -> str:
    """The cluster with the most namespaces of its own, for want of a better one."""
    counts: dict[str, int] = dict.fromkeys(sorted(ownership_map.clusters), 0)
    for cluster, _ in ownership_map.namespaces:
        if cluster in counts:
            counts[cluster] += 1
    return max(counts, key=lambda slug: counts[slug], default="")


def _owned(hit: Hit, ownership_map: OwnershipMap) -> Hit:
    """The hit with its owner. A few are asked for, not all that fit."""
    if hit.group in (Group.TEAM, Group.PERSON) or hit.team:
        return hit
    owner = owner_of(_subject(hit), ownership_map)
    return Hit(hit.group, hit.name, hit.where, hit.asks, owner.team, owner.is_gap, hit.rank)


def _subject(hit: Hit) -> Subject:
    words = dict(hit.asks)
    labels = {key.removeprefix("label."): value for key, value in words.items() if key.startswith("label.")}
    if component := words.pop("component", ""):
        words = {"kind": component, "name": component} | words
    read = Subject.read(words)
    if not labels:
        return read
    return Subject.of_labels(labels, cluster=read.cluster)


def _words(**words: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, value) for word, value in words.items() if value)


def _written(text: str, ownership_map: OwnershipMap) -> Iterator[Hit]:
    """What the text says by its form alone, however long the map is."""
    if _LABEL_SET.match(text):
        pairs = [pair.partition("=") for pair in text.strip("{} ").split(",")]
        labels = {f"label.{name.strip()}": value.strip("~ \"'") for name, _, value in pairs}
        yield Hit(Group.WRITTEN, text, "labels of an alert", tuple(labels.items()))
    elif _IMAGE.fullmatch(text):
        yield Hit(Group.WRITTEN, text, "image", _words(image=text))
    elif "/" in text:
        yield from _path([part for part in text.split("/") if part], ownership_map)
    elif " " in text:
        kind, _, name = text.partition(" ")
        if kind.casefold() in _KINDS and name.strip():
            yield _of_kind(kind, name.strip())


def _path(parts: list[str], ownership_map: OwnershipMap) -> Iterator[Hit]:
    """`prod/shop`, `prod/shop/cart`, `shop/cart`, `deployment/cart`, `prod/shop/Deployment/cart`."""
    cluster = parts.pop(0) if parts and parts[0] in ownership_map.clusters else ""
    if not parts:
        return
    if parts[0].casefold() in _KINDS and len(parts) == 2:
        yield _of_kind(parts[0], parts[1], cluster=cluster)
        return
    namespace, *rest = parts
    if not rest and cluster:
        asks = _words(cluster=cluster, kind="Namespace", name=namespace, namespace=namespace)
        yield Hit(Group.WRITTEN, namespace, f"namespace of {cluster}", asks)
    elif rest and len(rest) <= 2:
        kind = _KINDS.get(rest[0].casefold(), rest[0]) if len(rest) == 2 else "Workload"
        where = " / ".join(filter(None, [cluster, namespace]))
        asks = _words(cluster=cluster, namespace=namespace, kind=kind, name=rest[-1])
        yield Hit(Group.WRITTEN, f"{kind} {rest[-1]}", where, asks)


def _of_kind(kind: str, name: str, cluster: str = "") -> Hit:
    spelt = _KINDS[kind.casefold()]
    namespace = name if spelt == "Namespace" else ""
    asks = _words(cluster=cluster, kind=spelt, name=name, namespace=namespace)
    return Hit(Group.WRITTEN, f"{spelt} {name}", cluster, asks)


def _by_shape(text: str) -> Hit | None:
    if _ALERT.fullmatch(text):
        return Hit(Group.ALERT, text, "alert", _words(alertname=text))
    if _NODE.fullmatch(text):
        return Hit(Group.NODE, text, "node", _words(kind="Node", name=text))
    if _HOST.fullmatch(text):
        return Hit(Group.ROUTE, text, "host", _words(ingress_host=text))
    return None


def _on_the_map(wanted: str, ownership_map: OwnershipMap) -> Iterator[Hit]:
    yield from _namespaces(wanted, ownership_map)
    for slug, cluster in ownership_map.clusters.items():
        if rank := rank_of(slug, wanted):
            yield Hit(
                Group.CLUSTER,
                slug,
                f"{cluster.tenancy} cluster",
                _words(cluster=slug, kind="Cluster", name=slug),
                cluster.operated_by,
                rank=rank,
            )
    for entry in ownership_map.components.values():
        called = f"{entry.kind} {entry.name}".strip()
        if rank := rank_of(entry.kind, wanted) or rank_of(called, wanted):
            asks = _words(cluster=entry.cluster, kind=entry.kind, name=entry.name or entry.kind)
            yield Hit(Group.COMPONENT, called, entry.cluster, asks, rank=rank)
    yield from _well_known(wanted, ownership_map)
    yield from _rules(wanted, ownership_map)


def _namespaces(wanted: str, ownership_map: OwnershipMap) -> Iterator[Hit]:
    """One hit for a name and each owner, however many clusters have it."""
    found: dict[str, dict[str, list[str | None]]] = defaultdict(lambda: defaultdict(list))
    for (cluster, name), entry in ownership_map.namespaces.items():
        if wanted in name.casefold():
            found[name][entry.team].append(cluster)
    for name, teams in found.items():
        rank = rank_of(name, wanted)
        for team, clusters in sorted(teams.items()):
            here = sorted(each for each in clusters if each)
            where = "every cluster" if None in clusters else _and_more(here)
            asks = _words(cluster=here[0] if here else "", kind="Namespace", name=name, namespace=name)
            if rank:
                yield Hit(Group.NAMESPACE, name, where, asks, team, rank=rank)


def _and_more(names: list[str]) -> str:
    more = len(names) - 1
    return f"{names[0]}, and {more} more cluster{'s' if more > 1 else ''}" if more else names[0]


def _well_known(wanted: str, ownership_map: OwnershipMap) -> Iterator[Hit]:
    named = {entry.kind.casefold() for entry in ownership_map.components.values()}
    for known in ownership_map.shipped:
        if known.kind.casefold() in named:
            continue
        ranks = [rank_of(word, wanted) for word in (known.name, known.kind, *known.aliases)]
        if rank := min(filter(None, ranks), default=None):
            asks = _words(cluster=_only(ownership_map), kind=known.kind, name=known.name)
            yield Hit(
                Group.COMPONENT, f"{known.kind} {known.name}", "a well-known part of every cluster", asks, rank=rank
            )


def _only(ownership_map: OwnershipMap) -> str:
    return next(iter(ownership_map.clusters)) if len(ownership_map.clusters) == 1 else ""


_GROUPS = {
    Condition.WORKLOAD.value: Group.WORKLOAD,
    Condition.IMAGE.value: Group.IMAGE,
    Condition.REGISTRY.value: Group.IMAGE,
    Condition.INGRESS_HOST.value: Group.ROUTE,
    Condition.INGRESS_CLASS.value: Group.ROUTE,
    Condition.STORAGE_CLASS.value: Group.ROUTE,
    Condition.WEBHOOK.value: Group.ROUTE,
    Condition.NODE.value: Group.NODE,
    Condition.ALERTNAME.value: Group.ALERT,
}


def _rules(wanted: str, ownership_map: OwnershipMap) -> Iterator[Hit]:
    """What rules name: by the whole text, since a pattern is no name of anything."""
    seen: set[tuple[str, str, str | None, str]] = set()
    for rule in ownership_map.rules:
        for condition, texts in rule.matcher.conditions:
            group = Group.LABEL if condition.startswith(LABELS) else _GROUPS.get(condition)
            if group is None:
                continue
            for text in texts:
                shown = f"{condition.removeprefix(LABELS)}={text}" if group is Group.LABEL else text
                key = (condition, text, rule.cluster, rule.team)
                if key not in seen and (rank := rank_of(shown, wanted)):
                    seen.add(key)
                    yield Hit(
                        group,
                        shown,
                        _where(rule.matcher, rule.cluster),
                        _asks(rule.matcher, rule.cluster),
                        rule.team,
                        rank=rank,
                    )


def _where(matcher: Matcher, cluster: str | None) -> str:
    inside = matcher.texts(Condition.NAMESPACE)
    place = " or ".join(inside)
    return " / ".join(filter(None, [cluster or "every cluster", place]))


def _asks(matcher: Matcher, cluster: str | None) -> tuple[tuple[str, str], ...]:
    """A subject that the rule matches, where its texts are words; of a pattern the text itself stands for it."""
    words = {"cluster": cluster or ""}
    for condition, texts in matcher.conditions:
        exact = next((text for text in texts if form_of(text) is Form.EXACT), texts[0].strip("~*"))
        if condition.startswith(LABELS):
            words[f"label.{condition.removeprefix(LABELS)}"] = exact
        elif condition == Condition.WORKLOAD:
            words |= {"kind": "Workload", "name": exact}
        elif condition == Condition.NODE:
            words |= {"kind": "Node", "name": exact}
        elif condition in set(Condition) - {Condition.REGISTRY}:
            words[condition] = exact
    return tuple((word, value) for word, value in words.items() if value)
