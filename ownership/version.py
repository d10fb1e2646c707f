"""The version of the map: changes with it, in the same transaction, so that a loaded map can be kept until then.

Who changes the map says so here as well: the triggers that keep its history read it from the transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ownership.models import MapChange, MapVersion

_NAMES = ("whose.author", "whose.source", "whose.at")


@contextmanager
def changing_map(*, now: datetime | None = None, author: str = "", source: str = "") -> Iterator[None]:
    """A transaction for whoever writes a row of the map: a team, a cluster, a component, a namespace, a rule.

    Writers wait for each other here, before they lock anything else, and so never in a circle.

    Args:
        now: of the change; every row that it touches has this moment in the history.
        author: who changes it, as the history tells: a username, or what acts by itself. Empty: the database's user.
        source: from where: `page`, `rest`, `file`, `label`, ... Empty: `database`.
    """
    at = now or timezone.now()
    with transaction.atomic():
        lock_map(now=at)
        with written_by(author, source, at=at):
            yield
        map_has_changed(now=at)


@contextmanager
def written_by(author: str, source: str, *, at: datetime) -> Iterator[None]:
    """What is written to the map within has this author, source and moment in its history.

    Within a transaction, after `lock_map`. It ends with the block also where the transaction goes on: what somebody
    else writes later in it is not this author's.
    """
    before = _told()
    _tell((author, source, at.isoformat()))
    # After an error the transaction takes no more statements, and forgets these with everything else.
    yield
    _tell(before)


def lock_map(*, now: datetime | None = None) -> None:
    """Keeps other writers of the map away until the transaction ends. The first one starts the history at `now`."""
    started = {"history_from": now} if now else {}
    MapVersion.objects.select_for_update().get_or_create(pk=MapVersion.ONLY, defaults=started)


def map_has_changed(*, now: datetime) -> None:
    """Makes every map that was loaded before an old one; call it after `lock_map`, in the same transaction.

    The history grows only when the map changes, so this is also when its oldest part goes.
    """
    version = MapVersion.objects.get(pk=MapVersion.ONLY)
    version.number += 1
    version.stamp = uuid4()
    version.changed_at = now
    oldest = now - settings.MAP_HISTORY
    forgotten, _ = MapChange.objects.filter(changed_at__lt=oldest).delete()
    if forgotten:
        version.history_from = max(version.history_from, oldest)
    version.save()


def map_stamp() -> UUID | None:
    """What tells one version of the map from every other; None before the first change."""
    return MapVersion.objects.filter(pk=MapVersion.ONLY).values_list("stamp", flat=True).first()


def history_from() -> datetime | None:
    """From when on every change of the map is known; None before the first change."""
    return MapVersion.objects.filter(pk=MapVersion.ONLY).values_list("history_from", flat=True).first()


def _told() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in _NAMES))
        return tuple(cursor.fetchone())


def _tell(values: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in _NAMES), values)
