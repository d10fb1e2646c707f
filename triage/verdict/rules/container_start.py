"""A container that cannot start for want of its image, configuration or command: its team has to change one of them."""

from triage.verdict.types import Finding, Side, Snapshot, Symptom

REASONS = frozenset(
    {
        "ImagePullBackOff",
        "ErrImagePull",
        "InvalidImageName",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)


def container_start(symptom: Symptom, _snapshot: Snapshot) -> Finding | None:
    """Reads one symptom."""
    reason = symptom.labels.get("reason", "")
    if reason not in REASONS:
        reason = next((one for one in sorted(REASONS) if one in symptom.text), "")
    if not reason:
        return None
    return Finding(
        Side.APPLICATION, 1.8, f"A container of {symptom.suspect} waits: {reason}.", "alert", symptom.began_at
    )
