"""The only writer of who may come in and as what: invitations, roles, deactivation."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from ownership.models import Member, Team, User
from ownership.roles import Role, TeamRole
from triage.accounts import security, sessions
from triage.accounts.models import Invitation, Kind
from triage.accounts.rules import Refusal, why_not_take_away

INVITATION_LASTS = timedelta(days=7)


class Refused(Exception):  # noqa: N818  # a sentence for people, not a fault
    """The rules speak against it; the message says which, and what helps."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is to be invited."""

    username: str
    name: str
    email: str
    role: Role
    team: Team | None = None
    team_role: TeamRole = TeamRole.MEMBER


def admins_who_can_sign_in() -> "QuerySet[User]":
    """Who could let somebody in again."""
    return User.objects.who_can_sign_in().filter(role=Role.ADMIN)


def invite(newcomer: Newcomer, request: HttpRequest, *, now: datetime) -> tuple[User, str]:
    """Makes the person, who can be asked from now on, and a token with which they choose their password."""
    with transaction.atomic():
        user = User.objects.create_user(newcomer.username, newcomer.email, None, name=newcomer.name, role=newcomer.role)
        if newcomer.team:
            Member.objects.create(team=newcomer.team, user=user, role=newcomer.team_role)
        token = _new_invitation(user, request, now)
        details = {"role": newcomer.role.label}
        if newcomer.team:
            details |= {"team": newcomer.team.name, "team role": newcomer.team_role.label}
        security.record(Kind.INVITED, request, subject=user, details=details)
    return user, token


def invite_again(user: User, request: HttpRequest, *, now: datetime) -> str:
    """A new token; the one before is worth nothing from now on.

    Raises:
        Refused: the person has chosen a password already, or is deactivated.
    """
    if user.has_usable_password():
        raise Refused(f"{user} has a password already, and can reset it on the sign-in page.")
    if not user.is_active:
        raise Refused(f"{user} is deactivated. Reactivate the account first.")
    with transaction.atomic():
        token = _new_invitation(user, request, now)
        security.record(Kind.INVITED, request, subject=user, details={"link": "made again"})
    return token


def _new_invitation(user: User, request: HttpRequest, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    Invitation.objects.update_or_create(
        user=user,
        defaults={
            "invited_by": request.user if isinstance(request.user, User) else None,
            "digest": security.digest(token),
            "created_at": now,
            "expires_at": now + INVITATION_LASTS,
        },
    )
    return token


def invited_by_token(token: str, *, now: datetime) -> User | None:
    """Whose invitation this is, unless it was used, replaced, has expired, or the person needs none."""
    invitation = (
        Invitation.objects.select_related("user").filter(digest=security.digest(token), expires_at__gt=now).first()
    )
    if invitation is None or not invitation.user.is_active or invitation.user.has_usable_password():
        return None
    return invitation.user


def accept(token: str, password: str, request: HttpRequest, *, now: datetime) -> User | None:
    """Sets the first password, and uses the invitation up. None where it is worth nothing (any more)."""
    with transaction.atomic():
        # The lock: of two who use the same link at once, the second finds no row.
        locked = Invitation.objects.select_for_update().filter(digest=security.digest(token)).first()
        user = invited_by_token(token, now=now) if locked else None
        if locked is None or user is None:
            return None
        locked.delete()
        user.set_password(password)
        user.save(update_fields=["password"])
        security.record(Kind.JOINED, request, actor=user)
    return user


def change_role(user: User, role: Role, request: HttpRequest) -> None:
    """Gives the person another role in the whole service.

    Raises:
        Refused: it is oneself, or the last admin.
    """
    with transaction.atomic():
        before = _locked(user, request)
        if before.role == role:
            return
        User.objects.filter(pk=user.pk).update(role=role)
        security.record(
            Kind.ROLE_CHANGED, request, subject=user, details={"was": Role(before.role).label, "is now": role.label}
        )
    user.role = role


def deactivate(user: User, request: HttpRequest) -> int:
    """Closes the account and signs the person out everywhere; says of how many sessions.

    Raises:
        Refused: it is oneself, or the last admin.
    """
    with transaction.atomic():
        _locked(user, request)
        User.objects.filter(pk=user.pk).update(is_active=False)
        Invitation.objects.filter(user=user).delete()
        ended = sessions.end_all(user)
        security.record(Kind.DEACTIVATED, request, subject=user, details={"sessions ended": str(ended)})
    user.is_active = False
    return ended


def reactivate(user: User, request: HttpRequest) -> None:
    """Opens the account again, with the role and the password that it had."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            security.record(Kind.REACTIVATED, request, subject=user)
    user.is_active = True


def _locked(user: User, request: HttpRequest) -> User:
    """The person as the database has them now, after the rules agreed, all admins locked until the end of it."""
    admins = set(admins_who_can_sign_in().order_by("pk").select_for_update().values_list("pk", flat=True))
    actor = request.user.pk
    refusal = why_not_take_away(user.pk, by=actor, admins=admins) if actor else Refusal.NOT_ADMIN
    if refusal:
        raise Refused(refusal.value)
    return User.objects.select_for_update().get(pk=user.pk)


def change_email(user: User, email: str, request: HttpRequest) -> None:
    """Gives the person another address; the one before no longer signs in or resets the password."""
    with transaction.atomic():
        user.email = email.strip().lower()
        user.save(update_fields=["email"])
        # allauth keeps its own copies of addresses, which would go on being accepted.
        EmailAddress.objects.filter(user=user).delete()
        security.record(Kind.EMAIL_CHANGED, request, subject=user)
