"""Services that the platform offers to teams: certificates, secrets, metrics, deliveries, and the monitoring itself."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Scene, cluster_truth, crashing, unready, waiting


def certificates_not_renewed() -> Case:
    scene = Scene("2026-04-30T07:12:00Z", cluster="eu-1", helm=True)
    platform(scene)
    tenants(scene)
    manager = scene.deployment("cert-manager", "cert-manager", 1, container="cert-manager-controller")
    scene.put(manager, crashing(60 * 30, exit_code=1, restarts=340))
    scene.back_off(manager.pods[0], 59, count=260)
    scene.alert("KubePodCrashLooping", 60 * 30, manager.pods[0])
    for namespace, name in (("shop", "storefront"), ("billing", "invoices"), ("search", "query")):
        scene.ingress(namespace, name, tls=f"{name}-tls")
        scene.alert(
            "ProbeFailed",
            70,
            hold=10,
            severity="critical",
            job="blackbox",
            namespace=namespace,
            instance=f"https://{name}.example.com",
            summary=f"{name}.example.com: x509: certificate has expired",
        )
    return scene.case(
        "service-certificates-not-renewed",
        "Three certificates ran out: cert-manager has been crashing since yesterday",
        cluster_truth(
            "cert-manager",
            "Renewal is the platform's; all three ran out after it stopped.",
            "shop",
            "billing",
            "search",
            trap="Each certificate belongs to an Ingress of its own team.",
        ),
        hard=True,
    )


def only_a_target() -> Case:
    scene = Scene("2026-05-24T02:32:00Z", cluster="eu-2", helm=True)
    platform(scene)
    tenants(scene)
    scene.alert("TargetDown", 26, job="kube-proxy", namespace="kube-system", service="kube-prometheus-stack-kube-proxy")
    scene.alert("KubeProxyDown", 26, job="kube-proxy")
    agents = scene.daemon_set(
        "kube-system", "kube-proxy", image="registry.k8s.io/kube-proxy:v1.33.4", host_network=True
    )
    _ = agents
    return scene.case(
        "service-metrics-bound-to-localhost",
        "kube-proxy is well and cannot be scraped",
        cluster_truth(
            "scrape of kube-proxy",
            "All its pods are ready; its metrics are bound to the machine itself. What must change is the platform's "
            "monitoring, and no team is concerned.",
            trap="KubeProxyDown, critical, says that the network is broken.",
        ),
        hard=True,
    )


def monitoring_broken() -> Case:
    scene = Scene("2026-07-11T22:22:00Z", cluster="prod-2")
    platform(scene)
    tenants(scene)
    server = scene.stateful_set("monitoring", "prometheus-k8s", 2, container="prometheus")
    scene.put(server.pods[0], unready(34, restarts=4))
    scene.unhealthy(server.pods[0], "Readiness probe failed: HTTP probe failed with statuscode: 503", 34)
    scene.alert("PrometheusRuleFailures", 30, server.pods[1], port="9090")
    scene.alert("PrometheusNotIngestingSamples", 30, server.pods[1], port="9090")
    scene.short_of_replicas(server, 34)
    for namespace, job in (("shop", "cart"), ("billing", "invoices"), ("search", "query")):
        scene.alert("TargetDown", 20, job=job, namespace=namespace, service=job)
    return scene.case(
        "service-monitoring-broken",
        "Targets of three teams are down, says a monitoring that is itself unwell",
        cluster_truth(
            "Prometheus in monitoring",
            "All targets are ready pods with endpoints; the Prometheus that asks them does not take samples.",
            trap="TargetDown in three namespaces looks like three applications that do not answer.",
        ),
        hard=True,
    )


def secrets_operator() -> Case:
    scene = Scene("2026-08-08T13:55:00Z", cluster="eu-3", helm=True)
    platform(scene)
    apps = tenants(scene)
    operator = scene.deployment("external-secrets", "external-secrets", 1)
    scene.put(operator, crashing(57))
    scene.back_off(operator.pods[0], 56)
    store = scene.add(
        "external-secrets.io/v1",
        "ClusterSecretStore",
        "vault",
        status={
            "conditions": [
                {
                    "type": "Ready",
                    "status": "False",
                    "reason": "InvalidProviderConfig",
                    "message": "unable to log in to Vault: permission denied",
                }
            ]
        },
    )
    scene.event(
        store,
        "InvalidProviderConfig",
        "unable to log in to Vault: permission denied",
        "cluster-secret-store",
        minutes=58,
        last=56,
    )
    for name in ("storefront", "invoices", "query"):
        secret = f"{name}-database-v9"
        (pod,) = scene.rollout(
            apps[name], state=waiting("CreateContainerConfigError", f'secret "{secret}" not found', 27), minutes=27
        )
        scene.event(
            pod,
            "Failed",
            f'Error: secret "{secret}" not found',
            "kubelet",
            minutes=27,
            last=0.3,
            count=120,
            container=name,
        )
        scene.alert("KubePodNotReady", 27, pod)
        scene.alert("KubeDeploymentRolloutStuck", 27, apps[name])
    return scene.case(
        "service-secrets-operator",
        "Three releases wait for secrets that nobody brings: the secrets operator is locked out of the vault",
        cluster_truth(
            "external-secrets (ClusterSecretStore vault)",
            "The store of the whole cluster cannot log in and its operator crashes; no new secret arrives anywhere.",
            "shop",
            "billing",
            "search",
            trap="A secret that is not found is the team's reference, in nine cases of ten.",
        ),
        hard=True,
    )


def custom_metrics_adapter() -> Case:
    scene = Scene("2026-09-25T18:48:00Z", cluster="eu-4")
    platform(scene)
    apps = tenants(scene, {"queue": {"worker": 2}, "mailing": {"sender": 2}, "shop": {"cart": 2}})
    adapter = scene.deployment("keda", "keda-operator-metrics-apiserver", 1)
    scene.put(adapter, unready(31))
    scene.unhealthy(adapter.pods[0], "Readiness probe failed: HTTP probe failed with statuscode: 500", 31)
    error = (
        "unable to get external metric {ns}/s0-rabbitmq/&LabelSelector{MatchLabels:map[string]string{},}: unable to "
        "fetch "
        "metrics from external metrics API: the server is currently unable to handle the request"
    )
    for name in ("worker", "sender"):
        text = error.replace("{ns}", apps[name].namespace)
        scaler = scene.autoscaler(
            apps[name].namespace,
            name,
            conditions=(
                (
                    "ScalingActive",
                    "False",
                    "FailedGetExternalMetric",
                    f"the HPA was unable to compute the replica count: {text}",
                ),
            ),
            metric={
                "type": "External",
                "external": {
                    "metric": {"name": "s0-rabbitmq"},
                    "target": {"type": "AverageValue", "averageValue": "20"},
                },
            },
        )
        scene.event(
            scaler, "FailedGetExternalMetric", text, "horizontal-pod-autoscaler", minutes=30, last=0.2, count=120
        )
        scene.alert(
            "QueueBacklog",
            24,
            hold=10,
            severity="critical",
            namespace=apps[name].namespace,
            service=name,
            summary="40,000 messages wait",
        )
    return scene.case(
        "service-event-autoscaler",
        "Queues of two teams grow, for the adapter that counts them does not answer",
        cluster_truth(
            "KEDA metrics adapter",
            "External metrics of all teams come from the platform's adapter.",
            "queue",
            "mailing",
            trap="Two backlogs look like two consumers that are too slow.",
        ),
        hard=True,
    )


def log_agent_fills_everything() -> Case:
    scene = Scene("2026-10-20T05:08:00Z", cluster="prod-7", helm=True)
    platform(scene, node_exporter=True)
    tenants(scene)
    agent = scene.daemon_set("logging", "promtail", on=["worker-1", "worker-2", "worker-3"], priority_class="")
    scene.change(
        agent,
        "spec.template.spec.containers[0].image",
        "docker.io/grafana/promtail:3.4.2",
        "docker.io/grafana/promtail:3.5.0",
        minutes=54,
    )
    for node in ("worker-1", "worker-2", "worker-3"):
        scene.alert("NodeSystemSaturation", 45, node=node)
        scene.alert("NodeCPUHighUsage", 45, node=node)
        scene.metric(
            "container_cpu_usage_cores",
            6.4,
            namespace="logging",
            pod=scene.pod_on(agent, node)["metadata"]["name"],
            node=node,
        )
    for namespace, service in (("shop", "cart"), ("search", "query"), ("billing", "invoices")):
        scene.alert(
            "HttpLatencyHigh",
            40,
            hold=10,
            severity="critical",
            namespace=namespace,
            service=service,
            summary=f"p99 of {service} is above 2 s",
        )
        scene.metric("container_cpu_usage_cores", 0.2, namespace=namespace, service=service)
    return scene.case(
        "service-log-agent-burns-cpu",
        "Everything is slow since the log agent was upgraded",
        cluster_truth(
            "DaemonSet logging/promtail",
            "The platform's agent uses six of eight processors on every node since its upgrade.",
            "shop",
            "search",
            "billing",
            trap="Three slow applications; no component is down.",
        ),
        hard=True,
    )


CASES = (
    certificates_not_renewed(),
    only_a_target(),
    monitoring_broken(),
    secrets_operator(),
    custom_metrics_adapter(),
    log_agent_fills_everything(),
)
