"""What an assessment looks at and what it says: frozen, so that the same input gives the same verdict. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from alerts.kubernetes.objects import Objects
from alerts.reports import ChangeReport, EventReport, Sample, SignalReport


class Side(StrEnum):
    """On which side of the split a suspect stands, or a finding speaks."""

    CLUSTER = "cluster"
    APPLICATION = "application"

    @property
    def other(self) -> "Side":
        return Side.APPLICATION if self is Side.CLUSTER else Side.CLUSTER


class Verdict(StrEnum):
    """Whose failure it is. Not knowing is an answer."""

    CLUSTER = "cluster"
    APPLICATION = "application"
    UNCERTAIN = "uncertain"


class Suspect(NamedTuple):
    """What could be to blame: an object of the cluster, by kind and name."""

    kind: str
    name: str
    namespace: str = ""  # empty for what stands in no namespace

    @property
    def key(self) -> str:
        """The same for the same suspect of a cluster, at any time."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


_NOBODY = Suspect("", "")


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that is wrong: one open alert, and what it is about."""

    key: str  # names the alert to whoever gave it
    alertname: str
    suspect: Suspect  # what the alert itself is about, before anything is weighed
    severity: str  # critical, warning, info or none
    began_at: datetime
    node: str = ""  # on which node it shows, where that is told
    labels: Mapping[str, str] = field(default_factory=dict)
    text: str = ""  # summary and description, as the sender wrote them
    pod: str = ""  # the pod, where the alert is about one


@dataclass(frozen=True)
class Snapshot:
    """Everything that the rules may look at, gathered once, before any rule runs.

    What could not be read is simply not there; `blind` says in sentences what that was.
    """

    cluster: str
    now: datetime
    symptoms: tuple[Symptom, ...] = ()
    platform_namespaces: frozenset[str] = frozenset()  # whose owner operates the cluster
    objects: Objects = field(default_factory=Objects)
    events: tuple[EventReport, ...] = ()
    metrics: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    changes: tuple[ChangeReport, ...] = ()
    signals: tuple[SignalReport, ...] = ()
    blind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the ledger: what speaks for a suspect, or with a negative weight against it.

    Attributes:
        side: the suspect's side.
        weight: log-odds (natural logarithm) by which this speaks for the suspect; negative: against it.
        claim: a sentence with its numbers that a person can check.
        source: alert, event, metric, object or change.
        suspect: whom it is about.
        explains: the subjects of the troubles that the suspect is to blame for by this line; none: it speaks of the
            suspect as such, whatever it is to blame for.
        rule: the name of the rule that found it.
        is_specific: it names a definite fault, so that what it explains is not somebody else's shadow.
    """

    side: Side
    weight: float
    claim: str
    source: str
    observed_at: datetime
    suspect: Suspect = _NOBODY
    explains: tuple[Suspect, ...] = ()
    rule: str = ""
    is_specific: bool = False


@dataclass(frozen=True)
class Candidate:
    """A suspect with how sure it is, for the ranked list."""

    suspect: Suspect
    side: Side
    probability: float


@dataclass(frozen=True)
class Attribution:
    """One cause, what speaks for it, and what it explains."""

    verdict: Verdict
    confidence: float  # of the side that leads, 0.5 to 1
    suspect: Suspect
    sentence: str
    severity: str  # the worst of its symptoms
    began_at: datetime
    findings: tuple[Finding, ...]
    candidates: tuple[Candidate, ...]
    symptoms: tuple[str, ...]  # keys
    namespaces: tuple[str, ...]
    margin: float = 0.0  # log-odds by which the leading side leads, before calibration
    side: Side = Side.CLUSTER  # which side leads
    would_change: str = ""  # the single observation that would change this verdict
    checked: tuple[str, ...] = ()  # what of the platform was looked at and is well, in sentences
