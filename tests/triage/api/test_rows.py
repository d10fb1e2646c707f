"""The map row by row, and as a whole file: by the same rules as on the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from ownership.models import Cluster, MapChange, Namespace, OwnershipRule, Team
from ownership.roles import Role, TeamRole
from tests.factories import make_cluster, make_component, make_member, make_namespace, make_team, make_user
from tests.triage.api.makers import bot, clicking

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def prod() -> Cluster:
    platform = make_team("platform")
    make_team("payments")
    make_team("cart")
    return make_cluster("prod", operated_by=platform, fallback=platform)


@pytest.fixture
def operator() -> APIClient:
    return bot(Role.OPERATOR)


def lead() -> APIClient:
    """A person who is the admin of payments and a viewer elsewhere."""
    user = make_user("lea")
    make_member(Team.objects.get(slug="payments"), user, role=TeamRole.ADMIN)
    return clicking(user)


ROWS: dict[str, dict[str, Any]] = {
    "teams": {"slug": "search", "contacts": [{"kind": "chat", "address": "#search"}], "parent": "platform"},
    "clusters": {"slug": "stage", "operated_by": "platform", "recognised_by": [{"env": "stage-*"}]},
    "components": {"cluster": "prod", "kind": "CoreDNS", "matchers": [{"namespace": "dns", "labels": {"app": "dns"}}]},
    "namespaces": {"cluster": "prod", "name": "shop", "team": "payments", "level": "workloads"},
    "rules": {"team": "cart", "cluster": "prod", "namespace": "shop", "workload": ["cart", "cart-*"]},
    "responsibilities": {"kind": "Ingress", "level": "workloads", "who": "team"},
}


@pytest.mark.parametrize("section", ROWS)
def test_a_row_is_made_read_listed_changed_and_removed(prod: Cluster, operator: APIClient, section: str) -> None:
    made = operator.post(f"{API}/{section}/", ROWS[section], format="json")
    assert made.status_code == 201, made.json()
    row = made.json()
    address = f"{API}/{section}/{row['id']}/"
    assert operator.get(address).json() == row
    assert row in operator.get(f"{API}/{section}/").json()["results"]
    assert row["source"] == "manual"
    changed = operator.patch(address, {**ROWS[section], "version": row["version"]}, format="json")
    assert changed.status_code == 200, changed.json()
    assert changed.json()["version"] == row["version"], "nothing differs"
    assert operator.delete(f"{address}?version={row['version']}").status_code == 204
    assert operator.get(address).status_code == 404


def test_the_history_names_the_program_and_the_way(prod: Cluster, operator: APIClient) -> None:
    operator.post(f"{API}/namespaces/", ROWS["namespaces"], format="json")
    change = MapChange.objects.get(what="namespace")
    assert (change.author, change.source) == ("chat-bot (token)", "rest")


def test_what_is_changed_is_answered_at_once(prod: Cluster, operator: APIClient) -> None:
    operator.post(f"{API}/namespaces/", ROWS["namespaces"], format="json")
    assert operator.get(f"{API}/whose?cluster=prod&namespace=shop").json()["owner"]["slug"] == "payments"


def test_what_is_not_sent_stays(prod: Cluster, operator: APIClient) -> None:
    row = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"), level="full")
    changed = operator.patch(f"{API}/namespaces/{row.pk}/", {"team": "cart"}, format="json").json()
    assert (changed["team"], changed["level"]) == ("cart", "full")


def test_somebody_was_faster(prod: Cluster, operator: APIClient) -> None:
    row = operator.post(f"{API}/namespaces/", ROWS["namespaces"], format="json").json()
    address = f"{API}/namespaces/{row['id']}/"
    operator.patch(address, {"team": "cart"}, format="json")
    refused = operator.patch(address, {"level": "full", "version": row["version"]}, format="json")
    assert refused.status_code == 409
    assert refused.json()["error"]["field"] == "version"
    assert operator.delete(f"{address}?version={row['version']}").status_code == 409


@pytest.mark.parametrize(
    ("section", "body", "field", "value"),
    [
        ("namespaces", {"name": "shop", "team": "nobody"}, "team", "nobody"),
        ("namespaces", {"name": "shop"}, "team", None),
        ("namespaces", {"name": "shop", "team": "cart", "level": "much"}, "level", "much"),
        ("namespaces", {"name": "shop", "team": "cart", "colour": "red"}, "colour", "red"),
        ("rules", {"team": "cart", "image": "~("}, "image", "~("),
        ("rules", {"team": "cart", "image": 7}, "image", "7"),
        ("rules", {"team": "cart", "labels": {"app": {"x": "y"}}}, "labels", '{"app": {"x": "y"}}'),
        ("teams", {"slug": "x", "members": [{"username": "stranger"}]}, "members.username", "stranger"),
        ("teams", {"slug": "x", "members": ["ada"]}, "members", '["ada"]'),
        ("components", {"cluster": "prod", "kind": "X", "matchers": [7]}, "matchers", "[7]"),
    ],
)
def test_a_refusal_names_field_value_and_remedy(
    prod: Cluster, operator: APIClient, section: str, body: dict[str, Any], field: str, value: str | None
) -> None:
    refused = operator.post(f"{API}/{section}/", body, format="json")
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert (error["field"], error["value"]) == (field, value)
    assert error["remedy"]


@pytest.mark.parametrize("body", [[], "x", 7, None, [{"name": "x"}]])
def test_what_is_no_object_is_refused(prod: Cluster, operator: APIClient, body: Any) -> None:
    assert operator.post(f"{API}/rules/", body, format="json").status_code == 400


# -- Who may --


@pytest.mark.parametrize("section", ROWS)
def test_a_viewer_reads_and_changes_nothing(prod: Cluster, section: str) -> None:
    viewer = bot(Role.VIEWER, Team.objects.get(slug="payments"))
    assert viewer.get(f"{API}/{section}/").status_code == 200
    refused = viewer.post(f"{API}/{section}/", ROWS[section], format="json")
    assert refused.status_code == 403
    assert "You may not do this" in refused.json()["error"]["sentence"]


def test_a_team_admin_edits_what_the_team_owns_and_nothing_else(prod: Cluster) -> None:
    own = make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"))
    other = make_namespace("web", cluster=prod, team=Team.objects.get(slug="cart"))
    client = lead()
    change = {"annotations_for": ["cart"]}
    assert client.patch(f"{API}/namespaces/{own.pk}/", change, format="json").status_code == 200
    assert client.patch(f"{API}/namespaces/{other.pk}/", change, format="json").status_code == 403
    assert client.patch(f"{API}/namespaces/{own.pk}/", {"level": "full"}, format="json").status_code == 403
    assert client.delete(f"{API}/namespaces/{own.pk}/").status_code == 403
    assert client.post(f"{API}/rules/", ROWS["rules"], format="json").status_code == 201
    assert client.patch(f"{API}/clusters/{prod.pk}/", {"name": "Mine"}, format="json").status_code == 403
    team = Team.objects.get(slug="payments")
    assert client.patch(f"{API}/teams/{team.pk}/", {"name": "Pay"}, format="json").status_code == 200
    assert client.patch(f"{API}/teams/{team.pk}/", {"parent": "cart"}, format="json").status_code == 403


def test_a_team_that_is_needed_stays(prod: Cluster, operator: APIClient) -> None:
    refused = operator.delete(f"{API}/teams/{prod.operated_by.pk}/")
    assert refused.status_code == 409
    assert "still refer to" in refused.json()["error"]["sentence"]


# -- Lists --


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"cluster": "prod"}, {"shop"}),
        ({"cluster": "*"}, {"kube-system"}),
        ({"team": "cart"}, {"kube-system"}),
        ({"q": "SHO"}, {"shop"}),
        ({}, {"shop", "kube-system"}),
    ],
)
def test_a_list_is_filtered(prod: Cluster, query: dict[str, str], names: set[str]) -> None:
    make_namespace("shop", cluster=prod, team=Team.objects.get(slug="payments"))
    make_namespace("kube-system", team=Team.objects.get(slug="cart"))
    found = bot().get(f"{API}/namespaces/", query).json()["results"]
    assert {row["name"] for row in found} == names


def test_a_filter_that_is_misspelt_is_refused(prod: Cluster) -> None:
    client = bot()
    assert client.get(f"{API}/rules/", {"tem": "cart"}).status_code == 400
    assert client.get(f"{API}/teams/", {"cluster": "prod"}).status_code == 400


def _rule() -> None:
    from ownership.matchers import Matcher
    from ownership.version import changing_map

    with changing_map():
        OwnershipRule.objects.create(
            matcher=Matcher.of(image=f"x/{OwnershipRule.objects.count()}").as_data(),
            team=make_team(),
            precedence="rule",
            cluster=make_cluster(),
        )


MAKERS: dict[str, Callable[[], object]] = {
    "teams": make_member,
    "clusters": make_cluster,
    "components": lambda: make_component(team=make_team()),
    "namespaces": lambda: make_namespace(cluster=make_cluster()),
    "rules": _rule,
}


@pytest.mark.parametrize("section", MAKERS)
def test_fifty_rows_cost_what_one_costs(section: str) -> None:
    client = bot()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{API}/{section}/").status_code == 200
        return len(captured)

    MAKERS[section]()
    queries()
    one = queries()
    for _ in range(49):
        MAKERS[section]()
    assert queries() == one


# -- The whole --

FILE = "namespaces:\n  - {cluster: prod, name: shop, team: payments}\n"


def test_a_file_is_tried_and_applied(prod: Cluster, operator: APIClient) -> None:
    tried = operator.post(f"{API}/ownership/apply", {"file": FILE, "dry_run": True}, format="json").json()
    assert (tried["dry_run"], tried["added"]) == (True, 1)
    assert tried["changes"][0]["key"] == ["prod", "shop"]
    assert not Namespace.objects.exists()
    assert operator.post(f"{API}/ownership/apply", {"file": FILE}, format="json").json()["added"] == 1
    assert Namespace.objects.get().source == "file"
    assert MapChange.objects.get(what="namespace").author == "chat-bot (token)"


def test_every_mistake_of_a_file_is_listed_with_its_line(prod: Cluster, operator: APIClient) -> None:
    wrong = FILE + "  - {name: x}\n  - {name: y, team: nobody}\n"
    refused = operator.post(f"{API}/ownership/apply", {"file": wrong}, format="json")
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert [(each["line"], each["field"]) for each in error["mistakes"]] == [
        (3, "namespaces.team"),
        (4, "namespaces.team"),
    ]
    assert error["sentence"] == "line 3: namespaces.team is missing, and 1 more."
    assert not Namespace.objects.exists(), "a bad file changes nothing"


def test_the_map_is_given_out_as_a_file_that_makes_it_again(prod: Cluster, operator: APIClient) -> None:
    make_namespace("shop", cluster=prod)
    answer = operator.get(f"{API}/ownership/export", headers={"Accept": "*/*"})
    assert answer.headers["Content-Type"].startswith("application/yaml")
    again = operator.post(f"{API}/ownership/apply", {"file": answer.content.decode(), "dry_run": True}, format="json")
    fields = [field for change in again.json()["changes"] for field in change["fields"]]
    assert {field["name"] for field in fields} == {"source"}, "only who wrote it would change"


def test_files_are_for_operators(prod: Cluster) -> None:
    client = lead()
    assert client.post(f"{API}/ownership/apply", {"file": FILE}, format="json").status_code == 403
    refused = client.get(f"{API}/ownership/export")
    assert refused.status_code == 403
    assert refused.json()["error"]["remedy"]


def test_what_the_map_leaves_open_is_told_to_everybody(prod: Cluster) -> None:
    found = bot().get(f"{API}/ownership/audit").json()["found"]
    assert {each["gap"] for each in found} >= {"no members", "no rotation"}
    assert all(each["remedy"] for each in found)
