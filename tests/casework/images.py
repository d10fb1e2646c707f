"""The nodes' way to images: registries, mirrors, credentials, sandboxes."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Scene, cluster_truth, creating, waiting


def registry_down() -> Case:
    scene = Scene("2026-03-19T13:08:00Z", cluster="eu-1", helm=True, registry="registry.infra.example.com")
    platform(scene)
    apps = tenants(scene)
    store = scene.deployment("registry", "registry", 2, image="docker.io/library/registry:3.0.0")
    for pod in store.pods:
        scene.put(pod, waiting("CreateContainerConfigError", 'secret "registry-storage" not found', 31))
        scene.event(
            pod,
            "Failed",
            'Error: secret "registry-storage" not found',
            "kubelet",
            minutes=31,
            last=0.4,
            count=140,
            container="registry",
        )
    scene.short_of_replicas(store, 31)
    for name in ("cart", "query", "thumbnails"):
        for pod in scene.rollout(apps[name], state=creating(25), minutes=25):
            image = pod["spec"]["containers"][0]["image"]
            scene.pull_failure(
                pod,
                f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": failed to do '
                'request: Head "https://registry.infra.example.com/v2/": dial tcp 10.96.14.8:443: connect: connection '
                "refused",
                25,
            )
            scene.alert("KubePodNotReady", 25, pod)
        scene.alert("KubeDeploymentRolloutStuck", 25, apps[name])
    return scene.case(
        "image-registry-down",
        "Three releases cannot pull: the cluster's own registry is down",
        cluster_truth(
            "registry in the namespace registry",
            "The registry that the platform runs has lost its own secret; the images exist.",
            "shop",
            "search",
            "media",
            trap="ImagePullBackOff right after three teams changed their image, and a missing secret in some "
            "namespace.",
        ),
        hard=True,
    )


def rate_limit() -> Case:
    scene = Scene("2026-01-15T10:52:00Z", cluster="dev-1", version="v1.32.6")
    platform(scene, monitoring=False)
    scene.node("worker-4", minutes=50)
    scene.cordon("worker-2", 52)
    apps = tenants(scene, {"forum": {"board": 2}, "shop": {"cart": 2}, "docs": {"wiki": 1}})
    for name, image in (("board", "docker.io/library/node:22.11"), ("wiki", "docker.io/library/nginx:1.27.3")):
        apps[name].obj["spec"]["template"]["spec"]["containers"][0]["image"] = image
        pod = scene.replacement(apps[name], creating(44), node="worker-4")
        scene.pull_failure(
            pod,
            f'failed to pull and unpack image "{image}": failed to copy: httpReadSeeker: failed open: unexpected '
            f"status code https://registry-1.docker.io/v2/{image.split('/', 1)[1].replace(':', '/manifests/')}: 429 "
            "Too "
            "Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.",
            44,
            count=9,
        )
        scene.alert("KubePodNotReady", 44, pod)
        scene.short_of_replicas(apps[name], 44)
    return scene.case(
        "image-rate-limit",
        "After a drain two pods land on a new node, whose pulls the public registry counts and refuses",
        cluster_truth(
            "pulls of the nodes from the public registry",
            "The nodes pull anonymously behind one address. Nobody released anything: pods were moved to an empty "
            "node.",
            "forum",
            "docs",
            confidence="medium",
            trap="ImagePullBackOff of two teams that use public images.",
        ),
        hard=True,
    )


def expired_credential() -> Case:
    scene = Scene("2026-05-05T06:36:00Z", cluster="us-2", helm=True, version="v1.33.4", registry="0123.dkr.example.com")
    platform(scene, control_plane=False, cni="aws-node")
    apps = tenants(scene)
    for name in ("storefront", "invoices", "query"):
        image = apps[name].obj["spec"]["template"]["spec"]["containers"][0]["image"]
        pod = scene.replacement(apps[name], creating(26), node="worker-1")
        apps[name].obj["spec"]["replicas"] += 1
        scene.pull_failure(
            pod,
            f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": unexpected status '
            "from HEAD request to https://0123.dkr.example.com/v2/: 403 Forbidden: your authorization token has "
            "expired. "
            "Reauthenticate and try again.",
            26,
        )
        scene.alert("KubePodNotReady", 26, pod)
        scene.short_of_replicas(apps[name], 26)
    return scene.case(
        "image-credential-of-nodes",
        "Pods that scale out cannot pull the image that their twins run",
        cluster_truth(
            "kubelet credential provider",
            "No pod names a pull secret: the nodes log in, and their token has expired. The same tag runs elsewhere.",
            "shop",
            "billing",
            "search",
            trap="403 of a registry is mostly a team's missing pull secret.",
        ),
        hard=True,
    )


def registry_certificate() -> Case:
    scene = Scene("2026-06-30T00:44:00Z", cluster="prod-3", runtime="cri-o://1.33.1", registry="quay.infra.example.com")
    platform(scene, monitoring=False)
    apps = tenants(scene)
    cron = scene.cron_job("billing", "close-month", schedule="0 0 * * *")
    for workload in (
        apps["thumbnails"],
        scene.job("billing", "close-month-29713920", state=creating(40), owner=cron, minutes=40),
    ):
        pod = workload.pods[0] if workload.name != "thumbnails" else scene.replacement(workload, creating(40))
        image = pod["spec"]["containers"][0]["image"]
        scene.pull_failure(
            pod,
            f"initializing source docker://{image}: pinging container registry quay.infra.example.com: Get "
            '"https://quay.infra.example.com/v2/": tls: failed to verify certificate: x509: certificate has expired '
            "or is "
            "not yet valid: current time 2026-06-30T00:04:00Z is after 2026-06-29T23:59:59Z",
            40,
            count=8,
        )
        scene.alert("KubePodNotReady", 40, pod)
    apps["thumbnails"].obj["spec"]["replicas"] = 2
    scene.short_of_replicas(apps["thumbnails"], 40)
    return scene.case(
        "image-registry-certificate",
        "The registry's certificate ended at midnight; what starts after that cannot pull",
        cluster_truth(
            "certificate of the registry",
            "Every pull from the company's registry fails since the certificate ended.",
            "media",
            "billing",
            trap="A nightly job and one deployment with ImagePullBackOff.",
        ),
        hard=True,
    )


def sandbox_image() -> Case:
    scene = Scene("2026-02-20T20:20:00Z", cluster="airgap-1", version="v1.33.4")
    platform(scene, storage="", monitoring=False)
    apps = tenants(scene, {"plant": {"sensors": 3}, "quality": {"vision": 2}})
    error = (
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox "9d1b7e": failed to '
        "get "
        'sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to pull '
        'and unpack image "registry.k8s.io/pause:3.10": failed to resolve reference "registry.k8s.io/pause:3.10": '
        "failed "
        'to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.10": dial tcp 198.51.100.77:443: i/o timeout'
    )
    for name in ("sensors", "vision"):
        pod = scene.replacement(apps[name], creating(32), node="worker-1")
        apps[name].obj["spec"]["replicas"] += 1
        scene.event(pod, "FailedCreatePodSandBox", error, "kubelet", minutes=32, last=0.8, count=88)
        scene.alert("KubePodNotReady", 32, pod)
        scene.short_of_replicas(apps[name], 32)
    return scene.case(
        "image-sandbox",
        "A node's runtime was given a pause image that it cannot reach",
        cluster_truth(
            "runtime configuration of worker-1",
            "The sandbox's image is the runtime's; no team chooses it.",
            "plant",
            "quality",
        ),
    )


def mirror_of_nodes() -> Case:
    scene = Scene("2026-10-12T11:25:00Z", cluster="eu-5", helm=True, version="v1.34.1", runtime="containerd://2.1.4")
    parts = platform(scene)
    apps = tenants(scene)
    for name in ("cart", "invoices"):
        (pod,) = scene.rollout(apps[name], state=creating(21), minutes=21)
        image = pod["spec"]["containers"][0]["image"]
        scene.pull_failure(
            pod,
            f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": failed to do '
            'request: Head "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 10.1.0.2:53: '
            "read udp 10.0.0.12:40112->10.1.0.2:53: i/o timeout",
            21,
        )
        scene.alert("KubePodNotReady", 21, pod)
        scene.alert("KubeDeploymentRolloutStuck", 21, apps[name])
    agent = scene.replacement(parts["metrics"], creating(20))
    scene.pull_failure(
        agent,
        'failed to pull and unpack image "registry.k8s.io/metrics-server/metrics-server:v0.7.2": failed to resolve '
        "reference: failed to do request: dial tcp: lookup registry.k8s.io on 10.1.0.2:53: read udp "
        "10.0.0.13:51700->10.1.0.2:53: i/o timeout",
        20,
    )
    return scene.case(
        "image-node-resolver",
        "No node can look up any registry",
        cluster_truth(
            "resolver of the nodes",
            "The nodes' own resolver is silent for every registry, the platform's images included.",
            "shop",
            "billing",
            trap="Two rollouts that are stuck with ImagePullBackOff minutes after their teams released.",
        ),
        hard=True,
    )


CASES = (
    registry_down(),
    rate_limit(),
    expired_credential(),
    registry_certificate(),
    sandbox_image(),
    mirror_of_nodes(),
)
