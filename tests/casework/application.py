"""Applications that do not start or do not stay up by their own doing: images, commands, exits and probes."""

from tests.casework.makers import (
    RUNNING,
    Case,
    State,
    crashing,
    team_truth,
    waiting,
)
from tests.casework.stage import (
    containerd_pull,
    crash,
    crash_alerts,
    give,
    http_probe,
    image_of,
    stage,
    start_error,
    unavailable,
)

# Images


def image_tag_missing() -> Case:
    scene, apps = stage("2026-02-03T10:14:00Z", helm=True)
    made = scene.rollout(
        apps["cart"],
        state=waiting("ImagePullBackOff", minutes=24),
        image="registry.example.com/shop/cart:v1.9.0-rc",
        minutes=24,
    )
    for pod in made:
        image = image_of(pod)
        scene.pull_failure(pod, containerd_pull(image, f"{image}: not found", code="NotFound"), 24)
        scene.alert("KubePodNotReady", 23.5, pod)
    scene.alert("KubeDeploymentRolloutStuck", 23.5, apps["cart"])
    return scene.case(
        "image-tag-missing",
        "A release names a tag that nobody pushed",
        team_truth("deployment cart", "Only the team can push that tag or name another.", "shop"),
    )


def private_image_without_secret() -> Case:
    scene, _ = stage("2026-02-04T08:40:00Z", version="v1.31.6", runtime="containerd://1.7.24")
    scene.namespace("fraud")
    image = "ghcr.io/fraud-lab/scorer:2.4.1"
    scorer = scene.deployment(
        "fraud", "scorer", 3, image=image, state=waiting("ImagePullBackOff", minutes=35), minutes=35, revision=1
    )
    error = (
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
        "https://ghcr.io/token?scope=repository%3Afraud-lab%2Fscorer%3Apull&service=ghcr.io: 401 Unauthorized"
    )
    for pod in scorer.pods:
        scene.pull_failure(pod, containerd_pull(image, error), 35)
    unavailable(scene, scorer, 34)
    return scene.case(
        "image-private-without-secret",
        "A private image is pulled without the team's pull secret",
        team_truth(
            "deployment scorer",
            "The team's pods name no imagePullSecrets; every other image of that registry's host is not theirs. "
            "The team must add its secret.",
            "fraud",
            trap="Pulls fail on all nodes at once, with an error of the registry: it looks like the registry's outage.",
        ),
        hard=True,
    )


def image_host_misspelt() -> Case:
    scene, apps = stage("2026-02-05T16:02:00Z", version="v1.28.9", runtime="cri-o://1.28.6")
    image = "registry.exmaple.com/search/query:v1.9.0"
    made = scene.rollout(apps["query"], state=RUNNING, image=image, minutes=31)
    error = (
        "rpc error: code = Unknown desc = pinging container registry registry.exmaple.com: Get "
        '"https://registry.exmaple.com/v2/": dial tcp: lookup registry.exmaple.com on 10.0.0.2:53: no such host'
    )
    for pod in made:
        scene.pull_failure(pod, error, 31)
    other = scene.rollout(apps["invoices"], state=State(minutes=12), minutes=13, made=2, kept=0)
    for pod in other:
        image = image_of(pod)
        scene.event(
            pod,
            "Pulled",
            f'Successfully pulled image "{image}" in 1.803s (1.803s including waiting)',
            "kubelet",
            kind="Normal",
            minutes=12.5,
        )
    unavailable(scene, apps["query"], 30, made)
    return scene.case(
        "image-host-misspelt",
        "The registry's host is misspelt in one reference",
        team_truth(
            "deployment query",
            "The host does not exist. All other pulls work, also minutes later: the team must correct its reference.",
            "search",
            trap='"no such host" on a lookup reads like a node whose DNS is broken.',
        ),
        hard=True,
    )


def wrong_architecture() -> Case:
    scene, _ = stage("2026-02-06T07:55:00Z", workers=2, cluster="edge-2")
    scene.node("arm-1", pool="arm", labels={"kubernetes.io/arch": "arm64"})
    scene.nodes["arm-1"]["status"]["nodeInfo"]["architecture"] = "arm64"
    scene.deployment("media", "captions", 1, nodes=["arm-1"], image="registry.example.com/media/captions:multi")
    encoder = scene.deployment("media", "encoder", 3, nodes=["worker-1", "arm-1", "worker-2"], minutes=50, revision=7)
    bad = encoder.pods[1]
    crash(scene, bad, crashing(49, exit_code=255, restarts=14))
    scene.alert("KubePodCrashLooping", 48, bad)
    scene.alert("KubePodNotReady", 48, bad)
    return scene.case(
        "image-wrong-architecture",
        "An image for amd64 alone is scheduled to an arm64 node",
        team_truth(
            "deployment encoder",
            'The log says "exec format error": the image has no arm64 variant and the spec selects no architecture. '
            "Other pods of the same node run. The team must build for both or select amd64.",
            "media",
            trap="It fails on one node only and runs everywhere else: it looks like that node's fault.",
        ),
        hard=True,
    )


