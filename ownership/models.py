"""The people, what they own, and the version of that map."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from ownership.oncall.models import (
    ContactMethod,
    EscalationPolicy,
    Kept,
    Layer,
    Participant,
    Schedule,
    Step,
    TeamChannel,
)
from ownership.responsibility import Level, Tenancy
from ownership.roles import Role, TeamRole
from ownership.sources import Source
from ownership.validators import known_zone

__all__ = [
    "Cluster",
    "Component",
    "ContactMethod",
    "EscalationPolicy",
    "Layer",
    "MapVersion",
    "Member",
    "Namespace",
    "Participant",
    "Schedule",
    "Step",
    "Team",
    "TeamChannel",
    "User",
    "UserManager",
    "known_zone",
]

_SOURCES = [(source.value, source.value) for source in Source]


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
    source = models.CharField(max_length=16, choices=_SOURCES, default=Source.MANUAL, db_default=Source.MANUAL.value)
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
    source = models.CharField(max_length=16, choices=_SOURCES, default=Source.MANUAL, db_default=Source.MANUAL.value)

    class Meta:
        ordering = ["team", "user"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once_in_a_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Cluster(Kept):
    """A Kubernetes cluster: who operates it, whose it is, and who looks first at what nobody owns."""

    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    tenancy = models.CharField(max_length=16, choices=[(t.value, t.label) for t in Tenancy], default=Tenancy.SHARED)
    operated_by = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="operates")
    dedicated_to = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="dedicated_clusters"
    )
    fallback = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="falls_back_for")

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tenancy=Tenancy.DEDICATED, dedicated_to__isnull=False)
                | Q(tenancy=Tenancy.SHARED, dedicated_to__isnull=True),
                name="cluster_dedicated_to_a_team_or_shared",
                violation_error_message="A dedicated cluster names its team, and a shared one none.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Component(Kept):
    """A part of the platform: node pool, CoreDNS, CNI, ingress controller, registry, monitoring."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="components")
    kind = models.CharField(max_length=63, help_text="as the field calls it, for example CoreDNS")
    name = models.CharField(max_length=253, blank=True, help_text="empty: every one of this kind")
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="components",
        help_text="empty: the operators of the cluster",
    )

    class Meta:
        ordering = ["cluster", "kind", "name"]
        constraints = [models.UniqueConstraint("cluster", Lower("kind"), "name", name="component_once_in_a_cluster")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


class Namespace(Kept):
    """A namespace of one cluster or of every cluster, the team that owns it, and how much of it is the team's."""

    cluster = models.ForeignKey(
        Cluster,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="namespaces",
        help_text="empty: in every cluster",
    )
    name = models.CharField(max_length=63)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="namespaces")
    level = models.CharField(max_length=16, choices=[(lv.value, lv.label) for lv in Level], default=Level.NAMESPACE)

    class Meta:
        ordering = ["name", "cluster"]
        constraints = [
            # Two rows for every cluster would differ only in luck, so nulls count as equal.
            models.UniqueConstraint(
                fields=["cluster", "name"], nulls_distinct=False, name="namespace_once_in_a_cluster"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MapVersion(models.Model):
    """The one row that changes with the map, in the same transaction: `ownership.version` alone writes it."""

    ONLY = 1
    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    number = models.PositiveBigIntegerField(default=0)
    # What caches compare. A number could come again after a rollback, with another map behind it.
    stamp = models.UUIDField(default=uuid4)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="map_version_only_one")]

    def __str__(self) -> str:
        return f"map version {self.number}"
