"""How bad an alert says that it is: the sender's words, in four of ours. PURE."""

from collections.abc import Mapping
from enum import StrEnum


class Severity(StrEnum):
    """What is done about an alert depends on it: `critical` pages, `warning` pages unless the policy says working
    hours, `info` and `none` are evidence and page nobody."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"

    @property
    def label(self) -> str:
        return self.value.capitalize()


BUILT_IN: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "error": Severity.CRITICAL,
    "warning": Severity.WARNING,
    "warn": Severity.WARNING,
    "info": Severity.INFO,
    "information": Severity.INFO,
    "none": Severity.NONE,
}


def severity_of(labels: Mapping[str, str], mapping: Mapping[str, str]) -> Severity:
    """The severity that the label `severity` names, in any case.

    Args:
        labels: of the alert.
        mapping: the integration's own words, value of the label → one of ours. It goes before the built-in one; a
            line of it that names none of ours is as if it were not there.

    Unknown or missing is critical: an alert that nobody has classified may be the one that matters.
    """
    given = labels.get("severity", "").strip().lower()
    own = {word.strip().lower(): severity.strip().lower() for word, severity in mapping.items()}
    if own.get(given) in set(Severity):
        return Severity(own[given])
    return BUILT_IN.get(given, Severity.CRITICAL)
