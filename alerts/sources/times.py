"""Times as strangers write them. PURE."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

# What lies outside is moved to the edge. Inside, no time zone can overflow a year.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, tzinfo=UTC)
# Go's zero time: what Alertmanager writes for an alert that has not ended.
_ZERO = "0001-01-01T00:00:00"


class Moment(NamedTuple):
    """An instant in UTC, and what was odd about how it was written."""

    at: datetime
    oddity: str = ""


def is_zero(value: Any) -> bool:
    """Whether this says "no time"."""
    return value is None or value == "" or (isinstance(value, str) and value.startswith(_ZERO))


def moment(value: Any) -> Moment:
    """The instant that the text names in RFC 3339, in UTC and without what is shorter than a microsecond.

    The same text gives always the same instant, also when it is none: a unique key is made of it.
    """
    if is_zero(value):
        return Moment(EARLIEST, "is not set")
    if not isinstance(value, str):
        return Moment(EARLIEST, "is not a text")
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return Moment(EARLIEST, "cannot be read")
    if at.year > LATEST.year:  # by the year first: at the edges of the calendar a change of zone overflows
        return Moment(LATEST, "is after the year 9998")
    if at.year < EARLIEST.year - 1 or (at := _in_utc(at)) < EARLIEST:
        return Moment(EARLIEST, "is before 1970")
    return Moment(min(at, LATEST))


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
