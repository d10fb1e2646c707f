"""Several faults in one cluster that have nothing to do with each other: each is an incident of its own."""

from tests.casework.makers import (
    Case,
    Incident,
    Scene,
    State,
    Truth,
    Workload,
    crashing,
    creating,
    lost,
    running,
    unready,
    waiting,
)
from tests.casework.stage import (
    CONTROL_PLANE,
    DAY,
    containerd_pull,
    crash,
    crash_alerts,
    give,
    image_of,
    made_elsewhere,
    no_fit,
    part,
    stage,
    unavailable,
)

UNKNOWN_TAG = "not found"


def platform_incident(component: str, why: str, *namespaces: str) -> Incident:
    return Incident("cluster", component, "platform", namespaces, why)


def team_incident(component: str, why: str, namespace: str, *affected: str) -> Incident:
    return Incident("application", component, namespace, (namespace,), why, affected)


def mix(scene: Scene, name: str, title: str, *incidents: Incident, trap: str = "") -> Case:
    words = " ".join(f"({number}) {one.why}" for number, one in enumerate(incidents, 1))
    truth = Truth(why=words, incidents=incidents, naive_trap=trap)
    return scene.case(name, title, truth, hard=True)


def pull_fails(scene: Scene, workload: Workload, error: str, minutes: float) -> None:
    """Each pod of a workload cannot pull its image, and the stock alerts tell."""
    for pod in workload.pods:
        scene.pull_failure(pod, containerd_pull(image_of(pod), error), minutes)
    unavailable(scene, workload, minutes - 0.5)


def node_is_lost(scene: Scene, node: str, minutes: float, refuge: str) -> tuple[str, ...]:
    """Loses a node; what it held is made anew elsewhere. Tells whose pods it held."""
    scene.lose_node(node, minutes)
    hit = made_elsewhere(scene, refuge, minutes - 6)
    scene.alert("KubeNodeNotReady", minutes, node=node)
    scene.alert("KubeNodeUnreachable", minutes, node=node)
    return hit


def lost_node_and_bad_image() -> Case:
    scene, _ = stage("2026-09-01T10:10:00Z", workers=4, helm=True)
    hit = node_is_lost(scene, "worker-2", 24, "worker-3")
    bad = scene.deployment("payroll", "slips", 2, nodes=["worker-1", "worker-4"], minutes=41, revision=3)
    pull_fails(scene, bad, f"{image_of(bad.pods[0])}: {UNKNOWN_TAG}", 41)
    return mix(
        scene,
        "mix-lost-node-and-bad-image",
        "A node is lost, and a team's image has no such tag on other nodes",
        platform_incident("node worker-2", "The machine is gone: its operator must bring it back or remove it.", *hit),
        team_incident("deployment slips", "Only the team can push the tag or name another.", "payroll"),
        trap="Whoever sees a lost node blames it for everything.",
    )


def two_teams() -> Case:
    scene, apps = stage("2026-09-02T15:45:00Z")
    for pod in apps["query"].pods:
        crash(scene, pod, crashing(52, exit_code=2, restarts=14))
    crash_alerts(scene, apps["query"], 51)
    mailer = scene.deployment("mail", "mailer", 2, minutes=33, revision=1)
    give(mailer, envFrom=[{"secretRef": {"name": "smtp"}}])
    for pod in mailer.pods:
        scene.put(pod, waiting("CreateContainerConfigError", 'secret "smtp" not found', 32))
        scene.event(pod, "Failed", 'Error: secret "smtp" not found', "kubelet", minutes=32, last=1, count=150)
    unavailable(scene, mailer, 31)
    return mix(
        scene,
        "mix-two-teams",
        "Two teams have a fault of their own at the same time",
        team_incident("deployment query", "The team's program panics.", "search"),
        team_incident("deployment mailer", "The team's Secret is missing.", "mail"),
        trap="Failures in two namespaces at once look like the cluster's.",
    )


def names_and_an_older_crash() -> Case:
    scene, apps = stage("2026-09-03T08:20:00Z", helm=True)
    for pod in apps["thumbnails"].pods:
        crash(scene, pod, crashing(3 * DAY, exit_code=139, restarts=790))
    crash_alerts(scene, apps["thumbnails"], 3 * DAY)
    dns = part(scene, "coredns")
    for pod in dns.pods:
        crash(scene, pod, crashing(21, restarts=8))
        scene.alert("KubePodCrashLooping", 20, pod)
    scene.alert("CoreDNSDown", 20)
    scene.alert("KubeDeploymentReplicasMismatch", 20, dns)
    for name in ("cart", "invoices"):
        for pod in apps[name].pods:
            scene.put(pod, unready(19))
            scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 19, count=25)
        unavailable(scene, apps[name], 18.5)
    return mix(
        scene,
        "mix-names-and-an-older-crash",
        "CoreDNS is down since twenty minutes; a crash loop is three days old",
        platform_incident("deployment coredns", "Nobody can resolve names until it runs.", "billing", "shop"),
        team_incident("deployment thumbnails", "It died for days while names resolved.", "media"),
        trap="The old crash loop falls into the same window as the outage of names.",
    )


