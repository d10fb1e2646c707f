"""Controls: moments at which nothing is wrong, though much happens. Nobody should be woken.

What they hold is what a rule by the type of an event, or by a state seen once, takes for a failure.
"""

from tests.casework.makers import Case, Scene, State, creating, finished, nothing_wrong, running
from tests.casework.stage import CONTROL_PLANE, DAY, give, no_fit, stage

_WEEK = 7 * DAY


def watchdog_alone() -> Case:
    scene, _ = stage("2026-08-01T03:00:00Z", helm=True)
    scene.drop(keep=("None",))
    return scene.case(
        "control-watchdog-alone",
        "The Watchdog alone",
        nothing_wrong("It fires for ever, to show that alerting works.", trap="It is an alert that fires."),
    )


def informational_alerts() -> Case:
    scene, apps = stage("2026-08-02T10:30:00Z", helm=True)
    pod = apps["cart"].pods[0]["metadata"]["name"]
    scene.alert("CPUThrottlingHigh", 45, namespace="shop", pod=pod, container="cart")
    scene.alert(
        "InfoInhibitor",
        44,
        hold=0,
        severity="none",
        namespace="shop",
        summary="Info-level alert inhibition.",
        description="This is an alert that is used to inhibit info alerts.",
    )
    scene.alert("NodeCPUHighUsage", 30, node="worker-1")
    scene.alert("KubeQuotaAlmostFull", 600, namespace="billing", resource="pods", resourcequota="default")
    return scene.case(
        "control-informational-alerts",
        "Alerts of severity info, and their inhibitor",
        nothing_wrong(
            "Everything runs; these alerts are for reading, by their own severity.", trap="Five alerts fire."
        ),
        hard=True,
    )


def scale_down() -> Case:
    scene, apps = stage("2026-08-03T23:10:00Z")
    query = apps["query"]
    owner = query.owner["metadata"]["name"]
    scene.change(query, "spec.replicas", 6, 2, minutes=4)
    scene.event(
        query,
        "ScalingReplicaSet",
        f"Scaled down replica set {owner} to 2 from 6",
        "deployment-controller",
        kind="Normal",
        minutes=4,
    )
    for letters in ("k2x8p", "v9dqm", "zt4hw", "b6rlc"):
        gone = scene.pod("search", f"{owner}-{letters}", owner=query.owner, labels={"app": "query"})
        scene.objects.remove(gone)
        scene.event(
            query.owner,
            "SuccessfulDelete",
            f"Deleted pod: {owner}-{letters}",
            "replicaset-controller",
            kind="Normal",
            minutes=4,
        )
        scene.event(gone, "Killing", "Stopping container query", "kubelet", kind="Normal", minutes=3.9)
        scene.unhealthy(
            gone,
            'Readiness probe failed: Get "http://10.244.2.9:8080/ready": dial tcp 10.244.2.9:8080: connect: connection '
            "refused",
            3.8,
            count=2,
            last=3.5,
        )
    return scene.case(
        "control-scale-down",
        "Four pods of six are removed at night",
        nothing_wrong(
            "The team scaled down; a pod that ends fails its probes while it does.",
            trap="Killing and Unhealthy of four pods at once.",
        ),
        hard=True,
    )


def rollout_in_flight() -> Case:
    scene, apps = stage("2026-08-04T14:00:20Z", ingress=True)
    scene.rollout(apps["cart"], state=creating(0.3), made=1, minutes=0.4)
    new = scene.rollout(apps["invoices"], state=State(ready=False, minutes=0.8), made=1, minutes=1.2)
    for pod in new:
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 0.7, count=3, last=0.2)
    return scene.case(
        "control-rollouts-in-flight",
        "Two ordinary rollouts are on their way",
        nothing_wrong(
            "New pods are seconds old, the old ones serve, and no deadline has passed.",
            trap="A pod that is not ready, and a probe that fails.",
        ),
        hard=True,
    )


def slow_probe_once() -> Case:
    scene, apps = stage("2026-08-05T09:09:00Z", helm=True)
    pod = apps["query"].pods[0]
    scene.unhealthy(
        pod,
        'Readiness probe failed: Get "http://10.244.1.17:8080/ready": context deadline exceeded (Client.Timeout '
        "exceeded while awaiting headers)",
        6,
        count=1,
        last=6,
    )
    return scene.case(
        "control-one-slow-probe",
        "One probe took too long, once",
        nothing_wrong("It failed once of three and the pod was never taken out."),
    )


