"""Whose turn it is, computed from the first hand-off of a rotation; nothing about it is stored. PURE.

Hours are elapsed time. Days and weeks are counted on the wall clock of the rotation's zone, so a nine o'clock hand-off
stays at nine when the clocks change, and that shift is an hour longer or shorter. A wall time that the clocks skip is
read with the offset before the change (02:30 becomes 03:30); one that they show twice means the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """In what the length of a shift is counted."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True)
class Rotation:
    """People who take turns.

    Attributes:
        time_zone: IANA name of the zone of all wall times.
        handoff: wall time (naive) at which the first turn starts for the first time. Nobody is on call before.
        turns: who is on call together in each turn, in order. Empty: nobody ever is.
        unit, count: the length of a turn.
        until: wall time (naive) from which nobody is on call any more, or None.
    """

    time_zone: str
    handoff: datetime
    turns: tuple[tuple[str, ...], ...]
    unit: Unit = Unit.WEEKS
    count: int = 1
    until: datetime | None = None


@dataclass(frozen=True)
class Shift:
    """People on call together from `start_at` until just before `end_at` (UTC)."""

    people: tuple[str, ...]
    start_at: datetime
    end_at: datetime


def on_call_at(rotation: Rotation, at: datetime) -> Shift | None:
    """The shift that runs at an instant (aware), or None: nobody. A shift holds its first instant, not its last."""
    if not rotation.turns:
        return None
    number = _turn_at(rotation, at)
    return _shift(rotation, number) if number >= 0 and at < _end(rotation) else None


def shifts(rotation: Rotation, start: datetime, end: datetime) -> Iterator[Shift]:
    """Every shift that has a moment within [start, end), in order and uncut."""
    if not rotation.turns or start >= end:
        return
    last = _end(rotation)
    number = max(_turn_at(rotation, start), 0)
    while (shift := _shift(rotation, number)).start_at < min(end, last):
        # In a zone that has skipped a whole day two hand-offs fall on one instant; nobody serves that turn.
        if shift.end_at > max(start, shift.start_at):
            yield shift
        number += 1


def _shift(rotation: Rotation, number: int) -> Shift:
    people = rotation.turns[number % len(rotation.turns)]
    end_at = min(_handoff(rotation, number + 1), _end(rotation))
    return Shift(people, _handoff(rotation, number), end_at)


def _handoff(rotation: Rotation, number: int) -> datetime:
    """The instant (UTC) at which turn `number` starts."""
    if rotation.unit is Unit.HOURS:
        return _instant(rotation.handoff, rotation.time_zone) + number * _length(rotation)
    return _instant(rotation.handoff + number * _length(rotation), rotation.time_zone)


def _turn_at(rotation: Rotation, at: datetime) -> int:
    """Which turn, counted from 0, runs at an instant; negative before the first hand-off."""
    elapsed = at - _instant(rotation.handoff, rotation.time_zone)
    number = elapsed // _length(rotation)
    # Elapsed time and wall time differ by the offset of the zone: the estimate is off by a turn at most, or by a few
    # where a zone has moved across the date line.
    while _handoff(rotation, number) > at:
        number -= 1
    while _handoff(rotation, number + 1) <= at:
        number += 1
    return number


def _length(rotation: Rotation) -> timedelta:
    return timedelta(**{rotation.unit.value: rotation.count})


def _end(rotation: Rotation) -> datetime:
    if rotation.until is None:
        return datetime.max.replace(tzinfo=UTC)
    return _instant(rotation.until, rotation.time_zone)


def _instant(wall: datetime, time_zone: str) -> datetime:
    # With fold=0 zoneinfo reads a skipped time with the offset before the change, and a repeated one as the first.
    return wall.replace(tzinfo=ZoneInfo(time_zone), fold=0).astimezone(UTC)
