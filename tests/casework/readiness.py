"""Applications that start and are not ready, by their own doing: init containers, probes, hooks and releases."""

from tests.casework.makers import (
    RUNNING,
    Case,
    Scene,
    State,
    crashing,
    init_failing,
    team_truth,
    unready,
)
from tests.casework.stage import (
    crash,
    crash_alerts,
    give,
    http_probe,
    stage,
    unavailable,
)

# Init containers


def init_waits_for_ever() -> Case:
    scene, _ = stage("2026-02-16T06:40:00Z")
    state = State(phase="Pending", ready=False, in_init=True, minutes=85)
    orders = scene.deployment("orders", "orders-api", 2, init="wait-for-schema", state=state, minutes=86, revision=3)
    unavailable(scene, orders, 84)
    scene.alert("KubeDeploymentRolloutStuck", 75, orders)
    return scene.case(
        "init-container-hangs",
        "An init container waits for a schema version that the team's migration never writes",
        team_truth(
            "deployment orders-api",
            "The container runs and waits; no volume, image or network of the platform is involved.",
            "orders",
            trap="Pods Pending for more than an hour, without one event: it looks as if no node took them.",
        ),
        hard=True,
    )


def init_fails() -> Case:
    scene, _ = stage("2026-02-17T20:10:00Z")
    crm = scene.deployment("crm", "crm-web", 2, init="migrate", state=init_failing(55, restarts=14), minutes=56)
    for pod in crm.pods:
        scene.event(
            pod,
            "BackOff",
            f"Back-off restarting failed container migrate in pod {pod['metadata']['name']}_crm"
            f"({pod['metadata']['uid']})",
            "kubelet",
            minutes=54,
            last=1,
            count=230,
        )
    unavailable(scene, crm, 54)
    return scene.case(
        "init-migration-fails",
        "The migration in an init container fails",
        team_truth("deployment crm-web", "The team's migration exits with 1, in both pods.", "crm"),
    )


# Probes


def liveness_wrong_port() -> Case:
    scene, apps = stage("2026-02-18T14:14:00Z", version="v1.29.14")
    give(apps["cart"], livenessProbe=http_probe("/healthz", 9999))
    for pod in apps["cart"].pods:
        crash(scene, pod, crashing(30, exit_code=0, reason="Completed", restarts=9))
        address = pod["status"]["podIP"]
        scene.unhealthy(
            pod,
            f'Liveness probe failed: Get "http://{address}:9999/healthz": dial tcp {address}:9999: '
            "connect: connection refused",
            30,
            count=27,
        )
        scene.event(
            pod,
            "Killing",
            "Container cart failed liveness probe, will be restarted",
            "kubelet",
            kind="Normal",
            minutes=29,
            last=4,
            count=9,
            container="cart",
        )
    crash_alerts(scene, apps["cart"], 29)
    return scene.case(
        "liveness-wrong-port",
        "A liveness probe asks a port where nothing listens",
        team_truth("deployment cart", "The port of the probe is in the team's own spec.", "shop"),
    )


def readiness_wrong_path() -> Case:
    scene, apps = stage("2026-02-19T09:55:00Z")
    made = scene.rollout(apps["storefront"], state=unready(28), made=1, minutes=28)
    give(apps["storefront"], readinessProbe=http_probe("/redy", 8080))
    for pod in made:
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 404", 28, count=25)
    unavailable(scene, apps["storefront"], 27, made)
    scene.alert("KubeDeploymentRolloutStuck", 18, apps["storefront"])
    return scene.case(
        "readiness-wrong-path",
        "A readiness probe asks a path that does not exist",
        team_truth("deployment storefront", "The path of the probe is in the team's own spec.", "shop"),
    )


def probe_wrong_scheme() -> Case:
    scene, _ = stage("2026-02-20T17:25:00Z", version="v1.26.15", runtime="containerd://1.6.28")
    vault = scene.deployment("secrets-demo", "keyring", 2, state=unready(45), minutes=46, revision=1)
    give(vault, readinessProbe=http_probe("/ready", 8200, scheme="HTTPS"))
    for pod in vault.pods:
        address = pod["status"]["podIP"]
        scene.unhealthy(
            pod,
            f'Readiness probe failed: Get "https://{address}:8200/ready": http: server gave HTTP response to HTTPS '
            "client",
            45,
            count=62,
        )
    unavailable(scene, vault, 44)
    scene.drop("Deployment", "ReplicaSet", "EndpointSlice")
    return scene.case(
        "probe-wrong-scheme",
        "A probe speaks HTTPS to a server that speaks HTTP",
        team_truth("deployment keyring", "The scheme of the probe is in the team's own spec.", "secrets-demo"),
    )


