"""What alerts were about lately, for the audit of the ownership map."""

from datetime import datetime, timedelta

from alerts import queries
from ownership.directory import load_map
from ownership.seen import Seen
from ownership.subject import Subject

LATELY = timedelta(days=14)


def seen_lately(now: datetime) -> Seen:
    """The namespaces and alert names of the last two weeks, in the clusters that the map recognises them by."""
    ownership_map = load_map()
    alerts = []
    for row in queries.subjects_since(now - LATELY):
        entry = ownership_map.cluster_of(row.cluster, row.labels)
        cluster, kind = entry.slug if entry else row.cluster, "Namespace" if row.namespace else ""
        about = Subject(kind, row.namespace, row.namespace, cluster, alertname=row.alertname, labels=row.labels)
        alerts.append(about)
    return Seen(
        namespaces={(each.cluster, each.namespace): None for each in alerts if each.namespace},
        alerts=tuple(alerts),
    )
