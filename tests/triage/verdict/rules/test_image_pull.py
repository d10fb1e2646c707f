"""Whose it is that an image is not pulled."""

import pytest

from tests.casework.makers import State, waiting
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.image_messages import Fault, fault_of
from triage.verdict.images import host_of, repository_of
from triage.verdict.rules.image_pull import image_pull

_RESOLVE = 'failed to pull and unpack image "r.example.com/a/b:1": failed to resolve reference "r.example.com/a/b:1": '
_HEAD = 'failed to do request: Head "https://r.example.com/v2/a/b/manifests/1": '


@pytest.mark.parametrize(
    ("words", "fault", "whose"),
    [
        (f"rpc error: code = NotFound desc = {_RESOLVE}r.example.com/a/b:1: not found", Fault.REFERENCE, "containerd"),
        (
            "rpc error: code = Unknown desc = Error response from daemon: manifest for a/b:1 not found: "
            "manifest unknown: manifest unknown",
            Fault.REFERENCE,
            "docker",
        ),
        (
            "rpc error: code = Unknown desc = reading manifest 1 in r.example.com/a/b: manifest unknown",
            Fault.REFERENCE,
            "CRI-O",
        ),
        (
            "initializing source docker://r.example.com/a/b:1: reading manifest 1 in r.example.com/a/b: "
            "name unknown: Repository name not known to registry",
            Fault.REFERENCE,
            "CRI-O, no repository",
        ),
        (
            'Failed to apply default image tag "A/B:1": couldn\'t parse image name "A/B:1": '
            "invalid reference format: repository name must be lowercase",
            Fault.REFERENCE,
            "kubelet, before any pull",
        ),
        ('Container image "a:1" is not present with pull policy of Never', Fault.REFERENCE, "kubelet"),
        (
            'failed to pull and unpack image "a:1": no match for platform in manifest: not found',
            Fault.REFERENCE,
            "another architecture",
        ),
        (
            "choosing an image from manifest list docker://a:1: no image found in manifest list for architecture "
            "arm64, variant v8, OS linux",
            Fault.REFERENCE,
            "another architecture, CRI-O",
        ),
        (
            f"{_RESOLVE}pull access denied, repository does not exist or may require authorization: server message: "
            "insufficient_scope: authorization failed",
            Fault.ACCESS,
            "containerd, Docker Hub",
        ),
        (f"{_RESOLVE}unexpected status from HEAD request to https://r/v2/: 401 Unauthorized", Fault.ACCESS, "2.x"),
        (
            "Error response from daemon: Head https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/a/manifests/1: "
            "no basic auth credentials",
            Fault.ACCESS,
            "docker, ECR",
        ),
        (
            "failed to authorize: failed to fetch oauth token: unexpected status from GET request to "
            "https://auth.docker.io/token: 401 Unauthorized",
            Fault.ACCESS,
            "token server",
        ),
        (
            "reading manifest 1 in quay.io/a/b: unauthorized: access to the resource is not authorized",
            Fault.ACCESS,
            "quay",
        ),
        (f"{_RESOLVE}{_HEAD}dial tcp 192.0.2.7:443: i/o timeout", Fault.WAY, "containerd"),
        (f"{_RESOLVE}{_HEAD}dial tcp 192.0.2.7:443: connect: connection refused", Fault.WAY, "containerd"),
        (f"{_RESOLVE}{_HEAD}net/http: TLS handshake timeout", Fault.WAY, "containerd"),
        (f"{_RESOLVE}{_HEAD}x509: certificate signed by unknown authority", Fault.WAY, "containerd"),
        (f"{_RESOLVE}{_HEAD}tls: failed to verify certificate: x509: certificate has expired", Fault.WAY, "Go 1.20"),
        (f"{_RESOLVE}unexpected status from HEAD request to https://r/v2/: 503 Service Unavailable", Fault.WAY, "5xx"),
        (
            "pinging container registry r.example.com: received unexpected HTTP status: 502 Bad Gateway",
            Fault.WAY,
            "CRI-O",
        ),
        ("rpc error: code = DeadlineExceeded desc = context deadline exceeded", Fault.WAY, "kubelet's time-out"),
        ("http: server gave HTTP response to HTTPS client", Fault.WAY, "a registry without TLS"),
        (f"{_RESOLVE}{_HEAD}dial tcp: lookup r.example.com on 10.0.0.2:53: no such host", Fault.NO_HOST, "containerd"),
        (
            f"{_RESOLVE}{_HEAD}dial tcp: lookup r.example.com on 10.0.0.2:53: server misbehaving",
            Fault.NO_HOST,
            "SERVFAIL",
        ),
        ("dial tcp: lookup r.example.com: Temporary failure in name resolution", Fault.NO_HOST, "the resolver of C"),
        (
            f"{_RESOLVE}{_HEAD}dial tcp: lookup r.example.com on 10.0.0.2:53: read udp 10.0.0.12:40112->10.0.0.2:53: "
            "i/o timeout",
            Fault.LOOKUP,
            "its resolver is silent",
        ),
        (
            "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating",
            Fault.LIMIT,
            "Docker Hub until 2024",
        ),
        (
            "429 Too Many Requests - Server message: toomanyrequests: unauthenticated pull rate limit",
            Fault.LIMIT,
            "since",
        ),
        ("pull QPS exceeded", Fault.PACE, "kubelet"),
        (
            "failed to extract layer sha256:12: write /var/lib/containerd/x: no space left on device: unknown",
            Fault.DISK,
            "containerd",
        ),
        ("writing blob: adding layer with blob: processing tar file: no space left on device", Fault.DISK, "CRI-O"),
        ('Back-off pulling image "a:1"', Fault.UNTOLD, "kubelet until 1.31"),
    ],
)
def test_what_the_runtimes_mean(words: str, fault: Fault, whose: str) -> None:
    assert fault_of(words) is fault, whose


