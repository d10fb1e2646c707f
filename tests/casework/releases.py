"""Applications under load and after releases: rates, latency, queues, autoscalers, budgets, Jobs.

Many of these leave nothing in the objects: the answer rests on a rollout minutes before, or on a platform that is well.
"""

from tests.casework.makers import RUNNING, Case, State, crashing, finished, running, team_truth
from tests.casework.stage import DAY, crash, crash_alerts, give, stage


def release_raises_errors() -> Case:
    scene, apps = stage("2026-06-01T09:33:00Z", helm=True)
    storefront = apps["storefront"]
    before = storefront.owner["metadata"]["name"]
    scene.rollout(storefront, state=running(2.5), made=2, kept=0, minutes=3)
    scene.event(
        storefront,
        "ScalingReplicaSet",
        f"Scaled down replica set {before} to 0 from 1",
        "deployment-controller",
        kind="Normal",
        minutes=2,
    )
    scene.alert(
        "HighErrorRate",
        2.4,
        storefront,
        hold=2,
        severity="critical",
        summary="More than 5% of the requests fail",
        description="storefront answers 38% of its requests with 500",
    )
    for status, value in (("200", 88.0), ("500", 54.0)):
        scene.metric("http_requests_total:rate1m", value, namespace="shop", deployment="storefront", code=status)
    return scene.case(
        "release-raises-errors",
        "A release answers with errors; its pods are ready and nothing restarts",
        team_truth(
            "deployment storefront",
            "The errors began with the new revision, three minutes ago, and nothing of the platform changed.",
            "shop",
            trap="No object is sick: whoever looks for a broken pod finds nothing.",
        ),
        hard=True,
    )


def thread_pool_exhausted() -> Case:
    scene, apps = stage("2026-06-02T18:44:00Z")
    scene.alert(
        "RequestLatencyHigh",
        40,
        apps["invoices"],
        hold=10,
        severity="critical",
        summary="Requests are slow",
        description="invoices: p99 8.1 s for 10 minutes",
    )
    scene.metric("http_request_duration_seconds:p99", 8.1, namespace="billing", deployment="invoices")
    scene.metric("http_request_duration_seconds:p99", 0.2, namespace="shop", deployment="cart")
    scene.metric("jetty_threads_busy", 200, namespace="billing", deployment="invoices")
    scene.metric("jetty_threads_max", 200, namespace="billing", deployment="invoices")
    scene.signal("node-saturation", "max(instance:node_load1_per_cpu:ratio)", 0.41, "ratio", healthy=True)
    scene.signal("dns-errors", "sum(rate(coredns_dns_responses_total{rcode='SERVFAIL'}[5m]))", 0, "1/s", healthy=True)
    return scene.case(
        "thread-pool-exhausted",
        "A service is slow because all its threads wait for one report",
        team_truth(
            "deployment invoices",
            "Its 200 threads are busy while every sign of the platform is good and its neighbours are fast.",
            "billing",
            trap="Latency without any broken object invites the thought of the network.",
        ),
        hard=True,
    )


def memory_leak() -> Case:
    scene, _ = stage("2026-06-03T04:10:00Z", helm=True, workers=4)
    feed = scene.deployment("social", "feed", 3, limits={"memory": "2Gi"}, requests={"cpu": "500m", "memory": "2Gi"})
    for index, pod in enumerate(feed.pods):
        scene.put(pod, State(last=("OOMKilled", 137), restarts=11 + index, minutes=35 + 70 * index))
        scene.metric(
            "container_memory_working_set_bytes",
            (1.1 + 0.4 * index) * 2**30,
            namespace="social",
            pod=pod["metadata"]["name"],
        )
    scene.alert(
        "ContainerMemoryNearLimit",
        22,
        feed.pods[2],
        hold=10,
        container="feed",
        summary="A container is near its memory limit",
        description="feed uses 95% of its 2Gi and was killed 13 times this week",
    )
    return scene.case(
        "memory-leak",
        "A service leaks and is killed at its own limit every few hours",
        team_truth(
            "deployment feed",
            "Each pod grows to its own limit, whichever node it is on; no node is under pressure.",
            "social",
            trap="Pods are ready now and OOMKilled before: it looks like past trouble of the nodes.",
        ),
        hard=True,
    )


