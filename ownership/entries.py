"""The rows of the map as the resolver reads them; teams and clusters are slugs. PURE."""

from dataclasses import dataclass, field
from datetime import datetime

from ownership.matchers import Matcher
from ownership.precedence import Precedence
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who


@dataclass(frozen=True, slots=True)
class ClusterEntry:
    """A cluster of the map. Any of `recognised_by` finds it by the labels of an alert."""

    slug: str
    operated_by: str
    tenancy: Tenancy = Tenancy.SHARED
    dedicated_to: str | None = None
    fallback: str | None = None
    source: str = ""
    updated_at: datetime | None = None
    fallback_policy: FallbackPolicy = FallbackPolicy.TEAM
    recognised_by: tuple[Matcher, ...] = ()
    labels_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComponentEntry:
    """A component; without a name every one of the kind, without a team the operators'. Any of `matchers` is it too."""

    cluster: str
    kind: str
    name: str = ""
    team: str | None = None
    source: str = ""
    updated_at: datetime | None = None
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True, slots=True)
class WellKnown:
    """A part of the platform that most clusters have, the operators' where the map does not say otherwise.

    `aliases` are what alerts and charts call it, in small letters.
    """

    kind: str
    name: str
    matchers: tuple[Matcher, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamespaceEntry:
    """A namespace of a cluster, or of every cluster where `cluster` is None."""

    cluster: str | None
    name: str
    team: str
    level: Level = Level.NAMESPACE
    source: str = ""
    updated_at: datetime | None = None
    annotations_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """Whatever the matcher matches is the team's, in a cluster or (None) in every one. `pk` is that of its row."""

    cluster: str | None
    matcher: Matcher
    team: str
    level: Level | None = None
    precedence: Precedence = Precedence.RULE
    source: str = ""
    updated_at: datetime | None = None
    written_by: str = ""
    origin: str = ""
    pk: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ResponsibilityEntry:
    """A cell of the table of kinds and levels that differs from the shipped one."""

    cluster: str | None
    namespace: str
    kind: str
    level: Level
    who: Who
    source: str = ""
    updated_at: datetime | None = None


def precedence_of(matcher: Matcher) -> Precedence:
    """The class of a rule that somebody wrote: within a namespace that it names, or anywhere."""
    if matcher.is_within_a_namespace:
        return Precedence.WORKLOAD
    return Precedence.RULE
