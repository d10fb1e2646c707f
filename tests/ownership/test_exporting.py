"""The map as a file again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership import importing
from ownership.exporting import export
from ownership.models import Cluster, ContactMethod, Member, Namespace, OwnershipRule, ResponsibilityRule, Team, User
from ownership.sources.mapfile import MapFile, parse
from tests.factories import make_member, make_namespace, make_rotation, make_team, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)


def applied(text: str, *, prune: bool = True) -> importing.Report:
    file = parse(text, importing.known_names())
    assert isinstance(file, MapFile), file
    return importing.apply(file, prune=prune, now=NOW)


def example() -> str:
    page = (Path(__file__).parents[2] / "docs" / "ownership.md").read_text()
    return page.split("```yaml\n")[1].split("```")[0]


def test_what_is_exported_applies_to_the_same_map() -> None:
    applied(example())
    assert not applied(export()).changes_anything


def test_it_makes_the_same_map_from_nothing() -> None:
    applied(example())
    written = export()
    for table in (OwnershipRule, ResponsibilityRule, Namespace, Cluster, Team, User):
        table._default_manager.all().delete()
    applied(written)
    assert export() == written


def test_it_is_written_as_a_person_would() -> None:
    applied(example())
    assert export().splitlines()[:13] == [
        "teams:",
        "  - slug: cart",
        "    name: Cart",
        "    parent: payments",
        "    kubernetes_groups: ['oidc:cart']",
        "  - slug: payments",
        "    name: Payments",
        "    members:",
        "      - {username: ada, name: Ada, email: ada@example.org, role: admin}",
        "      - {username: bo, email: bo@example.org}",
        "    rotation: {time_zone: Europe/Berlin, handoff: '2026-01-05 09:00', people: [ada, bo]}",
        "    escalation:",
        "      - {page: on-call, wait: 5m}",
    ]


def test_an_empty_map_is_a_comment() -> None:
    assert export() == "# The map is empty.\n"


def test_words_that_yaml_reads_otherwise_come_back_as_they_were() -> None:
    team = make_team("no", name="null")
    make_member(team, make_user("007", name="yes: and #no, [really]", email=""))
    make_namespace("123", team=team)
    assert not _ignoring_source(applied(export())), export()


def test_what_was_written_by_hand_is_exported_too() -> None:
    ada = make_user("ada")
    make_rotation(make_member(make_team("payments"), ada).team, [ada], zone="Europe/Berlin")
    assert "{time_zone: Europe/Berlin, handoff: '2026-01-05 09:00', people: [ada]}" in export()


def test_an_address_that_is_not_verified_is_left_out() -> None:
    """Applied again it would count as verified."""
    member = make_member()
    ContactMethod.objects.create(user=member.user, kind="email", address="unproven@example.org")
    assert "unproven" not in export()


def test_fifty_teams_cost_as_many_queries_as_one() -> None:
    counts = []
    for teams in (1, 49):
        for _ in range(teams):
            user = make_user()
            make_rotation(make_member(make_team(), user).team, [user])
            make_namespace()
        with CaptureQueriesContext(connection) as captured:
            export()
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert Member.objects.count() == 50


def _ignoring_source(report: importing.Report) -> list[str]:
    return [
        str(change)
        for change in report.changes
        if change.verb in "+-" or any(name != "source" for name, _, _ in change.fields)
    ]