@pytest.mark.parametrize(
    ("image", "host", "repository"),
    [
        ("nginx", "docker.io", "docker.io/library/nginx"),
        ("bitnami/redis:7", "docker.io", "docker.io/bitnami/redis"),
        ("index.docker.io/a/b@sha256:12", "docker.io", "index.docker.io/a/b"),
        ("localhost:5000/a:1", "localhost:5000", "localhost:5000/a"),
        ("R.example.com/a/b:1@sha256:12", "r.example.com", "R.example.com/a/b"),
        ("docker-pullable://quay.io/a/b@sha256:12", "quay.io", "quay.io/a/b"),
    ],
)
def test_the_registry_of_a_reference(image: str, host: str, repository: str) -> None:
    assert (host_of(image), repository_of(image)) == (host, repository)


def _failing(image: str, error: str) -> State:
    return waiting("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {error}', 20)


def test_a_tag_that_does_not_exist_is_its_workloads() -> None:
    made, teams = cluster()
    image = "registry.example.com/shop/cart:v2"
    made.rollout(teams["cart"], image=image, state=_failing(image, f"{image}: not found"), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("dial tcp 192.0.2.7:443: i/o timeout", "not reached"),
        ("unexpected status from HEAD request: 503 Service Unavailable", "down"),
        ("x509: certificate has expired or is not yet valid", "its certificate"),
        ("dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host", "others run from it: it does exist"),
    ],
)
def test_a_registry_that_others_use_is_the_clusters(error: str, why: str) -> None:
    made, teams = cluster()
    image = "registry.example.com/shop/cart:v2"
    made.rollout(teams["cart"], image=image, state=_failing(image, error), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Registry", "registry.example.com")), why


def test_a_host_that_nobody_else_names_is_misspelt() -> None:
    made, teams = cluster()
    image = "registy.example.com/shop/cart:v2"
    error = "dial tcp: lookup registy.example.com on 10.0.0.2:53: no such host"
    made.rollout(teams["cart"], image=image, state=_failing(image, error), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect.name) == (Verdict.APPLICATION, "cart")


def test_one_that_is_refused_lacks_its_key_and_many_have_the_same() -> None:
    made, teams = cluster()
    error = "unexpected status from HEAD request: 401 Unauthorized"
    for name in ("cart", "invoices", "query"):
        image = f"registry.example.com/{teams[name].namespace}/{name}:v2"
        made.rollout(teams[name], image=image, state=_failing(image, error), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Registry", "registry.example.com"))
    made, teams = cluster()
    made.rollout(teams["query"], image=image, state=_failing(image, error), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect.name) == (Verdict.APPLICATION, "query")


def test_a_full_disk_is_the_nodes() -> None:
    made, teams = cluster()
    image = "registry.example.com/shop/cart:v2"
    state = _failing(image, "failed to extract layer: write /var/lib/containerd/x: no space left on device")
    made.rollout(teams["cart"], image=image, state=state, minutes=20, node="worker-2")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Node", "worker-2"))


def test_the_limit_of_a_registry_counts_the_nodes() -> None:
    made, teams = cluster()
    state = _failing("nginx:1.27", "toomanyrequests: You have reached your unauthenticated pull rate limit.")
    made.rollout(teams["cart"], image="nginx:1.27", state=state, minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Registry", "docker.io"))


def test_registries_do_not_fail_together() -> None:
    made, teams = cluster()
    for name, image, node in (("cart", "quay.io/a/b:1", "worker-1"), ("query", "ghcr.io/a/b:1", "worker-2")):
        state = _failing(image, "dial tcp 192.0.2.7:443: i/o timeout")
        made.rollout(teams[name], image=image, state=state, minutes=20, node=node)
    assert "Cluster" in {finding.suspect.kind for finding in lines(image_pull, made)}


def test_where_nothing_fails_nothing_is_said() -> None:
    made, _ = cluster()
    assert lines(image_pull, made) == []
