"""A quota that is used up: the namespace asks for more than was agreed; its team asks for less or for a larger one."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset({"KubeQuotaExceeded", "KubeQuotaFullyUsed", "KubeQuotaAlmostFull"})


def quota(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES:
        return None
    return Finding(
        Side.APPLICATION, 1.0, f"The quota of {symptom.suspect.namespace} is used up.", "alert", symptom.began_at
    )
