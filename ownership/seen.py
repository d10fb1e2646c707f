"""What exists and what was seen lately, for the audit: the map alone knows only what somebody wrote down. PURE.

Whoever watches clusters and receives alerts hands it over; nothing here asks for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ownership.responsibility import is_workload
from ownership.subject import Subject


@dataclass(frozen=True)
class Seen:
    """What somebody saw.

    Attributes:
        namespaces: as (cluster, namespace), and since when or how lately it was seen, where known.
        workloads: what runs in them.
        alerts: what alerts were about, each with its `alertname`.
        all_namespaces: clusters of which `namespaces` holds every one, so that what is not there does not exist.
        all_workloads: the same of `workloads`.
        quotas: the namespaces with a ResourceQuota, by cluster; a cluster that is missing is not known.
    """

    namespaces: Mapping[tuple[str, str], datetime | None] = field(default_factory=dict)
    workloads: tuple[Subject, ...] = ()
    alerts: tuple[Subject, ...] = ()
    all_namespaces: frozenset[str] = frozenset()
    all_workloads: frozenset[str] = frozenset()
    quotas: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of_namespaces(cls, pairs: Iterable[tuple[str, str]]) -> "Seen":
        """Every namespace of these clusters."""
        found = dict.fromkeys(pairs)
        return cls(namespaces=found, all_namespaces=frozenset(cluster for cluster, _ in found))

    @classmethod
    def of_objects(cls, cluster: str, objects: Iterable[Mapping[str, Any]]) -> "Seen":
        """Everything that a cluster has of namespaces, workloads and quotas, as its API returns it."""
        namespaces: dict[tuple[str, str], datetime | None] = {}
        workloads, quotas = [], set()
        for thing in objects:
            kind, meta = str(thing.get("kind") or ""), thing.get("metadata")
            if not isinstance(meta, Mapping) or not meta.get("name"):
                continue
            name, namespace = str(meta["name"]), str(meta.get("namespace") or "")
            if kind == "Namespace":
                namespaces[cluster, name] = _moment(meta.get("creationTimestamp"))
            elif kind == "ResourceQuota":
                quotas.add(namespace)
            elif is_workload(kind) and namespace and not meta.get("ownerReferences"):
                labels = meta.get("labels")
                held = {str(key): str(value) for key, value in labels.items()} if isinstance(labels, Mapping) else {}
                workloads.append(Subject(kind, name, namespace, cluster, labels=held))
        here = frozenset({cluster})
        is_all = here if workloads else frozenset()
        return cls(
            namespaces, tuple(workloads), (), here if namespaces else frozenset(), is_all, {cluster: frozenset(quotas)}
        )

    def __or__(self, other: "Seen") -> "Seen":
        return Seen(
            {**other.namespaces, **self.namespaces},
            self.workloads + other.workloads,
            self.alerts + other.alerts,
            self.all_namespaces | other.all_namespaces,
            self.all_workloads | other.all_workloads,
            {**other.quotas, **self.quotas},
        )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
