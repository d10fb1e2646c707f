"""From a lead in log-odds to a confidence. PURE. (Replaced by the benchmark's fitted version.)"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Calibration:
    """How a lead becomes a confidence, and from which confidence on it is a verdict."""

    slope: float
    intercept: float
    threshold: float


SHIPPED = Calibration(1.0, 0.0, 0.65)


def confidence_of(margin: float, calibration: Calibration) -> float:
    """The chance that the leading side is right."""
    score = calibration.slope * margin + calibration.intercept
    return min(0.995, max(0.5, 1 / (1 + math.exp(-score))))
