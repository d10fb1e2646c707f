"""A claim that fills up holds its team's data; a volume that has errors is the storage's."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

FULL = frozenset({"KubePersistentVolumeFillingUp", "KubePersistentVolumeInodesFillingUp", "PersistentVolumeClaimFull"})


def volume(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    if symptom.alertname in FULL:
        claim = f"{symptom.suspect} fills up; what is in it is its team's."
        return Finding(Side.APPLICATION, 1.6, claim, "alert", symptom.began_at)
    if symptom.alertname == "KubePersistentVolumeErrors":
        return Finding(Side.CLUSTER, 2.2, f"{symptom.suspect}: the storage reports errors.", "alert", symptom.began_at)
    return None
