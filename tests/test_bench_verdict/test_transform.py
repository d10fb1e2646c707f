"""The same fault under other names, at another time, in another order, and two at once."""

import copy
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench_verdict.transform import (
    Document,
    at_random,
    merged,
    mixed,
    names_of,
    prefixed,
    renamed,
    shifted,
    shuffled,
    without,
)
from tests.test_bench_verdict.makers import NOW, POD, alert, application, case, cluster, crash

seeds = st.integers(min_value=0, max_value=2**32)
slugs = st.from_regex(r"[a-z]{3,8}", fullmatch=True)


def told(message: str) -> Document:
    """The crash with an event that says this."""
    made = crash()
    return {**made, "events": [{**made["events"][0], "message": message}]}


def alike(first: Document, second: Document) -> bool:
    """Whether they say the same, whatever the fingerprints."""
    return bool(_without_fingerprints(first) == _without_fingerprints(second))


def _without_fingerprints(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_fingerprints(held) for key, held in value.items() if key != "fingerprint"}
    return [_without_fingerprints(held) for held in value] if isinstance(value, list) else value


def test_names_are_found_wherever_they_are_told() -> None:
    names = names_of(crash())
    assert names.namespaces == {"shop"}
    assert names.nodes == {"node-14"}
    assert names.workloads == {"web"}
    assert names.clusters == {"prod"}
    assert names.made.keys() == {POD, "web-7c9f6d5b8"}


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        ("container web failed", "container till failed", "a whole word is replaced"),
        ("pod web-7c9f6d5b8-zzt4p", "pod till-7c9f6d5b8-zzt4p", "a pod that nothing else names follows its workload"),
        ("job web-29100412-x2k4p", "job till-29100412-x2k4p", "and so does what a schedule made"),
        ("host web-backend", "host web-backend", "a longer name is another name"),
        ("webhook, cobweb, web_1, Web", "webhook, cobweb, web_1, Web", "and so is a word that holds it"),
        ("dial web.shop.svc:80", "dial till.mall.svc:80", "a dot ends a name"),
        ("pod shop/web", "pod mall/till", "and so does a slash"),
        ('image "web:1" present', 'image "web:1" present', "an image is not a workload"),
        ("pull registry.example.com/shop/web:1", "pull registry.example.com/shop/web:1", "wherever it is told"),
    ],
)
def test_what_follows_a_name(before: str, after: str, because: str) -> None:
    changed = renamed(told(before), {"web": "till", "shop": "mall"})
    assert changed["events"][0]["message"] == after, because


@pytest.mark.parametrize(
    ("labels", "after", "because"),
    [
        ({"alertname": "web"}, {"alertname": "web"}, "the name of an alert says what it is about"),
        ({"k8s-app": "web"}, {"k8s-app": "web"}, "a component is known by this label"),
        ({"web": "x"}, {"web": "x"}, "keys stay"),
        ({"app": "web"}, {"app": "till"}, "what a team calls its own follows"),
        ({"job": "coredns"}, {"job": "coredns"}, "everybody's job of Prometheus stays"),
        ({"job": "web"}, {"job": "till"}, "a team's own follows"),
    ],
)
def test_what_follows_in_labels(labels: dict[str, str], after: dict[str, str], because: str) -> None:
    made = crash(signals=[{"name": "up", "labels": labels}])
    assert renamed(made, {"web": "till", "coredns": "x"})["signals"][0]["labels"] == after, because


def test_the_truth_follows_and_where_the_case_came_from_does_not() -> None:
    changed = renamed(crash(title="web in shop", source={"path": "shop/web"}), {"shop": "mall", "web": "till"})
    assert changed["truth"]["namespaces"] == ["mall"]
    assert (changed["title"], changed["source"]) == ("web in shop", {"path": "shop/web"})


def test_a_static_pod_follows_its_node() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "kube-apiserver-node-14", "namespace": "kube-system"}}
    made = crash()
    changed = renamed({**made, "objects": [*made["objects"], pod]}, {"node-14": "anvil"})
    assert changed["objects"][-1]["metadata"]["name"] == "kube-apiserver-anvil"


def test_of_two_names_the_longer_one_counts() -> None:
    made = case(alert(namespace="shop", deployment="web"), alert(namespace="shop", deployment="web-api"))
    changed = renamed(made, {"web": "till", "web-api": "counter"})
    assert [payload["alerts"][0]["labels"]["deployment"] for payload in changed["alerts"]] == ["till", "counter"]


@given(seeds)
def test_renaming_can_be_undone(seed: int) -> None:
    made = crash()
    mapping = at_random(made, seed=seed)
    changed = renamed(made, mapping)
    assert not names_of(changed).given & names_of(made).given
    assert alike(renamed(changed, {new: name for name, new in mapping.items()}), made)


