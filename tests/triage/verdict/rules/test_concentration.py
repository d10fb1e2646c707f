"""Where failures gather, against what does not share the place."""

import pytest

from tests.casework.makers import RUNNING, unready
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict import Side, Suspect
from triage.verdict.rules.concentration import concentration


@pytest.mark.parametrize(
    ("bad", "node_is_suspected", "because"),
    [
        (("node-1", "node-1", "node-1", "node-1"), True, "all of them stand there, and all else is well"),
        (("node-1", "node-2", "node-3"), False, "they stand anywhere"),
        (("node-1",), False, "of a single workload nothing is known of the place"),
    ],
)
def test_a_node_on_which_several_workloads_fail(bad: tuple[str, ...], *, node_is_suspected: bool, because: str) -> None:
    made = cluster()
    for number, node in enumerate(bad):
        made.deployment(f"team-{number}", "cart", 1, state=unready(), nodes=[node])
    for number in range(20):
        made.deployment(f"well-{number}", "api", 1, nodes=["node-2", "node-3"][number % 2 :])
    told = {one.suspect for one in found(concentration, made)}
    assert (Suspect("Node", "node-1") in told) is node_is_suspected, because


def test_a_workload_that_fails_alone_everywhere_is_suspected_itself() -> None:
    made = cluster()
    made.deployment("shop", "cart", 4, state=unready(), nodes=["node-1", "node-2", "node-3"])
    for number in range(20):
        made.deployment(f"well-{number}", "api", 1)
    (line,) = found(concentration, made)
    assert (line.suspect, line.side) == (Suspect("Deployment", "cart", "shop"), Side.APPLICATION)
    assert "4 of 4 pods" in line.claim
    assert "0 of 22 elsewhere" in line.claim


def test_a_share_of_a_workload_that_is_as_large_elsewhere_says_nothing() -> None:
    made = cluster()
    for number in range(4):
        made.deployment(f"team-{number}", "cart", 2, states=[unready(), RUNNING])
    assert not [one for one in found(concentration, made) if one.suspect.kind == "Deployment"]
