"""What somebody would say who reads the names of the alerts and nothing else. PURE: nothing learned or weighed.

An alert named after a node, the kubelet, the control plane, etcd, DNS or storage speaks for the cluster, one named
after a pod or a workload for the application; the majority of those that fire decides, a tie is the cluster's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tests.bench_verdict.truth import PLATFORM

_SAYS_NOTHING = frozenset({"Watchdog", "DeadMansSwitch", "InfoInhibitor"})
_CLUSTER = re.compile(
    r"^(Kube)?Node|^Host|Kubelet|KubeAPI|KubeAggregatedAPI|KubeScheduler|KubeControllerManager|KubeProxy|KubeClient"
    r"|^Kube(CPU|Memory)(Quota)?Overcommit|KubeVersion|etcd|CoreDNS|KubeDNS|Ingress(Controller|Nginx)|OVN|Subnet|Calico"
    r"|Cilium|PersistentVolume|Volume|Storage|Ceph|Longhorn|ImageRegistry|MachineConfig|SystemMemory|ClusterOperator",
    re.IGNORECASE,
)
_APPLICATION = re.compile(
    r"Pod|Container|Deployment|StatefulSet|ReplicaSet|DaemonSet|Job|Hpa|Pdb|Rollout|Throttling|Oom|Quota|Crash",
    re.IGNORECASE,
)


def baseline(case: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of the shape that the service gives, by the names of the firing alerts."""
    firing = [labels for labels in _firing(case) if labels.get("alertname") not in _SAYS_NOTHING]
    if not firing:
        return {"id": case.get("id"), "incidents": []}
    sides = Counter(side for labels in firing if (side := side_of_name(str(labels.get("alertname", "")))))
    if sides["application"] > sides["cluster"]:
        namespaces = Counter(str(labels["namespace"]) for labels in firing if labels.get("namespace"))
        owner = max(sorted(namespaces), key=namespaces.__getitem__, default=PLATFORM)
        return {"id": case.get("id"), "incidents": [{"verdict": "application", "owner": owner}]}
    return {"id": case.get("id"), "incidents": [{"verdict": "cluster", "owner": PLATFORM}]}


def side_of_name(alertname: str) -> str:
    """What the name alone speaks for; empty where it speaks for nobody."""
    if _CLUSTER.search(alertname):
        return "cluster"
    return "application" if _APPLICATION.search(alertname) else ""


def _firing(case: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (
        alert.get("labels") or {}
        for payload in case.get("alerts") or ()
        for alert in payload.get("alerts") or ()
        if alert.get("status", "firing") == "firing"
    )
