"""The checks find an engine that does what it must not; the engines here are made for it."""

from collections.abc import Mapping
from typing import Any

from ownership.match import OwnershipMap
from tests.bench_verdict.checks import evidence_removed, mixes, names_changed, order_changed
from tests.bench_verdict.transform import Document
from tests.test_bench_verdict.makers import alert, application, case, cluster, crash, incident
from triage.cases import default_map

CRASH = crash(id="a-1")
NODE = case(alert("KubeNodeNotReady", node="node-3"), id="b-1", truth=cluster())


def by_kind(told: Document, _ownership: OwnershipMap) -> dict[str, Any]:
    """An engine that does what it should: an incident an alert, by what the alert is called."""
    labels = [alert["labels"] for payload in told["alerts"] for alert in payload["alerts"]]
    return {
        "incidents": [
            incident("cluster", "platform") if "Node" in one["alertname"] else incident(owner=one["namespace"])
            for one in labels
        ]
    }


def by_name(told: Document, _ownership: OwnershipMap) -> Mapping[str, Any]:
    """An engine that knows the shop."""
    return {"incidents": [incident("application" if "'shop'" in str(told) else "cluster", "platform")]}


def by_order(told: Document, _ownership: OwnershipMap) -> Mapping[str, Any]:
    """An engine that blames whatever comes first."""
    return {"incidents": [incident(owner=told["objects"][0]["metadata"]["name"])]}


def test_two_at_once_are_two() -> None:
    found = mixes([CRASH, NODE], by_kind, default_map(), number=5)
    assert found["drawn"] == 1, "there is one pair only"
    assert found["exactly_two_with_right_owners_and_verdicts"] == 1


def test_two_of_one_component_are_not_drawn() -> None:
    twins = [{**CRASH, "id": name, "truth": application(component="web")} for name in ("a-1", "a-2")]
    assert mixes(twins, by_kind, default_map(), number=5)["drawn"] == 0


def test_new_names_do_not_disturb_who_reads_none() -> None:
    found = names_changed([CRASH, NODE], by_kind, default_map(), rounds=2)
    assert found["all_names"] == {"assessed": 4, "verdicts_changed": 0, "only_owners_changed": 0, "cases": []}


def test_new_names_disturb_who_reads_names() -> None:
    found = names_changed([CRASH], by_name, default_map(), rounds=1)
    assert found["all_names"]["verdicts_changed"] == 1
    assert found["all_names"]["cases"] == ["a-1"]


def test_an_order_disturbs_who_reads_orders() -> None:
    assert order_changed([CRASH], by_kind, default_map(), rounds=8)["answers_changed"] == 0
    found = order_changed([CRASH], by_order, default_map(), rounds=8)
    assert found["answers_changed"] > 0
    assert found["verdicts_changed"] == 0


def test_without_its_evidence_nothing_is_decided() -> None:
    found = evidence_removed([CRASH, NODE], by_kind, default_map(), kind="alerts")
    assert (found["decided"].right, found["decided"].of) == (0, 2)
    assert evidence_removed([CRASH, NODE], by_kind, default_map(), kind="events")["right_of_decided"].value == 1
