"""The version of the map: changes with it, in the same transaction, so that a loaded map can be kept until then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from ownership.models import MapVersion


@contextmanager
def changing_map(*, now: datetime | None = None) -> Iterator[None]:
    """A transaction for whoever writes a cluster, a component, a namespace, or the slug of a team.

    Writers wait for each other here, before they lock anything else, and so never in a circle.
    """
    with transaction.atomic():
        lock_map()
        yield
        map_has_changed(now=now or timezone.now())


def lock_map() -> None:
    """Keeps other writers of the map away until the transaction ends."""
    MapVersion.objects.select_for_update().get_or_create(pk=MapVersion.ONLY)


def map_has_changed(*, now: datetime) -> None:
    """Makes every map that was loaded before an old one; call it after `lock_map`, in the same transaction."""
    version = MapVersion.objects.get(pk=MapVersion.ONLY)
    version.number += 1
    version.stamp = uuid4()
    version.changed_at = now
    version.save()


def map_stamp() -> UUID | None:
    """What tells one version of the map from every other; None before the first change."""
    return MapVersion.objects.filter(pk=MapVersion.ONLY).values_list("stamp", flat=True).first()