def provisioner_and_selector() -> Case:
    scene, apps = stage("2026-09-04T13:00:00Z", storage=True)
    driver = part(scene, "csi-controller")
    for pod in driver.pods:
        crash(scene, pod, crashing(48, restarts=13))
    crash_alerts(scene, driver, 47)
    store = scene.stateful_set("ledger", "journal", 1, state=State(), made=0)
    claim = scene.claim("ledger", "data-journal-0", phase="Pending", minutes=36)
    scene.event(
        claim,
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'csi.example.com' or manually by the "
        "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
        "correctly registered.",
        "persistentvolume-controller",
        kind="Normal",
        minutes=36,
        last=0.4,
        count=144,
    )
    waits = scene.pod(
        "ledger",
        "journal-0",
        owner=store.obj,
        labels={"app": "journal"},
        claims=["data-journal-0"],
        state=State(phase="Pending", ready=False, unscheduled="-", minutes=36),
    )
    store.pods.append(waits)
    late = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'
    scene.unschedulable(waits, late, 25.5, count=3, last=5)
    unavailable(scene, store, 35)
    made = scene.rollout(apps["query"], state=State(), minutes=29)
    selector = "node(s) didn't match Pod's node affinity/selector"
    for pod in made:
        pod["spec"]["nodeSelector"] = {"disk": "nvme"}
        scene.unschedulable(pod, no_fit({CONTROL_PLANE: 1, selector: 3}), 29, count=6, last=9)
    unavailable(scene, apps["query"], 28, made)
    return mix(
        scene,
        "mix-provisioner-and-selector",
        "The provisioner is down, and a team selects nodes that do not exist: two pods wait for two reasons",
        platform_incident("deployment csi-controller", "No new volume is made until the provisioner runs.", "ledger"),
        team_incident("deployment query", "The selector is the team's; it has no volume.", "search"),
        trap="Two Pending pods look alike.",
    )


def container_runtime_and_certificate() -> Case:
    scene, _ = stage("2026-09-05T00:35:00Z", ingress=True, workers=4, runtime="cri-o://1.33.2")
    words = "[container runtime is down, PLEG is not healthy: pleg was last seen active 22m13s ago; threshold is 3m0s]"
    scene.not_ready("worker-3", words, 20)
    for pod in scene.pods(node="worker-3"):
        if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet":
            scene.put(pod, lost(20, deleting=True))
    scene.alert("KubeNodeNotReady", 20, node="worker-3")
    hit = made_elsewhere(scene, "worker-1", 14)
    scene.deployment("donations", "give", 2, nodes=["worker-1", "worker-2"])
    scene.service("donations", "give")
    scene.ingress("donations", "give", tls="give-by-hand")
    scene.alert(
        "CertificateExpired",
        35,
        hold=1,
        severity="critical",
        namespace="monitoring",
        job="blackbox",
        instance="https://give.example.com",
        summary="A certificate has expired",
        description="The certificate of https://give.example.com expired 35 minutes ago",
    )
    scene.metric("probe_ssl_earliest_cert_expiry:remaining_seconds", -2100, instance="https://give.example.com")
    return mix(
        scene,
        "mix-runtime-and-own-certificate",
        "The runtime of a node is down, and a certificate that a team brought itself has expired",
        platform_incident(
            "node worker-3",
            "Its container runtime must be brought back.",
            *hit,
        ),
        team_incident("secret give-by-hand", "The team made this Secret by hand and must renew it.", "donations"),
        trap="The expired page and the lost node look like one outage of what is shared.",
    )


