"""What an assessment looks at and what it says: frozen, so that the same input gives the same verdict. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """On which side of the split a suspect stands, or a finding speaks."""

    CLUSTER = "cluster"
    APPLICATION = "application"


class Verdict(StrEnum):
    """Whose failure it is. Not knowing is an answer."""

    CLUSTER = "cluster"
    APPLICATION = "application"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, order=True)
class Suspect:
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Snapshot:
    """Everything that the rules may look at, gathered once, before any rule runs."""

    cluster: str
    now: datetime
    symptoms: tuple[Symptom, ...] = ()
    platform_namespaces: frozenset[str] = frozenset()  # whose owner operates the cluster


@dataclass(frozen=True)
class Finding:
    """One line of the ledger."""

    side: Side
    weight: float  # log-odds by which this speaks for its side; negative: against
    claim: str
    source: str  # alert, event, metric, object or change
    observed_at: datetime


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
