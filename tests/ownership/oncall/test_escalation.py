"""Whom to page next."""

from datetime import timedelta

import pytest

from ownership.oncall.escalation import DEFAULT_POLICY, Policy, Step, Target, TargetKind, next_step

FIVE, TEN = timedelta(minutes=5), timedelta(minutes=10)
ON_CALL, TEAM, ADA = Target(TargetKind.ON_CALL), Target(TargetKind.TEAM), Target(TargetKind.USER, "ada")
POLICY = Policy((Step((ON_CALL,), FIVE), Step((ADA,), TEN), Step((TEAM,), FIVE)))


@pytest.mark.parametrize(
    ("index", "round_", "target", "wait", "following", "because"),
    [
        (0, 0, ON_CALL, FIVE, (1, 0), "the first step comes first"),
        (1, 0, ADA, TEN, (2, 0), "each step waits as long as it says"),
        (2, 0, TEAM, FIVE, (0, 1), "after the last the first comes again, in the next round"),
        (2, 41, TEAM, FIVE, (0, 42), "until somebody acknowledges, however often"),
        (3, 0, ON_CALL, FIVE, (1, 1), "a policy that became shorter goes on with the next round"),
        (99, 2, ON_CALL, FIVE, (1, 3), "however much shorter"),
        (-1, 0, ON_CALL, FIVE, (1, 0), "nothing is before the first"),
    ],
)
def test_the_next_step(
    *, index: int, round_: int, target: Target, wait: timedelta, following: tuple[int, int], because: str
) -> None:
    step = next_step(POLICY, index, round_)
    assert (step.targets, step.wait, (step.step_index, step.round)) == ((target,), wait, following), because


def test_without_a_policy_who_is_on_call_is_paged_and_then_the_team() -> None:
    first = next_step(None)
    assert (first.targets, first.wait) == ((ON_CALL,), FIVE)
    second = next_step(None, first.step_index, first.round)
    assert (second.targets, second.wait) == ((TEAM,), TEN)
    third = next_step(None, second.step_index, second.round)
    assert (third.targets, third.is_repeat) == ((ON_CALL,), True)


def test_a_policy_without_steps_is_as_good_as_none() -> None:
    assert next_step(Policy(())) == next_step(DEFAULT_POLICY)


def test_the_first_round_is_no_repeat() -> None:
    assert not next_step(POLICY, 2, 0).is_repeat
    assert next_step(POLICY, 0, 1).is_repeat
    assert next_step(POLICY, 3, 0).is_repeat, "a step beyond the last is already the next round"
