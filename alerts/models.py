"""What has arrived, what was refused, and which alerts it told of."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from alerts.severities import Severity

# An alert that was not repeated for this many of its sender's repeat intervals is stale.
REPEATS_UNTIL_STALE = 2
# One that its Alertmanager does not have is stale after this long. One that was restarted gets its alerts back sooner.
STALE_WHEN_MISSING = timedelta(minutes=5)
_CLUSTER = 63


class Integration(models.Model):
    """A sender that may deliver alerts, and how to read what it sends."""

    class Kind(models.TextChoices):
        ALERTMANAGER = "alertmanager", "Alertmanager"

    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=Kind, default=Kind.ALERTMANAGER)
    # Of the token only its SHA-256 in hexadecimal digits is kept, and its last four characters to tell it by.
    token_hash = models.CharField(max_length=64, unique=True)
    token_hint = models.CharField(max_length=4)
    cluster = models.SlugField(max_length=_CLUSTER, help_text="The cluster of alerts that name none.")
    cluster_label = models.CharField(max_length=120, default="cluster", help_text="The label that names the cluster.")
    severities = models.JSONField(
        default=dict, blank=True, help_text="Value of the label severity → critical, warning, info or none."
    )
    repeat_interval = models.DurationField(
        default=timedelta(hours=4), help_text="Alertmanager's repeat_interval. Not repeated for two of them is stale."
    )
    api_url = models.URLField(
        blank=True,
        db_default="",
        max_length=500,
        help_text="Alertmanager's own address. Once a minute it is asked which alerts it still has.",
    )
    api_problem = models.TextField(blank=True, db_default="", help_text="why it could not be asked the last time")
    # When it is asked next; null where there is no address.
    due_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager["Integration"]] = models.Manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def stale_after(self) -> timedelta:
        """How long an alert stays open without being repeated."""
        return REPEATS_UNTIL_STALE * self.repeat_interval


class Delivery(models.Model):
    """One request as it came: the inbox. It waits for `digest` while it has a `due_at`."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="deliveries")
    received_at = models.DateTimeField()
    sender = models.GenericIPAddressField(null=True)
    body = models.BinaryField()
    size = models.PositiveIntegerField(help_text="bytes")
    due_at = models.DateTimeField(null=True, blank=True)
    digested_at = models.DateTimeField(null=True, blank=True)
    alerts = models.PositiveIntegerField(default=0, help_text="alerts read from it")
    truncated = models.PositiveIntegerField(default=0, help_text="alerts that the sender left out")
    problem = models.TextField(blank=True, help_text="what was odd or unreadable")

    objects: ClassVar[models.Manager["Delivery"]] = models.Manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name_plural = "deliveries"
        indexes = [
            # Most rows wait for nothing; the index holds the others alone.
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="alerts_delivery_due"),
            models.Index(fields=["integration", "-received_at"], name="alerts_delivery_latest"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} of {self.received_at.isoformat()}"


class Reason(models.TextChoices):
    """Why a request was refused."""

    UNKNOWN_TOKEN = "unknown token", "Unknown token"
    SWITCHED_OFF = "switched off", "The integration is switched off"
    TOO_LARGE = "too large", "Too large"
    NOT_JSON = "not JSON", "Not JSON"
    NOT_A_PAYLOAD = "not a payload", "Not an Alertmanager payload"


class Refusal(models.Model):
    """One request that was not taken in. Alertmanager does not send a refused one again, so somebody must look.

    The newest ones of each sender and reason are kept; `RefusalCount` says how many there were.
    """

    integration = models.ForeignKey(Integration, null=True, on_delete=models.SET_NULL, related_name="refusals")
    at = models.DateTimeField()
    sender = models.GenericIPAddressField(null=True)
    size = models.PositiveBigIntegerField(help_text="bytes")
    reason = models.CharField(max_length=16, choices=Reason)
    body_head = models.BinaryField(help_text="its first 64 KiB")
    due_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Refusal"]] = models.Manager()

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="alerts_refusal_due"),
            models.Index(fields=["sender", "reason", "-id"], name="alerts_refusal_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}, from {self.sender} at {self.at.isoformat()}"


class RefusalCount(models.Model):
    """How often a sender was refused for a reason, also when the refusals themselves are no longer kept."""

    integration = models.ForeignKey(Integration, null=True, on_delete=models.CASCADE, related_name="refusal_counts")
    sender = models.GenericIPAddressField(null=True)
    reason = models.CharField(max_length=16, choices=Reason)
    count = models.PositiveBigIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects: ClassVar[models.Manager["RefusalCount"]] = models.Manager()

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "sender", "reason"], nulls_distinct=False, name="refusals_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.count}), from {self.sender}"


class Alert(models.Model):
    """One firing of one alert in one cluster, however many deliveries tell of it."""

    class Status(models.TextChoices):
        FIRING = "firing", "Firing"
        RESOLVED = "resolved", "Resolved"

    cluster = models.CharField(max_length=_CLUSTER)
    fingerprint = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="alerts")
    status = models.CharField(max_length=8, choices=Status)
    labels = models.JSONField(default=dict)
    annotations = models.JSONField(default=dict)
    ends_at = models.DateTimeField(null=True, blank=True)
    generator_url = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=[(severity.value, severity.label) for severity in Severity])
    first_seen_at = models.DateTimeField(help_text="when the first delivery with it was received")
    last_seen_at = models.DateTimeField(help_text="when the last delivery with it was received")
    resolved_at = models.DateTimeField(null=True, blank=True)
    missing_at = models.DateTimeField(
        null=True, blank=True, help_text="since when its Alertmanager no longer has it, without having resolved it"
    )
    notes = models.JSONField(default=list, blank=True, help_text="what was odd about it, in sentences")

    objects: ClassVar[models.Manager["Alert"]] = models.Manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "fingerprint", "starts_at"], name="alert_once_in_a_cluster")
        ]
        indexes = [
            # Nearly all alerts are resolved ones of the past; the index holds the open ones alone.
            # Without last_seen_at: every repeated alert would change it.
            models.Index(fields=["cluster"], condition=models.Q(status="firing"), name="alerts_alert_open")
        ]

    def __str__(self) -> str:
        return f"{self.labels.get('alertname', self.fingerprint)} in {self.cluster}"
