"""Cases with boring defaults; a test names only what matters."""

from typing import Any

from tests.bench_verdict.transform import Document

NOW = "2026-11-24T03:10:00Z"
POD = "web-7c9f6d5b8-x2k4p"


def alert(name: str = "KubePodCrashLooping", *, status: str = "firing", **labels: str) -> dict[str, Any]:
    """An alert of Alertmanager."""
    told = {"alertname": name, "severity": "warning", **labels}
    return {"status": status, "labels": told, "annotations": {}, "startsAt": "2026-11-24T03:00:00Z", "fingerprint": "1"}


def case(*alerts: dict[str, Any], id: str = "made-up-1", **more: Any) -> Document:  # noqa: A002 - the word of the file
    """A case with these alerts, each in a delivery of its own."""
    payloads = [{"version": "4", "status": "firing", "alerts": [one]} for one in alerts]
    return {"id": id, "now": NOW, "alerts": payloads, "events": [], "objects": [], **more}


def application(namespace: str = "shop", **more: Any) -> dict[str, Any]:
    """The truth that a team's own workload fails."""
    return {"verdict": "application", "owner_hint": "namespace-team", "namespaces": [namespace], **more}


def cluster(**more: Any) -> dict[str, Any]:
    """The truth that the platform fails."""
    return {"verdict": "cluster", "owner_hint": "platform", "namespaces": [], **more}


def incident(verdict: str = "application", owner: str = "shop", **more: Any) -> dict[str, Any]:
    """An incident of an answer."""
    return {"verdict": verdict, "owner": owner, "confidence": 0.8, **more}


def crash(**more: Any) -> Document:
    """A workload that crashes on a node, told by an alert, an event and objects."""
    node = {"kind": "Node", "metadata": {"name": "node-14", "uid": "a0e5b8c2-9d1f-4c3b-8a7e-6f5d4c3b2a19"}}
    pod = {
        "kind": "Pod",
        "metadata": {
            "name": POD,
            "namespace": "shop",
            "labels": {"app": "web", "k8s-app": "web"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-7c9f6d5b8"}],
        },
        "spec": {"nodeName": "node-14", "containers": [{"name": "web", "image": "registry.example.com/shop/web:1"}]},
        "status": {"podIP": "10.0.0.7"},
    }
    event = {
        "kind": "Event",
        "metadata": {"name": f"{POD}.17ab", "namespace": "shop"},
        "involvedObject": {"kind": "Pod", "name": POD, "namespace": "shop"},
        "reason": "BackOff",
        "message": f'Back-off restarting failed container web in pod {POD}_shop(8f1c), image "web:1"',
        "source": {"component": "kubelet", "host": "node-14"},
        "lastTimestamp": "2026-11-24T03:09:00Z",
    }
    told = alert(namespace="shop", pod=POD, container="web", cluster="prod", job="kube-state-metrics")
    return case(
        told,
        events=[event],
        objects=[node, pod, {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}],
        metrics={"container_memory_working_set_bytes": [{"labels": {"pod": POD, "namespace": "shop"}, "value": 7}]},
        truth=application(),
        **more,
    )
