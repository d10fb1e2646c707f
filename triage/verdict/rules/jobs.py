"""A job that fails or never ends is its team's, and a CronJob that piles up runs is to blame for the room it takes.

A Job whose backoff limit or deadline is exceeded ran its own program often enough. A CronJob whose runs overlap
(`concurrencyPolicy: Allow`, the default) and do not end fills nodes up to their last pod; other pods then find no
place. What did not come to run because of its image or its node is not judged here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from alerts.kubernetes.fields import dig, number, text
from alerts.kubernetes.parse import conditions_of
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

RULE = "jobs"

_REASONS: Mapping[str, tuple[float, str]] = {
    "BackoffLimitExceeded": (FAIR, "failed as often as it may"),
    "FailedIndexes": (FAIR, "has indexes that failed"),
    "MaxFailedIndexesExceeded": (FAIR, "has more failed indexes than it may"),
    "PodFailurePolicy": (STRONG, "failed in a way that its own policy names"),
    "DeadlineExceeded": (WEAK, "ran longer than it may"),
}
# What keeps a job from running at all: others judge that.
_NOT_ITS_OWN = frozenset(
    {Effect.IMAGE, Effect.CONFIG, Effect.UNSCHEDULED, Effect.CREATING, Effect.NODE_LOST, Effect.REFUSED}
)
_PILE = 4  # runs at once of one CronJob that have not ended
_MANY = 100  # active jobs or pending pods of one namespace, by a metric
_COUNTS = ("kube_job_status_active", "kube_pod_status_phase", "kube_job_created", "kube_job_info")
_FULL = ("Too many pods", "Insufficient")
_LATE = timedelta(minutes=2)


def jobs(scene: Scene) -> Iterator[Finding]:
    """Lines about jobs that fail, and about CronJobs whose runs pile up."""
    yield from _failed(scene)
    for cron, runs in _piles(scene.view).items():
        yield from _pile(scene, cron, runs)


def _failed(scene: Scene) -> Iterator[Finding]:
    view = scene.view
    reasons: dict[Suspect, str] = {}
    for job in view.of_kind("Job"):
        failed = conditions_of(job.status).get("Failed")
        if failed is not None and failed.status == "True":
            reasons[view.folded(view.root(Suspect(job.kind, job.name, job.namespace)))] = failed.reason
    for trouble in scene.troubles.values():
        reason = reasons.get(trouble.subject) or next((e.reason for e in trouble.events if e.reason in _REASONS), "")
        if Effect.JOB not in trouble.effects or reason not in _REASONS or trouble.effects & _NOT_ITS_OWN:
            continue
        weight, what = _REASONS[reason]
        claim = f"{trouble.subject} {what} ({reason})."
        yield _own(scene, trouble, weight, claim)


def _own(scene: Scene, trouble: Trouble, weight: float, claim: str) -> Finding:
    side = scene.view.side_of(trouble.subject)
    return Finding(side, weight, claim, "object", trouble.began_at, trouble.subject, (trouble.subject,), RULE)


# -- Runs that pile up --


def _piles(view: View) -> dict[Suspect, int]:
    """CronJobs to how many of their runs have not ended."""
    active: Counter[Suspect] = Counter()
    for job in view.of_kind("Job"):
        root = view.root(Suspect(job.kind, job.name, job.namespace))
        if root.kind == "CronJob" and not {"Complete", "Failed"} & conditions_of(job.status).keys():
            active[root] += max(1, number(job.status.get("active"), 1)) if _is_old(view, job.created_at) else 0
    counts = _by_metric(view)
    crons = sorted(Suspect(one.kind, one.name, one.namespace) for one in view.of_kind("CronJob"))
    by_namespace = Counter(one.namespace for one in crons)
    found = {}
    for cron in crons or sorted(active):
        runs = active[cron]
        if by_namespace[cron.namespace] == 1:
            runs = max(runs, counts.get(cron.namespace, 0))
        if runs >= _PILE and _overlaps(view, cron):
            found[cron] = runs
    return found


def _is_old(view: View, at: datetime | None) -> bool:
    return at is None or view.now - at >= _LATE


def _by_metric(view: View) -> Mapping[str, int]:
    """Namespaces to how many jobs or pods are counted there, where that is far too many."""
    found: dict[str, int] = {}
    for sample in view.metric(*_COUNTS):
        if sample.value >= _MANY and sample.labels.get("phase", "Pending") in {"Pending", "Running"}:
            namespace = sample.labels.get("namespace", "")
            found[namespace] = max(found.get(namespace, 0), int(sample.value))
    return found


def _overlaps(view: View, cron: Suspect) -> bool:
    thing = view.object_of(cron)
    return thing is None or (text(dig(thing.spec, "concurrencyPolicy")) or "Allow") == "Allow"


def _pile(scene: Scene, cron: Suspect, runs: int) -> Iterator[Finding]:
    view, side = scene.view, scene.view.side_of(cron)
    victims = [one for one in scene.troubles.values() if one.subject == view.folded(cron) or _is_crowded_out(one)]
    if not victims:
        return
    subjects = tuple(one.subject for one in victims)
    at = min(one.began_at for one in victims)
    claim = f"{counted(runs, 'run')} of {cron} have not ended, and its concurrency policy lets more begin."
    yield Finding(
        side,
        PROOF if runs >= 2 * _PILE else STRONG,
        claim,
        "object",
        at,
        view.folded(cron),
        subjects,
        RULE,
        is_specific=True,
    )
    for victim in victims:
        if victim.subject.kind == "Node":
            said = f"The pods of {cron} fill {victim.subject}."
            yield Finding(Side.CLUSTER, -STRONG, said, "object", at, victim.subject, (victim.subject,), RULE)
        elif victim.subject != view.folded(cron):
            said = f"{victim.subject} finds no room beside the runs of {cron}."
            yield Finding(
                view.side_of(victim.subject), -FAIR, said, "object", at, victim.subject, (victim.subject,), RULE
            )


def _is_crowded_out(trouble: Trouble) -> bool:
    """It found no place, or it is a node with as many pods as it may have."""
    if trouble.subject.kind == "Node":
        return any("toomanypods" in one.alertname.casefold() or "pod capacity" in one.text for one in trouble.symptoms)
    if Effect.UNSCHEDULED not in trouble.effects:
        return False
    told = [event.message for event in trouble.events if event.reason == "FailedScheduling"]
    for pod in trouble.failing:
        condition = pod.conditions.get("PodScheduled")
        told += [condition.message] if condition is not None else []
    return any(word in message for message in told for word in _FULL)
