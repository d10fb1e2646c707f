"""What each role may do."""

import pytest

from ownership.roles import Action, Role, TeamRole, may

READ, ANSWER, EDIT, OPERATE, ADMINISTER = Action


@pytest.mark.parametrize(
    ("role", "team_role", "allowed", "because"),
    [
        ("viewer", None, {READ}, "a viewer reads, and that is all"),
        ("viewer", "member", {READ, ANSWER}, "a team member answers what the team is asked"),
        ("viewer", "admin", {READ, ANSWER, EDIT}, "a team admin edits that team, and nothing of the platform"),
        ("operator", None, {READ, ANSWER, EDIT, OPERATE}, "an operator edits every team, but no accounts"),
        ("operator", "member", {READ, ANSWER, EDIT, OPERATE}, "being in a team as well takes nothing away"),
        ("admin", None, {READ, ANSWER, EDIT, OPERATE, ADMINISTER}, "an admin may everything"),
        ("nonsense", None, set(), "an unknown role may nothing, not even read"),
        ("viewer", "nonsense", {READ}, "an unknown role in the team adds nothing"),
    ],
)
def test_what_a_role_may_do(role: str, team_role: str | None, allowed: set[Action], because: str) -> None:
    assert {action for action in Action if may(role, action, team_role=team_role)} == allowed, because


def test_a_higher_role_may_whatever_a_lower_one_may() -> None:
    may_by_role = [{action for action in Action if may(role, action)} for role in Role]
    assert may_by_role[0] < may_by_role[1] < may_by_role[2]


def test_a_team_role_is_written_out_with_its_team() -> None:
    assert [role.label for role in TeamRole] == ["Team member", "Team admin"]
