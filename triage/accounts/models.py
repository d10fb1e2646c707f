"""Invitations that wait to be accepted, tokens of programs, and what happened at the door."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ownership.roles import Role


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
    TOKEN_MADE = "token_made", "Token made"
    TOKEN_REVOKED = "token_revoked", "Token revoked"


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


class ServiceToken(models.Model):
    """What a program shows to act through the REST API, in the whole service or as a member of one team."""

    ROLES = (Role.VIEWER, Role.OPERATOR)
    name = models.SlugField(max_length=63, help_text="stands on the time line where the program acts")
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in ROLES])
    team = models.ForeignKey(
        "ownership.Team",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="service_tokens",
        help_text="acts as a member of this team, and elsewhere as a viewer",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="who answers for it"
    )
    # Of the token only its SHA-256 in hexadecimal digits is kept, and its last four characters to tell it by.
    token_hash = models.CharField(max_length=64, unique=True)
    token_hint = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            # A new token may take over the name of a revoked one.
            models.UniqueConstraint(fields=["name"], condition=Q(revoked_at=None), name="token_name_once"),
            models.CheckConstraint(condition=Q(team=None) | Q(role=Role.VIEWER), name="token_of_a_team_is_a_viewer"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (token)"
