"""The resolver: which rule decides among many, what led there, what was overruled, and who answers in the end."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownership.entries import precedence_of
from ownership.match import (
    ClusterEntry,
    ComponentEntry,
    Matcher,
    NamespaceEntry,
    OwnershipMap,
    Precedence,
    ResponsibilityEntry,
    Rule,
    RuleEntry,
    Side,
    Subject,
    answerer_of,
    fallback_of,
    owner_of,
)
from ownership.precedence import DEFAULT_ORDER, NoOrder, order_of
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.sources.catalogue import WELL_KNOWN

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PROD = ClusterEntry("prod", "platform", fallback="duty", source="file", updated_at=NOW - timedelta(days=30))


def rule(
    team: str, cluster: str | None = None, *, source: str = "file", level: Level | None = None, **conditions: Any
) -> RuleEntry:
    matcher = Matcher.of(conditions)
    return RuleEntry(cluster, matcher, team, level, precedence_of(matcher), source, NOW - timedelta(days=3))


def of_class(precedence: Precedence, team: str, **conditions: Any) -> RuleEntry:
    return replace(rule(team, **conditions), precedence=precedence)


RULES = (
    rule("cart", "prod", namespace="shop", labels={"app": "cart"}),
    rule("search", "prod", namespace="shop", ingress_host="search.example.org", level=Level.IMAGE),
    rule("batch", namespace="batch-*"),
    rule("nightly", "prod", namespace="batch-night"),
    rule("ml", node_labels={"pool": "gpu"}),
    rule("images", image="harbor.example.org/base/*"),
    rule("mirror", registry="harbor.example.org"),
    rule("alerts", alertname="Shop*"),
    rule("fast", "prod", storage_class="fast-ssd"),
    rule("edge", ingress_class="public"),
    rule("hooks", webhook="~policy-(a|b)"),
    rule("jobs", "prod", kind="CronJob", workload="report-*"),
)
MAP = OwnershipMap.of(
    (PROD, ClusterEntry("lab", "metal", Tenancy.DEDICATED, "data")),
    (
        ComponentEntry("prod", "CoreDNS", "", "dns"),
        ComponentEntry(
            "prod", "Gateway", "public", "edge", matchers=(Matcher.of(namespace="gateway", workload="envoy*"),)
        ),
    ),
    (
        NamespaceEntry("prod", "shop", "shop", Level.WORKLOADS, "file", NOW - timedelta(days=9)),
        NamespaceEntry("prod", "gateway", "web"),
    ),
    rules=RULES,
    shipped=WELL_KNOWN,
)


@pytest.mark.parametrize(
    ("subject", "team", "by", "because"),
    [
        (Subject("Pod", "x", "shop", "prod"), "shop", Rule.NAMESPACE, "a workload inherits from its namespace"),
        (
            Subject("Pod", "x", "shop", "prod", labels={"app": "cart"}),
            "cart",
            Rule.WORKLOAD,
            "two teams in one namespace, told apart by a label",
        ),
        (
            Subject("Ingress", "x", "shop", "prod", ingress_host="search.example.org"),
            "search",
            Rule.WORKLOAD,
            "or by a route",
        ),
        (Subject("Pod", "x", "shop", "lab", labels={"app": "cart"}), None, Rule.NOBODY, "a rule of another cluster"),
        (Subject("Namespace", "batch-day", "", "prod"), "batch", Rule.OWNERSHIP_RULE, "a glob over namespaces"),
        (Subject("Pod", "x", "batch-night", "prod"), "nightly", Rule.OWNERSHIP_RULE, "a rule of that cluster first"),
        (Subject("Pod", "x", "batch-night", "lab"), "batch", Rule.OWNERSHIP_RULE, "elsewhere the one of every cluster"),
        (
            Subject("Node", "n1", "", "prod", node_labels={"pool": "gpu"}),
            "ml",
            Rule.OWNERSHIP_RULE,
            "a node by its labels",
        ),
        (Subject("Node", "n2", "", "prod"), "platform", Rule.OPERATORS, "any other node is the operators'"),
        (Subject(image="harbor.example.org/base/jdk:21", cluster="prod"), "images", Rule.OWNERSHIP_RULE, "an image"),
        (Subject("Image", "harbor.example.org/base/jdk", "", "prod"), "images", Rule.OWNERSHIP_RULE, "as a kind too"),
        (Subject(image="harbor.example.org/other:1", cluster="prod"), "mirror", Rule.OWNERSHIP_RULE, "its registry"),
        (Subject(alertname="ShopSlow", cluster="prod"), "alerts", Rule.OWNERSHIP_RULE, "the name of an alert"),
        (Subject("StorageClass", "fast-ssd", "", "prod"), "fast", Rule.OWNERSHIP_RULE, "a storage class"),
        (Subject("IngressClass", "public", "", "prod"), "edge", Rule.OWNERSHIP_RULE, "an ingress class"),
        (
            Subject("ValidatingWebhookConfiguration", "policy-b", "", "prod"),
            "hooks",
            Rule.OWNERSHIP_RULE,
            "a webhook, by a pattern",
        ),
        (Subject("CronJob", "report-x", "lost", "prod"), "jobs", Rule.OWNERSHIP_RULE, "a workload by name and kind"),
        (Subject("cronjob", "report-x", "lost", "prod"), "jobs", Rule.OWNERSHIP_RULE, "a kind in any case"),
        (Subject("Deployment", "report-x", "lost", "prod"), "duty", Rule.FALLBACK, "all conditions have to hold"),
        (
            Subject("Deployment", "envoy-1", "gateway", "prod"),
            "edge",
            Rule.COMPONENT,
            "a component by a matcher goes before the namespace",
        ),
        (Subject("Deployment", "site", "gateway", "prod"), "web", Rule.NAMESPACE, "what it does not match does not"),
        (
            Subject("Deployment", "coredns", "kube-system", "prod"),
            "dns",
            Rule.COMPONENT,
            "the catalogue finds CoreDNS for the team that the map gives it to",
        ),
        (Subject("kube-dns", "", "", "prod"), "dns", Rule.COMPONENT, "whatever alerts call it"),
        (
            Subject("Deployment", "cert-manager", "cert-manager", "prod"),
            "platform",
            Rule.SHIPPED,
            "a new cluster has its parts on the first day",
        ),
        (
            Subject("Deployment", "nginx-ingress-controller", "shop", "prod", image="ingress-nginx/controller:v1"),
            "shop",
            Rule.NAMESPACE,
            "an ingress controller that a team runs for itself is the team's",
        ),
        (
            Subject("Pod", "p", "lost", "prod", image="quay.io/prometheus/prometheus:v3"),
            "duty",
            Rule.FALLBACK,
            "what tenants run as well is the platform's only where platforms keep it",
        ),
        (Subject("Pod", "p", "lost", "prod"), "duty", Rule.FALLBACK, "the fallback, as a gap"),
        (Subject("Pod", "p", "lost", "lab"), None, Rule.NOBODY, "or nobody, and that is an answer"),
    ],
)
def test_whose_it_is(subject: Subject, team: str | None, by: Rule, because: str) -> None:
    owner = owner_of(subject, MAP)
    assert (owner.team, owner.rule) == (team, by), because
    assert owner.is_gap == (by in {Rule.FALLBACK, Rule.NOBODY})


def test_the_classes_of_rules_in_their_order() -> None:
    """From what is specific to what is general; each goes before the next where both match."""
    subject = Subject("Deployment", "coredns", "shop", "prod", image="coredns")
    classes = [one for one in DEFAULT_ORDER if one not in {Precedence.COMPONENT, Precedence.SHIPPED}]
    rules = [of_class(one, one.value, namespace="shop") for one in classes]
    for number, expected in enumerate(classes):
        ownership = OwnershipMap.of((PROD,), rules=rules[number:])
        assert owner_of(subject, ownership).team == expected


def test_another_order_of_the_classes() -> None:
    rules = (of_class(Precedence.CATALOG, "catalog", namespace="shop"),)
    names = (NamespaceEntry("prod", "shop", "row"),)
    words = [one.value for one in DEFAULT_ORDER if one is not Precedence.CATALOG]
    words.insert(words.index("namespace"), "catalog")
    order = order_of(words)
    assert owner_of(Subject("Pod", "x", "shop", "prod"), OwnershipMap.of((PROD,), (), names, rules=rules)).team == "row"
    other = OwnershipMap.of((PROD,), (), names, rules=rules, order=order)
    assert owner_of(Subject("Pod", "x", "shop", "prod"), other).team == "catalog"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("component,annotation", "workload, namespace, catalog, codeowners, rule, shipped, cluster is missing"),
        (",".join([*DEFAULT_ORDER, "rule"]), "a word stands twice"),
        ("label", "'label' is no class of rules"),
        (",".join(reversed(DEFAULT_ORDER)), "cluster has to be the last"),
    ],
)
def test_what_is_no_order(words: str, wrong: str) -> None:
    with pytest.raises(NoOrder, match=wrong):
        order_of(words.split(","))


def test_a_label_never_owns_a_part_of_the_platform_in_whatever_order() -> None:
    order = (Precedence.ANNOTATION, *(one for one in DEFAULT_ORDER if one is not Precedence.ANNOTATION))
    annotated = replace(
        of_class(Precedence.ANNOTATION, "shop", namespace="kube-system", workload="coredns"), source="annotation"
    )
    ownership = OwnershipMap.of(
        (PROD,), (ComponentEntry("prod", "CoreDNS", "", "dns"),), rules=(annotated,), shipped=WELL_KNOWN, order=order
    )
    assert owner_of(Subject("Deployment", "coredns", "kube-system", "prod"), ownership).team == "dns"


def test_the_path_tells_each_rule_its_source_and_its_age() -> None:
    owner = owner_of(Subject("Pod", "x", "shop", "prod", labels={"app": "cart"}), MAP)
    assert [(used.rule, used.team, used.source, used.age(NOW)) for used in owner.path] == [
        (Rule.WORKLOAD, "cart", "file", timedelta(days=3)),
        (Rule.NAMESPACE, "shop", "file", timedelta(days=9)),
    ]
    assert owner.level is Level.WORKLOADS, "the level is inherited from the namespace"
    assert owner.why == ("what matches labels.app cart, namespace shop in prod is owned by cart, at level workloads")
    assert [used.team for used in owner.overruled] == ["shop"]
    assert owner.conflicts == ()


def test_a_component_without_a_team_leans_on_the_operators() -> None:
    ownership = OwnershipMap.of((PROD,), (ComponentEntry("prod", "Registry", "", source="manual"),))
    owner = owner_of(Subject("Registry", "harbor", "", "prod"), ownership)
    assert [(used.rule, used.source) for used in owner.path] == [(Rule.COMPONENT, "manual"), (Rule.OPERATORS, "file")]


def test_the_fallback_is_on_the_path_too() -> None:
    owner = owner_of(Subject("Pod", "x", "lost", "prod"), MAP)
    assert [(used.rule, used.team, used.age(NOW)) for used in owner.path] == [
        (Rule.FALLBACK, "duty", timedelta(days=30))
    ]


def test_a_tie_is_a_conflict_and_decided_the_same_way_in_whatever_order() -> None:
    rules = (
        rule("b", "prod", namespace="team-*"),
        rule("a", "prod", namespace="*-shop"),
        rule("c", "prod", source="manual", namespace="*-sho*"),
    )
    for some in permutations(rules):
        owner = owner_of(Subject("Pod", "x", "team-shop", "prod"), OwnershipMap.of((PROD,), rules=some))
        assert owner.team == "c", "what a hand wrote goes before what a file says"
        assert [used.team for used in owner.conflicts] == ["a", "b"]


def test_rules_that_agree_are_no_conflict() -> None:
    rules = (rule("a", "prod", namespace="team-*"), rule("a", "prod", namespace="*-shop"))
    assert owner_of(Subject("Pod", "x", "team-shop", "prod"), OwnershipMap.of((PROD,), rules=rules)).conflicts == ()


@pytest.mark.parametrize(
    ("more", "less", "because"),
    [
        ({"namespace": "a-*", "labels": {"x": "1"}}, {"namespace": "a-*"}, "more conditions"),
        ({"workload": "web"}, {"workload": "we*"}, "a word before a glob"),
        ({"workload": "we*"}, {"workload": "~we.*"}, "a glob before a pattern"),
    ],
)
def test_the_more_specific_rule_decides(more: dict[str, Any], less: dict[str, Any], because: str) -> None:
    subject = Subject("Deployment", "web", "a-b", "prod", labels={"x": "1"})
    for some in permutations((rule("z", **more), rule("a", **less))):
        owner = owner_of(subject, OwnershipMap.of((PROD,), rules=some))
        assert owner.team == "z", because
        assert [used.team for used in owner.overruled] == ["a"]


@pytest.mark.parametrize(
    ("labels", "cluster", "because"),
    [
        ({"region": "eu", "env": "prod-1"}, "eu", "all labels of a set fit"),
        ({"region": "eu", "env": "test"}, "", "not only one of them"),
        ({"dc": "fra"}, "eu", "any of the sets"),
        ({"cluster": "us"}, "us", "a slug needs no set"),
        ({"dc": "fra", "cluster": "us"}, "us", "and goes before one"),
    ],
)
def test_a_cluster_is_recognised_by_labels(labels: dict[str, str], cluster: str, because: str) -> None:
    eu = ClusterEntry(
        "eu",
        "metal",
        recognised_by=(Matcher.of(labels={"region": "eu", "env": "prod-*"}), Matcher.of(labels={"dc": ["fra", "ams"]})),
    )
    ownership = OwnershipMap.of((eu, ClusterEntry("us", "platform")))
    assert owner_of(Subject.of_labels(labels), ownership).cluster == cluster, because


def test_two_clusters_that_recognise_the_same_labels_are_told() -> None:
    ownership = OwnershipMap.of(
        ClusterEntry(slug, "platform", recognised_by=(Matcher.of(labels={"dc": "fra"}),)) for slug in ("b", "a")
    )
    assert [entry.slug for entry in ownership.recognise({"dc": "fra"})] == ["a", "b"]


TABLE = OwnershipMap.of(
    (PROD, ClusterEntry("lab", "metal", Tenancy.DEDICATED, "data", fallback="metal")),
    (),
    (
        NamespaceEntry(None, "shop", "shop"),
        NamespaceEntry(None, "till", "shop"),
        NamespaceEntry("lab", "training", "data", Level.FULL),
    ),
    responsibilities=(
        ResponsibilityEntry(None, "", "NetworkPolicy", Level.NAMESPACE, Who.TEAM),
        ResponsibilityEntry("prod", "", "NetworkPolicy", Level.NAMESPACE, Who.OPERATORS),
        ResponsibilityEntry("prod", "till", "networkpolicy", Level.NAMESPACE, Who.TEAM, "manual"),
        ResponsibilityEntry("prod", "", "Certificate", Level.NAMESPACE, Who.OPERATORS),
    ),
)


@pytest.mark.parametrize(
    ("subject", "team", "because"),
    [
        (Subject("Deployment", "a", "shop", "prod"), "shop", "no row: the shipped split"),
        (Subject("ResourceQuota", "a", "shop", "prod"), "platform", "no row: guarded at level namespace"),
        (Subject("NetworkPolicy", "a", "shop", "lab"), "shop", "a row for every cluster"),
        (Subject("NetworkPolicy", "a", "shop", "prod"), "platform", "a row of the cluster goes before it"),
        (Subject("NetworkPolicy", "a", "till", "prod"), "shop", "and one of the namespace before that, in any case"),
        (Subject("Certificate", "a", "shop", "prod"), "platform", "a kind that the shipped split does not name"),
        (Subject("Deployment", "a", "lost", "prod"), "duty", "nobody's: whoever looks first"),
        (Subject("Node", "n", "", "prod"), "platform", "the operators' own"),
        (Subject("Node", "n", "", "lab"), "data", "a dedicated cluster at level full is the team's, all of it"),
    ],
)
def test_who_answers_where_the_failure_is_its_own(subject: Subject, team: str, because: str) -> None:
    answerer = owner_of(subject, TABLE).answerer
    assert answerer
    assert answerer.team == team, because
    assert answerer.why


def test_a_row_of_the_table_is_in_the_sentence() -> None:
    answerer = owner_of(Subject("NetworkPolicy", "a", "till", "prod"), TABLE).answerer
    assert answerer
    assert answerer.why.endswith(
        "the split of kinds for the namespace till in prod gives networkpolicy at level namespace to the team"
    )


def test_the_whole_table_tells_where_each_cell_comes_from() -> None:
    cells = {(cell.kind.lower(), cell.level): cell for cell in TABLE.table("prod", "till")}
    assert cells["networkpolicy", Level.NAMESPACE].source == "manual"
    assert (cells["certificate", Level.NAMESPACE].who, cells["certificate", Level.FULL].who) == (
        Who.OPERATORS,
        Who.TEAM,
    )
    assert cells["resourcequota", Level.NAMESPACE].source == "shipped"


@pytest.mark.parametrize(
    ("policy", "unowned", "uncertain"),
    [
        (FallbackPolicy.TEAM, "duty", "duty"),
        (FallbackPolicy.OPERATORS, "platform", "platform"),
        (FallbackPolicy.OWNER, "duty", "shop"),
    ],
)
def test_who_looks_first_by_the_policy_of_the_cluster(policy: FallbackPolicy, unowned: str, uncertain: str) -> None:
    ownership = OwnershipMap.of((replace(PROD, fallback_policy=policy),), (), (NamespaceEntry(None, "shop", "shop"),))
    lost = owner_of(Subject("Pod", "x", "lost", "prod"), ownership)
    assert (lost.team, lost.is_gap) == (unowned, True)
    assert fallback_of("prod", ownership).team == unowned
    subject = Subject("Pod", "x", "shop", "prod")
    owner = owner_of(subject, ownership)
    assert answerer_of(subject, owner, ownership, side=Side.UNCERTAIN).team == uncertain


# -- Properties --

NAMES = st.sampled_from(["a", "b", "ab", "kube-system", ""])
TEAMS = st.sampled_from(["x", "y", "z"])
CLUSTERS = st.sampled_from(["prod", "lab", None])
PATTERNS = st.sampled_from(["a", "b", "a*", "*b", "~a|b", "~.*"])
CONDITIONS = st.dictionaries(
    st.sampled_from(["namespace", "workload", "kind", "labels.x", "image", "alertname"]), PATTERNS, min_size=1
)
RULE = st.builds(
    lambda cluster, given, team, level, precedence, source: RuleEntry(
        cluster, Matcher.of(given), team, level, precedence, source
    ),
    CLUSTERS,
    CONDITIONS,
    TEAMS,
    st.sampled_from([None, *Level]),
    st.sampled_from([*Precedence]),
    st.sampled_from(["manual", "file", "label", "annotation", "catalog", "codeowners"]),
)
NAMESPACE = st.builds(NamespaceEntry, CLUSTERS, st.sampled_from(["a", "b"]), TEAMS, st.sampled_from([*Level]))
COMPONENT = st.builds(
    ComponentEntry,
    st.sampled_from(["prod", "lab"]),
    st.sampled_from(["CoreDNS", "a"]),
    NAMES,
    st.one_of(st.none(), TEAMS),
    matchers=st.lists(CONDITIONS.map(Matcher.of), max_size=1).map(tuple),
)
SUBJECT = st.builds(
    Subject,
    st.sampled_from(["", "Pod", "Deployment", "Namespace", "Node", "CoreDNS", "a", "NetworkPolicy"]),
    NAMES,
    NAMES,
    st.sampled_from(["prod", "lab", "unknown", ""]),
    image=NAMES,
    alertname=NAMES,
    labels=st.dictionaries(st.sampled_from(["x", "cluster"]), NAMES),
)
SMALL = st.integers(0, 2**16)


def shuffled(rows: Sequence[object], seed: int) -> list[object]:
    return random.Random(seed).sample(rows, len(rows))  # noqa: S311 - an order, not a secret


@settings(deadline=None)  # a hundred well-known parts are filed anew for each example
@given(st.lists(RULE, max_size=6), st.lists(NAMESPACE, max_size=4), st.lists(COMPONENT, max_size=3), SUBJECT, SMALL)
def test_the_answer_hangs_on_no_order_and_is_always_one(
    rules: list[RuleEntry],
    namespaces: list[NamespaceEntry],
    components: list[ComponentEntry],
    subject: Subject,
    seed: int,
) -> None:
    clusters = [PROD, ClusterEntry("lab", "metal")]
    one = OwnershipMap.of(clusters, components, namespaces, rules=rules, shipped=WELL_KNOWN)
    other = OwnershipMap.of(
        shuffled(clusters, seed),  # type: ignore[arg-type]
        shuffled(components, seed),  # type: ignore[arg-type]
        shuffled(namespaces, seed),  # type: ignore[arg-type]
        rules=shuffled(rules, seed),  # type: ignore[arg-type]
        shipped=shuffled(WELL_KNOWN, seed),  # type: ignore[arg-type]
    )
    owner = owner_of(subject, one)
    assert owner == owner_of(subject, other)
    assert owner == owner_of(subject, one), "asked twice it is the same"
    assert owner.why
    assert owner.answerer
    assert (owner.team is None) == (owner.rule is Rule.NOBODY)
    assert owner.team not in {used.team for used in (*owner.overruled, *owner.conflicts)}
    for side in Side:
        assert answerer_of(subject, owner, one, side=side).why


def test_rules_that_differ_in_their_level_alone_are_decided_the_same_way_too() -> None:
    """No table holds such a pair; a map that is made of something else may."""
    rules = [RuleEntry("prod", Matcher.of(namespace="a", workload="b"), "x", lv) for lv in (None, Level.IMAGE)]
    subject = Subject("Deployment", "b", "a", "prod")
    answers = [owner_of(subject, OwnershipMap.of([PROD], rules=each)) for each in (rules, rules[::-1])]
    assert answers[0] == answers[1]
