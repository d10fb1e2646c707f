"""Tokens of integrations: made once, kept as a hash, recognised without asking the database each time."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from alerts.models import Integration

_RANDOM_BYTES = 32
_HINT = 4


def new_token() -> str:
    """A token that nobody can guess, of characters that may stand in an address."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(token: str) -> str:
    """What is kept of a token: SHA-256 in hexadecimal digits. A random token needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def hint_of(token: str) -> str:
    """What people tell a token by."""
    return token[-_HINT:]


class Recognised:
    """The integrations that have delivered lately, so that a storm costs no look-up for each of its payloads.

    What an operator changes at an integration holds after `remembered_for` in every process.
    """

    def __init__(self, remembered_for: timedelta = timedelta(seconds=5)) -> None:
        self._remembered_for = remembered_for.total_seconds()
        self._known: dict[str, tuple[float, Integration]] = {}

    def integration_of(self, token: str, *, at: float) -> Integration | None:
        """Whose token this is; None if nobody's.

        Args:
            at: the moment in seconds of a clock that never goes back.

        Raises:
            django.db.Error: where it has to be looked up, and cannot.
        """
        digest = hash_of(token)
        until, integration = self._known.get(digest, (at, None))
        if integration is None or until <= at:
            integration = Integration.objects.filter(token_hash=digest).first()
            self._remember(digest, integration, at)
        if integration is None or not hmac.compare_digest(integration.token_hash, digest):
            return None
        return integration

    def _remember(self, digest: str, integration: Integration | None, at: float) -> None:
        if integration is None:  # made-up tokens are without number
            self._known.pop(digest, None)
        else:
            self._known[digest] = (at + self._remembered_for, integration)
