"""A count with a control group."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.verdict.concentration import log_odds, tail
from triage.verdict.weights import MOST_OF_CONCENTRATION


@pytest.mark.parametrize(
    ("counts", "chance", "because"),
    [
        ((4, 2, 2, 2), 1 / 6, "C(2,2) * C(2,0) of C(4,2) = 6 ways"),
        ((10, 3, 3, 3), 1 / 120, "one of C(10,3) = 120 ways"),
        ((10, 5, 5, 4), 26 / 252, "C(5,4) * C(5,1) + 1 = 26 of C(10,5) = 252 ways"),
        ((8, 4, 4, 3), 17 / 70, "the lady tasting tea: 16 + 1 of 70 ways (Fisher, 1935)"),
        ((3, 1, 1, 1), 1 / 3, "one failing of three: one chance in three"),
        ((20, 6, 5, 4), 216 / 15504, "15 * 14 + 6 of C(20,5) = 15,504 ways"),
        ((100, 7, 30, 0), 1.0, "at least none is always so"),
        ((5, 5, 3, 3), 1.0, "where all fail, all there fail"),
        ((5, 0, 3, 0), 1.0, "where none fails, none there does"),
        ((0, 0, 0, 0), 1.0, "nothing at all"),
    ],
)
def test_the_chance_against_numbers_worked_out_by_hand(
    counts: tuple[int, int, int, int], chance: float, because: str
) -> None:
    """Of so many, so many fail; so many share the property, and so many of those fail."""
    assert tail(*counts) == pytest.approx(chance, rel=1e-9), because


COUNTS = st.integers(0, 60).flatmap(
    lambda population: st.tuples(st.just(population), st.integers(0, population), st.integers(0, population))
)


def exact(population: int, failing: int, sharing: int, there: int) -> float:
    """The same sum with whole numbers."""
    ways = sum(
        math.comb(failing, here) * math.comb(population - failing, sharing - here)
        for here in range(there, min(failing, sharing) + 1)
    )
    return ways / math.comb(population, sharing)


@given(COUNTS)
def test_the_chance_is_that_of_whole_numbers(counts: tuple[int, int, int]) -> None:
    population, failing, sharing = counts
    for there in range(min(failing, sharing) + 1):
        chance = tail(population, failing, sharing, there)
        assert 0 <= chance <= 1
        assert chance == pytest.approx(exact(population, failing, sharing, there), rel=1e-9, abs=1e-15)


@given(COUNTS)
def test_more_failures_there_are_less_likely_by_chance_and_worth_more(counts: tuple[int, int, int]) -> None:
    population, failing, sharing = counts
    chances = [tail(population, failing, sharing, there) for there in range(min(failing, sharing) + 1)]
    assert all(more <= fewer + 1e-12 for fewer, more in pairwise(chances))
    assert all(log_odds(more) >= log_odds(fewer) - 1e-12 for fewer, more in pairwise(chances) if fewer > more)


@pytest.mark.parametrize(
    ("population", "failing", "sharing", "there"),
    [(10, 3, 4, 5), (10, 3, 4, 4), (10, 11, 4, 2), (10, 3, 11, 2), (10, 3, 4, -1), (-1, -1, -1, -1)],
)
def test_counts_that_do_not_fit_into_each_other_are_an_error(
    population: int, failing: int, sharing: int, there: int
) -> None:
    with pytest.raises(ValueError, match="counts that cannot be"):
        tail(population, failing, sharing, there)


@pytest.mark.parametrize(
    ("chance", "worth", "because"),
    [
        (0.05, 0.898, "-ln(-e * 0.05 * ln 0.05): odds of 2.5 to 1, and not of 20 to 1"),
        (0.01, 2.077, "8 to 1 (table 1 of Sellke, Bayarri, Berger gives 0.111 for the other side)"),
        (1 / math.e, 0.0, "where the bound ends"),
        (0.9, 0.0, "never against: that nothing is concentrated proves nothing"),
        (1.0, 0.0, "the same"),
        (1e-9, MOST_OF_CONCENTRATION, "a count by itself is never proof"),
        (0.0, MOST_OF_CONCENTRATION, "also where the chance is too small for a number"),
    ],
)
def test_what_a_chance_is_worth(chance: float, worth: float, because: str) -> None:
    assert log_odds(chance) == pytest.approx(worth, abs=2e-3), because


@pytest.mark.parametrize(
    ("population", "failing", "sharing", "there"),
    [(3, 1, 1, 1), (4, 2, 2, 2), (6, 2, 3, 2), (2, 1, 1, 1)],
)
def test_small_counts_are_no_proof(population: int, failing: int, sharing: int, there: int) -> None:
    assert log_odds(tail(population, failing, sharing, there)) < 0.3


def test_many_thousand_pods_are_counted_without_overflow() -> None:
    assert tail(50_000, 400, 110, 100) < 1e-100
    assert log_odds(tail(50_000, 400, 110, 100)) == MOST_OF_CONCENTRATION
