"""Who took what a node does not have any more."""

import pytest

from tests.casework.makers import Scene, evicted
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.consumer import consumer

_LOW = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 61204Ki. "


def _pressed(condition: str = "MemoryPressure") -> tuple[Scene, str]:
    made, teams = cluster()
    made.condition("worker-2", condition, "True", "KubeletHasInsufficient", "", minutes=15)
    for name in ("cart", "query"):
        made.rollout(
            teams[name],
            state=evicted(
                f"{_LOW}Container {name} was using 402116Ki, request is 128Mi, has larger consumption of memory. ", 10
            ),
            minutes=20,
            node="worker-2",
        )
    (pod,) = made.rollout(teams["invoices"], state=evicted("", 10), minutes=20, node="worker-2", event=False)
    pod["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return made, str(pod["metadata"]["name"])


def test_who_takes_most_above_its_request_is_to_blame() -> None:
    made, pod = _pressed()
    made.metric("container_memory_working_set_bytes", 27 * 2.0**30, namespace="billing", pod=pod)
    first = verdicts(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "invoices", "billing"))


@pytest.mark.parametrize(
    ("metric", "value", "condition", "why"),
    [
        ("container_memory_working_set_bytes", 300 * 2.0**20, "MemoryPressure", "no more than others"),
        ("container_fs_usage_bytes", 70 * 2.0**30, "MemoryPressure", "another good"),
    ],
)
def test_who_takes_little_is_not(metric: str, value: float, condition: str, why: str) -> None:
    made, pod = _pressed(condition)
    made.metric(metric, value, namespace="billing", pod=pod)
    assert "invoices" not in {line.suspect.name for line in lines(consumer, made)}, why


def test_an_eviction_tells_by_itself_where_one_alone_is_far_above() -> None:
    made, teams = cluster()
    made.condition("worker-2", "MemoryPressure", "True", "KubeletHasInsufficientMemory", "", minutes=15)
    words = f"{_LOW}Container cart was using 9423188Ki, which exceeds its request of 256Mi. "
    made.rollout(teams["cart"], state=evicted(words, 10), minutes=20, node="worker-2")
    first = verdicts(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


def test_a_node_that_has_enough_blames_nobody() -> None:
    made, teams = cluster()
    made.metric(
        "container_memory_working_set_bytes",
        27 * 2.0**30,
        namespace="shop",
        pod=teams["cart"].pods[0]["metadata"]["name"],
    )
    assert lines(consumer, made) == []