def jobs_completed() -> Case:
    scene, _ = stage("2026-08-06T05:05:00Z")
    cron = scene.cron_job("reports", "daily", schedule="0 4 * * *", last=65)
    for number in range(3):
        job = scene.job(
            "reports",
            f"daily-2969{number}00",
            state=finished(0, 50 + number * DAY),
            owner=cron,
            minutes=65 + number * DAY,
        )
        if number == 0:
            scene.event(job, "Completed", "Job completed", "job-controller", kind="Normal", minutes=50)
    scene.job("ml-batch", "embed-catalogue", minutes=9.5 * 60, state=running(9.4 * 60))
    return scene.case(
        "control-jobs-completed",
        "Jobs that are done, and a long one that goes on",
        nothing_wrong(
            "Pods that ended with 0 are not ready, as they should be.",
            trap="Four pods are not Ready.",
        ),
    )


def autoscaler_at_work() -> Case:
    scene, apps = stage("2026-08-11T18:45:00Z", metrics=True)
    query = apps["query"]
    query.obj["spec"]["replicas"] = query.owner["spec"]["replicas"] = 5
    for _ in range(3):
        scene.replacement(query, running(2))
    hpa = scene.autoscaler("search", "query", current=5, desired=5, minutes=3)
    scene.event(
        hpa,
        "FailedGetResourceMetric",
        "failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)",
        "horizontal-pod-autoscaler",
        minutes=2.8,
        count=2,
        last=2.5,
    )
    scene.event(
        hpa,
        "SuccessfulRescale",
        "New size: 5; reason: cpu resource utilization (percentage of request) above target",
        "horizontal-pod-autoscaler",
        kind="Normal",
        minutes=3,
    )
    return scene.case(
        "control-autoscaler-at-work",
        "An autoscaler makes three more pods, which had no metrics for a moment",
        nothing_wrong("Pods that are seconds old have no metrics yet.", trap="FailedGetResourceMetric."),
        hard=True,
    )


def old_warnings() -> Case:
    scene, apps = stage("2026-08-12T08:57:00Z", helm=True)
    for pod in apps["cart"].pods:
        scene.event(
            pod,
            "FailedMount",
            'MountVolume.SetUp failed for volume "settings" : failed to sync configmap cache: timed out waiting '
            "for the condition",
            "kubelet",
            minutes=56,
            last=55,
            count=2,
        )
    scene.back_off(apps["query"].pods[0], 58, count=12, last=54)
    scene.put(apps["query"].pods[0], State(restarts=3, last=("Error", 1), minutes=53))
    scene.node_event("worker-2", "NodeNotReady", minutes=57)
    scene.node_event("worker-2", "NodeReady", minutes=56)
    scene.condition("worker-2", "Ready", "True", "KubeletReady", "kubelet is posting ready status", minutes=56)
    return scene.case(
        "control-old-warnings",
        "Warnings of an hour ago; all that they are about has been well since",
        nothing_wrong(
            "Events live for an hour; the objects say that it is over.", trap="NodeNotReady, BackOff, FailedMount."
        ),
        hard=True,
    )


def resolved_only() -> Case:
    scene, apps = stage("2026-08-13T16:05:00Z")
    scene.alert("KubePodCrashLooping", 70, apps["invoices"].pods[0], resolved=12)
    scene.alert("KubeDeploymentReplicasMismatch", 70, apps["invoices"], resolved=12)
    scene.alert("KubeNodeNotReady", 90, node="worker-3", resolved=48)
    scene.put(apps["invoices"].pods[0], State(restarts=9, last=("Error", 1), minutes=20))
    return scene.case(
        "control-resolved-only",
        "Alerts that have all been resolved",
        nothing_wrong("None of them fires any more, and the objects agree.", trap="Three alerts that were delivered."),
        hard=True,
    )


def cron_job_failed_once() -> Case:
    scene, _ = stage("2026-08-15T11:15:00Z")
    cron = scene.cron_job("invoicing", "dunning", schedule="*/10 * * * *", last=5)
    bad = scene.job(
        "invoicing", "dunning-29701230", state=finished(1, 13), owner=cron, minutes=15, failed="BackoffLimitExceeded"
    )
    scene.event(
        bad, "BackoffLimitExceeded", "Job has reached the specified backoff limit", "job-controller", minutes=13
    )
    scene.job("invoicing", "dunning-29701240", state=finished(0, 4), owner=cron, minutes=5)
    return scene.case(
        "control-cron-job-failed-once",
        "A CronJob failed once; its next run succeeded",
        nothing_wrong(
            "The next run did the work of both, and no alert has come of it.", trap="A failed Job lies there."
        ),
        hard=True,
    )


