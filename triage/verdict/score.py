"""Suspects compete to explain what is wrong, and the best of them, or nobody, is named. PURE.

1. For each suspect the lines of evidence are added as log-odds; each further line of the same rule counts for less.
2. Each trouble goes to the suspect that explains it best. One that explains many at once is believed more.
3. What only says that something is wrong follows the deeper cause beside it: in its namespace, on its node, behind it.
4. For each cause, all who could have done it are compared; the side that holds most of the odds is the verdict, unless
   that is too close to call.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from triage.verdict import weights
from triage.verdict.calibration import Calibration, confidence_of
from triage.verdict.health import checked
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.sentences import Told, sentence_of, would_change
from triage.verdict.states import SHALLOW, Effect
from triage.verdict.troubles import SEVERITIES, Trouble, is_bad_condition
from triage.verdict.types import Attribution, Candidate, Finding, Side, Suspect, Verdict

_MOST_FINDINGS = 50
_MOST_CANDIDATES = 10
# A victim shows from some time before its cause does (alerts wait, each as long as it likes) to long after.
_BEFORE = timedelta(minutes=30)
_LONG_BEFORE = timedelta(hours=2)  # what has failed for so long in a namespace is no shadow of what began now
_NEAR = 4.0  # log-odds for a named fault in the namespace that suffers, before one elsewhere
_OWN_CASE = 3.6  # log-odds from which on a cause has a case of its own, and follows nothing that is merely near
_WEAK = 2.6  # log-odds below which a cause without a definite fault may be the shadow of another
_MOST_CAUSES = 50  # of the platform that everything else is held against, and of a namespace, the strongest
_DEEPEST, _BESIDE = 4.0, 2.0  # how near a cause is that explains all of its shadow, and one that only stands beside it
_FULL_VIEW = 5  # workloads seen well: so many are a control group
# How those fail who depend on a part: what else fails at the same time is not its shadow. Running programs go on
# without a control plane, and nothing but traffic from outside needs an ingress controller.
_STARTS = frozenset({Effect.SHORT, Effect.UNSCHEDULED, Effect.REFUSED, Effect.CREATING, Effect.SCALING, Effect.JOB})
_CALLS = frozenset({Effect.REQUESTS, Effect.OTHER, Effect.UNREADY, Effect.SHORT, Effect.CRASH, Effect.INIT, Effect.JOB})
_REACHES: Mapping[Role, frozenset[Effect]] = {
    Role.CONTROL_PLANE: _STARTS | SHALLOW | {Effect.TERMINATING, Effect.CLAIM, Effect.OBJECT},
    Role.DNS: _CALLS | {Effect.OBJECT},
    Role.PROXY: _CALLS | {Effect.OBJECT},
    Role.NETWORK: _CALLS | {Effect.CREATING, Effect.OBJECT},
    Role.MESH: _CALLS,
    Role.STORAGE: frozenset({Effect.CREATING, Effect.CLAIM, Effect.UNREADY, Effect.SHORT, Effect.JOB}),
    Role.INGRESS: frozenset({Effect.REQUESTS, Effect.OTHER}),
    Role.ADMISSION: frozenset({Effect.REFUSED, Effect.SHORT}),
    Role.AUTOSCALER: frozenset({Effect.UNSCHEDULED, Effect.SHORT, Effect.UNREADY}),
    Role.REGISTRY: frozenset({Effect.IMAGE, Effect.SHORT, Effect.UNREADY, Effect.JOB, Effect.CRASH}),
    Role.CERTIFICATES: frozenset({Effect.REQUESTS}),
    Role.METRICS: frozenset({Effect.SCALING}),
}
_NARROWER: Mapping[str, frozenset[Effect]] = {
    "kube-scheduler": frozenset({Effect.UNSCHEDULED, Effect.SHORT, Effect.UNREADY, Effect.JOB}),
    "kube-controller-manager": frozenset(
        {Effect.SHORT, Effect.REFUSED, Effect.SCALING, Effect.TERMINATING, Effect.JOB}
    ),
}
_TOGETHER = timedelta(minutes=15)  # nodes that fail in the same way within this time fail of the same thing


_NEVER = datetime.max.replace(tzinfo=UTC)
_AS_SUCH = Suspect("", "")  # stands for no trouble: what is said of a suspect whatever it is to blame for


class Accused(NamedTuple):
    """A suspect on a side."""

    suspect: Suspect
    side: Side


@dataclass(frozen=True)
class _Case:
    """What is held against one suspect."""

    findings: tuple[Finding, ...]  # the weightiest first
    places: Mapping[Suspect, Sequence[int]]  # where among them those about a trouble stand, or about it as such
    general: float  # log-odds of what is said of it as such
    links: Mapping[Suspect, float]  # trouble to log-odds that it comes from here
    bonus: float  # one cause of many troubles is likelier than as many causes of one each
    definite: frozenset[Suspect]  # the troubles of which a definite fault of this suspect is named as the cause

    def score(self, trouble: Suspect) -> float:
        return self.general + self.links[trouble] + self.bonus

    def about(self, troubles: Iterable[Suspect]) -> list[Finding]:
        """The findings that speak of one of these troubles or of the suspect as such, the weightiest first."""
        found = set(self.places.get(_AS_SUCH, ()))
        for trouble in troubles:
            found.update(self.places.get(trouble, ()))
        return [self.findings[place] for place in sorted(found)]


class _Court:
    """All that is held against everybody, and who is accused of what."""

    def __init__(self, scene: Scene, cases: Mapping[Accused, _Case]) -> None:
        self.cases = cases
        self.checked = checked(scene)
        # Of what nobody looked at, nothing can be said to be well.
        self.unseen = weights.OTHER_SIDE if scene.view.has_objects or scene.view.events else 0.0
        by_trouble: dict[Suspect, list[tuple[Accused, float]]] = defaultdict(list)
        for accused, case in cases.items():
            for subject, weight in case.links.items():
                by_trouble[subject].append((accused, weight))
        self.by_trouble: Mapping[Suspect, list[tuple[Accused, float]]] = by_trouble
        self.named = Counter(subject for case in cases.values() for subject in case.definite)

    def background(self, case: _Case, subject: Suspect) -> float:
        """What counts against a suspect of whom nothing definite is known, where somebody's fault is named: that a
        workload fails as a whole, in a platform that is well, is then no evidence that it is its own doing."""
        return weights.BACKGROUND if self.named[subject] and subject not in case.definite else 0.0


@dataclass
class _Group:
    """One cause with what it is to blame for."""

    accused: Accused
    troubles: list[Trouble]
    score: float
    is_specific: bool  # a definite fault is named, or an alert that everybody ships speaks of it
    is_definite: bool = False  # the former
    rules: frozenset[str] = frozenset()  # those that name a definite fault
    began_at: datetime = _NEVER
    namespaces: set[str] = field(default_factory=set)

    def take(self, troubles: Iterable[Trouble]) -> None:
        """It is to blame for these as well."""
        for one in troubles:
            self.troubles.append(one)
            self.began_at = min(self.began_at, one.began_at)
            if one.namespace:
                self.namespaces.add(one.namespace)

    @property
    def is_open(self) -> bool:
        return any(trouble.is_open for trouble in self.troubles)

    @property
    def subjects(self) -> list[Suspect]:
        """What it is to blame for, of what calls for an incident."""
        return [one.subject for one in self.troubles if one.is_open] or [one.subject for one in self.troubles]


def attribute(scene: Scene, findings: Iterable[Finding], calibration: Calibration) -> tuple[Attribution, ...]:
    """Every cause that the troubles point to, the surest first; none where nothing is wrong."""
    court = _Court(scene, _cases(findings))
    groups = _turned(court, _joined(scene, _absorbed(scene, court, _groups(scene.troubles, court))))
    opening = [group for group in groups if group.is_open]
    if not opening and not _sees_all_well(scene):
        opening = [group for group in groups if any(trouble.symptoms for trouble in group.troubles)]
    # An alert that stands by itself and has hurt nobody comes after what has.
    told = [(not _hurts(group), _attribution(court, group, calibration)) for group in opening]
    return tuple(one for _, one in sorted(told, key=lambda pair: (pair[0], -pair[1].margin, pair[1].suspect)))


def _hurts(group: _Group) -> bool:
    is_sick = group.is_specific and group.accused.suspect.kind != "Cluster"
    return is_sick or group.is_definite or any(trouble.namespace for trouble in group.troubles)


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
    once = tuple(_once(ordered, lambda line: (line.rule, line.claim, line.explains)))
    places: dict[Suspect, list[int]] = defaultdict(list)
    for place, line in enumerate(once):
        for trouble in line.explains or (_AS_SUCH,):
            places[trouble].append(place)
    links = {trouble: _weighed(once[place] for place in found) for trouble, found in places.items()}
    general = links.pop(_AS_SUCH, 0.0)
    definite = frozenset(subject for line in once if _is_definite(line) for subject in line.explains)
    return _Case(once, places, general, links, _bonus(links), definite)


def _without(case: _Case, line: Finding) -> _Case:
    """The case as it would be if one of its findings were not so; only what that finding speaks of is added anew."""
    links, definite = {**case.links, _AS_SUCH: case.general}, set(case.definite)
    for trouble in line.explains or (_AS_SUCH,):
        left = [found for place in case.places[trouble] if (found := case.findings[place]) is not line]
        if left:
            links[trouble] = _weighed(left)
        else:
            del links[trouble]
        if not any(map(_is_definite, left)):
            definite.discard(trouble)
    general = links.pop(_AS_SUCH, 0.0)
    return replace(case, general=general, links=links, bonus=_bonus(links), definite=frozenset(definite))


def _weighed(lines: Iterable[Finding]) -> float:
    """What they weigh together; the further ones of a rule count less."""
    by_rule: dict[str, list[float]] = {}
    for line in lines:
        by_rule.setdefault(line.rule, []).append(line.weight)
    return sum(_damped(rows) for rows in by_rule.values())


def _bonus(links: Mapping[Suspect, float]) -> float:
    count = sum(1 for weight in links.values() if weight >= weights.HINT)
    return min(2.0, weights.PARSIMONY * math.log2(count)) if count > 1 else 0.0


def _is_definite(line: Finding) -> bool:
    """Whether it names a fault rather than a circumstance. An alert says that a part is sick and not of what."""
    return line.is_specific and line.weight >= weights.STRONG and line.rule != "known_alerts"


def _once(lines: Iterable[Finding], key: Callable[[Finding], Hashable]) -> list[Finding]:
    """What is said twice counts once, as it was said first, which is most strongly: the order of rules is all one."""
    kept: dict[Hashable, Finding] = {}
    for line in lines:
        kept.setdefault(key(line), line)
    return list(kept.values())


def _damped(rows: Sequence[float]) -> float:
    """The same thing said again adds little, and the dozenth time nothing that anybody could see."""
    return sum(weight * weights.AGAIN**place for place, weight in enumerate(rows[:12]))


def _bounded(score: float) -> float:
    return max(-weights.MOST, min(weights.MOST, score))


def _groups(troubles: Mapping[Suspect, Trouble], court: _Court) -> list[_Group]:
    best: dict[Suspect, tuple[float, Accused]] = {}
    cases = court.cases
    for accused, case in cases.items():
        for subject, weight in case.links.items():
            if weight <= 0 or subject not in troubles:
                continue
            score = case.score(subject) + court.background(case, subject)
            # Where several faults are named, the nearer one decides, not the one that explains more besides.
            if court.named[subject] > 1 and subject.namespace:
                score += _NEAR * (accused.suspect.namespace == subject.namespace) - case.bonus
            if subject not in best or (score, _depth(accused)) > (best[subject][0], _depth(best[subject][1])):
                best[subject] = (score, accused)
    groups: dict[Accused, _Group] = {}
    for subject in sorted(best):
        score, accused = best[subject]
        group = groups.setdefault(accused, _Group(accused, [], score, is_specific=False))
        group.take([troubles[subject]])
        group.score = max(group.score, score)
    for accused, group in groups.items():
        about = cases[accused].about(trouble.subject for trouble in group.troubles)
        lines = [line for line in about if line.is_specific and line.weight > 0]
        group.rules = frozenset(line.rule for line in lines if _is_definite(line))
        group.is_definite = bool(group.rules)
        group.is_specific = group.is_definite or any(line.rule == "known_alerts" for line in lines)
    return list(groups.values())


def _depth(accused: Accused) -> int:
    """Of two that explain equally well, the deeper one: the platform before what runs on it."""
    return 1 if accused.side is Side.CLUSTER else 0


# -- Shadows --


def _absorbed(scene: Scene, court: _Court, groups: list[_Group]) -> list[_Group]:
    """What only says that something is wrong follows the deeper cause beside it, the weakest first."""
    alive = sorted(groups, key=lambda one: (-one.is_specific, -one.score, one.accused))
    near = _Nearby(alive)
    gone: set[Accused] = set()
    # First to what is deeper; what is left of a namespace then stands together.
    for is_deep in (True, False):
        for group in reversed(alive):
            if group.is_definite or group.accused in gone:
                continue
            others = [one for one in near.to(court, group, is_deep=is_deep) if one.accused not in gone]
            cause = _cause_of(scene, court, group, others)
            if cause is not None:
                cause.take(group.troubles)
                near.moved(cause, group)
                gone.add(group.accused)
    return [group for group in alive if group.accused not in gone]


def _is_deep(group: _Group) -> bool:
    return group.is_definite or group.accused.side is Side.CLUSTER


class _Nearby:
    """Which groups may be the cause of another, so that nobody compares all with all."""

    def __init__(self, strongest_first: Sequence[_Group]) -> None:
        self.order = {group.accused: place for place, group in enumerate(strongest_first)}
        self.all = strongest_first
        self.everywhere = [
            one.accused for one in strongest_first if one.is_specific and one.accused.side is Side.CLUSTER
        ][:_MOST_CAUSES]
        self.strongest = [one.accused for one in strongest_first[:_MOST_CAUSES]]
        # By namespace, the strongest first; and of those the deep ones.
        self.here: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for group in strongest_first:
            self._stands_in(group, {*group.namespaces, group.accused.suspect.namespace})

    def _stands_in(self, group: _Group, namespaces: Iterable[str]) -> None:
        place = self.order[group.accused]
        for namespace in namespaces:
            for is_deep in {False, _is_deep(group)}:
                known = self.here[namespace, is_deep]
                at = bisect_left(known, place)
                if namespace and known[at : at + 1] != [place]:
                    known.insert(at, place)

    def moved(self, cause: _Group, group: _Group) -> None:
        """The troubles of a group are another's now."""
        self._stands_in(cause, group.namespaces)

    def to(self, court: _Court, group: _Group, *, is_deep: bool) -> list[_Group]:
        """The groups that may be the cause of this one, the strongest first; only those that are deep where asked."""
        is_vague = group.accused.suspect.kind == "Namespace" and group.accused.side is Side.CLUSTER
        found: set[Accused] = set(self.strongest if is_vague else self.everywhere)
        for trouble in group.troubles:
            found |= {accused for accused, _ in court.by_trouble.get(trouble.subject, ())}
            found |= {Accused(Suspect("Node", node), Side.CLUSTER) for node in trouble.nodes}
        places = {self.order[one] for one in found if one in self.order}
        for namespace in group.namespaces:
            places.update(self.here[namespace, is_deep][:_MOST_CAUSES])
        places.discard(self.order[group.accused])
        near = [self.all[place] for place in sorted(places)]
        return [one for one in near if not is_deep or _is_deep(one)]


