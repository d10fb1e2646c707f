"""Who may open a page or answer for an incident: one check each, which says who can instead."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from ownership.models import Member, User
from ownership.roles import Action, Role, may
from triage.models import Incident

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_NAMED = 5


def signed_in(request: HttpRequest) -> User:
    """The person who asks; the middleware has sent everybody else to the sign-in page."""
    return cast("User", request.user)


def allowed(action: Action) -> Callable[[View], View]:
    """Lets only those in who may do this everywhere; the others read who can."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = signed_in(request)
            if not may(user.role, action):
                raise PermissionDenied(who_can_instead(user, action))
            return view(request, *args, **kwargs)

        return cast("View", checked)

    return decorate


def who_can_instead(user: User, action: Action) -> str:
    """The sentence for somebody who may not: which roles may, and the names of some who have them."""
    roles = [role for role in Role if may(role, action)]
    people = User.objects.who_can_sign_in().filter(role__in=roles)
    names = [str(person) for person in people[: _NAMED + 1]]
    shown = ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")
    kinds = " and ".join(f"{role.value}s" for role in roles)
    return f"This is for {kinds}: {shown or 'nobody yet'}. You are signed in as {user}, {_a(user.role)}."


def team_roles(user: User) -> dict[int, str]:
    """The person's role in each of their teams, by the team's primary key."""
    return dict(Member.objects.filter(user=user).values_list("team_id", "role"))


def may_answer(user: User, incident: Incident, roles: Mapping[int, str]) -> bool:
    """Whether somebody with these roles in teams may answer for this incident."""
    team_role = roles.get(incident.owner_id) if incident.owner_id else None
    return may(user.role, Action.ANSWER, team_role=team_role)


def must_answer(user: User, incident: Incident) -> None:
    """Lets only those through who may answer for this incident.

    Raises:
        PermissionDenied: with the sentence that says who can.
    """
    if not may_answer(user, incident, team_roles(user)):
        raise PermissionDenied(who_can_answer(user, incident))


def who_can_answer(user: User, incident: Incident) -> str:
    """The sentence for somebody who may not answer: the owning team with some names, and the roles that always may."""
    kinds = " and ".join(f"{role.value}s" for role in Role if may(role, Action.ANSWER))
    you = f"You are signed in as {user}, {_a(user.role)}."
    if incident.owner is None:
        return f"Nobody owns it, so it is for {kinds}. {you}"
    members = Member.objects.filter(team=incident.owner, user__is_active=True).select_related("user")
    names = [str(member.user) for member in members.order_by("user__username")[: _NAMED + 1]]
    shown = ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")
    return f"It is for the team {incident.owner} ({shown or 'which has no members'}), and for {kinds}. {you}"


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