def queue_consumer_stuck() -> Case:
    scene, _ = stage("2026-06-04T12:25:00Z")
    scene.deployment("logistics", "label-printer", 2)
    scene.stateful_set("logistics", "rabbitmq", 3)
    scene.metric("rabbitmq_queue_messages_ready", 48_211, namespace="logistics", queue="labels")
    scene.metric("rabbitmq_queue_consumers", 0, namespace="logistics", queue="labels")
    scene.metric("rabbitmq_queue_messages_ready", 3, namespace="logistics", queue="returns")
    scene.alert(
        "QueueBacklog",
        50,
        namespace="logistics",
        queue="labels",
        hold=15,
        summary="Messages wait in a queue",
        description="48211 messages wait in labels; it has no consumer",
    )
    return scene.case(
        "queue-without-consumer",
        "A consumer lost its channel and does not come back; its pods are ready",
        team_truth(
            "deployment label-printer",
            "The broker serves its other queue; the consumer is the team's and must reconnect.",
            "logistics",
        ),
    )


def autoscaler_without_requests() -> Case:
    scene, _ = stage("2026-06-05T07:07:00Z", metrics=True, helm=True)
    resize = scene.deployment("images", "resizer", 2)
    give(resize, resources={})
    missing = (
        "failed to get cpu utilization: missing request for cpu in container resizer of Pod "
        f"{resize.pods[0]['metadata']['name']}"
    )
    words = f"the HPA was unable to compute the replica count: {missing}"
    hpa = scene.autoscaler(
        "images",
        "resizer",
        conditions=[
            (
                "AbleToScale",
                "True",
                "SucceededGetScale",
                "the HPA controller was able to get the scale",
            ),
            ("ScalingActive", "False", "FailedGetResourceMetric", words),
        ],
        minutes=90,
    )
    for reason, text in (
        ("FailedGetResourceMetric", missing),
        (
            "FailedComputeMetricsReplicas",
            f"invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {missing}",
        ),
    ):
        scene.event(hpa, reason, text, "horizontal-pod-autoscaler", minutes=59, last=0.3, count=234)
    scene.alert(
        "ServiceSaturated",
        26,
        resize,
        hold=10,
        summary="A service is at its limit",
        description="resizer uses all of its CPU and is not scaled",
    )
    return scene.case(
        "autoscaler-without-requests",
        "An autoscaler has no CPU request to reckon with",
        team_truth(
            "deployment resizer",
            "The metrics API answers; the pods name no request. Autoscaler and deployment are the team's.",
            "images",
            trap="FailedGetResourceMetric is also what a broken metrics-server causes.",
        ),
        hard=True,
    )


def autoscaler_at_its_maximum() -> Case:
    scene, _ = stage("2026-06-06T20:00:00Z", metrics=True)
    api = scene.deployment("streaming", "segments", 6, limits={"cpu": "500m", "memory": "512Mi"})
    scene.autoscaler(
        "streaming",
        "segments",
        high=6,
        current=6,
        desired=6,
        conditions=[
            ("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"),
            (
                "ScalingLimited",
                "True",
                "TooManyReplicas",
                "the desired replica count is more than the maximum replica count",
            ),
        ],
        minutes=55,
    )
    hpa = scene.find("HorizontalPodAutoscaler", "segments", "streaming")
    scene.alert("KubeHpaMaxedOut", 54, hpa)
    scene.alert(
        "RequestLatencyHigh",
        50,
        api,
        hold=10,
        summary="Requests are slow",
        description="segments: p99 3.9 s for 10 minutes",
    )
    return scene.case(
        "autoscaler-at-maximum",
        "An autoscaler may not make more than six pods, which are too few for the evening",
        team_truth("horizontalpodautoscaler segments", "The maximum is the team's; the nodes have room.", "streaming"),
    )


