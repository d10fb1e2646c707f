"""Who reads names only."""

from typing import Any

import pytest

from tests.bench_verdict.baseline import baseline
from tests.test_bench_verdict.makers import alert, case

NODE = alert("KubeNodeNotReady", node="node-14")
CRASH = alert("KubePodCrashLooping", namespace="shop")


@pytest.mark.parametrize(
    ("alerts", "verdict", "owner", "because"),
    [
        ([NODE], "cluster", "platform", "a node"),
        ([alert("etcdNoLeader")], "cluster", "platform", "etcd"),
        ([alert("CoreDNSDown")], "cluster", "platform", "DNS"),
        ([alert("KubePersistentVolumeFillingUp", namespace="shop")], "cluster", "platform", "storage"),
        ([alert("KubeletTooManyPods")], "cluster", "platform", "the kubelet, though it speaks of pods"),
        ([CRASH], "application", "shop", "a pod, and its namespace"),
        ([NODE, CRASH], "cluster", "platform", "a tie"),
        ([NODE, CRASH, CRASH], "application", "shop", "the majority"),
        ([NODE, CRASH, alert(status="resolved")], "cluster", "platform", "what is over has no vote"),
        ([alert("BinderIsSad", namespace="shop")], "cluster", "platform", "nobody votes: a tie"),
    ],
)
def test_names_decide(alerts: list[dict[str, Any]], verdict: str, owner: str, because: str) -> None:
    assert baseline(case(*alerts))["incidents"] == [{"verdict": verdict, "owner": owner}], because


@pytest.mark.parametrize("alerts", [[], [alert("Watchdog")], [alert(status="resolved")]])
def test_nothing_fires(alerts: list[dict[str, Any]]) -> None:
    assert baseline(case(*alerts))["incidents"] == []
