"""The map as a picture: what differs a row each, what agrees folded, gaps first."""

import time

from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, RuleEntry
from ownership.match import OwnershipMap
from ownership.matchers import Matcher
from ownership.picture import State, picture_of
from ownership.precedence import Precedence

CLUSTERS = [ClusterEntry("eu", "platform", fallback="platform"), ClusterEntry("us", "platform")]


def ns(cluster: str | None, name: str, team: str) -> NamespaceEntry:
    return NamespaceEntry(cluster, name, team, source="file")


def test_what_agrees_in_all_clusters_is_one_row_for_each_team_with_its_count() -> None:
    found = picture_of(
        OwnershipMap.of(
            CLUSTERS,
            namespaces=[ns("eu", "a", "shop"), ns("us", "a", "shop"), ns("eu", "b", "shop"), ns("eu", "c", "data")],
        )
    )
    assert found.namespaces == ()
    assert [
        (line.name, line.count, {where: spot.count for where, spot in line.spots.items()})
        for line in found.folded_namespaces
    ] == [("shop", 2, {"eu": 2, "us": 1}), ("data", 1, {"eu": 1})]


def test_what_differs_has_a_row_of_its_own() -> None:
    found = picture_of(OwnershipMap.of(CLUSTERS, namespaces=[ns("eu", "a", "shop"), ns("us", "a", "data")]))
    (line,) = found.namespaces
    assert {where: spot.team for where, spot in line.spots.items()} == {"eu": "shop", "us": "data"}
    assert found.folded_namespaces == ()


def test_a_namespace_of_every_cluster_stands_in_each_but_where_a_cluster_says_otherwise() -> None:
    found = picture_of(OwnershipMap.of(CLUSTERS, namespaces=[ns(None, "kube-system", "platform")]))
    assert found.folded_namespaces[0].spots.keys() == {"eu", "us"}
    found = picture_of(
        OwnershipMap.of(CLUSTERS, namespaces=[ns(None, "kube-system", "platform"), ns("us", "kube-system", "ops")])
    )
    assert {where: spot.team for where, spot in found.namespaces[0].spots.items()} == {"eu": "platform", "us": "ops"}


def label(name: str, team: str) -> RuleEntry:
    return RuleEntry("eu", Matcher.of(namespace=name), team, None, Precedence.NAMESPACE, "label")


def test_rules_that_disagree_are_a_conflict() -> None:
    found = picture_of(OwnershipMap.of(CLUSTERS, namespaces=[ns("eu", "a", "shop")], rules=[label("a", "data")]))
    spot = found.namespaces[0].spots["eu"]
    assert (spot.team, spot.state, spot.others) == ("shop", State.CONFLICT, ("data",))


def test_what_only_a_label_names_is_there_as_well() -> None:
    found = picture_of(OwnershipMap.of(CLUSTERS, rules=[label("a", "data")]))
    assert [line.name for line in found.folded_namespaces] == ["data"]


def test_what_exists_and_nobody_owns_comes_first() -> None:
    namespaces = [ns("eu", "a", "shop"), ns("us", "a", "data"), ns("us", "legacy", "shop")]
    found = picture_of(
        OwnershipMap.of(CLUSTERS, namespaces=namespaces), seen=[("eu", "legacy"), ("eu", "a"), ("nowhere", "x")]
    )
    assert [line.name for line in found.namespaces] == ["legacy", "a"]
    assert found.namespaces[0].spots["eu"].state is State.GAP
    assert found.gaps == 1
    assert found.unguarded == {"us"}


def test_components_are_the_operators_where_they_have_no_team() -> None:
    components = [ComponentEntry("eu", "CoreDNS", "", "dns"), ComponentEntry("us", "CoreDNS")]
    (line,) = picture_of(OwnershipMap.of(CLUSTERS, components)).components
    assert {where: spot.team for where, spot in line.spots.items()} == {"eu": "dns", "us": "platform"}


def test_of_one_team_only_its_cells_stay_and_nothing_is_folded() -> None:
    namespaces = [ns("eu", "a", "shop"), ns("us", "a", "data"), ns("eu", "b", "shop"), ns("eu", "c", "data")]
    found = picture_of(OwnershipMap.of(CLUSTERS, namespaces=namespaces), team="shop")
    assert [(line.name, [*line.spots]) for line in found.namespaces] == [("a", ["eu"]), ("b", ["eu"])]
    assert found.folded_namespaces == ()
    assert found.teams == {"shop": 2, "data": 2}


def test_a_hundred_thousand_namespaces_fit_on_a_page() -> None:
    clusters = [ClusterEntry(f"c{n}", "platform", fallback="platform") for n in range(200)]
    rows = [ns(f"c{n % 200}", f"ns-{n // 20}", f"team-{n // 20 % 300}") for n in range(100_000)]
    large = OwnershipMap.of(clusters, namespaces=rows)
    began = time.perf_counter()
    found = picture_of(large)
    assert len(found.folded_namespaces) == 300
    assert found.namespaces == ()
    assert time.perf_counter() - began < 10, "seconds; a loaded machine takes one"
