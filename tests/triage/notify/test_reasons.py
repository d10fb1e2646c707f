"""Whether an incident pages, and why."""

import pytest

from triage.notify.reasons import Reason, why_page


@pytest.mark.parametrize(
    ("severity", "acknowledged", "resolved", "stale", "reason"),
    [
        ("critical", False, False, False, Reason.WAITS),
        ("warning", False, False, False, Reason.WAITS),
        ("info", False, False, False, Reason.MINOR),
        ("none", False, False, False, Reason.MINOR),
        ("critical", True, False, False, Reason.ACKNOWLEDGED),
        ("critical", False, True, False, Reason.RESOLVED),
        ("critical", True, True, True, Reason.RESOLVED),
        ("critical", False, False, True, Reason.STALE),
    ],
)
def test_why(severity: str, *, acknowledged: bool, resolved: bool, stale: bool, reason: Reason) -> None:
    found = why_page(severity=severity, is_acknowledged=acknowledged, is_resolved=resolved, is_stale=stale)
    assert found is reason
    assert found.pages is (reason is Reason.WAITS)
