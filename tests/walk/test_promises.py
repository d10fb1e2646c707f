"""The promises, one by one."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts import asking
from alerts.models import Delivery, Integration
from ownership import directory
from ownership.models import User
from tests.walk.said import alert, crash, node_lost
from tests.walk.world import World
from triage import incidents
from triage.models import Incident, TimelineEntry
from triage.pipeline import assess_cluster
from triage.tick import tick

MINUTE = timedelta(minutes=1)


def test_a_crash_after_a_bad_rollout_pages_who_is_on_call_for_the_team(whose: World) -> None:
    assert whose.send(crash()) == 202
    (page,) = whose.tick()
    (incident,) = whose.incidents()
    assert (incident.verdict, incident.owner and incident.owner.slug) == ("application", "payments")
    assert page.to in (["ada@example.org"], ["bo@example.org"])
    for part in ("application", "Deployment shop/api", "Payments", "prod-eu-1", "Since", f"/incidents/{incident.pk}/"):
        assert part in page.body, f"the page says what, whose, why, since when: {part}"


def test_a_lost_node_pages_the_platform_and_nobody_else(whose: World) -> None:
    whose.send(node_lost(), crash(node="node-14"))
    (page,) = whose.tick()
    assert page.to == ["cy@example.org"]
    (incident,) = whose.incidents()
    assert (incident.suspect_kind, incident.suspect_name, incident.namespaces) == ("Node", "node-14", ["shop"])


def test_what_is_undecided_goes_to_the_fallback_of_the_cluster(whose: World) -> None:
    # One namespace alone misses names: the cluster's DNS, or a policy of its own? Nothing else is told.
    no_names = alert("IndexUnreachable", namespace="shop")
    no_names["annotations"] = {"description": "lookup index.shop.svc on 10.96.0.10:53: read udp: i/o timeout"}
    whose.send(no_names)
    (page,) = whose.tick()
    assert page.to == ["cy@example.org"]
    assert "It is not decided" in page.body


def test_nobody_answers_so_the_whole_team_is_paged_and_then_everybody_again(whose: World) -> None:
    whose.send(crash())
    first = whose.tick()
    assert whose.tick(after=4 * MINUTE) == []
    team = whose.tick(after=1 * MINUTE)
    again = whose.tick(after=10 * MINUTE)
    assert [len(first), len(team), len(again)] == [1, 2, 1]
    assert {mail.to[0] for mail in team} == {"ada@example.org", "bo@example.org"}


def test_who_acknowledges_ends_the_paging(whose: World) -> None:
    whose.send(crash())
    whose.tick()
    incidents.acknowledge(whose.incidents()[0], by=User.objects.get(username="ada"), now=whose.now)
    assert whose.tick(after=60 * MINUTE) == []


def test_a_resolved_alert_resolves_the_incident_and_tells_who_was_paged(whose: World) -> None:
    whose.send(crash())
    (page,) = whose.tick()
    whose.send(crash(status="resolved"))
    (notice,) = whose.tick(after=2 * MINUTE)
    (incident,) = whose.incidents()
    assert incident.resolved_at is not None
    assert notice.to == page.to
    assert notice.subject.startswith("Resolved")
    assert whose.tick(after=60 * MINUTE) == []


def test_the_same_delivery_twice_is_one_incident_and_one_page(whose: World) -> None:
    whose.send(crash())
    whose.send(crash())
    assert len(whose.tick()) == 1
    whose.send(crash())
    assert whose.tick(after=2 * MINUTE) == []
    assert len(whose.incidents()) == 1


def test_the_same_delivery_at_the_same_time_and_ticks_that_overlap_too(whose: World) -> None:
    def send_and_tick(_number: int) -> int:
        try:
            status = World(whose.token, client=Client()).send(crash())
            tick(whose.now)
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send_and_tick, range(6))) == {202}
    whose.tick(after=2 * MINUTE)
    assert len(whose.incidents()) == 1
    assert len(whose.pages()) == 1


def test_forty_namespaces_hit_by_one_node_are_one_page(whose: World) -> None:
    whose.send(node_lost(), *(crash(f"team-{number}") for number in range(40)))
    assert len(whose.tick()) == 1
    (incident,) = whose.incidents()
    assert len(incident.namespaces) == 40


def test_a_cause_that_is_found_later_takes_over_what_it_explains(whose: World) -> None:
    whose.send(crash(node="node-14"))
    whose.tick()
    whose.send(node_lost())
    mails = whose.tick(after=2 * MINUTE)
    assert {(incident.suspect_kind, incident.is_open) for incident in whose.incidents()} == {
        ("Deployment", False),
        ("Node", True),
    }
    assert any("part of another incident" in mail.body for mail in mails)


def test_what_somebody_resolved_by_hand_stays_so_until_it_fires_anew(whose: World) -> None:
    whose.send(crash())
    whose.tick()
    incidents.resolve(whose.incidents()[0], why="Known.", by=User.objects.get(username="ada"), now=whose.now)
    whose.send(crash())
    whose.tick(after=2 * MINUTE)
    assert len(whose.incidents()) == 1
    whose.send(crash(began_at="2026-11-24T05:00:00Z"))
    whose.tick(after=2 * MINUTE)
    assert len(whose.incidents()) == 2


def test_an_alert_that_is_not_repeated_is_stale_and_pages_nobody_visibly(whose: World) -> None:
    whose.send(crash())
    whose.tick()
    assert whose.tick(after=timedelta(hours=8, minutes=1)) == []
    (incident,) = whose.incidents()
    assert (incident.is_stale, incident.is_open) == (True, True)
    assert incident.timeline.filter(kind=TimelineEntry.Kind.STALE).exists()


def test_an_alert_that_is_gone_from_its_alertmanager_is_stale_until_it_is_sent_again(whose: World) -> None:
    whose.send(crash())
    whose.tick()
    integration = Integration.objects.get()
    asking.note_missing(integration, [], now=whose.now)
    assert len(whose.tick(after=5 * MINUTE)) == 0, "the whole team would be paged now"
    assert whose.incidents()[0].is_stale
    whose.send(crash())
    assert len(whose.tick(after=2 * MINUTE)) == 2
    assert not whose.incidents()[0].is_stale


def test_watchdog_and_notes_of_little_weight_open_nothing(whose: World) -> None:
    whose.send(alert("Watchdog", severity="none"), alert("CPUThrottlingHigh", severity="info", namespace="shop"))
    assert whose.tick() == []
    assert whose.incidents() == []


def test_a_namespace_that_nobody_owns_goes_to_the_fallback(whose: World) -> None:
    whose.send(crash("unknown-namespace"))
    (page,) = whose.tick()
    assert page.to == ["cy@example.org"]
    assert "nobody owns" in page.body


def test_left_out_alerts_are_shown(whose: World) -> None:
    whose.send(crash(), truncatedAlerts=17)
    whose.tick()
    assert whose.incidents()[0].truncated == 17


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [("{}", "unknown", 401), ("not json", None, 400), ('{"alerts": 3}', None, 400)],
)
def test_what_is_refused_opens_one_incident_a_sender_for_the_operators(
    whose: World, body: str, token: str | None, status: int
) -> None:
    for _ in range(3):
        headers = {"Authorization": f"Bearer {token or whose.token}"}
        answer = whose.client.post("/hooks/alertmanager", body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    mails = whose.tick()
    (incident,) = whose.incidents()
    assert incident.suspect_kind == "Sender"
    assert [mail.to for mail in mails] == [["cy@example.org"]]


def test_a_link_in_a_page_shows_a_button_and_only_the_button_acknowledges(whose: World) -> None:
    whose.send(crash())
    (page,) = whose.tick()
    (path,) = re.findall(r"Acknowledge: https?://[^/]+(/\S+)", str(page.body))
    stranger = Client()
    assert stranger.get(path).status_code == 200
    assert Incident.objects.get().acknowledged_at is None, "a scanner of links acknowledges nothing"
    assert stranger.post(path).status_code in {200, 302}
    assert Incident.objects.get().acknowledged_by == User.objects.get(email=page.to[0])


def test_a_worker_that_was_killed_after_its_claim_loses_nothing(whose: World) -> None:
    whose.send(crash())
    Delivery.objects.update(due_at=whose.now + MINUTE)  # what a lease leaves behind
    assert whose.tick() == []
    assert len(whose.tick(after=MINUTE)) == 1


@pytest.mark.parametrize("what", ["more incidents", "more alerts"])
def test_to_look_again_costs_the_same_however_much_is_open(
    whose: World, what: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def queries(number: int) -> int:
        alerts = [
            crash(f"team-{one}") if what == "more incidents" else alert(f"Alert{one}", namespace="shop")
            for one in range(number)
        ]
        # Begun at times that are far apart, so that each is a cause of its own.
        for one, told in enumerate(alerts):
            told["startsAt"] = f"2026-11-{one % 20 + 1:02}T{one // 20 + 1:02}:00:00Z"
        whose.send(*alerts)
        whose.tick(after=2 * MINUTE)
        with django_assert_max_num_queries(100) as counted:
            assess_cluster("prod-eu-1", directory.load_map(), now=whose.now + MINUTE)
        return len(counted.captured_queries)

    few = queries(2)
    assert queries(40) == few