def hungry_job_and_bad_probe() -> Case:
    scene, apps = stage("2026-09-06T04:50:00Z", helm=True, workers=4)
    job = scene.job("analytics", "train-all", minutes=70, node="worker-1")
    give(job, resources={})
    scene.condition(
        "worker-1",
        "MemoryPressure",
        "True",
        "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available",
        minutes=16,
    )
    scene.taint("worker-1", "node.kubernetes.io/memory-pressure", minutes=16)
    scene.node_event("worker-1", "NodeHasInsufficientMemory", minutes=16)
    victim = scene.pod_on(apps["cart"], "worker-1")
    words = (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 71232Ki. Container cart was using "
        "260100Ki, request is 128Mi, has larger consumption of memory. "
    )
    scene.put(victim, State(phase="Failed", ready=False, reason="Evicted", message=words, minutes=15))
    scene.event(victim, "Evicted", words, "kubelet", minutes=15)
    scene.replacement(apps["cart"], running(14), node="worker-2")
    scene.metric(
        "container_memory_working_set_bytes", 26.9 * 2**30, namespace="analytics", pod=job.pods[0]["metadata"]["name"]
    )
    scene.alert("KubeNodePressure", 16, node="worker-1")
    scene.alert("KubeNodeEviction", 15, node="worker-1", eviction_signal="memory.available")
    made = scene.rollout(apps["invoices"], state=unready(33), minutes=33, node="worker-3")
    for pod in made:
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 404", 33, count=25)
    unavailable(scene, apps["invoices"], 32, made)
    return mix(
        scene,
        "mix-hungry-job-and-bad-probe",
        "A Job without a limit makes a node suffer; a release elsewhere has a wrong probe",
        team_incident("job train-all", "One pod uses 27 of 32 GiB and has no limit.", "analytics", "shop"),
        team_incident("deployment invoices", "The path of the probe is the team's.", "billing"),
        trap="The node's alerts invite to blame the platform, and for both.",
    )


def webhook_and_autoscaler() -> Case:
    scene, apps = stage("2026-09-07T19:30:00Z", metrics=True)
    policy = scene.deployment("gatekeeper-system", "gatekeeper", 2, minutes=DAY)
    for pod in policy.pods:
        crash(scene, pod, crashing(28, exit_code=2, restarts=9))
    scene.service("gatekeeper-system", "gatekeeper", port=443, target=8443)
    scene.webhook("gatekeeper-validating", "validation.gatekeeper.sh", "gatekeeper", "gatekeeper-system")
    error = (
        'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": failed to call webhook: '
        'Post "https://gatekeeper.gatekeeper-system.svc:443/validate?timeout=10s": no endpoints available for service '
        '"gatekeeper"'
    )
    for name in ("cart", "query"):
        apps[name].obj["spec"]["replicas"] = apps[name].owner["spec"]["replicas"] = 4
        scene.refused(apps[name], error, 25, count=15, last=7)
        scene.alert("KubeDeploymentReplicasMismatch", 25, apps[name])
    api = scene.deployment("streaming", "segments", 6)
    scene.autoscaler(
        "streaming",
        "segments",
        high=6,
        current=6,
        desired=6,
        conditions=[
            ("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"),
            ("ScalingLimited", "True", "TooManyReplicas", "the desired replica count is more than the maximum"),
        ],
        minutes=120,
    )
    scene.alert("KubeHpaMaxedOut", 119, scene.find("HorizontalPodAutoscaler", "segments", "streaming"))
    scene.alert("RequestLatencyHigh", 100, api, hold=10, summary="Requests are slow", description="segments: p99 3.1 s")
    return mix(
        scene,
        "mix-webhook-and-autoscaler",
        "The policy engine's webhook refuses all pods; an autoscaler was at its maximum for hours before",
        Incident(
            "cluster",
            "deployment gatekeeper",
            "platform",
            ("search", "shop"),
            "The webhook is for the whole cluster: whoever runs the policies must bring it back.",
        ),
        team_incident("horizontalpodautoscaler segments", "The maximum is the team's.", "streaming"),
        trap="An autoscaler that makes no pods looks like one more victim of the webhook.",
    )


def three_at_once() -> Case:
    scene, _ = stage("2026-09-08T11:55:00Z", workers=4, storage=True, helm=True)
    words = (
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
        "message:Network plugin returns error: cni plugin not initialized"
    )
    scene.not_ready("worker-4", words, 26)
    agent = part(scene, "calico-node")
    crash(scene, scene.pod_on(agent, "worker-4"), crashing(27, restarts=9))
    for pod in scene.pods(node="worker-4"):
        if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet":
            scene.put(pod, lost(26, deleting=True))
    hit = made_elsewhere(scene, "worker-2", 20)
    scene.alert("KubeNodeNotReady", 26, node="worker-4")
    store = scene.stateful_set("archive", "scans", 1, claim="data", nodes=["worker-1"])
    crash(scene, store.pods[0], crashing(44, restarts=12))
    scene.alert("KubePodCrashLooping", 43, store.pods[0])
    scene.alert(
        "KubePersistentVolumeFillingUp", 90, namespace="archive", persistentvolumeclaim="data-scans-0", node="worker-1"
    )
    loader = scene.deployment("partners", "feed", 2, nodes=["worker-1", "worker-3"], minutes=63)
    for pod in loader.pods:
        scene.put(pod, waiting("CreateContainerConfigError", 'configmap "feed-v2" not found', 62))
        scene.event(pod, "Failed", 'Error: configmap "feed-v2" not found', "kubelet", minutes=58, last=1, count=270)
    unavailable(scene, loader, 61)
    return mix(
        scene,
        "mix-three-at-once",
        "A node without network, a team's full volume and another team's missing ConfigMap",
        platform_incident(
            "daemonset calico-node",
            "The network plugin of worker-4 must run again.",
            *hit,
        ),
        team_incident("claim data-scans-0", "The volume is full of the team's data.", "archive"),
        team_incident("deployment feed", "The ConfigMap is the team's to make.", "partners"),
        trap="A full volume and a node without network read like one sick platform.",
    )


