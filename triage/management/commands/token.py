"""`manage.py token`: makes, lists and revokes the tokens of programs that use the REST API."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug

from ownership.models import Team, User
from ownership.roles import Role
from triage.accounts import tokens
from triage.accounts.models import ServiceToken
from triage.clock import database_now

_MOST_DAYS = 3650


class Command(BaseCommand):
    help = "Make, list or revoke the tokens by which programs use the REST API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        wanted = parser.add_subparsers(dest="wanted", required=True)
        create = wanted.add_parser("create", help="make a token and print it, this once")
        create.add_argument("name", help="of the program, as it stands on time lines")
        create.add_argument("--role", choices=[role.value for role in ServiceToken.ROLES], required=True)
        create.add_argument("--team", metavar="SLUG", help="act as a member of this team")
        create.add_argument("--days", type=_days, help="after so many days it is worth nothing; without it never")
        wanted.add_parser("list", help="every token: what it may do, and when it was last used")
        revoke = wanted.add_parser("revoke", help="make a token worthless, at once")
        revoke.add_argument("name")
        for one in (create, revoke):
            one.add_argument(
                "--by", metavar="USERNAME", default="admin", help="the admin who answers for it (default: admin)"
            )

    def handle(self, *_args: Any, **options: Any) -> None:
        now = database_now()
        try:
            if options["wanted"] == "create":
                _create(options, now=now)
            elif options["wanted"] == "revoke":
                _revoke(options, now=now)
            else:
                _list(now=now)
        except tokens.Refused as refused:
            raise CommandError(str(refused)) from refused


def _create(options: dict[str, Any], *, now: datetime) -> None:
    expires_at = None if options["days"] is None else now + timedelta(days=options["days"])
    team = None if options["team"] is None else _team(options["team"])
    by = _person(options["by"])
    token, shown = tokens.create(
        _name(options["name"]), Role(options["role"]), by, now=now, team=team, expires_at=expires_at
    )
    print(f"The token {token.name}, shown this once:\n\n    {shown}\n")


def _revoke(options: dict[str, Any], *, now: datetime) -> None:
    token = ServiceToken.objects.filter(name=options["name"], revoked_at=None).first()
    if token is None:
        raise CommandError(f"There is no living token {options['name']}. `manage.py token list` shows those there are.")
    tokens.revoke(token, _person(options["by"]), now=now)
    print(f"The token {token.name} is worth nothing from now on.")


def _list(*, now: datetime) -> None:
    for token in tokens.every_token():
        may = f"member of {token.team.slug}" if token.team else token.role
        used = f"last used {_said(token.last_used_at)}" if token.last_used_at else "never used"
        print(f"{token.name}  …{token.token_hint}  {may}  made by {token.made_by.username}  {used}{_end(token, now)}")


def _end(token: ServiceToken, now: datetime) -> str:
    if token.revoked_at:
        return f"  revoked {_said(token.revoked_at)}"
    if token.expires_at:
        return f"  {'expired' if token.expires_at <= now else 'expires'} {_said(token.expires_at)}"
    return ""


def _said(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_DAYS:
        raise ArgumentTypeError(f"{text!r} is not a whole number of days from 1 to {_MOST_DAYS}")
    return int(text)


def _name(name: str) -> str:
    try:
        validate_slug(name)
    except ValidationError as error:
        raise CommandError(f"The name {name!r} holds more than letters, digits, - and _. Try chat-bot.") from error
    if len(name) > 63:
        raise CommandError(f"The name {name!r} is longer than 63 characters. Choose a shorter one.")
    return name


def _team(slug: str) -> Team:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise CommandError(f"There is no team {slug}. Known are: {', '.join(_slugs()) or 'none yet'}.")
    return team


def _slugs() -> list[str]:
    return list(Team.objects.values_list("slug", flat=True)[:20])


def _person(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is nobody called {username}. Name an admin by --by.")
    return user
