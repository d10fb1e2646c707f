"""A workload in a namespace of the cluster's operators is a part of the platform, whatever is wrong with it."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom


def platform_workload(symptom: Symptom, snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    namespace = symptom.suspect.namespace
    if not namespace or namespace not in snapshot.platform_namespaces:
        return None
    claim = f"The namespace {namespace} belongs to those who operate the cluster."
    return Finding(Side.CLUSTER, 4.0, claim, "object", symptom.began_at)
