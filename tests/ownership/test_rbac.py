"""A level of responsibility as Role, RoleBinding and ResourceQuota."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from kubernetes import client

from ownership.entries import ClusterEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry
from ownership.matchers import Matcher
from ownership.ownership_map import OwnershipMap
from ownership.rbac import API_KINDS, READ, WRITE, Grant, NothingToGrant, documents, grant_of, notes_of, written
from ownership.responsibility import KINDS, Kinds, Level, Tenancy, Who

SAFE = {
    *("Job", "PersistentVolumeClaim", "Ingress", "PodDisruptionBudget", "DaemonSet"),
    *("HorizontalPodAutoscaler", "CronJob", "ServiceAccount", "Deployment", "StatefulSet", "Service"),
}
GUARDED = {"NetworkPolicy", "ResourceQuota", "LimitRange", "Role", "RoleBinding"}
PROD = ClusterEntry("prod", "platform", fallback="platform")
CELL = ResponsibilityEntry


def granted(
    level: Level = Level.NAMESPACE, *cells: ResponsibilityEntry, groups: tuple[str, ...] = ("oidc:pay",)
) -> Grant:
    ownership_map = OwnershipMap.of(
        [PROD], (), [NamespaceEntry("prod", "shop", "payments", level)], responsibilities=cells
    )
    return grant_of("prod", "shop", ownership_map, groups={"payments": groups})


def verbs_of(grant: Grant, resource: str, group: str) -> set[str]:
    return {
        verb
        for rule in documents(grant)[0]["rules"]
        if resource in rule["resources"] and group in rule["apiGroups"]
        for verb in rule["verbs"]
    }


def written_kinds(grant: Grant) -> set[str]:
    return {each.kind for each in API_KINDS if verbs_of(grant, each.resource, each.group) >= set(WRITE)}


@pytest.mark.parametrize(
    ("level", "writes", "reads"),
    [
        (Level.IMAGE, set(), SAFE | GUARDED | {"Pod", "ConfigMap"}),
        (
            Level.WORKLOADS,
            {"Deployment", "Job", "CronJob", "Pod", "Secret", "PodDisruptionBudget"},
            {"Ingress"} | GUARDED,
        ),
        (Level.NAMESPACE, SAFE | {"Secret", "HTTPRoute"}, GUARDED | {"Event", "EndpointSlice"}),
        (Level.FULL, SAFE | GUARDED, {"Event", "Endpoints", "PodMetrics"}),
    ],
)
def test_what_is_the_teams_it_writes_and_the_rest_it_reads(level: Level, writes: set[str], reads: set[str]) -> None:
    grant = granted(level)
    assert writes <= written_kinds(grant)
    assert not reads & written_kinds(grant)
    for each in API_KINDS:
        if each.kind in reads:
            assert set(READ) == verbs_of(grant, each.resource, each.group), each.kind


def test_a_secret_is_read_only_by_who_answers_for_it() -> None:
    assert verbs_of(granted(Level.IMAGE), "secrets", "") == set()
    assert verbs_of(granted(Level.WORKLOADS), "secrets", "") == set(WRITE)


def test_what_runs_inside_a_pod_is_entered_only_by_who_writes_pods() -> None:
    assert verbs_of(granted(Level.IMAGE), "pods/log", "") == {"get"}
    assert verbs_of(granted(Level.IMAGE), "pods/exec", "") == set()
    assert verbs_of(granted(Level.WORKLOADS), "pods/exec", "") == {"create", "get"}
    assert verbs_of(granted(Level.WORKLOADS), "deployments/scale", "apps") == {"get", "update", "patch"}


def test_a_changed_split_changes_the_role() -> None:
    policy = CELL("prod", "", "networkpolicy", Level.NAMESPACE, Who.TEAM)
    assert "NetworkPolicy" in written_kinds(granted(Level.NAMESPACE, policy))
    here = CELL("prod", "shop", "NetworkPolicy", Level.NAMESPACE, Who.OPERATORS)
    assert "NetworkPolicy" not in written_kinds(granted(Level.NAMESPACE, policy, here)), "the closer row counts"
    assert "Ingress" not in written_kinds(granted(Level.FULL, CELL(None, "", "Ingress", Level.FULL, Who.OPERATORS)))


def test_a_kind_that_is_not_known_here_is_said_and_left_out() -> None:
    grant = granted(
        Level.IMAGE, CELL(None, "", "Kafka", Level.IMAGE, Who.TEAM), CELL(None, "", "pod", Level.IMAGE, Who.TEAM)
    )
    assert grant.unknown == ("Kafka",)
    assert "Pod" in written_kinds(grant)
    assert any("Not in the Role: Kafka is the team's" in note for note in notes_of(grant))


def test_without_groups_there_is_no_binding_and_it_is_said_what_to_set() -> None:
    grant = granted(groups=())
    assert [each["kind"] for each in documents(grant)] == ["Role", "ResourceQuota"]
    assert "# No RoleBinding: payments has no groups. Set kubernetes_groups of the team" in written(grant)


def test_a_group_that_means_everybody_is_no_team() -> None:
    assert granted(groups=("system:authenticated", "oidc:pay")).groups == ("oidc:pay",)


def test_it_says_who_made_it_for_whom() -> None:
    role, binding, quota = documents(granted(groups=("oidc:b", "oidc:a", "oidc:a")))
    assert role["metadata"] == {
        "name": "whose-payments",
        "namespace": "shop",
        "labels": {"app.kubernetes.io/managed-by": "whose"},
        "annotations": {"whose/cluster": "prod", "whose/team": "payments", "whose/level": "namespace"},
    }
    assert [subject["name"] for subject in binding["subjects"]] == ["oidc:a", "oidc:b"]
    assert quota["metadata"]["name"] == "whose-quota"
    assert [each["kind"] for each in documents(granted(), quota=False)] == ["Role", "RoleBinding"]


@pytest.mark.parametrize(
    ("cluster", "namespace", "said"),
    [
        ("lost", "shop", "does not know the cluster 'lost'"),
        ("prod", "lost", "No team owns the namespace lost in prod: nobody owns the namespace lost in prod"),
        ("prod", "kube-system", "No team owns the namespace kube-system"),
    ],
)
def test_where_there_is_nobody_to_give_it_to(cluster: str, namespace: str, said: str) -> None:
    ownership_map = OwnershipMap.of([PROD], (), [NamespaceEntry("prod", "shop", "payments")])
    with pytest.raises(NothingToGrant, match=said):
        grant_of(cluster, namespace, ownership_map, groups={})


def test_teams_that_a_role_cannot_tell_apart_are_named() -> None:
    rule = RuleEntry("prod", Matcher.of(namespace="shop", workload="cart"), "cart")
    ownership_map = OwnershipMap.of([PROD], (), [NamespaceEntry("prod", "shop", "payments")], rules=[rule])
    grant = grant_of("prod", "shop", ownership_map, groups={})
    assert any(note.startswith("cart own parts of the namespace by rules") for note in notes_of(grant))


# -- The shapes that Kubernetes accepts, from its OpenAPI: what is required, and of which form --

_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_QUANTITY = re.compile(r"\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?")
_VERBS = {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}


def check_metadata(metadata: dict[str, Any]) -> None:
    assert set(metadata) == {"name", "namespace", "labels", "annotations"}
    assert _NAME.fullmatch(metadata["name"])
    assert len(metadata["name"]) <= 253
    for key, value in metadata["labels"].items():
        assert _LABEL_KEY.fullmatch(key)
        assert _LABEL_VALUE.fullmatch(value)
        assert len(value) <= 63
    for key, value in metadata["annotations"].items():
        assert _LABEL_KEY.fullmatch(key)
        assert isinstance(value, str)


def check_role(role: dict[str, Any]) -> None:
    assert (role["apiVersion"], role["kind"]) == ("rbac.authorization.k8s.io/v1", "Role")
    assert set(role) == {"apiVersion", "kind", "metadata", "rules"}
    for rule in role["rules"]:
        assert set(rule) == {"apiGroups", "resources", "verbs"}
        assert all(isinstance(each, list) and each for each in rule.values())
        assert set(rule["verbs"]) <= _VERBS, "nothing that lets somebody give themselves more"
        assert not any("*" in each for words in rule.values() for each in words)


def check_binding(binding: dict[str, Any], role: dict[str, Any]) -> None:
    assert (binding["apiVersion"], binding["kind"]) == ("rbac.authorization.k8s.io/v1", "RoleBinding")
    assert set(binding) == {"apiVersion", "kind", "metadata", "roleRef", "subjects"}
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": role["metadata"]["name"],
    }
    assert binding["metadata"]["namespace"] == role["metadata"]["namespace"]
    for subject in binding["subjects"]:
        assert set(subject) == {"apiGroup", "kind", "name"}
        assert (subject["apiGroup"], subject["kind"]) == ("rbac.authorization.k8s.io", "Group")
        assert subject["name"]


def check_quota(quota: dict[str, Any]) -> None:
    assert (quota["apiVersion"], quota["kind"]) == ("v1", "ResourceQuota")
    assert set(quota) == {"apiVersion", "kind", "metadata", "spec"}
    assert all(isinstance(each, str) and _QUANTITY.fullmatch(each) for each in quota["spec"]["hard"].values())


_groups = st.lists(st.text(min_size=1, max_size=40), max_size=3)
_cells = st.lists(
    st.builds(
        CELL,
        st.sampled_from([None, "prod"]),
        st.sampled_from(["", "shop"]),
        st.sampled_from([*sorted(SAFE | GUARDED), "Secret", "Kafka", "Node", "a\n---\nkind: ClusterRole"]),
        st.sampled_from(list(Level)),
        st.sampled_from(list(Who)),
    ),
    max_size=8,
)


@settings(deadline=None)  # machines that are busy
@given(
    st.sampled_from(list(Level)),
    st.sampled_from(list(Tenancy)),
    _cells,
    _groups,
    st.sampled_from(["payments", "Pay_1", "_x-", "__"]),
)
def test_whatever_the_map_says_kubernetes_reads_it_and_nobody_can_give_themselves_more(
    level: Level, tenancy: Tenancy, cells: list[ResponsibilityEntry], groups: list[str], team: str
) -> None:
    cluster = ClusterEntry("prod", "platform", tenancy, team if tenancy is Tenancy.DEDICATED else None)
    namespaces = [NamespaceEntry("prod", "shop", team, level)]
    ownership_map = OwnershipMap.of([cluster], (), namespaces, responsibilities=cells)
    grant = grant_of("prod", "shop", ownership_map, groups={team: groups})
    read = list(yaml.safe_load_all(written(grant)))
    assert read == documents(grant), "what is written is what is meant"
    for document in read:
        check_metadata(document["metadata"])
    check_role(read[0])
    check_quota(read[-1])
    if grant.groups:
        check_binding(read[1], read[0])
    reordered = OwnershipMap.of([cluster], (), namespaces, responsibilities=cells[::-1])
    assert written(grant_of("prod", "shop", reordered, groups={team: groups[::-1]})) == written(grant)


def test_the_models_of_the_kubernetes_client_take_them() -> None:
    role, binding, quota = documents(granted())
    for rule in role["rules"]:
        client.V1PolicyRule(api_groups=rule["apiGroups"], resources=rule["resources"], verbs=rule["verbs"])
    ref, subject = binding["roleRef"], binding["subjects"][0]
    client.V1RoleBinding(
        role_ref=client.V1RoleRef(api_group=ref["apiGroup"], kind=ref["kind"], name=ref["name"]),
        subjects=[client.RbacV1Subject(api_group=subject["apiGroup"], kind=subject["kind"], name=subject["name"])],
    )
    client.V1ResourceQuota(spec=client.V1ResourceQuotaSpec(hard=quota["spec"]["hard"]))


def test_every_namespaced_kind_of_the_split_is_known() -> None:
    named = KINDS[Kinds.WORKLOAD] | KINDS[Kinds.GUARDED] | SAFE
    assert named - {each.kind for each in API_KINDS} == {"Workload"}
