"""The only writer of the tokens that programs show to the REST API."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from ownership.models import Team, User
from ownership.roles import Action, Role, may
from triage.accounts import security
from triage.accounts.models import Kind, ServiceToken

# By it people, and programs that look for lost secrets, know what they have found.
PREFIX = "whose_"
_NOTED_EVERY = timedelta(minutes=1)


class Refused(Exception):  # noqa: N818 - a sentence for people, not a fault
    """It cannot be done; the sentence says why, and what helps."""


def create(
    name: str,
    role: Role,
    by: User,
    *,
    now: datetime,
    team: Team | None = None,
    expires_at: datetime | None = None,
    request: HttpRequest | None = None,
) -> tuple[ServiceToken, str]:
    """A new token, and what the program has to show: told this once, kept by nobody.

    Args:
        name: of the program, as it stands on time lines.
        role: what it may do everywhere; for a token of a team that is a viewer.
        by: the admin who makes it and answers for it.
        now: the present instant.
        team: as whose member it acts.
        expires_at: from when it is worth nothing; None: never.
        request: where the wish came from; None for what was typed on the machine itself.

    Raises:
        Refused: the rules speak against it, or the name is taken.
    """
    _check(role, by, team, expires_at, now=now)
    shown = PREFIX + secrets.token_urlsafe(32)
    token = ServiceToken(
        name=name,
        role=role,
        team=team,
        made_by=by,
        token_hash=security.digest(shown),
        token_hint=shown[-4:],
        created_at=now,
        expires_at=expires_at,
    )
    try:
        with transaction.atomic():
            token.save()
            security.record(Kind.TOKEN_MADE, request, actor=by, details=_details(token))
    except IntegrityError as error:
        raise Refused(f"There is a token {name} already. Choose another name, or revoke that one first.") from error
    return token, shown


def _check(role: Role, by: User, team: Team | None, expires_at: datetime | None, *, now: datetime) -> None:
    if not (by.is_active and may(by.role, Action.ADMINISTER)):
        raise Refused(f"{by} is not an admin, and only admins make and revoke tokens.")
    if role not in ServiceToken.ROLES:
        raise Refused(f"A token is never {role.value}. Choose viewer or operator.")
    if team is not None and role is not Role.VIEWER:
        raise Refused("An operator answers for every team. Leave out the team, or make it a viewer.")
    if expires_at is not None and expires_at <= now:
        raise Refused("It would have expired already. Choose a time that is still to come.")


def revoke(token: ServiceToken, by: User, *, now: datetime, request: HttpRequest | None = None) -> bool:
    """From now on it is worth nothing; says whether it was worth something before.

    Raises:
        Refused: only admins may.
    """
    if not may(by.role, Action.ADMINISTER):
        raise Refused(f"{by} is not an admin, and only admins make and revoke tokens.")
    with transaction.atomic():
        revoked = ServiceToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
        if revoked:
            security.record(Kind.TOKEN_REVOKED, request, actor=by, details=_details(token))
    return bool(revoked)


def token_of(shown: str, *, now: datetime) -> ServiceToken | None:
    """The living token that this is, or None: never made, revoked, or expired."""
    digest = security.digest(shown)
    alive = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    token = ServiceToken.objects.select_related("team", "made_by").filter(alive, token_hash=digest).first()
    return token if token is not None and hmac.compare_digest(token.token_hash, digest) else None


def note_use(token: ServiceToken, *, now: datetime) -> None:
    """Remembers when it was last used, written at most once a minute."""
    if token.last_used_at is None or token.last_used_at <= now - _NOTED_EVERY:
        # Of two requests at the same moment the second finds nothing to write.
        seen = ServiceToken.objects.filter(pk=token.pk, last_used_at=token.last_used_at)
        seen.update(last_used_at=now)


def every_token() -> "QuerySet[ServiceToken]":
    """Also the revoked and expired ones, by name."""
    return ServiceToken.objects.select_related("team", "made_by").order_by("name", "pk")


def _details(token: ServiceToken) -> dict[str, str]:
    details = {"name": token.name, "role": Role(token.role).label, "ends with": token.token_hint}
    return details | ({"team": token.team.name} if token.team else {})
