"""A part of the platform that is down is the cluster's: control plane, DNS, proxy, storage driver, ingress."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

KINDS = frozenset({"Component", "Cluster"})


def cluster_component(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.suspect.kind not in KINDS:
        return None
    claim = f"{symptom.alertname}: {symptom.suspect.name or 'the cluster'} is a part of the platform."
    return Finding(Side.CLUSTER, 2.6, claim, "alert", symptom.began_at)
