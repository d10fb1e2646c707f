"""Nodes that are lost together."""

import pytest

from tests.casework.makers import Scene
from tests.triage.verdict.rules.staging import NOW, causes, found
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.many_nodes import many_nodes

ZONES = {"node-1": "zone-a", "node-2": "zone-a", "node-3": "zone-b", "node-4": "zone-b", "node-5": "zone-c"}
ZONES |= {"node-6": "zone-c", "node-7": "zone-c", "node-8": "zone-c"}


def with_lost(*lost: str) -> Scene:
    made = Scene(NOW)
    for name, zone in ZONES.items():
        made.node(name, zone=zone)
    for name in lost:
        made.lose_node(name)
    return made


@pytest.mark.parametrize(
    ("lost", "suspects", "because"),
    [
        (("node-1", "node-2"), [Suspect("Zone", "zone-a")], "all of one zone, and none elsewhere"),
        (("node-1",), [], "one node alone is the node"),
        (("node-1", "node-3"), [], "one here and one there have no zone in common"),
        (("node-5", "node-6"), [], "half of a zone is no zone"),
    ],
)
def test_what_lost_nodes_have_in_common(lost: tuple[str, ...], suspects: list[Suspect], because: str) -> None:
    assert [one.suspect for one in found(many_nodes, with_lost(*lost))] == suspects, because


def test_where_most_nodes_are_lost_the_cluster_is_suspected() -> None:
    told = found(many_nodes, with_lost("node-1", "node-3", "node-5", "node-6", "node-7"))
    assert any(one.suspect.kind == "Cluster" for one in told)


def test_a_zone_that_is_lost_is_one_cause() -> None:
    (cause,) = causes(with_lost("node-5", "node-6", "node-7", "node-8"))
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Zone", "zone-c"))
