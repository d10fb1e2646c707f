"""The database keeps the history of the map, whatever statement changes it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership.models import Cluster, MapChange, MapVersion, Namespace, OwnershipRule, Team
from ownership.version import changing_map, history_from, map_has_changed, written_by
from tests.factories import make_cluster, make_namespace, make_team

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)


def kept(what: str = "namespace") -> list[tuple[str | None, str | None]]:
    """Names before and after, of every change of this kind, in order."""
    rows = MapChange.objects.filter(what=what)
    return [(row.before and row.before["name"], row.after and row.after["name"]) for row in rows]


def test_a_row_that_comes_changes_and_goes_leaves_three_rows() -> None:
    row = make_namespace("shop")
    row.name = "store"
    row.save()
    row.delete()
    assert kept() == [(None, "shop"), ("shop", "store"), ("store", None)]


def test_bulk_statements_leave_a_row_for_each_row_that_changed() -> None:
    team = make_team()
    Namespace.objects.bulk_create([Namespace(name=f"n{number}", team=team) for number in range(3)])
    Namespace.objects.filter(name__in=["n0", "n1"]).update(level="full")
    Namespace.objects.all().delete()
    assert kept() == [
        *((None, name) for name in ("n0", "n1", "n2")),
        *((name, name) for name in ("n0", "n1")),
        *((name, None) for name in ("n0", "n1", "n2")),
    ]


def test_an_insert_that_becomes_an_update_is_told_as_what_it_was() -> None:
    row = make_namespace("shop")
    row.level = "full"
    other = Namespace(name="new", team=row.team, pk=row.pk + 1000)
    Namespace.objects.bulk_create([row, other], update_conflicts=True, unique_fields=["pk"], update_fields=["level"])
    assert sorted(kept()[1:], key=str) == [("shop", "shop"), (None, "new")]


def test_what_is_written_by_hand_is_kept_as_well() -> None:
    make_namespace("shop")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ownership_namespace SET level = 'image'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE ownership_namespace")
        cursor.execute("SELECT session_user, now()")
        user, moment = cursor.fetchone()
    assert kept() == [(None, "shop"), ("shop", "shop"), ("shop", None)]
    last = MapChange.objects.filter(what="namespace")[2]
    assert (last.author, last.source, last.changed_at) == (user, "database", moment)


def test_a_key_that_moves_is_one_row_that_goes_and_one_that_comes() -> None:
    row = make_namespace("shop")
    Namespace.objects.filter(pk=row.pk).update(id=row.pk + 1000)
    assert kept()[1:] == [("shop", None), (None, "shop")]


def test_a_row_that_is_saved_as_it_was_has_not_changed() -> None:
    row = make_namespace("shop")
    row.updated_at = NOW
    row.save()
    assert kept() == [(None, "shop")]


def test_a_thousand_rows_take_no_more_statements_than_one() -> None:
    team = make_team()
    counts = []
    for rows in (1, 1000):
        with CaptureQueriesContext(connection) as captured:
            Namespace.objects.bulk_create([Namespace(name=f"n{rows}-{n}", team=team) for n in range(rows)])
        counts.append(len(captured))
    assert counts == [1, 1]
    assert MapChange.objects.filter(what="namespace").count() == 1001


def test_a_writer_says_who_it_is_and_from_where() -> None:
    with changing_map(now=NOW, author="ada", source="page"):
        make_team("payments")
    make_team("cart")
    told = MapChange.objects.filter(what="team").values_list("after__slug", "author", "source", "changed_at")
    assert told[0] == ("payments", "ada", "page", NOW)
    assert told[1][2] == "database", "who writes later in the same transaction is somebody else"


def test_who_writes_within_another_is_told_and_then_the_other_again() -> None:
    with changing_map(now=NOW, author="ada", source="page"):
        with written_by("labels", "label", at=NOW):
            make_team("a")
        make_team("b")
    assert list(MapChange.objects.values_list("author", flat=True)) == ["labels", "ada"]


def test_what_fails_says_nothing_and_nobody_is_taken_for_its_author() -> None:
    def fail() -> None:
        with changing_map(now=NOW, author="ada", source="page"):
            make_team("payments")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    make_team("cart")
    assert [change.source for change in MapChange.objects.all()] == ["database"]


@pytest.mark.parametrize(
    ("matcher", "words", "because"),
    [
        ({"namespace": ["pay", "shop"], "workload": ["a"]}, {"namespace pay", "namespace shop"}, "it names them"),
        ({"namespace": ["pay-*"]}, {"rules of CLUSTER"}, "a glob may match anywhere in the cluster"),
        ({"namespace": ["shop", "~pay.*"]}, {"rules of CLUSTER"}, "and so may a pattern"),
        ({"image": ["x"]}, {"rules of CLUSTER"}, "without a namespace too"),
        ({"namespace": "shop"}, {"rules of CLUSTER"}, "what is not written as a list is found everywhere"),
    ],
)
def test_a_rule_is_found_where_it_may_match(matcher: dict[str, object], words: set[str], because: str) -> None:
    cluster, team = make_cluster(), make_team()
    OwnershipRule.objects.create(cluster=cluster, team=team, matcher=matcher, precedence="rule")
    expected = {word.replace("CLUSTER", str(cluster.pk)) for word in words} | {f"team {team.pk}"}
    assert set(MapChange.objects.get(what="rule").words) == expected, because


def test_a_row_that_moves_is_found_from_both_places() -> None:
    row, other = make_namespace("shop"), make_team()
    Namespace.objects.filter(pk=row.pk).update(name="store", team=other)
    words = {"namespace shop", "namespace store", f"team {row.team_id}", f"team {other.pk}"}
    assert set(MapChange.objects.filter(what="namespace")[1].words) == words


def test_clusters_teams_and_the_level_full_may_matter_to_everything() -> None:
    make_namespace("shop", level="full")
    make_cluster()
    found = set(MapChange.objects.filter(words__contains=["map"]).values_list("what", flat=True))
    assert found == {"team", "cluster", "namespace"}


def test_what_is_too_old_goes_when_the_map_changes_next(settings: pytest.FixtureRequest) -> None:
    settings.MAP_HISTORY = timedelta(days=10)  # type: ignore[attr-defined]
    with changing_map(now=NOW, author="ada", source="page"):
        make_team("old")
    assert history_from() == NOW
    with changing_map(now=NOW + timedelta(days=10), author="ada", source="page"):
        make_team("exact")
    assert history_from() == NOW, "nothing is older than ten days"
    with changing_map(now=NOW + timedelta(days=11), author="ada", source="page"):
        make_team("new")
    assert [row.after["slug"] for row in MapChange.objects.all() if row.after] == ["exact", "new"]
    assert history_from() == NOW + timedelta(days=1)


def test_the_history_starts_with_the_first_change() -> None:
    assert history_from() is None
    with changing_map(now=NOW):
        Cluster.objects.all().delete()
    assert MapVersion.objects.get().history_from == NOW
    map_has_changed(now=NOW)
    assert not Team.objects.exists()