@given(seeds)
def test_renaming_draws_the_same_again(seed: int) -> None:
    assert at_random(crash(), seed=seed) == at_random(crash(), seed=seed)


@given(slugs)
def test_a_prefix_makes_all_names_distinct(prefix: str) -> None:
    made = crash()
    changed = names_of(renamed(made, prefixed(made, prefix)))
    assert not (changed.namespaces | changed.nodes | changed.workloads) & names_of(made).given
    assert changed.clusters == {"prod"}


def test_kept_namespaces_keep_what_runs_in_them_when_names_are_drawn() -> None:
    assert at_random(crash(), seed=1, keep=frozenset({"shop"})).keys() == {"node-14", "prod"}


@given(st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)))
def test_all_moments_move_together(by: timedelta) -> None:
    by = timedelta(seconds=by // timedelta(seconds=1))
    made = crash()
    moved = shifted(made, by)
    assert datetime.fromisoformat(moved["now"]) - datetime.fromisoformat(NOW) == by
    assert alike(shifted(moved, -by), made)


@pytest.mark.parametrize(
    ("moment", "after", "because"),
    [
        ("2026-11-24T03:10:00Z", "2026-11-24T04:10:00Z", "a moment moves"),
        ("2026-11-24T03:10:00.123456Z", "2026-11-24T04:10:00.123456Z", "and keeps its fraction"),
        ("2026-11-24T03:10:00+05:30", "2026-11-24T04:10:00+05:30", "and its zone"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "Go's no time at all stays"),
        ("since 2026-11-24T23:30:00Z: down", "since 2026-11-25T00:30:00Z: down", "also in a sentence"),
    ],
)
def test_how_a_moment_moves(moment: str, after: str, because: str) -> None:
    assert (
        shifted({"now": NOW, "events": [{"message": moment}]}, timedelta(hours=1))["events"][0]["message"] == after
    ), because


@given(seeds)
def test_an_order_loses_nothing(seed: int) -> None:
    made = crash()
    made["alerts"] += case(alert(namespace="shop"), alert("KubePodNotReady", namespace="shop"))["alerts"]
    other = shuffled(made, seed=seed)
    for key in ("alerts", "events", "objects"):
        assert sorted(map(json.dumps, other[key])) == sorted(map(json.dumps, made[key]))


@given(seeds)
def test_deliveries_that_tell_of_one_alert_keep_their_order(seed: int) -> None:
    made = case(alert(pod=POD), alert(pod=POD, status="resolved"))
    assert shuffled(made, seed=seed)["alerts"] == made["alerts"]


def test_two_at_once_are_distinct_in_one_cluster_at_one_time() -> None:
    first = crash(id="a-1")
    second = {**crash(id="b-1"), "now": "2025-01-01T00:10:00+00:00"}
    both = mixed(first, second)
    assert both["now"] == NOW
    assert names_of(both).clusters == {"mixed"}
    assert names_of(both).namespaces == {"shop", "b-shop"}
    assert [truth["namespaces"] for truth in both["truth"]["incidents"]] == [["shop"], ["b-shop"]]
    assert len(both["objects"]) == 6
    uids = [thing["metadata"]["uid"] for thing in both["objects"] if thing["kind"] == "Node"]
    addresses = [thing["status"]["podIP"] for thing in both["objects"] if thing["kind"] == "Pod"]
    assert len(set(uids)) == 2
    assert len(set(addresses)) == 2, "nothing may be taken for a thing of the other case"


def test_the_platforms_namespaces_stay_when_two_are_mixed() -> None:
    both = mixed(crash(id="a-1"), crash(id="b-1"), keep=frozenset({"shop"}))
    assert names_of(both).namespaces == {"shop"}
    assert names_of(both).workloads == {"web", "b-web"}


def test_a_mix_holds_the_evidence_of_both() -> None:
    both = merged(crash(id="a-1", changes=[{"kind": "Rollout"}]), case(alert(), id="b-1", truth=cluster()))
    assert len(both["alerts"]) == 2
    assert both["changes"] == [{"kind": "Rollout"}]
    assert both["truth"] == {"incidents": [application(), cluster()]}


@pytest.mark.parametrize("evidence", ["alerts", "events", "objects", "metrics"])
def test_one_kind_of_evidence_is_taken_away(evidence: str) -> None:
    made = crash()
    left = without(made, evidence)
    assert not left[evidence]
    assert {key: held for key, held in left.items() if key != evidence} == {
        key: held for key, held in made.items() if key != evidence
    }


def test_nothing_changes_what_it_is_given() -> None:
    made = crash()
    before = copy.deepcopy(made)
    mixed(made, made)
    renamed(made, at_random(made, seed=1))
    shuffled(made, seed=1)
    shifted(made, timedelta(days=1))
    without(made, "alerts")
    assert made == before