def autoscaler_thrashes() -> Case:
    scene, _ = stage("2026-06-07T11:45:00Z", metrics=True)
    web = scene.deployment("auctions", "live", 9, states=[RUNNING] * 4 + [running(1.5)] * 5)
    hpa = scene.autoscaler("auctions", "live", high=12, current=9, desired=9)
    hpa["spec"]["behavior"] = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    for index in range(8):
        up = index % 2 == 0
        scene.event(
            hpa,
            "SuccessfulRescale",
            f"New size: {9 if up else 4}; reason: "
            + ("cpu resource utilization (percentage of request) above target" if up else "All metrics below target"),
            "horizontal-pod-autoscaler",
            kind="Normal",
            minutes=24 - 3 * index,
        )
    scene.alert(
        "HighErrorRate",
        21,
        web,
        hold=5,
        severity="critical",
        summary="More than 5% of the requests fail",
        description="live: connections are cut each time pods are removed",
    )
    return scene.case(
        "autoscaler-thrashes",
        "An autoscaler without a window makes and removes five pods every three minutes",
        team_truth(
            "horizontalpodautoscaler live",
            "The window of 0 seconds is the team's, and so is a service that does not end gracefully.",
            "auctions",
            trap="Pods that come and go all over the nodes look like evictions.",
        ),
        hard=True,
    )


def budget_blocks_drain() -> Case:
    scene, _ = stage("2026-06-08T03:30:00Z", workers=4, version="v1.30.10")
    ledger = scene.deployment("treasury", "ledger", 2, nodes=["worker-2", "worker-4"])
    scene.disruption_budget("treasury", "ledger", minimum=2, healthy=2, expected=2, allowed=0)
    scene.cordon("worker-2", 55)
    for pod in [pod for pod in scene.pods(node="worker-2") if pod not in ledger.pods]:
        if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet":
            pod["spec"]["nodeName"] = "worker-3"
            pod["status"]["hostIP"] = scene.nodes["worker-3"]["status"]["addresses"][0]["address"]
    scene.alert(
        "NodeDrainStuck",
        50,
        hold=30,
        node="worker-2",
        namespace="machine-config",
        summary="A drain has not ended",
        description="Draining worker-2 takes longer than 30 minutes: error when evicting pods/ledger -n treasury: "
        "Cannot evict pod as it would violate the pod's disruption budget.",
    )
    return scene.case(
        "budget-blocks-drain",
        "A disruption budget allows no pod of two to go, so a node cannot be drained for its upgrade",
        team_truth(
            "poddisruptionbudget ledger",
            "minAvailable equals the replicas: the team must allow one to go. Node and drain are as they should be.",
            "treasury",
            confidence="medium",
            trap="The alert is of a node that is cordoned and does not empty.",
        ),
        hard=True,
    )


def cron_jobs_overlap() -> Case:
    scene, _ = stage("2026-06-09T13:13:00Z")
    cron = scene.cron_job("sync", "mirror", schedule="*/5 * * * *", last=3)
    for number in range(14):
        scene.job("sync", f"mirror-2968{400 + number * 5}", state=RUNNING, owner=cron, minutes=3 + 5 * number)
    scene.alert(
        "CronJobOverlap",
        60,
        namespace="sync",
        cronjob="mirror",
        hold=15,
        summary="A CronJob runs many times at once",
        description="14 Jobs of mirror run at the same time",
    )
    scene.metric("kube_job_status_active:count", 14, namespace="sync")
    return scene.case(
        "cron-jobs-overlap",
        "A CronJob starts every five minutes what takes more than an hour",
        team_truth("cronjob mirror", "Schedule and concurrency policy are the team's.", "sync"),
    )


def job_gives_up() -> Case:
    scene, _ = stage("2026-06-10T05:50:00Z", helm=True)
    state = finished(3, 48)
    job = scene.job(
        "ledger-close", "close-2026-06", state=state, pods=4, failed="BackoffLimitExceeded", backoff_limit=3
    )
    job.obj["metadata"]["creationTimestamp"] = scene.at(70)
    scene.event(
        job, "BackoffLimitExceeded", "Job has reached the specified backoff limit", "job-controller", minutes=48
    )
    scene.alert("KubeJobFailed", 48, job)
    return scene.case(
        "job-gives-up",
        "A Job exits with 3 four times and gives up",
        team_truth("job close-2026-06", "The program says itself that its input is incomplete.", "ledger-close"),
    )


