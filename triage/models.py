"""Incidents and all that belongs to one, what waits for work, and when the service last looked for it."""

from datetime import datetime

from django.db import connection, models

from ownership.models import Team, User
from triage.verdict import Verdict


class Due(models.Model):
    """A table whose rows wait for work: `due_at` says since when, null means that there is nothing to do."""

    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            # Most rows wait for nothing; the index holds the others alone.
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="%(app_label)s_%(class)s_due"
            )
        ]


class Heartbeat(models.Model):
    """When the tick last ran: one row, written by every tick, read by those who ask whether the service works."""

    name = models.CharField(max_length=32, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beaten_at.isoformat()}"

    @staticmethod
    def beat(now: datetime) -> None:
        """Notes a tick. One that began earlier and ends later never sets the clock back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO triage_heartbeat (name, beaten_at) VALUES ('tick', %s)"
                " ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at"
                " WHERE triage_heartbeat.beaten_at < excluded.beaten_at",
                [now],
            )


class Assessment(Due):
    """When a cluster is looked at next: at once when alerts came in, and now and then while some are open."""

    cluster = models.CharField(max_length=63, primary_key=True)
    assessed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Due.Meta):
        pass

    def __str__(self) -> str:
        return self.cluster


class Incident(Due):
    """One cause, one owner. `due_at` is the moment of the next step of its escalation. Written by `incidents` alone."""

    cluster = models.CharField(max_length=63)
    suspect_key = models.CharField(max_length=600)
    suspect_kind = models.CharField(max_length=63)
    suspect_name = models.CharField(max_length=253)
    suspect_namespace = models.CharField(max_length=253, blank=True)
    verdict = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Verdict])
    confidence = models.FloatField(help_text="of the side that leads, 0.5 to 1")
    sentence = models.TextField()
    severity = models.CharField(max_length=16)
    namespaces = models.JSONField(default=list)
    candidates = models.JSONField(default=list, help_text="suspects, best first")
    truncated = models.PositiveIntegerField(default=0, help_text="alerts that the sender left out of its messages")
    owner = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="incidents")
    owner_why = models.TextField(blank=True)
    began_at = models.DateTimeField(help_text="since when it shows, as the senders say")
    opened_at = models.DateTimeField()
    assessed_at = models.DateTimeField(help_text="when the evidence was last looked at")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_stale = models.BooleanField(default=False, help_text="its alerts were not repeated in time, so it pages nobody")
    ended_why = models.TextField(blank=True)
    step = models.PositiveIntegerField(default=0, help_text="the step of the escalation that comes next")
    round = models.PositiveIntegerField(default=0, help_text="how often all steps were gone through")

    class Meta(Due.Meta):
        indexes = [
            *Due.Meta.indexes,
            models.Index(fields=["-opened_at"], condition=models.Q(resolved_at__isnull=True), name="incident_open"),
            models.Index(fields=["cluster", "-opened_at"], name="incident_of_cluster"),
        ]
        constraints = [
            # Whatever runs twice at the same time: one open incident a suspect.
            models.UniqueConstraint(
                fields=["cluster", "suspect_key"],
                condition=models.Q(resolved_at__isnull=True),
                name="incident_open_once_a_suspect",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.sentence}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class Finding(models.Model):
    """One line of an incident's ledger, kept as it was when it was read."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    side = models.CharField(max_length=16)
    weight = models.FloatField(help_text="log-odds by which it speaks for its side")
    claim = models.TextField()
    source = models.CharField(max_length=16)
    observed_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["incident", "position"], name="finding_position_once")]

    def __str__(self) -> str:
        return self.claim


class IncidentAlert(models.Model):
    """Which alerts an incident explains."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="alert_links")
    alert = models.ForeignKey("alerts.Alert", on_delete=models.CASCADE, related_name="incident_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "alert"], name="alert_once_in_an_incident")]

    def __str__(self) -> str:
        return f"{self.alert_id} in {self.incident_id}"


class TimelineEntry(models.Model):
    """What happened to an incident, when, and who did it."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        VERDICT = "verdict", "Verdict changed"
        ASSIGNED = "assigned", "Assigned"
        PAGED = "paged", "Paged"
        FAILED = "failed", "Page failed"
        NOBODY = "nobody", "Nobody to page"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        COMMENTED = "commented", "Comment"
        STALE = "stale", "Stale"
        RESOLVED = "resolved", "Resolved"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    text = models.TextField()
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["incident", "at"], name="timeline_of_incident")]

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.text}"


class Page(Due):
    """A message about an incident to one address. `due_at`: when it is tried next; null once out or given up."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"
        LOG = "log", "Log"

    class Reason(models.TextChoices):
        PAGE = "page", "a page: wants an answer"
        RESOLVED = "resolved", "a notice: it is over"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="pages")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="pages")
    reason = models.CharField(max_length=16, choices=Reason, default=Reason.PAGE)
    channel = models.CharField(max_length=16, choices=Channel)
    address = models.CharField(max_length=500)
    secret_env = models.CharField(max_length=100, blank=True, help_text="the variable that holds the signing secret")
    round = models.PositiveIntegerField()
    step = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="when it was given up")
    error = models.TextField(blank=True)

    class Meta(Due.Meta):
        constraints = [
            # A step that runs twice pages once.
            models.UniqueConstraint(
                fields=["incident", "round", "step", "reason", "channel", "address"], name="page_once_a_step"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} by {self.channel} about #{self.incident_id}"
