"""Applications that cannot be reached, or reach nothing, by their own policies, services, Ingresses and names."""

from tests.casework.makers import Case, Json, Scene, State, Workload, crashing, running, team_truth, unready
from tests.casework.stage import DAY, crash, crash_alerts, give, give_pod, http_probe, stage, unavailable


def _page_down(scene: Scene, host: str, since: float, status: int) -> None:
    """The black-box probe of a page; its labels are those of the monitoring, as is usual."""
    scene.alert(
        "ProbeFailed",
        since,
        hold=3,
        severity="critical",
        instance=f"https://{host}",
        job="blackbox",
        namespace="monitoring",
        summary="A page does not answer as it should",
        description=f"https://{host} answers {status}",
    )


def _ingress_errors(scene: Scene, namespace: str, ingress: str, since: float, *, status: int, rate: float) -> None:
    """What the ingress controller counts; the namespace of the alert is the controller's."""
    scene.metric(
        "nginx_ingress_controller_requests:rate5m",
        rate,
        exported_namespace=namespace,
        ingress=ingress,
        status=str(status),
    )
    scene.alert(
        "NginxIngressHigh5xxRate",
        since,
        hold=5,
        namespace="ingress-nginx",
        exported_namespace=namespace,
        ingress=ingress,
        summary="The ingress controller answers with errors",
        description=f"More than 5% of the requests to {ingress} are answered {status}",
    )


# Policies


def policy_denies_names() -> Case:
    scene, _ = stage("2026-05-01T09:00:00Z", helm=True)
    catalog = scene.deployment("catalog", "catalog-api", 3, minutes=DAY)
    scene.service("catalog", "catalog-api")
    policy = scene.network_policy(
        "catalog",
        "default-deny-egress",
        {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [{"to": [{"podSelector": {}}]}],
        },
        minutes=34,
    )
    scene.change(policy, "spec", None, policy["spec"], minutes=34, verb="created")
    for pod in catalog.pods:
        crash(scene, pod, crashing(31, restarts=9))
    crash_alerts(scene, catalog, 30)
    scene.alert(
        "NameResolutionFailing",
        32,
        hold=5,
        namespace="catalog",
        summary="Lookups of names fail",
        description="catalog-api: lookup postgres.catalog.svc.cluster.local on 10.96.0.10:53: i/o timeout",
    )
    scene.metric("coredns_dns_responses_total:rate5m", 0.0, rcode="SERVFAIL")
    scene.metric("coredns_dns_responses_total:rate5m", 412.0, rcode="NOERROR")
    return scene.case(
        "policy-denies-lookups",
        "A team's NetworkPolicy allows no lookups of names",
        team_truth(
            "networkpolicy default-deny-egress",
            "The policy was made by the team three minutes before; CoreDNS answers everybody else without errors.",
            "catalog",
            trap='"i/o timeout" of lookups on all nodes reads like CoreDNS.',
        ),
        hard=True,
    )


def policy_denies_ingress() -> Case:
    scene, _ = stage("2026-05-02T14:20:00Z", ingress=True)
    site = scene.deployment("campaign", "landing", 2)
    scene.service("campaign", "landing")
    scene.ingress("campaign", "landing")
    scene.network_policy("campaign", "deny-all", {"podSelector": {}, "policyTypes": ["Ingress"]}, minutes=21)
    for pod in site.pods:
        scene.put(pod, running(DAY))
    _ingress_errors(scene, "campaign", "landing", 19, status=504, rate=22.7)
    _page_down(scene, "landing.example.com", 19, 504)
    return scene.case(
        "policy-denies-ingress-controller",
        "A team's NetworkPolicy lets nobody in, not even the ingress controller",
        team_truth(
            "networkpolicy deny-all",
            "Other teams' pages answer through the same controller; the policy is the team's and new.",
            "campaign",
            trap="504 of the ingress controller, and pods that are ready: it looks like the controller or the network.",
        ),
        hard=True,
    )


