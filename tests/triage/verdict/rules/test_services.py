"""Services that reach nobody."""

from tests.casework.makers import Scene
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.services import services

OWN = [Suspect("Service", "web", "shop")]


def with_service(*, selector: dict[str, str] | None = None, replicas: int = 2) -> Scene:
    made = cluster()
    made.deployment("shop", "web", replicas)
    made.deployment("shop", "cart", 1)
    made.service("shop", "web", selector=selector)
    made.alert("HighRequestErrorRate", 10, namespace="shop", service="web", summary="connection refused")
    return made


def test_a_selector_that_matches_no_pod_is_the_services_own() -> None:
    made = with_service(selector={"app": "web", "version": "v2"})
    assert suspects(found(services, made)) == OWN
    assert causes(made)[0].verdict is Verdict.APPLICATION


def test_a_workload_scaled_to_zero_is_no_wrong_selector() -> None:
    assert not found(services, with_service(replicas=0))


def test_a_service_that_reaches_its_pods_is_not_suspected() -> None:
    assert not found(services, with_service())


def test_a_named_port_that_no_container_has_is_the_services_own() -> None:
    made = with_service()
    made.find("Service", "web", "shop")["spec"]["ports"][0]["targetPort"] = "grpc"
    for pod in made.pods(namespace="shop"):
        pod["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 8080}]
    assert suspects(found(services, made)) == OWN


def test_endpoints_that_stay_empty_while_pods_are_ready_are_the_controllers() -> None:
    made = with_service()
    made.settle()
    made.drop("EndpointSlice")
    made.add("v1", "Endpoints", "web", "shop", subsets=[])
    assert suspects(found(services, made)) == [Suspect("Component", "kube-controller-manager")]


def test_a_load_balancer_that_the_cloud_refuses_to_make_is_the_clouds() -> None:
    made = with_service()
    made.service("shop", "front", selector={"app": "web"}, kind="LoadBalancer")
    made.alert("ServiceDown", 10, namespace="shop", service="front", summary="no address")
    front = made.find("Service", "front", "shop")
    said = "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: quota exceeded"
    made.event(front, "SyncLoadBalancerFailed", said, "service-controller")
    assert suspects(found(services, made)) == [Suspect("Component", "cloud-controller-manager")]
