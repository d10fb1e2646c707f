"""What is seen well speaks for the application."""

import pytest

from tests.casework.makers import unready
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict.rules.exoneration import exoneration
from triage.verdict.weights import NOTHING_SICK, WEAK


@pytest.mark.parametrize(
    ("namespaces", "weight", "because"),
    [
        (1, NOTHING_SICK, "all else is well"),
        (2, WEAK, "two teams may have a common cause that nobody sees"),
        (3, None, "three hardly fail each by itself"),
    ],
)
def test_how_many_teams_fail_in_a_platform_that_is_well(namespaces: int, weight: float | None, because: str) -> None:
    made = cluster()
    for number in range(namespaces):
        made.deployment(f"team-{number}", "cart", 1, state=unready())
    lines = found(exoneration, made)
    assert {one.weight for one in lines} == ({weight} if weight else set()), because
    assert all("3 of 3 nodes are ready" in one.claim for one in lines)


def test_a_platform_that_is_sick_itself_clears_nobody() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=unready())
    made.lose_node("node-3")
    assert not found(exoneration, made)


def test_what_nobody_looked_at_is_not_well() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=unready())
    made.alert("CartDown", 20, hold=5, summary="down", namespace="shop", deployment="cart")
    made.drop_everything()
    assert not found(exoneration, made)
