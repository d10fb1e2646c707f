"""What the map leaves open, as far as it shows in the map and in what was seen. PURE.

`audit` adds what takes the database: people, addresses, rotations.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from ownership.entries import RuleEntry
from ownership.index import matches
from ownership.match import OwnershipMap, Subject, owner_of
from ownership.matchers import Condition, Matcher, Text, text_of
from ownership.responsibility import Level
from ownership.seen import Seen
from ownership.subject import values_of


class Gap(StrEnum):
    """What kind of gap it is."""

    EMPTY = "empty map"
    UNOWNED = "unowned"
    UNKNOWN_CLUSTER = "unknown cluster"
    CONFLICT = "conflict"
    NO_MEMBERS = "no members"
    NO_ADDRESS = "no address"
    NO_ROTATION = "no rotation"
    NOBODY_ON_CALL = "nobody on call"
    NOBODY_AHEAD = "nobody on call soon"
    STRANGER = "not a member"
    DEACTIVATED = "deactivated"
    MATCHES_NOTHING = "matches nothing"
    PLATFORM_TENANT = "tenant in a platform namespace"
    PLATFORM_TEAM = "team in a platform namespace"
    NO_QUOTA = "no quota"

    @property
    def is_advice(self) -> bool:
        """Whether everything still reaches somebody, and it is only not as it should be."""
        return self in {Gap.MATCHES_NOTHING, Gap.PLATFORM_TENANT, Gap.PLATFORM_TEAM, Gap.NO_QUOTA}


@dataclass(frozen=True)
class Found:
    """One gap: what is concerned, what is wrong with it, what to do, and since when it is so, where known."""

    gap: Gap
    subject: str
    wrong: str
    remedy: str
    since: datetime | None = None

    def __str__(self) -> str:
        return f"{self.gap}: {self.subject} {self.wrong}. {self.remedy}"


def not_known(ownership_map: OwnershipMap, seen: Seen) -> list[str]:
    """What could not be looked at, because nobody said what exists."""
    lacking = {
        "whether rules match anything": ownership_map.clusters.keys() - seen.all_namespaces,
        "whether tenants run in platform namespaces": ownership_map.clusters.keys() - seen.all_workloads,
        "whether namespaces at level namespace have a quota": ownership_map.clusters.keys() - seen.quotas.keys(),
    }
    return [f"not known: {what}, in {_listed(sorted(where))}" for what, where in lacking.items() if where]


def of_map(ownership_map: OwnershipMap, seen: Seen) -> list[Found]:
    """Every gap that shows in the map and in what was seen, in an order that does not change."""
    look = _Look(ownership_map, seen)
    return [
        *look.without_fallback(),
        *look.unknown_clusters(),
        *look.unowned(),
        *look.two_owners(),
        *look.ties(),
        *look.nothing_matched(),
        *look.tenants_of_the_platform(),
        *look.teams_in_the_platform(),
        *look.without_quota(),
    ]


@dataclass
class _Look:
    ownership_map: OwnershipMap
    seen: Seen

    def without_fallback(self) -> Iterator[Found]:
        for slug, cluster in sorted(self.ownership_map.clusters.items()):
            if cluster.fallback is None:
                wrong = "has no fallback: what nobody owns there, or is uncertain, reaches nobody"
                yield Found(Gap.UNOWNED, f"cluster {slug}", wrong, "Name a team as its fallback.", cluster.updated_at)

    def unknown_clusters(self) -> Iterator[Found]:
        named = {cluster for cluster, _ in self.seen.namespaces}
        named |= {each.cluster for each in (*self.seen.workloads, *self.seen.alerts)}
        known = {each.cluster for each in self.seen.alerts if self.ownership_map.cluster_of(each.cluster, each.labels)}
        for slug in sorted(named - self.ownership_map.clusters.keys() - known - {""}):
            yield Found(Gap.UNKNOWN_CLUSTER, f"cluster {slug}", "was seen and is not in the map", "Add it to clusters.")

    def unowned(self) -> Iterator[Found]:
        """Namespaces; workloads and alerts of them only where the namespace itself is somebody's.

        Of a cluster that the map does not know nothing is: the cluster is told instead.
        """
        lost: set[tuple[str, str]] = set()
        for (where, name), since in sorted(self.seen.namespaces.items(), key=lambda each: each[0]):
            owner = owner_of(Subject("Namespace", name, name, where), self.ownership_map)
            if owner.is_gap and self.ownership_map.cluster_of(where):
                lost.add((where, name))
                wrong = f"has no owner{_looks(owner.team)}"
                yield Found(Gap.UNOWNED, f"namespace {where}/{name}", wrong, "Add it to namespaces.", since)
        told: set[str] = set()
        for each in sorted((*self.seen.workloads, *self.seen.alerts), key=_place):
            owner = owner_of(each, self.ownership_map)
            called = _called(each)
            is_known = self.ownership_map.cluster_of(each.cluster, each.labels) is not None
            is_told = (each.cluster, each.namespace) in lost or called in told
            if owner.is_gap and is_known and not is_told:
                told.add(called)
                yield Found(Gap.UNOWNED, called, f"has no owner{_looks(owner.team)}", "Add a rule, or its namespace.")

    def two_owners(self) -> Iterator[Found]:
        for (where, name), entry in sorted(self.ownership_map.namespaces.items(), key=str):
            everywhere = self.ownership_map.namespaces.get((None, name))
            if where is not None and everywhere and everywhere.team != entry.team:
                wrong = f"is owned by {entry.team}, and in every cluster by {everywhere.team}; {entry.team} answers"
                remedy = "Remove one of the two if that is not meant."
                yield Found(Gap.CONFLICT, f"namespace {where}/{name}", wrong, remedy, entry.updated_at)

    def ties(self) -> Iterator[Found]:
        """Rules with the same conditions and different teams, and whatever else was seen to be as strong."""
        alike: dict[tuple[str, str, Matcher], list[RuleEntry]] = defaultdict(list)
        for rule in self.ownership_map.rules:
            alike[rule.cluster or "*", rule.precedence, rule.matcher].append(rule)
        for (where, _, matcher), rules in sorted(alike.items(), key=lambda each: (each[0][0], each[0][2].text)):
            teams = sorted({rule.team for rule in rules})
            if len(teams) > 1:
                since = max((rule.updated_at for rule in rules if rule.updated_at), default=None)
                yield Found(Gap.CONFLICT, f"rule {where}/{matcher}", f"gives it to {_listed(teams)}", _ONE, since)
        told = set()
        namespaces = [Subject("Namespace", name, name, where) for where, name in self.seen.namespaces]
        for each in sorted((*namespaces, *self.seen.workloads, *self.seen.alerts), key=_place):
            owner = owner_of(each, self.ownership_map)
            if owner.conflicts and (key := (owner.team, owner.conflicts)) not in told:
                told.add(key)
                others = "; ".join(used.said for used in owner.conflicts)
                wrong = f"is {owner.team}'s by a rule that is no stronger than another: {owner.why}; but {others}"
                yield Found(Gap.CONFLICT, _called(each), wrong, _ONE, owner.updated_at)

    def nothing_matched(self) -> Iterator[Found]:
        """Only in clusters of which everything is known."""
        known = self.seen.all_namespaces
        for (where, name), entry in sorted(self.ownership_map.namespaces.items(), key=str):
            places = {where} if where else set(self.ownership_map.clusters)
            if places and places <= known and not any((place, name) in self.seen.namespaces for place in places):
                wrong = f"is {entry.team}'s, and there is no such namespace"
                remedy = "Remove it from namespaces if it is gone for good."
                yield Found(Gap.MATCHES_NOTHING, f"namespace {where or '*'}/{name}", wrong, remedy, entry.updated_at)
        for rule in sorted(self.ownership_map.rules, key=_in_order):
            if self._matches_nothing(rule):
                called = f"rule {rule.cluster or '*'}/{rule.matcher}"
                remedy = "Correct it, or remove it."
                yield Found(Gap.MATCHES_NOTHING, called, "fits nothing that there is", remedy, rule.updated_at)

    def _matches_nothing(self, rule: RuleEntry) -> bool:
        places = {rule.cluster} if rule.cluster else set(self.ownership_map.clusters)
        if not places:
            return False
        names = rule.matcher.texts(Condition.NAMESPACE)
        if names and places <= self.seen.all_namespaces:
            there = {name for place in places for name in self._names.get(place or "", ())}
            if not any(self._fits(text_of(text), there) for text in names):
                return True
        asked = {name.partition(".")[0] for name, _ in rule.matcher.conditions}
        if not asked <= _OF_WORKLOADS or asked <= {Condition.NAMESPACE.value} or not places <= self.seen.all_workloads:
            return False
        return rule.matcher not in self._matched

    def _fits(self, text: Text, names: set[str]) -> bool:
        return text.written in names if not text.form else any(text.fits(name) for name in names)

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for where, name in self.seen.namespaces:
            found[where].add(name)
        return found

    @cached_property
    def _matched(self) -> set[Matcher]:
        index = self.ownership_map.rule_index
        return {rule.matcher for each in self.seen.workloads for rule in index.find(each.cluster, values_of(each))}

    def tenants_of_the_platform(self) -> Iterator[Found]:
        tenants: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self.seen.workloads:
            cluster = self.ownership_map.clusters.get(each.cluster)
            if cluster and self._is_platform(each.namespace):
                owner = owner_of(each, self.ownership_map)
                if owner.team and not owner.is_gap and owner.team != cluster.operated_by and owner.level:
                    tenants[each.cluster, each.namespace].add(f"{each.kind} {each.name} of {owner.team}")
        for (where, name), found in sorted(tenants.items()):
            wrong = f"looks like the platform's and runs {_listed(sorted(found))}"
            yield Found(Gap.PLATFORM_TENANT, f"namespace {where}/{name}", wrong, "Move it to a namespace of the team.")

    def teams_in_the_platform(self) -> Iterator[Found]:
        operators = {cluster.operated_by for cluster in self.ownership_map.clusters.values()}
        for (where, name), entry in sorted(self.ownership_map.namespaces.items(), key=str):
            cluster = self.ownership_map.clusters.get(where or "")
            allowed = {cluster.operated_by} if cluster else operators
            if entry.team not in allowed and self._is_platform(name):
                called = f"namespace {where or '*'}/{name}"
                wrong = f"looks like the platform's, and is {entry.team}'s"
                yield Found(
                    Gap.PLATFORM_TEAM, called, wrong, "Give it to the operators, or rename it.", entry.updated_at
                )
        for rule in sorted(self.ownership_map.rules, key=_in_order):
            names = [text for text in rule.matcher.texts(Condition.NAMESPACE) if self._is_platform(text)]
            cluster = self.ownership_map.clusters.get(rule.cluster or "")
            if names and rule.team not in ({cluster.operated_by} if cluster else operators):
                called = f"rule {rule.cluster or '*'}/{rule.matcher}"
                wrong = f"gives {rule.team} something in {_listed(names)}, which looks like the platform's"
                yield Found(Gap.PLATFORM_TEAM, called, wrong, "Write it as a component, or move it.", rule.updated_at)

    def _is_platform(self, name: str) -> bool:
        values = {Condition.NAMESPACE.value: (name,)}
        return name.startswith(("kube-", "openshift-")) or any(matches(each, values) for each in self._platform)

    @cached_property
    def _platform(self) -> tuple[Matcher, ...]:
        """Namespaces that hold nothing but a well-known part of the platform."""
        every = (each for known in self.ownership_map.shipped for each in known.matchers)
        return tuple(each for each in every if each.names(Condition.NAMESPACE) and len(each.conditions) == 1)

    def without_quota(self) -> Iterator[Found]:
        for (where, name), since in sorted(self.seen.namespaces.items(), key=lambda each: each[0]):
            if where not in self.seen.quotas or name in self.seen.quotas[where]:
                continue
            owner = owner_of(Subject("Namespace", name, name, where), self.ownership_map)
            if owner.level is Level.NAMESPACE and not owner.is_gap:
                wrong = f"is {owner.team}'s at level namespace and has no ResourceQuota"
                remedy = f"Print one: manage.py ownership rbac --cluster {where} --namespace {name}"
                yield Found(Gap.NO_QUOTA, f"namespace {where}/{name}", wrong, remedy, since)


_ONE = "Remove one, or make one more specific."
_OF_WORKLOADS = {Condition.NAMESPACE.value, Condition.WORKLOAD.value, Condition.KIND.value, "labels"}


def _in_order(rule: RuleEntry) -> tuple[str, ...]:
    return rule.cluster or "", rule.matcher.text, rule.team, rule.source


def _place(subject: Subject) -> tuple[str, ...]:
    """Of alerts that are called alike the first stands for all, whatever order they come in."""
    return _called(subject), subject.cluster, subject.namespace, subject.kind, subject.name


def _called(subject: Subject) -> str:
    if subject.alertname:
        return f"alert {subject.alertname} in {subject.cluster or 'no cluster'}"
    place = f"{subject.cluster}/{subject.namespace}" if subject.namespace else subject.cluster
    kind = subject.kind.lower() if subject.kind == "Namespace" else subject.kind
    return f"{kind} {place}" if subject.kind == "Namespace" else f"{kind} {place}/{subject.name}"


def _looks(team: str | None) -> str:
    return f"; {team} looks first" if team else ""


def _listed(words: list[str]) -> str:
    shown = words[:3]
    return ", ".join(shown) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