# Commands


def command_not_found() -> Case:
    scene, apps = stage("2026-02-07T19:20:00Z")
    message = start_error('error during container init: exec: "gunicron": executable file not found in $PATH')
    made = scene.rollout(
        apps["invoices"],
        state=State(
            phase="Running",
            ready=False,
            waiting=("CrashLoopBackOff", "back-off 5m0s restarting failed container"),
            last=("StartError", 128),
            restarts=6,
            minutes=17,
        ),
        minutes=17,
    )
    give(apps["invoices"], command=["gunicron", "invoices.wsgi"])
    for pod in made:
        scene.event(pod, "Failed", f"Error: {message}", "kubelet", minutes=17, last=2, count=7, container="invoices")
        scene.back_off(pod, 16, count=70)
    unavailable(scene, apps["invoices"], 16.5, made)
    return scene.case(
        "command-not-found",
        "The command of a release is misspelt",
        team_truth("deployment invoices", "The command is in the team's own spec.", "billing"),
    )


def command_not_executable() -> Case:
    scene, _ = stage("2026-02-08T11:31:00Z", version="v1.27.16", runtime="cri-o://1.27.8", helm=True)
    error = (
        "container create failed: runc create failed: unable to start container process: "
        'exec: "/opt/app/entrypoint.sh": permission denied'
    )
    loader = scene.deployment(
        "warehouse",
        "loader",
        2,
        state=waiting("CreateContainerError", error, 70),
        minutes=70,
        revision=12,
    )
    for pod in loader.pods:
        scene.event(pod, "Failed", f"Error: {error}", "kubelet", minutes=55, last=1, count=240, container="loader")
        scene.alert("KubeContainerWaiting", 69.5, pod)
    unavailable(scene, loader, 69)
    return scene.case(
        "command-not-executable",
        "An entry point lost its executable bit",
        team_truth(
            "deployment loader",
            "The file in the team's image may not be executed; other images start on the same nodes.",
            "warehouse",
            trap="CreateContainerError with words of the runtime on two nodes: it looks like a sick runtime.",
        ),
        hard=True,
    )


# Exits


def exits_1_alerts_only() -> Case:
    scene, _ = stage("2026-02-09T22:47:00Z", helm=True)
    gateway = scene.deployment("checkout", "gateway", 2, minutes=95, revision=30)
    for pod in gateway.pods:
        scene.put(pod, crashing(90, restarts=22))
    crash_alerts(scene, gateway, 90)
    scene.drop(keep=("None",))
    return scene.case(
        "crash-exit-1",
        "A crash loop; nothing is known but its alerts",
        team_truth("deployment gateway", "All pods of one deployment crash and nothing else does.", "checkout"),
    )


def exits_2_after_release() -> Case:
    scene, apps = stage("2026-02-10T13:05:00Z", version="v1.34.1", runtime="containerd://2.1.4")
    made = scene.rollout(apps["query"], state=crashing(9, exit_code=2, restarts=6), made=1, minutes=9.5)
    for pod in made:
        scene.back_off(pod, 9, count=39)
        scene.unhealthy(
            pod,
            'Readiness probe failed: Get "http://10.244.3.7:8080/ready": dial tcp 10.244.3.7:8080: '
            "connect: connection refused",
            9,
            count=11,
        )
    scene.drop(keep=("Node",))
    return scene.case(
        "crash-exit-2-no-alerts-yet",
        "A release panics at its start, minutes before any alert",
        team_truth(
            "deployment query",
            "The new revision exits with 2, the old one runs on the same nodes: the release is wrong.",
            "search",
            trap='"connection refused" on several nodes reads like a network fault; nothing listens in the container.',
        ),
        hard=True,
    )


def exits_127() -> Case:
    scene, _ = stage("2026-02-11T03:20:00Z")
    sync = scene.deployment("partners", "feed-sync", 1, minutes=190, revision=9)
    give(sync, command=["sh", "-c", "jqq -r .items /data/feed.json | upload"])
    crash(scene, sync.pods[0], crashing(180, exit_code=127, restarts=40))
    crash_alerts(scene, sync, 180)
    return scene.case(
        "crash-exit-127",
        "A shell does not find the program that the spec names",
        team_truth("deployment feed-sync", "The command is in the team's own spec.", "partners"),
    )


