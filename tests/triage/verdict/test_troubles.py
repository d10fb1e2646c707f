"""Alerts, events and pods become one trouble for each thing that fails."""

from typing import Any

import pytest

from tests.casework.makers import Scene, Workload, crashing, evicted, finished, pending, running, unready
from tests.triage.verdict.makers import NOW, troubles
from triage.verdict.states import Effect
from triage.verdict.types import Suspect

CART = Suspect("Deployment", "cart", "shop")
NODE = Suspect("Node", "worker-1")


@pytest.fixture
def scene() -> Scene:
    """Two nodes that are well."""
    made = Scene(NOW)
    made.node("worker-1")
    made.node("worker-2")
    return made


@pytest.fixture
def cart(scene: Scene) -> Workload:
    """A deployment of two pods that are well."""
    return scene.deployment("shop", "cart", 2, nodes=["worker-1", "worker-2"])


def test_where_all_is_well_there_is_no_trouble(scene: Scene, cart: Workload) -> None:
    assert troubles(scene) == {}


# -- Folding --


def test_pods_alerts_and_events_of_one_workload_are_one_trouble(scene: Scene, cart: Workload) -> None:
    scene.put(cart, crashing(20))
    for pod in cart.pods:
        scene.alert("KubePodCrashLooping", 20, pod)
        scene.back_off(pod, 20)
    scene.alert("KubeDeploymentReplicasMismatch", 20, cart)
    found = troubles(scene)
    assert set(found) == {CART}
    assert len(found[CART].failing) == 2
    assert len(found[CART].symptoms) == 3
    assert len(found[CART].events) == 2
    assert found[CART].nodes == {"worker-1", "worker-2"}
    assert found[CART].is_open
    assert not found[CART].is_shallow


def test_a_trouble_begins_with_the_first_of_its_signs_and_is_as_severe_as_its_worst_alert(
    scene: Scene, cart: Workload
) -> None:
    scene.put(cart.pods[0], unready(25))
    scene.alert("CartIsSlow", 40, cart, hold=5, severity="warning")
    scene.alert("CartIsDown", 12, cart, hold=2, severity="critical")
    trouble = troubles(scene)[CART]
    assert trouble.began_at.isoformat() == "2026-11-24T02:34:00+00:00", "35 minutes ago, when the first alert fired"
    assert trouble.severity == "critical"


def test_pods_that_are_well_are_counted_beside_those_that_fail(scene: Scene, cart: Workload) -> None:
    scene.put(cart.pods[0], crashing(20))
    trouble = troubles(scene)[CART]
    assert [pod.name for pod in trouble.failing] == [cart.pods[0]["metadata"]["name"]]
    assert [pod.name for pod in trouble.well] == [cart.pods[1]["metadata"]["name"]]


def test_workloads_of_one_component_are_one_trouble(scene: Scene) -> None:
    for name in ("calico-node", "calico-typha"):
        scene.daemon_set("kube-system", name, image=f"docker.io/calico/{name[7:]}:v3.30.0", state=crashing(20))
    (trouble,) = troubles(scene).values()
    assert trouble.subject == Suspect("Component", "calico")
    assert [one.name for one in trouble.workloads] == ["calico-node", "calico-typha"]


@pytest.mark.parametrize(
    "labels",
    [{"service": "front"}, {"horizontalpodautoscaler": "cart"}, {"persistentvolumeclaim": "uploads"}],
)
def test_an_alert_about_what_stands_around_a_workload_is_about_the_workload(
    scene: Scene, labels: dict[str, Any]
) -> None:
    scene.deployment("shop", "cart", 1, claims=["uploads"])
    scene.claim("shop", "uploads")
    scene.service("shop", "front", selector={"app": "cart"})
    scene.autoscaler("shop", "cart")
    scene.alert("Odd", 20, namespace="shop", **labels)
    assert set(troubles(scene)) == {CART}


def test_an_alert_that_names_a_node_by_its_address_is_about_that_node() -> None:
    scene = Scene(NOW, helm=True)
    scene.node("worker-1")
    alert = scene.alert("NodeClockSkewDetected", 20, node="worker-1")
    assert alert["labels"]["instance"] == "10.0.0.11:9100"
    assert set(troubles(scene)) == {NODE}


