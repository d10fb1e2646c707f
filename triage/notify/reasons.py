"""Whether an incident pages now, and why or why not. PURE."""

from enum import StrEnum


class Reason(StrEnum):
    """The reason is shown on the time line, logged and tested."""

    WAITS = "nobody has answered yet"
    ACKNOWLEDGED = "somebody has answered"
    RESOLVED = "it is over"
    STALE = "its alerts were not repeated in time"
    MINOR = "its severity wants no answer"

    @property
    def pages(self) -> bool:
        """Whether somebody is to be paged."""
        return self is Reason.WAITS


def why_page(*, severity: str, is_acknowledged: bool, is_resolved: bool, is_stale: bool) -> Reason:
    """The strongest reason; resolved before everything else."""
    if is_resolved:
        return Reason.RESOLVED
    if is_acknowledged:
        return Reason.ACKNOWLEDGED
    if is_stale:
        return Reason.STALE
    if severity not in {"critical", "warning"}:
        return Reason.MINOR
    return Reason.WAITS
