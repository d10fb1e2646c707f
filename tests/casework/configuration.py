"""Applications that name what is not there, or ask for what they may not have: references and admission."""

from tests.casework.makers import Case, Scene, State, Workload, crashing, creating, team_truth, waiting
from tests.casework.stage import DAY, crash, crash_alerts, give, give_pod, stage, unavailable

# References


def _not_configured(scene: Scene, workload: Workload, error: str, minutes: float) -> None:
    container = workload.pods[0]["spec"]["containers"][0]["name"]
    for pod in workload.pods:
        scene.put(pod, waiting("CreateContainerConfigError", error, minutes))
        scene.event(
            pod,
            "Failed",
            f"Error: {error}",
            "kubelet",
            minutes=min(minutes, 58),
            last=0.3,
            count=round(min(minutes, 58) * 4.8),
            container=container,
        )


def secret_missing() -> Case:
    scene, _ = stage("2026-03-01T09:30:00Z", helm=True)
    mailer = scene.deployment("mail", "mailer", 2, minutes=41, revision=1)
    give(mailer, envFrom=[{"secretRef": {"name": "smtp-credentials"}}])
    _not_configured(scene, mailer, 'secret "smtp-credentials" not found', 40)
    unavailable(scene, mailer, 39)
    return scene.case(
        "secret-missing",
        "A deployment names a Secret that was never made",
        team_truth("deployment mailer", "The team must create its Secret or name another.", "mail"),
    )


def config_map_volume_missing() -> Case:
    scene, _ = stage("2026-03-02T12:12:00Z", version="v1.29.14", workers=4)
    router = scene.deployment("telemetry", "router", 3, minutes=50, revision=5, state=creating(49))
    give_pod(router, volumes=[{"name": "rules", "configMap": {"name": "router-rules-v5"}}])
    for pod in router.pods:
        scene.event(
            pod,
            "FailedMount",
            'MountVolume.SetUp failed for volume "rules" : configmap "router-rules-v5" not found',
            "kubelet",
            minutes=49,
            last=1.2,
            count=32,
        )
        scene.event(
            pod,
            "FailedMount",
            "Unable to attach or mount volumes: unmounted volumes=[rules], unattached volumes=[], failed to process "
            "volumes=[]: context deadline exceeded",
            "kubelet",
            minutes=47,
            last=2,
            count=20,
        )
    unavailable(scene, router, 48)
    return scene.case(
        "configmap-volume-missing",
        "A ConfigMap that is mounted as a volume does not exist",
        team_truth(
            "deployment router",
            "The volume is a ConfigMap of the team's own namespace; storage is not involved.",
            "telemetry",
            trap="FailedMount, also with time-outs, on three nodes: it looks like storage.",
        ),
        hard=True,
    )


def config_key_missing() -> Case:
    scene, apps = stage("2026-03-03T15:00:00Z", runtime="cri-o://1.33.2")
    made = scene.rollout(apps["query"], state=State(minutes=12), minutes=12)
    workload = Workload(apps["query"].obj, apps["query"].owner, made)
    _not_configured(scene, workload, "couldn't find key RANKING_URL in ConfigMap search/query-settings", 12)
    scene.add("v1", "ConfigMap", "query-settings", "search", data={"LOG_LEVEL": "info"})
    return scene.case(
        "configmap-key-missing-no-alerts",
        "A new revision wants a key that its ConfigMap lacks; no alert has fired",
        team_truth("deployment query", "The key is missing from the team's own ConfigMap.", "search"),
    )


def service_account_missing() -> Case:
    scene, _ = stage("2026-03-04T07:45:00Z", helm=True)
    agent = scene.deployment("inventory", "agent", 2, made=0, minutes=37, revision=2)
    give_pod(agent, serviceAccountName="inventory-agent")
    scene.refused(
        agent,
        f'pods "{agent.owner["metadata"]["name"]}-" is forbidden: error looking up service account '
        'inventory/inventory-agent: serviceaccount "inventory-agent" not found',
        36,
        count=16,
        last=9,
    )
    scene.alert("KubeDeploymentReplicasMismatch", 36, agent)
    return scene.case(
        "service-account-missing",
        "A deployment names a service account that does not exist",
        team_truth(
            "deployment agent",
            "The API server is right: the account is the team's to create.",
            "inventory",
            trap="Not one pod exists, and the API server refuses: it looks like the control plane.",
        ),
        hard=True,
    )


