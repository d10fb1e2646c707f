"""The questions that others ask: the map as it is now, a team, its people, and where each of them is reached."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from ownership.match import (
    ClusterEntry,
    ComponentEntry,
    Matcher,
    NamespaceEntry,
    OwnershipMap,
    Precedence,
    ResponsibilityEntry,
    RuleEntry,
)
from ownership.models import (
    Cluster,
    Component,
    ContactMethod,
    Member,
    Namespace,
    OwnershipRule,
    ResponsibilityRule,
    Team,
    TeamChannel,
    User,
)
from ownership.oncall.models import AddressKind, shown
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.sources.catalogue import WELL_KNOWN
from ownership.version import map_stamp


@dataclass(frozen=True)
class Reach:
    """One way to reach a person or a team.

    `secret_env` names the environment variable with the secret to sign a webhook with, or is empty. `str` is fit for
    pages and logs; `address` of a webhook is not.
    """

    kind: AddressKind
    address: str = field(default="", repr=False)
    secret_env: str = ""

    def __str__(self) -> str:
        return shown(self.kind, self.address)


@dataclass(frozen=True)
class _Loaded:
    stamp: UUID
    map: OwnershipMap


# The last map that this process has read. Replaced as a whole, so threads see the old one or the new one.
_loaded: _Loaded | None = None


def load_map() -> OwnershipMap:
    """The ownership map as it is now: one query while it stays as it was, six after a change."""
    global _loaded  # noqa: PLW0603 - the cache is the process's
    # Read before the tables: a change in between makes this map look older than it is, and it is read again.
    stamp = map_stamp()
    if stamp is None:
        return _read_map()
    if _loaded is None or _loaded.stamp != stamp:
        with _without_collector():
            _loaded = _Loaded(stamp, _read_map())
    return _loaded.map


@contextmanager
def _without_collector() -> Iterator[None]:
    """A large map is some million objects, none of them garbage: looking through them again and again takes seconds."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def team_named(slug: str) -> Team | None:
    """The team with this slug, or None."""
    return Team.objects.filter(slug=slug).first()


def members_of(team: Team) -> list[User]:
    """The active people of a team, by username."""
    rows = Member.objects.filter(team=team, user__is_active=True).select_related("user").order_by("user__username")
    return [row.user for row in rows]


def reaches_of(users: Iterable[User]) -> dict[int, tuple[Reach, ...]]:
    """Where each of these people is reached, by primary key: their e-mail address first, then what is verified.

    One query for all of them. Somebody with no address has an empty tuple.
    """
    asked = {user.pk: user for user in users}
    found = {pk: [Reach(AddressKind.EMAIL, user.email)] if user.email else [] for pk, user in asked.items()}
    methods = ContactMethod.objects.filter(user__in=asked, verified_at__isnull=False).order_by("pk")
    for method in methods:
        found[method.user_id].append(Reach(AddressKind(method.kind), method.address, method.secret_env))
    return {pk: tuple(dict.fromkeys(reaches)) for pk, reaches in found.items()}


def channels_of(team: Team) -> tuple[Reach, ...]:
    """Where the team as a whole is told, in the order in which it was written."""
    channels = TeamChannel.objects.filter(team=team).order_by("pk")
    return tuple(Reach(AddressKind(row.kind), row.address, row.secret_env) for row in channels)


def _read_map() -> OwnershipMap:
    # Teams and clusters by their slugs in the same query: rows read a moment later cannot disagree about them.
    clusters = Cluster.objects.values_list(
        "slug",
        "operated_by__slug",
        "tenancy",
        "dedicated_to__slug",
        "fallback__slug",
        "source",
        "updated_at",
        "fallback_policy",
        "recognised_by",
        "labels_for",
    )
    components = Component.objects.values_list(
        "cluster__slug", "kind", "name", "team__slug", "source", "updated_at", "matchers"
    )
    namespaces = Namespace.objects.values_list(
        "cluster__slug", "name", "team__slug", "level", "source", "updated_at", "annotations_for"
    )
    rules = OwnershipRule.objects.values_list(
        "cluster__slug",
        "matcher",
        "team__slug",
        "level",
        "precedence",
        "source",
        "updated_at",
        "written_by",
        "origin",
        "pk",
    )
    responsibilities = ResponsibilityRule.objects.values_list(
        "cluster__slug", "namespace", "kind", "level", "who", "source", "updated_at"
    )
    return OwnershipMap.of(
        (
            ClusterEntry(
                *(slug, by, Tenancy(tenancy), dedicated_to, fallback, source, updated_at),
                FallbackPolicy(policy),
                tuple(map(Matcher.of, recognised_by)),
                tuple(labels_for),
            )
            for slug, by, tenancy, dedicated_to, fallback, source, updated_at, policy, recognised_by, labels_for in (
                clusters.order_by()
            )
        ),
        (
            ComponentEntry(cluster, kind, name, team, source, updated_at, tuple(map(Matcher.of, matchers)))
            for cluster, kind, name, team, source, updated_at, matchers in components.order_by()
        ),
        (
            NamespaceEntry(cluster, name, team, _LEVELS[level], source, updated_at, tuple(others))
            for cluster, name, team, level, source, updated_at, others in namespaces.order_by().iterator()
        ),
        rules=(
            RuleEntry(
                cluster,
                Matcher.of(matcher),
                team,
                _LEVELS.get(level),
                _PRECEDENCES[precedence],
                *(source, updated_at, written_by, origin, pk),
            )
            for cluster, matcher, team, level, precedence, source, updated_at, written_by, origin, pk in (
                rules.order_by().iterator()
            )
        ),
        responsibilities=(
            ResponsibilityEntry(cluster, namespace, kind, Level(level), Who(who), source, updated_at)
            for cluster, namespace, kind, level, who, source, updated_at in responsibilities.order_by()
        ),
        shipped=WELL_KNOWN,
        order=tuple(settings.OWNERSHIP_ORDER),
    ).prepare()


_LEVELS = {level.value: level for level in Level}
_PRECEDENCES = {precedence.value: precedence for precedence in Precedence}
