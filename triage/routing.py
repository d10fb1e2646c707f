"""Who is asked about a cause: its owner by the map, as far as the team's responsibility goes. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ownership.match import Owner, OwnershipMap, Rule, Subject, answerer_of, operators_of, owner_of
from triage.verdict import Attribution, Suspect


@dataclass(frozen=True)
class Assignment:
    """The team that is asked, and the sentence that says why."""

    team: str | None  # its slug
    why: str


def route(attribution: Attribution, cluster: str, ownership: OwnershipMap) -> Assignment:
    """Whose the incident is.

    An undecided one is looked at first by the fallback of the cluster. Else the owner of the suspect answers, unless
    the split of responsibility gives a failure of this kind to those who operate the cluster.
    """
    subject = _subject(attribution.suspect, cluster)
    owner = owner_of(subject, ownership)
    kind = attribution.suspect.kind
    answerer = answerer_of(
        replace(subject, kind=kind),
        owner,
        ownership,
        side=attribution.verdict.value,
        as_kind=_WRITTEN_BY_TEAMS.get(kind, kind),
    )
    return Assignment(answerer.team, answerer.why)


# Guarded kinds that a team writes for its own workloads. The operators guard what they allow, but where the verdict
# blames such an object as the application's own, it is the team that has to say what it should be.
_WRITTEN_BY_TEAMS = {kind: f"a {kind} of its own" for kind in ("NetworkPolicy", "Role", "RoleBinding")}


def owner_of_suspect(suspect: Suspect, cluster: str, ownership: OwnershipMap) -> Owner:
    """The owner by the map alone. A component is found there by what it is: CoreDNS, ingress-nginx."""
    return owner_of(_subject(suspect, cluster), ownership)


def _subject(suspect: Suspect, cluster: str) -> Subject:
    kind = suspect.name if suspect.kind == "Component" else suspect.kind
    return Subject(kind, suspect.name, suspect.namespace, cluster)


def platform_teams(cluster: str, ownership: OwnershipMap) -> frozenset[str]:
    """Those who operate the cluster."""
    team = operators_of(cluster, ownership).team
    return frozenset({team} if team else ())


def platform_namespaces(namespaces: Iterable[str], cluster: str, ownership: OwnershipMap) -> frozenset[str]:
    """Which of these namespaces belong to those who operate the cluster."""
    operators = platform_teams(cluster, ownership)
    return frozenset(
        name
        for name in set(namespaces)
        if (owner := owner_of(Subject("Namespace", name, name, cluster), ownership)).team in operators
        and (owner.level is not None or owner.rule is Rule.SHIPPED)
    )
