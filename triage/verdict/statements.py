"""What status, events and alerts say about something that fails, once where many say the same. PURE.

Status speaks first, because it is never late; then events, the latest first; the words of an alert come last.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from alerts.kubernetes.objects import Container
from triage.verdict.troubles import Trouble
from triage.verdict.view import View

# A kubelet's words about containers and the network of a pod that it cannot set up.
SANDBOX = frozenset(
    {"FailedCreatePodSandBox", "NetworkNotReady", "CNIError", "FailedPodSandBoxStatus", "FailedCreatePodContainer"}
    | {"FailedKillPod", "FailedSync", "AddNetworkFailed", "FailedCreateSandbox", "SandboxChanged"}
)
MOUNTS = frozenset({"FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedSync", "FailedDetachVolume"})


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that somebody wrote about what fails."""

    words: str
    at: datetime
    source: str  # object, event or alert
    node: str = ""
    pod: str = ""  # the first of which it was said
    container: Container | None = None  # of which it speaks, where it is the container's own status
    reason: str = ""  # of the event, of the container's state, or the name of the alert
    count: int = 1  # how often it was said


def statements_of(view: View, trouble: Trouble) -> tuple[Statement, ...]:
    """Everything that was written about the trouble, each text of a node once."""
    return _folded(chain(_by_status(view, trouble), _by_events(view, trouble), _by_alerts(trouble)))


def _by_status(view: View, trouble: Trouble) -> Iterator[Statement]:
    for pod in trouble.failing:
        for one in pod.containers:
            if one.waiting and one.waiting_message:
                yield Statement(one.waiting_message, view.now, "object", pod.node, pod.name, one, one.waiting)
            if one.ended and one.ended_message and one.ended != "Completed":
                at = one.ended_at or view.now
                yield Statement(one.ended_message, at, "object", pod.node, pod.name, one, one.ended)
        if pod.message:
            yield Statement(pod.message, view.now, "object", pod.node, pod.name, reason=pod.reason)


def _by_events(view: View, trouble: Trouble) -> Iterator[Statement]:
    for event in reversed(trouble.events):
        name = event.name if event.kind == "Pod" else ""
        pod = view.pods.get((event.namespace, name)) if name else None
        node = event.host or (pod.node if pod else "")
        yield Statement(event.message, event.last_at, "event", node, name, reason=event.reason, count=event.count)


def _by_alerts(trouble: Trouble) -> Iterator[Statement]:
    for symptom in trouble.symptoms:
        reason = symptom.labels.get("reason", "")
        words = f"{reason} {symptom.text}" if reason and symptom.text else reason or symptom.text
        if words:
            yield Statement(words, symptom.began_at, "alert", symptom.node, symptom.pod, reason=symptom.alertname)


def _folded(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """What many say in the same words is said once, by the first of them."""
    first: dict[tuple[str, str, str, str], Statement] = {}
    count: dict[tuple[str, str, str, str], int] = {}
    for one in statements:
        if one.words:
            key = (one.words, one.reason, one.node, one.source)
            first.setdefault(key, one)
            count[key] = count.get(key, 0) + one.count
    return tuple(one if one.count == count[key] else replace(one, count=count[key]) for key, one in first.items())
