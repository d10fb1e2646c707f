"""Reads fields out of JSON that nobody has checked: what is of another type is as if it were not there. PURE."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

_NOTHING: Mapping[str, Any] = {}
_LONGEST = 64  # characters of an instant or a quantity
_MOST_TEXT = 4000  # characters of one text that are kept: a message of a cluster is never longer for a reason
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")  # what no encoding and no database takes


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object of JSON, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; an empty list where it is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """The value as text; empty where there is none, or where it is no simple value."""
    if isinstance(value, str):
        return _IMPOSSIBLE.sub("\ufffd", value[:_MOST_TEXT])
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def texts(value: object) -> dict[str, str]:
    """Names and texts, as labels and annotations are."""
    return {text(key): text(one) for key, one in mapping(value).items()}


def number(value: object, default: int = 0) -> int:
    """The value as a whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    return int(value) if value == value and abs(value) < 1e18 else default  # noqa: PLR0124 - NaN is not itself


def dig(value: object, *path: str) -> Any:
    """What stands at the end of a path of keys; None where the path breaks off."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


_FIRST_YEAR, _LAST_YEAR = 1970, 9998


@lru_cache(maxsize=65536)
def _moment(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    # Go's zero time is none, and at the edges of the calendar sums overflow.
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def moment(value: object) -> datetime | None:
    """An instant as the API writes it (RFC 3339), with its zone; None where there is none."""
    return _moment(value) if isinstance(value, str) and 0 < len(value) <= _LONGEST else None


_SUFFIXES = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}


_QUANTITY = re.compile(
    r"(?P<digits>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:[eE](?P<power>[+-]?[0-9]+)|(?P<suffix>[a-zA-Z]*))"
)


@lru_cache(maxsize=8192)
def _quantity(value: str) -> float | None:
    match = _QUANTITY.fullmatch(value)
    if match is None:
        return None
    if match["power"]:
        amount = float(f"{match['digits']}e{match['power']}")
    elif match["suffix"] in _SUFFIXES:
        amount = float(match["digits"]) * _SUFFIXES[match["suffix"]]
    else:
        return None
    return amount if math.isfinite(amount) else None


def quantity(value: object) -> float | None:
    """A quantity of Kubernetes (`250m`, `1.5Gi`, `2e3`) in units: cores, bytes, pods; None where it is none.

    Format: the resource quantity of the Kubernetes API reference.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    written = str(value).strip()
    return _quantity(written) if len(written) <= _LONGEST else None


def quantities(value: object) -> dict[str, float]:
    """Resources and how much of each, without those that cannot be read."""
    read = ((str(name), quantity(one)) for name, one in mapping(value).items())
    return {name: amount for name, amount in read if amount is not None}
