"""Shares with their doubt. Expected numbers are the textbooks'."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench_verdict.statistics import (
    Share,
    balanced_accuracy,
    confusion,
    expected_calibration_error,
    percentile,
    reliability,
    wilson,
)


@pytest.mark.parametrize(
    ("right", "of", "low", "high", "because"),
    [
        (8, 10, 0.4902, 0.9433, "wide for few"),
        (0, 10, 0.0, 0.2775, "none of ten is not never"),
        (10, 10, 0.7225, 1.0, "ten of ten is not always"),
        (80, 100, 0.7112, 0.8666, "narrower for many"),
        (0, 0, 0.0, 1.0, "nothing is known of nothing"),
    ],
)
def test_wilson(right: int, of: int, low: float, high: float, because: str) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-4), because


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval(share: tuple[int, int]) -> None:
    low, high = Share(*share).interval
    assert 0 <= low <= share[0] / share[1] + 1e-12
    assert share[0] / share[1] - 1e-12 <= high <= 1


def test_always_saying_the_more_frequent_side_gains_nothing() -> None:
    table = confusion([("application", "application")] * 90 + [("cluster", "application")] * 10)
    assert balanced_accuracy(table) == 0.5


def test_uncertain_is_not_right_in_the_balance_either() -> None:
    assert balanced_accuracy(confusion([("cluster", "cluster"), ("cluster", "uncertain")])) == 0.5


def test_a_border_belongs_to_the_upper_bin() -> None:
    assert [one.low for one in reliability([(0.5, True), (0.55, True), (0.7, True), (1.0, True)])] == [
        0.5,
        0.55,
        0.7,
        0.95,
    ]


def test_the_calibration_error_weighs_bins_by_their_cases() -> None:
    sure = [(0.9, True)] * 6 + [(0.9, False)] * 2  # said 90 %, 75 % right
    unsure = [(0.6, True)] * 1 + [(0.6, False)] * 1  # said 60 %, 50 % right
    assert expected_calibration_error(reliability(sure + unsure)) == pytest.approx(0.8 * 0.15 + 0.2 * 0.1)


def test_without_a_case_there_is_no_error() -> None:
    assert expected_calibration_error(()) is None


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0)])
def test_percentiles_are_values_that_were_seen(share: float, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == value
