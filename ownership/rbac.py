"""A level of responsibility as what the cluster enforces: Role, RoleBinding, and a ResourceQuota to fill in. PURE.

The split of kinds says on paper who changes what in a namespace; these documents give the team's groups exactly that.
What is the team's it writes; what is not it reads, but for secrets, which nobody reads who does not answer for them.
Kinds that controllers write for others are read-only for everybody. No verb and no resource is ever `*`: a kind that a
later release of Kubernetes brings is given to nobody by accident, and `escalate`, `bind` and `impersonate` never are.

What a cluster has in force is to be compared with these documents later; `documents` is what it is compared with.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ownership.match import OwnershipMap, Subject, owner_of, tenancy_of
from ownership.responsibility import KINDS, Kinds, Level, Who, is_of_the_cluster, shipped_who

READ = ("get", "list", "watch")
WRITE = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
CHANGE = ("get", "update", "patch")
CREATE = ("create",)
RBAC = "rbac.authorization.k8s.io"
MADE_BY = "whose"


@dataclass(frozen=True)
class ApiKind:
    """A kind of Kubernetes: its API group (empty: core), its resource, and what of it has rights of its own.

    `parts` are subresources that go with the right to write, `read_parts` those that go with reading.
    """

    kind: str
    group: str
    resource: str
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    read_parts: tuple[str, ...] = ()
    is_secret: bool = False
    is_written_by_controllers: bool = False


_SCALE = (("scale", CHANGE),)
API_KINDS: tuple[ApiKind, ...] = (
    ApiKind(
        "Pod",
        "",
        "pods",
        (
            *((part, ("create", "get")) for part in ("attach", "exec", "portforward")),
            ("eviction", CREATE),
            ("ephemeralcontainers", CHANGE),
        ),
        ("log",),
    ),
    ApiKind("ReplicationController", "", "replicationcontrollers", _SCALE),
    ApiKind("ConfigMap", "", "configmaps"),
    ApiKind("Secret", "", "secrets", is_secret=True),
    ApiKind("Service", "", "services"),
    ApiKind("ServiceAccount", "", "serviceaccounts", (("token", CREATE),)),
    ApiKind("PersistentVolumeClaim", "", "persistentvolumeclaims"),
    ApiKind("ResourceQuota", "", "resourcequotas"),
    ApiKind("LimitRange", "", "limitranges"),
    ApiKind("Event", "", "events", is_written_by_controllers=True),
    ApiKind("Event", "events.k8s.io", "events", is_written_by_controllers=True),
    # Whoever writes endpoints can send other people's traffic to addresses of their own choice.
    ApiKind("Endpoints", "", "endpoints", is_written_by_controllers=True),
    ApiKind("EndpointSlice", "discovery.k8s.io", "endpointslices", is_written_by_controllers=True),
    ApiKind("ControllerRevision", "apps", "controllerrevisions", is_written_by_controllers=True),
    ApiKind("PodMetrics", "metrics.k8s.io", "pods", is_written_by_controllers=True),
    ApiKind("Deployment", "apps", "deployments", _SCALE),
    ApiKind("StatefulSet", "apps", "statefulsets", _SCALE),
    ApiKind("ReplicaSet", "apps", "replicasets", _SCALE),
    ApiKind("DaemonSet", "apps", "daemonsets"),
    ApiKind("Job", "batch", "jobs"),
    ApiKind("CronJob", "batch", "cronjobs"),
    ApiKind("HorizontalPodAutoscaler", "autoscaling", "horizontalpodautoscalers"),
    ApiKind("VerticalPodAutoscaler", "autoscaling.k8s.io", "verticalpodautoscalers"),
    ApiKind("PodDisruptionBudget", "policy", "poddisruptionbudgets"),
    ApiKind("Ingress", "networking.k8s.io", "ingresses"),
    ApiKind("NetworkPolicy", "networking.k8s.io", "networkpolicies"),
    ApiKind("HTTPRoute", "gateway.networking.k8s.io", "httproutes"),
    ApiKind("GRPCRoute", "gateway.networking.k8s.io", "grpcroutes"),
    ApiKind("Lease", "coordination.k8s.io", "leases"),
    ApiKind("VolumeSnapshot", "snapshot.storage.k8s.io", "volumesnapshots"),
    ApiKind("Certificate", "cert-manager.io", "certificates"),
    ApiKind("Issuer", "cert-manager.io", "issuers"),
    ApiKind("ServiceMonitor", "monitoring.coreos.com", "servicemonitors"),
    ApiKind("PodMonitor", "monitoring.coreos.com", "podmonitors"),
    ApiKind("PrometheusRule", "monitoring.coreos.com", "prometheusrules"),
    ApiKind("Role", RBAC, "roles"),
    ApiKind("RoleBinding", RBAC, "rolebindings"),
)
# Words of the split that are no kinds of the API: an image is rights on a registry, a workload any of the others.
_NO_API_KINDS = KINDS[Kinds.IMAGE] | {"Workload"}
# What a namespace may hold is its operators' to say; these are only where each of them stands.
_QUOTA = {
    "requests.cpu": "4",
    "requests.memory": "8Gi",
    "limits.memory": "16Gi",
    "requests.storage": "50Gi",
    "persistentvolumeclaims": "10",
    "pods": "50",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
}


@dataclass(frozen=True)
class Grant:
    """What is exported: whose namespace, at which level, for which groups, and what of it the team writes.

    Attributes:
        writes: kinds of the API that are the team's there, by the split of kinds in force.
        unknown: kinds that the split gives to the team and whose API group nobody knows here: they are left out.
        others: other teams that own something in the namespace by rules; a Role cannot tell workloads apart.
    """

    cluster: str
    namespace: str
    team: str
    level: Level
    groups: tuple[str, ...]
    writes: frozenset[str]
    unknown: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        called = re.sub(r"[^a-z0-9-]+", "-", self.team.lower()).strip("-")
        return f"{MADE_BY}-{called or 'team'}"


class NothingToGrant(LookupError):  # noqa: N818 - a sentence for people
    """No team owns the namespace, so there is nobody to give anything to."""


def grant_of(
    cluster: str, namespace: str, ownership_map: OwnershipMap, *, groups: Mapping[str, Iterable[str]]
) -> Grant:
    """What the map gives to the owner of a namespace.

    Args:
        cluster: its slug.
        namespace: its name.
        ownership_map: who owns what, and the split of kinds.
        groups: the groups of each team by its slug, as the cluster's authentication calls them.

    Raises:
        NothingToGrant: the map does not know the cluster, or no team owns the namespace.
    """
    if cluster not in ownership_map.clusters:
        raise NothingToGrant(f"The map does not know the cluster {cluster!r}. Add it to clusters.")
    owner = owner_of(Subject("Namespace", namespace, namespace, cluster), ownership_map)
    if owner.team is None or owner.level is None or owner.is_gap:
        raise NothingToGrant(f"No team owns the namespace {namespace} in {cluster}: {owner.why}. Add it to namespaces.")
    tenancy = tenancy_of(cluster, ownership_map)
    known = {each.kind for each in API_KINDS}
    custom = {row.kind for row in ownership_map.responsibilities} - _all_spellings(known | _NO_API_KINDS, ownership_map)

    def is_teams(kind: str) -> bool:
        level = owner.level or Level.NAMESPACE
        cell = ownership_map.cell(cluster, namespace, kind, level)
        return (cell.who if cell else shipped_who(kind, level, tenancy)) is Who.TEAM

    rules = ownership_map.rules_by_namespace.get(namespace, ())
    others = {rule.team for rule in rules if rule.cluster in (None, cluster)} - {owner.team}
    return Grant(
        cluster,
        namespace,
        owner.team,
        owner.level,
        # What begins with system: means everybody, or the cluster itself.
        tuple(sorted({group for group in groups.get(owner.team, ()) if not group.startswith("system:")})),
        frozenset(kind for kind in known if is_teams(kind)),
        tuple(sorted(kind for kind in custom if is_teams(kind) and not is_of_the_cluster(kind))),
        tuple(sorted(others)),
    )


def documents(grant: Grant, *, quota: bool = True) -> list[dict[str, Any]]:
    """Role, RoleBinding where the team has groups, and a ResourceQuota to fill in, as Kubernetes reads them."""
    found = [_role(grant)]
    if grant.groups:
        found.append(_binding(grant))
    if quota:
        found.append(_quota(grant))
    return found


def written(grant: Grant, *, quota: bool = True) -> str:
    """The documents as YAML, with what a person has to know before applying them in comments at the top."""
    # On one line each, whatever they name: what follows a line break would be no comment any more.
    notes = "".join(f"# {' '.join(note.split())}\n" for note in notes_of(grant, quota=quota))
    body = yaml.safe_dump_all(documents(grant, quota=quota), sort_keys=False, explicit_start=True, width=118)
    return notes + body


def notes_of(grant: Grant, *, quota: bool = True) -> Iterator[str]:
    """What the documents do not say themselves."""
    yield f"{grant.namespace} in {grant.cluster}: {grant.team} at level {grant.level}. Made by Whose."
    if not grant.groups:
        yield f"No RoleBinding: {grant.team} has no groups. Set kubernetes_groups of the team."
    for kind in grant.unknown:
        yield f"Not in the Role: {kind} is the team's, and its API group is not known. Write a Role for it."
    if grant.others:
        yield f"{', '.join(grant.others)} own parts of the namespace by rules: a Role cannot tell workloads apart."
    if grant.level is Level.FULL:
        yield "Level full: nothing of the cluster is in it. A Role holds in its namespace only."
    if quota:
        yield "The numbers of the ResourceQuota are examples: set what the namespace may use before you apply it."


def _role(grant: Grant) -> dict[str, Any]:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": _metadata(grant, grant.name),
        "rules": _rules(grant.writes),
    }


def _rules(writes: frozenset[str]) -> list[dict[str, Any]]:
    """Resources that have the same verbs in the same group stand together, in an order that does not change."""
    by_right: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for each in API_KINDS:
        for resource, verbs in _rights(each, is_written=each.kind in writes):
            by_right[each.group, verbs].add(resource)
    return [
        {"apiGroups": [group], "resources": sorted(resources), "verbs": list(verbs)}
        for (group, verbs), resources in sorted(by_right.items())
    ]


def _rights(each: ApiKind, *, is_written: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    is_written = is_written and not each.is_written_by_controllers
    if is_written:
        yield each.resource, WRITE
        for part, verbs in each.parts:
            yield f"{each.resource}/{part}", verbs
    elif not each.is_secret:
        yield each.resource, READ
    if is_written or not each.is_secret:
        for part in each.read_parts:
            yield f"{each.resource}/{part}", ("get",)


def _binding(grant: Grant) -> dict[str, Any]:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": _metadata(grant, grant.name),
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": grant.name},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group} for group in grant.groups],
    }


def _quota(grant: Grant) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": _metadata(grant, f"{MADE_BY}-quota"),
        "spec": {"hard": dict(_QUOTA)},
    }


def _metadata(grant: Grant, name: str) -> dict[str, Any]:
    # A slug may be what a label may not, so it stands in an annotation.
    return {
        "name": name,
        "namespace": grant.namespace,
        "labels": {"app.kubernetes.io/managed-by": MADE_BY},
        "annotations": {"whose/cluster": grant.cluster, "whose/team": grant.team, "whose/level": grant.level.value},
    }


def _all_spellings(kinds: Iterable[str], ownership_map: OwnershipMap) -> set[str]:
    """How the split of kinds spells these: it may write them in any case."""
    folded = {kind.casefold() for kind in kinds}
    return {row.kind for row in ownership_map.responsibilities if row.kind.casefold() in folded}
