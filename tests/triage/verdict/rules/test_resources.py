"""Whose it is that a workload has too little."""

from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.resources import resources


def test_its_own_limit_throttles_it_and_makes_its_node_look_busy() -> None:
    made, teams = cluster()
    pod = teams["cart"].pods[0]
    made.alert("ContainerCpuThrottled", 20, severity="warning", namespace="shop", pod=pod["metadata"]["name"],
               summary="CPU throttling of 90%")  # fmt: skip
    made.alert("NodeCPUHighUsage", 20, node=pod["spec"]["nodeName"], severity="warning")
    first = verdicts(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


def test_where_nobody_is_short_nothing_is_said() -> None:
    made, teams = cluster()
    made.alert("NodeCPUHighUsage", 20, node=teams["cart"].pods[0]["spec"]["nodeName"], severity="warning")
    assert lines(resources, made) == []
