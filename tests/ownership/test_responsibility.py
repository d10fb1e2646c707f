"""Who answers for a failure: the team or the operators."""

import pytest

from ownership.responsibility import Who, answers_for, is_of_the_cluster

LEVELS = ("image", "workloads", "namespace", "full")


@pytest.mark.parametrize(
    ("kind", "levels", "because"),
    [
        ("Image", {"image", "workloads", "namespace", "full"}, "who builds an image answers for it at any level"),
        ("Deployment", {"workloads", "namespace", "full"}, "deployments are workloads"),
        ("Pod", {"workloads", "namespace", "full"}, "so are pods"),
        ("ConfigMap", {"workloads", "namespace", "full"}, "and their configuration"),
        ("pod", {"workloads", "namespace", "full"}, "in any case"),
        ("Service", {"namespace", "full"}, "everything else in a namespace comes with the namespace"),
        ("Certificate", {"namespace", "full"}, "custom resources as well"),
        ("", {"namespace", "full"}, "what has no kind is in the namespace"),
        ("NetworkPolicy", {"full"}, "guarded: the operators keep namespaces apart by it"),
        ("ResourceQuota", {"full"}, "guarded: the operators share the cluster out by it"),
        ("LimitRange", {"full"}, "guarded as well"),
        ("Role", {"full"}, "guarded: who may do what"),
        ("RoleBinding", {"full"}, "guarded: who may do what"),
        ("Node", set(), "on a shared cluster nodes are no team's"),
    ],
)
def test_from_which_level_on_a_kind_is_the_team_s(kind: str, levels: set[str], because: str) -> None:
    team = {level for level in LEVELS if answers_for("application", kind, level, "shared").who is Who.TEAM}
    assert team == levels, because


@pytest.mark.parametrize(
    ("side", "kind", "level", "tenancy", "who", "because"),
    [
        ("cluster", "Node", "full", "shared", Who.OPERATORS, "others live on that cluster too"),
        ("cluster", "Node", "namespace", "dedicated", Who.OPERATORS, "somebody operates it for the team"),
        ("cluster", "Node", "full", "dedicated", Who.TEAM, "it is the team's own, all of it"),
        ("cluster", "Pod", "full", "dedicated", Who.TEAM, "whatever the kind"),
        ("application", "Node", "full", "dedicated", Who.TEAM, "its own nodes, by its own doing"),
        ("uncertain", "Pod", "full", "shared", Who.OPERATORS, "the operators look first"),
        ("uncertain", "Pod", "full", "dedicated", Who.TEAM, "whichever side it is, it is the team's"),
        ("nonsense", "Pod", "full", "shared", Who.OPERATORS, "an unknown side is uncertain"),
        ("application", "Pod", "nonsense", "shared", Who.TEAM, "an unknown level is the default, namespace"),
    ],
)
def test_who_answers(*, side: str, kind: str, level: str, tenancy: str, who: Who, because: str) -> None:
    assert answers_for(side, kind, level, tenancy).who is who, because


def test_an_answer_says_what_level_it_would_take() -> None:
    answer = answers_for("application", "NetworkPolicy", "namespace", "shared")
    assert answer.why == (
        "at level namespace the team does not answer for the guarded kinds of its namespace, such as NetworkPolicy; "
        "that takes level full"
    )


def test_which_kinds_stand_in_no_namespace() -> None:
    assert is_of_the_cluster("Node")
    assert is_of_the_cluster("node")
    assert not is_of_the_cluster("Pod")
    assert not is_of_the_cluster("Certificate")
