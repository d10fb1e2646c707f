"""Who asks: a program by its token, beside people by their session."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from triage.accounts import security, tokens
from triage.accounts.models import ServiceToken

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which itself imports this module, by the settings


@dataclass(frozen=True)
class Bearer:
    """A program with its token, where Django expects the person who is signed in."""

    token: ServiceToken
    is_authenticated: bool = True
    is_active: bool = True
    pk: None = None


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. Other schemes are left to others."""

    def authenticate(self, request: Request) -> tuple[Bearer, ServiceToken] | None:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        token = tokens.token_of(shown.strip(), now=now)
        if token is None:
            FailedTokens().count(request)
            raise AuthenticationFailed
        tokens.note_use(token, now=now)
        return Bearer(token), token

    def authenticate_header(self, _request: Request) -> str:
        return 'Bearer realm="Whose"'


class FailedTokens(SimpleRateThrottle):
    """Wrong tokens from one address. A right one is never held up by its neighbour's wrong ones."""

    rate = "30/m"

    def count(self, request: Request) -> None:
        """One more.

        Raises:
            Throttled: it is one too many.
        """
        if not self.allow_request(request, cast("APIView", None)):  # which view it was for does not matter
            raise Throttled(wait=self.wait())

    def get_cache_key(self, request: Request, _view: "APIView") -> str:
        return f"failed_token_{security.digest(security.address_of(_inner(request)) or 'unknown')}"


def _inner(request: Request) -> HttpRequest:
    return request._request  # noqa: SLF001 - REST framework's documented way to Django's own
