"""What labels and annotations give, to whom, and what they never give."""

from typing import Any

import pytest

from ownership.match import ClusterEntry, ComponentEntry, Matcher, NamespaceEntry, OwnershipMap, Subject, owner_of
from ownership.precedence import Precedence
from ownership.sources.catalogue import WELL_KNOWN
from ownership.sources.labels import Labelled, Refusal, read_labels

TEAMS = frozenset({"shop", "cart", "search", "platform"})
MAP = OwnershipMap.of(
    (
        ClusterEntry("prod", "platform", fallback="platform", labels_for=("shop", "cart")),
        ClusterEntry("lab", "platform"),
    ),
    (ComponentEntry("prod", "Gateway", "", "search", matchers=(Matcher.of(namespace="shop", workload="gateway"),)),),
    (NamespaceEntry("prod", "shop", "shop", source="file", annotations_for=("cart",)),),
    shipped=WELL_KNOWN,
)


def namespace(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "Namespace", "metadata": {"name": name, **more}}


def workload(name: str, *, kind: str = "Deployment", inside: str = "shop", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": inside, **more}}


def read(*objects: dict[str, Any], cluster: str = "prod", refusals: tuple[Refusal, ...] = ()) -> Labelled:
    return read_labels(objects, cluster, MAP, teams=TEAMS, refusals=refusals)


@pytest.mark.parametrize(
    ("thing", "team", "because"),
    [
        (namespace("new", labels={"team": "shop"}), "shop", "a label of a namespace, for a team on the list"),
        (namespace("new", labels={"owner": "shop", "team": "cart"}), "cart", "of several keys the first counts"),
        (
            namespace("new", labels={"team": "shop"}, annotations={"backstage.io/owner": "cart"}),
            "shop",
            "a label of a namespace goes before its annotation",
        ),
        (
            namespace("new", annotations={"backstage.io/owner": "group:default/Cart"}),
            "cart",
            "a reference of Backstage",
        ),
        (workload("a", annotations={"team": "shop"}), "shop", "an annotation, for the namespace's team"),
        (workload("a", annotations={"team": "cart"}), "cart", "and for those that it allows"),
        (workload("a", labels={"team": "cart"}), "cart", "a workload may have it as a label"),
    ],
)
def test_what_counts(thing: dict[str, Any], team: str, because: str) -> None:
    said = read(thing)
    assert [rule.team for rule in said.rules] == [team], because
    assert not said.ignored


@pytest.mark.parametrize(
    ("thing", "why", "because"),
    [
        (
            namespace("new", labels={"team": "search"}),
            "labels of namespaces may not name that team in prod",
            "the list",
        ),
        (namespace("new", labels={"team": "stranger"}), "there is no such team", "a word that is no team"),
        (
            namespace("kube-system", labels={"team": "shop"}),
            "it is a part of the platform, which labels never own",
            "platform",
        ),
        (
            workload("coredns", inside="kube-system", annotations={"team": "platform"}),
            "it is a part of the platform, which labels never own",
            "whoever it names",
        ),
        (
            workload("gateway", annotations={"team": "shop"}),
            "it is a part of the platform, which labels never own",
            "a component of the map",
        ),
        (
            workload("a", annotations={"team": "search"}),
            "the namespace shop is shop's, who does not allow that team there",
            "a team that takes what is not its own",
        ),
        (
            workload("a", inside="lost", annotations={"team": "shop"}),
            "nobody owns the namespace lost, so nobody could allow it",
            "nobody's namespace",
        ),
    ],
)
def test_what_does_not_count(thing: dict[str, Any], why: str, because: str) -> None:
    said = read(thing)
    assert not said.rules, because
    assert [ignored.why for ignored in said.ignored] == [why], because


@pytest.mark.parametrize(
    ("thing", "because"),
    [
        (namespace("new"), "without labels"),
        (namespace("new", labels=None, annotations={"team": ""}), "with none that says something"),
        (workload("a", kind="Pod", labels={"team": "cart"}), "what a workload made says what the workload says"),
        (workload("a", labels={"team": "cart"}, ownerReferences=[{"kind": "CronJob"}]), "so does a job of a cron job"),
        ({"kind": "Node", "metadata": {"name": "n", "labels": {"team": "cart"}}}, "labels never own a node"),
        ({"kind": "Deployment", "metadata": "broken"}, "what is no object"),
        ({}, "nothing at all"),
    ],
)
def test_what_is_passed_over(thing: dict[str, Any], because: str) -> None:
    assert read(thing) == Labelled((), (), ()), because


def test_without_a_list_labels_do_not_count() -> None:
    said = read(namespace("new", labels={"team": "shop"}), cluster="lab")
    assert not said.rules


def test_a_label_of_the_namespace_decides_what_its_workloads_may_say() -> None:
    said = read(workload("a", inside="new", annotations={"team": "cart"}), namespace("new", labels={"team": "cart"}))
    assert [(rule.precedence, rule.source, str(rule.matcher)) for rule in said.rules] == [
        (Precedence.NAMESPACE, "label", "namespace new"),
        (Precedence.ANNOTATION, "annotation", "kind Deployment, namespace new, workload a"),
    ]


def test_a_team_that_gains_is_told() -> None:
    said = read(namespace("new", labels={"team": "shop"}), workload("a", annotations={"team": "cart"}))
    assert [str(gained) for gained in said.gained] == [
        "the namespace new in prod is shop's by the label team of the namespace new. The team may refuse it.",
        "Deployment a in the namespace shop in prod is cart's by the annotation team of Deployment shop/a; "
        "it was shop's. The team may refuse it.",
    ]


def test_what_a_team_has_already_is_no_news() -> None:
    assert not read(workload("a", annotations={"team": "shop"})).gained


def test_what_a_team_refused_does_not_come_back() -> None:
    refusal = Refusal("prod", Matcher.of(namespace="new"), "shop")
    said = read(namespace("new", labels={"team": "shop"}), refusals=(refusal,))
    assert not said.rules
    assert [ignored.why for ignored in said.ignored] == ["the team has refused it"]
    assert read(namespace("new", labels={"team": "cart"}), refusals=(refusal,)).rules, "another team has not"


def test_a_row_of_the_map_goes_before_a_label_and_the_conflict_is_told() -> None:
    said = read(namespace("shop", labels={"team": "cart"}))
    owner = owner_of(
        Subject("Namespace", "shop", "", "prod"),
        OwnershipMap.of(MAP.clusters.values(), (), MAP.namespaces.values(), rules=said.rules),
    )
    assert (owner.team, [used.team for used in owner.conflicts]) == ("shop", ["cart"])