def _cause_of(scene: Scene, court: _Court, group: _Group, others: Sequence[_Group]) -> _Group | None:
    """The deeper or stronger cause of which this group is a shadow; `others` come strongest first."""
    best: tuple[float, _Group] | None = None
    for one in others:
        if not one.is_specific and one.score < group.score:
            continue
        case = court.cases[one.accused]
        # Nobody reaches further who explains none of it and is not the node of it.
        is_only_near = one.accused.suspect.kind != "Node" and group.troubles[0].subject not in case.links
        if best is not None and best[0] >= (_BESIDE if is_only_near else _DEEPEST):
            continue
        rank = _reach(scene, case, one, group)
        if rank > 0 and (best is None or rank > best[0]):
            best = rank, one
    return best[1] if best else None


def _reach(scene: Scene, case: _Case, cause: _Group, shadow: _Group) -> float:
    """How near the cause is to the shadow; zero where it cannot be its cause."""
    suspect = cause.accused.suspect
    in_time = shadow.began_at >= cause.began_at - _BEFORE
    both = cause.accused.side is shadow.accused.side is Side.CLUSTER
    if in_time and all(case.links.get(trouble.subject, 0.0) >= weights.WEAK for trouble in shadow.troubles):
        return _DEEPEST
    if shadow.is_specific and not both:
        return 0.0
    if suspect.kind == "Node":
        places = {node for trouble in shadow.troubles for node in trouble.nodes}
        if places and suspect.name not in places:
            return 0.0  # it fails elsewhere
        if in_time and places:
            return 3.0
    reached = _reached(scene, cause) if in_time and cause.is_specific else frozenset()
    fits = bool(reached) and all(one.effects <= reached for one in shadow.troubles)
    if shadow.is_specific:
        # An alert that everybody ships about a part: the part is sick, perhaps only for want of what it stands on.
        return 1.0 if fits and shadow.accused.suspect.kind in {"Component", "APIService", "Cluster"} else 0.0
    is_of_control_plane = scene.view.role_of(suspect) is Role.CONTROL_PLANE
    fits = fits and shadow.score < _OWN_CASE and not (is_of_control_plane and any(map(_was_served, shadow.troubles)))
    is_shallow = all(one.is_shallow or not one.namespace for one in shadow.troubles)
    lasts = cause.began_at - shadow.began_at > _LONG_BEFORE
    # What a team broke shows all over its namespace; the platform's victims there are those that it can reach.
    if shadow.namespaces and shadow.namespaces <= cause.namespaces | {suspect.namespace}:
        if cause.accused.side is Side.APPLICATION:
            return _BESIDE
        if is_shallow and not lasts:
            return _BESIDE
    if fits:
        return 1.0
    # A prober tells of its own namespace, and of nothing that it saw.
    if in_time and shadow.accused.suspect.kind == "Namespace" and shadow.accused.side is Side.CLUSTER and is_shallow:
        return 0.7
    is_standing = suspect.kind == "Cluster" and not cause.is_definite
    return 0.5 if both and in_time and cause.is_specific and not is_standing and shadow.score < _WEAK else 0.0


