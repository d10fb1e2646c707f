"""What the world of the walk is told: its map, and alerts as Alertmanager writes them. Needs no Django."""

import hashlib
import json
from typing import Any

MAP = """
teams:
  - slug: platform
    name: Platform
    members: [{username: cy, email: cy@example.org}]
    rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [cy]}
  - slug: payments
    name: Payments
    members:
      - {username: ada, name: Ada, email: ada@example.org}
      - {username: bo, name: Bo, email: bo@example.org}
    rotation: {time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [ada, bo]}
    escalation:
      - {page: on-call, wait: 5m}
      - {page: team, wait: 10m}
clusters:
  - {slug: prod-eu-1, name: Production EU, tenancy: shared, operated_by: platform, fallback: platform}
namespaces:
  - {cluster: prod-eu-1, name: shop, team: payments, level: namespace}
  - {name: kube-system, team: platform}
"""
NEVER = "0001-01-01T00:00:00Z"
BEGAN = "2026-11-24T03:01:41Z"


def alert(name: str, *, status: str = "firing", began_at: str = BEGAN, **labels: str) -> dict[str, Any]:
    """One alert as Alertmanager writes it."""
    all_labels = {"alertname": name, "severity": "critical", "job": "kube-state-metrics", **labels}
    return {
        "status": status,
        "labels": all_labels,
        "annotations": {"summary": f"{name} fires."},
        "startsAt": began_at,
        "endsAt": NEVER if status == "firing" else "2026-11-24T03:30:00Z",
        "generatorURL": "http://prometheus.example.org/graph",
        "fingerprint": hashlib.sha256(json.dumps(all_labels, sort_keys=True).encode()).hexdigest()[:16],
    }


def crash(namespace: str = "shop", **more: str) -> dict[str, Any]:
    return alert("KubePodCrashLooping", namespace=namespace, pod="api-7c9f6d5b8-x2k4p", container="api", **more)


def node_lost(node: str = "node-14", **more: str) -> dict[str, Any]:
    return alert("KubeNodeNotReady", node=node, **more)
