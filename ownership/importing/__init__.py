"""A map file becomes rows: one transaction, and a report of what changed. The only writer of the map's tables."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from ownership.changes import Change, Report, Verb
from ownership.importing.kinds import Ids, Kind, Told, silent
from ownership.importing.labels import LabelReport, apply_labels, refuse
from ownership.importing.owned import Clusters, Components, Namespaces, Responsibilities, Rules
from ownership.importing.people import Refused, bring_people
from ownership.importing.teams import Channels, Contacts, Escalations, Members, Rotations, TeamContacts, Teams
from ownership.models import Cluster, Team, User
from ownership.sources.mapfile import Known, MapFile
from ownership.version import lock_map, map_has_changed, written_by

__all__ = ["LabelReport", "Refused", "Report", "Told", "apply", "apply_labels", "known_names", "refuse", "silent"]


# Refer to people, teams and clusters, and to nothing else here.
_DEPENDENT: tuple[Callable[[MapFile, Ids], Kind], ...] = (
    *(Members, Contacts, Channels, TeamContacts, Rotations, Escalations),
    *(Components, Namespaces, Rules, Responsibilities),
)


def known_names() -> Known:
    """The names that a file may use without explaining them."""
    return Known(
        frozenset(Team.objects.values_list("slug", flat=True)),
        frozenset(User.objects.values_list("username", flat=True)),
        frozenset(Cluster.objects.values_list("slug", flat=True)),
        dict(Team.objects.filter(parent__isnull=False).values_list("slug", "parent__slug")),
    )


def apply(
    file: MapFile,
    *,
    prune: bool = False,
    dry_run: bool = False,
    now: datetime,
    told: Told = silent,
    author: str = "",
    source: str = "file",
) -> Report:
    """Makes the map what the file says, or says what that would change.

    Rows that the file does not name stay, unless it wrote them once and `prune` is set: then the file is the whole map.
    People never go, are never deactivated, and keep the role that they have in the service. A dry run does the same in
    a transaction that is rolled back, so that it tells the truth about everything that stands in the way. `told` is
    called now and then with what is being written, how many rows of it are done, and how many there are. `author` and
    `source` are who applies it and from where, for the history.

    Raises:
        Refused: two people would share an address, or become the same one.
    """
    with transaction.atomic():
        lock_map(now=now)
        with written_by(author, source, at=now):
            report = Report(tuple(_write(file, prune=prune, now=now, told=told)), is_dry_run=dry_run)
        if report.changes_anything:
            map_has_changed(now=now)
        if dry_run:
            transaction.set_rollback(True)
    return report


def _write(file: MapFile, *, prune: bool, now: datetime, told: Told) -> list[Change]:
    """Walks the kinds in the order in which they need each other; what goes, goes backwards."""
    ids = Ids()
    people, ids.people, ids.called = bring_people(file.people, now=now)
    done: list[tuple[Kind, list[Change]]] = []
    for each in (Teams, Clusters, *_DEPENDENT):
        kind = each(file, ids)
        done.append((kind, kind.write(prune=prune, now=now, told=told)))
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
