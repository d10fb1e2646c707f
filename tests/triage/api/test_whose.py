"""Whose is it, and who is on call there: for anything that can be named."""

from typing import Any

import pytest

from ownership.models import Cluster, Team
from tests.factories import make_cluster, make_component, make_namespace, make_rotation, make_team, make_user
from tests.triage.api.makers import bot

pytestmark = pytest.mark.django_db


@pytest.fixture
def prod() -> Cluster:
    """Platform operates it; the namespace shop is Shop's, as far as its workloads go; DNS has CoreDNS."""
    platform, shop, dns = make_team("platform"), make_team("shop"), make_team("dns")
    cluster = make_cluster("prod", operated_by=platform, fallback=platform)
    make_namespace("shop", team=shop, level="workloads")
    make_component("CoreDNS", cluster=cluster, team=dns)
    make_rotation(platform, [make_user("cy", name="Cy")])
    make_rotation(shop, [make_user("bo", name="Bo")])
    return cluster


def ask(**query: str) -> Any:
    response = bot().get("/api/v1/whose", query)
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize(
    ("query", "team", "rule", "because"),
    [
        ({"namespace": "shop"}, "shop", "namespace in every cluster", "the cluster need not be said"),
        (
            {"cluster": "prod", "namespace": "shop", "kind": "Pod", "name": "cart-0"},
            "shop",
            "namespace in every cluster",
            "what stands in it",
        ),
        ({"kind": "Namespace", "name": "shop"}, "shop", "namespace in every cluster", "the namespace as an object"),
        ({"cluster": "prod", "kind": "CoreDNS"}, "dns", "component", "a component by its kind"),
        ({"cluster": "prod", "kind": "Component", "name": "CoreDNS"}, "dns", "component", "or by its name"),
        ({"cluster": "prod", "kind": "Node", "name": "node-1"}, "platform", "operators of the cluster", "no namespace"),
        ({"cluster": "prod", "namespace": "lost"}, "platform", "fallback of the cluster", "looks first"),
        ({"cluster": "Prod", "namespace": "shop"}, "shop", "namespace in every cluster", "as senders write a cluster"),
        (
            {"label.namespace": "shop", "label.pod": "cart-5d8f7c9b6-x2x4z"},
            "shop",
            "namespace in every cluster",
            "by labels",
        ),
        (
            {"alertname": "KubeNodeNotReady", "label.node": "node-1"},
            "platform",
            "well-known component",
            "by an alert",
        ),
        ({}, "platform", "operators of the cluster", "of nothing at all the only cluster is meant"),
    ],
)
def test_whose_it_is(prod: Cluster, query: dict[str, str], team: str, rule: str, because: str) -> None:
    told = ask(**query)
    assert (told["owner"]["slug"], told["rule"]) == (team, rule), because


def test_the_answer_says_why_and_where_that_was_written_and_since_when(prod: Cluster) -> None:
    told = ask(cluster="prod", namespace="shop")
    assert told["why"] == "the namespace shop in every cluster is owned by shop, at level workloads"
    assert told["source"] == "manual"
    assert told["since"].endswith("Z")
    assert (told["level"], told["is_fallback"]) == ("workloads", False)


def test_who_is_on_call_there_now_and_until_when(prod: Cluster) -> None:
    on_call = ask(namespace="shop")["on_call"]
    assert on_call["team"]["slug"] == "shop"
    assert on_call["people"] == [{"username": "bo", "name": "Bo", "addresses": None}]
    assert on_call["why"].startswith("week of")
    assert on_call["since"] < on_call["until"]


@pytest.mark.parametrize(
    ("verdict", "kind", "team"),
    [
        ("application", "Deployment", "shop"),
        ("application", "NetworkPolicy", "platform"),
        ("cluster", "Deployment", "platform"),
        ("uncertain", "Deployment", "platform"),
    ],
)
def test_the_split_of_responsibility_says_who_would_be_asked(prod: Cluster, verdict: str, kind: str, team: str) -> None:
    told = ask(cluster="prod", namespace="shop", kind=kind, name="cart", verdict=verdict)
    assert told["owner"]["slug"] == "shop"
    assert (told["responsibility"]["verdict"], told["responsibility"]["team"]["slug"]) == (verdict, team)
    assert told["responsibility"]["why"]
    assert told["on_call"]["team"]["slug"] == team


def test_without_a_verdict_there_is_no_split(prod: Cluster) -> None:
    assert ask(namespace="shop")["responsibility"] is None


def test_nobody_is_an_answer() -> None:
    told = ask(cluster="nowhere", namespace="lost")
    assert (told["owner"], told["rule"], told["on_call"]) == (None, "nobody", None)
    assert told["why"] == "nobody owns it in the namespace lost in nowhere, which has no fallback"


def test_labels_are_read_as_those_of_an_alert_and_that_is_said(prod: Cluster) -> None:
    labels = {"label.namespace": "shop", "label.pod": "cart-5d8f7c9b6-x2x4z", "label.cluster": "Prod"}
    subject = ask(**labels)["subject"]
    assert (subject["kind"], subject["name"], subject["namespace"]) == ("Deployment", "cart", "shop")
    assert subject["cluster"] == "prod"
    assert subject["why"]


def test_what_is_said_goes_before_what_labels_tell(prod: Cluster) -> None:
    labels = {"label.namespace": "shop", "label.pod": "cart-5d8f7c9b6-x2x4z"}
    subject = ask(kind="ConfigMap", name="settings", **labels)["subject"]
    assert (subject["kind"], subject["name"], subject["namespace"]) == ("ConfigMap", "settings", "shop")


def test_a_team_without_a_rotation_has_nobody_on_call(prod: Cluster) -> None:
    on_call = ask(cluster="prod", kind="CoreDNS")["on_call"]
    assert (on_call["people"], on_call["why"], on_call["until"]) == ([], "nobody: the team has no rotation", None)
    assert Team.objects.count() == 3
