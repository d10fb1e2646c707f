"""Applications that no node can take, because of what their own specs demand."""

from tests.casework.makers import RUNNING, Case, Json, State, team_truth
from tests.casework.stage import CONTROL_PLANE, DAY, give, give_pod, no_fit, stage, unavailable

SELECTOR = "node(s) didn't match Pod's node affinity/selector"
ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules"
SPREAD = "node(s) didn't match pod topology spread constraints"


def larger_than_any_node() -> Case:
    scene, _ = stage("2026-04-01T08:20:00Z", workers=4, helm=True)
    train = scene.deployment(
        "ml-ranking", "trainer", 1, requests={"cpu": "4", "memory": "96Gi"}, minutes=55, revision=3
    )
    words = no_fit({CONTROL_PLANE: 1, "Insufficient memory": 4}, victims=0)
    scene.unschedulable(train.pods[0], words, 54, count=11, last=8)
    unavailable(scene, train, 53)
    scene.deployment("shop", "recommendations", 2, minutes=18)
    return scene.case(
        "request-larger-than-any-node",
        "A pod asks for three times the memory of the largest node",
        team_truth(
            "deployment trainer",
            "No node was ever that large, empty or not; other pods are scheduled within seconds. The team must ask for "
            "less, or order such nodes.",
            "ml-ranking",
            trap='"Insufficient memory" on every node reads like a cluster without capacity.',
        ),
        hard=True,
    )


def graphics_nobody_has() -> Case:
    scene, _ = stage("2026-04-02T12:50:00Z", version="v1.32.8")
    vision = scene.deployment("vision", "detector", 2, minutes=95, revision=1)
    give(vision, resources={"limits": {"nvidia.com/gpu": "1"}, "requests": {"nvidia.com/gpu": "1"}})
    for pod in vision.pods:
        words = no_fit({CONTROL_PLANE: 1, "Insufficient nvidia.com/gpu": 3})
        scene.unschedulable(pod, words, 59, count=16, last=29)
    unavailable(scene, vision, 58)
    return scene.case(
        "graphics-card-nobody-has",
        "Pods want a graphics card in a cluster that has never had one",
        team_truth(
            "deployment detector",
            "No node lists that resource, and none has lost it: the team chose the wrong cluster.",
            "vision",
            confidence="medium",
        ),
    )


def selector_nobody_matches() -> Case:
    scene, apps = stage("2026-04-03T15:35:00Z")
    made = scene.rollout(apps["query"], state=State(), minutes=22)
    give_pod(apps["query"], nodeSelector={"disktype": "ssd"})
    for pod in made:
        scene.unschedulable(pod, no_fit({CONTROL_PLANE: 1, SELECTOR: 3}), 22, count=5, last=6)
    unavailable(scene, apps["query"], 21, made)
    return scene.case(
        "node-selector-nobody-matches",
        "A release selects nodes by a label that none carries",
        team_truth("deployment query", "The selector is new and the team's; the nodes are as they were.", "search"),
    )


def affinity_nobody_matches() -> Case:
    scene, _ = stage("2026-04-04T18:05:00Z", workers=5, version="v1.25.16", runtime="containerd://1.6.24")
    api = scene.deployment("geo", "geo-api", 3, minutes=48, revision=2)
    zones: Json = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-west-1a", "eu-west-1b"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [zones]}]}
    give_pod(api, affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}})
    for pod in api.pods:
        scene.unschedulable(pod, no_fit({CONTROL_PLANE: 1, SELECTOR: 5}), 47, count=9, last=12)
    unavailable(scene, api, 46)
    scene.drop("Node", "Deployment", "ReplicaSet")
    return scene.case(
        "affinity-names-foreign-zones",
        "A chart demands zones of another cloud region",
        team_truth(
            "deployment geo-api",
            "The zones are named in the team's values file; this cluster has others.",
            "geo",
            trap="All replicas of a new service are Pending and no node is known: it looks like missing nodes.",
        ),
        hard=True,
    )


def one_replica_per_node() -> Case:
    scene, _ = stage("2026-04-05T06:15:00Z", workers=3, helm=True)
    term = {"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "kubernetes.io/hostname"}
    cache = scene.deployment(
        "sessions", "cache", 5, states=[RUNNING] * 3, minutes=DAY, nodes=["worker-1", "worker-2", "worker-3"]
    )
    give_pod(cache, affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}})
    late = cache.pods[3:]
    for pod in late:
        scene.unschedulable(pod, no_fit({CONTROL_PLANE: 1, ANTI_AFFINITY: 3}, victims=3), 34, count=7, last=9)
    scene.change(cache, "spec.replicas", 3, 5, minutes=34)
    unavailable(scene, cache, 33, late)
    return scene.case(
        "anti-affinity-more-replicas-than-nodes",
        "Five replicas must stand on different nodes, of which there are three",
        team_truth(
            "deployment cache",
            "The rule and the count are the team's: two replicas can never be placed.",
            "sessions",
            trap="Pending pods after a scale-up look like missing capacity.",
        ),
        hard=True,
    )


