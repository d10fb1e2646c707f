"""Controls in which nodes come, go and rest, as they should."""

from tests.casework.makers import Case, State, creating, evicted, nothing_wrong, running
from tests.casework.stage import CONTROL_PLANE, DAY, no_fit, part, remade, stage

_WEEK = 7 * DAY


def node_in_maintenance() -> Case:
    scene, apps = stage("2026-08-07T22:20:00Z", workers=4, helm=True)
    scene.cordon("worker-4", 25)
    for pod in scene.pods(node="worker-4"):
        if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet":
            remade(scene, pod, "worker-2", 23)
    gone = scene.pod(
        "shop", f"{apps['cart'].owner['metadata']['name']}-4xk2w", node="worker-4", owner=apps["cart"].owner
    )
    scene.objects.remove(gone)
    scene.event(gone, "Killing", "Stopping container cart", "kubelet", kind="Normal", minutes=24)
    scene.nodes["worker-4"]["metadata"]["annotations"] = {"maintenance.example.com/until": scene.at(-90)}
    return scene.case(
        "control-node-in-maintenance",
        "A node is cordoned and drained for maintenance; its pods run elsewhere",
        nothing_wrong(
            "It was taken out on purpose, everything that ran there runs, and no pod waits.",
            trap="A node that takes no pods, and a Killing.",
        ),
        hard=True,
    )


def master_cordoned_for_good() -> Case:
    scene, _ = stage("2026-08-08T12:12:00Z", version="v1.24.17", runtime="containerd://1.6.8")
    scene.cordon("cp-1", 200 * DAY)
    scene.node("cp-2", control_plane=True)
    scene.cordon("cp-2", 200 * DAY)
    return scene.case(
        "control-masters-cordoned-for-good",
        "Masters that have been cordoned since the cluster was made",
        nothing_wrong(
            "It is how this cluster keeps workloads away from its masters.", trap="Nodes without scheduling."
        ),
        hard=True,
    )


def nodes_added() -> Case:
    scene, apps = stage("2026-08-09T17:31:00Z", metrics=True)
    scene.node("worker-7", minutes=2.2)
    daemon = part(scene, "calico-node")
    daemon.pods.append(
        scene.pod("kube-system", "calico-node-x7c2k", owner=daemon.obj, node="worker-7", state=running(1.9), minutes=2)
    )
    scene.node_event(
        "worker-7", "RegisteredNode", "Node worker-7 event: Registered Node", component="node-controller", minutes=2.2
    )
    scene.node_event("worker-7", "NodeReady", minutes=1.9)
    scene.change(apps["storefront"], "spec.replicas", 2, 5, minutes=4)
    apps["storefront"].obj["spec"]["replicas"] = 5
    apps["storefront"].owner["spec"]["replicas"] = 5
    words = no_fit({CONTROL_PLANE: 1, "Insufficient cpu": 3}, victims=3)
    for _ in range(3):
        pod = scene.replacement(apps["storefront"], running(4), node="worker-7")
        scene.put(pod, running(1.2))
        scene.scheduler_event(pod, words, minutes=3.9)
        scene.event(
            pod,
            "TriggeredScaleUp",
            "pod triggered scale-up: [{general 3->4 (max: 10)}]",
            "cluster-autoscaler",
            kind="Normal",
            minutes=3.8,
        )
        scene.scheduler_event(
            pod,
            f"Successfully assigned shop/{pod['metadata']['name']} to worker-7",
            reason="Scheduled",
            kind="Normal",
            minutes=1.8,
            action="Binding",
        )
    return scene.case(
        "control-nodes-added",
        "Three pods waited for a new node, and run on it",
        nothing_wrong("The autoscaler did what it is for.", trap="FailedScheduling for want of CPU, minutes ago."),
        hard=True,
    )


def node_removed() -> Case:
    scene, _ = stage("2026-08-10T02:02:00Z", workers=4, helm=True)
    name = "worker-4"
    for pod in scene.pods(node=name):
        if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet":
            remade(scene, pod, "worker-1", 18)
            continue
        scene.objects.remove(pod)
        for workload in scene.workloads:
            if pod in workload.pods:
                workload.pods.remove(pod)
    scene.node_event(
        name, "ScaleDown", "marked the node as toBeDeleted/unschedulable", component="cluster-autoscaler", minutes=19
    )
    scene.node_event(name, "NodeNotReady", component="node-controller", minutes=14)
    scene.node_event(
        name,
        "RemovingNode",
        f"Node {name} event: Removing Node {name} from Controller",
        component="node-controller",
        minutes=13,
    )
    scene.objects.remove(scene.nodes.pop(name))
    return scene.case(
        "control-autoscaler-removes-node",
        "The autoscaler removes a node that it emptied",
        nothing_wrong(
            "The node was marked, emptied and removed in this order; its pods run elsewhere.",
            trap="NodeNotReady of a node that is gone.",
        ),
        hard=True,
    )


