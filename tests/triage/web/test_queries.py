"""What a list costs: as many queries for fifty rows as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ownership.models import User
from tests.factories import make_admin, make_member, make_team, make_user
from triage.accounts.models import Kind, SecurityEvent

pytestmark = pytest.mark.django_db


def a_team_with_people(_admin: User) -> None:
    team = make_team()
    for _ in range(2):
        make_member(team)


def a_person_in_two_teams(_admin: User) -> None:
    user = make_user()
    for _ in range(2):
        make_member(user=user)


def a_line_of_the_log(_admin: User) -> None:
    SecurityEvent.objects.create(at=timezone.now(), kind=Kind.INVITED, actor=make_user(), subject=make_user())


def a_session(admin: User) -> None:
    from allauth.usersessions.models import UserSession

    key = f"key-{UserSession.objects.count()}"
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(days=1))
    UserSession.objects.create(user=admin, session_key=key, ip="192.0.2.1", user_agent="curl/8")


def a_team_of_mine(admin: User) -> None:
    make_member(user=admin)


LISTS: dict[str, Callable[[User], None]] = {
    "teams": a_team_with_people,
    "people": a_person_in_two_teams,
    "security": a_line_of_the_log,
    "sessions": a_session,
    "me": a_team_of_mine,
    "now": a_person_in_two_teams,
}


@pytest.mark.parametrize("page", LISTS)
def test_fifty_rows_cost_what_one_costs(client: Client, page: str) -> None:
    admin = make_admin()
    client.force_login(admin)
    client.get(reverse(page))  # the first request of a session writes it down

    LISTS[page](admin)
    one = queries_of(client, page)
    for _ in range(49):
        LISTS[page](admin)
    assert queries_of(client, page) == one


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(page)).status_code == 200
    return len(queries)