def spread_nobody_satisfies() -> Case:
    scene, _ = stage("2026-04-06T20:40:00Z", workers=4)
    api = scene.deployment("loyalty", "points", 4, states=[RUNNING] * 2, minutes=DAY, nodes=["worker-1", "worker-2"])
    give_pod(
        api,
        topologySpreadConstraints=[
            {
                "maxSkew": 1,
                "topologyKey": "example.com/rack",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "points"}},
            }
        ],
    )
    missing = f"{SPREAD} (missing required label)"
    for pod in api.pods[2:]:
        scene.unschedulable(pod, no_fit({CONTROL_PLANE: 1, missing: 4}), 27, count=6, last=7)
    unavailable(scene, api, 26, api.pods[2:])
    return scene.case(
        "spread-over-label-nobody-has",
        "A spread constraint counts racks in a cluster whose nodes name none",
        team_truth(
            "deployment points",
            "The label never existed here; the constraint came with the team's last change.",
            "loyalty",
            trap='"missing required label" sounds as if the nodes had lost one.',
        ),
        hard=True,
    )


def toleration_missing() -> Case:
    scene, _ = stage("2026-04-07T10:10:00Z", workers=2, helm=True)
    for number in (1, 2, 3):
        scene.node(f"batch-{number}", pool="batch", labels={"workload": "batch"}, minutes=DAY * 80)
        scene.taint(f"batch-{number}", "dedicated", value="batch", minutes=DAY * 80)
    jobs = scene.job("pricing", "reprice-all", pods=2, minutes=46, completions=2)
    give_pod(jobs, nodeSelector={"workload": "batch"})
    reasons = {CONTROL_PLANE: 1, SELECTOR: 2, "node(s) had untolerated taint {dedicated: batch}": 3}
    for pod in jobs.pods:
        scene.unschedulable(pod, no_fit(reasons), 46, count=9, last=11)
        scene.alert("KubePodNotReady", 45, pod)
    scene.deployment(
        "risk", "stress-test", 2, nodes=["batch-1", "batch-2"], template={"tolerations": [{"key": "dedicated"}]}
    )
    return scene.case(
        "toleration-missing-for-dedicated-pool",
        "Pods select the pool for batch work and do not tolerate its taint",
        team_truth(
            "job reprice-all",
            "The pool is tainted on purpose and for months; others tolerate it. The team forgot its toleration.",
            "pricing",
            trap="An untolerated taint on three nodes looks like nodes that are taken out.",
        ),
        hard=True,
    )


def port_of_host_taken() -> Case:
    scene, _ = stage("2026-04-08T13:25:00Z", workers=2)
    relay = scene.deployment("voip", "relay", 3, states=[RUNNING] * 2, nodes=["worker-1", "worker-2"], minutes=DAY)
    give(relay, ports=[{"containerPort": 5060, "hostPort": 5060, "protocol": "UDP"}])
    late = relay.pods[2]
    words = no_fit({CONTROL_PLANE: 1, "node(s) didn't have free ports for the requested pod ports": 2}, victims=2)
    scene.unschedulable(late, words, 29, count=6, last=8)
    unavailable(scene, relay, 28, [late])
    return scene.case(
        "host-port-taken-by-own-replicas",
        "A third replica wants a port of a host on two nodes",
        team_truth("deployment relay", "Its own replicas hold the port on every node.", "voip"),
    )


def scaled_to_zero() -> Case:
    scene, _ = stage("2026-04-09T22:02:00Z", ingress=True)
    portal = scene.deployment("customers", "portal", 0, minutes=DAY * 3)
    scene.service("customers", "portal")
    scene.ingress("customers", "portal")
    scene.change(portal, "spec.replicas", 3, 0, minutes=14)
    scene.event(
        portal,
        "ScalingReplicaSet",
        f"Scaled down replica set {portal.owner['metadata']['name']} to 0 from 3",
        "deployment-controller",
        kind="Normal",
        minutes=14,
    )
    scene.alert(
        "ProbeFailed",
        13,
        hold=5,
        severity="critical",
        instance="https://portal.example.com",
        job="blackbox",
        namespace="monitoring",
        summary="A page does not answer",
        description="https://portal.example.com answers 503 for 5 minutes",
    )
    scene.alert(
        "NginxIngressHigh5xxRate",
        13,
        hold=5,
        namespace="ingress-nginx",
        controller_class="k8s.io/ingress-nginx",
        exported_namespace="customers",
        ingress="portal",
        summary="The ingress controller answers with errors",
        description="100% of the requests to portal are answered 503",
    )
    scene.metric(
        "nginx_ingress_controller_requests:rate5m", 18.4, exported_namespace="customers", ingress="portal", status="503"
    )
    return scene.case(
        "scaled-to-zero",
        "A deployment was scaled to zero; what is seen are errors of the ingress controller",
        team_truth(
            "deployment portal",
            "Somebody of the team set the replicas to 0; the controller says rightly that nothing is behind it.",
            "customers",
            trap="Both alerts carry platform namespaces; only the ingress's backend is the team's.",
        ),
        hard=True,
    )


CASES = (
    larger_than_any_node(),
    graphics_nobody_has(),
    selector_nobody_matches(),
    affinity_nobody_matches(),
    one_replica_per_node(),
    spread_nobody_satisfies(),
    toleration_missing(),
    port_of_host_taken(),
    scaled_to_zero(),
)
