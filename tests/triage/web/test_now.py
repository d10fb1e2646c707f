"""The first page while nothing can be open yet: what to do next."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from ownership.models import User
from ownership.roles import Role
from tests.factories import make_admin, make_user
from triage.web.board import Proof
from triage.web.views.now import first_steps

NOTHING = Proof(beaten_at=None, integrations=(), has_map=False, has_rotation=False)


def steps(user: User, people: int = 1, proof: Proof = NOTHING) -> dict[str, bool]:
    return {step.title: step.done for step in first_steps(user, proof, people=people)}


def test_the_first_admin_is_to_choose_a_zone_and_to_invite() -> None:
    told = steps(User(role=Role.ADMIN))
    assert not told["Choose your time zone"]
    assert not told["Invite the people who are to be asked"]


def test_a_step_is_done_when_its_effect_is_there() -> None:
    told = steps(User(role=Role.ADMIN, time_zone="Europe/Berlin"), people=2)
    assert told["Choose your time zone"]
    assert told["Invite the people who are to be asked"]


def test_who_cannot_invite_is_not_told_to() -> None:
    assert "Invite the people who are to be asked" not in steps(User(role=Role.VIEWER))


@pytest.mark.django_db
def test_an_empty_page_never_looks_like_all_clear(client: Client) -> None:
    client.force_login(make_admin())
    page = client.get("/").content.decode()
    assert "Nothing can reach Whose yet" in page
    assert "All clear" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_user, make_admin])
def test_every_link_and_form_of_the_first_page_leads_somewhere(client: Client, make: Callable[[], User]) -> None:
    client.force_login(make())
    page = client.get("/").content.decode()
    links = set(re.findall(r'(?:href|action)="(/[^"]*)', page))
    assert len(links) > 5
    assert [link for link in links if client.head(link).status_code == 404] == []
