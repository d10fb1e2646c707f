"""What a node's own exporter or kubelet complains of is the cluster's more often than a tenant's."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

PREFIXES = ("Node", "Kubelet", "KubeNode")


def node_strained(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.suspect.kind != "Node" or not symptom.alertname.startswith(PREFIXES):
        return None
    claim = f"{symptom.alertname}: node {symptom.suspect.name} is not well."
    return Finding(Side.CLUSTER, 1.8, claim, "alert", symptom.began_at)
