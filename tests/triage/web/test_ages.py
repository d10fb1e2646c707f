"""Durations in words."""

from datetime import timedelta

import pytest

from triage.web.ages import age, in_words


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "now"),
        (0.4, "now"),
        (1, "1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (6840, "1 h 54"),
        (3660, "1 h 01"),
        (86_399, "23 h 59"),
        (86_400, "1 d"),
    ],
)
def test_an_age_in_a_row(seconds: float, shown: str) -> None:
    assert age(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (39.2, "40 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3600, "1 hour"),
        (7 * 86_400, "7 days"),
    ],
)
def test_a_wait_in_a_sentence_is_rounded_up(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
