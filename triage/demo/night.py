"""The payloads of the demonstration, moved to the present, and all that they left behind, removed."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.models import Alert, Delivery, Integration, Refusal, RefusalCount
from ownership import importing
from ownership.models import Cluster, Team, User
from ownership.sources.mapfile import MapFile, parse
from ownership.version import changing_map
from triage.models import Assessment, Incident

NAME = "demo"  # of the cluster and of the integration
_HERE = Path(__file__).parent
_PAYLOADS = ("cluster", "application", "uncertain")


def apply_map(*, now: datetime) -> None:
    """The company of the demonstration."""
    read = parse((_HERE / "map.yaml").read_text(encoding="utf-8"))
    if not isinstance(read, MapFile):
        raise ValueError("\n".join(map(str, read)))
    importing.apply(read, now=now, author=NAME)


def payloads(*, now: datetime) -> Iterator[tuple[str, bytes]]:
    """What Alertmanager would send now: in the files `startsAt` is written as seconds before, `-320s`."""
    for name in _PAYLOADS:
        payload: dict[str, Any] = json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))
        for alert in payload["alerts"]:
            ago = timedelta(seconds=int(alert["startsAt"].rstrip("s")))
            alert["startsAt"] = (now + ago).isoformat()
        yield name, json.dumps(payload).encode()


def remove(*, now: datetime) -> int:
    """Everything of the demonstration; how many incidents that were. What is not of it stays."""
    with changing_map(now=now, author=NAME, source=NAME):
        incidents, _ = Incident.objects.filter(cluster=NAME).delete()
        Assessment.objects.filter(cluster=NAME).delete()
        integration = Integration.objects.filter(slug=NAME)
        Alert.objects.filter(integration__in=integration).delete()
        Delivery.objects.filter(integration__in=integration).delete()
        Refusal.objects.filter(integration__in=integration).delete()
        RefusalCount.objects.filter(integration__in=integration).delete()
        integration.delete()
        Cluster.objects.filter(slug=NAME).delete()
        Team.objects.filter(slug__startswith=f"{NAME}-").delete()
        User.objects.filter(username__startswith=f"{NAME}-").delete()
    return incidents
