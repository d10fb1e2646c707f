"""One row of the map, written by hand: checked as a file is, compared, and saved where nobody changed it meanwhile."""

from typing import Any

import pytest
from django.utils import timezone

from ownership import editing
from ownership.directory import load_map
from ownership.editing import Author, Changed, Held, NotAllowed, Refused
from ownership.importing import apply, known_names
from ownership.match import Matcher, Subject, owner_of
from ownership.models import (
    Cluster,
    Component,
    MapChange,
    Namespace,
    OwnershipRefusal,
    OwnershipRule,
    ResponsibilityRule,
    Team,
)
from ownership.precedence import Precedence
from ownership.roles import Person
from ownership.sources.format import keys
from ownership.sources.mapfile import MapFile, parse
from ownership.version import changing_map
from tests.factories import make_cluster, make_component, make_member, make_namespace, make_team, make_user

pytestmark = pytest.mark.django_db
OPERATOR = Author(Person("operator"), "ann", "page")
LEAD = Author(Person("viewer", {"payments": "admin"}), "lea", "page")


@pytest.fixture
def prod() -> Cluster:
    platform = make_team("platform")
    make_team("payments")
    make_team("cart")
    return make_cluster("prod", operated_by=platform, fallback=platform)


def save(section: str, data: dict[str, Any], row: Any = None, *, by: Author = OPERATOR, **more: Any) -> Any:
    return editing.save(section, data, row, by=by, now=timezone.now(), **more)


def owner(namespace: str) -> str | None:
    return owner_of(Subject("Namespace", namespace, namespace, "prod"), load_map()).team


# -- What is saved --


@pytest.mark.parametrize(
    ("section", "data"),
    [
        ("teams", {"slug": "search", "name": "Search", "parent": "platform"}),
        ("clusters", {"slug": "stage", "operated_by": "platform", "recognised_by": [{"env": "stage"}]}),
        ("components", {"cluster": "prod", "kind": "CoreDNS", "team": "cart", "matchers": [{"namespace": "dns"}]}),
        ("namespaces", {"cluster": "prod", "name": "shop", "team": "payments", "annotations_for": ["cart"]}),
        ("rules", {"team": "cart", "namespace": "shop", "labels": {"app": ["cart", "cart-*"]}}),
        ("responsibilities", {"kind": "Ingress", "level": "workloads", "who": "team", "cluster": "prod"}),
    ],
)
def test_a_row_is_written_in_the_words_of_the_file_and_read_back_in_them(
    prod: Cluster, section: str, data: dict[str, Any]
) -> None:
    row = save(section, data)
    read = editing.data_of(section, row)
    assert {name: read[name] for name in data} == data
    assert row.source == "manual"
    assert editing.draft(section, read, row).changes_anything is False, "what is written again changes nothing"


def test_the_history_tells_who_did_it_and_from_where(prod: Cluster) -> None:
    save("namespaces", {"cluster": "prod", "name": "shop", "team": "payments"})
    change = MapChange.objects.filter(what="namespace").get()
    assert (change.author, change.source) == ("ann", "page")


def test_the_loaded_map_is_a_new_one(prod: Cluster) -> None:
    assert owner("shop") == "platform"
    save("namespaces", {"cluster": "prod", "name": "shop", "team": "payments"})
    assert owner("shop") == "payments"


