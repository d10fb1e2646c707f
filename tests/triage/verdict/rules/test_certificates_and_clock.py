"""Whose a certificate is that nobody accepts."""

import pytest

from tests.casework.makers import Scene, unready
from tests.triage.verdict.rules.staging import cluster, found, suspects
from triage.verdict import Suspect
from triage.verdict.rules.certificates_and_clock import BAD, NOT_YET, certificates_and_clock

EXPIRED = "x509: certificate has expired or is not yet valid: current time 2026-11-24T03:00:00Z is after 2026-11-23"
EARLY = "x509: certificate has expired or is not yet valid: current time 2026-11-20T03:00:00Z is before 2026-11-23"


@pytest.mark.parametrize(
    ("message", "is_bad", "is_early", "because"),
    [
        (EARLY, True, True, "Go: the clock is behind, or the certificate is too new"),
        ("x509: certificate signed by unknown authority", True, False, "Go: nobody knows who signed it"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired", True, False, "Python"),
        ("PKIX path building failed: unable to find valid certification path", True, False, "Java"),
        ("dial tcp 10.0.0.7:443: connect: connection refused", False, False, "no certificate was shown"),
    ],
)
def test_what_is_said_of_a_certificate(message: str, is_bad: bool, is_early: bool, because: str) -> None:
    assert (BAD.fits(message), NOT_YET.fits(message)) == (is_bad, is_early), because


def meeting(made: Scene, message: str) -> None:
    web = made.deployment("shop", "web", 1, state=unready(), nodes=["node-2"])
    made.unhealthy(web.pods[0], f"Readiness probe failed: {message}")


def test_one_teams_own_certificate_is_the_teams() -> None:
    made = cluster()
    meeting(made, EXPIRED)
    assert suspects(found(certificates_and_clock, made)) == [Suspect("Deployment", "web", "shop")]


def test_a_clock_that_is_wrong_makes_it_the_nodes() -> None:
    made = cluster()
    meeting(made, EARLY)
    made.alert("NodeClockSkewDetected", 30, node="node-2", instance="node-2", summary="Clock skew detected.")
    assert suspects(found(certificates_and_clock, made)) == [Suspect("Node", "node-2")]


def test_the_clusters_own_certificate_is_the_clusters() -> None:
    made = cluster()
    meeting(made, f"Get https://kubernetes.default.svc/api: {EXPIRED}")
    assert [one.kind for one in suspects(found(certificates_and_clock, made))] == ["Cluster"]