# -- What opens nothing --


def test_the_watchdog_is_no_trouble(scene: Scene, cart: Workload) -> None:
    scene.watchdog()
    assert troubles(scene) == {}


def test_an_alert_of_severity_info_is_evidence_and_opens_nothing(scene: Scene, cart: Workload) -> None:
    scene.alert("CPUThrottlingHigh", 30, cart.pods[0], severity="info", hold=15)
    trouble = troubles(scene)[CART]
    assert trouble.severity == "info"
    assert not trouble.is_open


def test_a_pod_that_is_not_ready_since_a_moment_opens_nothing_yet(scene: Scene, cart: Workload) -> None:
    scene.put(cart.pods[0], unready(1.8))
    assert not troubles(scene)[CART].is_open
    scene.put(cart.pods[0], unready(3))
    assert troubles(scene)[CART].is_open


def test_pods_in_flight_are_no_trouble(scene: Scene, cart: Workload) -> None:
    cart.obj["spec"]["replicas"] = 3
    scene.replacement(cart, pending("0/2 nodes are available", 0), event=False)
    assert troubles(scene) == {}


# -- History --


def test_an_event_of_a_pod_that_is_well_is_history(scene: Scene, cart: Workload) -> None:
    scene.unhealthy(cart.pods[0], "Readiness probe failed: connection refused", 20, last=2)
    assert troubles(scene) == {}


def test_an_event_of_a_pod_that_is_gone_is_history_where_its_workload_is_well(scene: Scene, cart: Workload) -> None:
    scene.back_off(cart.pods[0], 20)
    scene.objects.remove(cart.pods.pop(0))
    cart.obj["spec"]["replicas"] = 1
    assert troubles(scene) == {}


def test_a_refusal_is_history_once_the_workload_has_its_pods(scene: Scene, cart: Workload) -> None:
    scene.refused(cart, "exceeded quota", 20)
    assert troubles(scene) == {}


def test_an_event_that_holds_tells_more_of_what_fails(scene: Scene, cart: Workload) -> None:
    scene.put(cart.pods[0], unready(20))
    scene.unhealthy(cart.pods[0], "Readiness probe failed: connection refused", 20)
    trouble = troubles(scene)[CART]
    assert trouble.effects == {Effect.UNREADY}
    assert "connection refused" in trouble.text


def test_a_node_that_is_ready_again_is_well(scene: Scene) -> None:
    scene.node_event("worker-1", "NodeNotReady", minutes=20)
    scene.node_event("worker-1", "NodeReady", minutes=15)
    assert troubles(scene) == {}


def test_where_no_pod_was_read_events_are_all_there_is(scene: Scene, cart: Workload) -> None:
    scene.back_off(cart.pods[0], 20)
    scene.drop(keep=["Node"])
    (trouble,) = troubles(scene).values()
    assert trouble.subject == CART
    assert trouble.effects == {Effect.CRASH}
    assert trouble.is_open


def test_without_pods_an_event_that_stopped_opens_nothing(scene: Scene, cart: Workload) -> None:
    scene.back_off(cart.pods[0], 40, last=20)
    scene.drop(keep=["Node"])
    assert troubles(scene) == {}


@pytest.mark.parametrize(
    ("reason", "kind", "because"),
    [
        ("Pulled", "Normal", "good news"),
        ("InvalidDiskCapacity", "Warning", "every start of a kubelet says so"),
        ("DNSConfigForming", "Warning", "a limit of resolv.conf"),
        ("PolicyViolation", "Warning", "a policy that only audits"),
    ],
)
def test_what_never_means_trouble(scene: Scene, cart: Workload, reason: str, kind: str, because: str) -> None:
    scene.event(cart.pods[0], reason, "words", "kubelet", kind=kind, minutes=5, count=9)
    scene.drop(keep=["Node"])
    assert troubles(scene) == {}, because


