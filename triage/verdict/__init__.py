"""Cluster or application: from what is known of a cluster at one moment to who is to blame, with the evidence. PURE."""

from triage.verdict.assess import assess
from triage.verdict.calibration import SHIPPED, Calibration
from triage.verdict.troubles import OPENS
from triage.verdict.types import Attribution, Finding, Side, Snapshot, Suspect, Symptom, Verdict

__all__ = [
    "OPENS",
    "SHIPPED",
    "Attribution",
    "Calibration",
    "Finding",
    "Side",
    "Snapshot",
    "Suspect",
    "Symptom",
    "Verdict",
    "assess",
]
