"""What fails only on nodes of one make."""

import pytest

from tests.casework.makers import RUNNING, Scene, crashing
from tests.triage.verdict.rules.staging import NOW, found
from triage.verdict import Side
from triage.verdict.rules.cohort import cohort

OLD, NEW = ("node-1", "node-2", "node-3"), ("node-4", "node-5")


def nodes() -> Scene:
    """Three nodes, and two with another kernel."""
    made = Scene(NOW)
    for name in (*OLD, *NEW):
        made.node(name)
    for name in NEW:
        made.nodes[name]["status"]["nodeInfo"]["kernelVersion"] = "6.12.9-cloud"
    return made


def test_workloads_that_fail_on_the_new_kernel_alone_and_run_on_the_old_one() -> None:
    made = nodes()
    for number in range(6):
        states = [crashing(), RUNNING, RUNNING]
        made.deployment(f"team-{number}", "api", 3, states=states, nodes=[NEW[number % 2], *OLD[:2]])
    (line,) = found(cohort, made)
    assert line.side is Side.CLUSTER
    assert line.suspect.kind == "NodePool"
    assert "kernel 6.12.9-cloud" in line.suspect.name
    assert line.is_specific
    assert len(line.explains) == 6


def test_a_rollout_that_fails_wherever_it_runs_is_no_fault_of_the_nodes() -> None:
    made = nodes()
    made.deployment("shop", "cart", 5, state=crashing(), nodes=[*OLD, *NEW])
    assert not found(cohort, made)


def test_a_single_workload_that_runs_there_only_may_have_broken_by_itself() -> None:
    made = nodes()
    made.deployment("shop", "cart", 4, state=crashing(), nodes=NEW)
    for number in range(10):
        made.deployment(f"team-{number}", "api", 1, nodes=OLD)
    assert not found(cohort, made)


@pytest.mark.parametrize(
    ("days", "is_suspected", "because"),
    [(2, True, "they came long after the others"), (40, False, "they are as old as the others")],
)
def test_nodes_that_joined_last(days: int, *, is_suspected: bool, because: str) -> None:
    made = Scene(NOW)
    for name in OLD:
        made.node(name)
    for name in NEW:
        made.node(name, minutes=60 * 24 * days)
    for number in range(6):
        states = [crashing(), RUNNING, RUNNING]
        made.deployment(f"team-{number}", "api", 3, states=states, nodes=[NEW[number % 2], *OLD[:2]])
    assert ["joined last" in one.suspect.name for one in found(cohort, made)] == [True] * is_suspected, because
