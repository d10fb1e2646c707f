"""Pods that gave way."""

from tests.casework.makers import Scene as Maker
from tests.casework.makers import Workload, pending
from tests.triage.verdict.rules.placing import for_whom, lines, maker
from triage.verdict.rules.preemption import preemption
from triage.verdict.types import Side

FULL = "0/4 nodes are available: 4 Insufficient cpu."


def gave_way(made: Maker, winner: Workload, words: str) -> None:
    workload = made.deployment("shop", "cart", 2, states=[pending(FULL, 20)])
    gone = {
        **workload.pods[1],
        "metadata": {**workload.pods[1]["metadata"], "name": f"{workload.owner['metadata']['name']}-zzzzz"},
    }
    uid, name = winner.pods[0]["metadata"]["uid"], winner.pods[0]["metadata"]["name"]
    made.scheduler_event(gone, words.format(uid=uid, name=name), reason="Preempted", kind="Normal", minutes=21)


def test_the_team_that_took_the_room_is_to_blame() -> None:
    for words in ("Preempted by pod {uid} on node w-1", "Preempted by lab/{name} on node w-1"):
        made = maker("w-1", "w-2", "w-3")
        gave_way(made, made.deployment("lab", "grid", 2), words)
        found = for_whom(lines(preemption, made))
        assert found["Deployment lab/grid"] == 3.0, words
        assert found["Deployment shop/cart"] < 0, words


def test_what_runs_on_every_node_is_a_decision_about_the_cluster() -> None:
    made = maker("w-1", "w-2", "w-3")
    gave_way(made, made.daemon_set("scan", "agent"), "Preempted by pod {uid} on node w-1")
    strongest = max(lines(preemption, made), key=lambda line: line.weight)
    assert strongest.side is Side.CLUSTER


def test_one_that_nobody_knows_hardly_counts() -> None:
    made = maker("w-1", "w-2", "w-3")
    gave_way(made, made.deployment("lab", "grid", 2), "Preempted by a pod on node w-1")
    assert all(abs(line.weight) < 1 for line in lines(preemption, made))
