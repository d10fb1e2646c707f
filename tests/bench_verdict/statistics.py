"""Shares with their doubt, and how well confidence tells how often it is right. PURE."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_Z = 1.959963984540054  # of a normal distribution 95 % lie within so many standard deviations


@dataclass(frozen=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 %, were the cases drawn at random. They are not: it is the least doubt."""
        return wilson(self.right, self.of)


@dataclass(frozen=True)
class Bin:
    """The cases of which about the same confidence was said."""

    low: float
    high: float
    count: int
    confidence: float  # mean of what was said
    accuracy: float  # share that was right


def wilson(right: int, of: int) -> tuple[float, float]:
    """Wilson's score interval (1927): within 0 to 1 and honest for few cases and for shares near the ends.

    https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    if not of:
        return 0.0, 1.0
    share, doubt = right / of, _Z**2 / of
    middle = (share + doubt / 2) / (1 + doubt)
    half = _Z / (1 + doubt) * math.sqrt(share * (1 - share) / of + doubt / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def confusion(pairs: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Truth → what was said → how often."""
    table: dict[str, Counter[str]] = {}
    for truth, said in pairs:
        table.setdefault(truth, Counter())[said] += 1
    return table


def balanced_accuracy(table: Mapping[str, Counter[str]]) -> float | None:
    """The mean of the shares that are right of each truth: always saying the more frequent one gains nothing."""
    shares = [said[truth] / said.total() for truth, said in table.items() if said.total()]
    return sum(shares) / len(shares) if shares else None


def reliability(samples: Iterable[tuple[float, bool]], *, bins: int = 10, low: float = 0.5) -> tuple[Bin, ...]:
    """The samples in bins of equal width from `low` to 1, empty ones left out. A border belongs to the upper bin."""
    width = (1 - low) / bins
    held: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in samples:
        place = math.floor((confidence - low) / width + 1e-9)  # 0.55 is the border, whatever a float makes of it
        held.setdefault(min(bins - 1, max(0, place)), []).append((confidence, right))
    return tuple(
        Bin(
            low=round(low + width * number, 6),
            high=round(low + width * (number + 1), 6),
            count=len(found),
            confidence=sum(confidence for confidence, _ in found) / len(found),
            accuracy=sum(right for _, right in found) / len(found),
        )
        for number, found in sorted(held.items())
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float | None:
    """The mean distance between what was said and what was right, each bin by its number of cases (Naeini 2015)."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / total if total else None


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that this share of the values does not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]
