"""A Job that failed or does not end: its own program ended with an error or takes longer than its team allows."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset({"KubeJobFailed", "KubeJobNotCompleted", "KubeCronJobRunning", "KubernetesJobFailed"})


def job_failed(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES:
        return None
    return Finding(Side.APPLICATION, 1.5, f"{symptom.suspect} failed or does not end.", "alert", symptom.began_at)
