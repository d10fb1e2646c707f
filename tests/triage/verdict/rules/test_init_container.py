"""Whose it is that an init container does not finish."""

from dataclasses import replace

from tests.casework.makers import Scene, Workload, crashing, init_failing
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.init_container import init_container


def _waits(made: Scene, workload: Workload, command: str) -> None:
    (pod,) = made.rollout(workload, state=init_failing(20), minutes=20, init="wait")
    pod["spec"]["initContainers"][0]["command"] = ["sh", "-c", command]


def test_it_waits_for_what_is_sick() -> None:
    made, teams = cluster()
    _waits(made, teams["cart"], "until nc -z query.search 5432; do sleep 1; done")
    made.put(teams["query"], replace(crashing(30)))
    assert ("query", 3.0) in {(line.suspect.name, line.weight) for line in lines(init_container, made)}


def test_it_waits_for_what_is_well_or_is_not_there() -> None:
    made, teams = cluster()
    _waits(made, teams["cart"], "until nc -z nobody 5432; do sleep 1; done")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


def test_nothing_waits() -> None:
    made, _ = cluster()
    assert lines(init_container, made) == []
