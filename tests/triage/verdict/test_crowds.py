"""One cause with many victims is one incident."""

import pytest

from tests.triage.verdict import crowds
from triage.verdict import Suspect, Verdict, assess


def test_three_hundred_pods_in_forty_namespaces_on_a_lost_node_are_one_incident_of_the_cluster() -> None:
    (cause,) = assess(crowds.snapshot(crowds.lost_node()))
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Node", "node-14"))
    assert len(cause.namespaces) == 40


def test_two_hundred_crashing_pods_of_one_rollout_over_sixty_nodes_are_one_incident_of_the_team() -> None:
    (cause,) = assess(crowds.snapshot(crowds.bad_rollout()))
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


@pytest.mark.parametrize("explained", [301, 300])
def test_every_alert_belongs_to_its_incident(explained: int) -> None:
    case = {301: crowds.lost_node, 300: crowds.bad_rollout}[explained]()
    snapshot = crowds.snapshot(case)
    (cause,) = assess(snapshot)
    assert set(cause.symptoms) == {symptom.key for symptom in snapshot.symptoms}
