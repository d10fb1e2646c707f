"""The first page: what is mine, what waits, who was told, and where Whose itself is blind."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.inbox import refuse
from alerts.models import Delivery, Integration, Reason
from ownership.models import User
from ownership.roles import Role
from tests.factories import make_cluster, make_incident, make_member, make_rotation, make_team, make_user
from triage.models import Heartbeat, Page
from triage.web.board import Board, board_of, waiting_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def shown(client: Client, user: User | None = None, **headers: str) -> str:
    client.force_login(user or make_user())
    response = client.get(reverse("now"), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def integration(*, delivered_at: datetime | None, slug: str = "prod") -> Integration:
    one = Integration.objects.create(
        slug=slug, name=f"Alertmanager of {slug}", cluster=slug, token_hash=slug * 9, token_hint="0000"
    )
    if delivered_at:
        Delivery.objects.create(integration=one, received_at=delivered_at, body=b"{}", size=2)
    return one


def set_up(now: datetime) -> None:
    """Everything that would tell is there and has told just now."""
    integration(delivered_at=now)
    make_cluster()
    make_rotation(make_team(), [make_user("ada")])
    Heartbeat.beat(now)


def told(board: Board) -> list[str]:
    return [note.key for note in board.notes]


# -- Whose --


def test_what_is_asked_of_my_teams_is_mine(now: datetime) -> None:
    member = make_member()
    mine, other = make_incident(owner=member.team), make_incident(owner=make_team())
    board = board_of(member.user, now=now)
    assert [row.incident for row in board.mine] == [mine]
    assert [row.incident for row in board.others] == [other]


@pytest.mark.parametrize(("role", "is_mine"), [(Role.VIEWER, False), (Role.OPERATOR, True), (Role.ADMIN, True)])
def test_what_is_nobodys_is_asked_of_those_who_operate(now: datetime, role: Role, is_mine: bool) -> None:
    make_incident(owner=None)
    board = board_of(make_user(role=role), now=now)
    assert bool(board.mine) is is_mine


def test_what_nobody_has_answered_comes_first_then_the_worst_then_the_newest(now: datetime) -> None:
    member = make_member()
    answered = make_incident(owner=member.team, acknowledged_at=now)
    warning = make_incident(owner=member.team, severity="warning")
    older = make_incident(owner=member.team, opened_at=now - timedelta(hours=1))
    newer = make_incident(owner=member.team, opened_at=now)
    board = board_of(member.user, now=now)
    assert [row.incident for row in board.mine] == [newer, older, warning, answered]
    assert [row.is_due for row in board.mine] == [True, True, True, False]


def test_only_what_is_open_and_unanswered_waits_for_me(now: datetime) -> None:
    member = make_member()
    make_incident(owner=member.team)
    make_incident(owner=member.team, acknowledged_at=now)
    make_incident(owner=member.team, resolved_at=now)
    make_incident(owner=make_team())
    assert waiting_for(member.user) == 1
    assert board_of(member.user, now=now).waiting == 1


def test_the_title_counts_what_waits(client: Client) -> None:
    member = make_member()
    make_incident(owner=member.team)
    assert "<title>(1) Now" in shown(client, member.user)


def test_who_may_answer_has_a_button_in_the_row(client: Client) -> None:
    member = make_member()
    mine, other = make_incident(owner=member.team), make_incident(owner=make_team())
    page = shown(client, member.user)
    assert reverse("acknowledge", args=[mine.pk]) in page
    assert reverse("acknowledge", args=[other.pk]) not in page


def test_the_row_says_who_was_told_and_who_has_it(client: Client, now: datetime) -> None:
    paged, had = make_incident(), make_incident(acknowledged_at=now, acknowledged_by=make_user("bo"))
    for minutes in (9, 4):
        Page.objects.create(
            incident=paged,
            user=User.objects.filter(username="ada").first() or make_user("ada"),
            channel="email",
            round=minutes,
            step=0,
            created_at=now - timedelta(minutes=minutes),
            sent_at=now - timedelta(minutes=minutes),
        )
    page = shown(client)
    assert "no answer yet" in page
    assert page.count("<span>ada</span>") == 1, "the latest page to each person"
    assert "<span>bo</span>" in page
    assert had.acknowledged_by


def test_hostile_text_is_shown_and_never_run(client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    make_incident(sentence=f"It is the application: {hostile}", suspect_namespace=hostile, cluster=hostile)
    page = shown(client)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_more_than_a_screen_can_hold_is_cut_and_said(client: Client) -> None:
    for _ in range(103):
        make_incident()
    page = shown(client)
    assert page.count('id="incident-') == 100
    assert "100 of 103 are shown" in page


def test_whoever_has_the_page_open_is_sent_the_part_that_changes(client: Client) -> None:
    make_incident()
    part = shown(client, hx_request="true")
    assert part.strip().startswith('<div id="board"')
    assert "<html" not in part


def test_every_child_of_a_live_part_has_an_id_by_which_it_is_blended_in(client: Client) -> None:
    make_incident()
    page = shown(client)
    assert len(re.findall(r'<li id="incident-\d+">', page)) == 1
    assert re.search(r'<ul class="rows" id="others-rows" data-live>', page)


# -- What Whose does not see --


def test_a_tick_that_is_late_is_said(now: datetime) -> None:
    Heartbeat.beat(now - timedelta(minutes=4))
    board = board_of(make_user(), now=now)
    assert told(board) == ["tick"]
    assert board.notes[0].what == "The last tick was 4 min ago."


def test_refused_deliveries_of_the_last_day_are_said(now: datetime) -> None:
    Heartbeat.beat(now)
    user = make_user()
    refuse(Reason.UNKNOWN_TOKEN, integration=None, sender="192.0.2.1", size=1, head=b"", now=now - timedelta(hours=25))
    assert told(board_of(user, now=now)) == []
    refuse(Reason.UNKNOWN_TOKEN, integration=None, sender="192.0.2.1", size=1, head=b"", now=now)
    assert told(board_of(user, now=now)) == ["refused"]


def test_a_stale_incident_is_said(now: datetime) -> None:
    Heartbeat.beat(now)
    make_incident(is_stale=True)
    assert told(board_of(make_user(), now=now)) == ["stale"]


@pytest.mark.parametrize(
    ("hours", "is_active", "is_said"),
    [(7, True, False), (9, True, True), (9, False, False)],
    ids=["within two repeat intervals", "longer than two", "switched off on purpose"],
)
def test_a_silent_sender_is_said(now: datetime, hours: int, is_active: bool, is_said: bool) -> None:
    Heartbeat.beat(now)
    one = integration(delivered_at=now - timedelta(hours=hours))
    Integration.objects.update(is_active=is_active)
    assert told(board_of(make_user(), now=now)) == ([f"silent-{one.pk}"] if is_said else [])


# -- Nothing open --


def test_all_clear_comes_with_its_proof(client: Client, now: datetime) -> None:
    set_up(now)
    page = shown(client)
    assert "<h1>All clear</h1>" in page
    assert "Alertmanager of prod" in page
    assert "<span>ada</span>" in page


def test_nothing_is_clear_while_something_is_not_seen(client: Client, now: datetime) -> None:
    set_up(now)
    Heartbeat.objects.update(beaten_at=now - timedelta(minutes=1))
    page = shown(client)
    assert "Nothing is open, but Whose does not see everything" in page
    assert "All clear" not in page


def test_alerts_without_a_map_are_not_clear_either(client: Client, now: datetime) -> None:
    integration(delivered_at=now)
    Heartbeat.beat(now)
    page = shown(client)
    assert "nobody would know whose it is" in page
    assert "All clear" not in page


def test_a_sender_that_has_never_delivered_is_a_step_that_is_not_done(client: Client, now: datetime) -> None:
    integration(delivered_at=None)
    assert "Nothing can reach Whose yet" in shown(client)


def test_an_open_incident_is_shown_before_everything_is_set_up(client: Client) -> None:
    make_incident()
    page = shown(client)
    assert "Everyone else" in page
    assert "Nothing can reach Whose yet" not in page