def exits_134() -> Case:
    scene, _ = stage("2026-02-12T18:18:00Z", helm=True)
    renderer = scene.deployment(
        "frontend", "renderer", 4, limits={"memory": "1Gi"}, requests={"cpu": "500m", "memory": "512Mi"}
    )
    give(renderer, env=[{"name": "NODE_OPTIONS", "value": "--max-old-space-size=256"}])
    for pod in renderer.pods[:3]:
        crash(scene, pod, crashing(40, exit_code=134, restarts=9))
        scene.metric(
            "container_memory_working_set_bytes", 281_018_368, namespace="frontend", pod=pod["metadata"]["name"]
        )
        scene.alert("KubePodCrashLooping", 38, pod)
    scene.alert("NodeMemoryHighUtilization", 30, node="worker-2")
    return scene.case(
        "crash-exit-134-heap",
        "A runtime aborts at its own heap limit while a node is rather full",
        team_truth(
            "deployment renderer",
            "Exit code 134 is an abort of the process itself: its heap is bounded to 256 MiB in its environment, "
            "far below its limit. The full node evicts nobody.",
            "frontend",
            trap="A node with high memory at the same time invites the thought of memory pressure.",
        ),
        hard=True,
    )


def exits_139() -> Case:
    scene, apps = stage("2026-02-13T09:09:00Z", workers=4)
    made = scene.rollout(apps["thumbnails"], state=crashing(26, exit_code=139, restarts=9), made=1, minutes=27)
    for pod in made:
        scene.back_off(pod, 26, count=110)
    unavailable(scene, apps["thumbnails"], 25, made)
    scene.alert("KubePodCrashLooping", 25, made[0])
    return scene.case(
        "crash-exit-139",
        "A release with a new native library dies of a segmentation fault",
        team_truth("deployment thumbnails", "Only the new image dies, wherever it runs.", "media"),
    )


def liveness_too_strict() -> Case:
    scene, _ = stage("2026-02-14T12:00:00Z", version="v1.30.10")
    ledger = scene.deployment("ledger", "ledger-api", 6, minutes=60 * 24 * 2, limits={"cpu": "200m", "memory": "1Gi"})
    give(ledger, livenessProbe=http_probe("/healthz", 8080, timeout=1))
    for index, pod in enumerate(ledger.pods):
        if index % 2:
            crash(scene, pod, crashing(33, exit_code=143, restarts=7))
        else:
            scene.put(pod, State(last=("Error", 143), restarts=6, minutes=4))
        scene.unhealthy(
            pod,
            'Liveness probe failed: Get "http://10.244.2.31:8080/healthz": context deadline exceeded '
            "(Client.Timeout exceeded while awaiting headers)",
            40,
            count=31,
        )
        scene.event(
            pod,
            "Killing",
            "Container ledger-api failed liveness probe, will be restarted",
            "kubelet",
            kind="Normal",
            minutes=39,
            last=3,
            count=7,
            container="ledger-api",
        )
        scene.alert("CPUThrottlingHigh", 50, namespace="ledger", pod=pod["metadata"]["name"], container="ledger-api")
    for pod in ledger.pods[1::2]:
        scene.alert("KubePodCrashLooping", 32, pod)
    return scene.case(
        "liveness-timeout-too-small",
        "A liveness probe of one second kills a service that its own CPU limit slows down",
        team_truth(
            "deployment ledger-api",
            "Exit code 143 is the kubelet's TERM after the team's probe; the pods are throttled by the team's limit. "
            "Other workloads answer their probes on the same nodes.",
            "ledger",
            trap="Time-outs of probes on every node at once read like a network or kubelet fault.",
        ),
        hard=True,
    )


def own_memory_limit() -> Case:
    scene, apps = stage("2026-02-15T15:45:00Z", helm=True)
    for pod in apps["storefront"].pods:
        body = pod["spec"]["containers"][0]
        body["resources"]["limits"] = {"memory": "256Mi"}
        crash(scene, pod, crashing(48, exit_code=137, reason="OOMKilled", restarts=13))
        scene.metric("container_memory_working_set_bytes", 268_107_776, namespace="shop", pod=pod["metadata"]["name"])
    crash_alerts(scene, apps["storefront"], 47)
    return scene.case(
        "own-memory-limit",
        "A service needs more than the limit that its team gave it",
        team_truth(
            "deployment storefront",
            "OOMKilled at its own limit of 256Mi on nodes without pressure: the team must raise it or use less.",
            "shop",
            trap="OOMKilled, exit code 137, reads like a node that runs out of memory.",
        ),
        hard=True,
    )


CASES = (
    image_tag_missing(),
    private_image_without_secret(),
    image_host_misspelt(),
    wrong_architecture(),
    command_not_found(),
    command_not_executable(),
    exits_1_alerts_only(),
    exits_2_after_release(),
    exits_127(),
    exits_134(),
    exits_139(),
    liveness_too_strict(),
    own_memory_limit(),
)
