"""The workloads whose pods find no node, each with what the scheduler said and what the nodes answer. PURE."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.kubernetes.objects import Pod
from triage.verdict.placement import Answer, ask
from triage.verdict.scene import Scene
from triage.verdict.scheduling_messages import Unplaced, read
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble

_LAST = datetime.max.replace(tzinfo=UTC)
_SCHEDULERS = frozenset({"FailedScheduling", "NotTriggerScaleUp", "FailedScaleUp"})


@dataclass(frozen=True)
class Pending:
    """A trouble with pods that have no node."""

    trouble: Trouble
    pods: tuple[Pod, ...]  # those without a node; none where only events or alerts tell of them
    said: Unplaced | None  # by the scheduler, last
    words: str  # the same, as it was written
    answer: Answer | None  # of the nodes to one of the pods

    @property
    def pod(self) -> Pod | None:
        return self.pods[0] if self.pods else None


def pending(scene: Scene) -> Iterator[Pending]:
    """Every trouble with pods that have no node."""
    answers: dict[str, Answer] = {}  # pods that ask for the same are answered the same
    for trouble in scene.troubles.values():
        pods = sorted(
            (pod for pod in trouble.failing if not pod.node and pod.phase in {"Pending", ""}),
            key=lambda pod: (pod.thing.created_at or _LAST, pod.name),
        )
        if not pods and (trouble.failing or Effect.UNSCHEDULED not in trouble.effects) and not _alert(trouble):
            continue
        words, said = _said(trouble, pods)
        answer = None
        if pods and scene.view.nodes:
            key = _asked(pods[0])
            if key not in answers:
                answers[key] = ask(scene.view, pods[0])
            answer = answers[key]
        if pods or said is not None:
            yield Pending(trouble, tuple(pods), said, words, answer)


def _alert(trouble: Trouble) -> bool:
    return not trouble.failing and any("nodes are available" in symptom.text for symptom in trouble.symptoms)


def _said(trouble: Trouble, pods: list[Pod]) -> tuple[str, Unplaced | None]:
    """The scheduler's last word: from status, which is never late, else from events, else from what an alert quotes."""
    texts = [one.message for pod in pods if (one := pod.conditions.get("PodScheduled")) and one.status != "True"]
    events = [one for one in trouble.events if one.reason == "FailedScheduling"]
    texts += [one.message for one in sorted(events, key=lambda one: one.last_at, reverse=True)]
    texts += [symptom.text for symptom in trouble.symptoms if "nodes are available" in symptom.text]
    return next(((words, said) for words in texts if words and (said := read(words)) is not None), ("", None))


def of_autoscaler(one: Pending) -> list[str]:
    """What the autoscaler of the nodes said about these pods."""
    return [event.message for event in one.trouble.events if event.reason in _SCHEDULERS - {"FailedScheduling"}] + [
        event.message
        for event in one.trouble.events
        if event.reason == "FailedScheduling" and event.component == "karpenter"
    ]


def _asked(pod: Pod) -> str:
    asked = [
        (one.name, one.is_init, sorted(one.requests.items()), sorted(one.limits.items())) for one in pod.containers
    ]
    spec = {key: pod.spec.get(key) for key in ("nodeSelector", "affinity", "tolerations", "volumes")}
    # Claims are looked up in the pod's own namespace; nothing else of it matters to a node.
    where = pod.namespace if spec["volumes"] else ""
    return json.dumps([where, [row[1:] for row in asked], spec], sort_keys=True, default=str)
