"""What stands between a request and its object: webhooks and policies of the whole cluster."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Case, Scene, Workload, cluster_truth, crashing, creating, unready


def _short(
    scene: Scene, workload: Workload, error: str, minutes: float, *, count: int = 12, combined: bool = False
) -> None:
    """A workload that lacks a pod because its controller is refused."""
    if workload.obj["kind"] == "Deployment" and len(workload.pods) == workload.obj["spec"]["replicas"]:
        scene.objects.remove(workload.pods.pop())
    scene.refused(workload, error, minutes, count=count, combined=combined)
    scene.short_of_replicas(workload, minutes)


def no_endpoints() -> Case:
    scene = Scene("2026-03-17T15:02:00Z", cluster="eu-1", helm=True)
    platform(scene)
    apps = tenants(scene)
    engine = scene.deployment("policy", "gatekeeper-controller-manager", 1, container="manager")
    scene.service("policy", "gatekeeper-webhook-service", selector={"app": "gatekeeper-controller-manager"}, port=443)
    scene.put(engine, crashing(33, exit_code=2))
    scene.back_off(engine.pods[0], 32)
    scene.webhook(
        "gatekeeper-validating-webhook-configuration",
        "validation.gatekeeper.sh",
        "gatekeeper-webhook-service",
        "policy",
        path="/v1/admit",
        timeout=3,
    )
    error = (
        'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": failed to call webhook: Post '
        '"https://gatekeeper-webhook-service.policy.svc:443/v1/admit?timeout=3s": no endpoints available for service '
        '"gatekeeper-webhook-service"'
    )
    for name in ("cart", "invoices", "query"):
        _short(scene, apps[name], error, 28)
    scene.alert("KubePodCrashLooping", 32, engine.pods[0])
    return scene.case(
        "admission-no-endpoints",
        "No pod can be made: the policy engine crashes and its webhook fails closed",
        cluster_truth(
            "webhook validation.gatekeeper.sh",
            "The webhook is for all namespaces and nothing answers it.",
            "shop",
            "billing",
            "search",
        ),
    )


def expired_authority() -> Case:
    scene = Scene("2026-07-05T09:50:00Z", cluster="prod-2", version="v1.32.6")
    platform(scene, monitoring=False)
    apps = tenants(scene)
    scene.deployment("kyverno", "kyverno-admission-controller", 2, container="kyverno")
    scene.service("kyverno", "kyverno-svc", selector={"app": "kyverno-admission-controller"}, port=443)
    scene.webhook(
        "kyverno-resource-validating-webhook-cfg",
        "validate.kyverno.svc-fail",
        "kyverno-svc",
        "kyverno",
        path="/validate/fail",
    )
    error = (
        'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post '
        '"https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": tls: failed to verify certificate: x509: '
        'certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to '
        'verify candidate authority certificate "*.kyverno.svc")'
    )
    _short(scene, apps["storefront"], error, 41, count=11)
    job_owner = scene.cron_job("billing", "dunning")
    job = scene.job("billing", "dunning-29720505", pods=0, owner=job_owner, minutes=45)
    scene.refused(job, error, 45, count=8)
    scene.drop("EndpointSlice")
    return scene.case(
        "admission-certificate-authority",
        "A deployment and a nightly job are refused: the policy engine's certificate is not trusted",
        cluster_truth(
            "webhook validate.kyverno.svc-fail",
            "The configuration still carries the old authority; its pods are ready and would answer.",
            "shop",
            "billing",
            trap="The only alert is one deployment's, and the engine has all its replicas.",
        ),
        hard=True,
    )


def times_out() -> Case:
    scene = Scene("2026-09-22T13:14:00Z", cluster="us-1", helm=True, version="v1.34.1")
    platform(scene)
    apps = tenants(scene)
    scanner = scene.deployment("image-scan", "image-scan-admission", 2)
    scene.service("image-scan", "image-scan-admission", port=443, target=9443)
    scene.webhook("image-scan", "pods.image-scan.example.com", "image-scan-admission", "image-scan", timeout=10)
    for pod in scanner.pods:
        scene.unhealthy(
            pod, 'Liveness probe failed: Get "http://10.244.3.9:8080/live": context deadline exceeded', 12, count=3
        )
    error = (
        'Internal error occurred: failed calling webhook "pods.image-scan.example.com": failed to call webhook: Post '
        '"https://image-scan-admission.image-scan.svc:443/validate?timeout=10s": context deadline exceeded'
    )
    for name in ("query", "cart"):
        scene.autoscaler(apps[name].namespace, name, current=2, desired=6)
        apps[name].obj["spec"]["replicas"] = 6
        scene.refused(apps[name], error, 22, count=13)
        scene.short_of_replicas(apps[name], 22)
        scene.alert("KubeHpaReplicasMismatch", 22, scene.find("HorizontalPodAutoscaler", name, apps[name].namespace))
    return scene.case(
        "admission-time-out",
        "Two services cannot grow at noon: each pod waits ten seconds for a scanner of images and is refused",
        cluster_truth(
            "webhook pods.image-scan.example.com",
            "The scanner's webhook is for every pod and answers too late.",
            "search",
            "shop",
            trap="Autoscalers that miss their number at peak look like applications that are too small.",
        ),
        hard=True,
    )


def policy_rejects_valid() -> Case:
    scene = Scene("2026-04-16T10:31:00Z", cluster="eu-3", helm=True)
    platform(scene)
    apps = tenants(scene)
    scene.deployment("kyverno", "kyverno-admission-controller", 2, container="kyverno")
    policy = scene.add(
        "kyverno.io/v1",
        "ClusterPolicy",
        "require-seccomp-profile",
        minutes=34,
        spec={"validationFailureAction": "Enforce", "background": True, "rules": [{"name": "check-seccomp"}]},
    )
    scene.change(policy, "spec.validationFailureAction", "Audit", "Enforce", minutes=34)
    error = (
        'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/{namespace}/{name} was '
        "blocked "
        "due to the following policies \n\nrequire-seccomp-profile:\n  check-seccomp: 'validation error: Use of custom "
        "Seccomp profiles is disallowed. rule check-seccomp failed at path /spec/securityContext/seccompProfile/'\n"
    )
    for name in ("cart", "storefront", "invoices", "query"):
        workload = apps[name]
        text = error.replace("{namespace}", workload.namespace).replace("{name}", name)
        _short(scene, workload, text, 30, combined=name == "cart")
    return scene.case(
        "admission-policy-enforced",
        "Pods that ran for weeks may not be made again since a policy was switched from audit to enforce",
        cluster_truth(
            "ClusterPolicy require-seccomp-profile",
            "No team changed anything; the platform enforced a rule that all workloads break. It must go back to "
            "audit.",
            "shop",
            "billing",
            "search",
            confidence="medium",
            trap="'denied the request' reads as if four teams had each written a bad pod.",
        ),
        hard=True,
    )


def certificate_webhook() -> Case:
    scene = Scene("2026-02-13T11:11:00Z", cluster="prod-1")
    platform(scene)
    apps = tenants(scene)
    manager = scene.deployment("cert-manager", "cert-manager-webhook", 1)
    scene.service("cert-manager", "cert-manager-webhook", port=443, target=10250)
    scene.webhook(
        "cert-manager-webhook",
        "webhook.cert-manager.io",
        "cert-manager-webhook",
        "cert-manager",
        resources=("certificates", "certificaterequests"),
        timeout=30,
    )
    scene.put(manager, unready(52))
    scene.unhealthy(manager.pods[0], "Readiness probe failed: HTTP probe failed with statuscode: 500", 52)
    for namespace, name in (("shop", "storefront"), ("search", "query")):
        ingress = scene.ingress(
            namespace, f"{name}-new", host=f"{name}-new.example.com", service=name, tls=f"{name}-new-tls"
        )
        scene.event(
            ingress,
            "BadConfig",
            'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to '
            'call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": dial tcp '
            "10.96.81.4:443: connect: connection refused",
            "cert-manager-ingress-shim",
            minutes=44,
            last=2,
            count=17,
        )
        scene.alert(
            "ProbeFailed",
            44,
            hold=10,
            job="blackbox",
            namespace=namespace,
            instance=f"https://{name}-new.example.com",
            summary="x509: certificate is valid for ingress.local, not for this host",
        )
    _ = apps
    return scene.case(
        "admission-cert-manager-webhook",
        "New sites get no certificate: the webhook of cert-manager is not ready",
        cluster_truth(
            "cert-manager webhook",
            "No team's Certificate can be made while the platform's webhook refuses connections.",
            "shop",
            "search",
            trap="Two new Ingress objects with BadConfig and a wrong certificate, both of the teams' own making.",
        ),
        hard=True,
    )


def injected_sidecar() -> Case:
    scene = Scene("2026-06-24T14:22:00Z", cluster="eu-1", helm=True)
    platform(scene, storage="")
    apps = tenants(scene)
    injector = scene.deployment("observability", "trace-injector", 2)
    scene.service("observability", "trace-injector", port=443, target=9443)
    scene.webhook(
        "trace-injector", "pods.trace.example.com", "trace-injector", "observability", mutating=True, policy="Ignore"
    )
    scene.change(
        injector,
        "spec.template.spec.containers[0].env[AGENT_IMAGE]",
        "tracing/agent:2.3.0",
        "tracing/agent:2.31",
        minutes=43,
    )
    for name in ("storefront", "invoices", "query"):
        pod = scene.replacement(apps[name], creating(29))
        apps[name].obj["spec"]["replicas"] += 1
        agent = f"{scene.registry}/tracing/agent:2.31"
        pod["spec"]["containers"].append({"name": "trace-agent", "image": agent, "resources": {}})
        scene.put(pod, unready(29))
        main, side = pod["status"]["containerStatuses"]
        pod["status"]["phase"] = "Pending"
        main |= {"ready": True}
        side |= {
            "ready": False,
            "started": False,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{agent}"'}},
        }
        for condition in pod["status"]["conditions"]:
            if "message" in condition:
                condition["message"] = "containers with unready status: [trace-agent]"
        scene.event(
            pod,
            "Failed",
            f'Failed to pull image "{agent}": rpc error: code = NotFound desc = failed to pull and unpack '
            f'image "{agent}": failed to resolve reference "{agent}": {agent}: not found',
            "kubelet",
            minutes=29,
            last=2,
            count=6,
            container="trace-agent",
        )
        scene.event(
            pod, "Failed", "Error: ImagePullBackOff", "kubelet", minutes=29, last=1, count=90, container="trace-agent"
        )
        scene.alert("KubePodNotReady", 29, pod)
        scene.short_of_replicas(apps[name], 29)
    return scene.case(
        "admission-injected-sidecar",
        "Every new pod gets a second container whose image does not exist",
        cluster_truth(
            "sidecar injector trace-injector",
            "No Deployment names this container; the platform's injector adds it, and its tag is a slip.",
            "shop",
            "billing",
            "search",
            trap="'image not found' is the classic mistake of a team.",
        ),
        hard=True,
    )


def security_level_raised() -> Case:
    scene = Scene("2026-08-18T08:45:00Z", cluster="prod-5")
    platform(scene)
    apps = tenants(scene, {"shop": {"cart": 2}, "data": {"collector": 2}, "legacy": {"mainframe": 1}})
    for name in ("cart", "collector", "mainframe"):
        namespace = scene.find("Namespace", apps[name].namespace)
        namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "restricted"
        scene.change(
            namespace, "metadata.labels[pod-security.kubernetes.io/enforce]", "baseline", "restricted", minutes=38
        )
        error = (
            f'pods "{apps[name].owner["metadata"]["name"]}-x7k2p" is forbidden: violates PodSecurity '
            '"restricted:latest": '
            f'allowPrivilegeEscalation != false (container "{name}" must set '
            "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities "
            f'(container "{name}" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true '
            f'(pod or container "{name}" must set securityContext.runAsNonRoot=true)'
        )
        _short(scene, apps[name], error, 31, combined=True)
    return scene.case(
        "admission-security-level",
        "A new level of Pod Security was put on all namespaces at once",
        cluster_truth(
            "Pod Security labels of all namespaces",
            "The labels of namespaces are the platform's, and it raised them for everybody in the same minute.",
            "shop",
            "data",
            "legacy",
            confidence="medium",
            trap="Each message lists what the pod of a team lacks.",
        ),
        hard=True,
    )


CASES = (
    no_endpoints(),
    expired_authority(),
    times_out(),
    policy_rejects_valid(),
    certificate_webhook(),
    injected_sidecar(),
    security_level_raised(),
)
