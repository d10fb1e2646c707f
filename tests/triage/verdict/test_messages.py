"""What a cluster wrote is read by patterns, and quoted short."""

import time

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from triage.verdict.messages import Capture, Pattern, short

HOSTILE = r"(?P<word>(a+)+)b$"  # with backtracking: 2 ** length steps


def test_a_pattern_tells_what_its_groups_hold() -> None:
    pulled = Capture(r'pull image "(?P<image>[^"]+)"(?: from (?P<registry>\S+))?')
    assert pulled.find('Failed to pull image "cart:v2": not found') == {"image": "cart:v2", "registry": ""}
    assert pulled.find("Back-off restarting failed container") is None


def test_a_pattern_fits_or_does_not() -> None:
    unknown = Pattern.any_of("no such host", "nxdomain")
    assert unknown.fits("dial tcp: lookup db: no such host")
    assert not unknown.fits("dial tcp: i/o timeout")
    assert not unknown.fits(""), "nothing was said"


def test_alternatives_are_kept_apart() -> None:
    assert not Pattern.any_of("lookup (db|cart)$", "timeout").fits("lookup db failed")


def test_what_captures_nothing_is_an_error_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="No named group"):
        Capture("no such host")


def test_case_does_not_matter() -> None:
    assert Pattern("oomkilled").fits("OOMKilled")


def test_what_is_no_pattern_is_an_error_when_it_is_made() -> None:
    with pytest.raises(re2.error):
        Pattern(r"(?P<a>")
    with pytest.raises(re2.error):
        Pattern(r"(a)\1")  # would need backtracking


@pytest.mark.parametrize("letter", ["a", "é", "\x00", "\n"])
def test_a_hostile_text_of_a_megabyte_takes_no_longer_than_its_length(letter: str) -> None:
    pattern = Pattern(HOSTILE)
    began = time.process_time()
    assert not pattern.fits(letter * 2**20)
    assert time.process_time() - began < 1, "it takes some milliseconds; with backtracking it takes for ever"


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    Pattern(HOSTILE).fits(text)
    Capture(r"(?P<all>.*)").find(text)


@pytest.mark.parametrize(
    ("message", "quoted", "because"),
    [
        ("well", "well", "short enough"),
        ("two\n\tlines  and\r\nmore ", "two lines and more", "a ledger has one line for each"),
        ("", "", "nothing"),
        ("a" * 20 + "b" * 20, "aaaaaaaa … bbbbbbbb", "the beginning says what, the end why"),
    ],
)
def test_a_message_is_quoted_on_one_line(message: str, quoted: str, because: str) -> None:
    assert short(message, most=20) == quoted, because


@given(st.text(max_size=400), st.integers(10, 200))
def test_a_quote_is_never_longer_than_asked_for(message: str, most: int) -> None:
    assert len(short(message, most)) <= most
    assert "\n" not in short(message, most)
