"""A snapshot with its indexes."""

from typing import Any

import pytest

from tests.casework.makers import Json, Scene, running
from tests.triage.verdict.makers import NOW, view_of
from triage.verdict.platform import Role
from triage.verdict.types import Side, Suspect
from triage.verdict.view import names, replicas

CART = Suspect("Deployment", "cart", "shop")


@pytest.fixture
def scene() -> Scene:
    """Two nodes and nothing else."""
    made = Scene(NOW)
    made.node("worker-1", zone="zone-a")
    made.node("worker-2", zone="zone-b")
    return made


def owned_by(kind: str, name: str) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "uid": "u"}}


# -- What runs a pod --


def test_a_pod_of_a_replica_set_is_run_by_its_deployment(scene: Scene) -> None:
    scene.deployment("shop", "cart", 2)
    view = view_of(scene)
    assert {view.workload_of(pod) for pod in view.pods.values()} == {CART}
    assert len(view.pods_by_workload[CART]) == 2


@pytest.mark.parametrize(
    ("kind", "name", "workload", "because"),
    [
        ("ReplicaSet", "cart-5d98ffcfd", CART, "the hash of the template goes"),
        ("ReplicaSet", "cart", Suspect("ReplicaSet", "cart", "shop"), "one that nobody else made has none"),
        ("Job", "export-29300000", Suspect("CronJob", "export", "shop"), "a run is named by its minute"),
        ("Job", "export-now", Suspect("Job", "export-now", "shop"), "a job by itself"),
        ("StatefulSet", "db", Suspect("StatefulSet", "db", "shop"), "the top already"),
        ("Node", "worker-1", Suspect("Pod", "lonely", "shop"), "a static pod is run by nothing of its own"),
        ("Kafka", "broker", Suspect("Kafka", "broker", "shop"), "a kind of somebody's operator"),
    ],
)
def test_without_the_owners_in_between_their_names_tell(
    scene: Scene, kind: str, name: str, workload: Suspect, because: str
) -> None:
    scene.pod("shop", "lonely", owner=owned_by(kind, name))
    view = view_of(scene)
    assert view.workload_of(view.pods["shop", "lonely"]) == workload, because


def test_an_owner_that_was_read_is_believed_more_than_its_name(scene: Scene) -> None:
    """A ReplicaSet that looks like one of a Deployment and that nobody owns."""
    replica_set = scene.add("apps/v1", "ReplicaSet", "cart-5d98ffcfd", "shop", spec={"replicas": 1})
    scene.pod("shop", "cart-5d98ffcfd-x2k4p", owner=replica_set)
    assert set(view_of(scene).pods_by_workload) == {Suspect("ReplicaSet", "cart-5d98ffcfd", "shop")}


def test_the_runs_of_a_cron_job_are_one_workload(scene: Scene) -> None:
    cron = scene.cron_job("shop", "export")
    for run in ("export-29300000", "export-29300015"):
        scene.job("shop", run, owner=cron, state=running(5))
    export = Suspect("CronJob", "export", "shop")
    view = view_of(scene)
    assert len(view.pods_by_workload[export]) == 2
    assert view.root(Suspect("Job", "export-29300000", "shop")) == export
    assert view.root(Suspect("Job", "export-29299985", "shop")) == export, "a run that is gone as well"


@pytest.mark.parametrize(
    ("pod", "workload", "because"),
    [
        ("cart-5d98ffcfd-tz4nc", CART, "it begins like a workload that is there"),
        ("cart-5d98ffcfd-zzzzz", CART, "whatever its suffix is"),
        ("cart-worker-5d98ffcfd-tz4nc", Suspect("Deployment", "cart-worker", "shop"), "the longest name that fits"),
        ("cart", Suspect("Pod", "cart", "shop"), "the name alone is none of its pods"),
        ("gone-5d98ffcfd-tz4nc", Suspect("Deployment", "gone", "shop"), "else its shape tells"),
        ("gone-0", Suspect("StatefulSet", "gone", "shop"), "an ordinal"),
        ("gone-29300000-x7k2p", Suspect("CronJob", "gone", "shop"), "a run of a CronJob"),
        ("gone-x7k2p", Suspect("Pod", "gone-x7k2p", "shop"), "of a DaemonSet, a Job or a ReplicaSet: nobody knows"),
    ],
)
def test_a_pod_that_is_gone_is_known_by_its_name(scene: Scene, pod: str, workload: Suspect, because: str) -> None:
    scene.deployment("shop", "cart", 1)
    scene.deployment("shop", "cart-worker", 1)
    assert view_of(scene).workload_of_pod_named("shop", pod) == workload, because


