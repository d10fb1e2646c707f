"""What every kind of row of the map has in common: found, compared with what a file wants, written and removed.

`changes.compare` decides on the texts; what it decided is written here, in bulk: a constant number of statements for
every kind, however many rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db import models

from ownership.changes import Change, Found, Key, Values, Verb, compare
from ownership.sources import Source
from ownership.sources.mapfile import MapFile

BATCH = 1000
EVERYWHERE = "*"
Told = Callable[[str, int, int], None]
"""Is called with what is being written, how many rows of it are done, and how many there are."""


def silent(_what: str, _done: int, _total: int = 0) -> None:
    """For whoever does not want to be told."""


@dataclass
class Ids:
    """Primary keys by the names that a file uses, and the service's names of people whom it calls otherwise."""

    people: dict[str, int] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    clusters: dict[str, int] = field(default_factory=dict)

    @cached_property
    def team_slugs(self) -> dict[int, str]:
        """Asked for when all teams are there. A hundred thousand rows are not joined with their teams for a slug."""
        return {pk: slug for slug, pk in self.teams.items()}

    @cached_property
    def cluster_slugs(self) -> dict[int | None, str]:
        return {None: EVERYWHERE, **{pk: slug for slug, pk in self.clusters.items()}}

    def username(self, name: str) -> str:
        return self.called.get(name, name)


class Kind:
    """One kind of row. Rows are found by `key`, and `values` are what is compared, shown and written."""

    what: ClassVar[str]
    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[str, ...]]  # what `assign` sets, besides source and updated_at
    may_be_held: ClassVar[bool] = False  # whether rows that are not parts of it may refer to it

    def __init__(self, file: MapFile, ids: Ids) -> None:
        self.file = file
        self.ids = ids
        self._rows: dict[Key, Any] = {}

    def rows(self) -> Iterable[Any]:
        return self.model._default_manager.all()  # noqa: SLF001 - Django's name for it

    def key(self, row: Any) -> Key:
        raise NotImplementedError

    def values(self, row: Any) -> Values:
        raise NotImplementedError

    def wanted(self) -> Mapping[Key, Values]:
        """What the file says; a field that it leaves open is left out and stays as it is."""
        raise NotImplementedError

    def new(self, key: Key) -> Any:
        """An unsaved row."""
        raise NotImplementedError

    def assign(self, row: Any, values: Values) -> None:
        """Sets the columns of a row; `source` and `updated_at` are set already."""
        raise NotImplementedError

    def write_parts(self, rows: Mapping[Key, Any]) -> None:
        """Writes what hangs on the rows that were added or changed."""

    def shown(self, change: Change) -> Change:
        """The change as it may be printed."""
        return change

    def write(self, *, prune: bool, now: datetime, told: Told = silent) -> list[Change]:
        """Adds and changes rows; what is to go is only listed."""
        self._rows = {self.key(row): row for row in self.rows()}
        wanted = self.wanted()
        found = {key: Found(self.values(row), row.source) for key, row in self._rows.items()}
        changes = compare(self.what, wanted, found, prune=prune)
        added = {change.key: self.new(change.key) for change in changes if change.verb is Verb.ADD}
        changed = {change.key: self._rows[change.key] for change in changes if change.verb is Verb.CHANGE}
        columns = [*self.columns, "source"]
        if any(column.name == "updated_at" for column in self.model._meta.fields):  # noqa: SLF001
            columns.append("updated_at")
        for key, row in (added | changed).items():
            row.source, row.updated_at = Source.FILE, now
            self.assign(row, wanted[key])
        self._save(list(added.values()), list(changed.values()), columns, told)
        self.write_parts(added | changed)
        return changes

    def _save(self, added: Sequence[Any], changed: Sequence[Any], columns: list[str], told: Told) -> None:
        manager = self.model._default_manager  # noqa: SLF001
        total = len(added) + len(changed)
        for start in range(0, len(added), BATCH):
            manager.bulk_create(added[start : start + BATCH])
            told(self.what, min(start + BATCH, len(added)), total)
        for start in range(0, len(changed), BATCH):
            # One statement without a CASE for each row, which `bulk_update` would write.
            batch = changed[start : start + BATCH]
            manager.bulk_create(batch, update_conflicts=True, unique_fields=["pk"], update_fields=columns)
            told(self.what, len(added) + min(start + BATCH, len(changed)), total)

    def remove(self, changes: Iterable[Change]) -> list[Change]:
        """Removes what is listed as going, but for rows that others still refer to: those are listed as kept."""
        listed = list(changes)
        going = {self._rows[change.key].pk for change in listed if change.verb is Verb.REMOVE}
        held = self._held(going)
        self.model._default_manager.filter(pk__in=going - held.keys()).delete()  # noqa: SLF001
        return [self._as_done(change, held) for change in listed]

    def _as_done(self, change: Change, held: Mapping[int, str]) -> Change:
        if change.verb is Verb.REMOVE and (why := held.get(self._rows[change.key].pk)):
            return replace(change, verb=Verb.KEEP, why=f"not in the file, and kept: {why} not from it refers to it")
        return change

    def _held(self, going: set[int]) -> dict[int, str]:
        """Which of these rows something still refers to, a table of this package or of another, and what."""
        held: dict[int, str] = {}
        for relation in self.model._meta.related_objects if going and self.may_be_held else ():  # noqa: SLF001
            table, column = relation.related_model, relation.field.attname
            named = table._default_manager.filter(**{f"{column}__in": going})  # noqa: SLF001
            if table is self.model:
                named = named.exclude(pk__in=going)  # they go together
            held |= dict.fromkeys(named.values_list(column, flat=True), f"a {table._meta.verbose_name}")  # noqa: SLF001
        return held


def given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def joined(values: Iterable[str]) -> str:
    return ", ".join(values)


def split(text: str) -> list[str]:
    return text.split(", ") if text else []