def _was_served(trouble: Trouble) -> bool:
    """Whether its pods were made and looked at: a control plane that did so is not why they fail."""
    return any(
        pod.node or ((placed := pod.conditions.get("PodScheduled")) is not None and placed.message)
        for pod in trouble.failing
    )


def _reached(scene: Scene, cause: _Group) -> frozenset[Effect]:
    """How anything in the cluster may fail by this cause."""
    suspect = cause.accused.suspect
    if cause.accused.side is not Side.CLUSTER:
        return frozenset()
    if suspect.kind in {"Cluster", "Network"}:
        return SHALLOW if cause.is_definite else frozenset()
    role = scene.view.role_of(suspect)
    return _NARROWER.get(suspect.name) or (_REACHES.get(role, frozenset()) if role else frozenset())


def _joined(scene: Scene, groups: Sequence[_Group]) -> list[_Group]:
    """Nodes that fail in the same way at the same time are one cause, whatever it is."""
    kept: list[_Group] = []
    beside: dict[tuple[Side, str], list[_Group]] = defaultdict(list)  # who may be alike at all
    for group in groups:
        side, suspect = group.accused.side, group.accused.suspect
        known = beside[side, suspect.namespace if side is Side.APPLICATION else ""]
        alike = next((one for one in known if _are_alike(scene, one, group)), None)
        if alike is None:
            kept.append(group)
            if group.rules or side is Side.CLUSTER:
                known.append(group)
        else:
            alike.take(group.troubles)
    return kept


