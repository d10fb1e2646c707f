"""Whose a failure at the way in is."""

import pytest

from tests.casework.makers import Scene
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.ingress import OWN_ANSWER, ingress


@pytest.mark.parametrize(
    ("message", "is_own", "because"),
    [
        ("upstream sent too big header while reading response header from upstream", True, "its own headers"),
        ("client intended to send too large body: 5242880 bytes", True, "its own limit"),
        ("413 Request Entity Too Large", True, "the same, as the client sees it"),
        ("connect() failed (111: Connection refused) while connecting to upstream", False, "says nothing of whose"),
        ("upstream timed out (110: Operation timed out) while reading response header", False, "nor does a time-out"),
    ],
)
def test_what_the_controller_says_of_an_answer(message: str, is_own: bool, because: str) -> None:
    assert OWN_ANSWER.fits(message) is is_own, because


def site(made: Scene, namespace: str, name: str = "web", *, failing: bool = True, **more: str) -> None:
    """A site behind the shared controller, whose probe fails."""
    made.deployment(namespace, name, 2)
    made.service(namespace, name)
    made.ingress(namespace, name, host=f"{namespace}.example.com", service=name, **more)  # type: ignore[arg-type]
    if failing:
        url = f"https://{namespace}.example.com"
        made.alert("BlackboxProbeFailed", 20, namespace=namespace, instance=url, job="blackbox", summary=f"{url}: 503")


def with_controller() -> Scene:
    made = cluster()
    made.deployment("ingress-nginx", "controller", 2, image="registry.k8s.io/ingress-nginx/controller:v1.12.1")
    made.ingress_class("nginx")
    return made


def test_a_class_that_does_not_exist_is_the_ingresses_own() -> None:
    made = with_controller()
    site(made, "shop", ingress_class="internal")
    site(made, "search", failing=False)
    assert suspects(found(ingress, made)) == [Suspect("Ingress", "web", "shop")]
    assert causes(made)[0].verdict is Verdict.APPLICATION


def test_a_service_that_does_not_exist_is_the_ingresses_own() -> None:
    made = with_controller()
    site(made, "shop")
    made.find("Ingress", "web", "shop")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "wep"
    assert suspects(found(ingress, made)) == [Suspect("Ingress", "web", "shop")]


def test_sites_of_several_teams_that_fail_at_once_are_the_controllers() -> None:
    made = with_controller()
    for namespace in ("shop", "search", "billing"):
        site(made, namespace)
    assert suspects(found(ingress, made)) == [Suspect("Component", "ingress-nginx")]
    assert causes(made)[0].verdict is Verdict.CLUSTER


def test_the_first_ingress_that_cannot_be_loaded_is_the_culprit_and_not_the_controller() -> None:
    made = with_controller()
    for namespace in ("shop", "search"):
        site(made, namespace)
    said = "was added or updated; but was not applied: nginx reload failed: [emerg] invalid value"
    for minutes, namespace in ((40, "search"), (20, "shop")):
        web = made.find("Ingress", "web", namespace)
        made.event(web, "AddedOrUpdatedWithError", said, "nginx-ingress-controller", minutes=minutes)
    assert suspects(found(ingress, made)) == [Suspect("Ingress", "web", "search")]
    assert {cause.verdict for cause in causes(made)} == {Verdict.APPLICATION}


def test_a_controller_that_was_changed_and_cannot_load_its_own_template_is_to_blame() -> None:
    made = with_controller()
    for namespace in ("shop", "search"):
        site(made, namespace)
    controller = made.find("Deployment", "controller", "ingress-nginx")
    pod = made.pods(namespace="ingress-nginx")[0]
    made.change(controller, "spec.template.spec.containers[0].image", "v1.12.1", "v1.13.0", minutes=40)
    made.event(pod, "RELOAD", 'Error reloading NGINX: [emerg] unknown directive "zz_status" in /tmp/nginx', "nginx")
    assert suspects(found(ingress, made)) == [Suspect("Component", "ingress-nginx")]
