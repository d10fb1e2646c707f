"""Where the map comes from, and how each source is read. PURE."""

from enum import StrEnum


class Source(StrEnum):
    """Who wrote a row of the map."""

    MANUAL = "manual"  # somebody on a page, or by hand
    FILE = "file"  # `manage.py ownership apply`
