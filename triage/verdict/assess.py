"""From symptoms to causes: what each could be to blame for, what a deeper cause explains, and how sure that is. PURE.

This version reads alerts alone. Weights are log-odds set by hand; the confidence is their logistic sum.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from triage.verdict.rules import RULES
from triage.verdict.types import Attribution, Candidate, Finding, Side, Snapshot, Suspect, Symptom, Verdict

DECIDED = 0.65  # the least confidence that is called a verdict
SEVERITIES = ("critical", "warning", "info", "none")  # from worst
OPENS = frozenset({"critical", "warning"})  # the others are evidence and open nothing
# A failure of the platform shows in workloads from before its own alert, which waits longer, to some time after.
_BEFORE, _AFTER = timedelta(minutes=20), timedelta(minutes=30)
_MANY = 3  # namespaces: so many at the same time share a cause rather than each having their own
# How strongly the first findings of one kind count again: the tenth crash loop says little that the first did not.
_AGAIN = 0.4
_MOST_FINDINGS = 50  # of one cause that are kept: what is folded is counted in the first line


@dataclass(frozen=True)
class _Read:
    """A symptom with what the rules say of it."""

    symptom: Symptom
    findings: tuple[Finding, ...]

    @property
    def score(self) -> float:
        """Log-odds for the cluster's side."""
        return sum(_towards_cluster(finding) for finding in self.findings)


def assess(snapshot: Snapshot) -> tuple[Attribution, ...]:
    """Every cause that the open symptoms point to, the surest first; none where nothing is wrong."""
    reads = [_read(symptom, snapshot) for symptom in sorted(snapshot.symptoms, key=lambda one: (one.began_at, one.key))]
    causes = _by_suspect(read for read in reads if read.symptom.severity in OPENS)
    explained = _explained(causes, snapshot)
    roots = {suspect for suspect in causes if suspect not in explained}
    victims: dict[Suspect, list[_Read]] = defaultdict(list)
    for suspect, cause in explained.items():
        victims[cause].extend(causes.get(suspect, ()))
    found = [_attribute(suspect, causes.get(suspect, []), victims[suspect]) for suspect in roots | victims.keys()]
    return tuple(sorted(found, key=lambda one: (-one.confidence, one.suspect)))


def _read(symptom: Symptom, snapshot: Snapshot) -> _Read:
    findings = tuple(finding for rule in RULES if (finding := rule(symptom, snapshot)) is not None)
    if not findings:
        side = Side.APPLICATION if symptom.suspect.namespace else Side.CLUSTER
        claim = f"{symptom.alertname or 'An alert without a name'} is about {symptom.suspect}; no rule reads it."
        findings = (Finding(side, 0.2, claim, "alert", symptom.began_at),)
    return _Read(symptom, findings)


def _by_suspect(reads: Iterable[_Read]) -> dict[Suspect, list[_Read]]:
    causes: dict[Suspect, list[_Read]] = defaultdict(list)
    for read in reads:
        causes[read.symptom.suspect].append(read)
    return dict(causes)


def _explained(causes: Mapping[Suspect, list[_Read]], snapshot: Snapshot) -> dict[Suspect, Suspect]:
    """Which suspects are victims, and of whom: of the node that they run on, or of what all of them share."""
    deep = {suspect: reads for suspect, reads in causes.items() if _is_deep(reads)}
    shallow = [suspect for suspect in causes if suspect not in deep]
    explained = {suspect: node for suspect in shallow if (node := _node_of(causes[suspect], deep)) is not None}
    left = [suspect for suspect in shallow if suspect not in explained]
    for cause in sorted(deep, key=lambda one: (min(read.symptom.began_at for read in deep[one]), one)):
        near = [suspect for suspect in left if _near(causes[suspect], deep[cause])]
        if len({suspect.namespace for suspect in near}) >= _MANY:
            explained |= dict.fromkeys(near, cause)
            left = [suspect for suspect in left if suspect not in explained]
    if not deep:
        explained |= _shared_without_a_cause(causes, left, snapshot)
    return explained


def _is_deep(reads: list[_Read]) -> bool:
    """Whether others can suffer from it: it stands in the cluster rather than in one team's namespace."""
    return any(read.score > 1 for read in reads)


def _node_of(reads: list[_Read], deep: Mapping[Suspect, list[_Read]]) -> Suspect | None:
    """The failing node that all of these run on."""
    nodes = {read.symptom.node for read in reads}
    node = Suspect("Node", nodes.pop()) if len(nodes) == 1 else None
    return node if node in deep else None


def _near(victim: list[_Read], cause: list[_Read]) -> bool:
    began = min(read.symptom.began_at for read in cause)
    return any(began - _BEFORE <= read.symptom.began_at <= began + _AFTER for read in victim)


