"""What a change of one row changes for whom, before it is done."""

import pytest

from ownership.amending import Entry, amended, example_of, moved_by
from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry
from ownership.match import OwnershipMap, Subject, owner_of
from ownership.matchers import Matcher
from ownership.precedence import Precedence
from ownership.responsibility import Level, Tenancy, Who
from ownership.subject import values_of

PROD = ClusterEntry("prod", "platform", fallback="platform")
SHOP = NamespaceEntry("prod", "shop", "payments", Level.WORKLOADS)
DNS = ComponentEntry("prod", "CoreDNS", "", "dns")
CART = RuleEntry("prod", Matcher.of(namespace="shop", workload="cart-*"), "cart", None, Precedence.WORKLOAD, pk=1)
POLICY = ResponsibilityEntry("prod", "shop", "NetworkPolicy", Level.WORKLOADS, Who.TEAM)
MAP = OwnershipMap.of([PROD], [DNS], [SHOP], rules=[CART], responsibilities=[POLICY])


@pytest.mark.parametrize(
    ("before", "after", "what", "was", "becomes"),
    [
        (SHOP, NamespaceEntry("prod", "shop", "cart"), "namespace shop in prod", "payments", "cart"),
        (SHOP, None, "namespace shop in prod", "payments", "platform"),
        (None, NamespaceEntry(None, "web", "cart"), "namespace web in prod", "platform", "cart"),
        (CART, None, "what matches namespace shop, workload cart-* in prod", "cart", "payments"),
        (None, RuleEntry(None, Matcher.of(image="*/x"), "data"), "what matches image */x in prod", "platform", "data"),
        (DNS, None, "CoreDNS in prod", "dns", "platform"),
        (PROD, ClusterEntry("prod", "ops", fallback="platform"), "the nodes and the cluster prod itself", "platform",
         "ops"),
        (PROD, ClusterEntry("prod", "platform", fallback="ops"), "what is uncertain in prod", "platform", "ops"),
        (PROD, ClusterEntry("prod", "platform", fallback="ops"), "what nobody owns in prod", "platform", "ops"),
    ],
)  # fmt: skip
def test_what_would_be_somebody_elses(
    before: Entry | None, after: Entry | None, what: str, was: str, becomes: str
) -> None:
    moved = {each.what: (each.before.team, each.after.team) for each in moved_by(MAP, before, after)}
    assert moved[what] == (was, becomes)


def test_a_level_moves_who_answers_and_not_whose_it_is() -> None:
    moved = {each.what: each for each in moved_by(MAP, SHOP, NamespaceEntry("prod", "shop", "payments", Level.FULL))}
    ingress = moved["Ingresses of shop in prod"]
    assert not ingress.is_handed_over
    assert ingress.before.answerer
    assert ingress.after.answerer
    assert (ingress.before.answerer.team, ingress.after.answerer.team) == ("platform", "payments")


def test_a_cell_of_the_table_moves_who_answers() -> None:
    (moved,) = moved_by(MAP, POLICY, None)
    assert moved.what == "NetworkPolicies of shop in prod"
    assert moved.after.answerer
    assert moved.after.answerer.team == "platform"


def test_what_stays_as_it_is_is_not_told() -> None:
    assert moved_by(MAP, SHOP, SHOP) == []
    assert moved_by(MAP, None, RuleEntry(None, Matcher.of(namespace="shop"), "data")) == [], "a weaker rule"


def test_with_a_cluster_goes_what_is_written_for_it() -> None:
    without = amended(MAP, PROD, None)
    assert (without.clusters, without.components, without.namespaces, without.rules) == ({}, {}, {}, ())


def test_a_dedicated_cluster_is_its_teams_where_the_level_is_full() -> None:
    after = ClusterEntry("prod", "platform", Tenancy.DEDICATED, "payments", "platform")
    assert isinstance(moved_by(MAP, PROD, after), list)


def test_the_map_itself_stays_as_it_is_and_what_it_looks_up_is_kept() -> None:
    MAP.prepare()
    then = amended(MAP, SHOP, None)
    assert ("prod", "shop") in MAP.namespaces
    assert then.rule_index is MAP.rule_index
    assert amended(MAP, CART, None).rule_index is not MAP.rule_index
    assert owner_of(Subject("Namespace", "shop", "shop", "prod"), MAP).team == "payments"


@pytest.mark.parametrize(
    "matcher",
    [
        Matcher.of(namespace="shop", workload="cart"),
        Matcher.of(image="registry.example.org/shop/*"),
        Matcher.of(registry="ghcr.io"),
        Matcher.of(labels={"team": "blue", "app": ["a", "b"]}),
        Matcher.of(node="node-*"),
        Matcher.of(ingress_host="*.example.org"),
        Matcher.of(alertname="~Pay.*"),
        Matcher.of(kind="Ingress", namespace="shop"),
    ],
)
def test_an_example_of_a_matcher_is_matched_by_it(matcher: Matcher) -> None:
    words, labels = example_of(matcher)
    values = values_of(Subject.read(words)) | {f"labels.{name}": (value,) for name, value in labels.items()}
    for name, texts in matcher.compiled:
        assert any(text.fits(value) for text in texts for value in values.get(name, ())), name
