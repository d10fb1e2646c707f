"""Rules, the split of kinds and what clusters trust: applied, exported, pruned, in bulk."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownership import importing
from ownership.changes import Verb
from ownership.directory import load_map
from ownership.exporting import export, flow
from ownership.match import Matcher, Subject, owner_of
from ownership.models import Cluster, Namespace, OwnershipRefusal, OwnershipRule, ResponsibilityRule, Team, TeamContact
from ownership.sources import format as file_format
from ownership.sources.mapfile import MapFile, parse
from tests.factories import make_cluster, make_team

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
WHOLE = """
teams:
- {slug: shop, contacts: [{kind: chat, address: "#shop", note: by day}]}
- {slug: cart, parent: shop}
- {slug: platform}
clusters:
- slug: prod
  operated_by: platform
  fallback_policy: operators
  recognised_by: [{region: eu, env: [prod-*]}, {dc: fra}]
  labels_for: ["*"]
components:
- {cluster: prod, kind: Gateway, team: shop, matchers: [{namespace: gateway, workload: envoy*}]}
namespaces:
- {name: shop, team: shop, annotations_for: [cart]}
rules:
- {team: cart, cluster: prod, namespace: shop, labels: {app: [cart, cart-*]}, level: workloads}
- {team: cart, image: "*/cart"}
responsibilities:
- {kind: NetworkPolicy, level: namespace, who: team}
- {kind: NetworkPolicy, level: namespace, who: operators, cluster: prod, namespace: shop}
"""


def read(text: str) -> MapFile:
    file = parse(text, importing.known_names())
    assert isinstance(file, MapFile), file
    return file


def applied(text: str, *, prune: bool = False, dry_run: bool = False) -> importing.Report:
    return importing.apply(read(text), prune=prune, dry_run=dry_run, now=NOW)


def test_everything_that_a_file_says_is_in_the_map() -> None:
    applied(WHOLE)
    loaded = load_map()
    cart = owner_of(Subject("Pod", "x", "shop", "prod", labels={"app": "cart-eu"}), loaded)
    assert (cart.team, cart.level, cart.source, cart.updated_at) == ("cart", "workloads", "file", NOW)
    assert owner_of(Subject(image="r.example.org/cart:1", cluster="prod"), loaded).team == "cart"
    assert owner_of(Subject("Deployment", "envoy-1", "gateway", "prod"), loaded).team == "shop"
    assert owner_of(Subject.of_labels({"dc": "fra", "namespace": "lost"}), loaded).team == "platform"
    policy = owner_of(Subject("NetworkPolicy", "x", "shop", "prod"), loaded)
    assert policy.answerer
    assert policy.answerer.team == "platform"
    assert Team.objects.get(slug="cart").parent == Team.objects.get(slug="shop")
    assert str(TeamContact.objects.get()) == "Shop: chat #shop"


def test_the_same_file_again_does_nothing() -> None:
    applied(WHOLE)
    assert not applied(WHOLE, prune=True).changes_anything


def test_a_change_and_what_goes_are_told_in_words() -> None:
    applied(WHOLE)
    changed = WHOLE.replace("cart-*]}, level: workloads", "cart-*]}").replace('- {team: cart, image: "*/cart"}\n', "")
    said = str(applied(changed.replace(", parent: shop", ""), prune=True, dry_run=True)).splitlines()
    assert said == [
        "~ team cart: parent shop → none",
        "~ rule prod/labels.app cart or cart-*, namespace shop: level workloads → none",
        "- rule */image */cart",
        "A dry run: nothing is changed. It would be 0 added, 2 changed, 1 removed.",
    ]
    assert OwnershipRule.objects.count() == 2


def test_parent_and_child_go_together() -> None:
    applied(WHOLE)
    applied("teams: [{slug: other}]", prune=True)
    assert list(Team.objects.values_list("slug", flat=True)) == ["other"]


def test_a_parent_that_somebody_else_is_below_is_kept() -> None:
    applied("teams: [{slug: a}, {slug: other}]")
    make_team("mine", parent=Team.objects.get(slug="a"))
    said = applied("teams: [{slug: other}]", prune=True)
    assert [(change.verb, change.key) for change in said.changes] == [(Verb.KEEP, ("a",))]


def test_what_labels_wrote_no_file_takes_away() -> None:
    applied(WHOLE)
    OwnershipRule.objects.create(
        matcher={"namespace": ["x"]}, team=Team.objects.get(slug="cart"), precedence="namespace", source="label"
    )
    assert not applied(WHOLE, prune=True).changes_anything
    assert "namespace: x" not in export()


def test_of_a_rule_by_hand_and_one_of_a_file_the_file_s_is_told() -> None:
    applied(WHOLE)
    OwnershipRule.objects.create(
        matcher={"image": ["*/cart"]}, team=Team.objects.get(slug="shop"), precedence="rule", source="manual"
    )
    assert not applied(WHOLE, prune=True).changes_anything
    owner = owner_of(Subject(image="x/cart", cluster="prod"), load_map())
    assert (owner.team, [used.team for used in owner.conflicts]) == ("shop", ["cart"])


def test_progress_is_told() -> None:
    rules = "\n".join(f"- {{team: a, namespace: n-{number}}}" for number in range(1500))
    told: list[tuple[str, int, int]] = []
    importing.apply(
        read(f"teams: [{{slug: a}}]\nrules:\n{rules}"), now=NOW, told=lambda *progress: told.append(progress)
    )
    assert told == [("team", 1, 1), ("rule", 1000, 1500), ("rule", 1500, 1500)]


def test_five_hundred_rules_cost_as_many_statements_as_five() -> None:
    counts = []
    applied("teams: [{slug: a}]")
    for rules in (5, 500):
        text = "teams: [{slug: a}]\nrules:\n" + "".join(
            f"- {{team: a, namespace: {rules}-{n}-*}}\n" for n in range(rules)
        )
        with CaptureQueriesContext(connection) as captured:
            applied(text)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_changing_five_hundred_rules_is_one_statement() -> None:
    text = "teams: [{slug: a}, {slug: b}]\nrules:\n" + "".join(
        f"- {{team: a, namespace: n{n}-*}}\n" for n in range(500)
    )
    applied(text)
    with CaptureQueriesContext(connection) as captured:
        report = applied(text.replace("team: a", "team: b"))
    assert report.count(Verb.CHANGE) == 500
    assert sum("ownership_ownershiprule" in query["sql"] for query in captured) == 2, "read once, written once"
    assert set(OwnershipRule.objects.values_list("team__slug", flat=True)) == {"b"}


# -- export ∘ apply is the identity --

SLUGS = st.sampled_from(["a", "b", "no", "007", "x-1"])
TEXTS = st.sampled_from(
    ["shop", "shop-*", "*.example.org", "~a|b", "~[a-z]+", "yes", "1.5", "a: b", "it's", "#x", "{", "é"]
)
LEVELS = st.sampled_from(["image", "workloads", "namespace", "full"])
SOME = st.one_of(TEXTS, st.lists(TEXTS, min_size=1, max_size=3, unique=True))
LABELS = st.dictionaries(st.sampled_from(["app", "team", "app.kubernetes.io/name"]), SOME, min_size=1, max_size=2)
CONDITIONS = st.dictionaries(st.sampled_from(file_format.CONDITIONS[:-2]), SOME, min_size=1, max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A file that explains all the names that it uses, and says nothing twice."""
    slugs = draw(st.lists(SLUGS, min_size=1, unique=True))
    team = st.sampled_from(slugs)
    clusters = draw(st.lists(SLUGS, unique=True, max_size=2))
    where = st.sampled_from(clusters) if clusters else st.nothing()
    maybe = {"cluster": where} if clusters else {}
    teams = [
        {"slug": slug, "name": draw(TEXTS)} | ({"parent": slugs[at - 1]} if at and draw(st.booleans()) else {})
        for at, slug in enumerate(slugs)
    ]
    contact = st.fixed_dictionaries({"kind": st.just("chat"), "address": TEXTS}, optional={"note": TEXTS})
    teams[0]["contacts"] = draw(st.lists(contact, max_size=2, unique_by=lambda each: each["address"]))  # type: ignore[assignment]
    cluster = st.fixed_dictionaries(
        {"operated_by": team},
        optional={
            "fallback": team,
            "fallback_policy": st.sampled_from(["operators", "owner"]),
            "recognised_by": st.lists(LABELS, max_size=2),
            "labels_for": st.lists(team, max_size=2, unique=True),
        },
    )
    matchers = st.lists(CONDITIONS, max_size=2)
    most = 2 if clusters else 0
    component = st.fixed_dictionaries({"cluster": where, "kind": TEXTS}, optional={"team": team, "matchers": matchers})
    namespace = st.fixed_dictionaries(
        {"name": st.sampled_from(["shop", "no", "1"]), "team": team, "level": LEVELS},
        optional={**maybe, "annotations_for": st.lists(team, max_size=2, unique=True)},
    )
    rule = st.tuples(
        st.fixed_dictionaries({"team": team}, optional={**maybe, "level": LEVELS}),
        CONDITIONS,
        st.one_of(st.just({}), st.fixed_dictionaries({"labels": LABELS})),
    ).map(lambda parts: parts[0] | parts[1] | parts[2])
    row = st.fixed_dictionaries(
        {"kind": st.sampled_from(["Role", "Pod"]), "level": LEVELS, "who": st.sampled_from(["team", "operators"])},
        optional={**maybe, "namespace": st.just("shop")},
    )
    return {
        "teams": teams,
        "clusters": [{"slug": slug, **draw(cluster)} for slug in clusters],
        "components": draw(st.lists(component, max_size=most, unique_by=lambda each: _key(each, "cluster", "kind"))),
        "namespaces": draw(st.lists(namespace, max_size=3, unique_by=lambda each: _key(each, "cluster", "name"))),
        "rules": draw(st.lists(rule, max_size=4, unique_by=_rule_key)),
        "responsibilities": draw(
            st.lists(row, max_size=3, unique_by=lambda each: _key(each, "cluster", "namespace", "kind", "level"))
        ),
    }


