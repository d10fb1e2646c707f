"""How sure a lead is, and when that is a verdict."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.verdict.calibration import LEAST, MOST, SHIPPED, Calibration, confidence_of, fit

samples = st.lists(st.tuples(st.floats(0, 20, allow_nan=False), st.booleans()), max_size=60)


@pytest.mark.parametrize(
    ("margin", "calibration", "confidence", "because"),
    [
        (0.0, SHIPPED, 0.5, "no lead, even odds"),
        (math.log(4), Calibration(1.0, 0.0, 0.6), 0.8, "four to one"),
        (50.0, SHIPPED, MOST, "nothing is certain"),
        (0.0, Calibration(1.0, -2.0, 0.65), LEAST, "the side that leads is at least even"),
        (1.0, Calibration(2.0, -2.0, 0.65), 0.5, "slope and intercept"),
        (1e6, Calibration(1.0, 0.0, 0.65), MOST, "no overflow"),
    ],
)
def test_confidence(margin: float, calibration: Calibration, confidence: float, because: str) -> None:
    assert confidence_of(margin, calibration) == pytest.approx(confidence), because


def test_without_a_case_weights_are_log_odds() -> None:
    assert fit([]) == Calibration(slope=1.0, intercept=0.0, threshold=0.67)


def test_many_cases_say_what_the_slope_is() -> None:
    chance = random.Random(7)  # noqa: S311 - the same cases each time
    margins = [chance.uniform(0, 5) for _ in range(4000)]
    found = fit((margin, chance.random() < 1 / (1 + math.exp(0.3 - 0.6 * margin))) for margin in margins)
    assert (found.slope, found.intercept) == pytest.approx((0.6, -0.3), abs=0.12)


def test_few_cases_change_little() -> None:
    assert fit([(3.0, True), (2.0, False)]).slope == pytest.approx(1.0, abs=0.35)


def test_where_more_lead_is_less_right_the_slope_stays_positive() -> None:
    found = fit([(0.1, True), (5.0, False)] * 200)
    assert found.slope == 0.05
    assert confidence_of(5.0, found) == pytest.approx(0.5, abs=0.06)


def test_the_threshold_leaves_undecided_what_would_be_wrong_too_often() -> None:
    cases = [(0.5, True), (0.5, False)] * 50 + [(3.0, True)] * 100  # half of the small leads are right
    found = fit(cases)
    assert confidence_of(0.5, found) < found.threshold <= confidence_of(3.0, found)


def test_the_threshold_decides_what_is_wrong_seldom_enough() -> None:
    cases = [(0.5, True)] * 80 + [(0.5, False)] * 20  # a fifth wrong costs 60, undecided costs 100
    found = fit(cases)
    assert confidence_of(0.5, found) >= found.threshold


@given(samples)
def test_every_fit_is_usable(cases: list[tuple[float, bool]]) -> None:
    found = fit(cases)
    assert found.slope > 0
    assert math.isfinite(found.intercept)
    assert 0.5 <= found.threshold <= 0.9
    assert confidence_of(1.0, found) <= confidence_of(2.0, found)


@given(samples, st.randoms(use_true_random=False))
def test_the_order_of_the_cases_means_nothing(cases: list[tuple[float, bool]], chance: random.Random) -> None:
    assert fit(chance.sample(cases, len(cases))) == fit(cases)


@given(samples)
def test_no_other_line_fits_better(cases: list[tuple[float, bool]]) -> None:
    found = fit(cases)
    least = _loss(cases, found.slope, found.intercept)
    for slope, intercept in ((0.1, 0.0), (-0.1, 0.0), (0.0, 0.1), (0.0, -0.1)):
        if found.slope + slope >= 0.05:
            assert _loss(cases, found.slope + slope, found.intercept + intercept) >= least - 1e-9


def _loss(cases: list[tuple[float, bool]], slope: float, intercept: float) -> float:
    right = sum(was_right for _, was_right in cases)
    high, low = (right + 1) / (right + 2), 1 / (len(cases) - right + 2)
    z = [(slope * margin + intercept, high if was_right else low) for margin, was_right in cases]
    entropy = sum(max(one, 0) + math.log1p(math.exp(-abs(one))) - target * one for one, target in z)
    return entropy + (slope - 1) ** 2 / (2 * 0.5**2) + intercept**2 / 2
