"""What the map leaves open, as far as the map and what was seen show it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, RuleEntry, precedence_of
from ownership.gaps import Found, Gap, not_known, of_map
from ownership.matchers import Matcher
from ownership.ownership_map import OwnershipMap
from ownership.responsibility import Level
from ownership.seen import Seen
from ownership.sources.catalogue import WELL_KNOWN
from ownership.subject import Subject

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PROD = ClusterEntry("prod", "platform", fallback="platform", updated_at=SINCE)
ML = ClusterEntry("ml", "platform", fallback="platform", recognised_by=(Matcher.of({"labels.region": "eu"}),))
SHOP = NamespaceEntry("prod", "shop", "payments", updated_at=SINCE)


def rule(team: str = "cart", cluster: str | None = "prod", source: str = "manual", **given: str) -> RuleEntry:
    matcher = Matcher.of({("labels.app" if name == "app" else name): text for name, text in given.items()})
    return RuleEntry(cluster, matcher, team, None, precedence_of(matcher), source, SINCE)


def a_map(*entries: NamespaceEntry | RuleEntry, clusters: tuple[ClusterEntry, ...] = (PROD,)) -> OwnershipMap:
    namespaces = [each for each in entries if isinstance(each, NamespaceEntry)]
    rules = [each for each in entries if isinstance(each, RuleEntry)]
    return OwnershipMap.of(clusters, (), namespaces, rules=rules, shipped=WELL_KNOWN)


def workload(name: str, namespace: str = "shop", **labels: str) -> Subject:
    return Subject("Deployment", name, namespace, "prod", labels=labels)


def alert(name: str, namespace: str = "", cluster: str = "prod", **labels: str) -> Subject:
    return Subject("Namespace" if namespace else "", namespace, namespace, cluster, alertname=name, labels=labels)


def everything(*workloads: Subject, quotas: bool = True, namespaces: tuple[str, ...] = ("shop",)) -> Seen:
    """Everything that the cluster has."""
    here = frozenset({"prod"})
    held = {"prod": frozenset(namespaces)} if quotas else {}
    return Seen({("prod", name): SINCE for name in namespaces}, workloads, (), here, here, held)


def said(ownership_map: OwnershipMap, seen: Seen) -> list[tuple[Gap, str]]:
    return [(each.gap, each.subject) for each in of_map(ownership_map, seen)]


@pytest.mark.parametrize(
    ("entries", "seen", "gaps", "because"),
    [
        ((SHOP,), everything(workload("cart")), [], "all is well"),
        ((), everything(), [(Gap.UNOWNED, "namespace prod/shop")], "the fallback looks first, and owns nothing"),
        ((), everything(workload("cart")), [(Gap.UNOWNED, "namespace prod/shop")], "told once, not for each workload"),
        (
            (),
            Seen(workloads=(workload("cart"), workload("web"))),
            [(Gap.UNOWNED, "Deployment prod/shop/cart"), (Gap.UNOWNED, "Deployment prod/shop/web")],
            "where nobody said which namespaces there are",
        ),
        (
            (),
            Seen(alerts=(alert("Slow", "shop"), alert("Slow", "web"), alert("NodeDown"))),
            [(Gap.UNOWNED, "alert Slow in prod")],
            "a name once; what names no namespace is the operators'",
        ),
        ((), Seen(alerts=(alert("Slow", cluster="lost"),)), [(Gap.UNKNOWN_CLUSTER, "cluster lost")], "nobody knows it"),
        (
            (
                SHOP,
                rule(namespace="shop", workload="cart"),
                rule("web", source="file", namespace="shop", workload="cart"),
            ),
            Seen(),
            [(Gap.CONFLICT, "rule prod/namespace shop, workload cart")],
            "the same conditions, and two teams",
        ),
        (
            (SHOP, rule(namespace="shop", workload="cart"), rule("web", namespace="shop", app="x")),
            everything(workload("cart", app="x")),
            [(Gap.CONFLICT, "Deployment prod/shop/cart")],
            "as strong as each other for something that is there",
        ),
        (
            (SHOP,),
            everything(namespaces=()),
            [(Gap.MATCHES_NOTHING, "namespace prod/shop")],
            "there is no such namespace",
        ),
        ((SHOP,), Seen(namespaces={}), [], "nobody said which there are"),
        (
            (NamespaceEntry(None, "shop", "a"),),
            everything(namespaces=()),
            [(Gap.MATCHES_NOTHING, "namespace */shop")],
            "",
        ),
        ((SHOP, rule(namespace="pay-*")), everything(), [(Gap.MATCHES_NOTHING, "rule prod/namespace pay-*")], "a glob"),
        ((SHOP, rule(namespace="sh*")), everything(), [], "it fits one"),
        (
            (SHOP, rule(namespace="shop", workload="lost")),
            everything(workload("cart")),
            [(Gap.MATCHES_NOTHING, "rule prod/namespace shop, workload lost")],
            "the namespace is there, and the workload is not",
        ),
        ((SHOP, rule(image="lost")), everything(workload("cart")), [], "of images nobody said which there are"),
        (
            (SHOP, NamespaceEntry("prod", "kube-system", "cart")),
            everything(workload("cart", "kube-system"), namespaces=("shop", "kube-system")),
            [(Gap.PLATFORM_TENANT, "namespace prod/kube-system"), (Gap.PLATFORM_TEAM, "namespace prod/kube-system")],
            "a tenant's workload where the platform is at home, and the row that gives it away",
        ),
        (
            (NamespaceEntry("prod", "cert-manager", "platform"),),
            everything(workload("cert-manager", "cert-manager"), namespaces=("cert-manager",)),
            [],
            "the operators' own",
        ),
        (
            (rule(namespace="kube-system", workload="cart"),),
            Seen(),
            [(Gap.PLATFORM_TEAM, "rule prod/namespace kube-system, workload cart")],
            "a rule is enough",
        ),
        (
            (SHOP,),
            Seen({("prod", "shop"): SINCE}, quotas={"prod": frozenset()}),
            [(Gap.NO_QUOTA, "namespace prod/shop")],
            "level namespace without a quota",
        ),
        (
            (NamespaceEntry("prod", "shop", "payments", Level.FULL),),
            Seen({("prod", "shop"): SINCE}, quotas={"prod": frozenset()}),
            [],
            "at level full the quota is the team's own",
        ),
        ((SHOP,), everything(quotas=False), [], "nobody said which quotas there are"),
    ],
)
def test_what_is_a_gap(
    entries: tuple[NamespaceEntry | RuleEntry, ...], seen: Seen, gaps: list[tuple[Gap, str]], because: str
) -> None:
    assert said(a_map(*entries), seen) == gaps, because


def test_a_cluster_that_is_recognised_by_its_labels_is_known() -> None:
    assert said(a_map(clusters=(PROD, ML)), Seen(alerts=(alert("Slow", cluster="x", region="eu"),))) == []


def test_a_component_is_the_operators_and_no_tenant() -> None:
    components = [ComponentEntry("prod", "CoreDNS", team="dns")]
    ownership_map = OwnershipMap.of([PROD], components, shipped=WELL_KNOWN)
    assert Gap.PLATFORM_TENANT not in {
        gap for gap, _ in said(ownership_map, everything(workload("coredns", "kube-system")))
    }


def test_what_nobody_said_is_not_known_and_no_gap() -> None:
    assert not_known(a_map(SHOP), Seen()) == [
        "not known: whether rules match anything, in prod",
        "not known: whether tenants run in platform namespaces, in prod",
        "not known: whether namespaces at level namespace have a quota, in prod",
    ]
    assert not_known(a_map(SHOP), everything()) == []


def test_a_gap_says_since_when_it_is_one() -> None:
    [found] = of_map(a_map(SHOP), Seen({("prod", "shop"): SINCE}, quotas={"prod": frozenset()}))
    assert found == Found(
        Gap.NO_QUOTA,
        "namespace prod/shop",
        "is payments's at level namespace and has no ResourceQuota",
        "Print one: manage.py ownership rbac --cluster prod --namespace shop",
        SINCE,
    )


def test_what_a_cluster_has_is_read_from_its_objects() -> None:
    objects: list[dict[str, Any]] = [
        {"kind": "Namespace", "metadata": {"name": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"}},
        {"kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "shop"}},
        {"kind": "Deployment", "metadata": {"name": "cart", "namespace": "shop", "labels": {"app": "cart"}}},
        {"kind": "ReplicaSet", "metadata": {"name": "cart-1", "namespace": "shop", "ownerReferences": [{}]}},
        {"kind": "Service", "metadata": {"name": "cart", "namespace": "shop"}},
        {"kind": "Namespace", "metadata": None},
        {},
    ]
    seen = Seen.of_objects("prod", objects)
    assert seen == everything(workload("cart", app="cart"))
    assert (seen | Seen.of_namespaces([("ml", "a")])).all_namespaces == {"prod", "ml"}


_teams = st.sampled_from(["payments", "cart", "platform"])
_namespaces = st.sampled_from(["shop", "kube-system", "pay-1"])
_entries = st.lists(
    st.builds(NamespaceEntry, st.sampled_from([None, "prod"]), _namespaces, _teams, st.sampled_from(list(Level)))
    | st.builds(
        lambda team, name, text: rule(team, namespace=name, workload=text),
        _teams,
        _namespaces,
        st.sampled_from(["cart", "c*", "~c.*"]),
    ),
    max_size=8,
    unique_by=str,
)


@settings(deadline=None)  # machines that are busy
@given(_entries, st.permutations(["shop", "kube-system", "lost"]))
def test_the_same_map_has_the_same_gaps_in_whatever_order_it_comes(
    entries: list[NamespaceEntry | RuleEntry], names: list[str]
) -> None:
    keyed = {(each.cluster, each.name): each for each in entries if isinstance(each, NamespaceEntry)}
    unique: list[NamespaceEntry | RuleEntry] = [
        *keyed.values(),
        *(each for each in entries if isinstance(each, RuleEntry)),
    ]
    workloads = [workload("cart", name) for name in names]
    first = of_map(a_map(*unique), everything(*workloads, namespaces=tuple(names)))
    again = of_map(a_map(*unique[::-1]), everything(*workloads[::-1], namespaces=tuple(sorted(names))))
    assert first == again
