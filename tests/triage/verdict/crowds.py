"""Clusters with many pods: one cause with many victims, and one with more alerts than anybody reads."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.cases import Case, default_map, read_case, snapshot_of
from triage.verdict import Snapshot

NOW = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
Json = dict[str, Any]


def moment(minutes: float) -> str:
    """So many minutes ago."""
    return (NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def node(name: str, *, ready: str = "True", minutes: float = 9000) -> Json:
    reason = {"True": "KubeletReady", "Unknown": "NodeStatusUnknown"}.get(ready, "KubeletNotReady")
    condition = {"type": "Ready", "status": ready, "reason": reason, "lastTransitionTime": moment(minutes)}
    return {
        "kind": "Node",
        "metadata": {"name": name, "creationTimestamp": moment(90_000)},
        "spec": {},
        "status": {"conditions": [condition], "allocatable": {"cpu": "16", "memory": "64Gi", "pods": "110"}},
    }


def pod(namespace: str, workload: str, number: int, on: str, *, state: str = "well", minutes: float = 20) -> Json:
    """A pod of a Deployment: `well`, `lost` (its node does not answer) or `crashing`."""
    status: Json = {"name": "app", "ready": state == "well", "restartCount": 0}
    if state == "crashing":
        ended = {"exitCode": 1, "reason": "Error", "finishedAt": moment(1)}
        status |= {"restartCount": 9, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
        status |= {"lastState": {"terminated": ended}}
    else:
        status["state"] = {"running": {"startedAt": moment(5000)}}
    ready: Json = {"type": "Ready", "status": "True" if state == "well" else "False"}
    ready["lastTransitionTime"] = moment(5000 if state == "well" else minutes)
    owner = {"kind": "ReplicaSet", "name": f"{workload}-6d8f9b7c5", "controller": True}
    return {
        "kind": "Pod",
        "metadata": {
            "namespace": namespace,
            "name": f"{workload}-6d8f9b7c5-{_suffix(number)}",
            "creationTimestamp": moment(6000 if state != "crashing" else minutes + 1),
            "ownerReferences": [owner],
        },
        "spec": {"nodeName": on, "containers": [{"name": "app", "image": f"example.com/{workload}:1"}]},
        "status": {"phase": "Running", "conditions": [ready], "containerStatuses": [status]},
    }


_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def _suffix(number: int) -> str:
    letters = ""
    for _ in range(5):
        number, place = divmod(number, len(_LETTERS))
        letters = _LETTERS[place] + letters
    return letters


def alert(name: str, minutes: float, *, severity: str = "warning", **labels: str) -> Json:
    told = {"alertname": name, "severity": severity, "job": "kube-state-metrics", "cluster": "prod", **labels}
    return {"status": "firing", "labels": told, "annotations": {}, "startsAt": moment(minutes)}


def text(objects: Iterable[Json], alerts: Iterable[Json], events: Iterable[Json] = ()) -> str:
    """As a case file."""
    payload: Json = {"version": "4", "status": "firing", "receiver": "whose", "groupKey": "{}", "alerts": list(alerts)}
    payload |= {"groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "", "truncatedAlerts": 0}
    held: Mapping[str, Any] = {
        "id": "crowd",
        "now": moment(0),
        "alerts": [payload],
        "objects": list(objects),
        "events": list(events),
    }
    return json.dumps(held)


def lost_node() -> Case:
    """300 failing pods in 40 namespaces on one node that does not answer."""
    nodes = [node(f"node-{number}") for number in range(11)] + [node("node-14", ready="Unknown", minutes=20)]
    victims = [pod(f"team-{n % 40}", f"app-{n % 60}", n, "node-14", state="lost") for n in range(300)]
    others = [pod(f"team-{n % 40}", f"app-{n % 60}", 1000 + n, f"node-{n % 11}") for n in range(900)]
    alerts = [alert("KubeNodeNotReady", 5, node="node-14", condition="Ready", status="true")]
    alerts += [
        alert("KubePodNotReady", 5, namespace=one["metadata"]["namespace"], pod=one["metadata"]["name"])
        for one in victims
    ]
    return read_case(text([*nodes, *victims, *others], alerts))


def bad_rollout() -> Case:
    """200 crashing pods of one rollout over 60 nodes."""
    nodes = [node(f"node-{number}") for number in range(60)]
    crashing = [pod("shop", "cart", n, f"node-{n % 60}", state="crashing", minutes=25) for n in range(200)]
    others = [pod(f"team-{n % 30}", f"app-{n % 45}", 1000 + n, f"node-{n % 60}") for n in range(1200)]
    alerts = [
        alert("KubePodCrashLooping", 5, namespace="shop", pod=one["metadata"]["name"], container="app")
        for one in crashing
    ]
    return read_case(text([*nodes, *crashing, *others], alerts))


def large() -> Case:
    """10,000 alerts and 20,000 pods: a node is lost, and many things that have nothing to do with it fail as well."""
    nodes = [node(f"node-{number}") for number in range(400)] + [node("node-lost", ready="Unknown", minutes=20)]
    well = [pod(f"team-{n % 500}", f"app-{n % 2000}", n, f"node-{n % 400}") for n in range(15_000)]
    lost = [pod(f"team-{n % 500}", f"app-{n % 2000}", 20_000 + n, "node-lost", state="lost") for n in range(1000)]
    bad = [
        pod(f"team-{n % 100}", f"bad-{n % 100}", 40_000 + n, f"node-{n % 400}", state="crashing") for n in range(4000)
    ]
    failing = [*lost, *bad]
    alerts = [
        alert(name, 5, namespace=one["metadata"]["namespace"], pod=one["metadata"]["name"])
        for name in ("KubePodNotReady", "KubePodCrashLooping")
        for one in failing
    ]
    return read_case(text([*nodes, *well, *failing], alerts))


def of_one_namespace(count: int, state: str) -> Case:
    """So many workloads of one namespace fail."""
    nodes = [node(f"node-{number}") for number in range(20)]
    return _alerted(nodes, [pod("shop", f"app-{n}", n, f"node-{n % 20}", state=state) for n in range(count)])


def of_many_namespaces(count: int, state: str) -> Case:
    """A workload fails in each of so many namespaces."""
    nodes = [node(f"node-{number}") for number in range(20)]
    return _alerted(nodes, [pod(f"team-{n}", f"app-{n}", n, f"node-{n % 20}", state=state) for n in range(count)])


def of_claims(count: int, _: str) -> Case:
    """So many claims wait, each with a pod."""
    pods = [pod("shop", f"app-{n}", n, "", state="lost") for n in range(count)]
    claims: list[Json] = []
    for number, one in enumerate(pods):
        name = f"data-{number}"
        one["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]
        one["status"] = {"phase": "Pending", "conditions": []}
        metadata = {"name": name, "namespace": "shop", "creationTimestamp": moment(90)}
        status = {"phase": "Pending"}
        claims.append({"kind": "PersistentVolumeClaim", "metadata": metadata, "spec": {}, "status": status})
    return _alerted([node("node-0"), *claims], pods)


def _alerted(others: list[Json], pods: list[Json]) -> Case:
    places = [(one["metadata"]["namespace"], one["metadata"]["name"]) for one in pods]
    alerts = [alert("KubePodNotReady", 5, namespace=namespace, pod=name) for namespace, name in places]
    return read_case(text([*others, *pods], alerts))


def snapshot(case: Case) -> Snapshot:
    return snapshot_of(case, default_map())
