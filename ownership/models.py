"""The people: who can be asked, in which team, and what each may do."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from ownership.roles import Role, TeamRole
from ownership.zones import is_zone


def known_zone(value: str) -> None:
    """Refuses a name that the time-zone data does not hold.

    Raises:
        ValidationError: with the value and an example.
    """
    if not is_zone(value):
        raise ValidationError(f"{value!r} is not a time zone. Write, for example, Europe/Berlin or UTC.")


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: object) -> "User":
        """A person who can sign in, or who is only paged as long as no password is set."""
        # Addresses are kept in lower case: sign-in and reset look them up by equality.
        user = self.model(username=username, email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def who_can_sign_in(self) -> "models.QuerySet[User]":
        """Active people with a password."""
        return self.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class User(AbstractBaseUser):
    """A person: signs in, belongs to teams, is on call, is paged."""

    username = models.CharField(
        max_length=64,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "This name is taken already."},
    )
    name = models.CharField("full name", max_length=120, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in Role], default=Role.VIEWER)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_zone])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="user_email_unique",
                violation_error_message="Somebody has this e-mail address already.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username


class Team(models.Model):
    """Those who answer together for what they own."""

    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    members: "models.ManyToManyField[User, Member]" = models.ManyToManyField(
        User, through="Member", related_name="teams"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person in a team, and whether that person may edit what the team owns."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(
        max_length=16, choices=[(role.value, role.label) for role in TeamRole], default=TeamRole.MEMBER
    )

    class Meta:
        ordering = ["team", "user"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once_in_a_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
