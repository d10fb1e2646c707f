"""Fitted on all sources but one, for that one: so no case is judged with numbers that it helped to choose. PURE."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from triage.verdict.calibration import Calibration, fit


@dataclass(frozen=True)
class Sample:
    """A case with one fault: by how much the side led that was named first, and whether it was right."""

    source: str
    margin: float
    is_right: bool


@dataclass(frozen=True)
class Fitted:
    """A calibration for each source, fitted on the others, and the one that all samples give together."""

    everything: Calibration
    by_source: Mapping[str, Calibration] = field(default_factory=dict)
    fitted_on: Mapping[str, int] = field(default_factory=dict)  # source → number of samples of the others

    def of(self, source: str) -> Calibration:
        """The calibration for cases of this source. Of a source that gave no sample, all samples are others."""
        return self.by_source.get(source, self.everything)


def leave_one_source_out(samples: Iterable[Sample]) -> Fitted:
    """Fits once for each source."""
    seen = list(samples)
    others = {source: [one for one in seen if one.source != source] for source in sorted({one.source for one in seen})}
    return Fitted(
        everything=_fit(seen),
        by_source={source: _fit(rest) for source, rest in others.items()},
        fitted_on={source: len(rest) for source, rest in others.items()},
    )


def _fit(samples: Iterable[Sample]) -> Calibration:
    return fit((one.margin, one.is_right) for one in samples)
