"""Finds the matchers that may match a subject without trying all of them. PURE.

A matcher is filed once, under the rarest of its exact texts; else under what its values begin or end with. Only what
has neither is tried on every subject of its cluster.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ownership.matchers import Form, Matcher, Text

Values = Mapping[str, tuple[str, ...]]
Scope = str | None
"""A cluster, or None for every one."""
Filed = TypeVar("Filed")
_Key = tuple[Scope, str, str]
_Named = tuple[Matcher, Filed]


def matches(matcher: Matcher, values: Values) -> bool:
    """Whether all conditions hold: one of a condition's texts fits one of the subject's values."""
    for name, texts in matcher.compiled:
        mine = values.get(name)
        if mine is None or not any(text.fits(value) for text in texts for value in mine):
            return False
    return True


def what_fits(matcher: Matcher, values: Values) -> str:
    """By what a subject that matches was recognised, for people: its own values, not all that would have done."""
    return ", ".join(
        f"{name} {next(value for value in values[name] for text in texts if text.fits(value))}"
        for name, texts in matcher.compiled
    )


@dataclass
class _Ends(Generic[Filed]):
    """Filed by a literal end of the values; `lengths` saves looking for ends that nobody has."""

    by_end: dict[str, list[_Named[Filed]]] = field(default_factory=lambda: defaultdict(list))
    lengths: set[int] = field(default_factory=set)

    def file(self, end: str, filed: _Named[Filed]) -> None:
        self.by_end[end].append(filed)
        self.lengths.add(len(end))

    def find(self, value: str, *, from_start: bool) -> Iterator[_Named[Filed]]:
        for length in self.lengths:
            if length <= len(value):
                end = value[:length] if from_start else value[len(value) - length :]
                yield from self.by_end.get(end, ())


class Index(Generic[Filed]):
    """Matchers and what they stand for, by cluster."""

    def __init__(self, filed: Iterable[tuple[Scope, Matcher, Filed]]) -> None:
        self._exact: dict[_Key, list[_Named[Filed]]] = defaultdict(list)
        self._prefixes: dict[tuple[Scope, str], _Ends[Filed]] = defaultdict(_Ends)
        self._suffixes: dict[tuple[Scope, str], _Ends[Filed]] = defaultdict(_Ends)
        self._rest: dict[Scope, list[_Named[Filed]]] = defaultdict(list)
        rows = list(filed)
        counts = Counter(key for scope, matcher, _ in rows for keys in _exact_keys(scope, matcher) for key in keys)
        for scope, matcher, one in rows:
            self._file(scope, matcher, one, counts)

    def find(self, scope: Scope, values: Values) -> Iterator[Filed]:
        """What matches, in this cluster and in every cluster; in no order."""
        for where in dict.fromkeys((scope, None)):
            for matcher, one in self._candidates(where, values):
                if matches(matcher, values):
                    yield one

    def _candidates(self, scope: Scope, values: Values) -> Iterator[_Named[Filed]]:
        seen: set[int] = set()
        for name, mine in values.items():
            for value in mine:
                for filed in self._under(scope, name, value):
                    # Filed under several texts of one condition, it would be found as often.
                    if id(filed) not in seen:
                        seen.add(id(filed))
                        yield filed
        yield from self._rest.get(scope, ())

    def _under(self, scope: Scope, name: str, value: str) -> Iterator[_Named[Filed]]:
        yield from self._exact.get((scope, name, value), ())
        if prefixes := self._prefixes.get((scope, name)):
            yield from prefixes.find(value, from_start=True)
        if suffixes := self._suffixes.get((scope, name)):
            yield from suffixes.find(value, from_start=False)

    def _file(self, scope: Scope, matcher: Matcher, one: Filed, counts: Mapping[_Key, int]) -> None:
        filed = (matcher, one)
        exact = list(_exact_keys(scope, matcher))
        if exact:
            for key in min(exact, key=lambda keys: (max(counts[key] for key in keys), keys)):
                self._exact[key].append(filed)
            return
        for ends, of in ((self._prefixes, _prefix), (self._suffixes, _suffix)):
            plain = [(name, texts) for name, texts in matcher.compiled if all(map(of, texts))]
            if plain:
                name, texts = max(plain, key=lambda each: min(len(of(text)) for text in each[1]))
                for end in {of(text) for text in texts}:
                    ends[scope, name].file(end, filed)
                return
        self._rest[scope].append(filed)


def _exact_keys(scope: Scope, matcher: Matcher) -> Iterator[tuple[_Key, ...]]:
    for name, texts in matcher.compiled:
        if all(text.form is Form.EXACT for text in texts):
            yield tuple((scope, name, text.written) for text in texts)


def _prefix(text: Text) -> str:
    return text.prefix


def _suffix(text: Text) -> str:
    return text.suffix
