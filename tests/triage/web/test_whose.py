"""The page Whose: any name in, a person out."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ownership.matchers import Matcher
from ownership.models import Cluster, OwnershipRule, TeamContact
from ownership.precedence import Precedence
from ownership.version import changing_map
from tests.factories import (
    make_cluster,
    make_component,
    make_incident,
    make_member,
    make_namespace,
    make_rotation,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def prod() -> Cluster:
    """Platform operates it; the namespace shop is Shop's at level workloads, with Bo on call and Cy after."""
    platform, shop = make_team("platform"), make_team("shop")
    cluster = make_cluster("prod", operated_by=platform, fallback=platform)
    make_namespace("shop", cluster=cluster, team=shop, level="workloads", source="file")
    make_rotation(platform, [make_user("ada")])
    make_rotation(shop, [make_user("bo"), make_user("cy")])
    TeamContact.objects.create(team=shop, kind="chat", address="#shop")
    return cluster


def ask(client: Client, q: str = "", **words: str) -> str:
    client.force_login(make_user(time_zone="UTC"))
    query = {"q": q} | {word.replace("label_", "label."): value for word, value in words.items()}
    response = client.get(reverse("whose"), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_name_leads_to_the_team_and_the_person_until_the_next_hand_off(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, "shop", kind="Namespace", name="shop", namespace="shop", cluster="prod"))
    assert "shop belongs to SHO Shop" in page
    assert "Ask b bo now." in page
    assert "then c cy" in page
    assert "Chat #shop" in page


def text_of(page: str) -> str:
    """What stands on the page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" .", ".")


def test_it_shows_the_rules_that_led_there_with_source_and_age(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, "prod/shop"))
    assert "The namespace shop in prod is owned by shop" in page
    assert "namespace · file · just now" in page
    assert "No rule says otherwise." in page


def test_it_shows_what_was_overruled(client: Client, prod: Cluster) -> None:
    make_namespace("shop", team=make_team("legacy"))
    page = text_of(ask(client, "prod/shop"))
    assert "1 rule overruled" in page
    assert "the namespace shop in every cluster is owned by legacy" in page


def test_rules_that_disagree_are_said_aloud(client: Client, prod: Cluster) -> None:
    with changing_map():
        OwnershipRule.objects.create(
            cluster=prod,
            matcher=Matcher.of(namespace="shop").as_data(),
            team=make_team("growth"),
            precedence=Precedence.NAMESPACE,
            source="label",
        )
    assert "Rules disagree." in ask(client, "prod/shop")


def test_who_answers_for_which_kind_at_this_level(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, "prod/shop"))
    assert "level workloads" in page
    assert "NetworkPolicy, ResourceQuota, LimitRange, Role, RoleBinding PLA Platform" in page


def test_of_a_guarded_kind_the_operators_are_asked_and_it_says_why(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, cluster="prod", namespace="shop", kind="NetworkPolicy", name="deny"))
    assert "belongs to SHO Shop. PLA Platform answers for it. Ask a ada now." in page


def test_what_nobody_owns_is_loud_and_says_who_looks_first(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, "prod/lost"))
    assert "Nobody owns lost. PLA Platform looks first. Ask a ada now." in page


def test_what_has_no_name_is_told_what_it_would_be(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, "unheard-of"))
    assert "Nothing is called unheard-of." in page
    assert "As a namespace of prod it would be PLA Platform" in page
    assert "by the fallback of the cluster." in page


def test_nobody_on_call_is_said(client: Client, prod: Cluster) -> None:
    make_namespace("lonely", cluster=prod, team=make_team("lonely"))
    assert "Nobody is on call : nobody: the team has no rotation" in text_of(ask(client, "prod/lonely"))


def test_what_is_open_about_it_stands_beside(client: Client, prod: Cluster) -> None:
    make_incident(sentence="It is the application: Job cart fails.", namespaces=["shop"])
    make_incident(cluster="elsewhere", sentence="It is the application: another.", namespaces=["shop"])
    page = ask(client, "prod/shop")
    assert "Job cart fails." in page
    assert "another." not in page


def test_labels_of_an_alert_will_do(client: Client, prod: Cluster) -> None:
    page = text_of(ask(client, 'namespace="shop", pod="cart-5d8f7c9b6-x2x4z"'))
    assert "Deployment cart in the namespace shop belongs to SHO Shop" in page
    assert "How the labels were read" in page


def test_a_team_and_a_person_are_found(client: Client, prod: Cluster) -> None:
    make_member(prod.operated_by, make_user("gita", name="Gita"))
    assert "Shop is a team" in text_of(ask(client, "sho", team="shop"))
    assert "gita is in PLA Platform" in text_of(ask(client, "gita"))


def test_what_incidents_were_about_is_found(client: Client, prod: Cluster) -> None:
    from django.utils import timezone

    make_incident(name="ledger-export", suspect_kind="Job", opened_at=timezone.now())
    assert "Job ledger-export" in text_of(ask(client, "ledger"))


def test_while_somebody_types_only_the_answers_come(client: Client, prod: Cluster) -> None:
    client.force_login(make_user())
    response = client.get(reverse("whose"), {"q": "shop"}, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response.headers["Vary"]


def test_it_works_without_script(client: Client, prod: Cluster) -> None:
    page = ask(client, "sho")
    assert '<form class="search" role="search" method="get"' in page
    assert "?q=sho&amp;cluster=prod&amp;kind=Namespace&amp;name=shop" in page


def test_every_page_has_the_field(client: Client) -> None:
    client.force_login(make_user())
    assert "data-find" in client.get(reverse("teams")).content.decode()


@pytest.mark.parametrize("q", ["\0", "<script>", "'; DROP TABLE", "%", "a" * 4000, "=", "/", "{}", "é" * 300])
def test_whatever_is_typed_is_answered_and_shown_escaped(client: Client, prod: Cluster, q: str) -> None:
    page = ask(client, q)
    assert "<script>" not in page


def test_a_name_of_markup_is_shown_escaped(client: Client, prod: Cluster) -> None:
    make_component("<b>Kind</b>", cluster=prod, name="<i>x</i>", team=make_team("t", name="<u>t</u>"))
    page = ask(client, "Kind")
    assert not any(markup in page for markup in ("<b>Kind", "<i>x", "<u>t"))


def test_fifty_of_everything_cost_what_one_costs(client: Client, prod: Cluster) -> None:
    client.force_login(make_user())

    def add() -> None:
        team = make_team()
        make_member(team, make_user(f"shop-{team.pk}"))
        make_namespace(f"shop-{team.pk}", cluster=prod, team=team)
        make_incident(name=f"shop-{team.pk}", namespaces=["shop"])
        TeamContact.objects.create(team=prod.operated_by, kind="chat", address=f"#{team.pk}")

    def queries() -> int:
        client.get(reverse("whose"), {"q": "shop"})  # reads the map that was changed
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("whose"), {"q": "shop"}).status_code == 200
        return len(captured)

    add()
    one = queries()
    for _ in range(49):
        add()
    assert queries() == one
