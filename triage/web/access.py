"""Who may open a page: one check, which says who can instead."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from ownership.models import User
from ownership.roles import Action, Role, may

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


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
