"""The only writer of deliveries, refusals and alerts.

`accept` keeps a request as it came; `digest` makes alerts of what was kept. In between stands nothing but the row.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from django.db import DataError, connection, transaction

from alerts.models import Alert, Delivery, Integration, Reason, Refusal, RefusalCount
from alerts.reports import AlertReport, Batch, UnreadableDelivery
from alerts.severities import severity_of
from alerts.sources import PARSERS
from alerts.subjects import cluster_of

log = structlog.get_logger(__name__)

HEAD = 64 * 2**10
# Refusals kept of each sender for each reason, and in all. A stranger can send without end.
KEPT_OF_A_SENDER = 100
KEPT_IN_ALL = 5_000
KEPT_FOR = timedelta(days=90)


# -- At the door --


def accept(integration: Integration, body: bytes, sender: str | None, now: datetime) -> Delivery:
    """Keeps the body as it came, due at once. One INSERT; when it returns outside a transaction, it is durable.

    Raises:
        django.db.Error: it was not kept.
    """
    return Delivery.objects.create(
        integration=integration, received_at=now, sender=sender, body=body, size=len(body), due_at=now
    )


def refuse(
    reason: Reason, *, integration: Integration | None, sender: str | None, size: int, head: bytes, now: datetime
) -> Refusal:
    """Notes that a request was not taken in.

    Args:
        integration: whose token it brought; None if nobody's.
        sender: its address; None where it has none.
        size: of the whole body, in bytes.
        head: its beginning; the first 64 KiB are kept.

    Raises:
        django.db.Error: it was not noted.
    """
    with transaction.atomic():
        _count(reason, integration, sender, now)  # locks the line of this sender, so the rest is done one by one
        refusal = Refusal.objects.create(
            integration=integration, at=now, sender=sender, size=size, reason=reason, body_head=head[:HEAD], due_at=now
        )
        of_sender = Refusal.objects.filter(sender=sender, reason=reason).order_by("-id")
        Refusal.objects.filter(pk__in=of_sender.values("pk")[KEPT_OF_A_SENDER:]).delete()
    return refusal


def _count(reason: Reason, integration: Integration | None, sender: str | None, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts_refusalcount AS kept (integration_id, sender, reason, count, first_at, last_at)"
            " VALUES (%s, %s, %s, 1, %s, %s) ON CONFLICT (integration_id, sender, reason)"
            " DO UPDATE SET count = kept.count + 1, last_at = greatest(kept.last_at, excluded.last_at)",
            [integration.pk if integration else None, sender, reason.value, now, now],
        )


def prune(now: datetime) -> int:
    """Forgets the refusals, and the counts of senders, that nobody will look at any more; how many refusals."""
    newest = Refusal.objects.order_by("-id")
    too_many = Refusal.objects.filter(pk__in=newest.values("pk")[KEPT_IN_ALL:])
    too_old = Refusal.objects.filter(at__lt=now - KEPT_FOR)
    forgotten = too_many.delete()[0] + too_old.delete()[0]
    RefusalCount.objects.filter(last_at__lt=now - KEPT_FOR).delete()
    return forgotten


# -- Behind it --


class _Key(NamedTuple):
    """What tells one firing of an alert from all others."""

    cluster: str
    fingerprint: str
    starts_at: datetime


@dataclass
class _Read:
    """What became of one delivery."""

    delivery: Delivery
    integration: Integration
    batch: Batch


def digest(deliveries: Sequence[Delivery], *, now: datetime) -> set[str]:
    """Makes alerts of these deliveries and marks them done, both or neither; the clusters that they told of.

    The caller holds their leases. Should a lease have run out and another worker have digested one meanwhile, that one
    is skipped. A delivery that cannot be read is marked with its problem and keeps its body. The number of queries
    does not depend on the number of deliveries.

    Args:
        deliveries: due ones, of any integrations.
        now: when this is done; the order of alerts comes from when the deliveries were received.
    """
    integrations = Integration.objects.in_bulk({delivery.integration_id for delivery in deliveries})
    read = [_read(delivery, integrations[delivery.integration_id]) for delivery in deliveries]
    try:
        return _keep(read, now)
    except DataError as error:
        # The database does not take what one of them holds. That one must not hold up the others.
        log.exception("deliveries cannot be stored", deliveries=[delivery.pk for delivery in deliveries])
        if len(read) > 1:
            return set[str]().union(*(digest([delivery], now=now) for delivery in deliveries))
        read[0].batch = Batch(problems=(f"The database does not take it: {error}".strip(),))
        return _keep(read, now)


def _read(delivery: Delivery, integration: Integration) -> _Read:
    try:
        parse = PARSERS[integration.kind]
        batch = parse(bytes(delivery.body))
    except UnreadableDelivery as error:
        batch = Batch(problems=(str(error),))
    except Exception as error:
        # A fault of the parser. The body stays, so nothing is lost; and the deliveries behind it go on.
        log.exception("a delivery cannot be read", delivery=delivery.pk)
        batch = Batch(problems=(f"Whose itself failed to read it ({type(error).__name__}). Its log says where.",))
    return _Read(delivery, integration, batch)


@transaction.atomic
def _keep(read: Sequence[_Read], now: datetime) -> set[str]:
    ours = Delivery.objects.select_for_update(no_key=True).filter(digested_at__isnull=True).order_by("pk")
    undone = set(ours.filter(pk__in=[one.delivery.pk for one in read]).values_list("pk", flat=True))
    fresh = [one for one in read if one.delivery.pk in undone]
    rows = _rows(fresh)
    _upsert(rows)
    _mark_done(fresh, now)
    return {key.cluster for key in rows}


Row = dict[str, Any]


def _rows(read: Iterable[_Read]) -> dict[_Key, Row]:
    """One row for each firing, as the latest delivery tells it."""
    rows: dict[_Key, Row] = {}
    for one in sorted(read, key=lambda one: (one.delivery.received_at, one.delivery.pk)):
        for report in one.batch.reports:
            cluster = cluster_of(report.labels, label=one.integration.cluster_label, default=one.integration.cluster)
            key = _Key(cluster, report.fingerprint, report.starts_at)
            row = _row(key, report, one)
            if earlier := rows.get(key):
                row = _later_of(earlier, row)
            rows[key] = row
    return rows


def _row(key: _Key, report: AlertReport, one: _Read) -> Row:
    received_at = one.delivery.received_at
    return {
        "cluster": key.cluster,
        "fingerprint": key.fingerprint,
        "starts_at": key.starts_at,
        "integration_id": one.integration.pk,
        "status": (Alert.Status.FIRING if report.is_firing else Alert.Status.RESOLVED).value,
        "labels": report.labels,
        "annotations": report.annotations,
        "ends_at": report.ends_at,
        "generator_url": report.generator_url,
        "severity": severity_of(report.labels, one.integration.severities).value,
        "first_seen_at": received_at,
        "last_seen_at": received_at,
        "resolved_at": None if report.is_firing else _resolved_at(report, received_at),
        "notes": report.notes,
    }


def _resolved_at(report: AlertReport, received_at: datetime) -> datetime:
    """When it ended, as far as that can be: after it began, and before we heard of it."""
    if report.ends_at is None or not report.starts_at <= report.ends_at <= received_at:
        return received_at
    return report.ends_at


def _later_of(earlier: Row, later: Row) -> Row:
    """The two merged as `_UPSERT` merges. Told both in one delivery, resolved is the later of the two."""
    newest = max(later, earlier, key=lambda row: (row["last_seen_at"], row["status"]))
    return newest | {"first_seen_at": min(earlier["first_seen_at"], later["first_seen_at"])}


_TYPES = {
    "cluster": "text",
    "fingerprint": "text",
    "starts_at": "timestamptz",
    "integration_id": "bigint",
    "status": "text",
    "labels": "jsonb",
    "annotations": "jsonb",
    "ends_at": "timestamptz",
    "generator_url": "text",
    "severity": "text",
    "first_seen_at": "timestamptz",
    "last_seen_at": "timestamptz",
    "resolved_at": "timestamptz",
    "notes": "jsonb",
}
_COLUMNS = ", ".join(_TYPES)
# What the later delivery says counts, in whatever order they are digested, and however often. At the same instant
# `resolved` counts, which is also the later word of the two in the alphabet. A firing one that was received after the
# resolved one opens the alert again: Alertmanager resolves what it hears nothing of, and takes that back later with
# the same start.
_IS_LATER = "(excluded.last_seen_at, excluded.status) >= (kept.last_seen_at, kept.status)"
_TAKEN = ", ".join(
    f"{column} = CASE WHEN {_IS_LATER} THEN excluded.{column} ELSE kept.{column} END"
    for column in _TYPES
    if column not in {*_Key._fields, "first_seen_at"}
)
# In the order of the key, so that two workers never wait for each other's rows in turn.
_UPSERT = f"""
    INSERT INTO alerts_alert AS kept ({_COLUMNS})
    SELECT {_COLUMNS} FROM jsonb_to_recordset(%s::jsonb)
        AS told({", ".join(f"{column} {kind}" for column, kind in _TYPES.items())})
    ORDER BY cluster COLLATE "C", fingerprint COLLATE "C", starts_at
    ON CONFLICT (cluster, fingerprint, starts_at) DO UPDATE
    SET first_seen_at = least(kept.first_seen_at, excluded.first_seen_at), missing_at = NULL, {_TAKEN}
"""  # noqa: S608 - nothing of it comes from outside
# One parameter must stay far below a gigabyte.
_ROWS_A_QUERY = 5_000


def _upsert(rows: dict[_Key, Row]) -> None:
    ordered = [rows[key] for key in sorted(rows)]
    for start in range(0, len(ordered), _ROWS_A_QUERY):
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [_as_json(ordered[start : start + _ROWS_A_QUERY])])


_MARK_DONE = """
    UPDATE alerts_delivery AS kept
    SET due_at = NULL, digested_at = %s, alerts = done.alerts, truncated = done.truncated, problem = done.problem
    FROM jsonb_to_recordset(%s::jsonb) AS done(id bigint, alerts integer, truncated integer, problem text)
    WHERE kept.id = done.id
"""


def _mark_done(read: Sequence[_Read], now: datetime) -> None:
    done = [
        {
            "id": one.delivery.pk,
            "alerts": len(one.batch.reports),
            "truncated": one.batch.truncated,
            "problem": "\n".join(one.batch.problems),
        }
        for one in read
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_DONE, [now, _as_json(done)])


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=datetime.isoformat, ensure_ascii=False, separators=(",", ":"))
