"""Reads what a cluster wrote. PURE.

All of it is untrusted, and some of it is written by whoever runs a workload, so patterns run on RE2, which has no
backtracking: its time grows with the length of the text, whatever the text is.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

import re2

_REMEMBERED = 500  # texts for each pattern


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return options


class Pattern:
    """A pattern in RE2's syntax, without regard to case."""

    def __init__(self, expression: str) -> None:
        """Raises re2.error where the expression is none."""
        self._compiled = re2.compile(expression, options=_options())
        self._found: dict[str, Mapping[str, str] | None] = {}

    @classmethod
    def any_of(cls, *expressions: str) -> Self:
        """A pattern that fits where one of these does."""
        return cls("|".join(f"(?:{one})" for one in expressions))

    def fits(self, text: str) -> bool:
        """Whether the pattern is found in the text."""
        return self._search(text) is not None

    def _search(self, text: str) -> Mapping[str, str] | None:
        if not text:
            return None
        # A storm says the same a thousand times.
        if text in self._found:
            return self._found[text]
        match = self._compiled.search(text)
        found = None if match is None else {name: value or "" for name, value in match.groupdict().items()}
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[text] = found
        return found


class Capture(Pattern):
    """A pattern with named groups, of which one wants to know what they hold.

    A kind of its own, so that what is found is never an empty mapping, which would be taken for nothing.
    """

    def __init__(self, expression: str) -> None:
        """Raises re2.error where the expression is none, ValueError where it names no group."""
        super().__init__(expression)
        if not self._compiled.groupindex:
            raise ValueError(f"No named group in {expression}")

    def find(self, text: str) -> Mapping[str, str] | None:
        """What the named groups hold where the pattern is first found in the text; None where it is not."""
        return self._search(text)


def short(message: str, most: int = 160) -> str:
    """A message as a ledger quotes it: one line, cut in the middle where it is long."""
    line = " ".join(message.split())
    if len(line) <= most:
        return line
    half = (most - 3) // 2
    return f"{line[:half]} … {line[-half:]}"
