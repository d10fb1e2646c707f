"""The case set holds together: what a reader, a rule or a scorer relies on is true of every file."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.casework import CASES
from tests.casework.backdrop import amount
from tests.casework.makers import Case, Json
from tests.casework.rules import RULES

FOLDER = Path(__file__).parent.parent / "cases"
RECORDINGS = Path(__file__).parent.parent / "recordings"
_EVERY = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
# These tell of what is gone by the time they are read.
_OF_THE_GONE = frozenset(
    {
        "Evicted",
        "Killing",
        "Preempted",
        "RemovingNode",
        "SpotInterruption",
        "SuccessfulDelete",
        "TaintManagerEviction",
    }
)


def _alerts(case: Case) -> list[Json]:
    return [alert for payload in case.contents["alerts"] for alert in payload["alerts"]]


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_ids_are_unique() -> None:
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_the_folder_holds_these_cases_and_no_others() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {case.id for case in CASES}


def test_half_of_them_mislead_a_simple_rule() -> None:
    assert sum(case.hard for case in CASES) * 2 >= len(CASES)


def test_the_readme_counts_them() -> None:
    sides = Counter(case.truth.verdict or "mix" for case in CASES)
    text = " ".join((Path(__file__).parent / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"{len(CASES)} cases: {sides['cluster']} of the cluster, {sides['application']} of an application, "
        f"{sides['none']} controls, {sides['mix']} mixes. {sum(case.hard for case in CASES)} are hard, "
        f"{sum(case.truth.confidence == 'medium' for case in CASES)} of medium confidence, "
        f"{sum(not case.derived for case in CASES)} captured."
    ) in text


def test_recordings_stay_small() -> None:
    assert sum(path.stat().st_size for path in RECORDINGS.glob("*.json")) < 600_000


@_EVERY
def test_file_is_up_to_date(case: Case) -> None:
    text = (FOLDER / f"{case.id}.json").read_text(encoding="utf-8")
    assert text == case.text(), "run python -m tests.casework"
    assert json.loads(text)["id"] == case.id


@_EVERY
def test_truth_is_complete(case: Case) -> None:
    truth = case.truth.as_json()
    assert len(truth["why"]) > 20
    assert truth["confidence"] in {"high", "medium", "contested"}
    assert not case.hard or "incidents" in truth or truth.get("naive_trap"), "a hard case says what misleads"
    for told in truth.get("incidents", [truth]):
        assert told["verdict"] in {"cluster", "application", "none"}
        if told["verdict"] != "none":
            assert told["component"]
            assert told["owner_hint"] == ("platform" if told["verdict"] == "cluster" else "namespace-team")
        if told["verdict"] == "application":
            assert told["namespaces"]
    if "incidents" in truth:
        assert truth["incidents"]  # a list of one: however many victims, it must be one incident
        assert all(told["why"] for told in truth["incidents"])


@_EVERY
def test_truth_does_not_leak(case: Case) -> None:
    shown = json.dumps(case.contents)
    assert case.truth.why not in shown
    assert case.title not in shown
    for word in ("naive_trap", "owner_hint", '"truth"', '"verdict"'):
        assert word not in shown


@_EVERY
def test_alerts_are_consistent(case: Case) -> None:
    now = _when(case.now)
    prints = Counter(alert["fingerprint"] for alert in _alerts(case))
    assert [one for one, count in prints.items() if count > 1] == [], "one alert twice"
    for alert in _alerts(case):
        began = _when(alert["startsAt"])
        assert began <= now
        assert alert["annotations"]["summary"]
        if alert["status"] == "resolved":
            assert began < _when(alert["endsAt"]) <= now
        else:
            assert alert["endsAt"] == "0001-01-01T00:00:00Z"


@_EVERY
def test_alerts_name_what_exists(case: Case) -> None:
    objects = case.contents["objects"]
    kinds = {obj["kind"] for obj in objects}
    known = {(obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"]) for obj in objects}
    for alert in _alerts(case):
        labels = alert["labels"]
        if alert["labels"]["alertname"] not in RULES or alert["status"] == "resolved":
            continue
        for label, kind in (("deployment", "Deployment"), ("statefulset", "StatefulSet"), ("daemonset", "DaemonSet")):
            if label in labels and kind in kinds:
                assert (kind, labels["namespace"], labels[label]) in known
        pod = labels.get("pod", "")
        if pod and "Pod" in kinds and "kube-state-metrics" not in pod and "node-exporter" not in pod:
            assert ("Pod", labels["namespace"], pod) in known
        if labels.get("node") and "Node" in kinds:
            assert ("Node", None, labels["node"]) in known


@_EVERY
def test_events_are_consistent(case: Case) -> None:
    now = _when(case.now)
    uids = [event["metadata"]["uid"] for event in case.contents["events"]]
    assert len(uids) == len(set(uids))
    known: dict[str, Any] = {obj["metadata"]["uid"]: obj for obj in case.contents["objects"]}
    kinds = {obj["kind"] for obj in case.contents["objects"]}
    gone = {event["involvedObject"].get("uid") for event in case.contents["events"] if event["reason"] in _OF_THE_GONE}
    for event in case.contents["events"]:
        series = event.get("series") or {}
        times = [event["firstTimestamp"], event["lastTimestamp"], event["eventTime"], series.get("lastObservedTime")]
        said = [_when(time) for time in times if time]
        assert said, event["message"]
        assert max(said) <= now, event["message"]
        assert (now - max(said)).total_seconds() <= 60 * 60, f"events live an hour: {event['message']}"
        involved = event["involvedObject"]
        if not case.derived or involved.get("uid") in gone:
            continue
        if involved["kind"] in kinds:
            assert involved["uid"] in known, f"{involved['kind']} {involved['name']}: {event['message']}"


@_EVERY
def test_objects_are_consistent(case: Case) -> None:
    now = _when(case.now)
    objects = case.contents["objects"]
    uids = [obj["metadata"]["uid"] for obj in objects]
    assert len(uids) == len(set(uids))
    names = [(obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"]) for obj in objects]
    assert len(names) == len(set(names))
    kinds = {obj["kind"] for obj in objects}
    nodes = {obj["metadata"]["name"] for obj in objects if obj["kind"] == "Node"}
    for obj in objects:
        assert _when(obj["metadata"]["creationTimestamp"]) <= now
        for owner in obj["metadata"].get("ownerReferences", ()):
            if case.derived and owner["kind"] in kinds:
                assert owner["uid"] in uids, obj["metadata"]["name"]
        if obj["kind"] == "Pod" and nodes and obj["spec"].get("nodeName"):
            assert obj["spec"]["nodeName"] in nodes


def _requested(pod: Json, resource: str) -> float:
    bodies = pod["spec"]["containers"]
    return sum(amount(body.get("resources", {}).get("requests", {}).get(resource, "0")) for body in bodies)


@_EVERY
def test_what_the_scheduler_says_is_true(case: Case) -> None:
    nodes = [obj for obj in case.contents["objects"] if obj["kind"] == "Node"]
    pods = [obj for obj in case.contents["objects"] if obj["kind"] == "Pod"]
    if not nodes:
        return
    for pod in pods:
        for condition in pod["status"].get("conditions", ()):
            if condition["type"] != "PodScheduled" or condition["status"] == "True":
                continue
            said = condition["message"].split("preemption:")[0]
            total = re.match(r"0/(\d+) nodes", said)
            assert total is None or int(total[1]) == len(nodes), said
            for count, resource in re.findall(r"(\d+) Insufficient (cpu|memory)", said):
                wanted, full = _requested(pod, resource), 0
                for node in nodes:
                    here = [one for one in pods if one["spec"].get("nodeName") == node["metadata"]["name"]]
                    taken = sum(_requested(one, resource) for one in here if one["status"]["phase"] == "Running")
                    full += taken + wanted > amount(node["status"]["allocatable"][resource])
                assert full >= int(count), f"{pod['metadata']['name']}: {said}"
