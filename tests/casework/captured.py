"""Moments of real control planes: recorded objects and events, to which the alerts that would fire are added.

A recording lasts a minute or two, and many rules wait for a quarter of an hour. `held` is for how many minutes the
recorded moment is taken to go on unchanged, so that they may fire; the heartbeats of healthy nodes move along.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.casework.makers import Case, Json, Scene, Truth, cluster_truth, nothing_wrong, team_truth

RECORDINGS = Path(__file__).parent.parent / "recordings"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@cache
def _read(name: str) -> str:
    return (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")


def _recorded(name: str) -> Any:
    """A new copy each time, for a scene may change its objects."""
    return json.loads(_read(name))


def _replay(name: str, moment: int) -> tuple[str, list[Json], list[Json]]:
    """The time of a moment, and the objects and events as they were then."""
    recording = _recorded(name)
    at, until = recording["moments"][moment]["at"], int(recording["moments"][moment]["resourceVersion"])
    objects = {obj["metadata"]["uid"]: obj for obj in recording["before"]}
    events: dict[str, Json] = {}
    for line in recording["watch"]:
        obj = line["object"]
        uid = obj["metadata"]["uid"]
        if int(obj["metadata"]["resourceVersion"]) > until:
            continue
        if obj["kind"] == "Event":
            events[uid] = obj
        elif line["type"] == "DELETED":
            objects.pop(uid, None)
        else:
            objects[uid] = obj
    return at, list(objects.values()), list(events.values())


def _recount(objects: Sequence[Json]) -> None:
    """Deployments were not streamed in this recording: their status is that of their recorded pods."""
    for obj in objects:
        if obj["kind"] not in {"Deployment", "ReplicaSet"}:
            continue
        name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
        ready = living = 0
        for pod in objects:
            if pod["kind"] != "Pod" or pod["metadata"]["namespace"] != namespace:
                continue
            owner = pod["metadata"].get("ownerReferences", [{"name": ""}])[0]["name"]
            if name not in {owner, owner.rsplit("-", 1)[0]} or "deletionTimestamp" in pod["metadata"]:
                continue
            living += 1
            ready += any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"]["conditions"])
        obj["status"] |= {"replicas": living, "readyReplicas": ready, "availableReplicas": ready}
        if obj["kind"] == "Deployment":
            obj["status"] |= {"updatedReplicas": living, "unavailableReplicas": obj["spec"]["replicas"] - ready}


def _scene(
    name: str,
    moment: int = 0,
    *,
    held: float = 17,
    cluster: str = "rec-1",
    helm: bool = False,
    keep: Callable[[Json], bool] = lambda _: True,
) -> Scene:
    at, objects, events = _replay(name, moment)
    if name == "node-notready":
        _recount(objects)
    now = datetime.strptime(at, _FORMAT) + timedelta(minutes=held)  # noqa: DTZ007 - both ends are UTC by format
    scene = Scene(now.strftime(_FORMAT), cluster=cluster, helm=helm)
    scene.objects = [obj for obj in objects if keep(obj)]
    scene.events = [event for event in events if keep(event["involvedObject"] | {"metadata": event["involvedObject"]})]
    for obj in scene.objects:
        if obj["kind"] != "Node":
            continue
        scene.nodes[obj["metadata"]["name"]] = obj
        for condition in obj["status"]["conditions"]:
            if condition["status"] != "Unknown":
                condition["lastHeartbeatTime"] = scene.at(1)
    scene.watchdog()
    return scene


def _case(scene: Scene, id: str, title: str, truth: Truth, *, held: float, hard: bool = False) -> Case:  # noqa: A002
    note = "trimmed to what matters; statuses that were not streamed are worked out from the recorded pods"
    if held:
        note += f"; the recorded moment is held for {held:g} minutes, and the heartbeats of healthy nodes with it"
    return replace(
        scene.case(f"captured-{id}", title, truth, hard=hard),
        derived=False,
        provenance={"alerts": "derived", "events": "recorded", "objects": "recorded", "note": note},
    )


def _named(*names: str) -> Callable[[Json], bool]:
    """Nodes, and what is called so or begins so."""
    return lambda obj: obj["kind"] == "Node" or obj["metadata"]["name"].startswith(names)


def node_lost() -> Case:
    scene = _scene("node-notready", 1, helm=True)
    scene.alert("KubeNodeNotReady", 17.5, node="node-3")
    scene.alert("KubeNodeUnreachable", 17.5, node="node-3")
    return _case(
        scene,
        "node-lost",
        "The kubelet of node-3 was killed; its pods were evicted and made anew",
        cluster_truth("node node-3", "The node stopped reporting and is the only thing that is sick.", "web", "cart"),
        held=17,
    )


def node_lost_early() -> Case:
    scene = _scene("node-notready", 0, held=0.4)
    scene.alert(
        "HttpErrorsHigh",
        1.1,
        hold=0.5,
        severity="critical",
        namespace="cart",
        service="cart",
        summary="A quarter of the requests fails",
    )
    return _case(
        scene,
        "node-lost-first-minute",
        "Half a minute after a node was lost an application is all that alerts",
        cluster_truth(
            "node node-3",
            "One of four pods of the cart stands on the node that stopped reporting; the others answer.",
            "cart",
            trap="A critical alert of one application; what tells of the node is an event of type Normal.",
        ),
        held=0.4,
        hard=True,
    )


def node_back() -> Case:
    scene = _scene("node-notready", 2, held=6)
    scene.alert("NodeDown", 7, hold=0.5, node="node-3", summary="node-3 does not report", resolved=5.8)
    return _case(
        scene,
        "node-back",
        "Six minutes after a lost node came back its warnings are still there",
        nothing_wrong(
            "The node is ready, the replacements run and the alert is resolved: nobody has to change anything.",
            trap="Warning events of NodeNotReady for three pods, and pods that end.",
        ),
        held=6,
        hard=True,
    )


def webhook_no_endpoints() -> Case:
    scene = _scene("webhook-unreachable", 0)
    scene.alert("KubeDeploymentReplicasMismatch", 17.3, scene.find("Deployment", "orders", "orders"))
    return _case(
        scene,
        "webhook-no-endpoints",
        "A deployment cannot grow: the policy webhook has no endpoints",
        cluster_truth(
            "webhook pods.policy.example.com",
            "The webhook of the whole cluster fails closed; ReplicaSet, Job, DaemonSet and StatefulSet are all "
            "refused.",
            "orders",
            trap="One alert about one deployment of one team.",
        ),
        held=17,
        hard=True,
    )


def webhook_refused() -> Case:
    scene = _scene("webhook-unreachable", 1, held=2, helm=True)
    scene.alert(
        "OrdersBelowCapacity",
        2.6,
        hold=1,
        severity="critical",
        namespace="orders",
        deployment="orders",
        summary="One of five pods of orders is there",
    )
    return _case(
        scene,
        "webhook-refused",
        "The policy webhook was moved to an address that refuses connections",
        cluster_truth(
            "webhook pods.policy.example.com",
            "Who runs the webhook must move it back or take it away; no pod of orders can change that.",
            "orders",
            trap="A critical alert in the words of the team's own rule.",
        ),
        held=2,
        hard=True,
    )


def claim_without_provisioner() -> Case:
    scene = _scene("pvc-storageclass", keep=_named("db-1", "no-provisioner", "csi-gone"))
    scene.alert("KubePodNotReady", 17.5, scene.find("Pod", "db-1", "data"))
    return _case(
        scene,
        "claim-without-provisioner",
        "A claim waits for a provisioner that does not run",
        cluster_truth(
            "provisioner ebs.csi.example.com",
            "The class exists and the claim names it rightly; its provisioner makes nothing.",
            "data",
            trap="One pod of one team with an unbound claim; ExternalProvisioning is an event of type Normal.",
        ),
        held=17,
        hard=True,
    )


def metrics_missing() -> Case:
    scene = _scene("hpa-no-metrics", held=12)
    scene.alert(
        "HttpLatencyHigh",
        11,
        hold=10,
        severity="critical",
        namespace="search",
        service="search",
        summary="p99 of search is above 2 s",
    )
    return _case(
        scene,
        "hpa-without-metrics",
        "An autoscaler gets no numbers: the cluster serves no metrics API",
        cluster_truth(
            "metrics API",
            "'The server could not find the requested resource': no metrics-server is registered, for anybody.",
            "search",
            trap="A slow application, and events on an object that its team wrote.",
        ),
        held=12,
        hard=True,
    )


def claim_of_unknown_class() -> Case:
    scene = _scene("pvc-storageclass", keep=_named("db-0", "unknown-class", "csi-gone", "local-wait"))
    scene.alert("KubePodNotReady", 17.5, scene.find("Pod", "db-0", "data"))
    return _case(
        scene,
        "claim-of-unknown-class",
        "A claim names a storage class that does not exist",
        team_truth(
            "claim unknown-class",
            "The name in the claim is the team's, and other classes exist.",
            "data",
            trap="Pending for want of a volume looks like a driver that does not work.",
        ),
        held=17,
        hard=True,
    )


def claim_missing() -> Case:
    scene = _scene("pvc-storageclass", keep=_named("db-2"))
    scene.alert("KubePodNotReady", 17.5, scene.find("Pod", "db-2", "data"))
    return _case(
        scene,
        "claim-missing",
        "A pod names a claim that nobody made",
        team_truth("pod db-2", "The claim that the pod names is the team's to make.", "data"),
        held=17,
    )


def quota_exceeded() -> Case:
    scene = _scene("quota-exceeded")
    scene.alert("KubeDeploymentReplicasMismatch", 17.3, scene.find("Deployment", "api", "team-a"))
    scene.alert("KubeQuotaFullyUsed", 17.3, namespace="team-a", resource="pods", resourcequota="team-quota")
    return _case(
        scene,
        "quota-exceeded",
        "Six pods are wanted where the quota is three",
        team_truth(
            "deployment api",
            "The quota counts rightly and the team asks for twice of it: it asks for less, or for more quota.",
            "team-a",
            confidence="medium",
        ),
        held=17,
    )


def sixty_four_processors() -> Case:
    def keep(obj: Json) -> bool:
        return _named("cruncher")(obj) and obj["kind"] not in {"Deployment", "ReplicaSet"}

    scene = _scene("failed-scheduling-cpu", keep=keep)
    for pod in scene.pods(namespace="analytics"):
        scene.alert("KubePodNotReady", 17, pod)
    return _case(
        scene,
        "request-larger-than-nodes",
        "Three pods ask for 64 processors each; nodes have four",
        team_truth(
            "deployment cruncher",
            "No node of this cluster was ever that large, and the nodes are all ready: the request must change.",
            "analytics",
            trap="'8 Insufficient cpu' sounds like a cluster that is full.",
        ),
        held=17,
        hard=True,
    )


def selector_nobody_has() -> Case:
    scene = _scene("failed-scheduling-cpu", keep=_named("gpu-job"))
    scene.alert("KubePodNotReady", 17, scene.find("Pod", "gpu-job", "analytics"))
    return _case(
        scene,
        "selector-nobody-has",
        "A pod selects nodes by a label that none carries",
        team_truth(
            "pod gpu-job",
            "The selector is the pod's own and no node of this cluster has had the label.",
            "analytics",
            confidence="medium",
        ),
        held=17,
    )


def bad_image() -> Case:
    scene = _scene("bad-image", helm=True)
    pods = [pod for pod in scene.pods(namespace="checkout") if pod["status"]["phase"] == "Pending"]
    for pod in pods:
        scene.alert("KubePodNotReady", 17.8, pod)
    scene.alert("KubeDeploymentRolloutStuck", 17, scene.find("Deployment", "checkout", "checkout"))
    return _case(
        scene,
        "bad-image",
        "A rollout to a tag that the registry does not have",
        team_truth("deployment checkout", "The registry answers: it does not know this tag.", "checkout"),
        held=17,
    )


def configuration_missing() -> Case:
    scene = _scene("config-missing")
    for pod in scene.pods(namespace="crm"):
        scene.alert("KubePodNotReady", 17.6, pod)
    for name in ("crm", "mailer", "sync"):
        scene.alert("KubeDeploymentReplicasMismatch", 17.6, scene.find("Deployment", name, "crm"))
    return _case(
        scene,
        "configuration-missing",
        "A secret, a config map and a service account are missing in one namespace",
        team_truth(
            "deployments crm, mailer and sync", "Each names something of its own namespace that is not there.", "crm"
        ),
        held=17,
    )


def crash_loop() -> Case:
    scene = _scene("crashloop", helm=True)
    for pod in scene.pods(namespace="edge"):
        for status in pod["status"].get("containerStatuses", ()):
            if "waiting" in status["state"]:
                scene.alert("KubePodNotReady", 18.4, pod)
    return _case(
        scene,
        "crash-loop",
        "A rollout that crashes, a cache over its limit and a command that does not exist",
        team_truth(
            "deployment gateway, pods cache-0 and typo-0",
            "Exit code, limit and command are all of the one team that works in the namespace edge.",
            "edge",
        ),
        held=17,
    )


def job_failed() -> Case:
    scene = _scene("job-backofflimit")
    for name in ("migrate", "export", "sync-29923621"):
        scene.alert("KubeJobFailed", 17, scene.find("Job", name, "batch"))
    return _case(
        scene,
        "jobs-failed",
        "Three jobs failed: twice at their limit of retries, once at their deadline",
        team_truth(
            "jobs migrate, export and sync", "Their own programs ended with an error or took too long.", "batch"
        ),
        held=17,
    )


def healthy_rollout() -> Case:
    scene = _scene("healthy-rollout", held=0.1)
    return _case(
        scene,
        "healthy-rollout",
        "A rollout is under way and goes well",
        nothing_wrong(
            "Pods come and go as ordered; none has failed.",
            trap="Dozens of events, Killing among them, and pods that are not ready yet.",
        ),
        held=0.1,
        hard=True,
    )


def event_storm() -> Case:
    scene = _scene("event-storm", held=0.1)
    return _case(
        scene,
        "event-storm",
        "450 pods are made at once: a flood of events, and nothing is wrong",
        nothing_wrong("All pods became ready within half a minute.", trap="The number of events."),
        held=0.1,
        hard=True,
    )


CASES = (
    node_lost(),
    node_lost_early(),
    node_back(),
    webhook_no_endpoints(),
    webhook_refused(),
    claim_without_provisioner(),
    metrics_missing(),
    claim_of_unknown_class(),
    claim_missing(),
    quota_exceeded(),
    sixty_four_processors(),
    selector_nobody_has(),
    bad_image(),
    configuration_missing(),
    crash_loop(),
    job_failed(),
    healthy_rollout(),
    event_storm(),
)
