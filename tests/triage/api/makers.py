"""Makers that only the tests of the API need."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from ownership.models import Team, User
from ownership.roles import Role
from tests.factories import make_admin
from triage.accounts import tokens
from triage.accounts.models import ServiceToken

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def ada() -> User:
    """The admin who answers for every token."""
    return User.objects.filter(username="ada").first() or make_admin("ada", name="Ada")


def make_token(
    name: str = "chat-bot", role: Role = Role.VIEWER, team: Team | None = None, **more: Any
) -> tuple[ServiceToken, str]:
    return tokens.create(name, role, ada(), team=team, **{"now": timezone.now(), **more})


def bot(role: Role = Role.VIEWER, team: Team | None = None, name: str = "chat-bot") -> APIClient:
    """A program that shows a token of its own."""
    _, shown = make_token(name, role, team)
    return with_token(shown)


def with_token(shown: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {shown}")
    return client


def person(user: User) -> APIClient:
    """A person in a browser, where the form protection holds."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def clicking(user: User) -> APIClient:
    """A person whose page sends what the form protection asks for."""
    client = APIClient()
    client.force_login(user)
    return client
