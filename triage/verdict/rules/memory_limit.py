"""A container killed for memory reached the limit that its team set, unless its node ran out, which the node says."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset({"KubeContainerOOMKilled", "ContainerOOMKilled", "KubernetesContainerOomKiller", "PodOOMKilled"})


def memory_limit(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES and symptom.labels.get("reason") != "OOMKilled":
        return None
    return Finding(
        Side.APPLICATION, 1.8, f"{symptom.suspect} was killed at its memory limit.", "alert", symptom.began_at
    )
