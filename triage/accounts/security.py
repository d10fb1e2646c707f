"""The only writer of the security log."""

import hashlib
from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from ownership.models import User
from triage.accounts.models import Kind, SecurityEvent

# A name that somebody tried to sign in with may be anything, even a whole file.
LONGEST_DETAIL = 120


def record(
    kind: Kind,
    request: HttpRequest | None,
    *,
    actor: User | None = None,
    subject: User | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Adds a line to the log.

    Args:
        kind: what happened.
        request: where it came from; its signed-in person did it, unless `actor` says otherwise. None for what was typed
            on the machine itself.
        actor: who did it.
        subject: whom it was done to, where that is somebody else.
        details: short facts to show with it, never a secret; each is cut to 120 characters.
    """
    if actor is None and request is not None and isinstance(request.user, User):
        actor = request.user
    SecurityEvent.objects.create(
        at=timezone.now(),
        kind=kind,
        actor=actor,
        subject=subject,
        address=address_of(request) if request is not None else None,
        details={name: _storable(value) for name, value in (details or {}).items()},
    )


def address_of(request: HttpRequest) -> str | None:
    """The address that the request came from, past as many proxies as the settings trust."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:  # allauth's word for a request without an address, for example over a socket
        return None


def _storable(value: str) -> str:
    """Cut, and without what PostgreSQL's JSON refuses: NUL and halves of characters."""
    return value[:LONGEST_DETAIL].replace("\0", "�").encode("utf-8", "replace").decode()


def digest(text: str) -> str:
    """What stands for a text where only its sameness matters: in cache keys, and for tokens in the database."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
