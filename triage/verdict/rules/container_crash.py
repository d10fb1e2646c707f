"""A container that starts and ends again and again: what runs in it fails, while its node can start it."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

NAMES = frozenset({"KubePodCrashLooping", "PodCrashLooping", "KubernetesPodCrashLooping", "ContainerRestarting"})


def container_crash(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname not in NAMES and "CrashLoopBackOff" not in (
        symptom.labels.get("reason"),
        *symptom.text.split('"'),
    ):
        return None
    return Finding(
        Side.APPLICATION, 1.6, f"{symptom.suspect} starts and crashes again and again.", "alert", symptom.began_at
    )