def startup_probe_too_short() -> Case:
    scene, _ = stage("2026-02-21T05:35:00Z", workers=4, helm=True)
    erp = scene.deployment("erp", "erp-core", 4, minutes=52, revision=18)
    give(erp, startupProbe={**http_probe("/started", 8080), "failureThreshold": 3})
    for pod in erp.pods:
        scene.put(pod, State(ready=False, last=("Error", 137), restarts=12, minutes=50))
        address = pod["status"]["podIP"]
        scene.unhealthy(
            pod,
            f'Startup probe failed: Get "http://{address}:8080/started": context deadline exceeded '
            "(Client.Timeout exceeded while awaiting headers)",
            50,
            count=37,
        )
        scene.event(
            pod,
            "Killing",
            "Container erp-core failed startup probe, will be restarted",
            "kubelet",
            kind="Normal",
            minutes=49,
            last=3,
            count=12,
            container="erp-core",
        )
    unavailable(scene, erp, 49)
    return scene.case(
        "startup-probe-too-short",
        "A startup probe allows thirty seconds to a program that needs two minutes",
        team_truth(
            "deployment erp-core",
            "Exit code 137 is the kubelet's KILL after the team's own probe, not memory: no OOMKilled, no pressure.",
            "erp",
            trap="Exit code 137 and time-outs on four nodes: it looks like memory or network of the nodes.",
        ),
        hard=True,
    )


def stop_hook_too_long() -> Case:
    scene, apps = stage("2026-02-22T21:05:00Z")
    scene.rollout(apps["query"], state=State(minutes=26), made=2, minutes=28, event=True)
    old = apps["query"].pods[:2]
    before = old[0]["metadata"]["ownerReferences"][0]["name"]
    scene.find("ReplicaSet", before, "search")["spec"]["replicas"] = 0
    hook = {"exec": {"command": ["sh", "-c", "sleep 7200"]}}
    give(apps["query"], lifecycle={"preStop": hook})
    for pod in old:
        pod["metadata"]["deletionTimestamp"] = scene.at(-95)
        pod["metadata"]["deletionGracePeriodSeconds"] = 7200
        pod["spec"]["terminationGracePeriodSeconds"] = 7200
        scene.event(pod, "Killing", "Stopping container query", "kubelet", kind="Normal", minutes=25, container="query")
    scene.alert(
        "PodStuckTerminating",
        25,
        old[0],
        hold=20,
        summary="Pod is terminating for more than 20 minutes",
        description="Pod search/query is terminating for more than 20 minutes; its node may be gone.",
    )
    return scene.case(
        "stop-hook-too-long",
        "A preStop hook sleeps for two hours, so old pods stay Terminating",
        team_truth(
            "deployment query",
            "The hook and the grace period are the team's; the nodes are ready and their kubelets do as told.",
            "search",
            trap="Pods that stay Terminating look like pods of a lost node.",
        ),
        hard=True,
    )


def stateful_ordinal_stuck() -> Case:
    scene, _ = stage("2026-02-23T08:28:00Z", storage=True)
    queue = scene.stateful_set("events", "broker", 3, claim="data", states=[RUNNING, crashing(64, restarts=17)], made=2)
    scene.back_off(queue.pods[1], 59, count=260)
    scene.alert("KubePodCrashLooping", 62, queue.pods[1])
    scene.alert("KubeStatefulSetReplicasMismatch", 62, queue)
    return scene.case(
        "stateful-ordinal-stuck",
        "The second member of a StatefulSet crashes on its own journal, so the third is never made",
        team_truth(
            "statefulset broker",
            "Its volume is bound and mounted: what it cannot read is the format that the team's last version wrote.",
            "events",
            trap="A missing replica of a StatefulSet with a volume invites the thought of storage.",
        ),
        hard=True,
    )


def new_revision_not_ready() -> Case:
    scene, apps = stage("2026-02-24T10:50:00Z", version="v1.32.8")
    made = scene.rollout(apps["invoices"], state=unready(14), made=1, minutes=14)
    for pod in made:
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 500", 13.5, count=25)
    return scene.case(
        "rollout-not-ready-no-alerts",
        "A rollout is stuck because its new pods answer 500; no alert has fired",
        team_truth("deployment invoices", "The new revision says of itself that it is not ready.", "billing"),
    )


def crash_at_both_ends(scene: Scene) -> None:
    """Two crash loops of one release, in the names of its two deployments."""
    for name in ("worker", "web"):
        made = scene.deployment("tickets", f"tickets-{name}", 2, minutes=44, revision=21)
        for pod in made.pods:
            crash(scene, pod, crashing(43, restarts=12))
        crash_alerts(scene, made, 42)


def database_password_rotated() -> Case:
    scene, _ = stage("2026-02-25T01:12:00Z", storage=True, helm=True)
    database = scene.stateful_set("tickets", "postgres", 1, claim="data")
    crash_at_both_ends(scene)
    scene.alert(
        "PostgresAuthenticationFailures",
        40,
        database.pods[0],
        hold=5,
        summary="Many failed log-ins",
        description="password authentication failed for user tickets: 41 in the last 5 minutes",
    )
    return scene.case(
        "database-password-rotated",
        "The team rotated its database's password, and not that of its services",
        team_truth(
            "secret tickets-database",
            "The database runs and refuses the services' password: both belong to the team.",
            "tickets",
            trap="Everything that talks to the database fails at once: it looks like its volume or its network.",
        ),
        hard=True,
    )


CASES = (
    init_waits_for_ever(),
    init_fails(),
    liveness_wrong_port(),
    readiness_wrong_path(),
    probe_wrong_scheme(),
    startup_probe_too_short(),
    stop_hook_too_long(),
    stateful_ordinal_stuck(),
    new_revision_not_ready(),
    database_password_rotated(),
)
