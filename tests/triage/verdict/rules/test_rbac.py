"""Whose it is that the API server refuses a workload."""

from dataclasses import replace

from tests.casework.makers import crashing
from tests.triage.verdict.rules.looks import cluster, lines, scene_of, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.rbac import rbac
from triage.verdict.scene import Scene

_WORDS = (
    'Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:{}:cart" cannot list resource "pods"'
    ' in API group "" in the namespace "shop"'
)


def test_an_account_without_its_role_is_its_teams() -> None:
    made, teams = cluster()
    (pod,) = made.rollout(teams["cart"], state=crashing(20), minutes=20)
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = _WORDS.format("shop")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))
    assert "cannot list" in "".join(finding.claim for finding in cause.findings)


def test_the_account_of_somebody_else_says_nothing() -> None:
    made, teams = cluster()
    (pod,) = made.rollout(teams["cart"], state=crashing(20), minutes=20)
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = _WORDS.format("search")
    assert lines(rbac, made) == []


def test_nothing_fails() -> None:
    made, _ = cluster()
    scene = scene_of(made)
    assert list(rbac(replace(scene, troubles={}))) == list(rbac(Scene.of(scene.view.snapshot))) == []
