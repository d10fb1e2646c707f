"""One cause with many victims: however many pods, namespaces and alerts there are, it is ONE incident."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Incident, Scene, Truth, crashing, running, waiting
from tests.casework.stage import containerd_pull, crash, image_of, stage, unavailable

_TEAMS = (
    *("adverts", "agenda", "alerts-ui", "archive", "auctions", "booking", "bookmarks", "catalog", "chat", "claims"),
    *("comments", "coupons", "crm", "dispatch", "docs-site", "events", "feeds", "forms", "fraud", "gifts"),
    *("identity", "inbox", "labels", "ledger", "loyalty", "mail", "maps", "notes", "orders", "parcels"),
    *("payments", "photos", "pricing", "ratings", "reports", "returns", "risk", "surveys", "tickets", "wiki"),
)


def _one(scene: Scene, name: str, title: str, incident: Incident, *, trap: str) -> Case:
    return scene.case(name, title, Truth(why=incident.why, incidents=(incident,), naive_trap=trap), hard=True)


def lost_node_with_300_pods() -> Case:
    scene = Scene("2026-10-01T12:30:00Z", cluster="dense-1", helm=True)
    platform(scene, workers=("worker-1", "worker-2"), storage="", metrics=False, ingress="", cni="")
    scene.node("dense-7", cpu="64", memory="512Gi", pods="500")
    for index, team in enumerate(_TEAMS):
        count = 7 + index % 2
        made = scene.deployment(team, f"{team}-api", count, nodes=["dense-7"], minutes=60 * 24)
        made.obj["spec"]["template"]["spec"]["tolerations"] = [
            {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "tolerationSeconds": 3600}
        ]
    scene.lose_node("dense-7", 23, evict=False)
    for pod in scene.pods(node="dense-7"):
        scene.alert("KubePodNotReady", 23, pod)
    for workload in scene.workloads:
        if workload.namespace in _TEAMS:
            scene.alert("KubeDeploymentReplicasMismatch", 22.5, workload)
    scene.alert("KubeNodeNotReady", 23, node="dense-7")
    scene.alert("KubeNodeUnreachable", 23, node="dense-7")
    return _one(
        scene,
        "crowd-lost-node-300-pods",
        "One lost node makes 300 pods of 40 namespaces fail",
        Incident("cluster", "node dense-7", "platform", _TEAMS, "All of them are on the node that stopped reporting."),
        trap="Forty teams have alerts of their own; none has a fault.",
    )


def rollout_on_60_nodes() -> Case:
    scene = Scene("2026-10-02T08:05:00Z", cluster="wide-1", version="v1.32.8")
    names = [f"worker-{number:02}" for number in range(1, 61)]
    platform(scene, workers=names, storage="", metrics=False, ingress="", cni="")
    tenants(scene)
    ranker = scene.deployment("ranking", "ranker", 200, minutes=34, revision=52, nodes=names)
    for pod in ranker.pods:
        crash(scene, pod, crashing(32, exit_code=1, restarts=10))
        scene.alert("KubePodCrashLooping", 31, pod)
    scene.alert("KubeDeploymentReplicasMismatch", 31, ranker)
    scene.alert("KubeDeploymentRolloutStuck", 22, ranker)
    scene.drop("EndpointSlice", "Service")
    return _one(
        scene,
        "crowd-rollout-200-pods",
        "One rollout crashes 200 times, on all of 60 nodes",
        Incident(
            "application",
            "deployment ranker",
            "ranking",
            ("ranking",),
            "One image of one team crashes wherever it runs; everything else on these nodes is well.",
        ),
        trap="Crashes on every node of the cluster look like the cluster's.",
    )


def registry_out_for_six() -> Case:
    scene, _ = stage("2026-10-03T19:15:00Z", workers=5, helm=True)
    for index, team in enumerate(_TEAMS[:6]):
        made = scene.deployment(
            team,
            f"{team}-web",
            2,
            image=f"registry.example.com/{team}/web:v{index + 2}.0",
            state=waiting("ImagePullBackOff", minutes=27 - index),
            minutes=28 - index,
            revision=9,
        )
        for pod in made.pods:
            image = image_of(pod)
            error = (
                f'failed to do request: Head "https://{image.replace("/", "/v2/", 1).replace(":v", "/manifests/v")}": '
                "dial tcp 203.0.113.9:443: i/o timeout"
            )
            scene.pull_failure(pod, containerd_pull(image, error), 27 - index)
        unavailable(scene, made, 26.5 - index)
    scene.alert(
        "ProbeFailed",
        29,
        hold=5,
        severity="critical",
        namespace="monitoring",
        job="blackbox",
        instance="https://registry.example.com/v2/",
        summary="The registry does not answer",
        description="https://registry.example.com/v2/ has not answered for 5 minutes",
    )
    scene.deployment("billing", "statements", 1, image="ghcr.io/example/statements:v3", minutes=14, state=running(13))
    return _one(
        scene,
        "crowd-registry-six-namespaces",
        "The registry does not answer; rollouts of six teams cannot pull",
        Incident(
            "cluster",
            "registry registry.example.com",
            "platform",
            _TEAMS[:6],
            "Every pull from the platform's registry times out, from every node; pulls from elsewhere work.",
        ),
        trap="Six teams released something in the last half hour.",
    )


def webhook_out_for_eight() -> Case:
    scene, _ = stage("2026-10-04T04:25:00Z", version="v1.31.6", runtime="cri-o://1.31.5")
    engine = scene.deployment("gatekeeper-system", "gatekeeper-controller-manager", 3, container="manager")
    for pod in engine.pods:
        crash(scene, pod, crashing(33, exit_code=137, reason="OOMKilled", restarts=10))
        scene.alert("KubePodCrashLooping", 32, pod)
    scene.alert("KubeDeploymentReplicasMismatch", 32, engine)
    scene.service(
        "gatekeeper-system",
        "gatekeeper-webhook-service",
        selector={"app": "gatekeeper-controller-manager"},
        port=443,
        target=8443,
    )
    scene.webhook(
        "gatekeeper-validating-webhook-configuration",
        "validation.gatekeeper.sh",
        "gatekeeper-webhook-service",
        "gatekeeper-system",
        resources=("*",),
        path="/v1/admit",
        timeout=3,
    )
    error = (
        'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": failed to call webhook: Post '
        '"https://gatekeeper-webhook-service.gatekeeper-system.svc:443/v1/admit?timeout=3s": no endpoints available '
        'for service "gatekeeper-webhook-service"'
    )
    for index, team in enumerate(_TEAMS[10:18]):
        if index % 3 == 2:
            job = scene.job(team, f"{team}-hourly-2970{index}", pods=0, minutes=26)
            scene.refused(job, error, 26, count=12, last=5)
            continue
        made = scene.deployment(team, f"{team}-api", 3, made=1, minutes=60 * 24)
        made.owner["spec"]["replicas"] = 3
        scene.refused(made, error, 29, count=16, last=6, combined=index % 2 == 1)
        scene.alert("KubeDeploymentReplicasMismatch", 29, made)
    return _one(
        scene,
        "crowd-webhook-eight-namespaces",
        "The policy engine is down; the pods of eight teams are refused",
        Incident(
            "cluster",
            "deployment gatekeeper-controller-manager",
            "platform",
            _TEAMS[10:18],
            "Its webhook fails closed for the whole cluster; whoever runs it must give it memory.",
        ),
        trap="The refused ReplicaSets and Jobs are the teams', and the engine crashes like any application.",
    )


CASES = (
    lost_node_with_300_pods(),
    rollout_on_60_nodes(),
    registry_out_for_six(),
    webhook_out_for_eight(),
)
