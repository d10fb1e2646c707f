"""One incident's page: what it says, and that nothing of a cluster's text is taken for markup."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ownership.models import User
from ownership.oncall.escalation import TargetKind
from ownership.roles import Role
from tests.factories import make_alert, make_escalation, make_incident, make_member, make_rotation, make_team, make_user
from triage.models import Finding, Incident, IncidentAlert, Page, TimelineEntry

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('taken over')</script>"


def shown(client: Client, incident: Incident, user: User | None = None, **headers: str) -> str:
    client.force_login(user or make_user(role=Role.OPERATOR))
    response = client.get(reverse("incident", args=[incident.pk]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_sentence_is_told_with_the_verdict_as_a_shape(client: Client) -> None:
    page = shown(client, make_incident(sentence="It is the application: cart crashes.", confidence=0.91))
    assert "#verdict-application" in page
    assert "cart crashes." in page
    assert "91 % application" in page
    assert "very likely" in page


def test_what_is_over_is_told_in_the_past_tense(client: Client) -> None:
    ended = timezone.now()
    incident = make_incident(
        sentence="It is the cluster: node-14.",
        verdict="cluster",
        resolved_at=ended,
        opened_at=ended - timedelta(minutes=22),
        ended_why="Every alert of it is resolved.",
    )
    page = shown(client, incident)
    assert "It was the" in page
    assert "22 min" in page
    assert "Every alert of it is resolved." in page
    assert reverse("acknowledge", args=[incident.pk]) not in page
    assert reverse("resolve", args=[incident.pk]) not in page


def test_what_is_not_decided_says_so_and_who_looks_first(client: Client) -> None:
    team = make_team("platform")
    incident = make_incident(
        verdict="uncertain", confidence=0.55, sentence="It is not decided: cart.", owner=team, candidates=[]
    )
    page = shown(client, incident)
    assert "not decided" in page
    assert "<b>Platform</b> looks first" in page


def test_the_evidence_stands_with_its_source_and_a_sum(client: Client) -> None:
    incident = make_incident(verdict="cluster", candidates=[])
    at = timezone.now()
    for position, (side, weight) in enumerate([("cluster", 2.0), ("application", 0.5)]):
        Finding.objects.create(
            incident=incident, position=position, side=side, weight=weight, claim="c", source="metric", observed_at=at
        )
    page = shown(client, incident)
    assert "+2.00" in page
    assert "\N{MINUS SIGN}0.50" in page
    assert "+1.50" in page
    assert "Prometheus" in page


def test_what_a_cluster_wrote_is_shown_and_never_run(client: Client) -> None:
    incident = make_incident(
        sentence=f"It is the application: {HOSTILE}",
        suspect_name=HOSTILE,
        namespaces=[HOSTILE, "shop"],
        owner_why=HOSTILE,
        candidates=[{"kind": HOSTILE, "name": HOSTILE, "namespace": "", "side": "application", "probability": 0.9}],
    )
    alert = make_alert(
        labels={"alertname": HOSTILE, HOSTILE: HOSTILE, "pod": HOSTILE * 9},
        annotations={HOSTILE: HOSTILE, "runbook_url": "javascript:alert(1)"},
        generator_url="javascript:alert(1)",
        notes=[HOSTILE],
    )
    IncidentAlert.objects.create(incident=incident, alert=alert)
    at = timezone.now()
    TimelineEntry.objects.create(incident=incident, at=at, kind="commented", text=HOSTILE, actor=make_user())
    Finding.objects.create(
        incident=incident, position=0, side="application", weight=1, claim=HOSTILE, source="alert", observed_at=at
    )
    page = shown(client, incident)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert 'href="javascript:' not in page


def test_a_long_name_is_cut_in_the_middle_and_whole_in_its_title(client: Client) -> None:
    name = f"checkout-{'x' * 80}-x7k2p"
    page = shown(client, make_incident(suspect_name=name))
    assert f'title="{name}"' in page
    assert "x-x7k2p</span>" in page


def test_who_was_paged_by_what_and_why_it_failed_but_never_a_secret_path(client: Client) -> None:
    incident, at = make_incident(), timezone.now()
    Page.objects.create(
        incident=incident,
        channel="webhook",
        address="https://chat.example.org/hook/T0P-S3CR3T",
        round=0,
        step=0,
        created_at=at,
        failed_at=at,
        error="chat.example.org answered 404; check the address.",
    )
    page = shown(client, incident)
    assert "webhook https://chat.example.org/…" in page
    assert "answered 404" in page
    assert "T0P-S3CR3T" not in page


def test_the_next_step_names_whom_it_pages_and_when(client: Client) -> None:
    team = make_team()
    make_member(team, make_user("ada"))
    make_member(team, make_user("bo"))
    make_escalation(team, TargetKind.ON_CALL, TargetKind.TEAM)
    incident = make_incident(owner=team, step=1, due_at=timezone.now() + timedelta(minutes=2, seconds=40.5))
    page = shown(client, incident)
    assert "next: ada, bo" in page
    assert "2:40" in page


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"is_stale": True}, "its alerts were not repeated in time"),
        ({"severity": "info"}, "its severity wants no answer"),
    ],
)
def test_why_nobody_is_paged_is_said(client: Client, fields: dict[str, object], why: str) -> None:
    assert why in shown(client, make_incident(due_at=None, **fields))


def test_alerts_that_the_sender_left_out_are_said(client: Client) -> None:
    assert "7 alerts were left out by the sender" in shown(client, make_incident(truncated=7))


def test_who_is_on_call_in_the_owning_team_is_named(client: Client) -> None:
    team = make_team()
    make_rotation(team, [make_user("cy")])
    assert "On call now: <b>cy</b>" in shown(client, make_incident(owner=team))


def test_a_reader_who_may_not_answer_has_no_buttons_and_reads_who_can(client: Client) -> None:
    team = make_team("shop")
    make_member(team, make_user("ada"))
    incident = make_incident(owner=team)
    page = shown(client, incident, make_user("di"))
    assert reverse("acknowledge", args=[incident.pk]) not in page
    assert "It is for the team Shop (ada), and for operators and admins. You are signed in as di, a viewer." in page


def test_whoever_has_the_page_open_is_sent_the_part_that_changes(client: Client) -> None:
    incident = make_incident()
    part = shown(client, incident, hx_request="true")
    assert part.strip().startswith('<div id="incident"')
    assert "<html" not in part


def test_the_part_is_not_kept_in_place_of_the_page(client: Client) -> None:
    client.force_login(make_user())
    headers = client.get(reverse("incident", args=[make_incident().pk])).headers
    assert "HX-Request" in headers["Vary"]
    assert "no-store" in headers["Cache-Control"]
