"""Durations in words. PURE."""

import math
from datetime import timedelta


def age(duration: timedelta) -> str:
    """Short, for rows and counters: `now`, `40 s`, `8 min`, `1 h 54`, `3 d`. What lies ahead counts as `now`."""
    seconds = int(duration.total_seconds())
    if seconds < 1:
        return "now"
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    return f"{hours // 24} d"


def in_words(duration: timedelta) -> str:
    """Long, for sentences, rounded up to what one would wait for: `40 seconds`, `5 minutes`, `1 hour`, `7 days`."""
    seconds = max(1, math.ceil(duration.total_seconds()))
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = math.ceil(seconds / size)
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return f"{seconds} second" if seconds == 1 else f"{seconds} seconds"
