"""What labels and annotations of namespaces and workloads say about their owner, as far as it is trusted. PURE.

Whoever may write to a namespace may write a label, so a label alone gives nothing away:

- a label of a namespace counts where the operators allow labels in that cluster, for the teams that they list;
- an annotation (or a label) of a workload counts within its namespace: for the namespace's team and those it allows;
- labels never own a cluster or a part of the platform;
- a team that is given something so is told, and may refuse it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ownership.entries import ClusterEntry, RuleEntry
from ownership.match import owner_of
from ownership.matchers import Matcher
from ownership.owner import Rule
from ownership.ownership_map import OwnershipMap
from ownership.precedence import Precedence
from ownership.responsibility import is_workload
from ownership.sources import Source
from ownership.subject import Subject

DEFAULT_KEYS = ("backstage.io/owner", "app.kubernetes.io/team", "team", "owner")
EVERY_TEAM = "*"
_OF_THE_PLATFORM = frozenset({Rule.COMPONENT, Rule.SHIPPED})


@dataclass(frozen=True)
class Refusal:
    """A team's no to what a label would give it."""

    cluster: str
    matcher: Matcher
    team: str


@dataclass(frozen=True)
class Gained:
    """What a team owns by a label that it did not own before: it has to be told, and may refuse."""

    team: str
    before: str | None
    what: str
    rule: RuleEntry

    def __str__(self) -> str:
        was = f"; it was {self.before}'s" if self.before else ""
        said = f"{self.what} in {self.rule.cluster} is {self.team}'s by the {self.rule.origin}{was}"
        return f"{said}. The team may refuse it."


@dataclass(frozen=True)
class Ignored:
    """A label that does not count, and why."""

    origin: str
    team: str
    why: str

    def __str__(self) -> str:
        return f"the {self.origin} names {self.team}, and does not count: {self.why}"


@dataclass(frozen=True)
class Labelled:
    """What the objects of a cluster say."""

    rules: tuple[RuleEntry, ...]
    gained: tuple[Gained, ...]
    ignored: tuple[Ignored, ...]


@dataclass(frozen=True)
class _Claim:
    """That an object names an owner, before anybody asked whether it may."""

    subject: Subject
    team: str
    rule: RuleEntry


def read_labels(
    objects: Iterable[Mapping[str, Any]],
    cluster: str,
    ownership_map: OwnershipMap,
    *,
    teams: Collection[str],
    refusals: Collection[Refusal] = (),
    keys: Iterable[str] = DEFAULT_KEYS,
) -> Labelled:
    """The rules that the labels of these objects give, which teams gain by them, and what does not count.

    Args:
        objects: namespaces and workloads as the Kubernetes API returns them; others are passed over.
        cluster: the slug of the cluster that they stand in.
        ownership_map: the map as it is, with the rules that labels gave before.
        teams: slugs of all teams.
        refusals: what teams have refused.
        keys: of labels and annotations, the first that an object carries counts.
    """
    entry = ownership_map.clusters.get(cluster)
    claims = list(_claims(objects, cluster, tuple(keys)))
    without = replace(ownership_map, rules=tuple(rule for rule in ownership_map.rules if not _of_labels(rule, cluster)))
    refused = {(refusal.cluster, refusal.matcher, refusal.team) for refusal in refusals}
    counting: list[_Claim] = []
    ignored: list[Ignored] = []
    current = without
    # Namespaces first: whose the namespace is decides what its workloads may say.
    for source in (Source.LABEL, Source.ANNOTATION):
        fresh = []
        for claim in claims:
            if claim.rule.source == source:
                why = _why_not(claim, entry, current, teams, refused)
                if why:
                    ignored.append(Ignored(claim.rule.origin, claim.team, why))
                else:
                    fresh.append(claim)
        counting += fresh
        current = replace(current, rules=(*current.rules, *(claim.rule for claim in fresh)))
    gained = tuple(_gained(counting, ownership_map, current))
    return Labelled(tuple(claim.rule for claim in counting), gained, tuple(ignored))


