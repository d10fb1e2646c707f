"""What is known of a case before it is assessed: what kind it is, where it came from and what would be right. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PLATFORM = "platform"


class Kind(StrEnum):
    """How a case is scored."""

    SINGLE = "single"  # one fault: the first incident of the answer counts
    MIX = "mix"  # several: each must be found
    CONTROL = "control"  # none: every incident is one too many
    CONTESTED = "contested"  # people disagree: shown, not scored
    UNTOLD = "untold"  # nobody said what is true


@dataclass(frozen=True)
class Expected:
    """What is right for one fault."""

    verdict: str  # cluster or application
    owner_hint: str  # platform or namespace-team
    namespaces: frozenset[str]

    def is_owner(self, owner: object) -> bool:
        """Whether this owner is the right one."""
        return owner == PLATFORM if self.owner_hint == PLATFORM else owner in self.namespaces


def kind_of(case: Mapping[str, Any]) -> Kind:
    """How this case is scored."""
    truth = case.get("truth") or {}
    if truth.get("confidence") == "contested":
        return Kind.CONTESTED
    if isinstance(truth.get("incidents"), list):
        return Kind.MIX
    return {"none": Kind.CONTROL, "cluster": Kind.SINGLE, "application": Kind.SINGLE}.get(
        str(truth.get("verdict")), Kind.UNTOLD
    )


def source_of(case: Mapping[str, Any]) -> str:
    """Where the case came from: its `source` where that is a word, else its id up to the first hyphen."""
    source = case.get("source")
    return source if isinstance(source, str) and source else str(case.get("id", "")).split("-", 1)[0]


def expected_of(truth: Mapping[str, Any]) -> Expected:
    """What is right. Without a hint, a cluster's fault is the platform's and an application's the namespace's."""
    verdict = str(truth.get("verdict"))
    hint = str(truth.get("owner_hint") or (PLATFORM if verdict == "cluster" else "namespace-team"))
    return Expected(verdict, hint, frozenset(truth.get("namespaces") or ()))


def expected_all(case: Mapping[str, Any]) -> tuple[Expected, ...]:
    """What is right for every fault of a mix."""
    return tuple(expected_of(truth) for truth in case["truth"]["incidents"])
