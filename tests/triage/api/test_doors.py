"""Who comes in: programs by a living token, people by their session, and nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from ownership.roles import Role
from tests.factories import make_incident, make_user
from tests.triage.api.makers import ada, bot, clicking, make_token, person, with_token
from triage.accounts import tokens
from triage.accounts.models import ServiceToken
from triage.api.authentication import FailedTokens

pytestmark = pytest.mark.django_db

INCIDENTS = "/api/v1/incidents/"


def test_a_stranger_is_told_what_is_missing() -> None:
    response = APIClient().get(INCIDENTS)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Whose"'
    assert response.json()["error"] == {
        "sentence": "It is not said who asks.",
        "field": None,
        "value": None,
        "remedy": "Send `Authorization: Bearer` and a living token. An admin makes one: manage.py token create.",
    }


def test_a_living_token_opens() -> None:
    assert bot().get(INCIDENTS).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    _, shown = make_token()
    assert APIClient().get(INCIDENTS, headers={"Authorization": f"{scheme} {shown}"}).status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic YWRhOng=", "\x00", "Bearer é", "x" * 9000])
def test_anything_else_does_not(header: str) -> None:
    assert APIClient().get(INCIDENTS, headers={"Authorization": header}).status_code == 401


def test_a_revoked_token_is_shut_out_at_its_next_request() -> None:
    token, shown = make_token()
    client = with_token(shown)
    assert client.get(INCIDENTS).status_code == 200
    tokens.revoke(token, ada(), now=timezone.now())
    refused = client.get(INCIDENTS)
    assert refused.status_code == 401
    assert refused.json()["error"]["sentence"] == "The token is unknown, revoked or expired."
    assert shown not in refused.content.decode()


def test_an_expired_token_is_shut_out() -> None:
    ago = timezone.now() - timedelta(days=2)
    _, shown = make_token(now=ago, expires_at=ago + timedelta(days=1))
    assert with_token(shown).get(INCIDENTS).status_code == 401


def test_its_use_is_remembered() -> None:
    token, shown = make_token()
    with_token(shown).get(INCIDENTS)
    assert ServiceToken.objects.get(pk=token.pk).last_used_at is not None


def test_after_many_wrong_tokens_an_address_has_to_wait_but_a_right_one_still_opens() -> None:
    stranger = with_token("whose_made-up")
    statuses = [stranger.get(INCIDENTS).status_code for _ in range(int(FailedTokens.rate.split("/")[0]) + 1)]
    assert set(statuses[:-1]) == {401}
    assert statuses[-1] == 429
    refused = stranger.get(INCIDENTS)
    assert int(refused.headers["Retry-After"]) <= 60
    assert "Retry-After" in refused.json()["error"]["remedy"]
    assert bot().get(INCIDENTS).status_code == 200


def test_a_person_reads_with_the_session() -> None:
    assert person(make_user()).get(INCIDENTS).status_code == 200


def test_a_page_of_somebody_else_cannot_answer_for_a_person() -> None:
    incident = make_incident()
    admin = ada()
    refused = person(admin).post(f"{INCIDENTS}{incident.pk}/acknowledge/")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["error"]["sentence"]
    incident.refresh_from_db()
    assert incident.acknowledged_at is None
    assert clicking(admin).post(f"{INCIDENTS}{incident.pk}/acknowledge/").status_code == 200


def test_a_program_needs_no_form_protection() -> None:
    _, shown = make_token(role=Role.OPERATOR)
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {shown}")
    assert client.post(f"{INCIDENTS}{make_incident().pk}/acknowledge/").status_code == 200


def test_no_answer_is_kept_by_a_proxy() -> None:
    assert bot().get(INCIDENTS).headers["Cache-Control"] == "no-store"