@pytest.mark.parametrize(
    ("reason", "message", "kind", "effect", "because"),
    [
        ("BackOff", "Back-off pulling image", "Normal", Effect.IMAGE, "bad news of type Normal"),
        ("BackOff", "Back-off restarting failed container", "Warning", Effect.CRASH, "the same reason"),
        ("Failed", 'Failed to pull image "x"', "Warning", Effect.IMAGE, "the kubelet's Failed means many things"),
        ("Failed", 'Error: secret "db" not found', "Warning", Effect.CONFIG, "the same"),
        ("Failed", "Error: exec: no such file", "Warning", Effect.START, "the same"),
        ("FailedMount", "timed out", "Warning", Effect.CREATING, "a volume"),
        ("NewReason", "something", "Warning", Effect.OTHER, "a warning that nobody knows is still one"),
    ],
)
def test_what_an_event_means(scene: Scene, reason: str, message: str, kind: str, effect: Effect, because: str) -> None:
    pod = scene.pod("shop", "cart-0")
    scene.event(pod, reason, message, "kubelet", kind=kind, minutes=20, last=1, count=9)
    scene.drop(keep=["Node"])
    (trouble,) = troubles(scene).values()
    assert trouble.effects == {effect}, because


# -- What was and is replaced --


def test_evicted_pods_whose_replacements_run_are_leftovers(scene: Scene, cart: Workload) -> None:
    scene.replacement(cart, evicted("The node was low on resource: memory", 30), event=False)
    assert troubles(scene) == {}


def test_an_evicted_pod_that_is_missed_is_trouble(scene: Scene, cart: Workload) -> None:
    scene.put(cart.pods[0], evicted("The node was low on resource: memory", 30))
    assert troubles(scene)[CART].effects == {Effect.EVICTED}


def test_an_evicted_pod_that_nothing_replaces_is_trouble(scene: Scene) -> None:
    scene.pod("shop", "alone", state=evicted("The node was low on resource: memory", 30))
    assert Suspect("Pod", "alone", "shop") in troubles(scene)


def test_a_job_that_failed_is_trouble(scene: Scene) -> None:
    scene.job("shop", "import", state=finished(1, 20), failed="BackoffLimitExceeded")
    assert troubles(scene)[Suspect("Job", "import", "shop")].effects == {Effect.JOB, Effect.CRASH}


def test_a_failed_run_of_a_cron_job_is_history_once_a_later_one_went_well(scene: Scene) -> None:
    cron = scene.cron_job("shop", "export")
    scene.job("shop", "export-29300000", owner=cron, state=finished(1, 50), failed="BackoffLimitExceeded", minutes=55)
    assert Suspect("CronJob", "export", "shop") in troubles(scene)
    scene.job("shop", "export-29300015", owner=cron, state=finished(0, 30), minutes=35)
    assert troubles(scene) == {}


def test_a_run_that_went_well_before_does_not_excuse_a_later_one(scene: Scene) -> None:
    cron = scene.cron_job("shop", "export")
    scene.job("shop", "export-29300000", owner=cron, state=finished(0, 50), minutes=55)
    scene.job("shop", "export-29300015", owner=cron, state=finished(1, 30), failed="BackoffLimitExceeded", minutes=35)
    assert Suspect("CronJob", "export", "shop") in troubles(scene)


def test_a_job_whose_second_pod_went_well_is_well(scene: Scene) -> None:
    job = scene.job("shop", "import", state=finished(1, 20), minutes=25)
    scene.replacement(job, finished(0, 5), event=False)
    assert troubles(scene) == {}


# -- Workloads without pods, and claims --


def test_a_workload_whose_pods_are_refused(scene: Scene) -> None:
    cart = scene.deployment("shop", "cart", 2, made=0)
    why = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "lastTransitionTime": scene.at(20)}
    cart.obj["status"] = {"conditions": [why]}
    scene.refused(cart, "exceeded quota: all", 20)
    trouble = troubles(scene)[CART]
    assert Effect.REFUSED in trouble.effects
    assert "exceeded quota" in trouble.text


def test_a_workload_that_has_no_pods_and_makes_none_is_short_of_them(scene: Scene, cart: Workload) -> None:
    scene.deployment("shop", "query", 2, made=0)
    assert troubles(scene)[Suspect("Deployment", "query", "shop")].effects == {Effect.SHORT}


