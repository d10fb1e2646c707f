"""Clusters, components, namespaces, rules and the split of kinds: as a file spells them, and as rows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ownership.changes import Change, Key, Values
from ownership.entries import precedence_of
from ownership.importing.kinds import EVERYWHERE, Kind, given, joined, split
from ownership.matchers import Matcher
from ownership.models import Cluster, Component, Namespace, OwnershipRule, ResponsibilityRule
from ownership.sources import Source


class Clusters(Kind):
    what, model = "cluster", Cluster
    may_be_held = True
    columns = (
        *("name", "tenancy", "operated_by", "dedicated_to", "fallback"),
        *("fallback_policy", "recognised_by", "labels_for"),
    )

    def rows(self) -> Iterable[Cluster]:
        return Cluster.objects.select_related("operated_by", "dedicated_to", "fallback")

    def key(self, row: Cluster) -> Key:
        return (row.slug,)

    def values(self, row: Cluster) -> Values:
        return {
            "name": row.name,
            "tenancy": row.tenancy,
            "operated_by": row.operated_by.slug,
            "dedicated_to": row.dedicated_to.slug if row.dedicated_to else "",
            "fallback": row.fallback.slug if row.fallback else "",
            "fallback_policy": row.fallback_policy,
            "recognised_by": _kept(row.recognised_by),
            "labels_for": joined(row.labels_for),
        }

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (spec.entry.slug,): given(name=spec.name)
            | {
                "tenancy": spec.entry.tenancy.value,
                "operated_by": spec.entry.operated_by,
                "dedicated_to": spec.entry.dedicated_to or "",
                "fallback": spec.entry.fallback or "",
                "fallback_policy": spec.entry.fallback_policy.value,
                "recognised_by": _matchers(spec.entry.recognised_by),
                "labels_for": joined(spec.entry.labels_for),
            }
            for spec in self.file.clusters
        }

    def new(self, key: Key) -> Cluster:
        return Cluster(slug=key[0], name=key[0])

    def assign(self, row: Cluster, values: Values) -> None:
        row.name = values.get("name", row.name)
        row.tenancy = values["tenancy"]
        row.operated_by_id = self.ids.teams[values["operated_by"]]
        row.dedicated_to_id = self.ids.teams.get(values["dedicated_to"])
        row.fallback_id = self.ids.teams.get(values["fallback"])
        row.fallback_policy = values["fallback_policy"]
        row.recognised_by = _loaded(values["recognised_by"])
        row.labels_for = split(values["labels_for"])


class Components(Kind):
    what, model, columns = "component", Component, ("kind", "team", "matchers")

    def rows(self) -> Iterable[Component]:
        return Component.objects.select_related("cluster", "team")

    def key(self, row: Component) -> Key:
        return (row.cluster.slug, row.kind.casefold(), row.name)

    def values(self, row: Component) -> Values:
        team = row.team.slug if row.team else ""
        return {"kind": row.kind, "team": team, "matchers": _kept(row.matchers)}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (entry.cluster, entry.kind.casefold(), entry.name): {
                "kind": entry.kind,
                "team": entry.team or "",
                "matchers": _matchers(entry.matchers),
            }
            for entry in self.file.components
        }

    def new(self, key: Key) -> Component:
        return Component(cluster_id=self.ids.clusters[key[0]], name=key[2])

    def assign(self, row: Component, values: Values) -> None:
        row.kind = values["kind"]
        row.team_id = self.ids.teams.get(values["team"])
        row.matchers = _loaded(values["matchers"])


class Namespaces(Kind):
    what, model, columns = "namespace", Namespace, ("team", "level", "annotations_for")

    def rows(self) -> Iterable[Namespace]:
        return Namespace.objects.order_by()

    def key(self, row: Namespace) -> Key:
        return (self.ids.cluster_slugs[row.cluster_id], row.name)

    def values(self, row: Namespace) -> Values:
        return {
            "team": self.ids.team_slugs[row.team_id],
            "level": row.level,
            "annotations_for": joined(row.annotations_for),
        }

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (entry.cluster or EVERYWHERE, entry.name): {
                "team": entry.team,
                "level": entry.level.value,
                "annotations_for": joined(entry.annotations_for),
            }
            for entry in self.file.namespaces
        }

    def new(self, key: Key) -> Namespace:
        return Namespace(cluster_id=self.ids.clusters.get(key[0]), name=key[1])

    def assign(self, row: Namespace, values: Values) -> None:
        row.team_id = self.ids.teams[values["team"]]
        row.level = values["level"]
        row.annotations_for = split(values["annotations_for"])


class Rules(Kind):
    """Of two with the same matcher, by hand and by a file, the file's is the one that a file changes."""

    what, model = "rule", OwnershipRule
    columns = ("team", "level", "precedence")

    def rows(self) -> Iterable[OwnershipRule]:
        written = OwnershipRule.objects.filter(source__in=[Source.FILE, Source.MANUAL])
        return written.order_by("-source")  # by hand first: the later one is kept

    def key(self, row: OwnershipRule) -> Key:
        return (self.ids.cluster_slugs[row.cluster_id], Matcher.of(row.matcher).text)

    def values(self, row: OwnershipRule) -> Values:
        return {"team": self.ids.team_slugs[row.team_id], "level": row.level}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (entry.cluster or EVERYWHERE, entry.matcher.text): {
                "team": entry.team,
                "level": entry.level.value if entry.level else "",
            }
            for entry in self.file.rules
        }

    def new(self, key: Key) -> OwnershipRule:
        matcher = json.loads(key[1])
        precedence = precedence_of(Matcher.of(matcher))
        return OwnershipRule(cluster_id=self.ids.clusters.get(key[0]), matcher=matcher, precedence=precedence)

    def assign(self, row: OwnershipRule, values: Values) -> None:
        row.team_id = self.ids.teams[values["team"]]
        row.level = values["level"]

    def shown(self, change: Change) -> Change:
        return replace(change, key=(change.key[0], str(Matcher.of(json.loads(change.key[1])))))


class Responsibilities(Kind):
    what, model, columns = "responsibility", ResponsibilityRule, ("kind", "who")

    def rows(self) -> Iterable[ResponsibilityRule]:
        return ResponsibilityRule.objects.select_related("cluster")

    def key(self, row: ResponsibilityRule) -> Key:
        where = row.cluster.slug if row.cluster else EVERYWHERE
        return (where, row.namespace or EVERYWHERE, row.kind.casefold(), row.level)

    def values(self, row: ResponsibilityRule) -> Values:
        return {"kind": row.kind, "who": row.who}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (
                entry.cluster or EVERYWHERE,
                entry.namespace or EVERYWHERE,
                entry.kind.casefold(),
                entry.level.value,
            ): {"kind": entry.kind, "who": entry.who.value}
            for entry in self.file.responsibilities
        }

    def new(self, key: Key) -> ResponsibilityRule:
        namespace = "" if key[1] == EVERYWHERE else key[1]
        return ResponsibilityRule(cluster_id=self.ids.clusters.get(key[0]), namespace=namespace, level=key[3])

    def assign(self, row: ResponsibilityRule, values: Values) -> None:
        row.kind = values["kind"]
        row.who = values["who"]


def _matchers(matchers: Iterable[Matcher]) -> str:
    """Matchers as one text, in an order that means nothing."""
    texts = sorted(matcher.text for matcher in matchers)
    return f"[{','.join(texts)}]" if texts else ""


def _kept(matchers: Iterable[Any]) -> str:
    return _matchers(Matcher.of(each) for each in matchers)


def _loaded(text: str) -> list[Any]:
    return list(json.loads(text)) if text else []
