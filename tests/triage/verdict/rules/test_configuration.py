"""Whose it is that something is missing."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.casework.makers import crashing, waiting
from tests.triage.verdict.rules.looks import NOW, cluster, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.configuration import _INVALID, _NODE, lack_of
from triage.verdict.statements import Statement

if TYPE_CHECKING:
    from triage.verdict.troubles import Trouble


@pytest.mark.parametrize(
    ("words", "kind", "name", "whose"),
    [
        ('secret "db" not found', "secret", "db", "kubelet, a container's environment"),
        ('Error: configmap "app-config" not found', "configmap", "app-config", "kubelet, event"),
        ("couldn't find key url in ConfigMap shop/app", "key", "url", "kubelet"),
        ("Error: couldn't find key password in Secret shop/db", "key", "password", "kubelet"),
        ('MountVolume.SetUp failed for volume "c" : secret "tls" not found', "secret", "tls", "kubelet, a volume"),
        (
            'Error creating: pods "a-" is forbidden: error looking up service account shop/cart: '
            'serviceaccount "cart" not found',
            "serviceaccount",
            "cart",
            "admission, event of a ReplicaSet",
        ),
        (
            'MountVolume.SetUp failed for volume "token" : failed to fetch token: serviceaccounts "cart" not found',
            "serviceaccount",
            "cart",
            "kubelet, a token",
        ),
    ],
)
def test_what_is_missing(words: str, kind: str, name: str, whose: str) -> None:
    lack = lack_of(cast("Trouble", SimpleNamespace()), Statement(words, cast("Any", NOW), "event"))
    assert lack is not None, whose
    assert (lack.kind, lack.name) == (kind, name), whose


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ('MountVolume.SetUp failed for volume "c" : references non-existent secret key: tls.key', "items of a volume"),
        ('failed to prepare subPath for volumeMount "c" of container "a"', "subPath"),
        (
            'error mounting "/var/lib/kubelet/pods/1/subpaths/c/0" to rootfs at "/etc/a.conf": not a directory: '
            "unknown: Are you trying to mount a directory onto a file (or vice-versa)?",
            "runc",
        ),
    ],
)
def test_what_cannot_be_used(words: str, whose: str) -> None:
    assert _INVALID.fits(words), whose
    assert not _NODE.fits(words), whose


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("failed to sync secret cache: timed out waiting for the condition", "kubelet, its watch"),
        ("services have not yet been read at least once, cannot construct envvars", "kubelet, after its start"),
        (
            'failed to fetch token: Post "https://10.0.0.1:6443/api/v1/namespaces/a/serviceaccounts/b/token": '
            "dial tcp 10.0.0.1:6443: connect: connection refused",
            "kubelet without API server",
        ),
    ],
)
def test_what_the_kubelet_could_not_read(words: str, whose: str) -> None:
    assert _NODE.fits(words), whose


def test_a_missing_secret_is_its_teams() -> None:
    made, teams = cluster()
    made.rollout(teams["cart"], state=waiting("CreateContainerConfigError", 'secret "db" not found'), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


def test_what_the_cluster_puts_everywhere_is_the_clusters() -> None:
    made, teams = cluster()
    words = 'MountVolume.SetUp failed for volume "kube-api-access" : configmap "kube-root-ca.crt" not found'
    made.rollout(teams["cart"], state=waiting("CreateContainerConfigError", words), minutes=20)
    (cause,) = verdicts(made)
    assert cause.verdict is Verdict.CLUSTER


def test_secrets_of_several_teams_are_missing_because_their_operator_is_sick() -> None:
    made, teams = cluster()
    made.deployment(
        "kube-system",
        "secrets",
        1,
        image="ghcr.io/external-secrets/external-secrets:v0.10.0",
        labels={"app.kubernetes.io/name": "external-secrets"},
        state=crashing(30),
    )
    for name in ("cart", "query"):
        made.rollout(teams[name], state=waiting("CreateContainerConfigError", f'secret "{name}" not found'), minutes=20)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Component", "external-secrets"))
