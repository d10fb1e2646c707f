"""What was said about a trouble, line by line, with who said it and where: events, statuses, alerts. PURE."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from triage.verdict.messages import Pattern
from triage.verdict.troubles import Trouble

# A kubelet's words about containers and the network of a pod that it cannot set up.
SANDBOX = frozenset(
    {"FailedCreatePodSandBox", "NetworkNotReady", "CNIError", "FailedPodSandBoxStatus", "FailedCreatePodContainer"}
    | {"FailedKillPod", "FailedSync", "AddNetworkFailed", "FailedCreateSandbox", "SandboxChanged"}
)
MOUNTS = frozenset({"FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedSync", "FailedDetachVolume"})


class Quote(NamedTuple):
    """One text about a trouble."""

    text: str
    source: str  # event, object or alert
    at: datetime
    reason: str = ""  # of an event, or of a waiting container
    node: str = ""
    pod: str = ""


def quotes_of(trouble: Trouble) -> Iterator[Quote]:
    """Everything that was written about it: statuses first, then events, then the words of alerts."""
    on = {pod.name: pod.node for pod in trouble.failing}
    for pod in trouble.failing:
        if pod.message:
            yield Quote(pod.message, "object", trouble.began_at, pod.reason, pod.node, pod.name)
        for one in pod.containers:
            if one.waiting_message:
                yield Quote(one.waiting_message, "object", trouble.began_at, one.waiting, pod.node, pod.name)
            if one.ended_message:
                yield Quote(
                    one.ended_message, "object", one.ended_at or trouble.began_at, one.ended, pod.node, pod.name
                )
    for event in trouble.events:
        pod_name = event.name if event.kind == "Pod" else ""
        yield Quote(event.message, "event", event.last_at, event.reason, event.host or on.get(pod_name, ""), pod_name)
    for symptom in trouble.symptoms:
        yield Quote(symptom.text, "alert", symptom.began_at, symptom.alertname, symptom.node, symptom.pod)


def first_match(quotes: Iterable[Quote], pattern: Pattern) -> Quote | None:
    """The first of them in which the pattern is found."""
    return next((quote for quote in quotes if pattern.find(quote.text) is not None), None)


def any_of(*expressions: str) -> Pattern:
    """A pattern that is found where one of these is."""
    return Pattern("|".join(f"(?:{one})" for one in expressions))


def says(pattern: Pattern, text: str) -> bool:
    """Whether the pattern is found in the text."""
    return pattern.find(text) is not None