def test_what_is_not_said_stays(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"), level="workloads")
    save("namespaces", {"team": "cart"}, row)
    row.refresh_from_db()
    assert (row.team.slug, row.level) == ("cart", "workloads")


def test_of_the_conditions_of_a_rule_all_are_said_or_none(prod: Cluster) -> None:
    row = save("rules", {"team": "cart", "cluster": "prod", "namespace": "shop", "workload": "cart-*"})
    assert row.precedence == "workload"
    row = save("rules", {"image": "*/cart"}, row)
    assert editing.data_of("rules", row) == {"team": "cart", "cluster": "prod", "level": None, "image": "*/cart"}
    assert row.precedence == "rule", "its class follows from its conditions"
    row = save("rules", {"team": "payments"}, row)
    assert editing.data_of("rules", row)["image"] == "*/cart"


def test_a_team_has_exactly_the_members_and_contacts_that_are_named(prod: Cluster) -> None:
    make_user("ada")
    make_user("bo")
    contact = {"kind": "chat", "address": "#payments", "note": "by day"}
    team = save("teams", {"members": [{"username": "ada", "role": "admin"}], "contacts": [contact]}, payments())
    assert editing.data_of("teams", team)["members"] == [{"username": "ada", "role": "admin"}]
    team = save("teams", {"members": [{"username": "bo", "role": "member"}]}, team)
    assert editing.data_of("teams", team)["members"] == [{"username": "bo", "role": "member"}]
    assert editing.data_of("teams", team)["contacts"] == [contact]


@pytest.mark.parametrize("section", editing.SECTIONS)
def test_every_field_that_a_file_may_say_of_a_row_is_one_that_a_hand_may(section: str) -> None:
    """Or a change by hand would empty what it does not know. Rotation, steps and channels are rows of their own."""
    elsewhere = {"rotation", "escalation", "channels"}
    known = set(keys(section)) - elsewhere
    make: dict[str, Any] = {
        "teams": make_team,
        "clusters": make_cluster,
        "components": make_component,
        "namespaces": make_namespace,
    }
    if section in make:
        row = editing.rows_of(section).get(pk=make[section]().pk)
        assert editing.data_of(section, row).keys() == known


def test_what_a_page_does_not_change_stays(prod: Cluster) -> None:
    team = save("teams", {"kubernetes_groups": ["oidc:payments"]}, payments())
    team = save("teams", {"name": "Pay"}, team)
    assert team.kubernetes_groups == ["oidc:payments"]


def payments() -> Team:
    found: Team = editing.rows_of("teams").get(slug="payments")
    return found


# -- What it tells before --


def test_a_draft_tells_each_field_before_and_after(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"))
    draft = editing.draft("namespaces", {"team": "cart", "level": "full"}, row)
    assert draft.change.fields == (("team", "payments", "cart"), ("level", "namespace", "full"))
    assert str(draft.change) == "~ namespace prod/shop: team payments → cart, level namespace → full"
    assert Namespace.objects.get().team.slug == "payments", "nothing is saved"


def test_a_draft_tells_what_would_be_somebody_elses(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"))
    moved = editing.draft("namespaces", {"team": "cart"}, row).moved
    assert [(each.what, each.before.team, each.after.team) for each in moved] == [
        ("namespace shop in prod", "payments", "cart")
    ], "and what is in it goes with it"


def test_a_removal_tells_what_falls_to_whom(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"))
    moved = editing.draft_removal("namespaces", row).moved[0]
    assert (moved.before.team, moved.after.team, moved.after.is_gap) == ("payments", "platform", True)


def test_the_removal_of_a_cluster_tells_what_goes_with_it(prod: Cluster) -> None:
    make_component(cluster=prod)
    make_namespace("shop", cluster=prod)
    make_namespace("web", cluster=prod)
    assert editing.draft_removal("clusters", prod).notes == ("With it go 1 component, 2 namespaces.",)


def test_what_a_file_wrote_comes_back_and_that_is_said(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod, source="file")
    assert "A file wrote it." in editing.draft("namespaces", {"team": "cart"}, row).notes[0]


# -- What is refused --


@pytest.mark.parametrize(
    ("section", "data", "field", "wrong"),
    [
        ("namespaces", {"name": "shop", "team": "nobody"}, "team", "is not a known team"),
        ("namespaces", {"name": "Shop!", "team": "cart"}, "name", "is no"),
        ("namespaces", {"name": "shop"}, "team", "is missing"),
        ("rules", {"team": "cart", "image": "~("}, "image", "is no pattern of RE2"),
        ("rules", {"team": "cart"}, "", "has no condition"),
        ("clusters", {"slug": "x", "operated_by": "cart", "tenancy": "dedicated"}, "dedicated_to", "is missing"),
        ("teams", {"slug": "platform", "parent": "platform"}, "parent", "makes platform a part of itself"),
        ("teams", {"slug": "new", "members": [{"username": "stranger"}]}, "members.username", "is nobody here"),
        ("responsibilities", {"kind": "Pod", "level": "much", "who": "team"}, "level", "is none of the words here"),
    ],
)
def test_a_mistake_names_the_field_what_is_wrong_and_the_remedy(
    prod: Cluster, section: str, data: dict[str, Any], field: str, wrong: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(section, data)
    mistake = refused.value.mistakes[0]
    assert mistake.field == field
    assert wrong in mistake.wrong
    assert mistake.remedy


@pytest.mark.parametrize("value", ["'", '"', "a: b", "[x", "{y", "#", "\n", "- z", "&a", "*", "!!x", "\0", "é" * 99])
def test_no_text_becomes_anything_but_a_text(prod: Cluster, value: str) -> None:
    try:
        row = save("teams", {"slug": "odd", "name": value})
    except Refused:
        assert not Team.objects.filter(slug="odd").exists()
    else:
        assert row.name in (value, value.strip() or "Odd"), "as it was written, or as if nothing was"


def test_the_second_of_two_is_refused(prod: Cluster) -> None:
    data = {"cluster": "prod", "name": "shop", "team": "cart"}
    save("namespaces", data)
    with pytest.raises(Refused, match="is there already"):
        save("namespaces", data)


def test_a_row_does_not_become_another_one(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod)
    with pytest.raises(Refused, match="names another namespace than prod/shop"):
        save("namespaces", {"name": "web"}, row)


def test_somebody_else_was_faster(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"))
    seen = editing.version_of("namespaces", row)
    save("namespaces", {"level": "full"}, row, version=seen)
    with pytest.raises(Changed):
        save("namespaces", {"team": "cart"}, row, version=seen)
    assert Namespace.objects.get().team.slug == "payments"


def test_what_is_gone_cannot_be_changed(prod: Cluster) -> None:
    row = make_namespace("shop", cluster=prod)
    with changing_map():
        Namespace.objects.all().delete()
    with pytest.raises(Changed):
        save("namespaces", {"team": "cart"}, row)


def test_a_member_who_came_meanwhile_is_not_thrown_out(prod: Cluster) -> None:
    seen = editing.version_of("teams", payments())
    make_member(payments())
    with pytest.raises(Changed):
        save("teams", {"members": []}, payments(), version=seen)


@pytest.mark.parametrize(
    ("section", "make"),
    [
        ("clusters", Cluster.objects.get),
        ("components", lambda: make_component(cluster=Cluster.objects.get())),
        ("namespaces", lambda: make_namespace("web", team=Team.objects.get(slug="cart"))),
        ("teams", lambda: Team.objects.get(slug="cart")),
    ],
)
def test_a_team_admin_changes_nothing_that_is_not_the_teams(prod: Cluster, section: str, make: Any) -> None:
    row = editing.rows_of(section).get(pk=make().pk)
    name = "annotations_for" if section == "namespaces" else "name"
    value: Any = ["payments"] if section == "namespaces" else "x" if section != "components" else row.name
    with pytest.raises(NotAllowed):
        save(section, {name: value, "matchers": []} if section == "components" else {name: value}, row, by=LEAD)
    with pytest.raises(NotAllowed):
        editing.remove(section, row, by=LEAD, now=timezone.now())


def test_a_team_admin_edits_what_the_team_owns(prod: Cluster) -> None:
    team = Team.objects.get(slug="payments")
    row = make_namespace("shop", cluster=prod, team=team)
    save("namespaces", {"annotations_for": ["cart"]}, row, by=LEAD)
    save("rules", {"team": "cart", "cluster": "prod", "namespace": "shop", "workload": "cart"}, by=LEAD)
    save("teams", {"name": "Payments and more"}, payments(), by=LEAD)
    with pytest.raises(NotAllowed):
        save("namespaces", {"level": "full"}, editing.rows_of("namespaces").get(pk=row.pk), by=LEAD)


# -- What goes --


def test_what_others_refer_to_stays_and_it_is_said_by_what(prod: Cluster) -> None:
    platform = editing.rows_of("teams").get(slug="platform")
    assert "still refer to" in editing.draft_removal("teams", platform).held
    with pytest.raises(Held):
        editing.remove("teams", platform, by=OPERATOR, now=timezone.now())


def test_a_row_is_removed(prod: Cluster) -> None:
    row = save("responsibilities", {"kind": "Ingress", "level": "workloads", "who": "team"})
    editing.remove("responsibilities", row, version=editing.version_of("responsibilities", row), by=OPERATOR,
                   now=timezone.now())  # fmt: skip
    assert not ResponsibilityRule.objects.exists()


def test_removing_what_a_label_wrote_refuses_it(prod: Cluster) -> None:
    with changing_map():
        row = OwnershipRule.objects.create(
            cluster=prod,
            matcher=Matcher.of(namespace="shop").as_data(),
            team=Team.objects.get(slug="payments"),
            precedence=Precedence.NAMESPACE,
            source="label",
            origin="the namespace shop",
        )
    with pytest.raises(Refused):
        editing.draft("rules", {"team": "cart"}, row)
    editing.remove("rules", row, by=LEAD, now=timezone.now())
    assert OwnershipRefusal.objects.get().refused_by == "lea"


def test_what_is_written_by_hand_survives_the_pruning_of_a_file(prod: Cluster) -> None:
    save("components", {"cluster": "prod", "kind": "CoreDNS", "name": "x"})
    file = parse("namespaces:\n  - {name: a, team: cart}\n", known_names())
    assert isinstance(file, MapFile)
    apply(file, prune=True, now=timezone.now())
    assert Component.objects.count() == 1
