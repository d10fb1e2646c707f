"""The control plane: API server, etcd, scheduler, controllers, the cloud's controller, tunnels and tokens."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Scene, cluster_truth, crashing, pending, running, unready


def overloaded() -> Case:
    scene = Scene("2026-03-11T16:16:00Z", cluster="eu-1", helm=True)
    parts = platform(scene)
    apps = tenants(scene)
    operator = scene.deployment("databases", "postgres-operator", 1)
    backup = scene.deployment("velero", "velero", 1)
    scene.change(backup, "spec.template.spec.containers[0].args", "--client-qps=20", "--client-qps=2000", minutes=57)
    for workload in (operator, parts["csi-controller"]):
        scene.put(workload, crashing(21, exit_code=1, restarts=5))
        scene.back_off(workload.pods[0], 20, count=31)
        scene.alert("KubePodCrashLooping", 20, workload.pods[0])
    pod = apps["query"].pods[0]
    scene.put(pod, running(4, restarts=3))
    scene.alert("KubeAPIErrorBudgetBurn", 19, short="5m", long="1h")
    scene.alert("KubeAPITerminatedRequests", 19)
    scene.metric("apiserver_request_rate", 1_870, user="system:serviceaccount:velero:velero")
    scene.metric("apiserver_request_rate", 12, user="system:serviceaccount:databases:postgres-operator")
    scene.metric("apiserver_flowcontrol_rejected_requests_rate", 310)
    scene.alert(
        "SearchIndexStale",
        18,
        hold=10,
        severity="critical",
        namespace="search",
        service="query",
        summary="The index is 18 minutes old",
    )
    return scene.case(
        "control-plane-overloaded",
        "Operators lose their leases: the backup tool asks the API server 2,000 times a second",
        cluster_truth(
            "API server (flooded by the platform's backup)",
            "The requests are those of the platform's own tool since its change an hour ago.",
            "databases",
            "search",
            trap="Crash loops of operators, one of them a team's, with 'leader election lost'.",
        ),
        hard=True,
    )


def api_down_alerts_only() -> Case:
    scene = Scene("2026-01-25T03:19:00Z", cluster="eu-2")
    platform(scene, monitoring=False)
    tenants(scene)
    scene.alert("KubeAPIDown", 22, job="apiserver")
    scene.alert("TargetDown", 22, job="apiserver", namespace="default", service="kubernetes")
    scene.alert(
        "JobSubmitFailing",
        19,
        hold=5,
        severity="critical",
        namespace="ci",
        service="runner",
        summary="No build can be started",
    )
    scene.signal_error("api-server-ready", "connect to 10.0.0.11:6443: connection refused")
    scene.objects, scene.workloads, scene.events, scene._services = [], [], [], []
    return scene.case(
        "control-plane-down",
        "The API server does not answer; only alerts are left",
        cluster_truth("API server", "It refuses connections; everything else follows.", "ci"),
    )


def etcd_slow() -> Case:
    scene = Scene("2026-05-21T01:57:00Z", cluster="bare-1", version="v1.32.6")
    parts = platform(scene, monitoring=False)
    tenants(scene)
    etcd = parts["etcd"].pods[0]
    scene.alert("etcdHighFsyncDurations", 24, etcd, port="2381")
    scene.alert("etcdHighCommitDurations", 24, etcd, port="2381")
    for name, part in (("kube-scheduler", "scheduler"), ("kube-controller-manager", "controllers")):
        pod = parts[part].pods[0]
        scene.put(pod, running(3, restarts=6))
        scene.unhealthy(
            pod,
            'Liveness probe failed: Get "https://127.0.0.1:10257/healthz": dial tcp 127.0.0.1:10257: connect: '
            "connection refused",
            20,
            count=6,
        )
        _ = name
    operator = scene.deployment("queues", "rabbit-operator", 1)
    scene.put(operator, crashing(22, exit_code=1))
    scene.back_off(operator.pods[0], 21)
    scene.alert("KubePodCrashLooping", 21, operator.pods[0])
    scene.metric("etcd_disk_wal_fsync_duration_seconds_p99", 1.94, instance="10.0.0.11:2381")
    return scene.case(
        "control-plane-etcd-slow",
        "etcd's disk takes two seconds to write; all that elects a leader restarts",
        cluster_truth("etcd disk on cp-1", "Leases run out because writes take seconds.", "queues"),
    )


def etcd_full() -> Case:
    scene = Scene("2026-06-19T17:35:00Z", cluster="shared-2", helm=True)
    platform(scene, monitoring=False)
    apps = tenants(scene)
    error = "etcdserver: mvcc: database space exceeded"
    for name in ("cart", "invoices"):
        scene.event(
            apps[name].obj,
            "ReplicaSetCreateError",
            f'Failed to create new replica set "{name}-6c8d9f7b5d": {error}',
            "deployment-controller",
            minutes=27,
            last=2,
            count=14,
        )
        apps[name].obj["metadata"]["generation"] = 5
        apps[name].obj["status"] = {"observedGeneration": 4}
        scene.alert("KubeDeploymentGenerationMismatch", 27, apps[name])
    scene.alert(
        "ReleaseFailed",
        26,
        hold=1,
        severity="critical",
        namespace="billing",
        pipeline="invoices",
        summary="The release of invoices failed",
        description=f"Error from server: {error}",
    )
    scene.metric("etcd_mvcc_db_total_size_in_bytes", 2_147_483_648)
    scene.metric("etcd_server_quota_backend_bytes", 2_147_483_648)
    return scene.case(
        "control-plane-etcd-full",
        "Two releases fail: etcd has no space and takes no writes",
        cluster_truth(
            "etcd database size",
            "etcd is at its quota and read-only; nobody can release anything.",
            "shop",
            "billing",
            trap="What fires are failed releases of two teams; the alert on etcd's size is not installed.",
        ),
        hard=True,
    )


def no_leader() -> Case:
    scene = Scene("2026-09-09T20:29:00Z", cluster="bare-2")
    parts = platform(scene)
    tenants(scene)
    scene.alert("etcdInsufficientMembers", 9, job="etcd", namespace="kube-system")
    scene.alert("etcdNoLeader", 9, parts["etcd"].pods[0], port="2381")
    scene.alert("KubeAPIErrorBudgetBurn", 9, short="5m", long="1h")
    scene.signal_error("events-readable", "etcdserver: request timed out")
    return scene.case(
        "control-plane-no-leader", "etcd lost its majority", cluster_truth("etcd", "Two of three members are gone.")
    )


def scheduler_down() -> Case:
    scene = Scene("2026-04-23T12:48:00Z", cluster="prod-1", version="v1.33.4")
    parts = platform(scene)
    apps = tenants(scene)
    scheduler = parts["scheduler"].pods[0]
    scene.put(scheduler, crashing(35, exit_code=1))
    scheduler["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = (
        "unknown flag: --feature-gates-v2"
    )
    for name in ("query", "thumbnails"):
        apps[name].obj["spec"]["replicas"] += 2
        for _ in range(2):
            pod = scene.replacement(apps[name], pending("", 28))
            scene.alert("KubePodNotReady", 28, pod)
        scene.short_of_replicas(apps[name], 28)
    lease = scene.lease("kube-scheduler", "kube-system", holder="cp-1_8d1", renewed=35)
    _ = lease
    return scene.case(
        "control-plane-scheduler-down",
        "New pods stay Pending and nobody says why",
        cluster_truth(
            "kube-scheduler",
            "The pods have no condition and no event: no scheduler has looked at them.",
            "search",
            "media",
            trap="KubePodNotReady of four pods of two teams and no FailedScheduling at all; no alert on the scheduler.",
        ),
        hard=True,
    )


def scheduler_gone_from_monitoring() -> Case:
    scene = Scene("2026-10-01T18:10:00Z", cluster="managed-1", helm=True)
    platform(scene, control_plane=False, ingress="")
    apps = tenants(scene, {"ml": {"trainer": 2}, "shop": {"cart": 2}})
    for name in ("trainer", "cart"):
        (pod,) = scene.rollout(apps[name], state=pending("", 24), minutes=24)
        scene.event(
            apps[name].owner,
            "SuccessfulCreate",
            f"Created pod: {pod['metadata']['name']}",
            "replicaset-controller",
            kind="Normal",
            minutes=24,
        )
        scene.alert("KubePodNotReady", 24, pod)
        scene.alert("KubeDeploymentRolloutStuck", 24, apps[name])
    scene.drop("EndpointSlice", "Service")
    return scene.case(
        "control-plane-scheduler-managed",
        "In a managed cluster two rollouts wait: their pods were made and nobody places them",
        cluster_truth(
            "kube-scheduler of the managed control plane",
            "Pods without node, condition or event after 24 minutes were never looked at.",
            "ml",
            "shop",
            confidence="medium",
            trap="Stuck rollouts right after two releases; the control plane cannot be seen.",
        ),
        hard=True,
    )


def controllers_down() -> Case:
    scene = Scene("2026-02-26T09:27:00Z", cluster="prod-6", helm=True)
    parts = platform(scene)
    apps = tenants(scene)
    manager = parts["controllers"].pods[0]
    scene.put(manager, crashing(47, exit_code=1))
    for name in ("storefront", "invoices"):
        obj = apps[name].obj
        obj["metadata"]["generation"] = 5
        obj["spec"]["replicas"] = 5
        obj["status"] = {"observedGeneration": 4}
        scene.alert("KubeDeploymentGenerationMismatch", 40, apps[name])
        scene.change(obj, "spec.replicas", 2, 5, minutes=40)
    scene.cron_job("billing", "dunning", schedule="*/5 * * * *", last=50)
    scene.alert("KubeControllerManagerDown", 47, job="kube-controller-manager")
    return scene.case(
        "control-plane-controllers-down",
        "Deployments are changed and nothing happens",
        cluster_truth("kube-controller-manager", "Nobody makes ReplicaSets, pods or jobs any more.", "shop", "billing"),
    )


def cloud_controller() -> Case:
    scene = Scene("2026-07-16T10:57:00Z", cluster="eu-4", version="v1.33.4")
    platform(scene, monitoring=False, storage="")
    tenants(scene)
    manager = scene.deployment("kube-system", "cloud-controller-manager", 1)
    scene.put(manager, unready(43))
    scene.node("worker-4", minutes=33)
    scene.taint("worker-4", "node.cloudprovider.kubernetes.io/uninitialized", value="true", minutes=33)
    ftp = scene.deployment("partners", "sftp", 1)
    scene.service("partners", "sftp", kind="LoadBalancer", port=22, target=2222)
    scene.service("support", "phone", kind="LoadBalancer", port=5060, target=5060)
    scene.deployment("support", "phone", 1)
    for namespace, name in (("partners", "sftp"), ("support", "phone")):
        scene.alert(
            "ServiceWithoutAddress",
            38,
            hold=15,
            namespace=namespace,
            service=name,
            summary=f"Service {namespace}/{name} has had no external address for 15 minutes",
        )
    _ = ftp
    return scene.case(
        "control-plane-cloud-controller",
        "New services get no address and a new node is not taken into use",
        cluster_truth(
            "cloud-controller-manager",
            "The cloud's controller is not ready, so nobody gives addresses or clears the taint.",
            "partners",
            "support",
            trap="Alerts name two services of two teams; there are no events.",
        ),
        hard=True,
    )


def tunnel_down() -> Case:
    scene = Scene("2026-08-14T12:02:00Z", cluster="managed-2", helm=True)
    platform(scene, control_plane=False)
    apps = tenants(scene)
    agents = scene.deployment("kube-system", "konnectivity-agent", 2)
    for pod in agents.pods:
        scene.put(pod, unready(31))
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 500", 31)
    operator = scene.deployment("queues", "kafka-operator-webhook", 1)
    scene.service("queues", "kafka-operator-webhook", port=443, target=9443)
    scene.webhook("kafka-operator", "pods.kafka.example.com", "kafka-operator-webhook", "queues")
    error = (
        'Internal error occurred: failed calling webhook "pods.kafka.example.com": failed to call webhook: Post '
        '"https://kafka-operator-webhook.queues.svc:443/validate?timeout=10s": No agent available'
    )
    for name in ("cart", "query"):
        scene.objects.remove(apps[name].pods.pop())
        scene.refused(apps[name], error, 27, count=13)
        scene.short_of_replicas(apps[name], 27)
    scene.alert("KubeAggregatedAPIDown", 30, name="v1beta1.metrics.k8s.io", namespace="default")
    _ = operator
    return scene.case(
        "control-plane-tunnel-down",
        "Pods are refused in the name of a team's webhook, which is well but cannot be reached from the control plane",
        cluster_truth(
            "konnectivity agents",
            "'No agent available' is the tunnel's word; the metrics API is gone with it.",
            "shop",
            "search",
            trap="The webhook that is named belongs to the queues team.",
        ),
        hard=True,
    )


def tokens_refused() -> Case:
    scene = Scene("2026-03-27T05:33:00Z", cluster="prod-3", helm=True)
    platform(scene)
    apps = tenants(
        scene, {"ci": {"runner": 2}, "secrets": {"syncer": 1}, "shop": {"cart": 2}, "queues": {"broker-operator": 1}}
    )
    for name in ("runner", "syncer", "broker-operator"):
        for pod in apps[name].pods:
            scene.put(pod, crashing(24))
            scene.back_off(pod, 23)
            scene.alert("KubePodCrashLooping", 23, pod)
        scene.short_of_replicas(apps[name], 24)
    scene.alert("KubeClientErrors", 25, job="kube-state-metrics", instance="10.244.1.25:8080")
    scene.metric("apiserver_request_total_rate", 214, code="401")
    scene.metric("apiserver_request_total_rate_a_day_ago", 0, code="401")
    scene.metric("authentication_attempts_rate", 209, result="error")
    return scene.case(
        "control-plane-tokens-refused",
        "All that talks to the API server is refused since the signing key of service accounts was changed",
        cluster_truth(
            "service account signing key",
            "401 for every service account at once; what does not talk to the API server runs on.",
            "ci",
            "secrets",
            "queues",
            trap="Three crash loops; 401 is a wrong credential as a rule.",
        ),
        hard=True,
    )


CASES = (
    overloaded(),
    api_down_alerts_only(),
    etcd_slow(),
    etcd_full(),
    no_leader(),
    scheduler_down(),
    scheduler_gone_from_monitoring(),
    controllers_down(),
    cloud_controller(),
    tunnel_down(),
    tokens_refused(),
)
