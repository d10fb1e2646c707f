"""Who asks, and what they may: the same for a person and for a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from rest_framework import status
from rest_framework.request import Request

from ownership.models import Member, User
from ownership.roles import Action, TeamRole, may
from triage.accounts.models import ServiceToken
from triage.api.authentication import Bearer
from triage.api.errors import Problem
from triage.incidents import Program
from triage.models import Incident


@dataclass(frozen=True)
class Caller:
    """`by` is what incidents write down; `team_roles` are by the team's primary key."""

    by: User | Program
    role: str
    team_roles: Mapping[int, str]

    def may(self, action: Action, team: int | None = None) -> bool:
        """Whether this may be done, in general or to what belongs to this team."""
        team_role = None if team is None else self.team_roles.get(team)
        return may(self.role, action, team_role=team_role)


def caller_of(request: Request) -> Caller:
    """Who asks; the views let nobody else in."""
    who = cast("User | Bearer", request.user)
    if isinstance(who, Bearer):
        return _program(who.token)
    teams = Member.objects.filter(user=who).values_list("team_id", "role")
    return Caller(who, who.role, dict(teams))


def _program(token: ServiceToken) -> Caller:
    teams = {token.team_id: TeamRole.MEMBER.value} if token.team_id else {}
    return Caller(Program(token.name, token.made_by), token.role, teams)


def must_answer(caller: Caller, incident: Incident) -> None:
    """Lets only those pass who may answer this incident.

    Raises:
        Problem: 403, which says who can.
    """
    if caller.may(Action.ANSWER, incident.owner_id):
        return
    whose = f"is {incident.owner}'s: its members, operators and admins" if incident.owner else "is nobody's: operators"
    raise Problem(
        status.HTTP_403_FORBIDDEN,
        f"Incident {incident.pk} {whose} may answer it. This is {caller.by}, with the role {caller.role}.",
        field="id",
        value=incident.pk,
        remedy="Ask one of them, or use a token with the role operator or of that team.",
    )
