"""Makers with boring defaults: a test names only what matters to it."""

from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from ownership.models import Member, Team, User
from ownership.roles import Role, TeamRole

PASSWORD = "unrelated words beside each other"
_number = count(1)


@cache
def _hashed() -> str:
    """Hashing is slow on purpose; once is enough."""
    return make_password(PASSWORD)


def make_user(username: str = "", *, can_sign_in: bool = True, **fields: Any) -> User:
    """A viewer whose password is PASSWORD, or who has none yet."""
    username = username or f"person-{next(_number)}"
    fields = {"email": f"{username}@example.org", "role": Role.VIEWER} | fields
    user = User.objects.create_user(username, **fields)
    if can_sign_in:
        user.password = _hashed()
        user.save(update_fields=["password"])
    return user


def make_admin(username: str = "", **fields: Any) -> User:
    return make_user(username, **{"role": Role.ADMIN, **fields})


def make_team(slug: str = "", **fields: Any) -> Team:
    slug = slug or f"team-{next(_number)}"
    return Team.objects.create(**{"slug": slug, "name": slug.capitalize(), **fields})


def make_member(team: Team | None = None, user: User | None = None, *, role: TeamRole = TeamRole.MEMBER) -> Member:
    return Member.objects.create(team=team or make_team(), user=user or make_user(), role=role)
