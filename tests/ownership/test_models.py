"""What the database refuses, whoever writes to it, and what it finds by an index."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import ProtectedError, QuerySet

from ownership.models import (
    Cluster,
    Component,
    MapVersion,
    Member,
    Namespace,
    OwnershipRefusal,
    OwnershipRule,
    Participant,
    ResponsibilityRule,
    Step,
    Team,
    TeamContact,
    User,
)
from tests.factories import (
    make_cluster,
    make_component,
    make_escalation,
    make_member,
    make_namespace,
    make_rotation,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_one_address_belongs_to_one_person_in_whatever_case() -> None:
    make_user(email="ann@example.org")
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User.objects.create(username="other", email="Ann@Example.org")


def test_any_number_of_people_may_have_no_address() -> None:
    assert not make_user(email="").email
    assert not make_user(email="").email


def test_an_address_is_kept_in_lower_case() -> None:
    assert make_user(email=" Ann@Example.org ").email == "ann@example.org"


def test_a_person_is_in_a_team_once() -> None:
    team, user = make_team(), make_user()
    make_member(team, user)
    with pytest.raises(IntegrityError, match="member_once_in_a_team"):
        make_member(team, user)


def test_an_unknown_time_zone_is_refused_with_an_example() -> None:
    with pytest.raises(ValidationError, match="Write, for example, Europe/Berlin"):
        User(username="ann", time_zone="Europe/Atlantis").full_clean(exclude=["password"])


def test_who_can_sign_in_is_active_and_has_a_password() -> None:
    can = make_user()
    make_user(can_sign_in=False)
    make_user(is_active=False)
    assert list(User.objects.who_can_sign_in()) == [can]


def test_a_namespace_is_in_a_cluster_once() -> None:
    cluster = make_cluster()
    make_namespace("shop", cluster=cluster)
    make_namespace("shop", cluster=make_cluster())
    with pytest.raises(IntegrityError, match="namespace_once_in_a_cluster"):
        make_namespace("shop", cluster=cluster)


def test_a_namespace_is_in_every_cluster_once() -> None:
    """Nulls count as equal here."""
    make_namespace("shop")
    with pytest.raises(IntegrityError, match="namespace_once_in_a_cluster"):
        make_namespace("shop")


def test_a_component_is_in_a_cluster_once_in_whatever_case() -> None:
    cluster = make_cluster()
    make_component("CoreDNS", cluster=cluster)
    with pytest.raises(IntegrityError, match="component_once_in_a_cluster"):
        make_component("coredns", cluster=cluster)


@pytest.mark.parametrize(("tenancy", "has_team"), [("dedicated", False), ("shared", True)])
def test_a_dedicated_cluster_names_its_team_and_a_shared_one_none(tenancy: str, has_team: bool) -> None:
    with pytest.raises(IntegrityError, match="cluster_dedicated_to_a_team_or_shared"):
        make_cluster(tenancy=tenancy, dedicated_to=make_team() if has_team else None)


def test_a_team_that_answers_for_something_is_not_deleted() -> None:
    with pytest.raises(ProtectedError):
        make_namespace().team.delete()
    with pytest.raises(ProtectedError):
        make_cluster().operated_by.delete()


def test_a_person_is_in_a_turn_once_and_may_have_several_turns() -> None:
    ada = make_user()
    layer = make_rotation(make_team(), [ada, ada]).layers.get()
    with pytest.raises(IntegrityError, match="participant_once_in_a_turn"):
        Participant.objects.create(layer=layer, turn=1, user=ada)


def test_a_shift_takes_time() -> None:
    with pytest.raises(IntegrityError, match="layer_shift_takes_time"):
        make_rotation(make_team(), []).layers.update(shift_count=0)


def test_a_step_names_a_user_exactly_where_it_pages_one() -> None:
    policy = make_escalation(make_team())
    with pytest.raises(IntegrityError, match="step_names_a_user_or_none"):
        Step.objects.create(policy=policy, position=0, target="user", wait=timedelta(minutes=5))


def test_a_step_waits_at_least_a_minute() -> None:
    """Otherwise every tick would page."""
    with pytest.raises(IntegrityError, match="step_waits_a_minute"):
        make_escalation(make_team(), make_user(), wait=timedelta(seconds=59))


def test_the_version_of_the_map_is_one_row() -> None:
    with pytest.raises(IntegrityError, match="map_version_only_one"):
        MapVersion.objects.create(id=2)


def test_what_an_earlier_release_writes_is_by_hand() -> None:
    """It does not know the column, while both serve."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ownership_team (slug, name, created_at) VALUES ('a', 'A', now())")
        cursor.execute(
            "INSERT INTO ownership_member (team_id, user_id, role) SELECT id, %s, 'member' FROM ownership_team",
            [make_user().pk],
        )
    assert Team.objects.get().source == "manual"
    assert Member.objects.get().source == "manual"


