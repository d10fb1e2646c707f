"""Autoscalers without metrics, and at their maximum."""

import pytest

from tests.casework.makers import Scene as Maker
from tests.triage.verdict.rules.placing import for_whom, lines, maker
from triage.verdict.rules.autoscaling import autoscaling

API = "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: "


def scaled(message: str) -> Maker:
    made = maker("w-1")
    workload = made.deployment("shop", "cart", 2)
    made.autoscaler("shop", "cart")
    scaler = made.find("HorizontalPodAutoscaler", "cart", "shop")
    scaler["status"]["conditions"] = [
        {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": message}
    ]
    made.alert("KubeHpaReplicasMismatch", 30, scaler)
    made.alert("KubeDeploymentReplicasMismatch", 30, workload)
    return made


SAID = [
    (
        API + "the server is currently unable to handle the request (get pods.metrics.k8s.io)",
        "Component metrics-server",
    ),
    (API + "the server could not find the requested resource (get pods.metrics.k8s.io)", "Component metrics-server"),
    ("failed to get cpu utilization: missing request for cpu in container cart of Pod cart-1", "Deployment shop/cart"),
]


@pytest.mark.parametrize(("message", "suspect"), SAID)
def test_the_message_tells_whose_it_is(message: str, suspect: str) -> None:
    found = for_whom(lines(autoscaling, scaled(message)))
    assert max(found, key=lambda name: found[name]) == suspect
