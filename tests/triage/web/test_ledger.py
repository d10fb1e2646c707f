"""The ledger as a picture: bars from one zero, and a sum that adds up on the page."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from triage.web.ledger import WIDTH, Ledger, ledger_of


@dataclass
class Found:
    side: str
    weight: float
    claim: str = "node-14 is not ready"
    source: str = "alert"
    observed_at: datetime = datetime(2026, 11, 25, 3, tzinfo=UTC)


def ledger(*findings: Found, side: str = "cluster") -> Ledger:
    return ledger_of(findings, side)


MIXED = ledger(Found("cluster", 2.304), Found("application", 0.7), Found("cluster", -0.5))


def test_what_speaks_for_the_other_side_speaks_against_this_one() -> None:
    assert [line.bar.label for line in MIXED.lines] == ["+2.30", "\N{MINUS SIGN}0.70", "\N{MINUS SIGN}0.50"]


def test_the_sum_is_that_of_what_is_shown() -> None:
    assert MIXED.total.weight == 1.1
    assert MIXED.total.label == "+1.10"


def test_all_bars_begin_at_the_same_zero() -> None:
    for bar in (line.bar for line in MIXED.lines):
        assert (bar.x if bar.is_for else bar.x + bar.width) == pytest.approx(MIXED.total.zero, abs=0.15)


def test_bars_are_as_long_as_their_weights() -> None:
    longest, shorter, _ = (line.bar.width for line in MIXED.lines)
    assert round(longest / shorter, 1) == round(2.3 / 0.7, 1)


def test_no_bar_and_no_number_leaves_the_picture() -> None:
    for line in ledger(Found("cluster", 90.0), Found("cluster", -90.0)).lines:
        assert line.bar.x >= 0
        assert line.bar.x + line.bar.width <= WIDTH


def test_nothing_is_a_ledger_too() -> None:
    assert ledger().lines == ()
    assert ledger().total.weight == 0
