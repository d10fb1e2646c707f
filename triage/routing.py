"""Who is asked about a cause: its owner by the map, as far as the team's responsibility goes. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass

from ownership.match import Owner, OwnershipMap, Rule, Subject, fallback_of, operators_of, owner_of, tenancy_of
from ownership.responsibility import Level, Tenancy, Who, answers_for
from triage.verdict import Attribution, Suspect, Verdict


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
    if attribution.verdict is Verdict.UNCERTAIN:
        fallback = fallback_of(cluster, ownership)
        owner = fallback if fallback.team else operators_of(cluster, ownership)
        return Assignment(owner.team, f"it is not decided whose it is; {owner.why}")
    owner = owner_of_suspect(attribution.suspect, cluster, ownership)
    if owner.level is None or owner.rule not in _BY_NAMESPACE:
        return _of_its_own_cluster(cluster, ownership) or Assignment(owner.team, owner.why)
    kind = _WRITTEN_BY_TEAMS.get(attribution.suspect.kind, attribution.suspect.kind)
    answer = answers_for(attribution.verdict.value, kind, owner.level, tenancy_of(cluster, ownership))
    if answer.who is Who.TEAM or owner.team in platform_teams(cluster, ownership):
        return Assignment(owner.team, f"{owner.why}; {answer.why}")
    operators = operators_of(cluster, ownership)
    return Assignment(operators.team, f"{answer.why}; {operators.why}")


# Guarded kinds that a team writes for its own workloads. The operators guard what they allow, but where the verdict
# blames such an object as the application's own, it is the team that has to say what it should be.
_WRITTEN_BY_TEAMS = {kind: f"a {kind} of its own" for kind in ("NetworkPolicy", "Role", "RoleBinding")}


def _of_its_own_cluster(cluster: str, ownership: OwnershipMap) -> Assignment | None:
    """The team that a cluster is dedicated to, where it answers for all of it."""
    entry = ownership.clusters.get(cluster)
    if entry is None or entry.tenancy is not Tenancy.DEDICATED or not entry.dedicated_to:
        return None
    levels = {
        one.level
        for one in ownership.namespaces.values()
        if one.team == entry.dedicated_to and one.cluster in {cluster, None}
    }
    if Level.FULL not in levels:
        return None
    answer = answers_for("cluster", "Cluster", Level.FULL, entry.tenancy)
    return Assignment(entry.dedicated_to, f"{cluster} is dedicated to {entry.dedicated_to}; {answer.why}")


_BY_NAMESPACE = {Rule.NAMESPACE, Rule.NAMESPACE_EVERYWHERE, Rule.NAMESPACE_NAME}


def owner_of_suspect(suspect: Suspect, cluster: str, ownership: OwnershipMap) -> Owner:
    """The owner by the map alone. A component is found there by what it is: CoreDNS, ingress-nginx."""
    kind = suspect.name if suspect.kind == "Component" else suspect.kind
    return owner_of(Subject(kind, suspect.name, suspect.namespace, cluster), ownership)


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
        if (owner := owner_of(Subject("Namespace", name, name, cluster), ownership)).rule in _BY_NAMESPACE
        and owner.team in operators
    )
