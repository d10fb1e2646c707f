"""A workload short of replicas: most often what was rolled out last; missing capacity would show on nodes too."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset(
    {
        *("KubeDeploymentReplicasMismatch", "KubeDeploymentRolloutStuck", "KubeDeploymentGenerationMismatch"),
        *("KubeStatefulSetReplicasMismatch", "KubeStatefulSetGenerationMismatch", "KubeStatefulSetUpdateNotRolledOut"),
    }
)


def rollout(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES:
        return None
    return Finding(
        Side.APPLICATION, 0.9, f"{symptom.suspect} has fewer replicas than it asks for.", "alert", symptom.began_at
    )
