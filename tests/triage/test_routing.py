"""Who is asked about a cause."""

from datetime import UTC, datetime

import pytest

from ownership.match import ClusterEntry, ComponentEntry, NamespaceEntry, OwnershipMap
from ownership.responsibility import Level, Tenancy
from triage.routing import platform_namespaces, route
from triage.verdict import Attribution, Suspect, Verdict

MAP = OwnershipMap.of(
    clusters=(ClusterEntry("prod", operated_by="platform", fallback="duty"),),
    components=(ComponentEntry("prod", "CoreDNS", "", "network"),),
    namespaces=(
        NamespaceEntry("prod", "shop", "payments", Level.NAMESPACE),
        NamespaceEntry("prod", "builds", "tools", Level.IMAGE),
        NamespaceEntry(None, "kube-system", "platform"),
    ),
)


def cause(suspect: Suspect, verdict: Verdict) -> Attribution:
    return Attribution(
        verdict=verdict,
        confidence=0.9,
        suspect=suspect,
        sentence="",
        severity="critical",
        began_at=datetime(2026, 11, 24, tzinfo=UTC),
        findings=(),
        candidates=(),
        symptoms=(),
        namespaces=(),
    )


@pytest.mark.parametrize(
    ("suspect", "verdict", "team", "because"),
    [
        (Suspect("Node", "node-14"), Verdict.CLUSTER, "platform", "nodes are the operators'"),
        (Suspect("Component", "coredns"), Verdict.CLUSTER, "network", "a component of its own team"),
        (Suspect("Component", "etcd"), Verdict.CLUSTER, "platform", "any other is the operators'"),
        (Suspect("Deployment", "api", "shop"), Verdict.APPLICATION, "payments", "its namespace's team"),
        (Suspect("Deployment", "api", "shop"), Verdict.CLUSTER, "platform", "it shows there and is the cluster's"),
        (Suspect("ResourceQuota", "all", "shop"), Verdict.APPLICATION, "platform", "a guarded kind at this level"),
        (Suspect("NetworkPolicy", "deny", "shop"), Verdict.APPLICATION, "payments", "guarded, but its own"),
        (Suspect("NetworkPolicy", "deny", "builds"), Verdict.APPLICATION, "platform", "at level image it writes none"),
        (Suspect("Deployment", "ci", "builds"), Verdict.APPLICATION, "platform", "a team that only builds images"),
        (Suspect("Deployment", "proxy", "kube-system"), Verdict.CLUSTER, "platform", "a part of the platform"),
        (Suspect("Deployment", "x", "unknown"), Verdict.APPLICATION, "duty", "nobody's, so the fallback looks"),
        (Suspect("Deployment", "api", "shop"), Verdict.UNCERTAIN, "duty", "not decided, so the fallback looks"),
    ],
)
def test_who_is_asked(suspect: Suspect, verdict: Verdict, team: str, because: str) -> None:
    assignment = route(cause(suspect, verdict), "prod", MAP)
    assert assignment.team == team, because
    assert assignment.why


def test_without_a_map_nobody_is_asked_and_that_is_said() -> None:
    assignment = route(cause(Suspect("Node", "node-14"), Verdict.CLUSTER), "prod", OwnershipMap())
    assert assignment.team is None
    assert "nobody" in assignment.why


def test_which_namespaces_are_the_platforms() -> None:
    assert platform_namespaces(["shop", "kube-system", "unknown"], "prod", MAP) == {"kube-system"}


@pytest.mark.parametrize(
    ("level", "team", "because"),
    [
        (Level.FULL, "data", "it owns the cluster part as well"),
        (Level.NAMESPACE, "platform", "somebody operates it for the team"),
    ],
)
def test_a_failure_of_a_dedicated_cluster(level: Level, team: str, because: str) -> None:
    ownership = OwnershipMap.of(
        clusters=(ClusterEntry("lab", operated_by="platform", tenancy=Tenancy.DEDICATED, dedicated_to="data"),),
        namespaces=(NamespaceEntry("lab", "etl", "data", level),),
    )
    assert route(cause(Suspect("Node", "node-1"), Verdict.CLUSTER), "lab", ownership).team == team, because
