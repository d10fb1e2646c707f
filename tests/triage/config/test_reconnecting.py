"""What is said of a broker that is away: once, then now and then, and that it is back."""

import pytest
from structlog.testing import capture_logs

from triage.config.reconnecting import Outage


class Clock:
    """Seconds, which pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outage(clock: Clock) -> Outage:
    return Outage(clock)


def fail_every_second(outage: Outage, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        outage.failed(ConnectionRefusedError("refused"))
        clock.seconds += 1


def test_an_outage_is_said_once_and_again_every_half_minute(outage: Outage, clock: Clock) -> None:
    with capture_logs() as said:
        fail_every_second(outage, clock, 61)
    assert [line["since_s"] for line in said] == [0, 30, 60]
    assert said[0]["error"] == "refused"


def test_its_end_is_said_with_how_long_it_was(outage: Outage, clock: Clock) -> None:
    fail_every_second(outage, clock, 45)
    with capture_logs() as said:
        outage.over()
    assert [(line["event"], line["away_s"]) for line in said] == [("the broker is back", 45)]


def test_where_nothing_was_wrong_nothing_is_said(outage: Outage) -> None:
    with capture_logs() as said:
        outage.over()
    assert said == []


def test_the_next_outage_is_said_at_once(outage: Outage, clock: Clock) -> None:
    fail_every_second(outage, clock, 3)
    outage.over()
    with capture_logs() as said:
        fail_every_second(outage, clock, 3)
    assert [line["since_s"] for line in said] == [0]
