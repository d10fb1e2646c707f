"""Answering an incident through the API: who may, what is written down, and what a repetition does."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from ownership.models import Team
from ownership.roles import Role
from tests.factories import OPENED, make_incident, make_member, make_team, make_user
from tests.triage.api.makers import ada, bot, clicking
from triage.models import Incident, Page, TimelineEntry

pytestmark = pytest.mark.django_db

BODIES: dict[str, dict[str, str]] = {
    "acknowledge": {},
    "resolve": {"reason": "The image was wrong."},
    "comment": {"text": "Rolled back."},
}


def send(client: APIClient, incident: Incident, verb: str, body: Any = None) -> Any:
    body = BODIES[verb] if body is None else body
    return client.post(f"/api/v1/incidents/{incident.pk}/{verb}/", body, format="json")


def said(incident: Incident) -> list[str]:
    return list(incident.timeline.values_list("text", flat=True))


# -- Who may --


def person_who_is(what: str, team: Team) -> APIClient:
    user = make_user(role=what if what in set(Role) else Role.VIEWER)
    if what == "member":
        make_member(team, user)
    if what == "member of another team":
        make_member(make_team(), user)
    return clicking(user)


def program_that_is(what: str, team: Team) -> APIClient:
    if what in set(Role):
        return bot(Role(what))
    return bot(team=team if what == "member" else make_team())


CALLERS = [
    ("viewer", False),
    ("member of another team", False),
    ("member", True),
    ("operator", True),
]


@pytest.mark.parametrize("verb", BODIES)
@pytest.mark.parametrize("kind", [person_who_is, program_that_is])
@pytest.mark.parametrize(("what", "may"), CALLERS)
def test_who_may_answer_for_a_team(kind: Any, what: str, may: bool, verb: str) -> None:
    team = make_team()
    incident = make_incident(owner=team)
    status = send(kind(what, team), incident, verb).status_code
    assert (status in {200, 201}) is may
    assert status in {200, 201, 403}
    assert bool(said(incident)) is may


@pytest.mark.parametrize("verb", BODIES)
def test_what_nobody_owns_is_answered_by_operators(verb: str) -> None:
    incident = make_incident(owner=None)
    assert send(bot(team=make_team("shop")), incident, verb).status_code == 403
    assert send(bot(Role.OPERATOR, name="other"), incident, verb).status_code in {200, 201}


def test_who_may_not_reads_who_can() -> None:
    incident = make_incident(owner=make_team("shop", name="Shop"))
    error = send(bot(), incident, "acknowledge").json()["error"]
    assert error == {
        "sentence": f"Incident {incident.pk} is Shop's: its members, operators and admins may answer it. "
        "This is chat-bot (token), with the role viewer.",
        "field": "id",
        "value": str(incident.pk),
        "remedy": "Ask one of them, or use a token with the role operator or of that team.",
    }


# -- What is written down --


def test_a_person_acknowledges() -> None:
    incident = make_incident()
    answer = send(clicking(ada()), incident, "acknowledge").json()
    assert answer["changed"] is True
    assert answer["incident"]["acknowledged_by"] == {"username": "ada", "name": "Ada"}
    assert said(incident) == ["Ada has it."]


def test_a_program_acknowledges_under_its_own_name() -> None:
    incident = make_incident()
    answer = send(bot(Role.OPERATOR), incident, "acknowledge").json()
    assert answer["incident"]["acknowledged_at"] is not None
    assert answer["incident"]["acknowledged_by"] is None, "ada made the token, but she does not have it"
    assert said(incident) == ["chat-bot (token) has it."]


def test_a_program_resolves_and_its_person_answers_for_it() -> None:
    incident = make_incident()
    answer = send(bot(Role.OPERATOR), incident, "resolve").json()
    assert answer["incident"]["is_open"] is False
    assert answer["incident"]["ended_why"] == "The image was wrong."
    assert answer["incident"]["resolved_by"]["username"] == "ada"
    assert said(incident) == ["chat-bot (token): The image was wrong."]


def test_a_person_comments() -> None:
    incident = make_incident()
    answer = send(clicking(ada()), incident, "comment")
    assert answer.status_code == 201
    assert (answer.json()["text"], answer.json()["actor"]["name"]) == ("Rolled back.", "Ada")


def test_pages_that_are_not_out_yet_are_taken_back() -> None:
    incident = make_incident()
    page = Page.objects.create(incident=incident, channel="log", round=0, step=0, created_at=OPENED, due_at=OPENED)
    send(bot(Role.OPERATOR), incident, "acknowledge")
    page.refresh_from_db()
    assert page.due_at is None


# -- What a repetition does --


@pytest.mark.parametrize("verb", BODIES)
def test_what_is_sent_twice_happens_once(verb: str) -> None:
    incident = make_incident()
    client = bot(Role.OPERATOR)
    first, second = send(client, incident, verb), send(client, incident, verb)
    assert (first.status_code, second.status_code) == (201 if verb == "comment" else 200, 200)
    assert first.json().get("changed", True)
    assert not second.json().get("changed", False)
    assert len(said(incident)) == 1


def test_the_same_comment_counts_again_after_something_else() -> None:
    incident = make_incident()
    client = bot(Role.OPERATOR)
    for text in ("Waiting.", "Rolled back.", "Waiting."):
        send(client, incident, "comment", {"text": text})
    assert len(said(incident)) == 3


def test_the_same_comment_of_somebody_else_counts() -> None:
    incident = make_incident()
    for client in (clicking(ada()), bot(Role.OPERATOR), bot(Role.OPERATOR, name="other")):
        assert send(client, incident, "comment").status_code == 201
    assert TimelineEntry.objects.count() == 3


def test_who_has_it_first_has_it() -> None:
    incident = make_incident()
    send(clicking(ada()), incident, "acknowledge")
    answer = send(clicking(make_user("bo", role=Role.OPERATOR)), incident, "acknowledge").json()
    assert (answer["changed"], answer["incident"]["acknowledged_by"]["username"]) == (False, "ada")


def test_the_first_reason_stays() -> None:
    incident = make_incident()
    client = bot(Role.OPERATOR)
    send(client, incident, "resolve", {"reason": "One."})
    assert send(client, incident, "resolve", {"reason": "Two."}).json()["incident"]["ended_why"] == "One."


def test_what_is_over_cannot_be_acknowledged() -> None:
    incident = make_incident(resolved_at=timezone.now())
    refused = send(bot(Role.OPERATOR), incident, "acknowledge")
    assert refused.status_code == 409
    assert refused.json()["error"] == {
        "sentence": "It is over already; there is nothing to acknowledge.",
        "field": "id",
        "value": str(incident.pk),
        "remedy": f"See how it stands: GET /api/v1/incidents/{incident.pk}/",
    }
