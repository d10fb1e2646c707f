"""Is the failure concentrated in what shares this node, zone, image, ...? A count with a control group. PURE.

Of N pods K fail; of the n that share a property k fail. If failures had nothing to do with the property, the chance to
see k or more of them there is the tail of the hypergeometric distribution:

    p = sum over i >= k of C(K, i) * C(N - K, n - i) / C(N, n)

(Fisher's exact test, one-sided; R. A. Fisher, 1935.) A small p is not yet the odds that the property is to blame. As
log-odds at most -ln(-e * p * ln p) can be read out of it, for p < 1/e (Sellke, Bayarri, Berger: Calibration of p values
for testing precise null hypotheses, The American Statistician 55, 2001): so small counts do not pretend to be proof.
"""

import math

from triage.verdict.weights import MOST_OF_CONCENTRATION


def tail(population: int, failing: int, sharing: int, failing_there: int) -> float:
    """The chance of at least `failing_there` failures among those that share the property.

    Args:
        population: all that were looked at.
        failing: how many of all fail.
        sharing: how many share the property.
        failing_there: how many of those fail.

    Raises:
        ValueError: the counts do not fit into each other.
    """
    if not (0 <= failing_there <= min(failing, sharing) and max(failing, sharing) <= population):
        raise ValueError(f"{failing_there} of {sharing} within {failing} of {population}: counts that cannot be")
    everything = _ln_choose(population, sharing)
    total = 0.0
    for there in range(max(failing_there, sharing - (population - failing)), min(failing, sharing) + 1):
        total += math.exp(_ln_choose(failing, there) + _ln_choose(population - failing, sharing - there) - everything)
    return min(1.0, total)


def log_odds(chance: float) -> float:
    """The most that such a chance can be worth, in log-odds, never below zero and never more than a count can prove."""
    if chance >= 1 / math.e:
        return 0.0
    bounded = max(chance, 1e-12)
    return min(MOST_OF_CONCENTRATION, -math.log(-math.e * bounded * math.log(bounded)))


def _ln_choose(total: int, chosen: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)
