"""Suspects compete to explain what is wrong, and the best of them, or nobody, is named. PURE.

1. For each suspect the lines of evidence are added as log-odds; each further line of the same rule counts for less.
2. Each trouble goes to the suspect that explains it best. One that explains many at once is believed more.
3. What only says that something is wrong follows the deeper cause beside it: in its namespace, on its node, or behind it.
4. For each cause, all who could have done it are compared; the side that holds most of the odds is the verdict, unless
   that is too close to call.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from triage.verdict import weights
from triage.verdict.calibration import Calibration, confidence_of
from triage.verdict.health import checked
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.sentences import Told, sentence_of, would_change
from triage.verdict.troubles import OPENS, SEVERITIES, Trouble
from triage.verdict.types import Attribution, Candidate, Finding, Side, Suspect, Verdict

_MOST_FINDINGS = 50
_MOST_CANDIDATES = 10
# A victim shows from some time before its cause does (alerts wait, each as long as it likes) to long after.
_BEFORE = timedelta(minutes=30)
_WEAK = 2.6  # log-odds below which a cause without a definite fault may be the shadow of another
_FULL_VIEW = 5  # workloads seen well: so many are a control group
# What everything in a cluster depends on: when it is sick, anything may be its victim.
_EVERYWHERE = frozenset(
    {Role.CONTROL_PLANE, Role.DNS, Role.NETWORK, Role.PROXY, Role.STORAGE, Role.INGRESS, Role.ADMISSION, Role.MESH}
    | {Role.AUTOSCALER, Role.REGISTRY}
)


@dataclass(frozen=True, slots=True, order=True)
class Accused:
    """A suspect on a side."""

    suspect: Suspect
    side: Side


@dataclass(frozen=True)
class _Case:
    """What is held against one suspect."""

    findings: tuple[Finding, ...]
    general: float  # log-odds of what is said of it as such
    links: Mapping[Suspect, float]  # trouble to log-odds that it comes from here

    @property
    def bonus(self) -> float:
        """One cause of many troubles is likelier than as many causes of one each."""
        count = sum(1 for weight in self.links.values() if weight > 0)
        return min(2.0, weights.PARSIMONY * math.log2(count)) if count > 1 else 0.0

    def score(self, trouble: Suspect) -> float:
        return self.general + self.links[trouble] + self.bonus


@dataclass
class _Group:
    """One cause with what it is to blame for."""

    accused: Accused
    troubles: list[Trouble]
    score: float
    is_specific: bool

    @property
    def is_open(self) -> bool:
        return any(trouble.is_open for trouble in self.troubles)


def attribute(scene: Scene, findings: Iterable[Finding], calibration: Calibration) -> tuple[Attribution, ...]:
    """Every cause that the troubles point to, the surest first; none where nothing is wrong."""
    cases = _cases(findings)
    groups = _absorbed(scene, cases, _groups(scene.troubles, cases))
    told = [_attribution(scene, cases, group, calibration) for group in groups if group.is_open]
    return tuple(sorted(_opening(scene, told), key=lambda one: (-one.margin, one.suspect)))


def _cases(findings: Iterable[Finding]) -> dict[Accused, _Case]:
    held: dict[Accused, list[Finding]] = defaultdict(list)
    for finding in findings:
        held[Accused(finding.suspect, finding.side)].append(finding)
    return {accused: _case(lines) for accused, lines in sorted(held.items())}


def _case(lines: Sequence[Finding]) -> _Case:
    ordered = sorted(
        lines,
        key=lambda line: (-abs(line.weight), -line.weight, line.rule, line.observed_at, line.claim, line.explains),
    )
    once = _once(ordered, lambda line: (line.rule, line.claim, line.explains))
    general: dict[str, list[float]] = defaultdict(list)
    linked: dict[Suspect, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in once:
        if not line.explains:
            general[line.rule].append(line.weight)
        for trouble in line.explains:
            linked[trouble][line.rule].append(line.weight)
    return _Case(
        tuple(once),
        sum(_damped(rows) for rows in general.values()),
        {trouble: sum(_damped(rows) for rows in by_rule.values()) for trouble, by_rule in linked.items()},
    )


def _once(lines: Iterable[Finding], key: Callable[[Finding], Hashable]) -> list[Finding]:
    """What is said twice counts once, as it was said first, which is most strongly: the order of rules is all one."""
    kept: dict[Hashable, Finding] = {}
    for line in lines:
        kept.setdefault(key(line), line)
    return list(kept.values())


def _damped(rows: Sequence[float]) -> float:
    """The same thing said again adds little."""
    return sum(weight * weights.AGAIN**place for place, weight in enumerate(rows))


def _bounded(score: float) -> float:
    return max(-weights.MOST, min(weights.MOST, score))


def _groups(troubles: Mapping[Suspect, Trouble], cases: Mapping[Accused, _Case]) -> list[_Group]:
    best: dict[Suspect, tuple[float, Accused]] = {}
    for accused, case in cases.items():
        for subject, weight in case.links.items():
            if weight <= 0 or subject not in troubles:
                continue
            score = case.score(subject)
            if subject not in best or (score, _depth(accused)) > (best[subject][0], _depth(best[subject][1])):
                best[subject] = (score, accused)
    groups: dict[Accused, _Group] = {}
    for subject in sorted(best):
        score, accused = best[subject]
        group = groups.setdefault(accused, _Group(accused, [], score, is_specific=False))
        group.troubles.append(troubles[subject])
        group.score = max(group.score, score)
    for accused, group in groups.items():
        mine = {trouble.subject for trouble in group.troubles}
        group.is_specific = any(
            line.is_specific and line.weight > 0 and (not line.explains or mine & set(line.explains))
            for line in cases[accused].findings
        )
    return list(groups.values())


def _depth(accused: Accused) -> int:
    """Of two that explain equally well, the deeper one: the platform before what runs on it."""
    return 1 if accused.side is Side.CLUSTER else 0


# -- Shadows --


def _absorbed(scene: Scene, cases: Mapping[Accused, _Case], groups: list[_Group]) -> list[_Group]:
    """What only says that something is wrong follows the deeper cause beside it, the weakest first."""
    alive = sorted(groups, key=lambda one: (-one.is_specific, -one.score, one.accused))
    for group in reversed(list(alive)):
        if group.is_specific:
            continue
        cause = _cause_of(scene, cases, group, [one for one in alive if one is not group])
        if cause is not None:
            cause.troubles.extend(group.troubles)
            alive.remove(group)
    return alive


def _cause_of(scene: Scene, cases: Mapping[Accused, _Case], group: _Group, others: Sequence[_Group]) -> _Group | None:
    """The deeper or stronger cause of which this group is a shadow; `others` come strongest first."""
    best: tuple[float, _Group] | None = None
    for one in others:
        if not one.is_specific and one.score < group.score:
            continue
        rank = _reach(scene, cases[one.accused], one, group)
        if rank > 0 and (best is None or rank > best[0]):
            best = rank, one
    return best[1] if best else None


def _reach(scene: Scene, case: _Case, cause: _Group, shadow: _Group) -> float:
    """How near the cause is to the shadow; zero where it cannot be its cause."""
    suspect = cause.accused.suspect
    in_time = min(one.began_at for one in shadow.troubles) >= min(one.began_at for one in cause.troubles) - _BEFORE
    if in_time and any(case.links.get(trouble.subject, 0.0) > 0 for trouble in shadow.troubles):
        return 4.0
    if in_time and suspect.kind == "Node" and any(suspect.name in trouble.nodes for trouble in shadow.troubles):
        return 3.0
    namespaces = {one.namespace for one in shadow.troubles} - {""}
    if namespaces and namespaces <= {one.namespace for one in cause.troubles} | {suspect.namespace}:
        return 2.0
    is_shallow = all(one.is_shallow or not one.namespace for one in shadow.troubles)
    if in_time and cause.is_specific and _is_felt_everywhere(scene, cause.accused) and is_shallow:
        return 1.0
    both = cause.accused.side is shadow.accused.side is Side.CLUSTER
    return 0.5 if both and in_time and cause.is_specific and shadow.score < _WEAK else 0.0


def _is_felt_everywhere(scene: Scene, accused: Accused) -> bool:
    """Whether anything in the cluster may be a victim of it."""
    if accused.side is not Side.CLUSTER:
        return False
    return accused.suspect.kind in {"Cluster", "Network"} or scene.view.role_of(accused.suspect) in _EVERYWHERE


# -- Verdicts --


def _attribution(scene: Scene, cases: Mapping[Accused, _Case], group: _Group, calibration: Calibration) -> Attribution:
    rivals = _rivals(cases, group)
    margin = _margin(rivals, group.accused.side)
    side = group.accused.side
    if margin < 0:
        side, margin = side.other, -margin
    confidence = confidence_of(margin, calibration)
    leading = [one for one in rivals if one[0].side is side] or rivals
    suspect = (
        max(leading, key=lambda pair: (pair[1], pair[0]))[0].suspect
        if side is not group.accused.side
        else group.accused.suspect
    )
    verdict = Verdict(side.value) if confidence >= calibration.threshold else Verdict.UNCERTAIN
    lines = _ledger(cases, group, rivals)
    symptoms = [symptom for trouble in group.troubles for symptom in trouble.symptoms]
    namespaces = sorted({trouble.namespace for trouble in group.troubles} - {""})
    opening = [trouble for trouble in group.troubles if trouble.is_open] or group.troubles
    told = Told(verdict, side, suspect, lines, tuple(opening), tuple(namespaces))
    return Attribution(
        verdict=verdict,
        confidence=round(confidence, 4),
        suspect=suspect,
        sentence=sentence_of(told),
        severity=min((one.severity for one in opening), key=SEVERITIES.index),
        began_at=min(trouble.began_at for trouble in group.troubles),
        findings=lines,
        candidates=_candidates(rivals),
        symptoms=tuple(sorted({symptom.key for symptom in symptoms})),
        namespaces=tuple(namespaces),
        margin=round(margin, 4),
        side=side,
        checked=checked(scene),
        would_change=would_change(told, _next(rivals, side), _deciding(cases, group, side)),
    )


def _rivals(cases: Mapping[Accused, _Case], group: _Group) -> list[tuple[Accused, float]]:
    """All who could be to blame for the group, with their log-odds."""
    subjects = [one.subject for one in group.troubles if one.is_open] or [one.subject for one in group.troubles]
    found = []
    for accused, case in cases.items():
        explained = [case.links.get(subject, 0.0) for subject in subjects]
        share = sum(1 for weight in explained if weight > 0) / len(subjects)
        if accused == group.accused:
            positive = [weight for weight in explained if weight > 0] or [max(case.links.values(), default=0.0)]
            total = _bounded(case.general + sum(positive) / len(positive)) + case.bonus
        elif share > 0:
            total = _bounded(case.general + sum(explained) / len(subjects)) + weights.UNEXPLAINED * (1 - share)
            total += case.bonus * share
        else:
            continue
        found.append((accused, total))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _margin(rivals: Sequence[tuple[Accused, float]], side: Side) -> float:
    """Log-odds of one side against the other."""
    mine = [total for accused, total in rivals if accused.side is side]
    theirs = [total for accused, total in rivals if accused.side is not side]
    return _log_sum(mine) - _log_sum([*theirs, weights.OTHER_SIDE])


def _log_sum(rows: Sequence[float]) -> float:
    if not rows:
        return weights.OTHER_SIDE
    top = max(rows)
    return top + math.log(sum(math.exp(row - top) for row in rows))


def _candidates(rivals: Sequence[tuple[Accused, float]]) -> tuple[Candidate, ...]:
    whole = _log_sum([total for _, total in rivals] + [weights.OTHER_SIDE])
    return tuple(
        Candidate(accused.suspect, accused.side, round(math.exp(total - whole), 4))
        for accused, total in rivals[:_MOST_CANDIDATES]
    )


def _ledger(
    cases: Mapping[Accused, _Case], group: _Group, rivals: Sequence[tuple[Accused, float]]
) -> tuple[Finding, ...]:
    """The lines about the suspect and about its best rivals, strongest first."""
    subjects = {trouble.subject for trouble in group.troubles}
    lines = [
        line
        for accused, _ in [(group.accused, 0.0), *rivals[:4]]
        for line in cases[accused].findings
        if not line.explains or subjects & set(line.explains)
    ]
    once = _once(lines, lambda line: (line.suspect, line.side, line.claim))
    once.sort(key=lambda line: (line.suspect != group.accused.suspect, -abs(line.weight), line.observed_at, line.claim))
    return tuple(once[:_MOST_FINDINGS])


def _next(rivals: Sequence[tuple[Accused, float]], side: Side) -> Suspect | None:
    return next((accused.suspect for accused, _ in rivals if accused.side is not side), None)


def _deciding(cases: Mapping[Accused, _Case], group: _Group, side: Side) -> Finding | None:
    """The one line without which the other side would lead."""
    case = cases[group.accused]
    subjects = {trouble.subject for trouble in group.troubles}
    lines = [line for line in case.findings if line.weight > 0 and (not line.explains or subjects & set(line.explains))]
    for line in lines[:5]:
        without = dict(cases)
        without[group.accused] = _case([one for one in case.findings if one is not line])
        if _margin(_rivals(without, group), side) <= 0:
            return line
    return None


def _opening(scene: Scene, told: Sequence[Attribution]) -> list[Attribution]:
    """Informational alerts are told only where nothing else is, and where no full view shows that all is well."""
    opening = [one for one in told if one.severity in OPENS]
    if opening:
        return opening
    sees_all = len({workload for workload, pods in scene.view.pods_by_workload.items() if all(p.is_well for p in pods)})
    return list(told) if sees_all < _FULL_VIEW or any(t.failing for t in scene.troubles.values()) else []