def authorization_policy_denies() -> Case:
    scene, apps = stage("2026-05-03T10:45:00Z", helm=True)
    policy = scene.add(
        "security.istio.io/v1",
        "AuthorizationPolicy",
        "only-storefront",
        "shop",
        minutes=12,
        spec={
            "selector": {"matchLabels": {"app": "cart"}},
            "action": "ALLOW",
            "rules": [{"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/store-front"]}}]}],
        },
    )
    scene.change(policy, "spec.rules", None, policy["spec"]["rules"], minutes=12, verb="created")
    scene.metric(
        "istio_requests_total:rate5m",
        31.0,
        destination_workload="cart",
        destination_workload_namespace="shop",
        response_code="403",
        response_flags="-",
    )
    scene.alert(
        "HighErrorRate",
        11,
        apps["storefront"].obj,
        hold=5,
        severity="critical",
        summary="More than 5% of the requests fail",
        description="storefront: 74% of the requests to cart are answered 403 (RBAC: access denied)",
    )
    return scene.case(
        "authorization-policy-denies",
        "A team's AuthorizationPolicy misspells the only caller that it allows",
        team_truth("authorizationpolicy only-storefront", "The policy is the team's and minutes old.", "shop"),
    )


def strict_mutual_tls() -> Case:
    scene, _ = stage("2026-05-04T16:30:00Z")
    scene.deployment("quotes", "quotes-api", 2, sidecars=["istio-proxy"])
    scene.service("quotes", "quotes-api", target=8080)
    scene.add(
        "security.istio.io/v1",
        "PeerAuthentication",
        "default",
        "quotes",
        minutes=26,
        spec={"mtls": {"mode": "STRICT"}},
    )
    scene.alert("TargetDown", 25, job="quotes-api", namespace="quotes", service="quotes-api")
    scene.alert(
        "UpstreamConnectionFailures",
        24,
        hold=5,
        namespace="claims",
        deployment="intake",
        summary="Calls to another service fail",
        description="intake: read tcp 10.244.4.18:51112->10.96.44.7:80: connection reset by peer",
    )
    scene.deployment("claims", "intake", 2)
    return scene.case(
        "strict-mutual-tls",
        "A team demands mutual TLS while some of its callers have no sidecar",
        team_truth(
            "peerauthentication default",
            "Pods are ready and the network carries everything else; the setting is the team's, and so is its end.",
            "quotes",
            "claims",
            trap="Connection resets between namespaces, and a scrape that fails, look like the network's.",
        ),
        hard=True,
    )


# Services and Ingresses


def selector_of_service_wrong() -> Case:
    scene, _ = stage("2026-05-05T08:15:00Z", ingress=True, helm=True)
    scene.deployment("accounts", "login", 3)
    service = scene.service("accounts", "login", selector={"app": "login", "tier": "web"})
    scene.change(service, "spec.selector", {"app": "login"}, {"app": "login", "tier": "web"}, minutes=9)
    scene.ingress("accounts", "login")
    _ingress_errors(scene, "accounts", "login", 8, status=503, rate=55.0)
    _page_down(scene, "login.example.com", 8, 503)
    return scene.case(
        "service-selector-finds-nobody",
        "A Service selects a label that its pods do not carry",
        team_truth(
            "service login",
            "All pods are ready and the slice of the service is empty: the selector is the team's.",
            "accounts",
            trap="Alerts carry the namespaces of the controller and of the monitoring alone.",
        ),
        hard=True,
    )


def target_port_wrong() -> Case:
    scene, apps = stage("2026-05-06T13:50:00Z", ingress=True)
    service = scene.find("Service", "storefront", "shop")
    service["spec"]["ports"][0]["targetPort"] = 8008
    for found in scene.objects:
        labels = found["metadata"].get("labels", {})
        if found["kind"] == "EndpointSlice" and labels.get("kubernetes.io/service-name") == "storefront":
            found["ports"][0]["port"] = 8008
    scene.change(service, "spec.ports[0].targetPort", 8080, 8008, minutes=17)
    scene.ingress("shop", "storefront")
    _ingress_errors(scene, "shop", "storefront", 16, status=502, rate=91.0)
    give(apps["storefront"], ports=[{"name": "http", "containerPort": 8080}])
    return scene.case(
        "service-target-port-wrong",
        "A Service sends to a port where its pods do not listen",
        team_truth(
            "service storefront",
            "The pods are ready on 8080; the service sends to 8008 since the team's last change.",
            "shop",
            trap="502 of the ingress controller with ready pods behind it looks like the controller or the network.",
        ),
        hard=True,
    )