def role_lacks_verb() -> Case:
    scene, _ = stage("2026-03-05T19:10:00Z")
    operator = scene.deployment("backup-tools", "snapshotter", 1, minutes=66, revision=6)
    crash(scene, operator.pods[0], crashing(65, restarts=17))
    scene.add(
        "rbac.authorization.k8s.io/v1",
        "Role",
        "snapshotter",
        "backup-tools",
        rules=[{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list"]}],
    )
    scene.event(
        operator.pods[0],
        "ReconcileError",
        'jobs.batch is forbidden: User "system:serviceaccount:backup-tools:snapshotter" cannot create resource "jobs" '
        'in API group "batch" in the namespace "backup-tools"',
        "snapshotter",
        minutes=55,
        last=3,
        count=210,
    )
    crash_alerts(scene, operator, 64)
    scene.alert(
        "SnapshotsMissing",
        130,
        namespace="backup-tools",
        hold=60,
        summary="No snapshot was taken for two hours",
        description="The API server answers 403 to the snapshotter.",
    )
    return scene.case(
        "role-lacks-verb",
        "A team's operator may not create the Jobs that its new version makes",
        team_truth(
            "role snapshotter",
            "The Role is the team's; the API server answers as it must.",
            "backup-tools",
            trap="The alert names the API server, which does nothing wrong.",
        ),
        hard=True,
    )


# Admission


def quota_exceeded() -> Case:
    scene, _ = stage("2026-03-06T11:11:00Z", helm=True)
    reports = scene.deployment(
        "reports", "generator", 6, made=3, minutes=DAY * 5, requests={"cpu": "1", "memory": "2Gi"}
    )
    hard = {"requests.cpu": "4", "requests.memory": "8Gi", "pods": "20"}
    scene.quota("reports", "compute", hard, {"requests.cpu": "3750m", "requests.memory": "7Gi", "pods": "5"})
    scene.deployment("reports", "frontend", 2, requests={"cpu": "375m", "memory": "512Mi"})
    scene.change(reports, "spec.replicas", 3, 6, minutes=42)
    base = reports.owner["metadata"]["name"]
    for index, words in enumerate(("x2lqk", "8hdwv")):
        scene.refused(
            reports,
            f'pods "{base}-{words}" is forbidden: exceeded quota: compute, requested: requests.cpu=1, '
            "used: requests.cpu=3750m, limited: requests.cpu=4",
            42 - index,
            count=1 if index == 0 else 18,
            last=42 if index == 0 else 8,
            combined=index == 1,
        )
    scene.alert("KubeDeploymentReplicasMismatch", 41, reports)
    scene.alert("KubeQuotaAlmostFull", 40, namespace="reports", resource="requests.cpu", resourcequota="compute")
    return scene.case(
        "quota-exceeded-by-scale-up",
        "A team doubles its replicas beyond its quota",
        team_truth(
            "deployment generator",
            "The quota holds what was agreed and did not change; the team asked for more, so it asks for less, or "
            "asks the platform for a larger one.",
            "reports",
            confidence="medium",
            trap="A refused pod looks like the platform's refusal.",
        ),
        hard=True,
    )


def limit_range_maximum() -> Case:
    scene, _ = stage("2026-03-07T13:37:00Z", version="v1.30.10")
    scene.limit_range("notebooks", "bounds", [{"type": "Container", "max": {"memory": "4Gi", "cpu": "2"}}])
    lab = scene.stateful_set("notebooks", "lab", 1, made=0)
    give(lab, resources={"limits": {"memory": "16Gi"}, "requests": {"memory": "16Gi"}})
    scene.event(
        lab,
        "FailedCreate",
        'create Pod lab-0 in StatefulSet lab failed error: pods "lab-0" is forbidden: '
        "maximum memory usage per Container is 4Gi, but limit is 16Gi",
        "statefulset-controller",
        minutes=33,
        last=4,
        count=17,
    )
    scene.alert("KubeStatefulSetReplicasMismatch", 33, lab)
    return scene.case(
        "limit-range-maximum",
        "A container asks for more memory than its namespace allows to one",
        team_truth(
            "statefulset lab", "The bound is old; the request is new and the team's.", "notebooks", confidence="medium"
        ),
    )


def limits_required_by_quota() -> Case:
    scene, _ = stage("2026-03-08T16:20:00Z")
    scene.quota("etl", "budget", {"limits.memory": "64Gi"}, {"limits.memory": "8Gi"})
    job = scene.job("etl", "import-2026-03-08", pods=0, minutes=52)
    scene.refused(
        job,
        'pods "import-2026-03-08-4zd2m" is forbidden: failed quota: budget: must specify limits.memory for: '
        "import-2026-03-08",
        52,
        count=14,
        last=6,
    )
    scene.alert(
        "ImportLate",
        40,
        namespace="etl",
        hold=10,
        summary="The nightly import has not begun",
        description="No pod runs.",
    )
    return scene.case(
        "limits-required-by-quota",
        "A Job sets no memory limit where the quota demands one",
        team_truth("job import-2026-03-08", "The team must set a limit, as all its other Jobs do.", "etl"),
    )


def pod_security_violated() -> Case:
    scene, apps = stage("2026-03-09T10:02:00Z", helm=True, workers=2)
    labels = {
        "pod-security.kubernetes.io/enforce": "restricted",
    }
    scene.find("Namespace", "billing")["metadata"]["labels"] |= labels
    invoices = apps["invoices"]
    scene.rollout(invoices, state=State(), made=0, minutes=27)
    base = invoices.owner["metadata"]["name"]
    invoices.owner["spec"]["replicas"] = 1
    give(invoices, securityContext={"privileged": True})
    scene.refused(
        invoices,
        f'pods "{base}-c9x8v" is forbidden: violates PodSecurity "restricted:latest": privileged (container "invoices" '
        "must not set securityContext.privileged=true), allowPrivilegeEscalation != false (container "
        '"invoices" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container '
        '"invoices" must set securityContext.runAsNonRoot=true)',
        27,
        count=15,
        last=10,
        combined=True,
    )
    scene.alert("KubeDeploymentRolloutStuck", 16.5, invoices)
    return scene.case(
        "pod-security-violated",
        "A release wants privileges that its namespace has never allowed",
        team_truth(
            "deployment invoices",
            "The namespace's level is as old as the namespace; the new revision alone asks to be privileged.",
            "billing",
            confidence="medium",
        ),
    )


def own_webhook_blocks() -> Case:
    scene, _ = stage("2026-03-10T18:48:00Z", version="v1.31.6")
    guard = scene.deployment("payments-dev", "policy-guard", 1, minutes=DAY)
    crash(scene, guard.pods[0], crashing(58, exit_code=2, restarts=16))
    scene.service("payments-dev", "policy-guard", port=443, target=8443)
    hook = scene.webhook("payments-dev-guard", "guard.payments-dev.example.com", "policy-guard", "payments-dev")
    hook["webhooks"][0]["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": "payments-dev"}}
    api = scene.deployment("payments-dev", "payments-api", 3, made=1)
    scene.refused(
        api,
        'Internal error occurred: failed calling webhook "guard.payments-dev.example.com": failed to call webhook: '
        'Post "https://policy-guard.payments-dev.svc:443/validate?timeout=10s": no endpoints available for service '
        '"policy-guard"',
        50,
        count=17,
        last=5,
    )
    scene.alert("KubeDeploymentReplicasMismatch", 50, api)
    crash_alerts(scene, guard, 57)
    return scene.case(
        "own-webhook-blocks-own-namespace",
        "A team's own admission webhook is down and refuses its own pods",
        team_truth(
            "deployment policy-guard",
            "The webhook, its service and the only namespace that it watches are the team's.",
            "payments-dev",
            trap="A failing webhook looks like the control plane's or a policy engine's outage.",
        ),
        hard=True,
    )


CASES = (
    secret_missing(),
    config_map_volume_missing(),
    config_key_missing(),
    service_account_missing(),
    role_lacks_verb(),
    quota_exceeded(),
    limit_range_maximum(),
    limits_required_by_quota(),
    pod_security_violated(),
    own_webhook_blocks(),
)
