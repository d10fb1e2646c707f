"""What the heart of the service keeps about itself."""

from datetime import datetime

from django.db import connection, models


class Heartbeat(models.Model):
    """When the tick last ran: one row, written by every tick, read by those who ask whether the service works."""

    name = models.CharField(max_length=32, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beaten_at.isoformat()}"

    @classmethod
    def beat(cls, now: datetime) -> None:
        """Notes a tick. An overlapping one that began earlier never sets the clock back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO triage_heartbeat (name, beaten_at) VALUES ('tick', %s)"
                " ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at"
                " WHERE triage_heartbeat.beaten_at < excluded.beaten_at",
                [now],
            )