def job_passes_its_deadline() -> Case:
    scene, _ = stage("2026-06-11T06:35:00Z", version="v1.27.16", runtime="cri-o://1.27.8")
    job = scene.job("archive", "pack-week-23", state=finished(137, 33), failed="DeadlineExceeded", minutes=93)
    job.obj["spec"]["activeDeadlineSeconds"] = 3600
    scene.event(job, "DeadlineExceeded", "Job was active longer than specified deadline", "job-controller", minutes=33)
    scene.alert("KubeJobFailed", 33, job)
    scene.drop("Pod", "EndpointSlice")
    return scene.case(
        "job-passes-its-deadline",
        "A Job is ended after the hour that its team allows",
        team_truth(
            "job pack-week-23",
            "Deadline and amount of work are the team's; its pod ran all the time on a node that is well.",
            "archive",
        ),
    )


def load_of_another_team() -> Case:
    scene, apps = stage("2026-06-12T15:05:00Z", helm=True, workers=4)
    scene.deployment("load-lab", "stampede", 12, minutes=28, revision=1)
    cart = apps["cart"]
    for pod in cart.pods:
        crash(scene, pod, crashing(18, exit_code=137, reason="OOMKilled", restarts=7))
    crash_alerts(scene, cart, 17)
    for client, value in (("load-lab", 4_812.0), ("shop", 33.0)):
        scene.metric("http_requests_total:rate5m", value, namespace="shop", deployment="cart", client_namespace=client)
    scene.alert(
        "HighErrorRate",
        18,
        cart,
        hold=5,
        severity="critical",
        summary="More than 5% of the requests fail",
        description="cart: 91% of 4845 requests per second fail; 4812 come from load-lab",
    )
    return scene.case(
        "load-of-another-team",
        "A load test of one team overruns the service of another",
        team_truth(
            "deployment stampede",
            "The service carries its usual load; whoever runs the test must stop it.",
            "load-lab",
            "shop",
            confidence="medium",
            trap="All that is sick is the other team's: the cause is healthy.",
        ),
        hard=True,
    )


def settings_of_another_release() -> Case:
    scene, _ = stage("2026-06-13T10:20:00Z")
    scene.deployment("identity", "tokens", 3, minutes=32, revision=40)
    victims = {"parcels": "parcel-api", "returns": "returns-api", "stock": "stock-api"}
    for namespace, name in victims.items():
        made = scene.deployment(namespace, name, 2, minutes=DAY)
        scene.alert(
            "HighErrorRate",
            30,
            made,
            hold=5,
            summary="More than 5% of the requests fail",
            description=f"{name}: 100% of the calls to tokens.identity.svc are answered 401 (unknown issuer)",
        )
    tokens = scene.find("Deployment", "tokens", "identity")
    scene.change(
        tokens,
        "spec.template.spec.containers[0].image",
        "registry.example.com/identity/tokens:v3.9.0",
        "registry.example.com/identity/tokens:v4.0.0",
        minutes=32,
    )
    return scene.case(
        "release-of-another-team",
        "A release of one team's service refuses the calls of three others",
        team_truth(
            "deployment tokens",
            "The three began to fail when identity released; it must take that back.",
            "identity",
            *victims,
            trap="Three namespaces fail at once, and the cause has neither alert nor failing pod.",
        ),
        hard=True,
    )


CASES = (
    release_raises_errors(),
    thread_pool_exhausted(),
    memory_leak(),
    queue_consumer_stuck(),
    autoscaler_without_requests(),
    autoscaler_at_its_maximum(),
    autoscaler_thrashes(),
    budget_blocks_drain(),
    cron_jobs_overlap(),
    job_gives_up(),
    job_passes_its_deadline(),
    load_of_another_team(),
    settings_of_another_release(),
)