def test_names_count_only_in_their_namespace(scene: Scene) -> None:
    scene.stateful_set("shop", "cart", 1)
    gone = view_of(scene).workload_of_pod_named("billing", "cart-5d98ffcfd-tz4nc")
    assert gone == Suspect("Deployment", "cart", "billing")


# -- Services and claims --


@pytest.mark.parametrize(
    ("name", "selector", "behind", "because"),
    [
        ("cart", {"app": "cart"}, CART, "its selector finds the pods"),
        ("front", {"app": "cart"}, CART, "whatever it is called"),
        ("cart", {"app": "nobody"}, CART, "else the same name"),
        ("front", {"app": "nobody"}, None, "neither: nothing is behind it"),
        ("query", {"tier": "web"}, Suspect("Deployment", "query", "shop"), "of several the one of its name"),
        ("front", {"tier": "web"}, CART, "or the first"),
    ],
)
def test_what_answers_for_a_service(
    scene: Scene, name: str, selector: dict[str, str], behind: Suspect | None, because: str
) -> None:
    scene.deployment("shop", "cart", 1, labels={"tier": "web"})
    scene.deployment("shop", "query", 1, labels={"tier": "web"})
    scene.service("shop", name, selector=selector)
    assert view_of(scene).behind_service.get(("shop", name)) == behind, because


def test_a_deployment_without_pods_still_answers_for_its_service(scene: Scene) -> None:
    scene.deployment("shop", "cart", 2, made=0)
    scene.service("shop", "front", selector={"app": "cart"})
    assert view_of(scene).behind_service["shop", "front"] == CART


def test_a_service_selects_in_its_own_namespace(scene: Scene) -> None:
    scene.deployment("shop", "cart", 1)
    scene.service("billing", "front", selector={"app": "cart"})
    assert view_of(scene).behind_service == {}


def test_claims_are_of_the_workload_whose_pods_mount_them(scene: Scene) -> None:
    scene.claim("shop", "uploads")
    scene.deployment("shop", "cart", 1, claims=["uploads"])
    view = view_of(scene)
    assert view.users_of_claim("shop", "uploads") == [CART]
    assert view.users_of_claim("billing", "uploads") == [], "a claim of the same name elsewhere is another one"


