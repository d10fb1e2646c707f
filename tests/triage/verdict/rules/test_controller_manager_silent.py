"""Workloads that no controller looks at."""

from tests.casework.makers import unready
from tests.triage.verdict.rules.placing import for_whom, lines, maker
from triage.verdict.rules.controller_manager_silent import controller_manager_silent


def test_several_workloads_that_nobody_looks_at_are_the_controllers() -> None:
    made = maker("w-1", "w-2")
    for name in ("cart", "front"):
        workload = made.deployment("shop", name, 2, states=[unready(20)])
        workload.obj["metadata"]["generation"] = 9
        workload.obj["status"]["observedGeneration"] = 8
    found = for_whom(lines(controller_manager_silent, made))
    assert found["Component kube-controller-manager"] == 3.0
    made.lease("kube-controller-manager", "kube-system", renewed=30)
    assert for_whom(lines(controller_manager_silent, made))["Component kube-controller-manager"] > 4


def test_a_refusal_is_an_answer() -> None:
    made = maker("w-1")
    workload = made.deployment("shop", "cart", 2, made=1, states=[unready(20)])
    made.refused(
        workload, 'pods "cart-" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
    )
    assert not lines(controller_manager_silent, made)
