"""What a source says, before anything of it is kept. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AlertReport:
    """One alert as one delivery tells it.

    Its texts hold neither U+0000 nor lone surrogates, so every database and every encoding takes them. Its times are
    in UTC and within the years 1970 to 9998, so no time zone overflows.
    """

    fingerprint: str  # the sender's, or ours of the labels where it sent none
    starts_at: datetime
    is_firing: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    ends_at: datetime | None = None  # None while it is open
    generator_url: str = ""
    notes: tuple[str, ...] = ()  # what was odd about it, in sentences


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one delivery tells."""

    reports: tuple[AlertReport, ...] = ()
    truncated: int = 0  # alerts that the sender left out
    problems: tuple[str, ...] = ()  # what could not be read of it, in sentences


class UnreadableDelivery(ValueError):  # noqa: N818 - the word of the field: a delivery that nobody can read
    """A body that is not what its source sends.

    Attributes:
        field: which part of the body it is about; "The body" for all of it.
        value: what stood there, short.
        remedy: what to do about it, a sentence.
    """

    def __init__(self, field: str, value: str, remedy: str) -> None:
        self.field, self.value, self.remedy = field, value, remedy
        super().__init__(f"{field} is {value}. {remedy}")


class NotJsonError(UnreadableDelivery):
    """A body that is not even JSON."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(field, value, "Send JSON, as the webhook receiver of Alertmanager does.")