def _are_alike(scene: Scene, first: _Group, second: _Group) -> bool:
    """Of two causes, the stronger one first: what a team broke in the same way at once, nodes that fail alike, or a
    lost node and the platform's part on it."""
    if first.accused.side is not second.accused.side or abs(first.began_at - second.began_at) > _TOGETHER:
        return False
    if first.accused.side is Side.APPLICATION:
        here = first.accused.suspect.namespace
        return bool(here) and here == second.accused.suspect.namespace and bool(first.rules & second.rules)
    nodes = [group for group in (first, second) if group.accused.suspect.kind == "Node"]
    if len(nodes) == 2:
        return bool(_way(scene, first)) and _way(scene, first) == _way(scene, second)
    if not nodes or nodes[0].accused.suspect.name not in scene.view.lost_nodes:
        return False
    other = second if nodes[0] is first else first
    name = nodes[0].accused.suspect.name
    places = {node for trouble in other.troubles for node in trouble.nodes}
    is_control_plane = scene.view.role_of(other.accused.suspect) is Role.CONTROL_PLANE
    return places == {name} or (not places and is_control_plane and name in scene.view.reserved_nodes)


def _way(scene: Scene, group: _Group) -> frozenset[str]:
    """In which way a node fails: its bad conditions; where nobody read them, the names of its alerts."""
    name = group.accused.suspect.name
    node = scene.view.nodes.get(name)
    bad = {one for one, told in node.conditions.items() if is_bad_condition(one, told)} if node else set()
    mine = [trouble for trouble in group.troubles if trouble.subject == group.accused.suspect]
    return frozenset(bad or {symptom.alertname for trouble in mine for symptom in trouble.symptoms})


