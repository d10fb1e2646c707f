"""Nodes that are lost one after the other."""

from dataclasses import replace

from tests.casework.makers import RUNNING
from tests.casework.makers import Scene as Made
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.node_killer import node_killer

PROBE = Suspect("DaemonSet", "probe", "perf")


def dying(age: float, nodes: tuple[str, ...] = ("node-1", "node-2", "node-3")) -> Made:
    made = cluster("node-1", "node-2", "node-3", "node-4")
    made.daemon_set("perf", "probe", on=nodes, priority_class="", state=replace(RUNNING, minutes=age), minutes=age)
    for name, minutes in (("node-1", 25), ("node-2", 23), ("node-3", 21)):
        made.lose_node(name, minutes)
    return made


def test_each_was_lost_minutes_after_its_pod_came() -> None:
    made = dying(30)
    assert suspects(found(node_killer, made)) == [PROBE]
    first = causes(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, PROBE)


def test_what_has_run_there_for_long_is_no_suspect() -> None:
    assert not found(node_killer, dying(60 * 24))


def test_what_runs_on_a_node_that_lives_is_no_suspect() -> None:
    assert not found(node_killer, dying(30, ("node-1", "node-2", "node-3", "node-4")))
