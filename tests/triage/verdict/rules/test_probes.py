"""Whose it is that a probe fails."""

import pytest

from tests.casework.makers import unready
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.probes import Answer, answer_of, probes


@pytest.mark.parametrize(
    ("words", "answer", "whose"),
    [
        ("Readiness probe failed: HTTP probe failed with statuscode: 503", Answer.STATUS, "kubelet"),
        (
            'Liveness probe failed: Get "http://10.2.0.7:80/": dial tcp 10.2.0.7:80: connect: connection refused',
            Answer.REFUSED,
            "Go",
        ),
        (
            'Readiness probe failed: Get "http://10.2.0.7:80/": context deadline exceeded '
            "(Client.Timeout exceeded while awaiting headers)",
            Answer.TIMEOUT,
            "Go",
        ),
        ('Readiness probe failed: Get "http://10.2.0.7:80/": dial tcp 10.2.0.7:80: i/o timeout', Answer.TIMEOUT, "Go"),
        (
            'Liveness probe failed: Get "https://10.2.0.7:80/": http: server gave HTTP response to HTTPS client',
            Answer.PROTOCOL,
            "scheme",
        ),
        (
            'Readiness probe failed: Get "http://10.2.0.7:80/": net/http: HTTP/1.x transport connection broken: '
            'malformed HTTP response "\\x00"',
            Answer.PROTOCOL,
            "HTTP to a gRPC port",
        ),
        ("Readiness probe failed: HTTP probe failed with statuscode: 400", Answer.STATUS, "HTTP to a TLS port"),
        (
            'Liveness probe failed: timeout: failed to connect service "10.2.0.7:5000" within 1s',
            Answer.TIMEOUT,
            "grpc_health_probe",
        ),
        ('Readiness probe failed: service unhealthy (responded with "NOT_SERVING")', Answer.STATUS, "grpc"),
        (
            "Readiness probe failed: error: this server does not implement the grpc health protocol",
            Answer.PROTOCOL,
            "grpc",
        ),
        ("Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory", Answer.COMMAND, "exec"),
        (
            "Readiness probe failed: lookup db on 10.96.0.10:53: read udp: i/o timeout",
            Answer.NAME,
            "exec, asks for a name",
        ),
        (
            "Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: "
            "failed to start exec: OCI runtime exec failed",
            Answer.NODE,
            "the runtime",
        ),
        ('Readiness probe failed: command "/ready.sh" timed out', Answer.TIMEOUT, "exec since 1.20"),
        ("Readiness probe failed: ", None, "it says nothing"),
    ],
)
def test_what_a_probe_gets(words: str, answer: Answer | None, whose: str) -> None:
    assert answer_of(words) is answer, whose


def test_a_wrong_status_is_its_teams() -> None:
    made, teams = cluster()
    for pod in teams["cart"].pods:
        made.put(pod, unready(20))
        made.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 404")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop"))


def test_a_port_that_the_container_does_not_have() -> None:
    made, teams = cluster()
    for pod in teams["cart"].pods:
        pod["spec"]["containers"][0] |= {
            "ports": [{"containerPort": 8080}],
            "livenessProbe": {"httpGet": {"path": "/", "port": 8081}},
        }
        made.put(pod, unready(20))
        made.unhealthy(
            pod,
            'Liveness probe failed: Get "http://10.2.0.7:8081/": dial tcp 10.2.0.7:8081: connect: connection refused',
        )
    (line,) = lines(probes, made)
    assert "asks port 8081; cart has 8080" in line.claim


def test_probes_that_go_unanswered_on_one_node_are_the_nodes() -> None:
    made, teams = cluster()
    for name in ("cart", "query", "invoices", "storefront"):
        pod = teams[name].pods[0]
        pod["spec"]["nodeName"] = "worker-2"
        for other in teams[name].pods[1:]:
            other["spec"]["nodeName"] = "worker-3"
        made.put(pod, unready(20))
        made.unhealthy(pod, 'Readiness probe failed: Get "http://10.2.0.7:80/": dial tcp 10.2.0.7:80: i/o timeout')
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Node", "worker-2"))
