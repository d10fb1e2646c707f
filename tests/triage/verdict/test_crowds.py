"""One cause with many victims is one incident."""

import cProfile
import pstats
from collections.abc import Callable

import pytest

from tests.triage.verdict import crowds
from triage.cases import Case
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


@pytest.mark.parametrize("state", ["crashing", "lost"])
@pytest.mark.parametrize("crowd", [crowds.of_one_namespace, crowds.of_many_namespaces, crowds.of_claims])
def test_twice_as_many_that_fail_are_twice_the_work(crowd: Callable[[int, str], Case], state: str) -> None:
    """Counted in calls, which are the same on any machine; what compares all with all would make four times as many."""
    few, many = (_calls(crowd(count, state)) for count in (150, 300))
    assert many < 2.5 * few


def _calls(case: Case) -> int:
    snapshot = crowds.snapshot(case)
    assess(snapshot)  # patterns remember what they have read
    with cProfile.Profile() as profile:
        assess(snapshot)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
