"""Parts of the platform of which nothing runs."""

import pytest

from tests.casework.makers import Scene, crashing, unready, waiting
from tests.triage.verdict.rules.staging import NOW, found
from triage.verdict import Suspect
from triage.verdict.rules.part_gone import part_gone
from triage.verdict.weights import FAIR, STRONG

COREDNS = Suspect("Component", "coredns")
CART, API = Suspect("Deployment", "cart", "shop"), Suspect("Deployment", "api", "search")


def cluster(replicas: int) -> Scene:
    made = Scene(NOW)
    for name in ("node-1", "node-2"):
        made.node(name)
    made.deployment("kube-system", "coredns", replicas, image="registry.k8s.io/coredns/coredns:v1.12.1")
    return made


def test_a_dns_that_was_scaled_to_zero_is_why_nobody_finds_names() -> None:
    made = cluster(0)
    made.deployment("shop", "cart", 1, state=unready())
    made.deployment("search", "api", 1, state=crashing())
    told = {(one.suspect, one.weight, one.explains) for one in found(part_gone, made)}
    assert told == {(COREDNS, STRONG, (CART,)), (COREDNS, FAIR, (API,))}, "that a program ends says less"


def test_a_dns_that_runs_is_not_gone() -> None:
    made = cluster(2)
    made.deployment("shop", "cart", 1, state=unready())
    assert not found(part_gone, made)


def test_no_name_server_breaks_an_image() -> None:
    made = cluster(0)
    made.deployment("shop", "cart", 1, state=waiting("ImagePullBackOff", "manifest unknown"))
    assert not found(part_gone, made)


@pytest.mark.parametrize(("count", "is_gone"), [(2, True), (1, False)])
def test_a_part_of_which_no_pod_is_ready(count: int, *, is_gone: bool) -> None:
    made = cluster(2)
    for pod in made.pods(namespace="kube-system")[:count]:
        made.put(pod, crashing(30))
    made.deployment("shop", "cart", 1, state=unready(20))
    assert {one.suspect for one in found(part_gone, made)} == ({COREDNS} if is_gone else set())