def _turned(court: _Court, groups: Sequence[_Group]) -> list[_Group]:
    """Where all of one side together outweigh the suspect that explains a trouble best, the best of them is named, once
    for all that it explains."""
    kept: dict[Accused, _Group] = {}
    for group in groups:
        rivals = _rivals(court, group)
        side = group.accused.side
        if _margin(rivals, side, court.unseen) < 0:
            group.accused = next((accused for accused, _ in rivals if accused.side is not side), group.accused)
        if group.accused in kept:
            kept[group.accused].take(group.troubles)
        else:
            kept[group.accused] = group
    return list(kept.values())


# -- Verdicts --


def _attribution(court: _Court, group: _Group, calibration: Calibration) -> Attribution:
    rivals = _rivals(court, group)
    margin = _margin(rivals, group.accused.side, court.unseen)
    suspect = group.accused.suspect
    side = group.accused.side if margin >= 0 else group.accused.side.other
    confidence = confidence_of(abs(margin), calibration)
    verdict = Verdict(side.value) if confidence >= calibration.threshold else Verdict.UNCERTAIN
    lines = _ledger(court.cases, group, rivals)
    namespaces = tuple(sorted(group.namespaces))
    opening = tuple(trouble for trouble in group.troubles if trouble.is_open) or tuple(group.troubles)
    told = Told(verdict, side, suspect, lines, opening, namespaces)
    return Attribution(
        verdict=verdict,
        confidence=round(confidence, 4),
        suspect=suspect,
        sentence=sentence_of(told),
        severity=min((one.severity for one in opening), key=SEVERITIES.index),
        began_at=group.began_at,
        findings=lines,
        candidates=_candidates(rivals, court.unseen),
        symptoms=tuple(sorted({symptom.key for trouble in group.troubles for symptom in trouble.symptoms})),
        namespaces=namespaces,
        margin=round(abs(margin), 4),
        side=side,
        checked=court.checked,
        would_change=would_change(told, _next(rivals, side), _deciding(court, group, rivals)),
    )


