"""From outcomes to figures: plain data, in the order in which the report tells them. PURE."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from tests.bench_verdict.held_out import Fitted
from tests.bench_verdict.scoring import ControlOutcome, MixOutcome, Outcome
from tests.bench_verdict.statistics import (
    Share,
    balanced_accuracy,
    confusion,
    expected_calibration_error,
    percentile,
    reliability,
)
from triage.verdict.calibration import SHIPPED

CONFIDENT = 0.9
HELD_OUT, AS_SHIPPED, BASELINE = "whose", "whose_as_shipped", "baseline"
Answers = Mapping[str, Sequence[Outcome]]  # who answered → what came of it, case by case


def columns(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What is said of any set of cases with one fault."""
    decided = [one for one in outcomes if one.is_decided]
    return {
        "cases": len(outcomes),
        "verdict": Share(sum(one.is_right for one in outcomes), len(outcomes)),
        "owner": Share(sum(one.owner_is_right for one in outcomes), len(outcomes)),
        "balanced_accuracy": balanced_accuracy(confusion((one.truth, one.said) for one in outcomes)),
        "uncertain": Share(sum(one.said == "uncertain" for one in outcomes), len(outcomes)),
        "right_of_decided": Share(sum(one.is_right for one in decided), len(decided)),
        "extra_incidents": sum(one.extra for one in outcomes),
    }


def singles(answers: Answers) -> dict[str, Any]:
    """Everything about the cases with one fault."""
    ours = answers[HELD_OUT]
    wrong = [one for one in ours if one.is_decided and not one.is_right]
    return {
        "overall": {who: columns(outcomes) for who, outcomes in answers.items()},
        "confusion": {who: confusion((one.truth, one.said) for one in outcomes) for who, outcomes in answers.items()},
        "by_source": _by(answers, lambda one: one.source),
        "by_making": _by(answers, lambda one: "captured" if one.is_captured else "derived"),
        "by_difficulty": _by(answers, lambda one: "hard" if one.is_hard else "plain"),
        "confidently_wrong": [_told(one) for one in wrong if (one.confidence or 0) >= CONFIDENT],
        "wrong": [_told(one) for one in wrong if (one.confidence or 0) < CONFIDENT],
        "undecided": [_told(one) for one in ours if not one.is_decided],
        "right_verdict_wrong_owner": [_told(one) for one in ours if one.is_right and not one.owner_is_right],
        "calibration": {who: _calibration(answers[who]) for who in (HELD_OUT, AS_SHIPPED)},
    }


def fitted(found: Fitted) -> dict[str, Any]:
    """What was fitted on what."""
    return {
        "shipped": SHIPPED,
        "on_everything": found.everything,
        "for_source": {
            source: {**asdict(one), "fitted_on": found.fitted_on[source]} for source, one in found.by_source.items()
        },
    }


def controls(answers: Mapping[str, Sequence[ControlOutcome]]) -> dict[str, Any]:
    """Where nothing is wrong."""
    return {
        who: {
            "right": Share(sum(one.is_right for one in outcomes), len(outcomes)),
            "wrong": [one.id for one in outcomes if not one.is_right],
        }
        for who, outcomes in answers.items()
    }


def mixes(answers: Mapping[str, Sequence[MixOutcome]]) -> dict[str, Any]:
    """Where several faults are mixed, by how many there are."""
    return {
        who: {
            f"expected {_word(number)}": _mixes([one for one in outcomes if one.expected == number])
            for number in sorted({one.expected for one in outcomes})
        }
        for who, outcomes in answers.items()
    }


def _mixes(outcomes: Sequence[MixOutcome]) -> dict[str, Any]:
    return {
        "all_found": Share(sum(one.is_right for one in outcomes), len(outcomes)),
        "faults_found": Share(sum(one.found for one in outcomes), sum(one.expected for one in outcomes)),
        "extra_incidents": sum(one.extra for one in outcomes),
        "answered": {_word(number): count for number, count in sorted(Counter(o.answered for o in outcomes).items())},
        "not_all_found": [one.id for one in outcomes if not one.is_right],
    }


def contested(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Where people disagree: what was said, without a score."""
    return [_told(one) for one in outcomes]


def took(seconds: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Milliseconds for one assessment: median, 95th percentile and the slowest."""
    return {
        what: {
            "median_ms": round(percentile(times, 0.5) * 1000, 3),
            "p95_ms": round(percentile(times, 0.95) * 1000, 3),
            "max_ms": round(max(times) * 1000, 3),
        }
        for what, times in seconds.items()
    }


def plain(value: Any) -> Any:
    """The same as JSON can hold it; a share with its interval, numbers to four places."""
    if isinstance(value, Share):
        low, high = value.interval
        return plain({"share": value.value, "right": value.right, "of": value.of, "low": low, "high": high})
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return round(value, 4) if isinstance(value, float) else value


def _by(answers: Answers, group: Callable[[Outcome], str]) -> dict[str, Any]:
    names = sorted({group(one) for outcomes in answers.values() for one in outcomes})
    return {
        name: {who: columns([one for one in answers[who] if group(one) == name]) for who in (HELD_OUT, BASELINE)}
        for name in names
    }


def _calibration(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of every case that was answered, decided or not: how sure the service was of the side that led."""
    bins = reliability((one.confidence, one.side == one.truth) for one in outcomes if one.confidence is not None)
    return {"expected_calibration_error": expected_calibration_error(bins), "bins": bins}


def _told(one: Outcome) -> dict[str, Any]:
    return {"id": one.id, "truth": one.truth, "said": one.said, "confidence": one.confidence, "owner": one.owner}


def _word(number: int) -> str:
    return ("none", "one", "two", "three", "four")[number] if number < 5 else str(number)
