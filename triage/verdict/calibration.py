"""How sure a lead is: from the log-odds by which one side leads to a confidence, and from that to a verdict. PURE.

The rules' weights are log-odds that people set, so their sum says which side leads and not how often that side is
right. Platt's scaling puts a logistic between the two,

    confidence = 1 / (1 + exp(-(slope * margin + intercept))),

with two numbers that are fitted on cases whose truth is known: J. Platt, "Probabilistic Outputs for Support Vector
Machines", 1999, in the form of H.-T. Lin, C.-J. Lin, R. C. Weng, "A Note on Platt's Probabilistic Outputs for Support
Vector Machines", 2007: targets that never are 0 or 1, Newton steps with backtracking, no exponential that overflows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST, MOST = 0.5, 0.995  # the side that leads is at least even, and no number of findings is certainty
WRONG, UNCERTAIN = 3.0, 1.0  # what a wrong verdict costs, and what an undecided one does
# What is believed before any case is seen: the weights are log-odds already. The fewer cases, the more this holds.
_SLOPE, _SLOPE_SPREAD = 1.0, 0.5
_INTERCEPT, _INTERCEPT_SPREAD = 0.0, 1.0
_LEAST_SLOPE = 0.05  # more lead is never less sure
_THRESHOLDS = tuple(step / 100 for step in range(50, 91))

HAND_SET: Mapping[str, tuple[float, str]] = {
    "calibration.LEAST": (LEAST, "the least confidence that is said"),
    "calibration.MOST": (MOST, "the most confidence that is said"),
    "calibration.WRONG": (WRONG, "cost of a wrong verdict, for choosing the threshold"),
    "calibration.UNCERTAIN": (UNCERTAIN, "cost of an undecided case, for choosing the threshold"),
    "calibration.SLOPE": (_SLOPE, "slope believed before any case is seen"),
    "calibration.SLOPE_SPREAD": (_SLOPE_SPREAD, "standard deviation of that belief"),
    "calibration.INTERCEPT": (_INTERCEPT, "intercept believed before any case is seen"),
    "calibration.INTERCEPT_SPREAD": (_INTERCEPT_SPREAD, "standard deviation of that belief"),
    "calibration.LEAST_SLOPE": (_LEAST_SLOPE, "the least slope: more lead is never less sure"),
}


@dataclass(frozen=True)
class Calibration:
    """What turns a margin into a confidence, and a confidence into a verdict."""

    slope: float
    intercept: float
    threshold: float  # the least confidence that is called a verdict; below it is uncertain


# Near the fit on the project's own cases, and more careful: a tie stays undecided.
SHIPPED = Calibration(slope=0.8, intercept=0.0, threshold=0.6)


def confidence_of(margin: float, calibration: Calibration) -> float:
    """How probably the side that leads by this margin is right: logistic of slope * margin + intercept, clipped."""
    return min(MOST, max(LEAST, _logistic(calibration.slope * margin + calibration.intercept)))


def fit(samples: Iterable[tuple[float, bool]]) -> Calibration:
    """The calibration that fits these cases: the margin of the side that led, and whether that side was right.

    Minimises over slope a and intercept b the cross entropy against Platt's smoothed targets, (n+ + 1) / (n+ + 2) for
    the n+ that were right and 1 / (n- + 2) for the n- that were wrong, plus a Gaussian prior (an L2 penalty) around
    slope 1 and intercept 0:

        sum_i log(1 + exp(z_i)) - t_i z_i + (a - 1)^2 / (2 * 0.5^2) + b^2 / (2 * 1^2),    z_i = a * margin_i + b.

    The sum is strictly convex, so Newton's steps end at its one minimum. If that lies below the least slope, the
    minimum under the constraint lies on it, and the intercept alone is fitted there.

    The threshold is the one that would have lost least on the same cases, where a wrong verdict costs 3 and an
    undecided case 1; of equal ones the nearest to 1 - 1/3, which is the best where confidence is exact. Without any
    case the prior is the answer.
    """
    seen = sorted(samples)
    slope, intercept = _newton(_with_targets(seen))
    if slope < _LEAST_SLOPE:
        slope, intercept = _newton(_with_targets(seen), slope=_LEAST_SLOPE)
    return Calibration(slope, intercept, _threshold(seen, Calibration(slope, intercept, LEAST)))


def _with_targets(samples: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    right = sum(was_right for _, was_right in samples)
    high, low = (right + 1) / (right + 2), 1 / (len(samples) - right + 2)
    return [(margin, high if was_right else low) for margin, was_right in samples]


def _newton(samples: Sequence[tuple[float, float]], *, slope: float | None = None) -> tuple[float, float]:
    """The minimum by Newton's method (iteratively reweighted least squares). With a slope given, that one is kept."""
    a, b, is_free = (_SLOPE if slope is None else slope), _INTERCEPT, slope is None
    for _ in range(100):
        step_a, step_b, descent = _step(samples, a, b, is_free=is_free)
        if descent < 1e-12:
            break
        loss, size = _loss(samples, a, b), 1.0
        # Far from the minimum a whole step may overshoot; half of it, and half of that, will not.
        while _loss(samples, a + size * step_a, b + size * step_b) > loss - 1e-4 * size * descent and size > 1e-10:
            size /= 2
        a, b = a + size * step_a, b + size * step_b
    return a, b


def _step(samples: Sequence[tuple[float, float]], a: float, b: float, *, is_free: bool) -> tuple[float, float, float]:
    """The Newton step in both directions, and how steeply the loss falls along it."""
    grad_a, grad_b = (a - _SLOPE) / _SLOPE_SPREAD**2, (b - _INTERCEPT) / _INTERCEPT_SPREAD**2
    hess_aa, hess_ab, hess_bb = 1 / _SLOPE_SPREAD**2, 0.0, 1 / _INTERCEPT_SPREAD**2
    for margin, target in samples:
        said = _logistic(a * margin + b)
        weight = said * (1 - said)
        grad_a, grad_b = grad_a + margin * (said - target), grad_b + said - target
        hess_aa, hess_ab, hess_bb = hess_aa + margin**2 * weight, hess_ab + margin * weight, hess_bb + weight
    if not is_free:
        return 0.0, -grad_b / hess_bb, grad_b**2 / hess_bb
    determinant = hess_aa * hess_bb - hess_ab**2
    step_a = (hess_ab * grad_b - hess_bb * grad_a) / determinant
    step_b = (hess_ab * grad_a - hess_aa * grad_b) / determinant
    return step_a, step_b, -(grad_a * step_a + grad_b * step_b)


def _loss(samples: Sequence[tuple[float, float]], a: float, b: float) -> float:
    prior = (a - _SLOPE) ** 2 / (2 * _SLOPE_SPREAD**2) + (b - _INTERCEPT) ** 2 / (2 * _INTERCEPT_SPREAD**2)
    return prior + sum(_softplus(a * margin + b) - target * (a * margin + b) for margin, target in samples)


def _threshold(samples: Sequence[tuple[float, bool]], calibration: Calibration) -> float:
    said = [(confidence_of(margin, calibration), was_right) for margin, was_right in samples]
    best_if_exact = 1 - UNCERTAIN / WRONG

    def cost(threshold: float) -> float:
        return sum(UNCERTAIN if sure < threshold else 0.0 if was_right else WRONG for sure, was_right in said)

    return min(_THRESHOLDS, key=lambda one: (cost(one), abs(one - best_if_exact)))


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def _softplus(z: float) -> float:
    """log(1 + exp(z)), also where exp(z) is too large to hold."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))
