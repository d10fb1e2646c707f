"""Whom to page next, and how long to wait for an answer. PURE.

An incident remembers two numbers, the step and the round; everything else is computed here. Steps are walked in order
and again from the first, round after round, until somebody acknowledges.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class TargetKind(StrEnum):
    """Whom a step pages."""

    ON_CALL = "on_call"  # who of the team is on call at that moment
    TEAM = "team"  # every active member
    USER = "user"  # one person by name

    @property
    def label(self) -> str:
        return {"on_call": "Who is on call", "team": "The whole team", "user": "One person"}[self.value]


@dataclass(frozen=True)
class Target:
    """Whom to page; `user` is a username, and only set where the kind is `user`."""

    kind: TargetKind
    user: str | None = None


@dataclass(frozen=True)
class Step:
    """Whom to page, and how long to wait for an acknowledgement before the next step."""

    targets: tuple[Target, ...]
    wait: timedelta


@dataclass(frozen=True)
class Policy:
    """Steps in order; repeated until somebody acknowledges."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class NextStep:
    """What to do now, and where to go on after `wait` unless somebody has acknowledged.

    `step_index` and `round` are those to ask with the next time. Rounds count from 0; `is_repeat` says that everybody
    was asked before.
    """

    targets: tuple[Target, ...]
    wait: timedelta
    step_index: int
    round: int
    is_repeat: bool


DEFAULT_POLICY = Policy(
    (
        Step((Target(TargetKind.ON_CALL),), timedelta(minutes=5)),
        Step((Target(TargetKind.TEAM),), timedelta(minutes=10)),
    )
)
"""For a team that has written none: who is on call, after five minutes the whole team, ten minutes later again."""


def next_step(policy: Policy | None, step_index: int = 0, round: int = 0) -> NextStep:  # noqa: A002 - the field's word
    """Whom to page at this step of this round, and what comes after.

    Never fails: no policy, or one without steps, means `DEFAULT_POLICY`; a step beyond the last, as after a policy was
    shortened while an incident is open, goes on with the next round.

    Args:
        policy: the team's, or None.
        step_index: which step is due, from 0.
        round: how many times all steps were walked before.
    """
    steps = (policy or DEFAULT_POLICY).steps or DEFAULT_POLICY.steps
    index = max(step_index, 0)
    if index >= len(steps):
        index, round = 0, round + 1  # noqa: A001
    step = steps[index]
    last = index == len(steps) - 1
    return NextStep(
        targets=step.targets,
        wait=step.wait,
        step_index=0 if last else index + 1,
        round=round + 1 if last else round,
        is_repeat=round > 0,
    )