def evicted_and_replaced() -> Case:
    scene, apps = stage("2026-08-14T07:40:00Z", helm=True)
    owner = apps["thumbnails"]
    words = (
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10523038725, available: 9920144Ki. "
        "Container thumbnails was using 1204Ki, request is 0, has larger consumption of ephemeral-storage. "
    )
    left = scene.pod(
        "media",
        f"{owner.owner['metadata']['name']}-7m2qd",
        owner=owner.owner,
        node="worker-1",
        state=evicted(words, 2 * DAY),
        labels=owner.pods[0]["metadata"]["labels"],
    )
    left["metadata"]["creationTimestamp"] = scene.at(2.8 * DAY)
    return scene.case(
        "control-evicted-and-replaced",
        "A pod that was evicted two days ago was left lying; its replacement runs",
        nothing_wrong(
            "Its deployment has all its replicas, and the node has no pressure.", trap="A failed pod, Evicted."
        ),
        hard=True,
    )


def spot_node_replaced() -> Case:
    scene, apps = stage("2026-08-16T04:44:00Z", workers=3)
    scene.node("spot-b", pool="spot", minutes=14)
    daemon = part(scene, "calico-node")
    daemon.pods.append(
        scene.pod("kube-system", "calico-node-s4pot", owner=daemon.obj, node="spot-b", state=running(13), minutes=14)
    )
    gone = scene.node("spot-a", pool="spot")
    scene.node_event(
        "spot-a",
        "SpotInterruption",
        "Spot instance will be reclaimed in 2 minutes",
        component="node-lifecycle",
        kind="Warning",
        minutes=17,
    )
    scene.node_event("spot-a", "NodeNotReady", component="node-controller", minutes=15)
    scene.node_event(
        "spot-a", "RemovingNode", "Node spot-a event: Removing Node spot-a", component="node-controller", minutes=14
    )
    scene.objects.remove(gone)
    del scene.nodes["spot-a"]
    for pod in apps["thumbnails"].pods:
        remade(scene, pod, "spot-b", 15)
    return scene.case(
        "control-spot-node-replaced",
        "A spot node was taken back and replaced",
        nothing_wrong(
            "That is the bargain of spot nodes; its work runs on the next one.", trap="A node went NotReady."
        ),
        hard=True,
    )


def daemon_set_updates() -> Case:
    scene, _ = stage("2026-08-21T06:30:00Z", workers=4, helm=True)
    daemon = part(scene, "calico-node")
    for index, pod in enumerate(daemon.pods):
        since = 12.0 - 3 * index
        if since <= 0.5:
            pod["metadata"]["creationTimestamp"] = scene.at(0.4)
            scene.put(pod, creating(0.3))
            break
        remade(scene, pod, pod["spec"]["nodeName"], since)
        scene.event(
            daemon,
            "SuccessfulCreate",
            f"Created pod: {pod['metadata']['name']}",
            "daemonset-controller",
            kind="Normal",
            minutes=since,
        )
    return scene.case(
        "control-daemon-set-updates",
        "A DaemonSet is updated node by node",
        nothing_wrong("One pod of five is being made, as its strategy says."),
    )


def node_rebooted() -> Case:
    scene, _ = stage("2026-08-22T01:55:00Z", workers=3)
    for minutes, reason, kind, words in (
        (42.0, "NodeNotSchedulable", "Normal", ""),
        (36.0, "NodeNotReady", "Normal", ""),
        (34.0, "Rebooted", "Warning", "Node worker-2 has been rebooted, boot id: 0f1d5c1e-8f0e-4b33-9d0c-5a7d1e2b3c4d"),
        (33.5, "NodeReady", "Normal", ""),
        (32.0, "NodeSchedulable", "Normal", ""),
    ):
        scene.node_event("worker-2", reason, words, kind=kind, minutes=minutes)
    scene.condition("worker-2", "Ready", "True", "KubeletReady", "kubelet is posting ready status", minutes=33.5)
    for pod in scene.pods(node="worker-2"):
        scene.put(pod, State(restarts=1, last=("Unknown", 255), minutes=33))
    return scene.case(
        "control-node-rebooted",
        "A node got a new kernel half an hour ago",
        nothing_wrong("It was drained, booted and is ready.", trap="NodeNotReady, Rebooted, and restarts with 255."),
        hard=True,
    )


CASES = (
    node_in_maintenance(),
    master_cordoned_for_good(),
    nodes_added(),
    node_removed(),
    evicted_and_replaced(),
    spot_node_replaced(),
    daemon_set_updates(),
    node_rebooted(),
)