def _rivals(court: _Court, group: _Group) -> list[tuple[Accused, float]]:
    """All who could be to blame for the group, with their log-odds, the likeliest first."""
    subjects = group.subjects
    explained: dict[Accused, list[float]] = defaultdict(list)
    definite: Counter[Accused] = Counter()  # how many of them each is definitely to blame for
    for subject in subjects:
        for accused, weight in court.by_trouble.get(subject, ()):
            explained[accused].append(weight)
            definite[accused] += subject in court.cases[accused].definite
    named = sum(1 for subject in subjects if court.named[subject])
    found = [(group.accused, _own_odds(court, court.cases[group.accused], subjects))]
    for accused, linked in explained.items():
        share = sum(1 for weight in linked if weight > 0) / len(subjects)
        if share > 0 and accused != group.accused:
            case = court.cases[accused]
            odds = _bounded(case.general + sum(linked) / len(subjects)) + weights.UNEXPLAINED * (1 - share)
            behind = weights.BACKGROUND * (named - definite[accused]) / len(subjects)
            found.append((accused, odds + case.bonus * share + behind))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _own_odds(court: _Court, case: _Case, subjects: Sequence[Suspect]) -> float:
    """Log-odds of the suspect that a group is named after. The others of the group are shadows of what it explains;
    they say nothing against it."""
    mine = [subject for subject in subjects if case.links.get(subject, 0.0) > 0]
    linked = [case.links[subject] for subject in mine] or [max(case.links.values(), default=0.0)]
    behind = sum(court.background(case, subject) for subject in mine) / max(1, len(mine))
    return _bounded(case.general + sum(linked) / len(linked)) + case.bonus + behind


