"""Who changed the map, when and from where: what the triggers of the database kept, as people read it."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from ownership.changed import EVERYWHERE, Changed, told
from ownership.index import matches
from ownership.match import Matcher
from ownership.models import Cluster, MapChange, Team
from ownership.past import NotKept, owner_at
from ownership.subject import NAMESPACE, Subject, namespace_of, values_of

__all__ = ["Changed", "NotKept", "changes_of", "changes_of_team", "latest_changes", "owner_at"]

_PAGE, _PAGES = 500, 10
Row = Mapping[str, Any]


def changes_of(
    subject: Subject, *, since: datetime | None = None, until: datetime | None = None, most: int = 100
) -> list[Changed]:
    """What changed whose the subject is, the latest first.

    Of a namespace that is every rule that names it, of anything in it the rules that match it, and always its cluster's
    row and the components that it may be. Of rules that name no namespace as a word, only the latest five thousand
    changes are looked through.

    Args:
        subject: what is asked about; the namespace of a cluster, most often. It need not exist any more.
        since: changes at this instant or later.
        until: changes before this instant.
        most: how many at most.
    """
    clusters = _clusters_called(subject.cluster)
    concerns = _Concerns(subject, clusters)
    named = _between(MapChange.objects.filter(words__overlap=concerns.words), since, until)
    found = _scan(named, concerns, most)
    # Apart from those: tens of thousands of other rules must not hide what names the subject.
    anywhere = _between(MapChange.objects.filter(words__overlap=concerns.rules), since, until)
    found += _scan(anywhere.exclude(pk__in=[row.pk for row in found]), concerns, most)
    return told(sorted(found, key=lambda row: -row.pk)[:most])


def changes_of_team(
    team: Team, *, since: datetime | None = None, until: datetime | None = None, most: int = 100
) -> list[Changed]:
    """What a team gained and lost, its members and itself, the latest first."""
    rows = MapChange.objects.filter(words__overlap=[f"team {team.pk}"])
    return told(_between(rows, since, until).order_by("-pk")[:most])


def latest_changes(*, before: int | None = None, most: int = 100) -> list[Changed]:
    """Every change, the latest first; `before` is the `pk` of the last one of the page before."""
    rows = MapChange.objects.filter(pk__lt=before) if before is not None else MapChange.objects.all()
    return told(rows.order_by("-pk")[:most])


def _between(rows: "QuerySet[MapChange]", since: datetime | None, until: datetime | None) -> "QuerySet[MapChange]":
    rows = rows if since is None else rows.filter(changed_at__gte=since)
    return rows if until is None else rows.filter(changed_at__lt=until)


def _scan(rows: "QuerySet[MapChange]", concerns: Callable[[MapChange], bool], most: int) -> list[MapChange]:
    found: list[MapChange] = []
    page = list(rows.order_by("-pk")[:_PAGE])
    for _ in range(_PAGES):
        found += filter(concerns, page)
        if len(found) >= most or len(page) < _PAGE:
            break
        page = list(rows.filter(pk__lt=page[-1].pk).order_by("-pk")[:_PAGE])
    return found[:most]


def _clusters_called(slug: str) -> frozenset[int] | None:
    """Those that are or were called so; None for a subject that names none, which may stand in any."""
    if not slug:
        return None
    was = MapChange.objects.filter(Q(before__slug=slug) | Q(after__slug=slug), what="cluster", words__overlap=["map"])
    now = Cluster.objects.filter(slug=slug)
    return frozenset(was.values_list("row_id", flat=True).union(now.values_list("pk", flat=True)))


class _Concerns:
    """Whether a change has to do with a subject: by what the row was, or by what it became."""

    def __init__(self, subject: Subject, clusters: Collection[int] | None) -> None:
        self.subject = subject
        self.clusters = clusters
        self.values = values_of(subject)
        self.namespace = namespace_of(subject)
        self.is_cluster = not self.namespace and subject.kind.casefold() in {"", "cluster"}
        named = [f"namespace {self.namespace}"] if self.namespace else []
        self.words = [*named, *(f"cluster {pk}" for pk in clusters or ())]
        self.rules = [*(f"rules of {pk}" for pk in clusters or ()), f"rules of {EVERYWHERE}"]

    def __call__(self, row: MapChange) -> bool:
        return any(self._concerns(row.what, state) for state in (row.before, row.after) if state)

    def _concerns(self, what: str, row: Row) -> bool:
        if not self._is_here(row.get("cluster_id")):
            return False
        match what:
            case "cluster":
                return True
            case "component":
                return self.is_cluster or self._is_component(row)
            case "namespace":
                return bool(row["name"] == self.namespace)
            case "responsibility":
                return self._is_whole_namespace or row["kind"].casefold() == self.subject.kind.casefold()
            case "rule" | "refusal":
                matcher = Matcher.of(row["matcher"])
                named = self._is_whole_namespace and self.namespace in matcher.texts(NAMESPACE)
                return self.is_cluster or named or matches(matcher, self.values)
        return False

    @property
    def _is_whole_namespace(self) -> bool:
        return self.subject.kind.casefold() == NAMESPACE

    def _is_here(self, cluster: int | None) -> bool:
        return cluster is None or self.clusters is None or cluster in self.clusters

    def _is_component(self, row: Row) -> bool:
        is_kind = row["kind"].casefold() == self.subject.kind.casefold()
        is_named = is_kind and row["name"] in {"", self.subject.name}
        return is_named or any(matches(Matcher.of(each), self.values) for each in row["matchers"])
