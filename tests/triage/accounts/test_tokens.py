"""Tokens of programs: what is kept of them, how long they are worth something, and who may make them."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from ownership.models import User
from ownership.roles import Role
from tests.factories import make_admin, make_team, make_user
from tests.triage.api.makers import DAY, NOON, ada, make_token
from triage.accounts import tokens
from triage.accounts.models import Kind, SecurityEvent, ServiceToken
from triage.accounts.tokens import Refused, token_of

pytestmark = pytest.mark.django_db


def test_nothing_that_is_kept_opens_the_door() -> None:
    token, shown = make_token()
    kept = ServiceToken.objects.filter(pk=token.pk).values().get()
    assert len(shown) > 40
    assert shown not in str(kept)
    assert kept["token_hint"] == shown[-4:]
    assert token_of(kept["token_hash"], now=NOON) is None


def test_it_is_known_by_what_was_shown_once() -> None:
    token, shown = make_token()
    assert token_of(shown, now=NOON) == token
    assert token_of(shown[:-1], now=NOON) is None
    assert token_of("", now=NOON) is None


@pytest.mark.parametrize(
    ("moment", "is_worth_something", "because"),
    [
        (NOON + DAY - timedelta(seconds=1), True, "it has not expired yet"),
        (NOON + DAY, False, "its last instant is the one before"),
    ],
)
def test_it_expires(moment: datetime, is_worth_something: bool, because: str) -> None:
    _, shown = make_token(now=NOON, expires_at=NOON + DAY)
    assert (token_of(shown, now=moment) is not None) is is_worth_something, because


def test_a_revoked_one_is_worth_nothing_at_once_and_its_name_is_free_again() -> None:
    token, shown = make_token("deploy")
    assert tokens.revoke(token, ada(), now=NOON)
    assert token_of(shown, now=NOON) is None
    assert not tokens.revoke(token, ada(), now=NOON), "the second time changes nothing"
    make_token("deploy")


def test_two_living_ones_never_share_a_name() -> None:
    make_token("deploy")
    with pytest.raises(Refused, match="There is a token deploy already"):
        make_token("deploy")


def refusals() -> list[tuple[dict[str, object], str]]:
    return [
        ({"role": Role.ADMIN}, "never admin"),
        ({"role": Role.OPERATOR, "team": "shop"}, "answers for every team"),
        ({"expires_at": NOON}, "expired already"),
        ({"by": "bo"}, "bo is not an admin"),
        ({"by": "cy"}, "cy is not an admin"),
    ]


@pytest.mark.parametrize(("wish", "sentence"), refusals())
def test_what_is_refused(wish: dict[str, object], sentence: str) -> None:
    make_user("bo", role=Role.OPERATOR)
    make_admin("cy", is_active=False)
    by = User.objects.get(username=wish.pop("by")) if "by" in wish else ada()
    if "team" in wish:
        wish["team"] = make_team("shop")
    with pytest.raises(Refused, match=sentence):
        tokens.create("bot", **{"role": Role.VIEWER, "by": by, "now": NOON, **wish})  # type: ignore[arg-type]
    assert not ServiceToken.objects.exists()


def test_only_an_admin_revokes() -> None:
    token, _ = make_token()
    with pytest.raises(Refused):
        tokens.revoke(token, make_user("bo", role=Role.OPERATOR), now=NOON)


def test_its_use_is_written_at_most_once_a_minute() -> None:
    token, _ = make_token()
    used = []
    for seconds in (0, 59, 60):
        token.refresh_from_db()
        tokens.note_use(token, now=NOON + timedelta(seconds=seconds))
        token.refresh_from_db()
        used.append(token.last_used_at)
    assert used == [NOON, NOON, NOON + timedelta(minutes=1)]


def test_making_and_revoking_stand_in_the_security_log_without_the_token() -> None:
    token, shown = make_token("deploy", team=make_team("shop", name="Shop"))
    tokens.revoke(token, ada(), now=NOON)
    lines = list(SecurityEvent.objects.order_by("pk"))
    assert [line.kind for line in lines] == [Kind.TOKEN_MADE, Kind.TOKEN_REVOKED]
    assert {line.actor for line in lines} == {ada()}
    assert lines[0].details == {"name": "deploy", "role": "Viewer", "ends with": shown[-4:], "team": "Shop"}


# -- manage.py token --


def test_by_hand_it_is_made_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    make_team("shop")
    call_command(
        "token", "create", "deploy", "--role", "viewer", "--team", "shop", "--days", "30", "--by", ada().username
    )
    shown = capsys.readouterr().out.split()[-1]
    token = token_of(shown, now=NOON)
    assert token is not None
    assert token.team is not None

    call_command("token", "list")
    line = capsys.readouterr().out
    assert "deploy" in line
    assert "member of shop" in line
    assert "never used  expires" in line
    assert shown not in line

    call_command("token", "revoke", "deploy", "--by", "ada")
    assert token_of(shown, now=NOON) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["create", "a bot", "--role", "viewer", "--by", "ada"], "more than letters"),
        (["create", "b" * 64, "--role", "viewer", "--by", "ada"], "longer than 63"),
        (["create", "bot", "--role", "viewer", "--by", "ada", "--team", "shop"], "There is no team shop"),
        (["create", "bot", "--role", "viewer", "--by", "bo"], "nobody called bo"),
        (["create", "bot", "--role", "viewer", "--by", "ada", "--days", "0"], "not a whole number of days"),
        (["revoke", "bot", "--by", "ada"], "no living token bot"),
    ],
)
def test_by_hand_a_mistake_is_said(words: list[str], sentence: str) -> None:
    ada()
    with pytest.raises(CommandError, match=sentence):
        call_command("token", *words)
