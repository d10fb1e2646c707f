"""The service's own answer to a case, under a calibration that is given. PURE."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from ownership.match import OwnershipMap
from tests.bench_verdict.scoring import side_of
from triage.cases import Case, answer
from triage.verdict.calibration import Calibration, confidence_of

# Every lead is a verdict: so one can see which side leads where the service would rather say that it does not know.
DECIDING = Calibration(slope=1.0, intercept=0.0, threshold=0.5)

_ANSWER: Callable[..., dict[str, Any]] = answer
_TAKES_CALIBRATION = "calibration" in inspect.signature(answer).parameters


def answer_of(case: Case, ownership: OwnershipMap, calibration: Calibration) -> dict[str, Any]:
    """The service's answer. Where it takes no calibration, its confidence is calibrated afterwards."""
    if _TAKES_CALIBRATION:
        return _ANSWER(case, ownership, calibration=calibration)
    return recalibrated(_ANSWER(case, ownership), calibration)


def margin_of(incident: Mapping[str, Any]) -> float:
    """The lead in log-odds, or what it must have been for this confidence."""
    if "margin" in incident:
        return float(incident["margin"])
    confidence = min(0.9999, max(0.5, float(incident["confidence"])))
    return math.log(confidence / (1 - confidence))


def recalibrated(said: Mapping[str, Any], calibration: Calibration) -> dict[str, Any]:
    """The same incidents with other confidences and, where that crosses the threshold, verdicts; owners stay."""
    incidents = [_recalibrated(incident, calibration) for incident in said["incidents"]]
    return {**said, "incidents": sorted(incidents, key=lambda one: -one["confidence"])}


def _recalibrated(incident: Mapping[str, Any], calibration: Calibration) -> dict[str, Any]:
    margin = margin_of(incident)
    confidence = confidence_of(margin, calibration)
    side = side_of(incident) or "uncertain"
    verdict = side if confidence >= calibration.threshold else "uncertain"
    return {**incident, "margin": margin, "confidence": confidence, "verdict": verdict}
