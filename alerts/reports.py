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
class EventReport:
    """One event of a cluster, whatever recorder and API wrote it; times in UTC as the cluster's clocks say."""

    kind: str  # of the object that it is about
    namespace: str
    name: str
    reason: str
    message: str
    first_at: datetime
    last_at: datetime
    uid: str = ""
    is_warning: bool = False  # no judgement: much bad news is of type Normal
    component: str = ""  # who tells: kubelet, default-scheduler, ...
    host: str = ""  # the node that tells, where it is a kubelet
    count: int = 1


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """Something that was changed in the cluster."""

    at: datetime
    kind: str  # of the object
    namespace: str
    name: str
    what: str  # a sentence


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class SignalReport:
    """One observation of health: a question that was asked of the cluster, and what came back."""

    name: str
    query: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    value: float | None = None
    unit: str = ""
    observed_at: datetime | None = None
    is_healthy: bool | None = None  # None: nobody said
    error: str = ""  # why there is no value


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