def scheduler_and_crash() -> Case:
    scene, apps = stage("2026-09-09T06:25:00Z")
    scheduler = next(pod for pod in scene.pods(namespace="kube-system") if "scheduler" in pod["metadata"]["name"])
    crash(scene, scheduler, crashing(24, restarts=9))
    scene.alert("KubeSchedulerDown", 24)
    scene.alert("KubePodCrashLooping", 23, scheduler)
    late = scene.deployment(
        "checkout", "basket", 2, minutes=18, state=State(phase="Pending", ready=False, unscheduled="-")
    )
    for pod in late.pods:
        scene.put(pod, State(phase="Pending", ready=False, unscheduled="-", minutes=18))
        scene.alert("KubePodNotReady", 17.5, pod)
    scene.alert("KubeDeploymentReplicasMismatch", 17.5, late)
    for pod in apps["query"].pods:
        crash(scene, pod, crashing(95, exit_code=1, restarts=24))
    crash_alerts(scene, apps["query"], 94)
    return mix(
        scene,
        "mix-scheduler-and-crash",
        "The scheduler is down; a team's crash loop on nodes that run is older",
        platform_incident("pod kube-scheduler-cp-1", "No new pod gets a node until it runs.", "checkout"),
        team_incident("deployment query", "Its pods have nodes and exit with 1 by themselves.", "search"),
        trap="While the control plane is sick, everything is put down to it.",
    )


def two_pulls() -> Case:
    scene, _ = stage("2026-09-10T17:10:00Z", helm=True)
    one = scene.deployment("surveys", "forms", 2, minutes=37, revision=8)
    pull_fails(scene, one, f"{image_of(one.pods[0])}: {UNKNOWN_TAG}", 37)
    two = scene.deployment("fraud", "scorer", 2, image="ghcr.io/fraud-lab/scorer:2.4.1", minutes=35, revision=1)
    pull_fails(
        scene,
        two,
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
        "https://ghcr.io/token: 401 Unauthorized",
        35,
    )
    scene.drop(keep=("None",))
    return mix(
        scene,
        "mix-two-pulls",
        "Two teams cannot pull, each for a reason of its own",
        team_incident("deployment forms", "The tag does not exist.", "surveys"),
        team_incident("deployment scorer", "The pull secret is missing.", "fraud"),
        trap="Pulls that fail in two namespaces at once look like the registry.",
    )


