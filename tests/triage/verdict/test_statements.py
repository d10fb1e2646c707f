"""What was written about a trouble: who speaks first, and what is said once."""

from tests.casework.makers import Scene as Made
from tests.casework.makers import Workload, waiting
from tests.triage.verdict.rules.staging import cluster, snapshot
from triage.verdict.messages import Pattern
from triage.verdict.scene import Scene
from triage.verdict.types import Suspect

CART = Suspect("Deployment", "cart", "shop")
DENIED = 'Failed to pull image "registry.example.com/shop/cart:v2": denied'


def failing(made: Made, replicas: int = 1, nodes: tuple[str, ...] = ("node-1",)) -> Workload:
    state = waiting("ImagePullBackOff", "Back-off pulling image")
    return made.deployment("shop", "cart", replicas, state=state, nodes=nodes)


def scene_of(made: Made) -> Scene:
    return Scene.of(snapshot(made))


def test_status_speaks_first_then_the_latest_event_then_alerts() -> None:
    made = cluster()
    (pod,) = failing(made).pods
    made.event(pod, "Failed", "first", "kubelet", minutes=20)
    made.event(pod, "Failed", DENIED, "kubelet", minutes=5)
    made.alert("CartDown", 10, hold=1, summary="cart is down", namespace="shop", deployment="cart")
    said = scene_of(made).statements[CART]
    assert [one.source for one in said] == ["object", "event", "event", "alert"]
    assert [one.words for one in said[:3]] == ["Back-off pulling image", DENIED, "first"]
    assert "cart is down" in said[3].words


def test_a_statement_knows_where_and_of_what_it_speaks() -> None:
    made = cluster()
    (pod,) = failing(made).pods
    (said,) = scene_of(made).statements[CART]
    assert (said.node, said.pod, said.reason) == ("node-1", pod["metadata"]["name"], "ImagePullBackOff")
    assert said.container is not None
    assert said.container.name == "cart"


def test_what_many_say_in_the_same_words_is_said_once_for_each_node() -> None:
    made = cluster()
    for pod in failing(made, 6, ("node-1", "node-2")).pods:
        made.event(pod, "Failed", DENIED, "kubelet", minutes=5, count=4)
    said = [one for one in scene_of(made).statements[CART] if one.source == "event"]
    assert sorted((one.node, one.words, one.count) for one in said) == [("node-1", DENIED, 12), ("node-2", DENIED, 12)]


def test_what_says_nothing_is_not_there() -> None:
    made = cluster()
    made.deployment("shop", "cart", 1, state=waiting("ImagePullBackOff", ""))
    made.alert("CartDown", 10, hold=1, summary="", namespace="shop", deployment="cart")
    assert not [one for one in scene_of(made).statements[CART] if not one.words]


def test_the_first_that_a_pattern_fits_is_found() -> None:
    made = cluster()
    (pod,) = failing(made).pods
    made.event(pod, "Failed", DENIED, "kubelet", minutes=5)
    scene = scene_of(made)
    found = scene.said(scene.troubles[CART], Pattern("denied"))
    assert found is not None
    assert found.words == DENIED
    assert scene.said(scene.troubles[CART], Pattern("no such host")) is None
