"""A table of work for tests: what `Due` is, without anything that any real table adds to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from django.apps.registry import Apps
from django.db import connection, models

from triage.models import Due


class Chore(Due):
    """Something to be done."""

    name = models.CharField(max_length=40)
    done = models.IntegerField(default=0)

    objects: ClassVar[models.Manager["Chore"]] = models.Manager()

    class Meta(Due.Meta):
        app_label = "chores"
        apps = Apps()  # its own: to the service and its migrations this table does not exist

    def __str__(self) -> str:
        return self.name


@contextmanager
def table() -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Chore)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Chore)


def make(count: int, *, due_at: datetime | None) -> None:
    Chore.objects.bulk_create(Chore(name=f"chore {number}", due_at=due_at) for number in range(count))
