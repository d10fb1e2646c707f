"""Beat's scheduler: strikes or says that it could not, and never waits for the broker."""

from typing import Any

from celery.beat import ScheduleEntry, Scheduler

from triage.config.reconnecting import Outage

# With nobody to take the strikes, they would pile up until somebody comes who has to throw all of them away.
MOST_WAITING = 10


class Metronome(Scheduler):
    """An in-memory schedule. A strike that fails is not repeated: the next one comes in a second."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._outage = Outage()
        super().__init__(*args, **kwargs)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:  # noqa: ARG002 - ours is made below
        try:
            if self._waiting() < MOST_WAITING:
                self.apply_async(entry, producer=self.producer, advance=False)
        except Exception as error:
            # Whatever the transport raises, the metronome goes on; a fresh connection is made for the next strike.
            self._outage.failed(error)
            self.close()
        else:
            self._outage.over()

    def _waiting(self) -> int:
        """How many strikes nobody has taken yet."""
        self.connection.ensure_connection(max_retries=0)
        channel: Any = self.connection.default_channel
        queue = self.app.amqp.queues[self.app.conf.task_default_queue]
        return int(channel.queue_declare(queue=queue.name, durable=queue.durable).message_count)

    def _ensure_connected(self) -> Any:
        """The connection as it is. Celery would wait here, in growing pauses, until the broker answers."""
        return self.connection
