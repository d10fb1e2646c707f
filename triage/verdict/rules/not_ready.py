"""A pod that is not ready says that something is wrong and not what: weak evidence against its own workload."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset({"KubePodNotReady", "KubernetesPodNotHealthy", "KubeContainerWaiting", "KubeHpaMaxedOut"})


def not_ready(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES or not symptom.suspect.namespace:
        return None
    return Finding(Side.APPLICATION, 0.4, f"{symptom.suspect} is not ready.", "alert", symptom.began_at)
