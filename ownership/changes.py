"""What applying a file changes, said so that a person can check it before and read it after. PURE."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ownership.sources import Source

Key = tuple[str, ...]
Values = Mapping[str, str]
"""What of a row is compared and shown, by field; an empty text is "none"."""


class Verb(StrEnum):
    """What happens to a row, by the sign that a report shows."""

    ADD = "+"
    CHANGE = "~"
    REMOVE = "-"
    KEEP = "="  # the file does not name it, or may not change it


@dataclass(frozen=True)
class Found:
    """A row as it is: its values and who wrote it."""

    values: Values
    source: str


@dataclass(frozen=True)
class Change:
    """One row: what it is (`namespace`), which one, and each field as (name, before, after)."""

    verb: Verb
    what: str
    key: Key
    fields: tuple[tuple[str, str, str], ...] = ()
    why: str = ""

    def __str__(self) -> str:
        said = f"{self.verb} {self.what} {'/'.join(filter(None, self.key))}"
        details = ", ".join(self._details())
        return ": ".join(filter(None, [said, details, self.why]))

    def _details(self) -> Iterator[str]:
        for name, before, after in self.fields:
            if self.verb is Verb.CHANGE:
                yield f"{name} {before or 'none'} → {after or 'none'}"
            elif value := after or before:
                yield f"{name} {value}"


@dataclass(frozen=True)
class Report:
    """What was done, or would be done."""

    changes: tuple[Change, ...]
    is_dry_run: bool = False

    @property
    def changes_anything(self) -> bool:
        return any(change.verb is not Verb.KEEP for change in self.changes)

    def count(self, verb: Verb) -> int:
        return sum(change.verb is verb for change in self.changes)

    def __str__(self) -> str:
        lines = [str(change) for change in self.changes]
        if not self.changes_anything:
            return "\n".join([*lines, "Nothing to do: the map is as the file says."])
        counts = f"{self.count(Verb.ADD)} added, {self.count(Verb.CHANGE)} changed, {self.count(Verb.REMOVE)} removed"
        done = f"A dry run: nothing is changed. It would be {counts}." if self.is_dry_run else f"Done: {counts}."
        return "\n".join([*lines, done])


def compare(
    what: str, wanted: Mapping[Key, Values], found: Mapping[Key, Found], *, prune: bool, source: Source = Source.FILE
) -> list[Change]:
    """What makes the rows that are found into those that a source wants: a file, where no other is named.

    A row of another source becomes the file's where the file names it. Where the file does not, it stays whatever
    `prune` says; of the file's own rows those stay without `prune`, and are reported.
    """
    changes = []
    for key, values in wanted.items():
        if key not in found:
            fields = tuple((name, "", after) for name, after in values.items())
            changes.append(Change(Verb.ADD, what, key, fields))
        elif different := tuple(_different(found[key], values, source)):
            changes.append(Change(Verb.CHANGE, what, key, different))
    for key, row in found.items():
        if key not in wanted and row.source == source:
            if prune:
                changes.append(Change(Verb.REMOVE, what, key))
            else:
                changes.append(Change(Verb.KEEP, what, key, why="not in the file; --prune removes it"))
    return changes


def _different(found: Found, wanted: Values, source: Source) -> Iterator[tuple[str, str, str]]:
    for name, after in wanted.items():
        before = found.values.get(name, "")
        if before != after:
            yield name, before, after
    if found.source != source:
        yield "source", found.source, source.value