def _margin(rivals: Sequence[tuple[Accused, float]], side: Side, unseen: float) -> float:
    """Log-odds of one side against the other, on which there may always be a cause that nobody has seen."""
    mine = [total for accused, total in rivals if accused.side is side]
    theirs = [total for accused, total in rivals if accused.side is not side]
    return _log_sum(mine or [unseen]) - _log_sum([*theirs, unseen])


def _log_sum(rows: Sequence[float]) -> float:
    top = max(rows)
    return top + math.log(sum(math.exp(row - top) for row in rows))


def _candidates(rivals: Sequence[tuple[Accused, float]], unseen: float) -> tuple[Candidate, ...]:
    whole = _log_sum([total for _, total in rivals] + [unseen])
    return tuple(
        Candidate(accused.suspect, accused.side, round(math.exp(total - whole), 4))
        for accused, total in rivals[:_MOST_CANDIDATES]
    )


def _ledger(
    cases: Mapping[Accused, _Case], group: _Group, rivals: Sequence[tuple[Accused, float]]
) -> tuple[Finding, ...]:
    """The lines about the suspect and about its best rivals, strongest first."""
    subjects = {trouble.subject for trouble in group.troubles}
    lines = [line for accused, _ in [(group.accused, 0.0), *rivals[:4]] for line in cases[accused].about(subjects)]
    once = _once(lines, lambda line: (line.suspect, line.side, line.claim))
    once.sort(key=lambda line: (line.suspect != group.accused.suspect, -abs(line.weight), line.observed_at, line.claim))
    return tuple(once[:_MOST_FINDINGS])


def _next(rivals: Sequence[tuple[Accused, float]], side: Side) -> Suspect | None:
    return next((accused.suspect for accused, _ in rivals if accused.side is not side), None)


def _deciding(court: _Court, group: _Group, rivals: Sequence[tuple[Accused, float]]) -> Finding | None:
    """The one line without which the other side would lead."""
    case = court.cases[group.accused]
    subjects = group.subjects
    others = [pair for pair in rivals if pair[0] != group.accused]
    for line in [one for one in case.about(subjects) if one.weight > 0][:5]:
        rest = [*others, (group.accused, _own_odds(court, _without(case, line), subjects))]
        if _margin(rest, group.accused.side, court.unseen) <= 0:
            return line
    return None


def _sees_all_well(scene: Scene) -> bool:
    """Whether a full view of the cluster shows nothing that fails: it outweighs an alert that only informs. Otherwise
    such an alert is told; its severity says that it opens no incident."""
    if any(trouble.failing for trouble in scene.troubles.values()):
        return False
    return sum(1 for pods in scene.view.pods_by_workload.values() if all(pod.is_well for pod in pods)) >= _FULL_VIEW
