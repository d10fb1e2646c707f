"""What was changed before it failed."""

import pytest

from tests.casework.makers import crashing, pending, unready
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.rollout import rollout


def test_a_new_revision_that_fails_while_the_old_one_is_well() -> None:
    made, teams = cluster()
    node = teams["cart"].pods[0]["spec"]["nodeName"]
    made.rollout(teams["cart"], state=unready(18), minutes=20, node=node)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))
    assert any("new revision" in line.claim and line.weight == 3.0 for line in lines(rollout, made))


def test_new_pods_that_find_no_place_say_nothing_about_the_release() -> None:
    made, teams = cluster()
    made.rollout(teams["cart"], state=pending("0/3 nodes are available: 3 Insufficient cpu.", 18), minutes=20)
    assert lines(rollout, made) == []


@pytest.mark.parametrize(("minutes", "least", "most"), [(21, 1.6, 1.9), (35, 0.7, 1.0), (55, 0.2, 0.5)])
def test_a_change_counts_less_the_older_it_is(minutes: float, least: float, most: float) -> None:
    made, teams = cluster()
    made.put(teams["cart"], unready(20))
    made.change(teams["cart"].obj, "spec.template.spec.containers[0].image", "a:1", "a:2", minutes=minutes)
    (line,) = lines(rollout, made)
    assert least <= line.weight <= most


def test_a_change_after_the_onset_is_no_cause() -> None:
    made, teams = cluster()
    made.put(teams["cart"], unready(40))
    made.change(teams["cart"].obj, "spec.template.spec.containers[0].image", "a:1", "a:2", minutes=10)
    assert lines(rollout, made) == []


def test_file_watches_do_not_run_out_by_a_release() -> None:
    made, teams = cluster()
    (pod,) = made.rollout(teams["cart"], state=crashing(18), minutes=20)
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = "inotify_init: too many open files"
    assert lines(rollout, made) == []


def test_nothing_answers_for_what_is_set_to_zero() -> None:
    made, teams = cluster()
    for pod in teams["cart"].pods:
        made.objects.remove(pod)
    teams["cart"].pods.clear()
    teams["cart"].obj["spec"]["replicas"] = 0
    made.alert("ProbeFailed", 20, namespace="shop", service="cart", severity="critical", summary="No answer")
    first = verdicts(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))