def _claims(objects: Iterable[Mapping[str, Any]], cluster: str, keys: tuple[str, ...]) -> Iterator[_Claim]:
    """At most one for each object: the namespaces' labels go before their annotations, and workloads' the other way."""
    for thing in objects:
        meta = thing.get("metadata")
        kind = str(thing.get("kind") or "")
        if not isinstance(meta, Mapping) or not meta.get("name") or meta.get("ownerReferences"):
            continue  # what another object made says what that one says
        name, namespace = str(meta["name"]), str(meta.get("namespace") or "")
        if kind == "Namespace":
            subject, matcher = Subject(kind, name, "", cluster), Matcher.of(namespace=name)
            source, precedence, places = Source.LABEL, Precedence.NAMESPACE, ("labels", "annotations")
            what = f"the namespace {name}"
        elif is_workload(kind) and namespace:
            subject = Subject(kind, name, namespace, cluster)
            matcher = Matcher.of(namespace=namespace, kind=kind, workload=name)
            source, precedence, places = Source.ANNOTATION, Precedence.ANNOTATION, ("annotations", "labels")
            what = f"{kind} {namespace}/{name}"
        else:
            continue
        for place, key, team in _named(meta, places, keys):
            origin = f"{place.removesuffix('s')} {key} of {what}"
            rule = RuleEntry(cluster, matcher, team, None, precedence, source.value, origin=origin)
            yield _Claim(subject, team, rule)
            break


def _named(meta: Mapping[str, Any], places: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for place in places:
        held = meta.get(place)
        if not isinstance(held, Mapping):
            continue
        for key in keys:
            if team := _team(held.get(key)):
                yield place, key, team


def _team(value: object) -> str:
    """A slug, or the last word of a reference such as group:default/payments."""
    return value.strip().rpartition("/")[2].rpartition(":")[2].lower() if isinstance(value, str) else ""


def _of_labels(rule: RuleEntry, cluster: str) -> bool:
    return rule.cluster == cluster and rule.source in {Source.LABEL, Source.ANNOTATION}


def _why_not(
    claim: _Claim,
    cluster: ClusterEntry | None,
    ownership_map: OwnershipMap,
    teams: Collection[str],
    refused: Collection[tuple[str, Matcher, str]],
) -> str:
    """Why the claim does not count; empty where it does."""
    if cluster is None:
        return "the map does not know the cluster"
    if claim.team not in teams:
        return "there is no such team"
    if (cluster.slug, claim.rule.matcher, claim.team) in refused:
        return "the team has refused it"
    if claim.rule.source == Source.LABEL and not _lists(cluster.labels_for, claim.team):
        return f"labels of namespaces may not name that team in {cluster.slug}"
    owner = owner_of(claim.subject, ownership_map)
    if owner.rule in _OF_THE_PLATFORM:
        return "it is a part of the platform, which labels never own"
    if claim.rule.source == Source.ANNOTATION:
        return _why_not_in_namespace(claim, ownership_map)
    return ""


def _why_not_in_namespace(claim: _Claim, ownership_map: OwnershipMap) -> str:
    name, cluster = claim.subject.namespace, claim.subject.cluster
    owner = owner_of(Subject("Namespace", name, "", cluster), ownership_map)
    if owner.is_gap or owner.team is None:
        return f"nobody owns the namespace {name}, so nobody could allow it"
    namespaces = ownership_map.namespaces
    entry = namespaces.get((cluster, name)) or namespaces.get((None, name))
    if claim.team == owner.team or (entry and entry.team == owner.team and _lists(entry.annotations_for, claim.team)):
        return ""
    return f"the namespace {name} is {owner.team}'s, who does not allow that team there"


def _lists(listed: Collection[str], team: str) -> bool:
    return team in listed or EVERY_TEAM in listed


def _gained(claims: Iterable[_Claim], before: OwnershipMap, after: OwnershipMap) -> Iterator[Gained]:
    for claim in claims:
        was, owner = owner_of(claim.subject, before), owner_of(claim.subject, after)
        if owner.team == claim.team != was.team or (owner.team == claim.team and was.is_gap):
            yield Gained(claim.team, None if was.is_gap else was.team, str(claim.subject), claim.rule)
