"""What is not granted: one shape, which names the field, the value and what to do instead."""

import json
from typing import Any

import pytest
from django.db import OperationalError

from ownership.roles import Role
from tests.factories import make_incident
from tests.triage.api.makers import bot
from triage.api.errors import answer

pytestmark = pytest.mark.django_db

INSTANT = "Opened at this instant or later, for example 2026-11-25T03:00:00Z."
CURSOR = "Follow `next` of the page before as it is; leave it out to begin."


@pytest.mark.parametrize(
    ("address", "status", "named", "sentence", "remedy"),
    [
        ("incidents/?sate=open", 400, ("sate", "open"), "sate is not known here.", "Known are: cursor, page_size,"),
        ("incidents/?state=closed", 400, ("state", "closed"), '"closed" is not a valid', "Choose one of: open, acknow"),
        ("incidents/?verdict=us", 400, ("verdict", "us"), '"us" is not a valid', "cluster, application, uncertain"),
        ("incidents/?cluster=", 400, ("cluster", ""), "may not be blank", "The slug of a cluster."),
        ("incidents/?cluster=a&cluster=b", 400, ("cluster", "a, b"), "given 2 times", "Give it once."),
        ("incidents/?cluster=%00", 400, ("cluster", "\0"), "Null characters", "The slug"),
        ("incidents/?since=yesterday", 400, ("since", "yesterday"), "wrong format", INSTANT),
        ("incidents/?page_size=0", 400, ("page_size", "0"), "greater than or equal to 1", "from 1 to 200"),
        ("incidents/?cursor=x", 400, ("cursor", "x"), "not one of ours", CURSOR),
        ("incidents/?cursor=cD1hYmM=", 400, ("cursor", "cD1hYmM="), "not one of ours", CURSOR),
        ("incidents/?cursor=é", 400, ("cursor", "é"), "not one of ours", CURSOR),
        ("incidents/?team=nope", 404, ("team", "nope"), "There is no team nope.", "GET /api/v1/oncall/now"),
        ("incidents/77/", 404, ("id", "77"), "There is no incident 77.", "GET /api/v1/incidents/?state=all"),
        (f"incidents/{'9' * 40}/", 404, ("id", "9" * 40), "There is no incident 9", "GET /api/v1/incidents/"),
        ("incidents/77/?x=1", 400, ("x", "1"), "x is not known here.", "Leave it out"),
        ("alerts/?status=open", 400, ("status", "open"), "not a valid choice", "firing, resolved, all"),
        ("alerts/?incident=x", 400, ("incident", "x"), "valid integer", "The id of an incident"),
        ("whose?namespce=shop", 400, ("namespce", "shop"), "not known here", "cluster, namespace, kind, name"),
        ("whose?label.=x", 400, ("label.", "x"), "not known here", "Known are"),
        ("whose?label.a=x&label.a=y", 400, ("label.a", "x, y"), "one too many", "each label once"),
        ("whose?verdict=us", 400, ("verdict", "us"), "not a valid choice", "Choose one of"),
        ("oncall/now?team=nope", 404, ("team", "nope"), "There is no team nope.", "GET /api/v1/oncall/now"),
        ("oncall/now?at=1", 400, ("at", "1"), "not known here", "Known are: team."),
        ("incident/1", 404, ("path", "/api/v1/incident/1"), "There is no address", "GET /api/v1/docs/"),
    ],
)
def test_what_is_asked_wrongly(address: str, status: int, named: tuple[str, str], sentence: str, remedy: str) -> None:
    response = bot().get(f"/api/v1/{address}")
    error = response.json()["error"]
    assert response.status_code == status
    assert (error["field"], error["value"]) == named
    assert sentence in error["sentence"]
    assert remedy in error["remedy"]


@pytest.mark.parametrize(
    ("verb", "body", "status", "sentence", "remedy"),
    [
        ("resolve", "{}", 400, "reason: This field is required", "Say why it is over"),
        ("resolve", '{"reason": " "}', 400, "may not be blank", "Say why it is over"),
        ("resolve", '{"reason": ["x"]}', 400, "Not a valid string", "Say why it is over"),
        ("resolve", '{"reason": "x", "by": "bo"}', 400, "by is not known", "Known are: reason."),
        ("resolve", "[]", 400, "The body is not an object", "Send an object"),
        ("resolve", "{", 400, "The body is not JSON", "Send an object"),
        ("comment", '{"text": ""}', 400, "may not be blank", "Say what you saw or did"),
        ("comment", '{"text": "\\u0000"}', 400, "Null characters", "Say what you saw"),
        ("comment", '{"text": "\\ud800"}', 400, "Surrogate", "Say what you saw"),
        ("acknowledge", '{"by": "bo"}', 400, "by is not known", "Leave it out"),
    ],
)
def test_what_is_sent_wrongly(verb: str, body: str, status: int, sentence: str, remedy: str) -> None:
    path = f"/api/v1/incidents/{make_incident().pk}/{verb}/"
    response = bot(Role.OPERATOR).generic("POST", path, body, content_type="application/json")
    assert response.status_code == status
    assert sentence in response.json()["error"]["sentence"]
    assert remedy in response.json()["error"]["remedy"]


def test_a_form_is_not_json() -> None:
    path = f"/api/v1/incidents/{make_incident().pk}/resolve/"
    kind = "application/x-www-form-urlencoded"
    response = bot(Role.OPERATOR).generic("POST", path, "reason=x", content_type=kind)
    assert response.status_code == 415
    assert "Content-Type: application/json" in response.json()["error"]["remedy"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_what_an_address_does_not_do(method: str) -> None:
    response = bot().generic(method, "/api/v1/incidents/", "{}", content_type="application/json")
    assert response.status_code == 405
    assert "GET" in response.json()["error"]["remedy"]


def test_an_answer_is_json_whatever_is_accepted() -> None:
    response = bot().get("/api/v1/incidents/", headers={"Accept": "text/html"})
    assert response.status_code == 406
    assert "application/json" in json.loads(response.content)["error"]["remedy"]


def test_a_long_value_is_not_sent_back_whole() -> None:
    error: dict[str, Any] = bot().get("/api/v1/incidents/", {"state": "x" * 5000}).json()["error"]
    assert len(error["value"]) == 200


def test_a_database_that_is_away_passes() -> None:
    response = answer(OperationalError("of a password"), {"kwargs": {}})
    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.data["error"]["sentence"] == "The database does not answer right now."


def test_a_fault_of_ours_is_not_hidden() -> None:
    assert answer(ZeroDivisionError(), {"kwargs": {}}) is None