def ingress_names_wrong_service() -> Case:
    scene, _ = stage("2026-05-07T19:40:00Z", ingress=True)
    scene.deployment("docs-site", "docs-web", 2)
    scene.service("docs-site", "docs-web")
    page = scene.ingress("docs-site", "docs", service="doc-web")
    scene.event(
        page, "Sync", "Scheduled for sync", "nginx-ingress-controller", kind="Normal", minutes=44, last=44, count=2
    )
    _page_down(scene, "docs.example.com", 44, 503)
    return scene.case(
        "ingress-names-wrong-service",
        "An Ingress names a service that does not exist",
        team_truth("ingress docs", "The name is misspelt in the team's own Ingress.", "docs-site"),
    )


def ingress_class_unknown() -> Case:
    scene, _ = stage("2026-05-08T11:05:00Z", ingress=True, helm=True)
    scene.deployment("surveys", "forms", 2)
    scene.service("surveys", "forms")
    scene.ingress("surveys", "forms", ingress_class="nginx-public", address="")
    _page_down(scene, "forms.example.com", 38, 404)
    return scene.case(
        "ingress-class-unknown",
        "An Ingress names a class that no controller serves",
        team_truth(
            "ingress forms",
            "The cluster's class is called nginx; all pages of that class answer. The name is the team's.",
            "surveys",
            trap="The only alert is the monitoring's probe; the Ingress has no address, as if no controller ran.",
        ),
        hard=True,
    )


def ingress_port_wrong() -> Case:
    scene, _ = stage("2026-05-09T07:25:00Z", ingress=True)
    scene.deployment("intranet", "home", 2)
    scene.service("intranet", "home", port=8081)
    scene.ingress("intranet", "home", port=80)
    _ingress_errors(scene, "intranet", "home", 27, status=503, rate=3.9)
    scene.drop(keep=("Ingress", "Service", "EndpointSlice"))
    return scene.case(
        "ingress-names-wrong-port",
        "An Ingress names a port that its service does not have",
        team_truth("ingress home", "The service has port 8081, the Ingress asks for 80.", "intranet"),
    )


def certificate_of_team_expired() -> Case:
    scene, _ = stage("2026-05-10T00:20:00Z", ingress=True)
    scene.deployment("donations", "give", 2)
    scene.service("donations", "give")
    scene.ingress("donations", "give", tls="give-2025")
    for name, host, tls in (("cart", "shop.example.com", "shop-tls"), ("query", "search.example.com", "search-tls")):
        namespace = "shop" if name == "cart" else "search"
        scene.ingress(namespace, name, host=host, tls=tls)
        scene.metric("probe_ssl_earliest_cert_expiry:remaining_seconds", 4_400_000, instance=f"https://{host}")
    scene.metric("probe_ssl_earliest_cert_expiry:remaining_seconds", -1200, instance="https://give.example.com")
    scene.alert(
        "CertificateExpired",
        20,
        hold=1,
        severity="critical",
        instance="https://give.example.com",
        job="blackbox",
        namespace="monitoring",
        summary="A certificate has expired",
        description="The certificate of https://give.example.com expired 20 minutes ago",
    )
    _page_down(scene, "give.example.com", 20, 0)
    return scene.case(
        "own-certificate-expired",
        "A certificate that a team put into a Secret by hand has expired",
        team_truth(
            "secret give-2025",
            "The Secret was bought and made by the team, not by the cluster's issuer; other pages are well.",
            "donations",
            trap="Certificates at the shared ingress look like the platform's.",
        ),
        hard=True,
    )


# Names


def own_name_servers() -> Case:
    scene, _ = stage("2026-05-11T15:10:00Z", version="v1.34.1", runtime="containerd://2.1.4")
    bridge = scene.deployment("partner-link", "bridge", 2, minutes=36, revision=8)
    give_pod(bridge, dnsPolicy="None", dnsConfig={"nameservers": ["10.20.0.53"], "searches": ["corp.example.com"]})
    for pod in bridge.pods:
        scene.put(pod, unready(35))
        scene.unhealthy(
            pod,
            "Readiness probe failed: dependency ledger.partner-link.svc.cluster.local: no such host",
            35,
            count=25,
        )
    unavailable(scene, bridge, 34)
    return scene.case(
        "own-name-servers",
        "A pod brings its own name servers, which know nothing of the cluster",
        team_truth(
            "deployment bridge",
            "Its dnsPolicy is None: it never asks CoreDNS. The setting came with the team's revision 8.",
            "partner-link",
            trap='"no such host" for a name of the cluster reads like CoreDNS.',
        ),
        hard=True,
    )


