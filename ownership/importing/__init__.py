"""A map file becomes rows: one transaction, and a report of what changed. The only writer of the map's tables."""

from datetime import datetime

from django.db import transaction

from ownership.changes import Change, Report, Verb
from ownership.importing.kinds import DEPENDENT, Clusters, Ids, Kind, Teams
from ownership.importing.people import Refused, bring_people
from ownership.models import Cluster, Team, User
from ownership.sources.mapfile import Known, MapFile
from ownership.version import lock_map, map_has_changed

__all__ = ["Refused", "Report", "apply", "known_names"]


def known_names() -> Known:
    """The names that a file may use without explaining them."""
    return Known(
        frozenset(Team.objects.values_list("slug", flat=True)),
        frozenset(User.objects.values_list("username", flat=True)),
        frozenset(Cluster.objects.values_list("slug", flat=True)),
    )


def apply(file: MapFile, *, prune: bool = False, dry_run: bool = False, now: datetime) -> Report:
    """Makes the map what the file says, or says what that would change.

    Rows that the file does not name stay, unless it wrote them once and `prune` is set: then the file is the whole map.
    People never go, are never deactivated, and keep the role that they have in the service. A dry run does the same in
    a transaction that is rolled back, so that it tells the truth about everything that stands in the way.

    Raises:
        Refused: two people would share an address, or become the same one.
    """
    with transaction.atomic():
        lock_map()
        report = Report(tuple(_write(file, prune=prune, now=now)), is_dry_run=dry_run)
        if report.changes_anything:
            map_has_changed(now=now)
        if dry_run:
            transaction.set_rollback(True)
    return report


def _write(file: MapFile, *, prune: bool, now: datetime) -> list[Change]:
    """Walks the kinds in the order in which they need each other; what goes, goes backwards."""
    ids = Ids()
    people, ids.people, ids.called = bring_people(file.people, now=now)
    done: list[tuple[Kind, list[Change]]] = []
    for each in (Teams, Clusters, *DEPENDENT):
        kind = each(file, ids)
        done.append((kind, kind.write(prune=prune, now=now)))
        if each is Teams:
            ids.teams = dict(Team.objects.values_list("slug", "pk"))
        elif each is Clusters:
            ids.clusters = dict(Cluster.objects.values_list("slug", "pk"))
    for kind, changes in reversed(done):
        changes[:] = kind.remove(changes)
    return people + [kind.shown(change) for kind, changes in done for change in _additions_first(changes)]


def _additions_first(changes: list[Change]) -> list[Change]:
    order = list(Verb)
    return sorted(changes, key=lambda change: (order.index(change.verb), change.key))
