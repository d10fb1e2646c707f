"""A node that is not ready or not reachable is the cluster's: no workload can do that to it by its own fault alone."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset(
    {"KubeNodeNotReady", "KubeNodeUnreachable", "KubeletDown", "KubeNodeReadinessFlapping", "NodeNotReady"}
)


def node_lost(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES or symptom.suspect.kind != "Node":
        return None
    return Finding(
        Side.CLUSTER, 3.5, f"{symptom.alertname}: node {symptom.suspect.name} is lost.", "alert", symptom.began_at
    )
