"""The map as it is loaded, and where people and teams are reached."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from ownership.directory import Reach, channels_of, load_map, members_of, reaches_of, team_named
from ownership.match import ComponentEntry, Subject, owner_of
from ownership.models import ContactMethod, MapVersion, Namespace, TeamChannel
from ownership.oncall.models import AddressKind
from ownership.responsibility import Level
from ownership.version import changing_map, map_has_changed
from tests.factories import make_cluster, make_component, make_member, make_namespace, make_team, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)


def test_the_map_holds_what_the_tables_hold() -> None:
    team, operators = make_team("payments"), make_team("platform")
    prod = make_cluster("prod", operated_by=operators, fallback=operators)
    make_component("CoreDNS", cluster=prod, name="coredns", updated_at=NOW)
    make_namespace("shop", team=team, cluster=prod, level=Level.FULL)
    loaded = load_map()
    assert loaded.clusters["prod"].fallback == "platform"
    assert loaded.components["prod", "coredns", "coredns"] == ComponentEntry(
        "prod", "CoreDNS", "coredns", None, "manual", NOW
    )
    owner = owner_of(Subject("Pod", "cart-1", "shop", "prod"), loaded)
    assert (owner.team, owner.level) == ("payments", Level.FULL)


def test_it_is_read_again_only_after_a_change(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_namespace("shop")
    first = load_map()
    with django_assert_num_queries(1):
        assert load_map() is first
    make_namespace("search")
    with django_assert_num_queries(6):
        assert (None, "search") in load_map().namespaces


def test_what_was_rolled_back_is_not_remembered() -> None:
    """A count of changes would come again after the rollback, with another map behind it."""
    make_namespace("shop")
    with transaction.atomic():
        make_namespace("never")
        assert (None, "never") in load_map().namespaces
        transaction.set_rollback(True)
    make_namespace("search")
    assert {name for _, name in load_map().namespaces} == {"shop", "search"}


def test_before_the_first_change_nothing_is_remembered() -> None:
    team = make_team()
    assert load_map().namespaces == {}
    Namespace.objects.create(name="shop", team=team)
    MapVersion.objects.all().delete()
    assert (None, "shop") in load_map().namespaces


def test_fifty_of_everything_cost_as_many_queries_as_one() -> None:
    counts = []
    for rows in (1, 49):
        for _ in range(rows):
            make_component(cluster=make_cluster())
            make_namespace()
        with CaptureQueriesContext(connection) as captured:
            load_map()
        counts.append(len(captured))
    assert counts == [6, 6]


def test_a_change_is_counted_and_dated() -> None:
    with changing_map(now=NOW):
        pass
    before = MapVersion.objects.get()
    map_has_changed(now=NOW)
    after = MapVersion.objects.get()
    assert (after.number, after.changed_at) == (before.number + 1, NOW)
    assert after.stamp != before.stamp


def test_a_team_by_its_slug() -> None:
    team = make_team("payments")
    assert team_named("payments") == team
    assert team_named("nobody") is None


def test_only_active_people_are_members() -> None:
    team = make_team()
    for name, active in (("cy", True), ("ada", True), ("bo", False)):
        make_member(team, make_user(name, is_active=active))
    assert [user.username for user in members_of(team)] == ["ada", "cy"]


def test_a_person_is_reached_at_their_address_and_where_they_have_shown_to_be(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ada, bo = make_user("ada"), make_user("bo", email="")
    hook = "https://phone.example.org/T0P-S3CRET"
    ContactMethod.objects.create(user=ada, kind="webhook", address=hook, verified_at=NOW, secret_env="WHOSE_HOOK_ADA")
    ContactMethod.objects.create(user=ada, kind="email", address="ada@example.org", verified_at=NOW)
    ContactMethod.objects.create(user=bo, kind="email", address="unproven@example.org")
    with django_assert_num_queries(1):
        reaches = reaches_of([ada, bo])
    assert reaches == {
        ada.pk: (
            Reach(AddressKind.EMAIL, "ada@example.org"),
            Reach(AddressKind.WEBHOOK, hook, "WHOSE_HOOK_ADA"),
        ),
        bo.pk: (),
    }


def test_an_address_that_is_a_secret_is_not_shown() -> None:
    reach = Reach(AddressKind.WEBHOOK, "https://chat.example.org/T0P-S3CRET", "WHOSE_HOOK_CHAT")
    channel = TeamChannel(team=make_team(), kind="webhook", address=reach.address)
    for shown in (str(reach), repr(reach), str(channel)):
        assert "S3CRET" not in shown
    assert str(reach) == "webhook https://chat.example.org/…"


def test_a_team_is_told_on_its_channels() -> None:
    team = make_team()
    TeamChannel.objects.create(team=team, kind="webhook", address="https://chat.example.org/a")
    TeamChannel.objects.create(team=team, kind="log")
    assert [str(reach) for reach in channels_of(team)] == ["webhook https://chat.example.org/…", "log"]
