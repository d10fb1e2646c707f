"""What each role may do: the one place where that is decided. PURE.

Three roles hold everywhere and two hold inside a team. They add up: a person who is a viewer everywhere may be
the admin of one team.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """A person's role in the whole service, from least to most."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class TeamRole(StrEnum):
    """A person's role in one team."""

    MEMBER = "member"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return "Team member" if self is TeamRole.MEMBER else "Team admin"


class Action(StrEnum):
    """What a person may be allowed to do."""

    READ = "read"  # every page but the people's own
    ANSWER = "answer"  # acknowledge, resolve, comment on what is asked of a team
    EDIT_TEAM = "edit the team"  # the team's members, schedules and rules
    OPERATE = "operate"  # clusters, components, levels, integrations, every incident
    ADMINISTER = "administer"  # people, their roles, the security log


_EVERYWHERE: Mapping[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.OPERATOR: frozenset({Action.READ, Action.ANSWER, Action.EDIT_TEAM, Action.OPERATE}),
    Role.ADMIN: frozenset(Action),
}
_IN_TEAM: Mapping[TeamRole, frozenset[Action]] = {
    TeamRole.MEMBER: frozenset({Action.READ, Action.ANSWER}),
    TeamRole.ADMIN: frozenset({Action.READ, Action.ANSWER, Action.EDIT_TEAM}),
}


def may(role: str, action: Action, *, team_role: str | None = None) -> bool:
    """Whether somebody with this role, and this role in the team in question, may do this.

    Args:
        role: the person's role in the service, a value of `Role`; an unknown one may nothing.
        action: what is to be done.
        team_role: the person's role in the team that the thing belongs to, or None outside of it.
    """
    everywhere = _EVERYWHERE.get(Role(role), frozenset()) if role in set(Role) else frozenset()
    in_team = _IN_TEAM.get(TeamRole(team_role), frozenset()) if team_role in set(TeamRole) else frozenset()
    return action in everywhere | in_team
