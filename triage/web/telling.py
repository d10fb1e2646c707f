"""How a verdict is told: its words, how sure it is, on which side it leans. PURE.

The sentence of an incident begins with its verdict, which pages show as a shape as well; here the two are taken apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triage.verdict import Verdict
from triage.verdict.types import Side

_BEGINNINGS: Mapping[str, tuple[str, str]] = {
    Verdict.CLUSTER: ("It is the cluster: ", "It was the cluster: "),
    Verdict.APPLICATION: ("It is the application: ", "It was the application: "),
    Verdict.UNCERTAIN: ("It is not decided: ", "It was not decided: "),
}


@dataclass(frozen=True)
class Told:
    """A verdict for a page.

    Attributes:
        verdict: a value of `Verdict`.
        side: on which it is, or leans.
        confidence: of that side, 0.5 to 1.
        opening: the words before the verdict's own: `It is the`.
        rest: what the sentence says after naming the verdict.
        is_split: whether the sentence began as expected, so that `rest` reads on from it.
    """

    verdict: str
    side: str
    confidence: float
    opening: str
    rest: str
    is_split: bool = True

    @property
    def is_decided(self) -> bool:
        return self.verdict != Verdict.UNCERTAIN

    @property
    def percent(self) -> str:
        return percent(self.confidence)

    @property
    def words(self) -> str:
        """How sure it is, for a person who reads no odds."""
        if not self.is_decided:
            return f"leans to the {self.side}" if self.confidence > 0.5 else "leans to neither side"
        for least, words in ((0.99, "as good as certain"), (0.9, "very likely"), (0.8, "likely")):
            if self.confidence >= least:
                return words
        return "more likely than not"

    @property
    def short(self) -> str:
        """The same for a row: how sure, or where it leans."""
        return self.percent if self.is_decided else f"leans {self.side}"

    @property
    def towards_cluster(self) -> float:
        """The same confidence as the probability of the cluster's side, 0 to 1."""
        return self.confidence if self.side == Side.CLUSTER else 1 - self.confidence


def told(
    verdict: str, confidence: float, sentence: str, candidates: Sequence[Mapping[str, object]] = (), *, is_over: bool
) -> Told:
    """Takes the sentence of an incident apart; what has ended is told in the past tense."""
    expected, past = _BEGINNINGS[verdict]
    is_split = sentence.startswith(expected)
    rest = sentence.removeprefix(expected)
    side = verdict
    if verdict == Verdict.UNCERTAIN:
        side = str(candidates[0].get("side", Side.CLUSTER)) if candidates else Side.CLUSTER.value
    named = "not decided" if verdict == Verdict.UNCERTAIN else verdict
    opening = (past if is_over else expected).removesuffix(f" {named}: ")
    return Told(verdict, side, min(max(confidence, 0.5), 1.0), opening, rest, is_split)


def percent(probability: float) -> str:
    """`97 %`. Nothing is called impossible, and nothing certain that is not."""
    if 0.995 <= probability < 1:
        return "> 99 %"
    if 0 < probability < 0.005:
        return "< 1 %"
    return f"{round(probability * 100)} %"


def cut(text: str, most: int = 60) -> str:
    """The text, cut in the middle where it is long: names in Kubernetes differ at their ends."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[-(most - 1 - head) :]}"
