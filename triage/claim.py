"""The lease: which worker works on a row that is due, and what happens to the row if that worker dies."""

from datetime import datetime, timedelta
from typing import TypeVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet

from triage.models import Due

# Longer than a tick works (see triage/tick.py), so that a row is not given away under who still holds it.
LEASE = timedelta(minutes=1)

# A table with `due_at`: one of ours by `Due`, or one of `alerts`, which knows nothing of us.
Row = TypeVar("Row", bound=Model)


def claim_due(rows: QuerySet[Row], *, now: datetime, most: int = 100) -> list[Row]:
    """Lease due rows for this worker, the longest due first. If it dies, they fall due again after the lease."""
    due_first = rows.filter(due_at__lte=now).order_by("due_at")
    with transaction.atomic():
        due = list(due_first.select_for_update(skip_locked=True, of=("self",))[:most])
        _all(rows.model).filter(pk__in=[row.pk for row in due]).update(due_at=now + LEASE)
    for row in due:
        cast("Due", row).due_at = now + LEASE
    return due


def settle(row: Model, *, due_at: datetime | None = None) -> None:
    """Set the next due time, or none, unless someone has asked for another one meanwhile."""
    _all(type(row)).filter(pk=row.pk, due_at=cast("Due", row).due_at).update(due_at=due_at)


def _all(table: type[Row]) -> QuerySet[Row]:
    return table._default_manager.all()  # noqa: SLF001 - Django's documented name where a model may have any
