"""Many teams at once."""

import pytest

from tests.casework.makers import crashing, unready, waiting
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict.rules.unexplained_many import unexplained_many


@pytest.mark.parametrize(
    ("minutes", "named", "because"),
    [
        ((20,), 0, "one team alone"),
        ((20, 19, 18, 17), 4, "within minutes of each other"),
        ((20, 50, 80), 0, "one after the other, far apart"),
        ((20, 19, 80), 0, "two of them together: that happens every now and then"),
        ((20, 19, 18, 80), 3, "three of them together"),
    ],
)
def test_how_many_began_together(minutes: tuple[int, ...], named: int, because: str) -> None:
    made = cluster()
    for number, since in enumerate(minutes):
        made.deployment(f"team-{number}", "api", 1, state=unready(since))
    lines = found(unexplained_many, made)
    assert sum(len(line.explains) for line in lines) == named, because


def test_a_fault_of_its_own_is_not_counted() -> None:
    made = cluster()
    made.deployment("team-1", "api", 1, state=crashing(20))
    made.deployment("team-2", "api", 1, state=waiting("ImagePullBackOff", "not found", 20))
    assert not found(unexplained_many, made)
