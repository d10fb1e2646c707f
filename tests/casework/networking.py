"""Networks: addresses, routes, service rules, names, ways in and ways out."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import (
    Case,
    Scene,
    cluster_truth,
    crashing,
    creating,
    finished,
    lost,
    pending,
    running,
    unready,
)


def out_of_addresses() -> Case:
    scene = Scene("2026-04-14T13:37:00Z", cluster="us-east", helm=True, version="v1.32.9-eks-113cf36")
    nodes = ["ip-10-0-11-23.ec2.internal", "ip-10-0-12-87.ec2.internal", "ip-10-0-13-140.ec2.internal"]
    platform(scene, workers=nodes, control_plane=False, cni="aws-node", storage="ebs-csi")
    apps = tenants(scene)
    error = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        '"5f2c9b0d41c7a8e2": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP '
        "address to container"
    )
    for name in ("cart", "query"):
        apps[name].obj["spec"]["replicas"] = 4
        for node in nodes[:2]:
            pod = scene.replacement(apps[name], creating(23), node=node)
            scene.event(pod, "FailedCreatePodSandBox", error, "kubelet", minutes=23, last=0.5, count=96)
            scene.alert("KubePodNotReady", 23, pod)
        scene.short_of_replicas(apps[name], 23)
    scene.alert("KubeHpaReplicasMismatch", 23, scene.autoscaler("shop", "cart", current=2, desired=4))
    scene.metric("awscni_assigned_ip_addresses", 58, node=nodes[0])
    scene.metric("awscni_total_ip_addresses", 58, node=nodes[0])
    return scene.case(
        "net-cni-out-of-addresses",
        "Two teams scale up and their pods get no address",
        cluster_truth(
            "CNI and its subnets",
            "The nodes' subnets have no free address; the plugin cannot give one to anybody.",
            "shop",
            "search",
            trap="An autoscaler that does not reach its number, and pods of two applications that are not ready.",
        ),
        hard=True,
    )


def calico_crashing_on_one_node() -> Case:
    scene = Scene("2026-02-11T04:20:00Z", cluster="par-1", version="v1.32.6")
    parts = platform(scene, cni_namespace="calico-system", monitoring=False)
    apps = tenants(scene)
    agent = scene.pod_on(parts["cni"], "worker-2")
    scene.put(agent, crashing(38))
    scene.back_off(agent, 37)
    scene.unhealthy(
        agent,
        "Readiness probe failed: calico/node is not ready: BIRD is not ready: Error querying BIRD: unable to "
        "connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused",
        38,
    )
    error = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        '"b1f0e77ac6f2": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: '
        "check that the calico/node container is running and has mounted /var/lib/calico/"
    )
    for name in ("invoices", "thumbnails"):
        pod = scene.replacement(apps[name], creating(34), node="worker-2")
        apps[name].obj["spec"]["replicas"] += 1
        scene.event(pod, "FailedCreatePodSandBox", error, "kubelet", minutes=34, last=0.6, count=150)
        scene.alert("KubePodNotReady", 34, pod)
        scene.short_of_replicas(apps[name], 34)
    scene.alert("KubePodCrashLooping", 37, agent)
    scene.short_of_replicas(parts["cni"], 38)
    return scene.case(
        "net-calico-one-node",
        "The network agent crashes on one node; new pods there get no sandbox",
        cluster_truth(
            "calico-node on worker-2",
            "The agent of the platform crashes; pods on other nodes start.",
            "billing",
            "media",
        ),
    )


def mtu_after_upgrade() -> Case:
    scene = Scene("2026-05-06T21:15:00Z", cluster="gra", helm=True, version="v1.34.1", runtime="containerd://2.1.4")
    platform(scene, cni="cilium", storage="rook-csi")
    apps = tenants(scene, {"imports": {"uploader": 2}, "archive": {"store": 2}, "portal": {"pages": 2}})
    agents = scene.find("DaemonSet", "cilium", "kube-system")
    before, after = "quay.io/cilium/cilium:v1.16.9", "quay.io/cilium/cilium:v1.17.4"
    agents["spec"]["template"]["spec"]["containers"][0]["image"] = after
    scene.change(agents, "spec.template.spec.containers[0].image", before, after, minutes=46)
    for namespace, service, summary in (
        ("imports", "uploader", "Uploads over 1 MB fail with a time-out"),
        ("archive", "store", "Writes to the store time out"),
        ("portal", "pages", "5% of the pages are cut off"),
    ):
        scene.alert(
            "UpstreamTimeouts", 41, hold=10, severity="critical", namespace=namespace, service=service, summary=summary
        )
    for workload in apps.values():
        scene.metric("http_requests_timeout_ratio", 0.06, namespace=workload.namespace, size="large")
        scene.metric("http_requests_timeout_ratio", 0.0, namespace=workload.namespace, size="small")
    for node, mtu in (("worker-1", 1500), ("worker-2", 1500), ("worker-3", 1500)):
        scene.metric("node_network_mtu_bytes", mtu, instance=node, device="cilium_vxlan")
        scene.metric("node_network_mtu_bytes", 1450, instance=node, device="eth0")
    return scene.case(
        "net-mtu-after-upgrade",
        "Large answers never arrive since the network plugin was upgraded",
        cluster_truth(
            "MTU of the pod network",
            "The overlay's packets are larger than the machines' interfaces let through; it began with the upgrade of "
            "the plugin and concerns large messages between nodes in every namespace.",
            "imports",
            "archive",
            "portal",
            trap="Only time-outs of three applications; every pod, node and component is healthy.",
        ),
        hard=True,
    )


def stale_kube_proxy() -> Case:
    scene = Scene("2026-03-25T10:48:00Z", cluster="prod-1")
    parts = platform(scene, kube_proxy=True)
    apps = tenants(scene, {"shop": {"cart": 3, "storefront": 3}, "billing": {"invoices": 3}, "search": {"query": 2}})
    scene.rollout(apps["query"], state=running(18), made=2, kept=0, minutes=18, event=True)
    for name in ("cart", "storefront", "invoices"):
        pod = scene.pod_on(apps[name], "worker-3")
        scene.put(pod, unready(16))
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 16, count=25, last=2)
        scene.alert("KubePodNotReady", 16, pod)
        scene.short_of_replicas(apps[name], 16)
    proxy = scene.pod_on(parts["proxy"], "worker-3")
    scene.metric(
        "kubeproxy_sync_proxy_rules_last_timestamp_seconds", 1774398120, node="worker-3", pod=proxy["metadata"]["name"]
    )
    scene.metric("kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds", 1774435620, node="worker-3")
    for node in ("worker-1", "worker-2"):
        scene.metric("kubeproxy_sync_proxy_rules_last_timestamp_seconds", 1774435622, node=node)
    return scene.case(
        "net-kube-proxy-stale",
        "After a release of the search team, callers on one node still go to addresses that are gone",
        cluster_truth(
            "kube-proxy on worker-3",
            "The proxy of worker-3 has not written rules for ten hours. The new pods of the search are well, and "
            "callers on other nodes reach them.",
            "shop",
            "billing",
            trap="The search team has just released, and what fails are readiness probes of its callers.",
        ),
        hard=True,
    )


def coredns_down() -> Case:
    scene = Scene("2026-01-20T08:31:00Z", cluster="hel-1", helm=True)
    parts = platform(scene, dns="infra-dns")
    apps = tenants(scene)
    for pod in parts["dns"].pods:
        scene.put(pod, crashing(21))
        scene.back_off(pod, 20)
        scene.alert("KubePodCrashLooping", 20, pod)
    scene.short_of_replicas(parts["dns"], 21)
    scene.alert("CoreDNSDown", 21, job="coredns")
    for name in ("cart", "invoices", "query"):
        for pod in apps[name].pods:
            scene.put(pod, unready(19))
            scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 19)
        scene.short_of_replicas(apps[name], 19)
    config = scene.find("Deployment", "coredns", "infra-dns")
    scene.change(config, "spec.template.metadata.annotations.checksum/config", "41f0", "9ab2", minutes=23)
    return scene.case(
        "net-coredns-down",
        "CoreDNS crashes after a change of its configuration; it lives in a namespace of its own",
        cluster_truth(
            "CoreDNS", "Both pods crash since the platform changed their configuration.", "shop", "billing", "search"
        ),
    )


def coredns_loop() -> Case:
    scene = Scene("2026-06-11T09:05:00Z", cluster="lab-7", version="v1.31.9")
    parts = platform(
        scene, cni="kube-flannel-ds", cni_namespace="kube-flannel", monitoring=False, storage="", ingress=""
    )
    tenants(scene, {"lab": {"notebook": 2}, "class": {"grader": 1}})
    for pod in parts["dns"].pods:
        scene.put(pod, crashing(33))
        scene.back_off(pod, 32)
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = (
            '[FATAL] plugin/loop: Loop (127.0.0.1:38122 -> :53) detected for zone ".", see '
            "https://coredns.io/plugins/loop#troubleshooting.\n"
        )
    for namespace, workload in (("lab", "notebook"), ("class", "grader")):
        scene.alert(
            "DependencyLookupsFail",
            30,
            hold=10,
            namespace=namespace,
            service=workload,
            summary=f"{workload} cannot resolve its database",
        )
    scene.drop("ReplicaSet", "EndpointSlice")
    return scene.case(
        "net-coredns-loop",
        "CoreDNS asks itself: its nodes' resolver is the local stub",
        cluster_truth(
            "CoreDNS and the nodes' resolv.conf",
            "The upstream of CoreDNS is itself; the nodes' configuration is wrong.",
            "lab",
            "class",
            trap="Nothing but two alerts that the applications' teams wrote for their own lookups.",
        ),
        hard=True,
    )


def coredns_overloaded() -> Case:
    scene = Scene("2026-07-08T18:02:00Z", cluster="eu-1", helm=True)
    parts = platform(scene, workers=[f"eu1-{n}" for n in range(1, 5)])
    tenants(scene)
    for pod in parts["dns"].pods:
        pod["spec"]["containers"][0]["resources"] = {
            "requests": {"cpu": "100m"},
            "limits": {"cpu": "100m", "memory": "170Mi"},
        }
        scene.alert("CPUThrottlingHigh", 40, pod, container="coredns")
        scene.metric("container_cpu_cfs_throttled_ratio", 0.93, namespace="kube-system", pod=pod["metadata"]["name"])
    scene.change(parts["dns"], "spec.template.spec.containers[0].resources.limits.cpu", None, "100m", minutes=58)
    for namespace, service in (("shop", "cart"), ("billing", "invoices"), ("search", "query"), ("media", "thumbnails")):
        scene.alert(
            "HttpLatencyHigh",
            36,
            hold=10,
            severity="critical",
            namespace=namespace,
            service=service,
            summary=f"p99 of {service} is above 5 s",
        )
    scene.metric("coredns_dns_requests_rate", 2_140)
    scene.metric("coredns_dns_requests_rate_a_week_ago", 2_090)
    scene.metric("coredns_dns_request_duration_seconds_p99", 5.02)
    return scene.case(
        "net-coredns-throttled",
        "Every service waits five seconds: CoreDNS may use a tenth of a processor",
        cluster_truth(
            "CPU limit of CoreDNS",
            "As many lookups as last week; the platform set a limit an hour ago, and CoreDNS is throttled since.",
            "shop",
            "billing",
            "search",
            "media",
            trap="Four critical alerts of applications; what points at CoreDNS is one of severity info.",
        ),
        hard=True,
    )


def upstream_resolver() -> Case:
    scene = Scene("2026-08-27T12:40:00Z", cluster="zrh-prod", helm=True)
    platform(scene, monitoring=False)
    tenants(scene, {"payments": {"gateway": 3}, "mailing": {"sender": 2}, "weather": {"forecast": 1}})
    scene.alert(
        "CoreDNSForwardErrorsHigh",
        18,
        namespace="kube-system",
        job="coredns",
        service="kube-dns",
        to="10.1.0.2:53",
        container="coredns",
    )
    scene.alert(
        "PaymentProviderUnreachable",
        17,
        hold=2,
        severity="critical",
        namespace="payments",
        service="gateway",
        summary="The card provider cannot be reached",
        description="lookup api.cards.example.net: server misbehaving",
    )
    scene.alert(
        "MailQueueGrowing",
        17,
        hold=10,
        namespace="mailing",
        service="sender",
        summary="4,200 mails wait",
    )
    cron = scene.cron_job("weather", "fetch")
    scene.job("weather", "fetch-29524380", state=finished(1, 8), pods=2, owner=cron, minutes=12)
    scene.metric("coredns_forward_healthcheck_failures_rate", 3.1, to="10.1.0.2:53")
    scene.metric("coredns_dns_responses_rate", 812, rcode="SERVFAIL", zone=".")
    scene.metric("coredns_dns_responses_rate", 0, rcode="SERVFAIL", zone="cluster.local.")
    return scene.case(
        "net-upstream-resolver",
        "Names outside the cluster cannot be resolved any more",
        cluster_truth(
            "upstream resolver 10.1.0.2",
            "The resolver that CoreDNS asks does not answer. Names of the cluster work, names outside fail for all.",
            "payments",
            "mailing",
            "weather",
            trap="The critical alert says that a provider outside is down.",
        ),
        hard=True,
    )


def node_local_dns() -> Case:
    scene = Scene("2026-03-02T23:11:00Z", cluster="sto", version="v1.33.4", runtime="cri-o://1.33.1")
    platform(scene, monitoring=False)
    apps = tenants(scene, {"shop": {"cart": 3, "storefront": 2}, "search": {"query": 3}})
    cache = scene.daemon_set(
        "kube-system",
        "node-local-dns",
        image="registry.k8s.io/dns/k8s-dns-node-cache:1.25.0",
        host_network=True,
        labels={"k8s-app": "node-local-dns"},
    )
    broken = scene.pod_on(cache, "worker-1")
    scene.put(broken, crashing(26, exit_code=137, reason="OOMKilled"))
    scene.back_off(broken, 25)
    scene.alert("KubePodCrashLooping", 25, broken)
    for name in ("cart", "query"):
        pod = scene.pod_on(apps[name], "worker-1")
        scene.put(pod, crashing(24))
        scene.back_off(pod, 23)
        scene.alert("KubePodCrashLooping", 23, pod)
        scene.alert(
            "StartupLookupFailed",
            22,
            hold=5,
            severity="critical",
            namespace=apps[name].namespace,
            service=name,
            summary="dial tcp: lookup db.data.svc.cluster.local on 169.254.20.10:53: connection refused",
        )
    return scene.case(
        "net-node-local-dns",
        "The cache of names on one node is killed; pods on that node cannot start",
        cluster_truth(
            "node-local-dns on worker-1",
            "169.254.20.10 is the node's cache and it is down on worker-1; the twins on other nodes run.",
            "shop",
            "search",
            trap="CoreDNS itself is well, and the crashes are those of two applications.",
        ),
        hard=True,
    )


def ingress_reload_fails() -> Case:
    scene = Scene("2026-04-28T16:29:00Z", cluster="eu-2", helm=True)
    parts = platform(scene, ingress="edge")
    apps = tenants(scene)
    for namespace, name in (("shop", "storefront"), ("billing", "invoices"), ("search", "query")):
        scene.ingress(namespace, name)
    before = "registry.k8s.io/ingress-nginx/controller:v1.12.1"
    after = "registry.k8s.io/ingress-nginx/controller:v1.13.0"
    scene.change(parts["ingress"], "spec.template.spec.containers[0].image", before, after, minutes=55)
    for pod in parts["ingress"].pods:
        pod["spec"]["containers"][0]["image"] = after
        scene.event(
            pod,
            "RELOAD",
            "Error reloading NGINX: exit status 1\nnginx: [emerg] unknown directive "
            '"brotli_static" in /tmp/nginx/nginx-cfg2214:48',
            "nginx-ingress-controller",
            minutes=51,
            last=1,
            count=44,
        )
    scene.rollout(apps["storefront"], state=running(22), made=2, kept=0, minutes=22)
    for namespace, host in (("shop", "storefront"), ("search", "query")):
        scene.alert(
            "ProbeFailed",
            20,
            hold=5,
            severity="critical",
            job="blackbox",
            namespace=namespace,
            instance=f"https://{host}.example.com",
            summary=f"https://{host}.example.com answers 502",
        )
    scene.metric("nginx_ingress_controller_config_last_reload_successful", 0, controller_namespace="edge")
    return scene.case(
        "net-ingress-reload-bug",
        "A site answers 502 after its release: the ingress controller cannot reload any configuration",
        cluster_truth(
            "ingress controller in edge",
            "The new version of the controller writes a directive of its own template that its NGINX does not know; no "
            "Ingress object caused it. It goes on sending to addresses that are gone.",
            "shop",
            "search",
            trap="502 of one site right after its team's release, whose pods are all ready.",
        ),
        hard=True,
    )


def ingress_certificate() -> Case:
    scene = Scene("2026-05-31T00:25:00Z", cluster="prod-1")
    platform(scene, ingress="edge", monitoring=False)
    tenants(scene)
    for namespace, name in (
        ("shop", "storefront"),
        ("billing", "invoices"),
        ("search", "query"),
        ("media", "thumbnails"),
    ):
        scene.ingress(namespace, name)
        scene.alert(
            "ProbeFailed",
            24,
            hold=5,
            severity="critical",
            job="blackbox",
            namespace=namespace,
            instance=f"https://{name}.example.com",
            summary=f"https://{name}.example.com: x509: certificate has expired",
        )
    scene.metric("nginx_ingress_controller_ssl_expire_time_seconds", 1780185600, host="_", secret_name="edge/wildcard")
    scene.drop("EndpointSlice", "ReplicaSet")
    return scene.case(
        "net-ingress-default-certificate",
        "The wildcard certificate of the ingress controller expired at midnight",
        cluster_truth(
            "default certificate of the ingress controller",
            "None of the Ingress objects names a certificate: all use the wildcard of the platform.",
            "shop",
            "billing",
            "search",
            "media",
            trap="Four alerts, each of another team's site, and no component that is unwell.",
        ),
        hard=True,
    )


def mesh_control_plane() -> Case:
    scene = Scene("2026-06-17T07:44:00Z", cluster="mesh-1", helm=True, version="v1.33.4")
    platform(scene, storage="", monitoring=False)
    for namespace in ("shop", "billing"):
        scene.namespace(namespace, labels={"istio-injection": "enabled"})
    apps = tenants(scene, {"shop": {"cart": 2, "storefront": 2}, "billing": {"invoices": 2}, "search": {"query": 2}})
    istiod = scene.deployment("istio-system", "istiod", 1, container="discovery", image="docker.io/istio/pilot:1.26.2")
    scene.service("istio-system", "istiod", port=443, target=15017)
    scene.put(istiod, crashing(29, exit_code=137, reason="OOMKilled", restarts=9))
    scene.back_off(istiod.pods[0], 28)
    scene.webhook(
        "istio-sidecar-injector",
        "namespace.sidecar-injector.istio.io",
        "istiod",
        "istio-system",
        mutating=True,
        path="/inject",
    )
    error = (
        'Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": failed to call '
        'webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": no endpoints available for service '
        '"istiod"'
    )
    for name in ("cart", "invoices"):
        workload = apps[name]
        scene.objects.remove(workload.pods.pop())
        scene.refused(workload, error, 26, count=14)
        scene.short_of_replicas(workload, 26)
    pod = apps["storefront"].pods[0]
    scene.put(pod, unready(20))
    scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 20)
    scene.alert("KubePodNotReady", 20, pod)
    return scene.case(
        "net-mesh-control-plane",
        "The control plane of the mesh is out of memory; its namespaces cannot make pods",
        cluster_truth(
            "istiod",
            "The injector fails closed and has no endpoints; the namespace without the mesh is well.",
            "shop",
            "billing",
            trap="Missing replicas of two teams; istiod looks like one more crashing application in its own namespace.",
        ),
        hard=True,
    )


def flannel_subnet() -> Case:
    scene = Scene("2026-02-07T15:17:00Z", cluster="home", version="v1.30.14")
    platform(scene, cni="kube-flannel-ds", cni_namespace="kube-flannel", storage="", ingress="", monitoring=False)
    apps = tenants(scene, {"family": {"photos": 2, "wiki": 1}})
    error = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        '"70a4cc8e1f": plugin type="flannel" failed (add): failed to load flannel \'subnet.env\' file: open '
        "/run/flannel/subnet.env: no such file or directory. Check the flannel pod log for this node."
    )
    for name in ("photos", "wiki"):
        pod = scene.pod_on(apps[name], "worker-3")
        scene.put(pod, creating(22))
        scene.event(pod, "FailedCreatePodSandBox", error, "kubelet", minutes=22, last=0.3, count=101)
        scene.alert("KubePodNotReady", 22, pod)
    return scene.case(
        "net-flannel-subnet-file",
        "After a reboot a node lacks the file of its network plugin",
        cluster_truth(
            "flannel on worker-3", "The plugin of the node did not write its file; pods elsewhere run.", "family"
        ),
    )


def cluster_wide_policy() -> Case:
    scene = Scene("2026-08-05T14:58:00Z", cluster="fin-prod", helm=True)
    platform(scene, monitoring=False)
    apps = tenants(scene, {"trading": {"orders": 2}, "risk": {"limits": 2}, "research": {"models": 1}})
    policy = scene.add(
        "crd.projectcalico.org/v1",
        "GlobalNetworkPolicy",
        "default.deny-egress-internet",
        minutes=21,
        spec={
            "order": 10,
            "selector": "all()",
            "types": ["Egress"],
            "egress": [{"action": "Allow", "destination": {"nets": ["10.0.0.0/8"]}}],
        },
    )
    scene.change(policy, "", None, "created", minutes=21, verb="created")
    for workload in apps.values():
        for pod in workload.pods:
            scene.put(pod, crashing(17, restarts=7))
            scene.back_off(pod, 16)
            scene.alert("KubePodCrashLooping", 16, pod)
    scene.alert(
        "MarketFeedSilent",
        19,
        hold=1,
        severity="critical",
        namespace="trading",
        service="orders",
        summary="No quote for three minutes",
        description="dial tcp 203.0.113.40:443: i/o timeout",
    )
    return scene.case(
        "net-cluster-wide-policy",
        "Applications that need the internet crash since a policy for the whole cluster forbids it",
        cluster_truth(
            "GlobalNetworkPolicy default.deny-egress-internet",
            "The policy is the platform's and selects every pod; it came four minutes before the first crash.",
            "trading",
            "risk",
            "research",
            trap="Crash loops with exit code 1 and a market feed that looks dead.",
        ),
        hard=True,
    )


def load_balancer() -> Case:
    scene = Scene("2026-09-03T11:30:00Z", cluster="prod-1")
    platform(scene, monitoring=False)
    tenants(scene)
    for namespace, name in (("shop", "storefront"), ("billing", "invoices"), ("search", "query")):
        scene.ingress(namespace, name)
        scene.alert(
            "ProbeFailed",
            9,
            hold=3,
            severity="critical",
            job="blackbox",
            namespace=namespace,
            instance=f"https://{name}.example.com",
            summary=f"https://{name}.example.com: i/o timeout",
        )
    scene.metric("nginx_ingress_controller_requests_rate", 0.4)
    scene.metric("nginx_ingress_controller_requests_rate_an_hour_ago", 412)
    scene.event(
        scene.find("Service", "ingress-nginx-controller", "ingress-nginx"),
        "UpdatedLoadBalancer",
        "Updated load balancer with new hosts",
        "service-controller",
        kind="Normal",
        minutes=10,
    )
    return scene.case(
        "net-load-balancer",
        "Nothing reaches the cluster: the load balancer before it dropped its targets",
        cluster_truth(
            "cloud load balancer of the ingress",
            "All sites time out while their pods are ready and receive nothing; the way in is the platform's.",
            "shop",
            "billing",
            "search",
            trap="Three alerts of three teams' sites and not one sick object in the cluster.",
        ),
        hard=True,
    )


def nat_ports() -> Case:
    scene = Scene("2026-07-21T20:07:00Z", cluster="us-1", helm=True)
    platform(scene, control_plane=False, cni="aws-node", monitoring=False)
    tenants(scene, {"payments": {"gateway": 3}, "mailing": {"sender": 2}, "crawler": {"spider": 2}})
    for namespace, service, share in (("payments", "gateway", 12), ("mailing", "sender", 9), ("crawler", "spider", 14)):
        scene.alert(
            "ExternalCallsFailing",
            28,
            hold=10,
            severity="critical",
            namespace=namespace,
            service=service,
            summary=f"{share}% of the calls to the outside time out in connect",
        )
        scene.metric("external_connections_rate", 30, namespace=namespace)
    scene.metric("aws_natgateway_error_port_allocation_sum", 5_120, nat_gateway_id="nat-0a1")
    scene.metric("aws_natgateway_active_connection_count_maximum", 55_000, nat_gateway_id="nat-0a1")
    scene.drop("EndpointSlice", "ReplicaSet", "Service")
    return scene.case(
        "net-nat-ports",
        "A tenth of all calls to the outside cannot be made: the gateway has no ports left",
        cluster_truth(
            "NAT gateway",
            "The gateway that all share refuses ports and no namespace makes more connections than the others.",
            "payments",
            "mailing",
            "crawler",
            confidence="medium",
            trap="Three teams see three different providers fail; the cluster is in perfect health.",
        ),
        hard=True,
    )


def dns_endpoint_on_dead_node() -> Case:
    scene = Scene("2026-01-12T06:24:00Z", cluster="waw", version="v1.32.6")
    parts = platform(scene, dns="infra-dns", monitoring=False)
    tenants(scene)
    dns = scene.pod_on(parts["dns"], "worker-3")
    scene.lose_node("worker-3", 4, evict=False)
    scene.put(dns, lost(4))
    for namespace, service in (("shop", "cart"), ("search", "query")):
        scene.alert(
            "LookupsSlow",
            4,
            hold=2,
            severity="critical",
            namespace=namespace,
            service=service,
            summary="Half of the lookups take five seconds",
        )
    return scene.case(
        "net-dns-on-dead-node",
        "Four minutes after a node was lost lookups are slow; no rule for nodes has fired yet",
        cluster_truth(
            "node worker-3",
            "The node is gone and with it one of two CoreDNS pods. KubeNodeNotReady waits fifteen minutes.",
            "shop",
            "search",
            trap="The only alerts so far are those of applications.",
        ),
        hard=True,
    )


def egress_agent_pending() -> Case:
    scene = Scene("2026-10-06T09:12:00Z", cluster="prod-6", version="v1.34.1", runtime="cri-o://1.34.0")
    parts = platform(scene, cni="cilium", monitoring=False)
    apps = tenants(scene)
    node = scene.node("worker-4", minutes=26)
    message = (
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
        "returns error: No CNI configuration file in /etc/kubernetes/cni/net.d/. Has your network provider started?"
    )
    scene.not_ready("worker-4", message, 26)
    agent = scene.pod(
        "kube-system",
        "cilium-8sk2p",
        owner=parts["cni"].obj,
        node="worker-4",
        container="cilium",
        labels={"app": "cilium"},
        priority_class="system-node-critical",
        state=creating(25),
        minutes=25,
    )
    parts["cni"].pods.append(agent)
    scene.event(
        agent,
        "FailedMount",
        'MountVolume.SetUp failed for volume "bpf-maps" : hostPath type check failed: /sys/fs/bpf is not a directory',
        "kubelet",
        minutes=25,
        last=1,
        count=19,
    )
    waiting_text = (
        "0/5 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 3 Insufficient cpu. preemption: 0/5 nodes "
        "are available: 2 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod."
    )
    apps["query"].obj["spec"]["replicas"] = 3
    pod = scene.replacement(apps["query"], pending(waiting_text, 27))
    scene.scheduler_event(pod, waiting_text, minutes=27, count=4)
    scene.alert("KubePodNotReady", 27, pod)
    scene.short_of_replicas(apps["query"], 27)
    scene.alert("KubeNodeNotReady", 26, node=node["metadata"]["name"])
    return scene.case(
        "net-new-node-without-cni",
        "A new node never gets its network; a pod waits for it",
        cluster_truth(
            "CNI agent on the new worker-4", "The agent cannot mount what it needs from the machine's image.", "search"
        ),
    )


CASES = (
    out_of_addresses(),
    calico_crashing_on_one_node(),
    mtu_after_upgrade(),
    stale_kube_proxy(),
    coredns_down(),
    coredns_loop(),
    coredns_overloaded(),
    upstream_resolver(),
    node_local_dns(),
    ingress_reload_fails(),
    ingress_certificate(),
    mesh_control_plane(),
    flannel_subnet(),
    cluster_wide_policy(),
    load_balancer(),
    nat_ports(),
    dns_endpoint_on_dead_node(),
    egress_agent_pending(),
)
