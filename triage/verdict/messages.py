"""Reads what a cluster wrote. PURE.

All of it is untrusted, and some of it is written by whoever runs a workload, so patterns run on RE2, which has no
backtracking: its time grows with the length of the text, whatever the text is.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import re2

from alerts.reports import EventReport


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

    def find(self, text: str) -> Mapping[str, str] | None:
        """What the named groups hold where the pattern is first found in the text; None where it is not."""
        match = self._compiled.search(text)
        if match is None:
            return None
        return {name: value or "" for name, value in match.groupdict().items()}


class Said(NamedTuple):
    """A message in which a pattern was found."""

    event: EventReport
    groups: Mapping[str, str]


def said(events: Iterable[EventReport], pattern: Pattern) -> list[Said]:
    """The events in whose message the pattern is found, oldest first."""
    return [Said(event, groups) for event in events if (groups := pattern.find(event.message)) is not None]


def short(message: str, most: int = 160) -> str:
    """A message as a ledger quotes it: one line, cut in the middle where it is long."""
    line = " ".join(message.split())
    if len(line) <= most:
        return line
    half = (most - 3) // 2
    return f"{line[:half]} … {line[-half:]}"
