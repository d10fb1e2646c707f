"""Where django-allauth asks us: nobody signs up by themselves, and what happens at the door is written down."""

import time
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from ownership.models import User
from triage.accounts import mails, security
from triage.accounts.models import Kind
from triage.web.ages import in_words

# How often one name or address is written down as throttled: the log must not grow with the attacker's patience.
_LOG_THROTTLED_EVERY = timedelta(minutes=1)
_MISMATCH = "This name and password do not belong together. Check both, or reset the password."


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Signing in, out, and the mails about passwords, as Whose wants them."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # The same sentence for a name, an address and a password that is wrong.
        "username_password_mismatch": _MISMATCH,
        "email_password_mismatch": _MISMATCH,
        "enter_current_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: people are invited."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the attempt; refuses it where there were too many, and says when to try again.

        Raises:
            ValidationError: too many attempts from this address or for this name.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            wait = self._wait(request, **credentials)
            name = str(credentials.get("username") or credentials.get("email") or "")
            if cache.add(f"throttled:{security.digest(name)}", 1, _LOG_THROTTLED_EVERY.total_seconds()):
                security.record(Kind.THROTTLED, request, details={"name": name})
            raise ValidationError(
                f"Too many failed attempts. Try again in {in_words(wait)}.", code="too_many_login_attempts"
            ) from error

    def _wait(self, request: HttpRequest, **credentials: Any) -> timedelta:
        """Until the oldest attempt that still counts no longer does."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        where = {"app": "allauth.account", "action": "login_failed"}
        waits = [1.0]
        for rate in ratelimit.get_rates(**where):
            attempts = cache.get(ratelimit.get_cache_key(request, rate=rate, key=key, **where), [])
            if len(attempts) >= rate.amount:
                waits.append(attempts[-1] + rate.duration - time.time())
        return timedelta(seconds=max(waits))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Writes the name down, never the password."""
        name = str(credentials.get("username") or credentials.get("email") or "")
        security.record(Kind.SIGN_IN_FAILED, request, details={"name": name})

    def login(self, request: HttpRequest, user: User) -> None:
        """Opens the session."""
        super().login(request, user)
        security.record(Kind.SIGNED_IN, request, actor=user)

    def logout(self, request: HttpRequest) -> None:
        """Closes the session."""
        security.record(Kind.SIGNED_OUT, request)
        super().logout(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Back to oneself."""
        return reverse("me")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the address that people know, whatever name the request used."""
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.PUBLIC_URL}{path}"

    def format_email_subject(self, subject: str) -> str:
        """As the template has it, without the name of a host before it."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends it in the background."""
        mails.send_soon(self.render_mail(template_prefix, email, context))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Sends the link, and writes down that it was asked for."""
        security.record(Kind.RESET_ASKED, self.request, subject=user)
        lasts = in_words(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
        super().send_password_reset_mail(user, email, {**context, "lasts": lasts})
