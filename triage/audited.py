"""What the map leaves open, for pages and the API: a large map is looked through now and then, not for each page."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from ownership.audit import Found, audit
from ownership.directory import load_map
from ownership.match import OwnershipMap
from triage.seen import seen_lately

LARGE = 20_000  # rows; looking through fewer takes less than a second or two
SLOW = timedelta(seconds=1)
KEPT = timedelta(minutes=5)


@dataclass(frozen=True)
class _Kept:
    map: OwnershipMap
    until: datetime
    found: list[Found]


# What took long, for this process and this map.
_kept: _Kept | None = None


def audited(now: datetime) -> list[Found]:
    """Everything that is open; of a large map what was open some minutes ago, unless the map has changed."""
    global _kept  # noqa: PLW0603 - the cache is the process's
    ownership_map = load_map()
    if _is_kept(ownership_map, now) and _kept:
        return _kept.found
    began = time.perf_counter()
    found = audit(now=now, seen=seen_lately(now))
    is_slow = time.perf_counter() - began > SLOW.total_seconds()
    _kept = _Kept(ownership_map, now + KEPT, found) if is_slow else None
    return found


def audited_if_quick(now: datetime) -> list[Found] | None:
    """The same, or None where a page would have to wait for it."""
    ownership_map = load_map()
    is_large = len(ownership_map.namespaces) + len(ownership_map.rules) > LARGE
    return None if is_large and not _is_kept(ownership_map, now) else audited(now)


def _is_kept(ownership_map: OwnershipMap, now: datetime) -> bool:
    return _kept is not None and _kept.map is ownership_map and now < _kept.until