def forwarding_and_policy() -> Case:
    scene, apps = stage("2026-09-11T14:05:00Z")
    scene.alert("CoreDNSForwardErrorsHigh", 30, job="coredns", namespace="kube-system", to="10.0.0.2:53")
    for name in ("invoices", "query"):
        scene.alert(
            "HighErrorRate",
            28,
            apps[name],
            hold=5,
            summary="More than 5% of the requests fail",
            description=f"{name}: lookup api.partner.example.net on 10.96.0.10:53: server misbehaving",
        )
    scene.metric("coredns_forward_responses_total:rate5m", 61.0, rcode="SERVFAIL", to="10.0.0.2:53")
    policy = scene.network_policy(
        "catalog",
        "only-https",
        {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": 443}]}]},
        170,
    )
    scene.change(policy, "spec", None, policy["spec"], minutes=170, verb="created")
    api = scene.deployment("catalog", "catalog-api", 2, minutes=DAY)
    for pod in api.pods:
        crash(scene, pod, crashing(165, restarts=38))
    crash_alerts(scene, api, 164)
    return mix(
        scene,
        "mix-forwarding-and-policy",
        "CoreDNS cannot reach the resolver upstream; one team forbade itself all lookups hours before",
        platform_incident("deployment coredns", "The upstream resolver is the platform's.", "billing", "search"),
        team_incident("networkpolicy only-https", "The policy is the team's, and older than the outage.", "catalog"),
        trap="Both are failures of lookups.",
    )


def metrics_api_and_quota() -> Case:
    scene, _ = stage("2026-09-12T09:40:00Z", metrics=True, helm=True)
    server = part(scene, "metrics-server")
    crash(scene, server.pods[0], crashing(39, restarts=11))
    crash_alerts(scene, server, 38)
    scene.add(
        "apiregistration.k8s.io/v1",
        "APIService",
        "v1beta1.metrics.k8s.io",
        spec={"service": {"namespace": "kube-system", "name": "metrics-server"}},
        status={
            "conditions": [
                {
                    "type": "Available",
                    "status": "False",
                    "reason": "MissingEndpoints",
                    "message": 'endpoints for service/metrics-server in "kube-system" have no addresses',
                    "lastTransitionTime": scene.at(39),
                }
            ]
        },
    )
    words = (
        "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource "
        "metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)"
    )
    for name, namespace in (("cart", "shop"), ("query", "search")):
        hpa = scene.autoscaler(
            namespace,
            name,
            conditions=[("ScalingActive", "False", "FailedGetResourceMetric", words)],
            minutes=38,
        )
        scene.event(hpa, "FailedGetResourceMetric", words, "horizontal-pod-autoscaler", minutes=38, last=0.5, count=150)
    reports = scene.deployment("reports", "generator", 5, made=3, minutes=DAY, requests={"cpu": "1", "memory": "1Gi"})
    scene.quota("reports", "compute", {"requests.cpu": "3"}, {"requests.cpu": "3"})
    base = reports.owner["metadata"]["name"]
    scene.refused(
        reports,
        f'pods "{base}-q2kxw" is forbidden: exceeded quota: compute, requested: requests.cpu=1, used: requests.cpu=3, '
        "limited: requests.cpu=3",
        58,
        count=19,
        last=9,
        combined=True,
    )
    scene.change(reports, "spec.replicas", 3, 5, minutes=58)
    scene.alert("KubeDeploymentReplicasMismatch", 57, reports)
    return mix(
        scene,
        "mix-metrics-and-quota",
        "The metrics API is down, and a team scales beyond its quota",
        platform_incident("deployment metrics-server", "No autoscaler works until it runs.", "search", "shop"),
        team_incident("deployment generator", "The team asked for more than its quota holds.", "reports"),
        trap="Three workloads do not scale, for two reasons.",
    )


def storage_of_node_and_release() -> Case:
    scene, apps = stage("2026-09-13T22:15:00Z", storage=True, workers=3, version="v1.30.10")
    node = part(scene, "csi-node")
    crash(scene, scene.pod_on(node, "worker-2"), crashing(34, restarts=10))
    scene.alert("KubePodCrashLooping", 33, scene.pod_on(node, "worker-2"))
    waits = scene.stateful_set("ledger", "book", 1, claim="data", nodes=["worker-2"], state=creating(30))
    scene.event(
        waits.pods[0],
        "FailedMount",
        'MountVolume.MountDevice failed for volume "pvc-7d1c" : kubernetes.io/csi: attacher.MountDevice failed to '
        "create newCsiDriverClient: driver name csi.example.com not found in the list of registered CSI drivers",
        "kubelet",
        minutes=30,
        last=1,
        count=22,
    )
    unavailable(scene, waits, 29)
    scene.rollout(apps["storefront"], state=running(6), made=2, kept=0, minutes=7)
    scene.alert(
        "HighErrorRate",
        6,
        apps["storefront"],
        hold=2,
        severity="critical",
        summary="More than 5% of the requests fail",
        description="storefront answers 44% of its requests with 500",
    )
    return mix(
        scene,
        "mix-storage-and-release",
        "The storage driver of a node is down; a release elsewhere answers with errors",
        platform_incident("daemonset csi-node", "The driver on worker-2 must run again.", "ledger"),
        team_incident("deployment storefront", "The errors began with the release; it has no volume.", "shop"),
        trap="The release leaves no broken object, and a broken driver is at hand.",
    )


CASES = (
    lost_node_and_bad_image(),
    two_teams(),
    names_and_an_older_crash(),
    provisioner_and_selector(),
    container_runtime_and_certificate(),
    hungry_job_and_bad_probe(),
    webhook_and_autoscaler(),
    three_at_once(),
    scheduler_and_crash(),
    two_pulls(),
    forwarding_and_policy(),
    metrics_api_and_quota(),
    storage_of_node_and_release(),
)
