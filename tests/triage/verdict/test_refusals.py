"""Why the API server refuses a pod, as controllers quote it."""

import pytest

from triage.verdict.refusals import Kind, read

SAID = [
    (
        'Error creating: pods "a-b" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=20, '
        "limited: pods=20",
        Kind.QUOTA,
        "compute",
        "the words of the quota",
    ),
    (
        'Error creating: pods "a-b" is forbidden: failed quota: budget: must specify limits.memory for: app',
        Kind.QUOTA_NEEDS,
        "budget",
        "a quota that asks for limits",
    ),
    (
        'Error creating: pods "a-b" is forbidden: status unknown for quota: budget, resources: limits.memory',
        Kind.QUOTA_UNKNOWN,
        "budget",
        "the quota controller has not counted yet",
    ),
    (
        'create Pod lab-0 in StatefulSet lab failed error: pods "lab-0" is forbidden: maximum memory usage per '
        "Container is 4Gi, but limit is 16Gi",
        Kind.LIMIT_RANGE,
        "",
        "a StatefulSet says it in other words",
    ),
    (
        'Error creating: pods "a-b" is forbidden: cpu max limit to request ratio per Container is 10, but provided '
        "ratio is 100.000000",
        Kind.LIMIT_RANGE,
        "",
        "the ratio of a limit range",
    ),
    (
        'Error creating: pods "a-b" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
        Kind.SECURITY,
        "restricted:latest",
        "since 1.23",
    ),
    (
        'Error creating: pods "a-b" is forbidden: PodSecurityPolicy: unable to admit pod: []',
        Kind.SECURITY,
        "",
        "up to 1.24",
    ),
    (
        'Error creating: pods "a-b" is forbidden: unable to validate against any security context constraint: '
        "[provider restricted-v2: .containers[0].privileged: Invalid value: true]",
        Kind.SECURITY,
        "",
        "OpenShift",
    ),
    (
        'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [limits] no limit',
        Kind.DENIED,
        "validation.gatekeeper.sh",
        "it answered",
    ),
    (
        "Error creating: pods \"a-b\" is forbidden: ValidatingAdmissionPolicy 'limits' with binding 'all' denied "
        "request: no limits",
        Kind.DENIED,
        "limits",
        "policies within the API server",
    ),
    (
        'Error creating: pods "a-b" is forbidden: error looking up service account shop/cart: serviceaccount "cart" '
        "not found",
        Kind.ACCOUNT,
        "cart",
        "its own account",
    ),
    (
        'Error creating: pods "a-b" is forbidden: error looking up service account shop/default: serviceaccount '
        '"default" not found',
        Kind.DEFAULT_ACCOUNT,
        "default",
        "a controller makes that one",
    ),
    (
        'Error creating: pods "a-b" is forbidden: no PriorityClass with name high was found',
        Kind.PRIORITY,
        "high",
        "the class",
    ),
    ("Error creating: etcdserver: request timed out", Kind.ETCD, "", "etcd"),
    ("Error creating: etcdserver: mvcc: database space exceeded", Kind.ETCD, "", "etcd is full"),
    (
        "Error creating: Timeout: request did not complete within requested timeout 34s",
        Kind.SERVER,
        "",
        "the API server gave up",
    ),
    ('Error creating: Pod "a-b" is invalid: spec.containers[0].image: Required value', Kind.INVALID, "", "the spec"),
    (
        'Error creating: Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post '
        '"https://hook.ops.svc:443/v?timeout=10s": No agent available',
        Kind.TUNNEL,
        "v.example.com",
        "the way from the control plane, not the webhook",
    ),
]


@pytest.mark.parametrize(("message", "kind", "name", "because"), SAID)
def test_each_refusal_is_read(message: str, kind: Kind, name: str, because: str) -> None:
    refusal = read(message)
    assert refusal is not None, because
    assert (refusal.kind, refusal.name) == (kind, name), because


UNANSWERED = [
    ('no endpoints available for service "hook"', "nothing runs"),
    ("context deadline exceeded", "it hangs"),
    ("dial tcp 10.96.1.2:443: connect: connection refused", "the port is closed"),
    ("x509: certificate signed by unknown authority", "its certificate is not trusted"),
    ('service "hook" not found', "the service is gone"),
]


@pytest.mark.parametrize(("error", "because"), UNANSWERED)
def test_a_webhook_that_does_not_answer_names_its_service(error: str, because: str) -> None:
    refusal = read(
        'Error creating: Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: '
        f'Post "https://hook.ops.svc:443/v?timeout=10s": {error}'
    )
    assert refusal is not None, because
    assert (refusal.kind, refusal.service, refusal.namespace) == (Kind.WEBHOOK, "hook", "ops"), because


def test_what_is_no_refusal_is_nothing() -> None:
    assert read("Created pod: cart-5d9f-x2k4p") is None
