"""Pods that are refused: whose it is."""

from tests.casework.makers import Scene as Maker
from tests.triage.verdict.rules.placing import for_whom, lines, maker, verdicts
from triage.verdict.rules.refused import refused
from triage.verdict.types import Side, Verdict

CALL = (
    'Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post '
    '"https://hook.{}.svc:443/v": {}'
)


def refusing(error: str, *namespaces: str) -> Maker:
    made = maker("w-1", "w-2")
    for name in namespaces:
        workload = made.deployment(name, "web", 3, made=1)
        workload.owner["status"] = {
            "conditions": [
                {
                    "type": "ReplicaFailure",
                    "status": "True",
                    "reason": "FailedCreate",
                    "message": error,
                    "lastTransitionTime": made.at(20),
                }
            ]
        }
        made.alert("KubeDeploymentReplicasMismatch", 25, workload)
        made.refused(workload, error)
    return made


def test_a_quota_that_is_used_up_is_the_teams() -> None:
    made = refusing(
        'pods "web-" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1', "shop"
    )
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect.name) == (Verdict.APPLICATION, "web")


def test_a_quota_that_counts_far_more_than_there_is_is_not() -> None:
    error = 'pods "web-" is forbidden: exceeded quota: q, requested: pods=1, used: pods=15k, limited: pods=15k'
    (cause,) = verdicts(refusing(error, "shop"))
    assert (cause.verdict, cause.suspect.kind) == (Verdict.CLUSTER, "ResourceQuota")


def test_a_webhook_of_the_platform_is_the_platforms_whoever_suffers() -> None:
    made = refusing(CALL.format("kube-system", 'no endpoints available for service "hook"'), "shop", "billing")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect.name) == (Verdict.CLUSTER, "v.example.com")
    assert set(cause.namespaces) == {"shop", "billing"}


def test_a_webhook_of_a_team_is_the_teams_also_where_others_suffer() -> None:
    made = refusing(CALL.format("guild", "context deadline exceeded"), "shop", "billing")
    made.deployment("guild", "hook", 1)
    made.service("guild", "hook")
    made.deployment("guild", "shop-window", 2)  # so that it is somebody's home
    found = lines(refused, made)
    blamed = {(str(line.suspect), line.side) for line in found if line.weight > 0}
    assert blamed == {("Deployment guild/hook", Side.APPLICATION)}


def test_a_namespace_with_nothing_but_the_webhook_was_made_for_it() -> None:
    made = refusing(CALL.format("guard", "context deadline exceeded"), "shop", "billing")
    made.deployment("guard", "hook", 1)
    made.service("guard", "hook")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect.kind) == (Verdict.CLUSTER, "Webhook")


def test_a_policy_that_denies_one_is_about_that_one_and_many_at_once_about_the_policy() -> None:
    denied = 'admission webhook "v.example.com" denied the request: no limits'
    assert for_whom(lines(refused, refusing(denied, "shop"))) == {"Deployment shop/web": 3.0}
    many = for_whom(lines(refused, refusing(denied, "shop", "billing", "search")))
    assert many["Webhook v.example.com"] == 3.0
    assert all(weight < 0 for name, weight in many.items() if name != "Webhook v.example.com")


def test_errors_of_etcd_are_the_control_planes() -> None:
    (cause,) = verdicts(refusing("etcdserver: mvcc: database space exceeded", "shop"))
    assert (cause.verdict, cause.suspect.name) == (Verdict.CLUSTER, "etcd")


def test_a_refusal_after_which_a_pod_was_made_is_over() -> None:
    made = maker("w-1")
    workload = made.deployment("shop", "web", 2)
    made.refused(
        workload, 'pods "web-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found'
    )
    made.event(
        workload.owner, "SuccessfulCreate", "Created pod: web-x", "replicaset-controller", kind="Normal", minutes=1
    )
    made.alert("KubeDeploymentReplicasMismatch", 25, workload)
    assert not lines(refused, made)
