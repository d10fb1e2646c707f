"""The people, what they own, and the version of that map."""

from enum import StrEnum
from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Cast, Lower, Now
from django.utils import timezone

from ownership.matchers import Matcher
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
from ownership.precedence import Precedence
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.roles import Role, TeamRole
from ownership.sources import Source
from ownership.validators import known_zone

__all__ = [
    "Cluster",
    "Component",
    "ContactKind",
    "ContactMethod",
    "EscalationPolicy",
    "Layer",
    "MapChange",
    "MapVersion",
    "Member",
    "Namespace",
    "OwnershipRefusal",
    "OwnershipRule",
    "Participant",
    "ResponsibilityRule",
    "Schedule",
    "Step",
    "Team",
    "TeamChannel",
    "TeamContact",
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
    # Restricted, not protected: parent and child may go together.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="children")
    kubernetes_groups = models.JSONField(
        default=list,
        blank=True,
        db_default=[],
        help_text="groups of its people as the authentication of clusters calls them: who gets its rights there",
    )
    source = models.CharField(max_length=16, choices=_SOURCES, default=Source.MANUAL, db_default=Source.MANUAL.value)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class ContactKind(StrEnum):
    """By what people reach a team when they want to talk to it."""

    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"

    @property
    def label(self) -> str:
        return {"chat": "Chat", "email": "E-mail", "phone": "Phone", "web": "Web page"}[self.value]


class TeamContact(Kept):
    """Where people find a team: shown beside what it owns. The service itself sends nothing there."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=[(k.value, k.label) for k in ContactKind])
    address = models.CharField(max_length=500)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["team", "kind", "address"]
        constraints = [models.UniqueConstraint(fields=["team", "kind", "address"], name="team_contact_once")]

    def __str__(self) -> str:
        return f"{self.team}: {self.kind} {self.address}"


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
    fallback_policy = models.CharField(
        max_length=16,
        choices=[(p.value, p.label) for p in FallbackPolicy],
        default=FallbackPolicy.TEAM,
        db_default=FallbackPolicy.TEAM.value,
    )
    recognised_by = models.JSONField(
        default=list,
        blank=True,
        db_default=[],
        help_text="matchers over the labels of alerts, as a list of {labels.NAME: [texts]}; any of them recognises it",
    )
    labels_for = models.JSONField(
        default=list,
        blank=True,
        db_default=[],
        help_text="slugs of the teams that labels of namespaces may name here; empty: labels do not count",
    )

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
    matchers = models.JSONField(
        default=list,
        blank=True,
        db_default=[],
        help_text="what else is part of it, as a list of {condition: [texts]}; any of them matches",
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
    annotations_for = models.JSONField(
        default=list,
        blank=True,
        db_default=[],
        help_text="slugs of the other teams that annotations of workloads may name in this namespace",
    )

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


class OwnershipRule(Kept):
    """Whatever matches is the team's: in one cluster, or in every cluster."""

    cluster = models.ForeignKey(
        Cluster, null=True, blank=True, on_delete=models.CASCADE, related_name="rules", help_text="empty: every cluster"
    )
    matcher = models.JSONField(help_text="{condition: [texts]}, all of which hold")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="rules")
    level = models.CharField(
        max_length=16,
        choices=[(lv.value, lv.label) for lv in Level],
        blank=True,
        help_text="empty: the level of the namespace",
    )
    precedence = models.CharField(max_length=16, choices=[(p.value, p.value) for p in Precedence])
    written_by = models.CharField(max_length=150, blank=True)
    # Where its source has it, for people: "label team of the namespace shop".
    origin = models.CharField(max_length=600, blank=True)

    class Meta:
        ordering = ["cluster", "pk"]
        constraints = [
            # The text of jsonb is the same for equal values; a digest of it, because an index holds no long texts.
            models.UniqueConstraint(
                "cluster",
                MD5(Cast("matcher", models.TextField())),
                "source",
                nulls_distinct=False,
                name="ownership_rule_once_from_a_source",
                violation_error_message="There is such a rule already.",
            )
        ]

    def __str__(self) -> str:
        return f"{Matcher.of(self.matcher)} → {self.team}"


class ResponsibilityRule(Kept):
    """A cell of the table of kinds and levels that differs from the shipped one, for all, a cluster or a namespace."""

    cluster = models.ForeignKey(
        Cluster,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="responsibilities",
        help_text="empty: every cluster",
    )
    namespace = models.CharField(max_length=63, blank=True, help_text="empty: every namespace")
    kind = models.CharField(max_length=63, help_text="as Kubernetes writes it, in any case")
    level = models.CharField(max_length=16, choices=[(lv.value, lv.label) for lv in Level])
    who = models.CharField(max_length=16, choices=[(w.value, w.value) for w in Who])

    class Meta:
        ordering = ["cluster", "namespace", "kind", "level"]
        constraints = [
            models.UniqueConstraint(
                "cluster",
                "namespace",
                Lower("kind"),
                "level",
                nulls_distinct=False,
                name="responsibility_rule_once",
                violation_error_message="The table has such a row already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at level {self.level}: {self.who}"


class OwnershipRefusal(models.Model):
    """A team's no to what a label or an annotation would give it; it holds until it is taken back."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="refusals")
    matcher = models.JSONField(help_text="of the rule that is refused")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="refusals")
    reason = models.CharField(max_length=200, blank=True)
    refused_by = models.CharField(max_length=150, blank=True)
    refused_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["cluster", "pk"]
        constraints = [
            models.UniqueConstraint(
                "cluster", MD5(Cast("matcher", models.TextField())), "team", name="ownership_refusal_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team} refuses {Matcher.of(self.matcher)}"


class MapVersion(models.Model):
    """The one row that changes with the map, in the same transaction: `ownership.version` alone writes it."""

    ONLY = 1
    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    number = models.PositiveBigIntegerField(default=0)
    # What caches compare. A number could come again after a rollback, with another map behind it.
    stamp = models.UUIDField(default=uuid4)
    changed_at = models.DateTimeField(default=timezone.now)
    # From when on every change of the map is in its history: what was before is not known.
    history_from = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="map_version_only_one")]

    def __str__(self) -> str:
        return f"map version {self.number}"


class MapChange(models.Model):
    """One row of the map that changed: what it was, what it became, when, by whom, and from where.

    Triggers of the database write these rows (migration 0012), so that no bulk statement and no hand goes past them.
    `ownership.history` reads them.
    """

    changed_at = models.DateTimeField(db_index=True)
    author = models.TextField()
    source = models.TextField()
    what = models.CharField(max_length=32, help_text="kind of row, as a report of changes names it")
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    # What a question can ask for: "namespace shop", "cluster 7", "team 3", "rules of 7", or "map" for what may matter
    # to every subject. Of the row before and after: a row that moves is found from both places.
    words = ArrayField(models.TextField())

    class Meta:
        ordering = ["pk"]
        indexes = [GinIndex(fields=["words"], name="map_change_words")]

    def __str__(self) -> str:
        return f"{self.what} {self.row_id} at {self.changed_at:%Y-%m-%d %H:%M:%S}"