def search_list_too_long() -> Case:
    scene, _ = stage("2026-05-12T12:35:00Z")
    ads = scene.deployment("adverts", "bidder", 4)
    give_pod(ads, dnsConfig={"options": [{"name": "ndots", "value": "15"}]})
    scene.metric("http_request_duration_seconds:p99", 2.7, namespace="adverts", deployment="bidder")
    for client, value in (("adverts", 940.0), ("shop", 12.0), ("search", 9.0)):
        scene.metric("coredns_dns_requests_total:rate5m", value, client_namespace=client)
    scene.metric("coredns_dns_request_duration_seconds:p99", 0.004, server="dns://:53")
    scene.alert(
        "RequestLatencyHigh",
        28,
        ads.obj,
        hold=10,
        summary="Requests are slow",
        description="bidder: p99 2.7 s; 2.2 s of it are lookups of exchange.example.net",
    )
    return scene.case(
        "ndots-too-high",
        "A team sets ndots to 15, so each foreign name is looked up seven times in vain",
        team_truth(
            "deployment bidder",
            "CoreDNS answers each lookup in 4 ms; the number of lookups is the team's option.",
            "adverts",
            trap="Slow lookups read like a slow CoreDNS.",
        ),
        hard=True,
    )


def wrong_upstream() -> Case:
    scene, _ = stage("2026-05-13T17:55:00Z", helm=True)
    web = scene.deployment("booking", "booking-web", 2, minutes=25, revision=14)
    give(web, env=[{"name": "API_URL", "value": "http://booking-api.bookings.svc:8080"}])
    give(web, readinessProbe=http_probe("/ready", 8080))
    scene.deployment("booking", "booking-api", 2)
    scene.service("booking", "booking-api")
    for pod in web.pods:
        scene.put(pod, State(ready=False, minutes=24))
        scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 24, count=25)
    unavailable(scene, web, 23)
    return scene.case(
        "wrong-service-in-settings",
        "A release calls a service in a namespace that does not exist",
        team_truth("deployment booking-web", "The address is in the team's environment.", "booking"),
    )


def namespaces_data_store_down() -> Case:
    scene, _ = stage("2026-05-14T02:50:00Z", storage=True, workers=4)
    store = scene.stateful_set("store-data", "redis", 1, claim="data")
    crash(scene, store.pods[0], crashing(41, exit_code=1, restarts=12))
    scene.service("store-data", "redis", port=6379, target=6379)
    web = scene.deployment("store-web", "web", 3)
    api = scene.deployment("store-api", "api", 2)
    for workload in (web, api):
        for pod in workload.pods:
            scene.put(pod, unready(40))
            scene.unhealthy(pod, "Readiness probe failed: HTTP probe failed with statuscode: 503", 40, count=25)
        unavailable(scene, workload, 39)
    crash_alerts_of_store(scene, store)
    return scene.case(
        "dependency-in-own-other-namespace",
        "A store of one namespace is down, and services of two others wait for it",
        team_truth(
            "statefulset redis",
            "Its configuration was changed and it exits with 1; its volume and node are well. Whoever owns store-data "
            "must correct it.",
            "store-data",
            "store-web",
            "store-api",
            trap="Failures in three namespaces at once look like the cluster's.",
        ),
        hard=True,
    )


def crash_alerts_of_store(scene: Scene, store: Workload) -> None:
    pod: Json = store.pods[0]
    scene.alert("KubePodCrashLooping", 40, pod)
    scene.alert("KubeStatefulSetReplicasMismatch", 40, store)


CASES = (
    policy_denies_names(),
    policy_denies_ingress(),
    authorization_policy_denies(),
    strict_mutual_tls(),
    selector_of_service_wrong(),
    target_port_wrong(),
    ingress_names_wrong_service(),
    ingress_class_unknown(),
    ingress_port_wrong(),
    certificate_of_team_expired(),
    own_name_servers(),
    search_list_too_long(),
    wrong_upstream(),
    namespaces_data_store_down(),
)
