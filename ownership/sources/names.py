"""The names that a file may use, and what of it may stand once. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ownership.sources import readers
from ownership.sources.fields import Fields, Reader


@dataclass(frozen=True)
class Known:
    """Names that a file may use without explaining them: those that the service has already.

    `parents` are the teams above teams, by slug: a file must not close a circle.
    """

    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    parents: Mapping[str, str] = field(default_factory=dict, hash=False)


class Names:
    """Readers of names that somebody explains, and the lines of what stands once."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.team: Reader = readers.known("team", known.teams)
        self.cluster: Reader = readers.known("cluster", known.clusters)
        self.person: Reader = readers.known("person", known.people)
        self._first_line: dict[tuple[str, ...], int] = {}

    def once(self, fields: Fields, key: str, *what: str, shown: str | None = None) -> None:
        """Refuses the second of two that are the same thing."""
        if not all(what[:2]):
            return
        if what in self._first_line:
            value = what[-1] if shown is None else shown
            first = self._first_line[what]
            fields.refuse(key, value, f"is the same {what[0]} as on line {first}", "Keep one of them.")
        self._first_line.setdefault(what, fields.line)