@pytest.mark.parametrize(
    ("minutes", "is_used", "is_trouble", "because"),
    [
        (20, True, True, "its pod waits for it"),
        (1, True, False, "a volume takes a moment"),
        (20, False, False, "it may wait for its first consumer"),
    ],
)
def test_a_claim_that_is_pending(scene: Scene, minutes: float, is_used: bool, is_trouble: bool, because: str) -> None:
    scene.claim("shop", "uploads", phase="Pending", minutes=minutes)
    waiting = pending("pod has unbound immediate PersistentVolumeClaims", minutes)
    scene.deployment("shop", "cart", 1, claims=["uploads"] if is_used else [], state=waiting)
    trouble = troubles(scene).get(CART)
    assert (trouble is not None and Effect.CLAIM in trouble.effects) is is_trouble, because


# -- Pods of which only a name is known --


def test_a_pod_that_only_an_alert_names_belongs_to_the_trouble_that_its_name_begins_with(scene: Scene) -> None:
    """`cart-x7k2p` may be of anything; beside a trouble of a DaemonSet `cart` it is one of that."""
    scene.drop(keep=["Node"])
    scene.alert("Slow", 20, namespace="shop", pod="cart-x7k2p")
    scene.alert("KubeDaemonSetRolloutStuck", 20, namespace="shop", daemonset="cart")
    (trouble,) = troubles(scene).values()
    assert trouble.subject == Suspect("DaemonSet", "cart", "shop")
    assert len(trouble.symptoms) == 2


def test_a_pod_that_is_there_keeps_its_own_trouble(scene: Scene) -> None:
    scene.pod("shop", "cart-x7k2p", state=crashing(20))
    scene.alert("KubeDaemonSetRolloutStuck", 20, namespace="shop", daemonset="cart")
    assert set(troubles(scene)) == {Suspect("Pod", "cart-x7k2p", "shop"), Suspect("DaemonSet", "cart", "shop")}


def test_a_name_in_another_namespace_begins_nothing(scene: Scene) -> None:
    scene.alert("Slow", 20, namespace="billing", pod="cart-x7k2p")
    scene.alert("KubeDaemonSetRolloutStuck", 20, namespace="shop", daemonset="cart")
    assert len(troubles(scene)) == 2


# -- Nodes --


def test_a_node_that_is_lost_is_a_trouble_of_its_own(scene: Scene, cart: Workload) -> None:
    scene.lose_node("worker-1", 20)
    found = troubles(scene)
    assert found[NODE].is_open
    assert found[NODE].nodes == {"worker-1"}
    assert found[CART].effects == {Effect.NODE_LOST}


def test_a_node_that_is_just_joining_is_no_trouble(scene: Scene) -> None:
    scene.node("worker-3", minutes=1)
    scene.not_ready("worker-3", "cni plugin not initialized", 1, events=False)
    assert troubles(scene) == {}


@pytest.mark.parametrize(
    ("condition", "status", "is_trouble", "because"),
    [
        ("DiskPressure", "True", True, "it says that something is wrong"),
        ("KernelDeadlock", "True", True, "also in words of a problem detector"),
        ("KernelDeadlock", "False", False, "nothing is wrong"),
        ("Ready", "Unknown", True, "it does not answer"),
        ("EtcdIsVoter", "True", False, "a condition that is good to have"),
    ],
)
def test_conditions_of_nodes(scene: Scene, condition: str, status: str, is_trouble: bool, because: str) -> None:
    scene.condition("worker-1", condition, status, "Reason", "words", minutes=20)
    assert (NODE in troubles(scene)) is is_trouble, because


def test_the_order_of_what_was_read_changes_nothing(scene: Scene, cart: Workload) -> None:
    scene.put(cart, crashing(20))
    scene.lose_node("worker-2", 20)
    for pod in cart.pods:
        scene.alert("KubePodCrashLooping", 20, pod)
    contents = scene.contents()
    turned = {key: contents[key][::-1] for key in ("objects", "events")}
    one, other = troubles(scene), troubles(scene, **turned)
    assert list(one) == list(other)
    assert [(x.effects, x.began_at, x.failing, x.severity) for x in one.values()] == [
        (x.effects, x.began_at, x.failing, x.severity) for x in other.values()
    ]


def test_a_workload_that_runs_again_after_a_restart_is_well(scene: Scene, cart: Workload) -> None:
    scene.put(cart, running(2, restarts=1))
    assert troubles(scene) == {}
