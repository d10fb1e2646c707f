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

from alerts import integrations
from alerts.inbox import refuse
from alerts.models import Delivery, Reason
from ownership.models import OwnershipRule, ResponsibilityRule, User
from ownership.oncall.escalation import TargetKind
from ownership.roles import Role
from ownership.version import changing_map
from tests.factories import (
    OPENED,
    make_admin,
    make_alert,
    make_cluster,
    make_component,
    make_escalation,
    make_incident,
    make_member,
    make_namespace,
    make_rotation,
    make_team,
    make_user,
)
from triage.accounts import tokens
from triage.accounts.models import Kind, SecurityEvent, ServiceToken
from triage.models import Finding, Incident, IncidentAlert, Page, TimelineEntry

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


def an_open_incident(admin: User) -> None:
    """Every other one is mine; each has an owner, a page and somebody who has it."""
    team = make_team()
    make_member(team, admin)
    incident = make_incident(owner=team, acknowledged_by=make_user())
    _page(incident)
    _page(make_incident(owner=make_team(), acknowledged_at=OPENED, acknowledged_by=make_user()))


def _page(incident: Incident) -> None:
    Page.objects.create(incident=incident, user=make_user(), channel="log", round=0, step=0, created_at=OPENED)


def a_part_of_the_map(_admin: User) -> None:
    cluster = make_cluster(fallback=make_team())
    make_component(cluster=cluster, team=make_team())
    make_namespace(cluster=cluster)
    make_namespace()


def a_rule(_admin: User) -> None:
    with changing_map():
        OwnershipRule.objects.create(
            cluster=make_cluster(fallback=make_team()),
            matcher={"image": [f"x/{OwnershipRule.objects.count()}"]},
            team=make_team(),
            precedence="rule",
        )


def a_cell(_admin: User) -> None:
    with changing_map():
        kind = f"Kind{ResponsibilityRule.objects.count()}"
        ResponsibilityRule.objects.create(cluster=make_cluster(), kind=kind, level="image", who="team")


def a_team_with_a_rotation(_admin: User) -> None:
    team, people = make_team(), [make_user(), make_user()]
    for user in people:
        make_member(team, user)
    make_rotation(team, people)


def a_sender(_admin: User) -> None:
    one = integrations.create("Alertmanager", cluster="prod").integration
    Delivery.objects.create(integration=one, received_at=OPENED, body=b"{}", size=2)
    address = f"2001:db8::{one.pk:x}"
    refuse(Reason.TOO_LARGE, integration=one, sender=address, size=1, head=b"", now=OPENED)
    refuse(Reason.UNKNOWN_TOKEN, integration=None, sender=address, size=1, head=b"", now=OPENED)


def a_token(admin: User) -> None:
    name = f"bot-{ServiceToken.objects.count()}"
    tokens.create(name, Role.VIEWER, admin, now=timezone.now(), team=make_team())


LISTS: dict[str, Callable[[User], None]] = {
    "teams": a_team_with_people,
    "people": a_person_in_two_teams,
    "security": a_line_of_the_log,
    "sessions": a_session,
    "me": a_team_of_mine,
    "now": an_open_incident,
    "incidents": an_open_incident,
    "map": a_part_of_the_map,
    "put_right": a_part_of_the_map,
    "rules": a_rule,
    "responsibilities": a_cell,
    "oncall": a_team_with_a_rotation,
    "integrations": a_sender,
    "strangers": a_sender,
    "tokens": a_token,
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


def a_line_of_every_part(incident: Incident) -> None:
    """A finding, an alert, a page to a person and a word of theirs."""
    position = incident.findings.count()
    Finding.objects.create(
        incident=incident, position=position, side="cluster", weight=1, claim="c", source="alert", observed_at=OPENED
    )
    IncidentAlert.objects.create(incident=incident, alert=make_alert())
    Page.objects.create(incident=incident, user=make_user(), channel="log", round=position, step=0, created_at=OPENED)
    TimelineEntry.objects.create(incident=incident, at=OPENED, kind="commented", text="c", actor=make_user())


@pytest.mark.parametrize("kind", ["incident", "team"])
def test_one_thing_with_fifty_parts_costs_what_it_costs_with_one(client: Client, kind: str) -> None:
    admin = make_admin()
    client.force_login(admin)
    member = make_member(user=admin)
    make_escalation(member.team, TargetKind.TEAM)
    incident = make_incident(owner=member.team, due_at=timezone.now())
    address = reverse(kind, args=[incident.pk if kind == "incident" else member.team.slug])
    client.get(address)

    def add() -> None:
        a_line_of_every_part(incident)
        make_member(member.team)
        make_namespace(team=member.team)
        make_incident(owner=member.team)

    add()
    one = queries_of(client, address)
    for _ in range(49):
        add()
    assert queries_of(client, address) == one


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page if page.startswith("/") else reverse(page)).status_code == 200
    return len(queries)