def _key(row: dict[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")).casefold() for name in names)


def _rule_key(row: dict[str, Any]) -> tuple[str, str]:
    matcher = Matcher.of({name: value for name, value in row.items() if name not in {"team", "cluster", "level"}})
    return row.get("cluster", ""), matcher.text


@given(documents())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_what_is_exported_makes_the_same_map_byte_for_byte(document: dict[str, Any]) -> None:
    text = "".join(f"{name}: {flow(rows)}\n" for name, rows in document.items() if rows)
    with transaction.atomic():
        applied(text)
        first = export()
        assert not applied(first, prune=True).changes_anything
        before = load_map()
        _empty()
        applied(first)
        assert export() == first
        after = load_map()
        assert (after.clusters, after.components, after.namespaces) == (
            before.clusters,
            before.components,
            before.namespaces,
        )
        assert set(after.rules) == set(before.rules)
        assert set(after.responsibilities) == set(before.responsibilities)
        transaction.set_rollback(True)


def _empty() -> None:
    for table in (OwnershipRule, ResponsibilityRule, Namespace, Cluster, Team):
        table._default_manager.all().delete()


# -- Labels --


def labelled(name: str, team: str) -> dict[str, Any]:
    return {"kind": "Namespace", "metadata": {"name": name, "labels": {"team": team}}}


@pytest.fixture
def prod() -> Cluster:
    make_team("shop")
    return make_cluster("prod", operated_by=make_team("platform"), labels_for=["shop"])


def test_labels_become_rules_and_go_again(prod: Cluster) -> None:
    told = importing.apply_labels(prod, [labelled("new", "shop"), labelled("old", "shop")], now=NOW)
    assert [str(change) for change in told.report.changes] == [
        "+ rule prod/namespace new: team shop, by label team of the namespace new",
        "+ rule prod/namespace old: team shop, by label team of the namespace old",
    ]
    assert [gained.team for gained in told.gained] == ["shop", "shop"]
    owner = owner_of(Subject("Pod", "x", "new", "prod"), load_map())
    assert (owner.team, owner.source) == ("shop", "label")
    again = importing.apply_labels(prod, [labelled("new", "shop")], now=NOW)
    assert "--prune removes it" in str(again.report.changes[0])
    assert not again.gained, "who is told once is not told again"
    pruned = importing.apply_labels(prod, [labelled("new", "shop")], prune=True, now=NOW)
    assert [str(change) for change in pruned.report.changes] == ["- rule prod/namespace old"]
    assert owner_of(Subject("Pod", "x", "old", "prod"), load_map()).is_gap


def test_a_dry_run_of_labels_changes_nothing(prod: Cluster) -> None:
    assert importing.apply_labels(prod, [labelled("new", "shop")], dry_run=True, now=NOW).report.changes_anything
    assert not OwnershipRule.objects.exists()


def test_a_refusal_takes_the_rule_away_for_good(prod: Cluster) -> None:
    importing.apply_labels(prod, [labelled("new", "shop")], now=NOW)
    importing.refuse(OwnershipRule.objects.get(), by="ada", reason="not ours", now=NOW)
    assert owner_of(Subject("Pod", "x", "new", "prod"), load_map()).is_gap
    told = importing.apply_labels(prod, [labelled("new", "shop")], now=NOW)
    assert not OwnershipRule.objects.exists()
    assert [ignored.why for ignored in told.ignored] == ["the team has refused it"]
    assert str(OwnershipRefusal.objects.get()) == "Shop refuses namespace new"


def test_only_what_a_label_wrote_can_be_refused() -> None:
    applied(WHOLE)
    rule = OwnershipRule.objects.exclude(cluster=None).get()
    with pytest.raises(ValueError, match="but by file; change it there"):
        importing.refuse(rule, by="ada", now=NOW)
