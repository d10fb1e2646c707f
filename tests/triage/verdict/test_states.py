"""How a pod fails, by its own status."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from alerts.kubernetes.parse import objects_of
from tests.casework.makers import (
    RUNNING,
    Scene,
    State,
    crashing,
    creating,
    evicted,
    finished,
    init_failing,
    lost,
    pending,
    running,
    unready,
    waiting,
)
from triage.verdict.states import Effect, effect_of

NOW = "2026-11-24T03:09:00Z"
BETWEEN = State(ready=True, last=("Error", 1), restarts=5, minutes=2)  # it crashed a moment ago and runs again


def effect(state: State, *, lost_nodes: Collection[str] = (), age: float = 60 * 24, **status: Any) -> Effect | None:
    """Of a pod in this state on worker-1; `age` in minutes, where its state leaves that open."""
    scene = Scene(NOW)
    scene.node("worker-1")
    pod = scene.pod(
        "shop", "cart-0", container="cart", state=state, init="migrate" if state.in_init else "", minutes=age
    )
    pod["status"] |= status
    return effect_of(objects_of([pod]).pods[0], now=scene.now, lost_nodes=lost_nodes)


@pytest.mark.parametrize(
    ("state", "how", "because"),
    [
        (RUNNING, None, "ready"),
        (finished(), None, "it ran to its end"),
        (finished(exit_code=1), Effect.CRASH, "it ended with an error"),
        (finished(exit_code=137, reason="OOMKilled"), Effect.OOM, "it was killed for its memory"),
        (crashing(), Effect.CRASH, "it waits for its next crash"),
        (crashing(reason="OOMKilled", exit_code=137), Effect.OOM, "the end before tells why"),
        (crashing(reason="StartError", exit_code=128), Effect.START, "nothing has run that could crash"),
        (crashing(reason="ContainerCannotRun", exit_code=127), Effect.START, "the same in Docker's words"),
        (crashing(reason="Completed", exit_code=0), Effect.CRASH, "a service that ends is one that crashes"),
        (init_failing(), Effect.INIT, "its init container crashes"),
        (waiting("ErrImagePull"), Effect.IMAGE, "the registry does not give it"),
        (waiting("ImagePullBackOff"), Effect.IMAGE, "and it waits to ask again"),
        (waiting("InvalidImageName"), Effect.IMAGE, "no registry can"),
        (waiting("ErrImageNeverPull"), Effect.IMAGE, "it may not ask"),
        (waiting("CreateContainerConfigError"), Effect.CONFIG, "a ConfigMap, a Secret or a key of them is missing"),
        (waiting("CreateContainerError"), Effect.START, "the runtime refuses"),
        (waiting("RunContainerError"), Effect.START, "its command does not exist"),
        (creating(minutes=20), Effect.CREATING, "no network or no volume"),
        (pending("0/3 nodes are available", minutes=20), Effect.UNSCHEDULED, "it fits on no node"),
        (pending("", minutes=20), Effect.UNSCHEDULED, "no scheduler has looked at it"),
        (unready(minutes=20), Effect.UNREADY, "its probe fails"),
        (evicted("The node was low on resource: memory"), Effect.EVICTED, "its node needed what it used"),
    ],
)
def test_how_a_pod_fails(state: State, how: Effect | None, because: str) -> None:
    assert effect(state) == how, because


@pytest.mark.parametrize(
    ("state", "age", "because"),
    [
        (pending("0/3 nodes are available", minutes=0), 1, "the scheduler takes a minute at most"),
        (creating(minutes=0.4), 1, "volumes and network take a while"),
        (replace(unready(minutes=1), minutes=1), 1, "so does a start"),
    ],
)
def test_a_pod_in_flight_has_not_failed(state: State, age: float, because: str) -> None:
    assert effect(state, age=age) is None, because


def test_a_pod_that_restarted_a_moment_ago_is_starting_unless_it_does_so_often() -> None:
    def restarted(times: int) -> Effect | None:
        now_running = {"state": {"running": {"startedAt": "2026-11-24T03:08:30Z"}}, "restartCount": times}
        return effect(unready(20), containerStatuses=[{"name": "cart", "ready": False, **now_running}])

    assert restarted(1) is None
    assert restarted(3) is Effect.UNREADY


@pytest.mark.parametrize(
    ("age", "how", "because"),
    [(2.5, None, "a migration takes its time"), (20, Effect.INIT, "but it does not take twenty minutes")],
)
def test_an_init_container_may_run_for_a_while(age: float, how: Effect | None, because: str) -> None:
    status: dict[str, Any] = {
        "initContainerStatuses": [{"name": "migrate", "state": {"running": {}}}],
        "containerStatuses": [{"name": "cart", "state": {"waiting": {"reason": "PodInitializing"}}}],
    }
    assert effect(creating(age - 1), age=age, **status) == how, because


def test_an_init_container_that_is_done_is_no_failure() -> None:
    done = {"name": "migrate", "state": {"terminated": {"reason": "Completed", "exitCode": 0}}}
    assert effect(unready(20), initContainerStatuses=[done]) is Effect.UNREADY


# -- Between crashes --


@pytest.mark.parametrize(
    ("state", "how", "because"),
    [
        (BETWEEN, Effect.CRASH, "it looks well until it crashes again"),
        (replace(BETWEEN, ready=False), Effect.CRASH, "or nearly well"),
        (replace(BETWEEN, last=("OOMKilled", 137)), Effect.OOM, "each time for its memory"),
        (replace(BETWEEN, restarts=2), None, "twice is not again and again"),
        (replace(BETWEEN, last=("Completed", 0)), None, "it ended as it wanted"),
        (running(minutes=2, restarts=40), None, "how it ended is not told"),
    ],
)
def test_between_two_crashes_a_pod_is_not_well(state: State, how: Effect | None, because: str) -> None:
    assert effect(state) == how, because


def test_a_pod_that_crashed_long_ago_is_well() -> None:
    ended = {"terminated": {"reason": "Error", "exitCode": 1, "finishedAt": "2026-11-24T02:56:00Z"}}
    status = {"name": "cart", "ready": True, "state": {"running": {}}, "restartCount": 9, "lastState": ended}
    assert effect(BETWEEN, containerStatuses=[status]) is None


# -- Nodes that are lost, and ends that do not come --

GONE = frozenset({"worker-1"})


@pytest.mark.parametrize(
    ("state", "lost_nodes", "how", "because"),
    [
        (lost(20), GONE, Effect.NODE_LOST, "it is not ready by decree"),
        (lost(20), frozenset(), Effect.UNREADY, "the node is back, the pod is not yet"),
        (crashing(20), GONE, Effect.CRASH, "its last word names its own fault"),
        (waiting("ImagePullBackOff"), GONE, Effect.IMAGE, "the same"),
        (creating(20), GONE, Effect.NODE_LOST, "nobody there creates anything"),
        (pending("0/3 nodes are available"), GONE, Effect.UNSCHEDULED, "it is on no node"),
        (RUNNING, GONE, None, "the decree has not come yet"),
        (lost(20, deleting=True), GONE, Effect.NODE_LOST, "nobody there can end it"),
        (lost(20, deleting=True), frozenset(), Effect.TERMINATING, "it should have ended long ago"),
        (lost(9, deleting=True), frozenset(), None, "it has some minutes to end in"),
    ],
)
def test_a_pod_of_a_lost_node(state: State, lost_nodes: Collection[str], how: Effect | None, because: str) -> None:
    assert effect(state, lost_nodes=lost_nodes) == how, because


@pytest.mark.parametrize(
    ("reason", "how", "because"),
    [
        ("Evicted", Effect.EVICTED, "the kubelet's own word"),
        ("Preempting", Effect.EVICTED, "it had to make room"),
        ("NodeLost", Effect.NODE_LOST, "the node controller's word"),
        ("NodeShutdown", Effect.NODE_LOST, "its node was shut down"),
        ("Terminated", Effect.NODE_LOST, "the same, as newer kubelets say it"),
        ("UnexpectedAdmissionError", Effect.UNSCHEDULED, "the kubelet refused what the scheduler chose"),
        ("NodeAffinity", Effect.UNSCHEDULED, "the same"),
        ("OutOfcpu", Effect.UNSCHEDULED, "the same, for a resource"),
        ("OutOfephemeral-storage", Effect.UNSCHEDULED, "for any resource"),
        ("OutOfnvidia.com/gpu", Effect.UNSCHEDULED, "also for one that others define"),
        ("TopologyAffinityError", Effect.UNSCHEDULED, "or for how its cores lie"),
        ("", Effect.CRASH, "no reason at all: its containers ended"),
    ],
)
def test_a_pod_that_failed_tells_by_its_reason_why(reason: str, how: Effect, because: str) -> None:
    assert effect(finished(exit_code=1), reason=reason) == how, because


def test_a_pod_of_unknown_phase_is_on_a_lost_node() -> None:
    assert effect(unready(20), phase="Unknown") is Effect.NODE_LOST