def certificates_renewed() -> Case:
    scene, _ = stage("2026-08-17T13:33:00Z", ingress=True)
    certificate = scene.add("cert-manager.io/v1", "Certificate", "shop-tls", "shop", spec={"secretName": "shop-tls"})
    for reason, words, minutes in (
        ("Issuing", "Renewing certificate as renewal was scheduled at 2026-08-17 13:20:00 +0000 UTC", 13.0),
        ("Requested", 'Created new CertificateRequest resource "shop-tls-7"', 12.9),
        ("Issuing", "The certificate has been successfully issued", 12.0),
    ):
        scene.event(certificate, reason, words, "cert-manager-certificates-trigger", kind="Normal", minutes=minutes)
    controller = scene.pods(namespace="ingress-nginx")[0]
    scene.event(
        controller,
        "RELOAD",
        "NGINX reload triggered due to a change in configuration",
        "nginx-ingress-controller",
        kind="Normal",
        minutes=11.9,
    )
    return scene.case(
        "control-certificates-renewed",
        "A certificate was renewed on time",
        nothing_wrong("It was due, and it was done."),
    )


def restarts_of_last_week() -> Case:
    scene, apps = stage("2026-08-18T19:50:00Z", helm=True)
    for name, restarts in (("cart", 14), ("query", 3), ("invoices", 41)):
        for pod in apps[name].pods:
            scene.put(pod, State(restarts=restarts, last=("OOMKilled", 137), minutes=6 * DAY))
            ended = pod["status"]["containerStatuses"][0]["lastState"]["terminated"]
            ended |= {"startedAt": scene.at(_WEEK), "finishedAt": scene.at(6 * DAY)}
    return scene.case(
        "control-restarts-of-last-week",
        "Containers with many restarts, the last of them six days ago",
        nothing_wrong(
            "Counters of restarts never go back; all pods have been ready since.", trap="41 restarts, OOMKilled."
        ),
        hard=True,
    )


def preempted_batch_pod() -> Case:
    scene, _ = stage("2026-08-19T15:25:00Z")
    batch = scene.job("simulation", "monte-carlo", minutes=300, state=running(6), priority_class="low")
    first = scene.pod(
        "simulation",
        "monte-carlo-old7x",
        owner=batch.obj,
        node="worker-1",
        state=finished(137, 10),
        priority_class="low",
    )
    scene.objects.remove(first)
    urgent = scene.deployment(
        "trading", "pricer", 1, nodes=["worker-1"], minutes=10, state=running(9), priority_class="high"
    )
    scene.scheduler_event(
        first,
        f"Preempted by pod {urgent.pods[0]['metadata']['uid']} on node worker-1",
        reason="Preempted",
        kind="Normal",
        minutes=10,
        action="Preempting",
    )
    scene.scheduler_event(
        urgent.pods[0],
        no_fit({CONTROL_PLANE: 1, "Insufficient cpu": 3}, victims=2, helpless=1),
        minutes=10,
    )
    return scene.case(
        "control-batch-pod-preempted",
        "A batch pod of low priority made room, and runs again",
        nothing_wrong("Low priority says that it may be removed; its Job made it anew.", trap="A pod was killed."),
        hard=True,
    )


def _healed_pull(scene: Scene, image: str) -> None:
    made = scene.deployment("catalogue", "importer", 1, image=image, minutes=26, state=running(18), revision=5)
    pod = made.pods[0]
    error = (
        f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": unexpected status from '
        "HEAD request to https://registry.example.com/v2/catalogue/importer/manifests/v2: 503 Service Unavailable"
    )
    for reason, words, kind, minutes, last in (
        ("Failed", f'Failed to pull image "{image}": {error}', "Warning", 25.0, 21.0),
        ("Failed", "Error: ErrImagePull", "Warning", 25.0, 21.0),
        ("BackOff", f'Back-off pulling image "{image}"', "Normal", 24.0, 19.5),
        ("Failed", "Error: ImagePullBackOff", "Warning", 24.0, 19.5),
        ("Pulled", f'Successfully pulled image "{image}" in 2.114s (2.114s including waiting)', "Normal", 18.2, 18.2),
        ("Started", "Started container importer", "Normal", 18.0, 18.0),
    ):
        scene.event(
            pod, reason, words, "kubelet", kind=kind, minutes=minutes, last=last, count=3 if last < minutes else 1
        )
    give(made, imagePullPolicy="Always")


def pull_healed() -> Case:
    scene, _ = stage("2026-08-20T10:10:00Z")
    _healed_pull(scene, "registry.example.com/catalogue/importer:v2")
    return scene.case(
        "control-pull-healed",
        "A pull failed for five minutes and then succeeded",
        nothing_wrong("The pod runs since; the registry's hiccup is over.", trap="ErrImagePull and ImagePullBackOff."),
        hard=True,
    )


CASES = (
    watchdog_alone(),
    informational_alerts(),
    scale_down(),
    rollout_in_flight(),
    slow_probe_once(),
    jobs_completed(),
    autoscaler_at_work(),
    old_warnings(),
    resolved_only(),
    cron_job_failed_once(),
    certificates_renewed(),
    restarts_of_last_week(),
    preempted_batch_pod(),
    pull_healed(),
)
