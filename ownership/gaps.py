"""What the map leaves open, as far as it shows in the map and in what was seen. PURE.

`audit` adds what takes the database: people, addresses, rotations.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from ownership.entries import NamespaceEntry, RuleEntry
from ownership.index import matches
from ownership.match import Owner, OwnershipMap, Subject, owner_of
from ownership.matchers import Condition, Form, Matcher, Text, text_of
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
        told: set[str] = set()
        lost = {place for place, owner in self._owners.items() if owner.is_gap}
        for where, name in sorted(lost):
            if self.ownership_map.cluster_of(where):
                wrong, since = (
                    f"has no owner{_looks(self._owners[where, name].team)}",
                    self.seen.namespaces[where, name],
                )
                yield Found(Gap.UNOWNED, f"namespace {where}/{name}", wrong, "Add it to namespaces.", since)
        for called, each, owner in self._others:
            is_known = self.ownership_map.cluster_of(each.cluster, each.labels) is not None
            is_told = (each.cluster, each.namespace) in lost or called in told
            if owner.is_gap and is_known and not is_told:
                told.add(called)
                yield Found(Gap.UNOWNED, called, f"has no owner{_looks(owner.team)}", "Add a rule, or its namespace.")

    def two_owners(self) -> Iterator[Found]:
        namespaces = self.ownership_map.namespaces
        twice = [
            (where, name)
            for (where, name), entry in namespaces.items()
            if where is not None and (other := namespaces.get((None, name))) and other.team != entry.team
        ]
        for where, name in sorted(twice):
            entry, everywhere = namespaces[where, name], namespaces[None, name]
            wrong = f"is owned by {entry.team}, and in every cluster by {everywhere.team}; {entry.team} answers"
            remedy = "Remove one of the two if that is not meant."
            yield Found(Gap.CONFLICT, f"namespace {where}/{name}", wrong, remedy, entry.updated_at)

    def ties(self) -> Iterator[Found]:
        """Rules with the same conditions and different teams, and whatever else was seen to be as strong."""
        alike: dict[tuple[str, str, Matcher], list[RuleEntry]] = defaultdict(list)
        for rule in self.ownership_map.rules:
            alike[rule.cluster or "*", rule.precedence, rule.matcher].append(rule)
        tied = {key: rules for key, rules in alike.items() if len({rule.team for rule in rules}) > 1}
        for (where, _, matcher), rules in sorted(tied.items(), key=lambda each: (each[0][0], each[0][2].text)):
            since = max((rule.updated_at for rule in rules if rule.updated_at), default=None)
            wrong = f"gives it to {_listed(sorted({rule.team for rule in rules}))}"
            yield Found(Gap.CONFLICT, f"rule {where}/{matcher}", wrong, _ONE, since)
        told = set()
        namespaces = (
            (f"namespace {'/'.join(place)}", owner) for place, owner in sorted(self._owners.items(), key=_first)
        )
        for called, owner in (*namespaces, *((called, owner) for called, _, owner in self._others)):
            if owner.conflicts and (key := (owner.team, owner.conflicts)) not in told:
                told.add(key)
                others = "; ".join(used.said for used in owner.conflicts)
                wrong = f"is {owner.team}'s by a rule that is no stronger than another: {owner.why}; but {others}"
                yield Found(Gap.CONFLICT, called, wrong, _ONE, owner.updated_at)

    @cached_property
    def _owners(self) -> dict[tuple[str, str], Owner]:
        """Whose the namespaces are that were seen."""
        return {
            (where, name): owner_of(Subject("Namespace", name, name, where), self.ownership_map)
            for where, name in self.seen.namespaces
        }

    @cached_property
    def _others(self) -> list[tuple[str, Subject, Owner]]:
        """The workloads and alerts that were seen, what they are called, and whose they are; in order."""
        others = sorted((*self.seen.workloads, *self.seen.alerts), key=_place)
        return [(_called(each), each, owner_of(each, self.ownership_map)) for each in others]

    def nothing_matched(self) -> Iterator[Found]:
        """Only in clusters of which everything is known."""
        gone = [key for key, entry in self.ownership_map.namespaces.items() if self._is_gone(entry)]
        for where, name in sorted(gone, key=lambda key: (key[0] or "", key[1])):
            entry = self.ownership_map.namespaces[where, name]
            wrong = f"is {entry.team}'s, and there is no such namespace"
            remedy = "Remove it from namespaces if it is gone for good."
            yield Found(Gap.MATCHES_NOTHING, f"namespace {where or '*'}/{name}", wrong, remedy, entry.updated_at)
        for rule in sorted(filter(self._matches_nothing, self.ownership_map.rules), key=_in_order):
            called = f"rule {rule.cluster or '*'}/{rule.matcher}"
            yield Found(
                Gap.MATCHES_NOTHING, called, "fits nothing that there is", "Correct it, or remove it.", rule.updated_at
            )

    def _is_gone(self, entry: NamespaceEntry) -> bool:
        return self._is_all(entry.cluster, self.seen.all_namespaces) and entry.name not in self._names[entry.cluster]

    def _is_all(self, cluster: str | None, known: frozenset[str]) -> bool:
        """Whether everything is known of a cluster, or (None) of every one."""
        places = {cluster} if cluster else self.ownership_map.clusters.keys()
        return bool(places) and places <= known

    def _matches_nothing(self, rule: RuleEntry) -> bool:
        names = rule.matcher.texts(Condition.NAMESPACE)
        if names and self._is_all(rule.cluster, self.seen.all_namespaces):
            there = self._names[rule.cluster]
            if not any(_fits(text_of(text), there) for text in names):
                return True
        asked = {name.partition(".")[0] for name, _ in rule.matcher.conditions}
        if not asked <= _OF_WORKLOADS or asked <= {Condition.NAMESPACE.value}:
            return False
        return self._is_all(rule.cluster, self.seen.all_workloads) and (rule.cluster, rule.matcher) not in self._matched

    @cached_property
    def _names(self) -> dict[str | None, set[str]]:
        """The names of the namespaces of each cluster, and (None) of all of them."""
        found: dict[str | None, set[str]] = defaultdict(set)
        for where, name in self.seen.namespaces:
            found[where].add(name)
            found[None].add(name)
        return found

    @cached_property
    def _matched(self) -> set[tuple[str | None, Matcher]]:
        index = self.ownership_map.rule_index
        found = ((each.cluster, values_of(each)) for each in self.seen.workloads)
        return {(rule.cluster, rule.matcher) for where, values in found for rule in index.find(where, values)}

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

        def is_tenant(team: str, where: str | None) -> bool:
            cluster = self.ownership_map.clusters.get(where or "")
            return team not in ({cluster.operated_by} if cluster else operators)

        given = [
            e
            for e in self.ownership_map.namespaces.values()
            if self._is_platform(e.name) and is_tenant(e.team, e.cluster)
        ]
        for entry in sorted(given, key=lambda each: (each.cluster or "", each.name)):
            called = f"namespace {entry.cluster or '*'}/{entry.name}"
            wrong = f"looks like the platform's, and is {entry.team}'s"
            yield Found(Gap.PLATFORM_TEAM, called, wrong, "Give it to the operators, or rename it.", entry.updated_at)
        rules = [
            rule for rule in self.ownership_map.rules if self._platforms(rule) and is_tenant(rule.team, rule.cluster)
        ]
        for rule in sorted(rules, key=_in_order):
            called = f"rule {rule.cluster or '*'}/{rule.matcher}"
            wrong = f"gives {rule.team} something in {_listed(self._platforms(rule))}, which looks like the platform's"
            yield Found(Gap.PLATFORM_TEAM, called, wrong, "Write it as a component, or move it.", rule.updated_at)

    def _platforms(self, rule: RuleEntry) -> list[str]:
        return [text for text in rule.matcher.texts(Condition.NAMESPACE) if self._is_platform(text)]

    def _is_platform(self, name: str) -> bool:
        # The same names stand in many clusters, and there are a few hundred matchers.
        if name not in self._looked_at:
            values = {Condition.NAMESPACE.value: (name,)}
            is_ours = name.startswith(("kube-", "openshift-")) or any(matches(each, values) for each in self._platform)
            self._looked_at[name] = is_ours
        return self._looked_at[name]

    @cached_property
    def _looked_at(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _platform(self) -> tuple[Matcher, ...]:
        """Namespaces that hold nothing but a well-known part of the platform."""
        every = (each for known in self.ownership_map.shipped for each in known.matchers)
        return tuple(each for each in every if each.names(Condition.NAMESPACE) and len(each.conditions) == 1)

    def without_quota(self) -> Iterator[Found]:
        for (where, name), owner in sorted(self._owners.items(), key=_first):
            quotas = self.seen.quotas.get(where)
            if quotas is not None and name not in quotas and owner.level is Level.NAMESPACE and not owner.is_gap:
                wrong = f"is {owner.team}'s at level namespace and has no ResourceQuota"
                remedy = f"Print one: manage.py ownership rbac --cluster {where} --namespace {name}"
                since = self.seen.namespaces[where, name]
                yield Found(Gap.NO_QUOTA, f"namespace {where}/{name}", wrong, remedy, since)


def _first(pair: tuple[tuple[str, str], Owner]) -> tuple[str, str]:
    return pair[0]


def _fits(text: Text, names: set[str]) -> bool:
    return text.written in names if text.form is Form.EXACT else any(text.fits(name) for name in names)


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
