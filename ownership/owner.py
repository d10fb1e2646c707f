"""The answer to "whose is it", with everything that led to it. PURE."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ownership.responsibility import Level, Who


class Rule(StrEnum):
    """Which rule gave the owner."""

    COMPONENT = "component"
    ANNOTATION = "annotation of the workload"
    WORKLOAD = "rule for a workload"
    NAMESPACE = "namespace"
    NAMESPACE_EVERYWHERE = "namespace in every cluster"
    NAMESPACE_LABEL = "label of the namespace"
    NAMESPACE_NAME = "team of the same name"
    CATALOG = "catalog"
    CODEOWNERS = "codeowners"
    OWNERSHIP_RULE = "ownership rule"
    SHIPPED = "well-known component"
    OPERATORS = "operators of the cluster"
    FALLBACK = "fallback of the cluster"
    RESPONSIBILITY = "split of kinds"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class RuleUsed:
    """A rule that had a say: which team it names, where it was written, by whom, and since when it stands.

    Attributes:
        said: a sentence for people.
        key: of the row that it stands in, as a report of changes names it; empty for what stands in no row.
        pk: of an ownership rule.
    """

    rule: Rule
    team: str | None
    said: str
    source: str = ""
    updated_at: datetime | None = None
    written_by: str = ""
    key: str = ""
    pk: int | None = None

    def age(self, now: datetime) -> timedelta | None:
        return now - self.updated_at if self.updated_at else None


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers for a failure, after responsibility and tenancy, and the sentence that says why."""

    team: str | None
    why: str
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a subject is.

    Attributes:
        team: slug of the team, or None: nobody owns it.
        why: a sentence for people.
        rule: which rule decided.
        source: where that rule was written (`file`, `manual`), or empty.
        is_fallback: the team does not own it but looks at it first, because nobody does.
        level: the team's level in the namespace, where the subject stands in one and a rule gives it to a team.
        updated_at: since when the rule stands as it is, where known.
        cluster: the cluster that was meant, where the map knows it.
        path: the rules that led there, in order: the one that decided, then those that it leans on.
        overruled: rules that say otherwise and do not count, the strongest first.
        conflicts: rules that say otherwise and are as strong; which one decides is always decided the same way.
        answerer: who answers where the failure is the subject's own. `answering.answerer_of` tells it for other sides.
    """

    team: str | None
    why: str
    rule: Rule
    source: str = ""
    is_fallback: bool = False
    level: Level | None = None
    updated_at: datetime | None = None
    cluster: str = ""
    path: tuple[RuleUsed, ...] = ()
    overruled: tuple[RuleUsed, ...] = ()
    conflicts: tuple[RuleUsed, ...] = ()
    answerer: Answerer | None = None

    @property
    def is_gap(self) -> bool:
        """Whether nobody owns it, whoever looks first."""
        return self.team is None or self.is_fallback
