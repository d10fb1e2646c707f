"""Whose it is that a container does not start."""

from typing import Any, cast

import pytest

from tests.casework.makers import waiting
from tests.triage.verdict.rules.looks import NOW, cluster, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.container_start import is_of_node, is_own
from triage.verdict.statements import Statement

_RUNC = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: "
)


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        (f'{_RUNC}exec: "serve": executable file not found in $PATH: unknown', "containerd"),
        (f'{_RUNC}exec: "/app/run.sh": permission denied: unknown', "containerd"),
        (f'{_RUNC}exec: "/app/run.sh": stat /app/run.sh: no such file or directory: unknown', "containerd"),
        (f"{_RUNC}exec /app/run: exec format error", "another architecture"),
        (f"{_RUNC}container init was OOM-killed (memory limit too low?): unknown", "its own limit"),
        (f'{_RUNC}error during container init: exec: "x": is a directory: unknown', "runc 1.2"),
        ('container has runAsNonRoot and image will run as root (pod: "a_b(1)", container: a)', "kubelet"),
        ("container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root", "kubelet"),
        ("container create failed: executable file `serve` not found in $PATH: No such file or directory", "crun"),
        ('failed to generate container "1" spec: failed to generate spec: no command specified', "containerd"),
        ("unable to find user app: no matching entries in passwd file", "runc"),
        (
            "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4, please update your driver",
            "an image that is too new",
        ),
    ],
)
def test_its_own(words: str, whose: str) -> None:
    assert is_own(Statement(words, cast("Any", NOW), "object")), whose
    assert not is_of_node(words), whose


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        (f"{_RUNC}unable to apply cgroup configuration: failed to write 41: no such file or directory", "runc"),
        ('failed to create shim task: OCI runtime create failed: exec: "runc": executable file not found', "no runc"),
        ("failed to start shim: start failed: : fork/exec /usr/bin/containerd-shim-runc-v2: no such file", "no shim"),
        ('failed to reserve container name "a_b_c_0": name "a_b_c_0" is reserved for "12"', "containerd is stuck"),
        ("nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown", "no driver"),
        ("fork/exec /proc/self/exe: resource temporarily unavailable: unknown", "no more processes"),
        ("context deadline exceeded", "a runtime that does not answer"),
    ],
)
def test_the_nodes(words: str, whose: str) -> None:
    assert is_of_node(words), whose


def test_a_hook_is_its_workloads() -> None:
    assert is_own(Statement("Exec lifecycle hook failed", cast("Any", NOW), "event", reason="FailedPostStartHook"))


def test_a_command_that_is_not_there_is_its_teams() -> None:
    made, teams = cluster()
    words = f'{_RUNC}exec: "serve": executable file not found in $PATH: unknown'
    made.rollout(teams["cart"], state=waiting("RunContainerError", words), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


def test_a_runtime_that_starts_nothing_is_the_nodes() -> None:
    made, teams = cluster()
    words = f"{_RUNC}unable to apply cgroup configuration: mkdir /sys/fs/cgroup/memory/kubepods: cannot allocate memory"
    for name in ("cart", "query"):
        made.rollout(teams[name], state=waiting("RunContainerError", words), minutes=20, node="worker-2")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Node", "worker-2"))


def test_a_container_that_nobody_asked_for_is_whose_webhook_put_it_there() -> None:
    made, teams = cluster()
    words = f'{_RUNC}exec: "agent": executable file not found in $PATH: unknown'
    (pod,) = made.rollout(teams["cart"], state=waiting("RunContainerError", words), minutes=20)
    for where in (pod["spec"]["containers"], pod["status"]["containerStatuses"]):
        where[0]["name"] = "agent"
    made.webhook("injector", "inject.example.com", "injector", "kube-system", mutating=True)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Webhook", "inject.example.com"))
