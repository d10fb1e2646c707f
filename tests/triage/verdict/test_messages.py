"""What a cluster wrote is read by patterns, and quoted short."""

import time
from datetime import UTC, datetime

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from alerts.reports import EventReport
from triage.verdict.messages import Pattern, said, short

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOSTILE = r"(?P<word>(a+)+)b$"  # with backtracking: 2 ** length steps


def event(message: str) -> EventReport:
    return EventReport("Pod", "shop", "cart-0", "Failed", message, NOON, NOON)


def test_a_pattern_tells_what_its_groups_hold() -> None:
    pulled = Pattern(r'pull image "(?P<image>[^"]+)"(?: from (?P<registry>\S+))?')
    assert pulled.find('Failed to pull image "cart:v2": not found') == {"image": "cart:v2", "registry": ""}
    assert pulled.find("Back-off restarting failed container") is None


def test_a_pattern_without_groups_is_found_or_not() -> None:
    assert Pattern("no such host").find("dial tcp: lookup db: no such host") == {}


def test_case_does_not_matter() -> None:
    assert Pattern("oomkilled").find("OOMKilled") is not None


def test_what_is_no_pattern_is_an_error_when_it_is_made() -> None:
    with pytest.raises(re2.error):
        Pattern(r"(?P<a>")
    with pytest.raises(re2.error):
        Pattern(r"(a)\1")  # would need backtracking


@pytest.mark.parametrize("letter", ["a", "é", "\x00", "\n"])
def test_a_hostile_text_of_a_megabyte_takes_no_longer_than_its_length(letter: str) -> None:
    pattern = Pattern(HOSTILE)
    began = time.process_time()
    assert pattern.find(letter * 2**20) is None
    assert time.process_time() - began < 1, "it takes some milliseconds; with backtracking it takes for ever"


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    Pattern(HOSTILE).find(text)
    Pattern(r"(?P<all>.*)").find(text)


def test_messages_in_which_a_pattern_is_found_keep_their_order() -> None:
    events = [event("node 2 is lost"), event("well"), event("node 1 is lost")]
    found = said(events, Pattern(r"node (?P<node>\d)"))
    assert [(one.event.message, one.groups["node"]) for one in found] == [
        ("node 2 is lost", "2"),
        ("node 1 is lost", "1"),
    ]


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
