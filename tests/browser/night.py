"""A small company in the database, as the pages show it."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.utils import timezone

from ownership.models import Team, User
from ownership.roles import Role, TeamRole
from tests.factories import make_admin, make_member, make_team, make_user
from triage.accounts import people
from triage.accounts.models import Kind, SecurityEvent


class Night(NamedTuple):
    admin: User
    viewer: User
    invited: User
    token: str
    platform: Team
    checkout: Team
    people: list[User]


def fill() -> Night:
    """Three teams, seven people in every state, a log of a night."""
    ada = make_admin("ada", name="Ada Platform", time_zone="Europe/Berlin", last_login=timezone.now())
    bo = make_user("bo", role=Role.OPERATOR, last_login=timezone.now() - timedelta(hours=3))
    di = make_user("di", name="Di with the long name", email="di.with.a.long.address@shop.example.org")
    gone = make_user("gita", is_active=False)
    platform, checkout = make_team("platform"), make_team("checkout", name="Checkout and everything around it")
    make_team("payments")
    make_member(platform, ada, role=TeamRole.ADMIN)
    make_member(platform, bo)
    make_member(platform, gone)
    make_member(checkout, di, role=TeamRole.ADMIN)
    _log(ada, di)
    invited, token = _invite(ada, checkout)
    _second_session(ada)
    return Night(ada, di, invited, token, platform, checkout, [ada, bo, di])


def _invite(by: User, team: Team) -> tuple[User, str]:
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.17")
    request.user = by
    newcomer = people.Newcomer("eva", "Eva", "eva@example.org", Role.VIEWER, team)
    return people.invite(newcomer, request, now=timezone.now())


def _log(admin: User, other: User) -> None:
    def line(kind: Kind, minutes: int, actor: User | None, subject: User | None = None, **details: str) -> None:
        at = timezone.now() - timedelta(minutes=minutes)
        SecurityEvent.objects.create(
            at=at, kind=kind, actor=actor, subject=subject, address="2001:db8::17", details=details
        )

    line(Kind.SIGN_IN_FAILED, 48, None, name="di@shop.example.org" * 5)
    line(Kind.THROTTLED, 47, None, name="root")
    line(Kind.SIGNED_IN, 31, other)
    line(Kind.ROLE_CHANGED, 12, admin, other, **{"was": "Operator", "is now": "Viewer"})


def _second_session(user: User) -> None:
    from allauth.usersessions.models import UserSession

    Session.objects.create(session_key="phone", session_data="", expire_date=timezone.now() + timedelta(days=1))
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
    UserSession.objects.create(user=user, session_key="phone", ip="2001:db8::a17:2", user_agent=agent)
