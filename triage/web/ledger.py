"""The ledger as a picture: each finding a bar from a common zero, and a sum that adds up. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

WIDTH = 150
_MINUS = "\N{MINUS SIGN}"
_LABEL = 50  # what a number beside a bar takes
_LEAST = 1.5  # so that a small weight is still seen


class Finding(Protocol):
    """What is shown of a finding."""

    side: str
    weight: float
    claim: str
    source: str
    observed_at: datetime


@dataclass(frozen=True)
class Bar:
    """A bar and the number beside it, in units of a picture that is `WIDTH` wide."""

    weight: float
    zero: float
    x: float
    width: float
    label_x: float
    anchor: str

    @property
    def label(self) -> str:
        return signed(self.weight)

    @property
    def is_for(self) -> bool:
        return self.weight >= 0


@dataclass(frozen=True)
class Line:
    finding: Finding
    bar: Bar


@dataclass(frozen=True)
class Ledger:
    """The lines, the strongest first as they are kept, and their sum."""

    lines: tuple[Line, ...]
    total: Bar


def ledger_of(findings: Iterable[Finding], side: str) -> Ledger:
    """Every finding as it speaks for or against this side."""
    kept = tuple(findings)
    weights = [round(one.weight if one.side == side else -one.weight, 2) for one in kept]
    total = round(sum(weights), 2)
    scale = _Scale([*weights, total])
    lines = tuple(Line(finding, scale.bar(weight)) for finding, weight in zip(kept, weights, strict=True))
    return Ledger(lines, scale.bar(total))


def signed(weight: float) -> str:
    """`+4.20`, or `-0.35` with a real minus: two decimals everywhere, so that the lines add up to their sum."""
    return f"{_MINUS if weight < 0 else '+'}{abs(weight):.2f}"


class _Scale:
    """One zero and one unit for all bars."""

    def __init__(self, weights: list[float]) -> None:
        most_for = max([0.0, *weights])
        most_against = -min([0.0, *weights])
        left = _LABEL if most_against else 1.0
        room = WIDTH - _LABEL - left
        self._unit = room / ((most_for + most_against) or 1.0)
        self._zero = left + most_against * self._unit

    def bar(self, weight: float) -> Bar:
        width = max(abs(weight) * self._unit, _LEAST)
        x = self._zero if weight >= 0 else self._zero - width
        label_x = x + width + 6 if weight >= 0 else x - 6
        return Bar(
            weight,
            zero=round(self._zero, 1),
            x=round(x, 1),
            width=round(width, 1),
            label_x=round(label_x, 1),
            anchor="start" if weight >= 0 else "end",
        )
