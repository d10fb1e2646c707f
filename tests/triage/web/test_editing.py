"""Changing the map on a page: a form, the difference, then it is saved, unless somebody was faster or may not."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ownership import editing
from ownership.matchers import Matcher
from ownership.models import (
    Cluster,
    MapChange,
    Namespace,
    OwnershipRefusal,
    OwnershipRule,
    ResponsibilityRule,
    Team,
    User,
)
from ownership.roles import Role, TeamRole
from ownership.version import changing_map
from tests.factories import make_cluster, make_member, make_namespace, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def prod() -> Cluster:
    platform = make_team("platform")
    make_team("payments")
    make_team("cart")
    return make_cluster("prod", operated_by=platform, fallback=platform)


@pytest.fixture
def shop(prod: Cluster) -> Namespace:
    return make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"), level="workloads")


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user("ann", role=Role.OPERATOR, time_zone="UTC"))
    return client


def lead(client: Client) -> User:
    user = make_user("lea", time_zone="UTC")
    make_member(Team.objects.get(slug="payments"), user, role=TeamRole.ADMIN)
    client.force_login(user)
    return user


def edit(section: str, row: Any) -> str:
    return reverse("edit_row", args=[section, row.pk])


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


GIVEN = {"team": "cart", "level": "full", "annotations_for": "payments"}


def seen(row: Any, section: str = "namespaces") -> str:
    return editing.version_of(section, editing.rows_of(section).get(pk=row.pk))


# -- From the form to the row --


def test_a_form_saves_nothing_before_the_difference_was_seen(operator: Client, shop: Namespace) -> None:
    page = operator.post(edit("namespaces", shop), {**GIVEN, "version": seen(shop)})
    told = text_of(page)
    assert "Change namespace prod/shop?" in told
    assert "Team payments cart" in told
    assert "Level workloads full" in told
    assert "Namespace shop in prod" in told
    shop.refresh_from_db()
    assert shop.team.slug == "payments"


def test_confirmed_it_is_saved_with_its_author(operator: Client, shop: Namespace) -> None:
    sent = {**GIVEN, "version": seen(shop), "confirmed": "1"}
    assert operator.post(edit("namespaces", shop), sent).status_code == 302
    shop.refresh_from_db()
    assert (shop.team.slug, shop.level, shop.annotations_for, shop.source) == ("cart", "full", ["payments"], "manual")
    change = MapChange.objects.filter(what="namespace").latest("pk")
    assert (change.author, change.source) == ("ann", "page")


def test_the_confirmation_sends_what_the_form_sent(operator: Client, shop: Namespace) -> None:
    page = operator.post(edit("namespaces", shop), {**GIVEN, "version": seen(shop)}).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    del hidden["csrfmiddlewaretoken"]
    assert operator.post(edit("namespaces", shop), {**hidden, "confirmed": "1"}).status_code == 302
    shop.refresh_from_db()
    assert shop.team.slug == "cart"


def test_one_goes_back_to_the_form_with_what_was_written(operator: Client, shop: Namespace) -> None:
    page = operator.post(edit("namespaces", shop), {**GIVEN, "version": seen(shop), "back": "1"})
    assert '<option value="cart" selected>' in page.content.decode()


def test_somebody_was_faster(operator: Client, shop: Namespace) -> None:
    version = seen(shop)
    with changing_map():
        Namespace.objects.update(level="image")
    page = operator.post(edit("namespaces", shop), {**GIVEN, "version": version, "confirmed": "1"})
    assert page.status_code == 409
    told = text_of(page)
    assert "Somebody changed it meanwhile." in told
    assert "Level image full" in told, "the difference to what it is now"
    shop.refresh_from_db()
    assert shop.team.slug == "payments"


def test_a_form_without_its_version_saves_nothing(operator: Client, shop: Namespace) -> None:
    assert operator.post(edit("namespaces", shop), {**GIVEN, "confirmed": "1"}).status_code == 409


def test_what_changes_nothing_is_said(operator: Client, shop: Namespace) -> None:
    same = {"team": "payments", "level": "workloads", "annotations_for": "", "version": seen(shop)}
    assert operator.post(edit("namespaces", shop), same).status_code == 302


def test_a_mistake_stands_beside_its_field(operator: Client, shop: Namespace) -> None:
    page = operator.post(edit("namespaces", shop), {**GIVEN, "annotations_for": "nobody", "version": seen(shop)})
    assert page.status_code == 400
    assert "“nobody” is not a known team" in text_of(page)


# -- What each form writes --


@pytest.mark.parametrize(
    ("section", "given", "data"),
    [
        ("namespaces", {"cluster": "", "name": "web", "team": "cart", "level": "namespace"},
         {"cluster": None, "name": "web", "team": "cart"}),
        ("components", {"cluster": "prod", "kind": "CoreDNS", "matchers": "namespace: dns, workload: [a, b-*]\n"},
         {"kind": "CoreDNS", "team": None, "matchers": [{"namespace": "dns", "workload": ["a", "b-*"]}]}),
        ("clusters", {"slug": "stage", "operated_by": "cart", "fallback_policy": "team", "tenancy": "shared",
                      "recognised_by": "env: stage-*\n{region: [a, b]}", "labels_for": "cart, payments"},
         {"recognised_by": [{"env": "stage-*"}, {"region": ["a", "b"]}], "labels_for": ["cart", "payments"]}),
        ("rules", {"team": "cart", "condition_0": "namespace", "texts_0": "shop, web", "condition_1": "labels",
                   "texts_1": "app=cart, cart-*", "condition_2": "image", "texts_2": "~reg/(a,b)"},
         {"namespace": ["shop", "web"], "labels": {"app": ["cart", "cart-*"]}, "image": "~reg/(a,b)"}),
        ("responsibilities", {"kind": "Ingress", "level": "workloads", "who": "team", "cluster": "prod"},
         {"kind": "Ingress", "level": "workloads", "who": "team", "cluster": "prod", "namespace": ""}),
        ("teams", {"slug": "search", "members": "ann admin\nbo\n", "contacts": "chat #search by day\nweb https://x.y"},
         {"members": [{"username": "ann", "role": "admin"}, {"username": "bo", "role": "member"}],
          "contacts": [{"kind": "chat", "address": "#search", "note": "by day"},
                       {"kind": "web", "address": "https://x.y", "note": ""}]}),
    ],
)  # fmt: skip
def test_a_new_row_is_made_of_a_form(
    operator: Client, prod: Cluster, section: str, given: dict[str, str], data: dict[str, Any]
) -> None:
    make_user("bo")
    address = reverse("make_row", args=[section])
    page = operator.post(address, given)
    assert page.status_code == 200, text_of(page)
    assert "Make it" in text_of(page)
    assert operator.post(address, {**given, "confirmed": "1"}).status_code == 302
    row = editing.rows_of(section).latest("pk")
    written = editing.data_of(section, row)
    assert {name: written[name] for name in data} == data
    form = operator.get(edit(section, row))
    assert form.status_code == 200
    again = operator.post(edit(section, row), {**fields_of(form), "version": seen(row, section)})
    assert again.status_code == 302, "the form says of itself that nothing differs"


def fields_of(response: Any) -> dict[str, str]:
    """What a browser would send of a form that nobody touched."""
    form = response.context["form"]
    return {
        bound.name: value for bound in form if not bound.field.disabled and (value := bound.value()) not in (None, "")
    }


@pytest.mark.parametrize(
    ("section", "given", "said"),
    [
        ("teams", {"slug": "x", "members": "ada boss"}, "is not one person"),
        ("teams", {"slug": "x", "contacts": "fax 12"}, "is no contact"),
        ("components", {"cluster": "prod", "kind": "X", "matchers": "- [a"}, "Line 1"),
        ("rules", {"team": "cart"}, "has no condition"),
        ("rules", {"team": "cart", "condition_0": "image", "texts_0": "~("}, "is no pattern of RE2"),
        ("clusters", {"slug": "y", "operated_by": "cart", "fallback_policy": "team", "tenancy": "dedicated"},
         "is missing on a dedicated cluster"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_a_remedy(
    operator: Client, prod: Cluster, section: str, given: dict[str, str], said: str
) -> None:
    page = operator.post(reverse("make_row", args=[section]), given)
    assert page.status_code == 400
    assert said in text_of(page)


# -- Removing --


def test_a_removal_says_what_falls_to_whom(operator: Client, shop: Namespace) -> None:
    address = reverse("remove_row", args=["namespaces", shop.pk])
    told = text_of(operator.get(address))
    assert "Remove namespace prod/shop?" in told
    assert "nobody platform looks first" in told
    assert Namespace.objects.exists()
    assert operator.post(address, {"version": seen(shop)}).status_code == 302
    assert not Namespace.objects.exists()


def test_what_others_need_stays(operator: Client, prod: Cluster) -> None:
    address = reverse("remove_row", args=["teams", prod.operated_by.pk])
    page = operator.get(address)
    assert "still refer to" in text_of(page)
    assert 'name="confirmed"' not in page.content.decode()
    assert operator.post(address, {"version": seen(prod.operated_by, "teams")}).status_code == 409


def test_what_was_changed_meanwhile_is_not_removed(operator: Client, shop: Namespace) -> None:
    version = seen(shop)
    with changing_map():
        Namespace.objects.update(level="image")
    address = reverse("remove_row", args=["namespaces", shop.pk])
    assert operator.post(address, {"version": version}).status_code == 409
    assert operator.post(address).status_code == 409
    assert Namespace.objects.exists()


def test_what_a_label_gave_is_refused_by_its_team(client: Client, prod: Cluster) -> None:
    with changing_map():
        rule = OwnershipRule.objects.create(
            cluster=prod,
            matcher=Matcher.of(namespace="shop").as_data(),
            team=Team.objects.get(slug="payments"),
            precedence="namespace",
            source="label",
            origin="the namespace shop",
        )
    lead(client)
    address = reverse("remove_row", args=["rules", rule.pk])
    assert "it is refused until that is taken back" in text_of(client.get(address))
    assert client.post(address, {"version": seen(rule, "rules")}).status_code == 302
    assert OwnershipRefusal.objects.get().refused_by == "lea"


# -- Who may --


def test_a_viewer_reads_who_may_instead(client: Client, shop: Namespace) -> None:
    client.force_login(make_user())
    for address in (
        edit("namespaces", shop),
        reverse("make_row", args=["clusters"]),
        reverse("make_row", args=["rules"]),
    ):
        page = client.get(address)
        assert page.status_code == 403
        assert "operator" in text_of(page)


def test_a_team_admin_edits_what_the_team_owns_but_not_its_level(client: Client, shop: Namespace) -> None:
    lead(client)
    sent = {"team": "payments", "level": "full", "annotations_for": "cart", "version": seen(shop), "confirmed": "1"}
    assert client.post(edit("namespaces", shop), sent).status_code == 302
    shop.refresh_from_db()
    assert (shop.annotations_for, shop.level) == (["cart"], "workloads"), "the level is not theirs to send"
    given_away = {"team": "cart", "annotations_for": "", "version": seen(shop), "confirmed": "1"}
    assert client.post(edit("namespaces", shop), given_away).status_code == 403


def test_a_team_admin_does_not_touch_what_is_anothers(client: Client, prod: Cluster) -> None:
    other = make_namespace("web", cluster=prod, team=Team.objects.get(slug="cart"))
    lead(client)
    assert client.get(edit("namespaces", other)).status_code == 403
    assert (
        client.post(edit("namespaces", other), {**GIVEN, "version": seen(other), "confirmed": "1"}).status_code == 403
    )
    assert client.get(edit("clusters", prod)).status_code == 403
    assert client.get(edit("teams", Team.objects.get(slug="cart"))).status_code == 403
    assert client.get(edit("teams", Team.objects.get(slug="payments"))).status_code == 200


def test_a_form_of_another_site_changes_nothing(shop: Namespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(role=Role.OPERATOR))
    sent = {**GIVEN, "version": seen(shop), "confirmed": "1"}
    assert client.post(edit("namespaces", shop), sent).status_code == 403


@pytest.mark.parametrize("section", ["nothing", "incidents", "make"])
def test_what_is_no_part_of_the_map_is_not_there(operator: Client, section: str) -> None:
    assert operator.get(reverse("make_row", args=[section])).status_code == 404
    assert operator.get(reverse("row", args=[section])).status_code == 404


# -- From an answer to its rule --


def test_an_answer_leads_to_the_row_that_decided(operator: Client, shop: Namespace) -> None:
    page = operator.get(reverse("whose"), {"q": "prod/shop"}).content.decode()
    found = re.search(r'href="(/map/namespaces/\?key=[^"]+)"', page)
    assert found
    assert operator.get(found[1]).headers["Location"] == edit("namespaces", shop)


def test_what_nobody_owns_leads_to_a_form_that_knows_its_name(operator: Client, prod: Cluster) -> None:
    page = operator.get(reverse("whose"), {"q": "prod/lost"}).content.decode()
    found = re.search(r'href="(/map/namespaces/make/\?[^"]+)"', page)
    assert found
    form = operator.get(found[1].replace("&amp;", "&")).content.decode()
    assert 'value="lost"' in form
    assert '<option value="prod" selected>' in form


# -- The table of kinds and levels --


def test_the_table_shows_what_holds_there_and_where_it_is_written(operator: Client, prod: Cluster) -> None:
    with changing_map():
        ResponsibilityRule.objects.create(kind="NetworkPolicy", level="namespace", who="team")
        own = ResponsibilityRule.objects.create(
            cluster=prod, namespace="shop", kind="NetworkPolicy", level="workloads", who="team"
        )
    page = operator.get(reverse("responsibilities"), {"cluster": "prod", "namespace": "shop"}).content.decode()
    assert edit("responsibilities", own) in page
    assert 'title="written in every cluster"' in page
    assert "kind=Deployment&amp;level=image&amp;who=team&amp;cluster=prod&amp;namespace=shop" in page


# -- Files --

FILE = "namespaces:\n  - {cluster: prod, name: shop, team: payments}\n"


def test_a_file_is_shown_before_it_is_applied(operator: Client, prod: Cluster) -> None:
    told = text_of(operator.post(reverse("import_map"), {"text": FILE}))
    assert "It would be 1 added, 0 changed, 0 removed." in told
    assert not Namespace.objects.exists()
    assert operator.post(reverse("import_map"), {"text": FILE, "confirmed": "1"}).status_code == 302
    assert Namespace.objects.get().source == "file"
    assert MapChange.objects.get(what="namespace").author == "ann"


def test_an_uploaded_file_is_read_as_well(operator: Client, prod: Cluster) -> None:
    upload = SimpleUploadedFile("ownership.yaml", FILE.encode())
    assert "1 added" in text_of(operator.post(reverse("import_map"), {"file": upload}))


def test_every_mistake_is_listed_with_its_line_and_nothing_is_changed(operator: Client, prod: Cluster) -> None:
    page = operator.post(reverse("import_map"), {"text": FILE + "  - {nam: x}\n", "confirmed": "1"})
    assert page.status_code == 400
    assert "Nothing is changed: 3 mistakes" in text_of(page)
    assert '<li value="3">' in page.content.decode()
    assert not Namespace.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file, or paste its text."),
        ("a: &a [*a]", "anchor"),
        ("\t", "Choose a file"),
        ("x" * (2 * 2**20 + 1), "a page takes"),
    ],
)
def test_what_is_no_map_is_refused_clearly(operator: Client, prod: Cluster, text: str, said: str) -> None:
    page = operator.post(reverse("import_map"), {"text": text})
    assert page.status_code == 400
    assert said in text_of(page)


def test_what_is_not_utf8_is_said_with_its_line(operator: Client, prod: Cluster) -> None:
    upload = SimpleUploadedFile("ownership.yaml", b"teams:\n  - {slug: \xff}\n")
    assert "Line 2 is not UTF-8" in text_of(operator.post(reverse("import_map"), {"file": upload}))


def test_the_map_is_given_out_as_a_file(operator: Client, shop: Namespace) -> None:
    answer = operator.get(reverse("export_map"))
    assert "filename" in answer.headers["Content-Disposition"]
    assert "shop" in answer.content.decode()


def test_files_are_for_operators(client: Client, prod: Cluster) -> None:
    lead(client)
    assert client.post(reverse("import_map"), {"text": FILE, "confirmed": "1"}).status_code == 403
    assert client.get(reverse("export_map")).status_code == 403
    assert "Files are for operators" in text_of(client.get(reverse("import_map")))
