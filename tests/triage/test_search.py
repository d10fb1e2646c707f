"""What a text may mean: any part of a name leads to a subject, and whatever has no name to what it would be."""

import pytest

from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, RuleEntry
from ownership.match import OwnershipMap
from ownership.matchers import Matcher
from ownership.sources.catalogue import WELL_KNOWN
from triage.search import MOST_OF_A_KIND, Group, Hits, guess_of, hits_of

MAP = OwnershipMap.of(
    [ClusterEntry("prod", "platform", fallback="platform"), ClusterEntry("stage", "platform")],
    [ComponentEntry("prod", "IngressController", "public", "edge")],
    [
        NamespaceEntry("prod", "payments-api", "payments"),
        NamespaceEntry("stage", "payments-api", "payments"),
        NamespaceEntry(None, "payments", "payments"),
        NamespaceEntry("prod", "old-payments", "legacy"),
        NamespaceEntry("stage", "old-payments", "payments"),
    ],
    rules=[
        RuleEntry(None, Matcher.of(image="registry.example.org/payments/*"), "payments"),
        RuleEntry("prod", Matcher.of(namespace="shop", workload="cart"), "cart"),
        RuleEntry(None, Matcher.of(ingress_host="pay.example.org"), "payments"),
        RuleEntry(None, Matcher.of(alertname="PaymentsSlow"), "payments"),
        RuleEntry(None, Matcher.of(labels={"team": "blue"}), "blue"),
    ],
    shipped=WELL_KNOWN,
)


def found(text: str) -> Hits:
    return hits_of(text, MAP)


@pytest.mark.parametrize(
    ("text", "asks", "because"),
    [
        ("payments", {"kind": "Namespace", "name": "payments", "namespace": "payments"}, "the whole name goes first"),
        ("PAYMENTS-A", {"cluster": "prod", "kind": "Namespace", "name": "payments-api", "namespace": "payments-api"},
         "the beginning of a name, in any case"),
        ("stage", {"cluster": "stage", "kind": "Cluster", "name": "stage"}, "a cluster"),
        ("ingresscont", {"cluster": "prod", "kind": "IngressController", "name": "public"}, "a component by its kind"),
        ("coredns", {"kind": "CoreDNS", "name": "coredns"}, "a part that every cluster has"),
        ("pay.example.org", {"ingress_host": "pay.example.org"}, "a host"),
        ("PaymentsSlow", {"alertname": "PaymentsSlow"}, "an alert that a rule names"),
        ("cart", {"cluster": "prod", "namespace": "shop", "kind": "Workload", "name": "cart"}, "a workload of a rule"),
        ("team=blue", {"label.team": "blue"}, "a label"),
    ],
)  # fmt: skip
def test_the_best_hit(text: str, asks: dict[str, str], because: str) -> None:
    best = found(text).best
    assert best, because
    assert dict(best.asks) == asks, because


@pytest.mark.parametrize(
    ("text", "asks", "because"),
    [
        ("prod/lost", {"cluster": "prod", "kind": "Namespace", "name": "lost", "namespace": "lost"}, "in a cluster"),
        ("prod/shop/cart", {"cluster": "prod", "namespace": "shop", "kind": "Workload", "name": "cart"}, "a workload"),
        ("shop/cart", {"namespace": "shop", "kind": "Workload", "name": "cart"}, "without a cluster"),
        ("prod/shop/job/x", {"cluster": "prod", "namespace": "shop", "kind": "Job", "name": "x"}, "with its kind"),
        ("deployment/cart", {"kind": "Deployment", "name": "cart"}, "as kubectl prints it"),
        ("Node node-14", {"kind": "Node", "name": "node-14"}, "as people say it"),
        ("ghcr.io/shop/cart:1.2", {"image": "ghcr.io/shop/cart:1.2"}, "an image"),
        ("namespace=shop, pod=cart-0", {"label.namespace": "shop", "label.pod": "cart-0"}, "labels of an alert"),
        ('{namespace="shop"}', {"label.namespace": "shop"}, "labels as Prometheus writes them"),
        ("KubeNodeNotReady", {"alertname": "KubeNodeNotReady"}, "an alert by its shape"),
        ("node-14", {"kind": "Node", "name": "node-14"}, "a node by its shape"),
        ("shop.example.net", {"ingress_host": "shop.example.net"}, "a host by its shape"),
        ("nowhere", {"cluster": "prod", "kind": "Namespace", "name": "nowhere", "namespace": "nowhere"},
         "else a namespace, where most of them are"),
    ],
)  # fmt: skip
def test_what_has_no_name_is_read_as_it_is_written(text: str, asks: dict[str, str], because: str) -> None:
    guess = guess_of(text, MAP)
    assert guess, because
    assert dict(guess.asks) == asks, because


def test_a_namespace_is_one_hit_for_each_owner_and_says_in_how_many_clusters() -> None:
    hits = {(hit.name, hit.team): hit.where for hit in found("payments").by_group[Group.NAMESPACE]}
    assert hits == {
        ("payments", "payments"): "every cluster",
        ("payments-api", "payments"): "prod, and 1 more cluster",
        ("old-payments", "legacy"): "prod",
        ("old-payments", "payments"): "stage",
    }


def test_what_fits_better_stands_higher() -> None:
    assert [hit.name for hit in found("payments").by_group[Group.NAMESPACE]][:2] == ["payments", "payments-api"]


def test_a_group_is_short_and_the_number_of_all_is_told() -> None:
    many = OwnershipMap.of(namespaces=[NamespaceEntry("prod", f"shop-{n}", "shop") for n in range(100)])
    hits = hits_of("shop", many)
    assert (len(hits.by_group[Group.NAMESPACE]), hits.in_all) == (MOST_OF_A_KIND, 100)


@pytest.mark.parametrize("text", ["", "   ", "nothing-has-this-name"])
def test_nothing_is_an_answer(text: str) -> None:
    assert found(text).best is None


@pytest.mark.parametrize("text", ["/", "//", "=", "a=", "{}", "\0", "%", "(", "~", "🚀", "a" * 5000, " / / "])
def test_whatever_is_typed_is_read(text: str) -> None:
    found(text)
    guess_of(text, MAP)


def test_without_a_map_there_is_still_a_guess() -> None:
    guess = guess_of("shop", OwnershipMap())
    assert guess
    assert guess.is_gap
