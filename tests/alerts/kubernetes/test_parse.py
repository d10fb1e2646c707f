"""From the JSON of the Kubernetes API to objects and events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.kubernetes.objects import Container, Objects, Ref
from alerts.kubernetes.parse import conditions_of, events_of, objects_of
from alerts.reports import EventReport
from tests.alerts.kubernetes.values import JSON

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Json = dict[str, Any]


def at(minutes: float) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


# -- Objects --


def pod(status: Json, spec: Json | None = None, **metadata: Any) -> Json:
    return {
        "kind": "Pod",
        "metadata": {"name": "cart-0", "namespace": "shop", **metadata},
        "spec": {"nodeName": "worker-1", "containers": [{"name": "cart"}], **(spec or {})},
        "status": status,
    }


def container(state: Json, **more: Any) -> Container:
    status = {"phase": "Running", "containerStatuses": [{"name": "cart", "state": state, **more}]}
    return objects_of([pod(status)]).pods[0].containers[0]


def test_objects_are_told_apart_by_kind() -> None:
    kinds = ("Pod", "Node", "Deployment", "Gadget")
    found = objects_of({"kind": kind, "metadata": {"name": "one", "namespace": "shop"}} for kind in kinds)
    assert [one.name for one in found.pods] == ["one"]
    assert [one.name for one in found.nodes] == ["one"]
    assert [one.ref for one in found.others] == [Ref("Deployment", "shop", "one"), Ref("Gadget", "shop", "one")]


@pytest.mark.parametrize("raw", [None, [], "Pod", {}, {"kind": "Pod"}, {"kind": "Pod", "metadata": {"name": ""}}])
def test_what_has_no_kind_and_name_is_no_object(raw: object) -> None:
    assert objects_of([raw]) == Objects()


def test_metadata_are_kept() -> None:
    thing = (
        objects_of(
            [
                pod(
                    {},
                    labels={"app": "cart"},
                    uid="u1",
                    generation=3,
                    creationTimestamp=at(-9),
                    deletionTimestamp=at(-1),
                )
            ]
        )
        .pods[0]
        .thing
    )
    assert (thing.uid, thing.labels, thing.generation) == ("u1", {"app": "cart"}, 3)
    assert (thing.created_at, thing.deleted_at) == (NOON - timedelta(minutes=9), NOON - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("references", "owner", "because"),
    [
        ([{"kind": "ReplicaSet", "name": "cart-1", "controller": True}], Ref("ReplicaSet", "shop", "cart-1"), "one"),
        (
            [{"kind": "Backup", "name": "b"}, {"kind": "Job", "name": "j", "controller": True}],
            Ref("Job", "shop", "j"),
            "of several the controller",
        ),
        ([{"kind": "Backup", "name": "b"}], Ref("Backup", "shop", "b"), "where none controls, the first"),
        ([{"kind": "Node", "name": "cp-1", "controller": True}], Ref("Node", "", "cp-1"), "nodes have no namespace"),
        ([{"kind": "Job"}], None, "a reference without a name leads nowhere"),
        ([], None, "nobody made it"),
        ("Job", None, "no list"),
    ],
)
def test_who_made_an_object(references: Any, owner: Ref | None, because: str) -> None:
    assert objects_of([pod({}, ownerReferences=references)]).pods[0].thing.owner == owner, because


@pytest.mark.parametrize(
    ("phase", "ready", "is_well", "because"),
    [
        ("Running", "True", True, "ready"),
        ("Running", "False", False, "runs and is not ready"),
        ("Running", "Unknown", False, "its node was lost"),
        ("Running", None, True, "no conditions were kept: its containers decide"),
        ("Succeeded", "False", True, "over, and well"),
        ("Failed", "False", False, "over, and not well"),
        ("Pending", "True", False, "not started"),
        ("", "True", False, "without a phase nothing is known"),
    ],
)
def test_when_a_pod_is_well(phase: str, ready: str | None, is_well: bool, because: str) -> None:
    status: Json = {"phase": phase, "containerStatuses": [{"name": "cart", "ready": True}]}
    if ready is not None:
        status["conditions"] = [{"type": "Ready", "status": ready}]
    assert objects_of([pod(status)]).pods[0].is_well is is_well, because


def test_init_containers_need_not_be_ready_for_a_pod_to_be_well() -> None:
    status = {
        "phase": "Running",
        "initContainerStatuses": [{"name": "migrate", "ready": False}],
        "containerStatuses": [{"name": "cart", "ready": True}],
    }
    assert objects_of([pod(status)]).pods[0].is_well


def test_a_container_that_waits() -> None:
    found = container({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}, restartCount=8)
    assert (found.waiting, found.waiting_message, found.restarts) == ("CrashLoopBackOff", "back-off 5m0s", 8)
    assert (found.is_running, found.is_over, found.is_ready) == (False, False, False)


def test_a_container_that_runs_tells_how_its_last_run_ended() -> None:
    ended = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": at(-4)}}
    found = container({"running": {"startedAt": at(-3)}}, lastState=ended, ready=True)
    assert found.is_running
    assert not found.is_over
    assert (found.ended, found.exit_code) == ("OOMKilled", 137)
    assert (found.started_at, found.ended_at) == (NOON - timedelta(minutes=3), NOON - timedelta(minutes=4))


def test_a_container_that_has_ended_tells_of_this_end_not_of_the_one_before() -> None:
    now = {"terminated": {"reason": "Error", "exitCode": 1, "message": "no such table"}}
    found = container(now, lastState={"terminated": {"reason": "OOMKilled", "exitCode": 137}})
    assert found.is_over
    assert (found.ended, found.exit_code, found.ended_message) == ("Error", 1, "no such table")


def test_exit_code_zero_is_a_code_and_none_is_no_code() -> None:
    assert container({"terminated": {"exitCode": 0}}).exit_code == 0
    assert container({"running": {}}).exit_code is None


def test_spec_and_status_of_a_container_meet_by_name_and_either_may_be_alone() -> None:
    spec = {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}
    status = {"containerStatuses": [{"name": "b", "ready": True}, {"name": "c", "image": "c:1"}]}
    found = {one.name: (one.image, one.is_ready) for one in objects_of([pod(status, spec)]).pods[0].containers}
    assert found == {"a": ("a:1", False), "b": ("b:1", True), "c": ("c:1", False)}


def test_what_a_pod_asks_of_a_node_is_the_sum_or_its_largest_init_container() -> None:
    def asks(name: str, cpu: str) -> Json:
        return {"name": name, "resources": {"requests": {"cpu": cpu}}}

    containers = [asks("a", "250m"), asks("b", "1")]
    small = objects_of([pod({}, {"containers": containers, "initContainers": [asks("init", "1")]})]).pods[0]
    large = objects_of([pod({}, {"containers": containers, "initContainers": [asks("init", "4")]})]).pods[0]
    assert (small.requested("cpu"), large.requested("cpu"), small.requested("memory")) == (1.25, 4.0, 0.0)


def test_conditions_are_read_with_both_of_their_times() -> None:
    raw = {"type": "Ready", "status": "Unknown", "lastTransitionTime": at(-5), "lastHeartbeatTime": at(-6)}
    ready = conditions_of({"conditions": [raw, "odd", {"status": "True"}]})["Ready"]
    assert (ready.status, ready.changed_at, ready.heartbeat_at) == (
        "Unknown",
        NOON - timedelta(minutes=5),
        NOON - timedelta(minutes=6),
    )


def node(labels: Json | None = None, spec: Json | None = None, **status: Any) -> Json:
    return {
        "kind": "Node",
        "metadata": {"name": "worker-1", "labels": labels or {}},
        "spec": spec or {},
        "status": status,
    }


@pytest.mark.parametrize(
    ("conditions", "is_ready", "because"),
    [
        ([{"type": "Ready", "status": "True"}], True, "it says so"),
        ([{"type": "Ready", "status": "False"}], False, "its kubelet says that it is not"),
        ([{"type": "Ready", "status": "Unknown"}], False, "its kubelet says nothing any more"),
        ([{"type": "MemoryPressure", "status": "True"}], True, "silence about a condition is no failure"),
        ([], True, "the same"),
    ],
)
def test_when_a_node_is_ready(conditions: list[Json], is_ready: bool, because: str) -> None:
    assert objects_of([node(conditions=conditions)]).nodes[0].is_ready is is_ready, because


def test_a_node_tells_zone_pool_room_and_whether_it_takes_pods() -> None:
    labels = {"topology.kubernetes.io/zone": "zone-a", "eks.amazonaws.com/nodegroup": "batch"}
    found = objects_of([node(labels, {"unschedulable": True}, allocatable={"cpu": "3900m"})]).nodes[0]
    assert (found.zone, found.pool, found.is_cordoned, found.allocatable) == ("zone-a", "batch", True, {"cpu": 3.9})
    assert not found.is_control_plane


def test_without_allocatable_capacity_stands_for_it() -> None:
    assert objects_of([node(capacity={"pods": "110"})]).nodes[0].allocatable == {"pods": 110.0}


@pytest.mark.parametrize(
    "raw",
    [
        node({"node-role.kubernetes.io/control-plane": ""}),
        node({"node-role.kubernetes.io/master": ""}),
        node(spec={"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]}),
    ],
)
def test_a_node_of_the_control_plane_is_known_by_label_or_taint(raw: Json) -> None:
    assert objects_of([raw]).nodes[0].is_control_plane


# -- Events: two recorders and two APIs write them in different shapes --

POD = {"kind": "Pod", "namespace": "shop", "name": "cart-0"}
LEGACY = {  # client-go's first recorder: the kubelet, the controllers
    "metadata": {"uid": "e1", "creationTimestamp": at(-20)},
    "involvedObject": POD,
    "reason": "BackOff",
    "message": "Back-off restarting failed container",
    "source": {"component": "kubelet", "host": "worker-1"},
    "firstTimestamp": at(-20),
    "lastTimestamp": at(-1),
    "count": 60,
    "type": "Warning",
    "eventTime": None,
    "reportingComponent": "kubelet",
    "reportingInstance": "worker-1",
}
NEW = {  # its second recorder: the scheduler
    "metadata": {"uid": "e2", "creationTimestamp": at(-20)},
    "involvedObject": POD,
    "reason": "FailedScheduling",
    "message": "0/3 nodes are available",
    "source": {},
    "firstTimestamp": None,
    "lastTimestamp": None,
    "type": "Warning",
    "eventTime": at(-20),
    "reportingComponent": "default-scheduler",
    "reportingInstance": "default-scheduler-cp-1",
}
RENAMED = {  # the first one as events.k8s.io/v1 serves it
    "metadata": {"uid": "e1", "creationTimestamp": at(-20)},
    "regarding": POD,
    "reason": "BackOff",
    "note": "Back-off restarting failed container",
    "deprecatedSource": {"component": "kubelet", "host": "worker-1"},
    "deprecatedFirstTimestamp": at(-20),
    "deprecatedLastTimestamp": at(-1),
    "deprecatedCount": 60,
    "type": "Warning",
    "eventTime": None,
    "reportingController": "kubelet",
    "reportingInstance": "worker-1",
}


def only(raw: Json) -> EventReport:
    (found,) = events_of([raw])
    return found


def test_an_event_of_the_kubelet() -> None:
    assert only(LEGACY) == EventReport(
        kind="Pod",
        namespace="shop",
        name="cart-0",
        reason="BackOff",
        message="Back-off restarting failed container",
        first_at=NOON - timedelta(minutes=20),
        last_at=NOON - timedelta(minutes=1),
        uid="e1",
        is_warning=True,
        component="kubelet",
        host="worker-1",
        count=60,
    )


def test_events_k8s_io_tells_the_same_in_other_words() -> None:
    assert only(RENAMED) == only(LEGACY)


def test_an_event_of_the_scheduler_has_one_instant_and_counts_as_one() -> None:
    event = only(NEW)
    assert event.first_at == event.last_at == NOON - timedelta(minutes=20)
    assert (event.component, event.host, event.count) == ("default-scheduler", "", 1)


def test_a_series_tells_how_often_and_when_last() -> None:
    event = only({**NEW, "series": {"count": 31, "lastObservedTime": at(-2)}})
    assert (event.count, event.last_at) == (31, NOON - timedelta(minutes=2))
    assert event.first_at == NOON - timedelta(minutes=20)


TIMES = {
    "series": {"lastObservedTime": at(-1)},
    "lastTimestamp": at(-2),
    "eventTime": at(-3),
    "firstTimestamp": at(-4),
    "metadata": {"creationTimestamp": at(-5)},
}


@pytest.mark.parametrize("known", range(len(TIMES)))
def test_the_time_of_an_event_is_the_first_one_that_is_set(known: int) -> None:
    rest = dict(list(TIMES.items())[known:])
    event = only({"reason": "Failed", **rest})
    assert event.last_at == NOON - timedelta(minutes=known + 1)
    assert event.first_at == NOON - timedelta(minutes=5), "it began when the earliest of them says"


@pytest.mark.parametrize(
    ("odd", "because"),
    [
        ({"reason": "Failed"}, "without any time it is nothing that happened"),
        ({"lastTimestamp": at(0)}, "without a reason it says nothing"),
        ({"reason": "Failed", "lastTimestamp": "0001-01-01T00:00:00Z"}, "the zero time is none"),
        (None, "no object"),
        ("Failed", "no object"),
    ],
)
def test_what_is_no_event_is_left_out(odd: object, because: str) -> None:
    assert events_of([odd]) == (), because


def test_who_tells_is_known_although_aggregated_events_name_no_reporter() -> None:
    assert only({**LEGACY, "reportingComponent": ""}).component == "kubelet"


@pytest.mark.parametrize(
    ("reporter", "host", "because"),
    [
        ("kubelet", "worker-1", "a kubelet reports as its node"),
        ("default-scheduler", "", "others report as the host that they run on, which is not where it happened"),
    ],
)
def test_without_a_source_the_reporting_instance_tells_the_node(reporter: str, host: str, because: str) -> None:
    told = only({**LEGACY, "source": {}, "reportingComponent": reporter})
    assert told.host == host, because


def test_an_event_that_is_told_twice_counts_once_as_it_was_told_last() -> None:
    earlier = {**LEGACY, "count": 25, "lastTimestamp": at(-9)}
    for order in ([LEGACY, earlier], [earlier, LEGACY], [earlier, RENAMED, LEGACY]):
        assert [event.count for event in events_of(order)] == [60]


def test_events_without_a_uid_are_all_different() -> None:
    assert len(events_of([{**LEGACY, "metadata": {}}] * 2)) == 2


# -- Anything --


@settings(max_examples=300, deadline=None)
@given(st.lists(JSON, max_size=3), st.dictionaries(st.sampled_from(sorted({*LEGACY, *NEW, *RENAMED})), JSON))
def test_whatever_json_there_is_events_are_read_or_left_out(raws: list[object], odd: Json) -> None:
    for event in events_of([*raws, {**LEGACY, **odd}]):
        assert event.reason
        assert event.first_at <= event.last_at
        assert event.count >= 1
        event.message.encode()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(JSON, max_size=3),
    st.sampled_from(["Pod", "Node", "Deployment"]),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("labels", "ownerReferences", "creationTimestamp"), JSON)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("nodeName", "containers", "taints", "volumes"), JSON)) | JSON,
    st.fixed_dictionaries({}, optional=dict.fromkeys(("phase", "conditions", "containerStatuses"), JSON)) | JSON,
)
def test_whatever_json_there_is_objects_are_read_or_left_out(
    raws: list[object], kind: str, metadata: Json, spec: object, status: object
) -> None:
    raw = {"kind": kind, "metadata": {**metadata, "name": "one"}, "spec": spec, "status": status}
    found = objects_of([*raws, raw])
    assert found.pods or found.nodes or found.others
    for pod_ in found.pods:
        pod_.requested("cpu")
    for node_ in found.nodes:
        assert node_.zone == node_.pool == "" or node_.thing.labels