def _shared_without_a_cause(
    causes: Mapping[Suspect, list[_Read]], left: list[Suspect], snapshot: Snapshot
) -> dict[Suspect, Suspect]:
    """Many namespaces that begin to fail together, while no part of the platform has said anything."""
    if not left:
        return {}
    began = {suspect: min(read.symptom.began_at for read in causes[suspect]) for suspect in left}
    for first in sorted(left, key=lambda one: (began[one], one)):
        together = [one for one in left if timedelta(0) <= began[one] - began[first] <= timedelta(minutes=10)]
        if len({one.namespace for one in together}) >= _MANY:
            return dict.fromkeys(together, Suspect("Cluster", snapshot.cluster))
    return {}


def _attribute(suspect: Suspect, own: list[_Read], victims: list[_Read]) -> Attribution:
    namespaces = sorted({read.symptom.suspect.namespace for read in (*own, *victims)} - {""})
    findings = _weakened([finding for read in own for finding in read.findings])
    if victims:
        findings.append(_concentration(suspect, victims, shared=not own))
    lead = sum(_towards_cluster(finding) for finding in findings)
    side = Side.CLUSTER if lead >= 0 else Side.APPLICATION
    confidence = 1 / (1 + math.exp(-abs(lead)))
    verdict = Verdict(side.value) if confidence >= DECIDED else Verdict.UNCERTAIN
    symptoms = [read.symptom for read in (*own, *victims)]
    return Attribution(
        verdict=verdict,
        confidence=round(confidence, 4),
        suspect=suspect,
        sentence=_sentence(verdict, suspect, [read.symptom for read in own], namespaces),
        severity=min((symptom.severity for symptom in symptoms), key=SEVERITIES.index),
        began_at=min(symptom.began_at for symptom in symptoms),
        findings=tuple(sorted(findings, key=lambda one: (-abs(one.weight), one.claim))[:_MOST_FINDINGS]),
        candidates=_candidates(suspect, side, confidence, victims),
        symptoms=tuple(sorted(symptom.key for symptom in symptoms)),
        namespaces=tuple(namespaces),
    )


def _weakened(findings: list[Finding]) -> list[Finding]:
    """The same claim by several alerts stands once; each further claim of one source counts for less."""
    once = list({(finding.side, finding.claim): finding for finding in reversed(findings)}.values())
    ranked = sorted(once, key=lambda one: (-abs(one.weight), one.observed_at, one.claim))
    return [
        Finding(one.side, round(one.weight * _AGAIN**place, 3), one.claim, one.source, one.observed_at)
        for place, one in enumerate(ranked)
        if one.weight * _AGAIN**place >= 0.01
    ]


def _concentration(suspect: Suspect, victims: list[_Read], *, shared: bool) -> Finding:
    namespaces = len({read.symptom.suspect.namespace for read in victims} - {""})
    workloads = len({read.symptom.suspect for read in victims})
    words = f"{workloads} {'others fail' if workloads > 1 else 'other fails'} in {_counted(namespaces, 'namespace')}"
    if shared:
        claim = f"{words}, all within ten minutes, and nothing of the platform has said why."
        return Finding(Side.CLUSTER, 1.2, claim, "alert", victims[0].symptom.began_at)
    on = f"on {suspect.name}" if suspect.kind == "Node" else "at the same time"
    return Finding(
        Side.CLUSTER, round(min(0.5 * namespaces, 2.0), 3), f"{words} {on}.", "alert", victims[0].symptom.began_at
    )


def _candidates(suspect: Suspect, side: Side, confidence: float, victims: list[_Read]) -> tuple[Candidate, ...]:
    others = sorted({read.symptom.suspect for read in victims} - {suspect})
    share = round((1 - confidence) / len(others), 4) if others else 0.0
    first = Candidate(suspect, side, round(confidence, 4))
    return (first, *(Candidate(other, Side.APPLICATION, share) for other in others[:9]))


def _sentence(verdict: Verdict, suspect: Suspect, own: list[Symptom], namespaces: list[str]) -> str:
    what = ", ".join(dict.fromkeys(symptom.alertname for symptom in own if symptom.alertname)) or "many alerts"
    reach = f" {_counted(len(namespaces), 'namespace')} affected." if len(namespaces) > 1 else ""
    if verdict is Verdict.CLUSTER:
        return f"It is the cluster: {suspect} ({what}).{reach}"
    if verdict is Verdict.APPLICATION:
        return f"It is the application: {suspect} ({what}).{reach}"
    return f"It is not decided: {suspect} ({what}).{reach}"


def _towards_cluster(finding: Finding) -> float:
    return finding.weight if finding.side is Side.CLUSTER else -finding.weight


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