def test_claims_of_a_stateful_set_are_known_by_its_templates_also_before_there_is_a_pod(scene: Scene) -> None:
    database = scene.stateful_set("shop", "db", 3, made=0)
    database.obj["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}}]
    for name in ("data-db-0", "data-db-1", "data-other-0"):
        scene.claim("shop", name, phase="Pending")
    db = Suspect("StatefulSet", "db", "shop")
    view = view_of(scene)
    assert view.claims_of[db] == {"data-db-0", "data-db-1"}
    assert view.users_of_claim("shop", "data-other-0") == []


# -- What is the platform's --


def test_a_namespace_is_the_platforms_by_what_runs_there_and_not_by_its_name(scene: Scene) -> None:
    scene.daemon_set("infra-a7", "calico-node", image="docker.io/calico/node:v3.30.0")
    scene.deployment("infra-a7", "dns", 2, image="registry.k8s.io/coredns/coredns:v1.12.1")
    scene.deployment("infra-a7", "report", 1)
    scene.deployment("platform-shop", "cart", 1)
    view = view_of(scene)
    assert "infra-a7" in view.platform_namespaces
    assert view.side_of(Suspect("Deployment", "report", "infra-a7")) is Side.CLUSTER, "two of three are parts"
    assert view.side_of(Suspect("Deployment", "cart", "platform-shop")) is Side.APPLICATION


def test_half_of_a_namespace_is_not_most_of_it(scene: Scene) -> None:
    scene.deployment("shop", "dns", 2, image="registry.k8s.io/coredns/coredns:v1.12.1")
    scene.deployment("shop", "cart", 1)
    view = view_of(scene)
    assert view.side_of(CART) is Side.APPLICATION
    assert view.side_of(Suspect("Deployment", "dns", "shop")) is Side.CLUSTER, "a part is one wherever it runs"


def test_what_the_map_gives_to_the_operators_is_theirs_whatever_runs_there(scene: Scene) -> None:
    scene.deployment("monitoring", "report", 1)
    assert view_of(scene).is_platform(Suspect("Deployment", "report", "monitoring"))


@pytest.mark.parametrize(
    ("namespace", "is_part", "because"),
    [("kube-system", True, "the operators' own"), ("shop", False, "a tenant runs one for itself")],
)
def test_an_etcd_is_the_platforms_only_in_its_namespaces(
    scene: Scene, namespace: str, is_part: bool, because: str
) -> None:
    scene.stateful_set(namespace, "etcd", 3, image="quay.io/coreos/etcd:v3.6.0")
    view = view_of(scene)
    etcd = Suspect("StatefulSet", "etcd", namespace)
    assert (etcd in view.part_by_workload) is is_part, because
    assert view.is_platform(etcd) is is_part, because


def test_a_static_pod_is_the_platforms_wherever_it_is(scene: Scene) -> None:
    """Only who may write to a node's disk can make one."""
    scene.pod("default", "etcd-cp-1", owner=scene.nodes["worker-1"], image="registry.k8s.io/etcd:3.5.21-0")
    mirror = scene.pod("default", "agent-cp-1", owner=scene.nodes["worker-1"])
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    view = view_of(scene)
    assert view.role_of(Suspect("Pod", "etcd-cp-1", "default")) is Role.CONTROL_PLANE
    assert view.role_of(Suspect("Pod", "agent-cp-1", "default")) is Role.CONTROL_PLANE


@pytest.mark.parametrize(
    ("suspect", "is_platform"),
    [
        (Suspect("Node", "worker-1"), True),
        (Suspect("StorageClass", "standard"), True),
        (Suspect("Component", "coredns"), True),
        (Suspect("Gadget", "anything"), True),
        (Suspect("Namespace", "shop"), False),
        (Suspect("Namespace", "kube-system"), True),
        (Suspect("ConfigMap", "settings", "shop"), False),
    ],
)
def test_what_stands_in_no_namespace_is_the_platforms(scene: Scene, suspect: Suspect, is_platform: bool) -> None:
    scene.deployment("kube-system", "report", 1)
    assert view_of(scene).is_platform(suspect) is is_platform


def test_a_part_is_told_of_as_a_component_with_its_role(scene: Scene) -> None:
    scene.deployment("kube-system", "coredns", 2, labels={"k8s-app": "kube-dns"})
    view = view_of(scene)
    workload, component = Suspect("Deployment", "coredns", "kube-system"), Suspect("Component", "coredns")
    assert view.folded(workload) == component
    assert view.folded(CART) == CART, "and everything else as itself"
    assert view.role_of(component) is view.role_of(workload) is Role.DNS
    assert view.workloads_by_role[Role.DNS] == [workload]


def test_who_claims_a_critical_priority_is_the_platforms(scene: Scene) -> None:
    """An admission plugin allows these classes only where the operators say so."""
    collector = scene.daemon_set("agents", "collector")
    collector.obj["spec"]["template"]["spec"]["priorityClassName"] = "system-node-critical"
    assert view_of(scene).role_of(Suspect("DaemonSet", "collector", "agents")) is Role.NODE


# -- Nodes, events, metrics --


def test_addresses_lead_to_nodes(scene: Scene) -> None:
    view = view_of(scene)
    assert view.address_of_node["10.0.0.11"] == "worker-1"
    assert view.address_of_node["worker-2"] == "worker-2"


@pytest.mark.parametrize(
    ("labels", "node", "because"),
    [
        ({"node": "worker-1"}, "worker-1", "it says so"),
        ({"instance": "10.0.0.12:9100"}, "worker-2", "an address and a port"),
        ({"instance": "worker-2"}, "worker-2", "a name without one"),
        ({"instance": "10.9.9.9:9100"}, "", "nobody's address"),
        ({}, "", "nothing"),
    ],
)
def test_the_node_of_a_sample(scene: Scene, labels: dict[str, str], node: str, because: str) -> None:
    assert view_of(scene).node_of_sample(labels) == node, because


def test_nodes_that_are_not_ready_are_lost(scene: Scene) -> None:
    scene.lose_node("worker-2")
    assert view_of(scene).lost_nodes == {"worker-2"}


def test_events_are_kept_for_as_long_as_a_cluster_keeps_them_oldest_first(scene: Scene) -> None:
    cart = scene.deployment("shop", "cart", 1)
    for minutes in (90, 5, 50):
        scene.event(cart.pods[0], "BackOff", f"{minutes} minutes ago", "kubelet", minutes=minutes)
    view = view_of(scene)
    assert [event.message for event in view.events] == ["50 minutes ago", "5 minutes ago"]
    assert view.events_about("Pod", "shop", cart.pods[0]["metadata"]["name"]) == list(view.events)
    assert view.events_with("BackOff", "Failed") == list(view.events)


def test_events_of_pods_replica_sets_and_claims_are_those_of_their_workload(scene: Scene) -> None:
    claim = scene.claim("shop", "uploads")
    cart = scene.deployment("shop", "cart", 1, claims=["uploads"])
    scene.event(cart.pods[0], "BackOff", "of the pod", "kubelet")
    scene.event(cart.owner, "FailedCreate", "of the ReplicaSet", "replicaset-controller")
    scene.event(cart.obj, "ScalingReplicaSet", "of itself", "deployment-controller")
    scene.event(claim, "ProvisioningFailed", "of the claim", "persistentvolume-controller")
    scene.node_event("worker-1", "NodeNotReady")
    assert len(view_of(scene).events_of_workload[CART]) == 4


def test_a_recorded_metric_counts_as_the_metric_itself(scene: Scene) -> None:
    scene.metric("node_cpu", 1.0)
    scene.metric("node_cpu:rate5m", 2.0)
    scene.metric("node_cpu_guest", 3.0)
    assert [sample.value for sample in view_of(scene).metric("node_cpu")] == [1.0, 2.0]


def test_only_where_a_kind_was_read_does_a_missing_one_mean_anything(scene: Scene) -> None:
    scene.service("shop", "cart")
    view = view_of(scene)
    assert view.knows("Service")
    assert view.knows("Service", "shop")
    assert not view.knows("Service", "billing")
    assert not view.knows("NetworkPolicy")


@pytest.mark.parametrize(
    ("kind", "spec", "status", "counts", "because"),
    [
        ("Deployment", {"replicas": 3}, {"readyReplicas": 2}, (3, 2), "both are told"),
        ("Deployment", {}, {}, (1, 0), "the API's defaults"),
        ("StatefulSet", {"replicas": 0}, {}, (0, 0), "scaled to nothing"),
        ("DaemonSet", {}, {"desiredNumberScheduled": 5, "numberReady": 4}, (5, 4), "as many as there are nodes for it"),
        ("DaemonSet", {}, {}, None, "its controller has not looked yet"),
        ("Deployment", {"replicas": "3"}, {}, None, "no number"),
        ("Service", {}, {}, None, "a kind without replicas"),
    ],
)
def test_how_many_pods_a_workload_wants_and_has(kind: str, spec: Json, status: Json, counts: Any, because: str) -> None:
    scene = Scene(NOW)
    scene.add("v1", kind, "one", "shop", spec=spec, status=status)
    assert replicas(view_of(scene).thing(kind, "shop", "one")) == counts, because


def test_many_names_are_some_names_and_a_number() -> None:
    suspects = [Suspect("Node", f"worker-{number}") for number in (3, 1, 2, 5)]
    assert names(suspects) == "Node worker-1, Node worker-2, Node worker-3 and 1 more"
    assert names(suspects[:1]) == "Node worker-3"
