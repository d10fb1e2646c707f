"""Who answers for a failure: the owner, as far as the team's level and the tenancy of the cluster go. PURE."""

from ownership.defaults import fallback_of, operators_of
from ownership.entries import ClusterEntry
from ownership.owner import Answerer, Owner
from ownership.ownership_map import OwnershipMap
from ownership.responsibility import FallbackPolicy, Level, Side, Tenancy, Who, answers_for
from ownership.subject import Subject, namespace_of


def answerer_of(
    subject: Subject, owner: Owner, ownership_map: OwnershipMap, *, side: str = Side.APPLICATION, as_kind: str = ""
) -> Answerer:
    """Who is asked about a failure on this side.

    What is uncertain is looked at first by whom the fallback policy of the cluster says. Else the owner answers, unless
    the split of kinds gives a failure of this kind to those who operate the cluster.

    Args:
        subject: what failed.
        owner: whose it is, by `match.owner_of`.
        ownership_map: the map that said so.
        side: a value of `Side`.
        as_kind: the kind that the shipped split looks at, where it is not the subject's own. What the map writes over
            the split counts for the subject's own kind all the same.
    """
    slug = owner.cluster or subject.cluster
    cluster = ownership_map.clusters.get(slug)
    if side not in (Side.CLUSTER, Side.APPLICATION) and not _owner_looks_first(cluster, owner):
        looks = fallback_of(slug, ownership_map)
        looks = looks if looks.team else operators_of(slug, ownership_map)
        return Answerer(looks.team, f"it is not decided whose it is; {looks.why}")
    if owner.level is None:
        return _of_its_own_cluster(cluster, ownership_map) or Answerer(owner.team, owner.why)
    if side not in (Side.CLUSTER, Side.APPLICATION):
        return Answerer(owner.team, f"it is not decided whose it is, and in {slug} its owner looks first; {owner.why}")
    tenancy = cluster.tenancy if cluster else Tenancy.SHARED
    cell = ownership_map.cell(slug, namespace_of(subject), subject.kind, owner.level)
    answer = answers_for(side, as_kind or subject.kind, owner.level, tenancy, cell=cell)
    operators = operators_of(slug, ownership_map)
    if answer.who is Who.TEAM or owner.team == operators.team:
        return Answerer(owner.team, f"{owner.why}; {answer.why}", answer.who)
    return Answerer(operators.team, f"{answer.why}; {operators.why}", Who.OPERATORS)


def _owner_looks_first(cluster: ClusterEntry | None, owner: Owner) -> bool:
    if cluster is None or owner.level is None:
        return False
    return cluster.fallback_policy is FallbackPolicy.OWNER


def _of_its_own_cluster(cluster: ClusterEntry | None, ownership_map: OwnershipMap) -> Answerer | None:
    """The team that a cluster is dedicated to, where it answers for all of it."""
    if cluster is None or cluster.tenancy is not Tenancy.DEDICATED or not cluster.dedicated_to:
        return None
    team = cluster.dedicated_to
    if not {(cluster.slug, team), (None, team)} & ownership_map.full_on:
        return None
    answer = answers_for(Side.CLUSTER, "Cluster", Level.FULL, cluster.tenancy)
    return Answerer(team, f"{cluster.slug} is dedicated to {team}; {answer.why}", Who.TEAM)
