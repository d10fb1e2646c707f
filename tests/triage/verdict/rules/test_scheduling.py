"""Pods that find no node: whose it is."""

import pytest

from tests.casework.makers import Scene as Maker
from tests.casework.makers import pending
from tests.triage.verdict.rules.placing import for_whom, lines, maker, verdicts
from triage.verdict.rules.scheduling import scheduling
from triage.verdict.types import Verdict

CORDONED = "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "


def waiting(made: Maker, message: str, **more: object) -> None:
    made.deployment("shop", "cart", 2, states=[pending(message, 30)] * 2, **more)  # type: ignore[arg-type]


def test_cordoned_nodes_that_would_do_are_to_blame() -> None:
    made = maker("w-1", "w-2", "w-3")
    made.deployment("shop", "front", 3)
    waiting(made, CORDONED + "3 node(s) were unschedulable.")
    for worker in ("w-1", "w-2", "w-3"):
        made.cordon(worker, 40)
    (cause,) = verdicts(made)
    assert cause.verdict is Verdict.CLUSTER
    assert cause.suspect.kind == "Cluster"


def test_one_cordoned_node_that_has_the_label_is_named() -> None:
    made = maker("w-1", "w-2")
    made.node("fast", labels={"disk": "fast"})
    waiting(
        made,
        CORDONED + "1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector.",
        template={"nodeSelector": {"disk": "fast"}},
    )
    made.cordon("fast", 60 * 24 * 30, event=False)
    found = for_whom(lines(scheduling, made))
    assert found["Node fast"] > 4, "no other node would do, so it does not matter since when"
    assert found["Deployment shop/cart"] < 0


def test_a_control_plane_that_is_always_cordoned_explains_nothing() -> None:
    made = maker("w-1", "w-2")
    made.cordon("cp-1", 60 * 24 * 30, event=False)
    waiting(
        made,
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.",
        requests={"cpu": "12", "memory": "1Gi"},
    )
    assert for_whom(lines(scheduling, made)) == {"Deployment shop/cart": pytest.approx(4.2)}


OWN = [
    ({"requests": {"cpu": "64"}}, "3 Insufficient cpu", "larger than any node"),
    ({"requests": {"nvidia.com/gpu": "1"}}, "3 Insufficient nvidia.com/gpu", "a device that nobody has"),
    (
        {"template": {"nodeSelector": {"disk": "fast"}}},
        "3 node(s) didn't match Pod's node affinity/selector",
        "no label",
    ),
    (
        {"template": {"nodeSelector": {"kubernetes.io/hostname": "w-9"}}},
        "3 node(s) didn't match Pod's node affinity/selector",
        "a node that does not exist",
    ),
    ({}, "3 node(s) didn't have free ports for the requested pod ports", "a port of the node"),
]


@pytest.mark.parametrize(("pod", "reason", "because"), OWN)
def test_what_no_node_can_give_is_the_teams(pod: dict[str, object], reason: str, because: str) -> None:
    made = maker("w-1", "w-2", "w-3")
    waiting(made, f"{CORDONED}{reason}.", **pod)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect.name) == (Verdict.APPLICATION, "cart"), because


def test_a_label_that_nodes_have_lost_is_the_platforms() -> None:
    made = maker("w-1", "w-2")
    message = CORDONED + "2 node(s) didn't match Pod's node affinity/selector."
    template = {"nodeSelector": {"disk": "fast"}}
    made.deployment("shop", "cart", 2, states=[pending(message, 30)], template=template, nodes=["w-1"])
    found = for_whom(lines(scheduling, made))
    assert found["Node w-1"] == pytest.approx(3.0), "a pod of the same template runs there"
    assert found["Deployment shop/cart"] < 0


def test_an_old_request_that_new_nodes_cannot_meet_is_the_platforms() -> None:
    made = Maker("2026-11-24T03:10:00Z")
    made.node("new-1", memory="8Gi", minutes=50)
    made.node("new-2", memory="8Gi", minutes=45)
    waiting(made, "0/2 nodes are available: 2 Insufficient memory.", requests={"memory": "24Gi"})
    found = for_whom(lines(scheduling, made))
    assert found["Deployment shop/cart"] < 0
    assert any(name.startswith("Cluster") and weight > 4 for name, weight in found.items())


def test_devices_that_are_there_and_not_offered_are_the_platforms() -> None:
    made = maker("w-1")
    made.node("gpu-1", extended={"nvidia.com/gpu": "0"})
    waiting(made, CORDONED + "2 Insufficient nvidia.com/gpu.", requests={"nvidia.com/gpu": "1"})
    found = for_whom(lines(scheduling, made))
    assert found["Node gpu-1"] > 4


TAINTS = [
    ("dedicated", "batch", "application", "set aside for somebody"),
    ("example.com/maintenance", "", "cluster", "out of service, by its name"),
    ("node.cloudprovider.kubernetes.io/uninitialized", "true", "cluster", "the cloud has not said yet"),
    ("example.com/zzz", "", "cluster", "what runs there does not tolerate it: it came later"),
]


@pytest.mark.parametrize(("key", "value", "side", "because"), TAINTS)
def test_a_taint_for_a_purpose_asks_for_a_toleration(key: str, value: str, side: str, because: str) -> None:
    made = maker("w-1", "w-2")
    made.deployment("docs", "site", 2)
    waiting(made, f"0/3 nodes are available: 3 node(s) had untolerated taint {{{key}: {value}}}.")
    for worker in ("w-1", "w-2"):
        made.taint(worker, key, value=value)
    strongest = max(lines(scheduling, made), key=lambda finding: finding.weight)
    assert strongest.side.value == side, because


def test_pods_that_keep_apart_need_as_many_nodes() -> None:
    made = maker("w-1", "w-2")
    term = {"labelSelector": {"matchLabels": {"app": "cart"}}, "topologyKey": "kubernetes.io/hostname"}
    spec = {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}
    message = CORDONED + "2 node(s) didn't match pod anti-affinity rules."
    made.deployment("shop", "cart", 3, states=[pending(message, 30)], template=spec)
    assert for_whom(lines(scheduling, made)) == {"Deployment shop/cart": pytest.approx(4.2)}


def test_a_volume_whose_zone_has_no_nodes_is_the_platforms() -> None:
    made = maker("w-1", "w-2")
    claim = made.add(
        "v1", "PersistentVolumeClaim", "data", "shop", spec={"volumeName": "pv-1"}, status={"phase": "Bound"}
    )
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["zone-c"]}]}
    made.add("v1", "PersistentVolume", "pv-1", spec={"nodeAffinity": {"required": {"nodeSelectorTerms": [term]}}})
    waiting(made, CORDONED + "2 node(s) had volume node affinity conflict.", claims=[claim["metadata"]["name"]])
    assert for_whom(lines(scheduling, made))["Zone zone-c"] > 4


def test_words_alone_are_enough_where_no_node_was_read() -> None:
    made = maker("w-1")
    waiting(made, "0/4 nodes are available: 4 node(s) were unschedulable.")
    made.drop("Node")
    (cause,) = verdicts(made)
    assert cause.verdict is Verdict.CLUSTER
