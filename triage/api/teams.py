"""Teams as a request names them, and who of them is on call."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ownership import directory
from ownership.directory import Reach
from ownership.models import Team, User
from ownership.oncall import roster
from ownership.oncall.roster import OnCall
from ownership.roles import Action
from triage.api.callers import Caller
from triage.api.errors import unknown


def team_asked(slug: str) -> Team:
    """The team with this slug.

    Raises:
        Problem: 404; there is none.
    """
    team = directory.team_named(slug)
    if team is None:
        remedy = "Name a team by its slug: GET /api/v1/oncall/now lists every team."
        raise unknown("team", "team", slug, remedy=remedy)
    return team


def on_call_of(teams: Sequence[Team], caller: Caller, *, now: datetime) -> list[dict[str, Any]]:
    """Who of each team is on call. Addresses are told to those who may answer for that team, and to nobody else."""
    by_team = roster.on_call_by_team(now, teams)
    near = {team.slug for team in teams if caller.may(Action.ANSWER, team.pk)}
    reaches = directory.reaches_of(user for slug in near for user in by_team[slug].users)
    return [_told(team, by_team[team.slug], reaches if team.slug in near else None) for team in teams]


def _told(team: Team, on_call: OnCall, reaches: dict[int, tuple[Reach, ...]] | None) -> dict[str, Any]:
    return {
        "team": team,
        "people": list(_people(on_call.users, reaches)),
        "why": on_call.why,
        "since": on_call.shift.start_at if on_call.shift else None,
        "until": on_call.shift.end_at if on_call.shift else None,
    }


def _people(users: Iterable[User], reaches: dict[int, tuple[Reach, ...]] | None) -> Iterable[dict[str, Any]]:
    for user in users:
        # A reach as text shows of a webhook its host alone.
        addresses = None if reaches is None else [str(reach) for reach in reaches[user.pk]]
        yield {"username": user.username, "name": str(user), "addresses": addresses}
