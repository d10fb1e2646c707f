"""An answer against the truth of its case. PURE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench_verdict.truth import Expected, expected_all, expected_of, kind_of, source_of

UNCERTAIN, NOTHING = "uncertain", "nothing"
SAID = ("cluster", "application", UNCERTAIN, NOTHING)


@dataclass(frozen=True)
class Outcome:
    """What was said about a case with one fault. The first incident counts: they come most probable first."""

    id: str
    source: str
    kind: str
    is_captured: bool
    is_hard: bool
    truth: str
    said: str
    owner: str | None
    owner_is_right: bool
    side: str = ""  # that leads, also where the verdict is uncertain
    confidence: float | None = None
    extra: int = 0  # incidents beyond the first

    @property
    def is_right(self) -> bool:
        """Not knowing is not right, and saying nothing is not either."""
        return self.said == self.truth

    @property
    def is_decided(self) -> bool:
        """Whether a side was named."""
        return self.said not in {UNCERTAIN, NOTHING}


@dataclass(frozen=True)
class MixOutcome:
    """What was said about a case with several faults."""

    id: str
    expected: int
    answered: int
    found: int  # faults with an incident of their own that has the right verdict and the right owner

    @property
    def is_right(self) -> bool:
        """Every fault was found. Incidents beyond them are counted apart."""
        return self.found == self.expected

    @property
    def extra(self) -> int:
        """Incidents that match no fault."""
        return self.answered - self.found


@dataclass(frozen=True)
class ControlOutcome:
    """What was said where nothing is wrong."""

    id: str
    answered: int

    @property
    def is_right(self) -> bool:
        """Nothing was said."""
        return self.answered == 0


def score(case: Mapping[str, Any], answer: Mapping[str, Any]) -> Outcome:
    """The outcome of a case with one fault."""
    incidents = answer["incidents"]
    first: Mapping[str, Any] = incidents[0] if incidents else {}
    expected = expected_of(case["truth"])
    return Outcome(
        id=str(case["id"]),
        source=source_of(case),
        kind=kind_of(case).value,
        is_captured=case.get("derived") is False,
        is_hard=bool(case.get("hard")),
        truth=expected.verdict,
        said=str(first.get("verdict", NOTHING)),
        owner=first.get("owner"),
        owner_is_right=bool(first) and expected.is_owner(first.get("owner")),
        side=side_of(first),
        confidence=first.get("confidence"),
        extra=max(0, len(incidents) - 1),
    )


def score_mix(case: Mapping[str, Any], answer: Mapping[str, Any]) -> MixOutcome:
    """The outcome of a case with several faults."""
    expected, incidents = expected_all(case), answer["incidents"]
    return MixOutcome(str(case["id"]), len(expected), len(incidents), matched(expected, incidents))


def score_control(case: Mapping[str, Any], answer: Mapping[str, Any]) -> ControlOutcome:
    """The outcome of a case in which nothing is wrong."""
    return ControlOutcome(str(case["id"]), len(answer["incidents"]))


def side_of(incident: Mapping[str, Any]) -> str:
    """The side that leads: the verdict, or where that is uncertain the side of the first suspect."""
    if incident.get("verdict") in {"cluster", "application"}:
        return str(incident["verdict"])
    suspects = incident.get("suspects") or [{}]
    return str(suspects[0].get("side", ""))


def matched(expected: Sequence[Expected], incidents: Sequence[Mapping[str, Any]]) -> int:
    """How many faults at most can have an incident of their own, with their verdict and their owner."""
    return _pairs(
        [
            [place for place, one in enumerate(incidents) if one["verdict"] == fault.verdict and _is_owned(fault, one)]
            for fault in expected
        ]
    )


def owners_matched(expected: Sequence[Expected], incidents: Sequence[Mapping[str, Any]]) -> int:
    """The same by owner alone: the right people are asked, whatever the verdict says."""
    return _pairs([[place for place, one in enumerate(incidents) if _is_owned(fault, one)] for fault in expected])


def _is_owned(fault: Expected, incident: Mapping[str, Any]) -> bool:
    return fault.is_owner(incident.get("owner"))


def _pairs(fitting: Sequence[Sequence[int]]) -> int:
    """The most faults that can be paired each with a fitting incident of its own (augmenting paths)."""
    taken: dict[int, int] = {}  # incident → fault

    def place(fault: int, tried: set[int]) -> bool:
        for incident in fitting[fault]:
            if incident in tried:
                continue
            tried.add(incident)
            if incident not in taken or place(taken[incident], tried):
                taken[incident] = fault
                return True
        return False

    return sum(place(fault, set()) for fault in range(len(fitting)))
