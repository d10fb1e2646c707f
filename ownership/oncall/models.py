"""What on-call is made of: rotations, escalation steps, and the ways to reach a person or a team.

Whose turn it is stands nowhere: `calendar` computes it from the anchor of a rotation.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ownership.oncall.calendar import Unit
from ownership.oncall.escalation import TargetKind
from ownership.sources import Source
from ownership.validators import known_zone

LEAST_WAIT = timedelta(minutes=1)


class AddressKind(StrEnum):
    """By what a person or a team is reached."""

    EMAIL = "email"
    WEBHOOK = "webhook"  # an HTTP POST, signed where there is a secret
    LOG = "log"  # a line in the service's log: for trying out, and where something reads the log

    @property
    def label(self) -> str:
        return {"email": "E-mail", "webhook": "Webhook", "log": "Log"}[self.value]


class Kept(models.Model):
    """Where a row comes from and since when it is as it is."""

    source = models.CharField(max_length=16, choices=[(s.value, s.value) for s in Source], default=Source.MANUAL)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Schedule(Kept):
    """When who of a team is on call. A team has one; no schedule means nobody is."""

    team = models.OneToOneField("ownership.Team", on_delete=models.CASCADE, related_name="schedule")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_zone])

    def __str__(self) -> str:
        return f"schedule of {self.team} ({self.time_zone})"


class Layer(models.Model):
    """One rotation of a schedule; a later layer goes before an earlier one wherever it has somebody."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField(default=0)
    # Wall time in the schedule's zone, not an instant: nine o'clock stays nine when the clocks change.
    handoff_on = models.DateField(help_text="the day on which the first shift of the first participant starts")
    handoff_time = models.TimeField(help_text="local time of that hand-off, and of every later one")
    shift_unit = models.CharField(max_length=8, choices=[(u.value, u.value) for u in Unit], default=Unit.WEEKS)
    shift_count = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["schedule", "position"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "position"], name="layer_position_once"),
            models.CheckConstraint(condition=Q(shift_count__gte=1), name="layer_shift_takes_time"),
        ]

    def __str__(self) -> str:
        return f"layer {self.position} from {self.handoff:%Y-%m-%d %H:%M}, {self.shift_count} {self.shift_unit} each"

    @property
    def handoff(self) -> datetime:
        """The first hand-off as wall time in the schedule's zone (naive)."""
        return datetime.combine(self.handoff_on, self.handoff_time)


class Participant(models.Model):
    """A person's turn in a layer. People of the same turn are on call together."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="participants")
    turn = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turns")

    class Meta:
        ordering = ["layer", "turn", "pk"]
        constraints = [models.UniqueConstraint(fields=["layer", "turn", "user"], name="participant_once_in_a_turn")]

    def __str__(self) -> str:
        return f"{self.user}, turn {self.turn}"


class EscalationPolicy(Kept):
    """Whom a page of the team goes to, step after step and again from the start until somebody acknowledges."""

    team = models.OneToOneField("ownership.Team", on_delete=models.CASCADE, related_name="escalation_policy")

    class Meta:
        verbose_name_plural = "escalation policies"

    def __str__(self) -> str:
        return f"escalation of {self.team}"


class Step(models.Model):
    """One step: whom to page, and how long to wait for an answer before the next."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    target = models.CharField(max_length=8, choices=[(t.value, t.label) for t in TargetKind])
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    wait = models.DurationField()

    class Meta:
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="step_position_once"),
            models.CheckConstraint(
                condition=Q(target=TargetKind.USER, user__isnull=False)
                | (~Q(target=TargetKind.USER) & Q(user__isnull=True)),
                name="step_names_a_user_or_none",
            ),
            # A step without a wait would page on every tick.
            models.CheckConstraint(condition=Q(wait__gte=LEAST_WAIT), name="step_waits_a_minute"),
        ]

    def __str__(self) -> str:
        return f"page {self.user or self.target}, wait {self.wait}"


class Address(Kept):
    """Where a message goes, and the name of the environment variable that holds the secret to sign it with.

    The secret itself is never in the database, in a file or in a log. A webhook's address is shown without its path,
    which is a secret with many chat systems.
    """

    address = models.CharField(max_length=500, blank=True)
    secret_env = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True


class ContactMethod(Address):
    """A further way to reach a person, besides the e-mail address that the person has."""

    KINDS = (AddressKind.EMAIL, AddressKind.WEBHOOK)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_methods")
    kind = models.CharField(max_length=8, choices=[(k.value, k.label) for k in KINDS])
    # Nothing is sent to an address that was never shown to be the person's.
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["user", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "address"], name="contact_method_once")]

    def __str__(self) -> str:
        return f"{self.user} by {shown(self.kind, self.address)}"


class TeamChannel(Address):
    """Where a whole team is told: a chat room's webhook, or the log."""

    KINDS = (AddressKind.WEBHOOK, AddressKind.LOG)
    team = models.ForeignKey("ownership.Team", on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=8, choices=[(k.value, k.label) for k in KINDS])

    class Meta:
        ordering = ["team", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "kind", "address"], name="team_channel_once")]

    def __str__(self) -> str:
        return f"{self.team} by {shown(self.kind, self.address)}"


def shown(kind: str, address: str) -> str:
    """An address as it may be shown and logged: of a webhook only the host."""
    if kind == AddressKind.WEBHOOK:
        parts = urlsplit(address)
        return f"webhook {parts.scheme}://{parts.hostname or ''}/…"
    return f"{kind} {address}".strip()
