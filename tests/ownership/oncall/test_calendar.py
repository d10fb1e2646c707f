"""Whose turn it is: the arithmetic of rotations, across changes of the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownership.oncall.calendar import Rotation, Shift, Unit, on_call_at, shifts

ADA, BO, CY = ("ada",), ("bo",), ("cy",)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    return wall(text).replace(tzinfo=ZoneInfo(zone))


def people(rotation: Rotation, moment: datetime) -> tuple[str, ...] | None:
    shift = on_call_at(rotation, moment)
    return shift.people if shift else None


# In Paris the clocks go forward on 29 March 2026, and back on 25 October.
WEEKLY = Rotation("Europe/Paris", wall("2026-03-16 09:00"), (ADA, BO, CY))


@pytest.mark.parametrize(
    ("moment", "who", "because"),
    [
        ("2026-03-16 09:00", ADA, "a shift includes its first instant"),
        ("2026-03-23 08:59", ADA, "and runs until the hand-off"),
        ("2026-03-23 09:00", BO, "which belongs to the next person"),
        ("2026-03-30 08:59", BO, "nine o'clock is nine o'clock, also after the clocks went forward"),
        ("2026-03-30 09:00", CY, "so that week is an hour shorter"),
        ("2026-04-06 09:00", ADA, "after the last it is the first one's turn"),
        ("2026-10-26 08:59", BO, "and after they went back"),
        ("2026-10-26 09:00", CY, "that week is an hour longer"),
        ("2026-03-16 08:59", None, "before the first hand-off nobody is on call"),
        ("2020-01-01 00:00", None, "however long before"),
        ("2126-03-18 09:00", BO, "a hundred years on it still counts"),
    ],
)
def test_who_is_on_call_in_a_weekly_rotation(moment: str, who: tuple[str, ...] | None, because: str) -> None:
    assert people(WEEKLY, at(moment)) == who, because


@pytest.mark.parametrize(
    ("rotation", "number", "start", "because"),
    [
        (
            Rotation("Europe/Paris", wall("2026-03-28 02:30"), (ADA, BO), Unit.DAYS),
            1,
            "2026-03-29T01:30Z",
            "02:30 is skipped: it is read with the offset before, as 03:30 in summer time",
        ),
        (
            Rotation("Europe/Paris", wall("2026-03-28 02:30"), (ADA, BO), Unit.DAYS),
            2,
            "2026-03-30T00:30Z",
            "and the day after it is 02:30 again",
        ),
        (
            Rotation("Europe/Paris", wall("2026-10-24 02:30"), (ADA, BO), Unit.DAYS),
            1,
            "2026-10-25T00:30Z",
            "02:30 is shown twice: the first one counts",
        ),
        (
            Rotation("Europe/Paris", wall("2026-03-28 12:00"), (ADA, BO), Unit.HOURS, 24),
            1,
            "2026-03-29T11:00Z",
            "hours are elapsed time: the hand-off moves to 13:00",
        ),
        (
            Rotation("Europe/Paris", wall("2026-03-28 12:00"), (ADA, BO), Unit.DAYS),
            1,
            "2026-03-29T10:00Z",
            "a day is a day on the wall: the hand-off stays at 12:00",
        ),
        (
            Rotation("Australia/Lord_Howe", wall("2026-09-28 09:00"), (ADA, BO)),
            1,
            "2026-10-04T22:00Z",
            "a zone may change by half an hour",
        ),
        (
            Rotation("Asia/Kolkata", wall("2026-01-05 09:00"), (ADA, BO), Unit.WEEKS, 2),
            1,
            "2026-01-19T03:30Z",
            "fortnights",
        ),
    ],
)
def test_when_a_shift_starts(rotation: Rotation, number: int, start: str, because: str) -> None:
    first = on_call_at(rotation, rotation.handoff.replace(tzinfo=ZoneInfo(rotation.time_zone)))
    assert first
    found = list(shifts(rotation, first.start_at, first.start_at + timedelta(days=60)))
    assert found[number].start_at == datetime.fromisoformat(start), because


def test_people_of_one_turn_are_on_call_together() -> None:
    assert people(replace(WEEKLY, turns=(ADA, ("bo", "cy"))), at("2026-03-24 12:00")) == ("bo", "cy")


def test_in_an_empty_rotation_nobody_is_on_call() -> None:
    empty = replace(WEEKLY, turns=())
    assert people(empty, at("2026-03-24 12:00")) is None
    assert list(shifts(empty, at("2026-03-01"), at("2026-04-01"))) == []


def test_until_cuts_the_shift_that_runs_and_ends_the_rotation() -> None:
    ended = replace(WEEKLY, until=wall("2026-03-25 12:00"))
    assert people(ended, at("2026-03-25 11:59")) == BO
    assert people(ended, at("2026-03-25 12:00")) is None
    assert [shift.end_at for shift in shifts(ended, at("2026-03-01"), at("2026-06-01"))][-1] == at("2026-03-25 12:00")


def test_the_shifts_of_a_range_come_in_order_and_uncut() -> None:
    found = list(shifts(WEEKLY, at("2026-03-24 12:00"), at("2026-04-06 09:00")))
    assert found == [
        Shift(BO, at("2026-03-23 09:00"), at("2026-03-30 09:00")),
        Shift(CY, at("2026-03-30 09:00"), at("2026-04-06 09:00")),
    ]
    assert found[0].end_at - found[0].start_at == timedelta(days=7, hours=-1)


def test_an_empty_range_has_no_shifts() -> None:
    assert list(shifts(WEEKLY, at("2026-04-06 09:00"), at("2026-04-06 09:00"))) == []


def test_a_turn_on_a_day_that_a_zone_skipped_is_served_by_nobody() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    daily = Rotation("Pacific/Apia", wall("2011-12-29 09:00"), (ADA, BO, CY), Unit.DAYS)
    found = list(shifts(daily, at("2011-12-29 09:00", "Pacific/Apia"), at("2012-01-01 09:00", "Pacific/Apia")))
    assert [shift.people for shift in found] == [ADA, CY]
    assert found[0].end_at == found[1].start_at


@given(
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
    handoff=st.datetimes(datetime(2008, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - wall time
    unit=st.sampled_from(list(Unit)),
    count=st.integers(1, 9),
    after=st.timedeltas(timedelta(0), timedelta(days=900)),
)
def test_shifts_follow_each_other_without_a_gap(
    zone: str, handoff: datetime, unit: Unit, count: int, after: timedelta
) -> None:
    rotation = Rotation(zone, handoff, (ADA, BO, CY), unit, count)
    start = handoff.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) + after
    found = list(shifts(rotation, start, start + timedelta(days=20)))
    assert found[0].start_at <= start < found[0].end_at
    assert all(one.end_at == two.start_at for one, two in pairwise(found))
    assert on_call_at(rotation, start) == found[0]
