"""Whose is it: which rule decides, in which order, and what is said where none does."""

import pytest

from ownership.match import (
    ClusterEntry,
    ComponentEntry,
    NamespaceEntry,
    OwnershipMap,
    Rule,
    Subject,
    fallback_of,
    operators_of,
    owner_of,
    tenancy_of,
)
from ownership.responsibility import Level, Tenancy

PROD = ClusterEntry("prod", "platform", fallback="duty", source="file")
BATCH = ClusterEntry("batch", "metal", Tenancy.DEDICATED, "data")
MAP = OwnershipMap.of(
    (PROD, BATCH),
    (
        ComponentEntry("prod", "CoreDNS", "coredns", "dns"),
        ComponentEntry("prod", "IngressController", "", "edge"),
        ComponentEntry("prod", "Registry", "harbor"),
    ),
    (
        NamespaceEntry("prod", "shop", "payments", Level.WORKLOADS, "file"),
        NamespaceEntry(None, "shop", "others"),
        NamespaceEntry(None, "kube-system", "platform"),
    ),
)


@pytest.mark.parametrize(
    ("subject", "team", "rule", "because"),
    [
        (Subject("Pod", "cart-1", "shop", "prod"), "payments", Rule.NAMESPACE, "the namespace in that cluster decides"),
        (
            Subject("Pod", "cart-1", "shop", "batch"),
            "others",
            Rule.NAMESPACE_EVERYWHERE,
            "where that cluster says nothing, the rule for every cluster does",
        ),
        (Subject("Namespace", "shop", "", "prod"), "payments", Rule.NAMESPACE, "a namespace may be asked about itself"),
        (Subject("", "", "shop", "prod"), "payments", Rule.NAMESPACE, "the kind may be unknown"),
        (
            Subject("CoreDNS", "coredns", "kube-system", "prod"),
            "dns",
            Rule.COMPONENT,
            "a component with a team goes before the namespace that it runs in",
        ),
        (Subject("coredns", "coredns", "", "prod"), "dns", Rule.COMPONENT, "kinds are written in any case"),
        (
            Subject("CoreDNS", "other", "kube-system", "prod"),
            "platform",
            Rule.NAMESPACE_EVERYWHERE,
            "a component of another name is not that component",
        ),
        (
            Subject("IngressController", "nginx", "", "prod"),
            "edge",
            Rule.COMPONENT,
            "a rule without a name is for every one of the kind",
        ),
        (
            Subject("Registry", "harbor", "", "prod"),
            "platform",
            Rule.COMPONENT,
            "a component without a team is the operators'",
        ),
        (
            Subject("Node", "node-7", "", "prod"),
            "platform",
            Rule.OPERATORS,
            "what stands in no namespace is theirs too",
        ),
        (
            Subject("Node", "node-7", "shop", "prod"),
            "platform",
            Rule.OPERATORS,
            "a node stands in no namespace, whatever labels its alert carries",
        ),
        (Subject("Node", "node-7", "", "batch"), "metal", Rule.OPERATORS, "each cluster has operators of its own"),
        (Subject("Pod", "x", "lost", "prod"), "duty", Rule.FALLBACK, "at what nobody owns the fallback looks first"),
        (Subject("Pod", "x", "lost", "batch"), None, Rule.NOBODY, "without a fallback nobody owns it"),
        (Subject("Pod", "x", "shop", "new"), "others", Rule.NAMESPACE_EVERYWHERE, "every cluster means new ones too"),
        (Subject("Pod", "x", "lost", "new"), None, Rule.NOBODY, "clusters that disagree say nothing about another"),
        (Subject(), None, Rule.NOBODY, "an empty question has an answer as well"),
    ],
)
def test_whose_it_is(subject: Subject, team: str | None, rule: Rule, because: str) -> None:
    owner = owner_of(subject, MAP)
    assert (owner.team, owner.rule) == (team, rule), because
    assert owner.is_fallback == (rule is Rule.FALLBACK)


def test_where_there_is_one_cluster_it_need_not_be_named() -> None:
    one = OwnershipMap.of((PROD,), (), (NamespaceEntry("prod", "shop", "payments"),))
    assert owner_of(Subject("Pod", "x", "shop"), one).team == "payments"
    assert owner_of(Subject("Node", "x"), one).team == "platform"
    assert owner_of(Subject("Pod", "x", "lost"), one).team == "duty"


def test_an_unknown_cluster_goes_to_the_fallback_that_all_known_ones_share() -> None:
    one = OwnershipMap.of((PROD,), (), (NamespaceEntry("prod", "shop", "payments"),))
    owner = owner_of(Subject("Pod", "x", "shop", "new"), one)
    assert (owner.team, owner.is_fallback) == ("duty", True)
    assert "the map does not know new" in owner.why


def test_an_unknown_cluster_goes_to_the_operators_where_there_is_no_fallback() -> None:
    one = OwnershipMap.of((ClusterEntry("prod", "platform"),))
    assert owner_of(Subject("Node", "x", "", "new"), one).team == "platform"


def test_an_empty_map_owns_nothing_and_says_so() -> None:
    owner = owner_of(Subject("Pod", "cart-1", "shop", "prod"), OwnershipMap())
    assert owner.team is None
    assert owner.why == "nobody owns Pod cart-1 in the namespace shop in prod, which has no fallback"


def test_an_owner_says_why_where_it_is_written_and_at_which_level() -> None:
    owner = owner_of(Subject("Pod", "cart-1", "shop", "prod"), MAP)
    assert owner.why == "the namespace shop in prod is owned by payments, at level workloads"
    assert (owner.source, owner.level) == ("file", Level.WORKLOADS)


def test_with_teams_by_name_a_namespace_is_its_own_team_s() -> None:
    named = OwnershipMap.of((PROD,), (), (NamespaceEntry(None, "kube-system", "platform"),), teams_by_name=True)
    assert owner_of(Subject("Pod", "x", "search", "prod"), named).team == "search"
    assert owner_of(Subject("Pod", "x", "kube-system", "prod"), named).team == "platform"
    assert owner_of(Subject("Node", "x", "", "prod"), named).team == "platform"


def test_who_looks_first_who_operates_and_whether_it_is_shared() -> None:
    assert fallback_of("prod", MAP).team == "duty"
    assert fallback_of("batch", MAP).team is None
    assert operators_of("batch", MAP).team == "metal"
    assert operators_of("new", MAP).team is None
    assert tenancy_of("batch", MAP) is Tenancy.DEDICATED
    assert tenancy_of("new", MAP) is Tenancy.SHARED


def test_a_subject_is_read_from_any_mapping() -> None:
    words = {"kind": "Pod", "name": "x", "namespace": None, "cluster": "prod", "severity": "critical"}
    assert Subject.read(words) == Subject("Pod", "x", "", "prod")


def test_with_teams_by_name_what_the_distribution_reserves_is_the_operators() -> None:
    named = OwnershipMap.of((PROD,), teams_by_name=True)
    owner = owner_of(Subject("Namespace", "openshift-etcd", "openshift-etcd", PROD.slug), named)
    assert (owner.team, owner.level) == (PROD.operated_by, Level.NAMESPACE)