def test_a_rule_stands_once_for_each_source() -> None:
    """In every cluster too: nulls count as equal. Another source may say the same, and is in conflict."""
    team = make_team()
    for source in ("manual", "label"):
        OwnershipRule.objects.create(matcher={"namespace": ["a"], "kind": ["b"]}, team=team, source=source)
    with pytest.raises(IntegrityError, match="ownership_rule_once_from_a_source"):
        OwnershipRule.objects.create(matcher={"kind": ["b"], "namespace": ["a"]}, team=team)


def test_a_cell_of_the_split_stands_once_in_whatever_case() -> None:
    ResponsibilityRule.objects.create(kind="Role", level="full", who="team")
    ResponsibilityRule.objects.create(kind="Role", level="full", who="team", namespace="shop")
    with pytest.raises(IntegrityError, match="responsibility_rule_once"):
        ResponsibilityRule.objects.create(kind="role", level="full", who="operators")


def test_what_an_earlier_release_writes_has_the_defaults_of_this_one() -> None:
    """It does not know the columns, while both serve."""
    cluster = make_cluster()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ownership_cluster (slug, name, tenancy, operated_by_id, source, updated_at)"
            " VALUES ('old', 'Old', 'shared', %s, 'manual', now())",
            [cluster.operated_by_id],
        )
        cursor.execute(
            "INSERT INTO ownership_namespace (name, team_id, level, source, updated_at)"
            " VALUES ('old', %s, 'namespace', 'manual', now())",
            [cluster.operated_by_id],
        )
    old = Cluster.objects.get(slug="old")
    assert (old.fallback_policy, old.recognised_by, old.labels_for) == ("team", [], [])
    assert Namespace.objects.get().annotations_for == []


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Namespace.objects.filter(cluster=None, name="ns-17"), "namespace_once_in_a_cluster"),
        (Namespace.objects.filter(team=1), "ownership_namespace_team_id"),
        (Cluster.objects.filter(slug="prod"), "ownership_cluster_slug"),
        (Component.objects.filter(team=1), "ownership_component_team_id"),
        (OwnershipRule.objects.filter(team=1), "ownership_ownershiprule_team_id"),
        (OwnershipRule.objects.filter(cluster=1), "ownership_ownershiprule_cluster_id"),
        (ResponsibilityRule.objects.filter(cluster=1), "ownership_responsibilityrule_cluster_id"),
        (OwnershipRefusal.objects.filter(cluster=1), "ownership_ownershiprefusal_cluster_id"),
        (TeamContact.objects.filter(team=1), "ownership_teamcontact_team_id"),
        (Team.objects.filter(parent=1), "ownership_team_parent_id"),
    ],
)
def test_what_is_asked_often_is_found_by_an_index(rows: "QuerySet[Any]", index: str) -> None:
    team = make_team()
    Namespace.objects.bulk_create([Namespace(name=f"ns-{n}", team=team) for n in range(1000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ownership_namespace")
        # A few rows are scanned whatever there is; what counts is that the index fits the question.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows.order_by().explain()
