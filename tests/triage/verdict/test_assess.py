"""From symptoms to causes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from triage.symptoms import symptom_of
from triage.verdict import Attribution, Snapshot, Suspect, Symptom, Verdict, assess

NOW = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)


def alert(
    name: str,
    *,
    severity: str = "warning",
    minutes: int = 5,
    more: Mapping[str, str] = MappingProxyType({}),
    **labels: str,
) -> Symptom:
    """An open alert of so many minutes ago."""
    all_labels = {"alertname": name, "severity": severity, "job": "kube-state-metrics", **labels, **more}
    return symptom_of(
        ",".join(sorted(all_labels.values())),
        all_labels,
        {},
        cluster="prod-eu-1",
        severity=severity,
        began_at=NOW - timedelta(minutes=minutes),
    )


def crash(namespace: str, *, minutes: int = 5, node: str = "", name: str = "api") -> Symptom:
    pod = f"{name}-7c9f6d5b8-x2k4p"
    where = {"node": node} if node else {}
    return alert("KubePodCrashLooping", minutes=minutes, more=where, namespace=namespace, pod=pod, container=name)


def causes(*symptoms: Symptom, platform: frozenset[str] = frozenset()) -> tuple[Attribution, ...]:
    return assess(Snapshot("prod-eu-1", NOW, symptoms, platform))


@pytest.mark.parametrize(
    ("symptom", "verdict", "suspect", "because"),
    [
        (
            alert("KubeNodeNotReady", severity="critical", node="node-14"),
            Verdict.CLUSTER,
            Suspect("Node", "node-14"),
            "no workload makes a node unready by itself",
        ),
        (
            alert("CoreDNSDown", severity="critical", job="coredns"),
            Verdict.CLUSTER,
            Suspect("Component", "coredns"),
            "a part of the platform",
        ),
        (
            alert("KubeAPIDown", severity="critical", job="apiserver"),
            Verdict.CLUSTER,
            Suspect("Component", "kube-apiserver"),
            "a part of the platform",
        ),
        (crash("shop"), Verdict.APPLICATION, Suspect("Deployment", "api", "shop"), "what runs in it fails"),
        (
            alert("KubeContainerWaiting", namespace="shop", pod="api-7c9f6d5b8-x2k4p", reason="ImagePullBackOff"),
            Verdict.APPLICATION,
            Suspect("Deployment", "api", "shop"),
            "its team has to change the image",
        ),
        (
            alert("KubeJobFailed", namespace="shop", job_name="report-28941"),
            Verdict.APPLICATION,
            Suspect("Job", "report-28941", "shop"),
            "its own program failed",
        ),
        (
            alert("KubePodNotReady", namespace="shop", pod="api-7c9f6d5b8-x2k4p"),
            Verdict.UNCERTAIN,
            Suspect("Deployment", "api", "shop"),
            "not ready says that something is wrong and not what",
        ),
        (
            alert("SomethingOfOurOwn", namespace="shop"),
            Verdict.UNCERTAIN,
            Suspect("Namespace", "shop"),
            "no rule reads it",
        ),
    ],
)
def test_one_alert_by_itself(symptom: Symptom, verdict: Verdict, suspect: Suspect, because: str) -> None:
    (cause,) = causes(symptom)
    assert (cause.verdict, cause.suspect) == (verdict, suspect), because


def test_nothing_wrong_is_no_incident() -> None:
    watchdog = alert("Watchdog", severity="none")
    assert causes() == causes(watchdog, alert("CPUThrottlingHigh", severity="info", namespace="shop")) == ()


def test_a_workload_of_the_platform_is_the_platforms() -> None:
    (cause,) = causes(crash("ingress-nginx"), platform=frozenset({"ingress-nginx"}))
    assert cause.verdict is Verdict.CLUSTER


def test_what_runs_on_a_lost_node_is_explained_by_it() -> None:
    node = alert("KubeNodeNotReady", severity="critical", node="node-14")
    (cause,) = causes(node, crash("shop", node="node-14"))
    assert cause.suspect == Suspect("Node", "node-14")
    assert cause.namespaces == ("shop",)
    assert cause.severity == "critical"


def test_what_runs_elsewhere_is_a_cause_of_its_own() -> None:
    node = alert("KubeNodeNotReady", severity="critical", node="node-14")
    assert {cause.verdict for cause in causes(node, crash("shop", node="node-2"))} == {
        Verdict.CLUSTER,
        Verdict.APPLICATION,
    }


def test_forty_namespaces_hit_by_one_node_are_one_cause() -> None:
    node = alert("KubeNodeNotReady", severity="critical", node="node-14")
    victims = [crash(f"team-{number}") for number in range(40)]
    (cause,) = causes(node, *victims)
    assert cause.suspect == Suspect("Node", "node-14")
    assert len(cause.namespaces) == 40
    assert "40 namespaces" in cause.sentence


def test_many_namespaces_that_fail_together_point_to_the_cluster() -> None:
    (cause,) = causes(*(crash(f"team-{number}") for number in range(4)))
    assert cause.suspect == Suspect("Cluster", "prod-eu-1")
    assert cause.verdict is Verdict.CLUSTER


def test_many_namespaces_that_fail_one_after_the_other_do_not() -> None:
    found = causes(*(crash(f"team-{number}", minutes=60 * (number + 1)) for number in range(4)))
    assert [cause.verdict for cause in found] == [Verdict.APPLICATION] * 4


def test_the_order_of_alerts_changes_nothing() -> None:
    symptoms = [alert("KubeNodeNotReady", node="node-14"), *(crash(f"team-{number}") for number in range(5))]
    assert causes(*symptoms) == causes(*reversed(symptoms))


def test_many_alerts_about_one_workload_are_one_cause_and_hardly_surer() -> None:
    (one,) = causes(crash("shop"))
    pods = [alert("KubePodCrashLooping", namespace="shop", pod=f"api-7c9f6d5b8-x2k4{letter}") for letter in "bcdfghjkl"]
    (many,) = causes(*pods)
    assert len(many.symptoms) == 9
    assert many.confidence == one.confidence


def test_each_finding_says_what_when_and_by_what() -> None:
    (cause,) = causes(crash("shop"))
    assert all(finding.claim and finding.source and finding.observed_at < NOW for finding in cause.findings)
