"""Whose it is that a container is killed for its memory."""

import pytest

from tests.casework.makers import Scene, crashing
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.memory import memory


def _killed(*, limit: str = "", used: float | None = None, short: bool = False) -> Scene:
    made, teams = cluster()
    limits = {"memory": limit} if limit else None
    state = crashing(5, exit_code=137, reason="OOMKilled")
    (pod,) = made.rollout(teams["cart"], state=state, minutes=20, node="worker-2", limits=limits)
    if used is not None:
        made.metric("container_memory_working_set_bytes", used, namespace="shop", pod=pod["metadata"]["name"])
    if short:
        made.condition("worker-2", "MemoryPressure", "True", "KubeletHasInsufficientMemory", "", minutes=10)
    return made


@pytest.mark.parametrize(
    ("limit", "used", "short", "said", "why"),
    [
        ("256Mi", None, False, ("cart", 4.2), "its own limit"),
        ("256Mi", 260e6, True, ("cart", 4.2), "at its limit, whatever the node does"),
        ("256Mi", None, True, ("cart", 1.8), "its own limit, perhaps"),
        ("4Gi", 260e6, True, ("worker-2", 1.8), "far below its limit on a node that has none left"),
        ("", None, True, ("cart", 0.4), "a victim, or the culprit"),
        ("", None, False, ("cart", 3.0), "no limit, and the node has enough"),
    ],
)
def test_who_set_the_limit(limit: str, used: float | None, short: bool, said: tuple[str, float], why: str) -> None:
    (line,) = lines(memory, _killed(limit=limit, used=used, short=short))
    assert (line.suspect.name, line.weight) == said, why


def test_its_own_limit_is_its_teams() -> None:
    (cause,) = verdicts(_killed(limit="256Mi"))
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))
    assert any("256Mi" in finding.claim for finding in cause.findings)
