"""Invitations that wait to be accepted, and what happened at the door."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Invitation(models.Model):
    """One link with which one person may choose a first password. Only its digest is kept; a new link replaces it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"invitation of {self.user}"


class Kind(models.TextChoices):
    """What can happen at the door."""

    SIGNED_IN = "signed_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    THROTTLED = "throttled", "Sign-in throttled"
    SIGNED_OUT = "signed_out", "Signed out"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    RESET_ASKED = "reset_asked", "Password reset asked for"
    RESET_DONE = "reset_done", "Password reset"
    INVITED = "invited", "Invited"
    JOINED = "joined", "Invitation accepted"
    ROLE_CHANGED = "role_changed", "Role changed"
    EMAIL_CHANGED = "email_changed", "E-mail address changed"
    DEACTIVATED = "deactivated", "Deactivated"
    REACTIVATED = "reactivated", "Reactivated"
    SESSION_ENDED = "session_ended", "Session ended"


class SecurityEvent(models.Model):
    """One line of the security log. It is never changed, and never holds a secret."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=24, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="who did it"
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="whom it was done to",
    )
    address = models.GenericIPAddressField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["kind", "-id"], name="security_by_kind"),
            models.Index(fields=["at"], name="security_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind}"
