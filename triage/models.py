"""What waits for work, and when the service last looked for it."""

from datetime import datetime

from django.db import connection, models


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
