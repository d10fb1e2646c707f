"""What holds for a whole cluster: who operates it, who looks first, and whether it is one team's. PURE."""

from ownership.entries import ClusterEntry
from ownership.owner import Owner, Rule, RuleUsed
from ownership.ownership_map import OwnershipMap
from ownership.responsibility import FallbackPolicy, Tenancy


def fallback_of(cluster: str, ownership_map: OwnershipMap) -> Owner:
    """Who looks first at what nobody owns, or at what is uncertain, in this cluster. Never fails."""
    return fallback("what is uncertain", cluster, ownership_map.cluster_of(cluster), ownership_map)


def operators_of(cluster: str, ownership_map: OwnershipMap) -> Owner:
    """Who answers for the cluster itself; for an unknown cluster its fallback. Never fails."""
    entry = ownership_map.cluster_of(cluster)
    said = f"Cluster {cluster}".strip()
    return operators(said, entry) if entry else fallback(said, cluster, None, ownership_map)


def tenancy_of(cluster: str, ownership_map: OwnershipMap) -> Tenancy:
    """Whether the cluster is one team's or shared; an unknown one counts as shared."""
    entry = ownership_map.cluster_of(cluster)
    return entry.tenancy if entry else Tenancy.SHARED


def operators(what: str, cluster: ClusterEntry) -> Owner:
    why = f"{what} stands in no namespace, and {cluster.operated_by} operates {cluster.slug}"
    path = (operators_used(cluster),)
    return Owner(
        cluster.operated_by,
        why,
        Rule.OPERATORS,
        cluster.source,
        updated_at=cluster.updated_at,
        cluster=cluster.slug,
        path=path,
    )


def operators_used(cluster: ClusterEntry) -> RuleUsed:
    said = f"{cluster.operated_by} operates {cluster.slug}"
    return _of_cluster(Rule.OPERATORS, cluster.operated_by, said, cluster)


def fallback(what: str, slug: str, cluster: ClusterEntry | None, ownership_map: OwnershipMap) -> Owner:
    """Who looks first at what nobody owns, marked as a gap."""
    where = cluster.slug if cluster else slug or "a cluster that is not named"
    if cluster is None:
        return _in_unknown(what, where, ownership_map)
    team = _looks_first(cluster)
    if team is None:
        why = f"nobody owns {what} in {where}, which has no fallback"
        return Owner(None, why, Rule.NOBODY, cluster=cluster.slug)
    why = f"nobody owns {what} in {where}, so {team} looks first"
    used = _of_cluster(Rule.FALLBACK, team, f"{team} looks first in {where}", cluster)
    return Owner(
        team,
        why,
        Rule.FALLBACK,
        cluster.source,
        is_fallback=True,
        updated_at=cluster.updated_at,
        cluster=cluster.slug,
        path=(used,),
    )


def _in_unknown(what: str, where: str, ownership_map: OwnershipMap) -> Owner:
    """An unknown cluster goes to the team that all known ones fall back to, where it is one and the same."""
    teams = {_looks_first(entry) or entry.operated_by for entry in ownership_map.clusters.values()}
    if len(teams) != 1:
        return Owner(None, f"nobody owns {what} in {where}, which has no fallback", Rule.NOBODY)
    team = teams.pop()
    known = f"the map does not know {where}, but every cluster of it falls back to {team}"
    used = RuleUsed(Rule.FALLBACK, team, known)
    why = f"nobody owns {what} in {where}, so {team} looks first; {known}"
    return Owner(team, why, Rule.FALLBACK, is_fallback=True, path=(used,))


def _looks_first(cluster: ClusterEntry) -> str | None:
    if cluster.fallback_policy is FallbackPolicy.OPERATORS:
        return cluster.operated_by
    return cluster.fallback


def _of_cluster(rule: Rule, team: str, said: str, cluster: ClusterEntry) -> RuleUsed:
    return RuleUsed(rule, team, said, cluster.source, cluster.updated_at, key=f"cluster {cluster.slug}")
