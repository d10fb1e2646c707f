"""Pods that no scheduler has looked at."""

from tests.casework.makers import Scene as Maker
from tests.casework.makers import pending
from tests.triage.verdict.rules.placing import for_whom, lines, maker, verdicts
from triage.verdict.rules.scheduler_silent import scheduler_silent
from triage.verdict.types import Verdict


def silent(**spec: object) -> Maker:
    made = maker("w-1", "w-2")
    made.deployment("docs", "site", 2)
    made.deployment("shop", "cart", 2, states=[pending("", 20)], template=dict(spec))
    return made


def test_silence_is_the_schedulers() -> None:
    (cause,) = verdicts(silent())
    assert (cause.verdict, cause.suspect.name) == (Verdict.CLUSTER, "kube-scheduler")


def test_a_lease_that_is_not_renewed_makes_it_sure() -> None:
    made = silent()
    made.lease("kube-scheduler", "kube-system", renewed=25)
    assert for_whom(lines(scheduler_silent, made))["Component kube-scheduler"] > 4


def test_a_unit_that_is_not_active_makes_it_sure() -> None:
    made = silent()
    made.metric("node_systemd_unit_state", 0, state="active", instance="cp-1")
    made._metrics["node_systemd_unit_state"][0]["labels"]["name"] = "kube-scheduler.service"
    assert for_whom(lines(scheduler_silent, made))["Component kube-scheduler"] > 4


def test_a_scheduler_that_placed_another_pod_since_works() -> None:
    made = silent()
    pod = made.pods(namespace="docs")[0]
    words = f"Successfully assigned docs/{pod['metadata']['name']} to w-1"
    made.scheduler_event(pod, words, reason="Scheduled", kind="Normal", minutes=5)
    assert not lines(scheduler_silent, made)


def test_gates_and_schedulers_of_ones_own_are_the_teams() -> None:
    for spec in ({"schedulingGates": [{"name": "example.com/quota"}]}, {"schedulerName": "volcano"}):
        found = for_whom(lines(scheduler_silent, silent(**spec)))
        assert list(found) == ["Deployment shop/cart"], spec


def test_a_pod_that_was_looked_at_is_not_ignored() -> None:
    made = maker("w-1")
    made.deployment("shop", "cart", 1, states=[pending("0/2 nodes are available: 2 Insufficient cpu.", 20)])
    assert not lines(scheduler_silent, made)
