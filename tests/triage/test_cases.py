"""A case file is read, assessed and answered."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.reports import ChangeReport, Sample
from tests.alerts.kubernetes.values import JSON
from tests.casework.makers import Case as Made
from tests.casework.makers import Scene, crashing, team_truth
from tests.casework.stage import crash, crash_alerts, stage
from triage.cases import UnreadableCase, answer, default_map, read_case, snapshot_of

NOW = "2026-11-24T03:09:00Z"
MAP = default_map()
Json = dict[str, Any]


def case(**fields: Any) -> str:
    return json.dumps({"now": NOW, **fields})


def crash_of_invoices() -> Made:
    """A deployment of the team billing crashes; everything else is well."""
    scene, apps = stage(NOW)
    for pod in apps["invoices"].pods:
        crash(scene, pod, crashing(30))
    crash_alerts(scene, apps["invoices"], 30)
    scene.metric("container_memory_working_set_bytes", 2e8, namespace="billing", container="invoices")
    scene.signal("Pods are started in time", "up", 0.2, "seconds", healthy=True)
    truth = team_truth("deployment invoices", "its code ends with an error", "billing")
    return scene.case("crash", "A deployment crashes", truth)


# -- Fields --


def test_only_now_is_needed() -> None:
    read = read_case(case())
    assert (read.id, read.now) == ("", datetime(2026, 11, 24, 3, 9, tzinfo=UTC))
    assert answer(read, MAP) == {"id": "", "incidents": []}


@pytest.mark.parametrize(
    ("written", "sentence", "because"),
    [
        ("{", "it is not JSON", "cut off"),
        ("[]", "it is list, and a case is an object", "another shape"),
        ("[" * 100_000, "it is nested deeper", "nobody's case, and more than the reader can follow"),
        ('{"now": 1' + "0" * 5000 + "}", "it is not JSON", "more digits than a number has"),
        ("{}", "`now` is None", "nothing can be late or early"),
        (case(now="tomorrow"), "`now` is 'tomorrow'; write a moment", "no moment"),
        (case(now=20261124), "`now` is 20261124", "a number is none"),
        (case(now="0001-01-01T00:00:00Z"), "`now` is '0001", "before every clock"),
        (case(alerts={}), "`alerts` is dict; write a list of Alertmanager payloads", "a payload without its list"),
        (case(alerts=[{"alerts": 1}]), "`alerts[0]` is no Alertmanager payload: Field `alerts`", "which one, and why"),
        (case(alerts=[{"alerts": []}, 7]), "`alerts[1]` is no Alertmanager payload", "the second"),
        (case(events="no"), "`events` is str; write a list of Event objects", "text"),
        (case(objects=1), "`objects` is int; write a list of objects", "a number"),
        (case(changes={"at": NOW}), "`changes` is dict", "one change without its list"),
        (case(signals=True), "`signals` is bool", "a truth"),
        (case(metrics=[1]), "`metrics` is list; write an object of names and lists of samples", "no names"),
    ],
)
def test_what_is_no_case_is_refused_with_a_sentence_that_names_the_field(
    written: str, sentence: str, because: str
) -> None:
    with pytest.raises(UnreadableCase) as caught:
        read_case(written)
    assert sentence in str(caught.value), because
    assert len(str(caught.value)) < 400


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert read_case(case(now="2026-11-24T03:09:00")).now == datetime(2026, 11, 24, 3, 9, tzinfo=UTC)


def test_null_is_as_good_as_left_out() -> None:
    fields = ("alerts", "events", "objects", "metrics", "changes", "signals")
    assert read_case(case(**dict.fromkeys(fields))) == read_case(case())


def test_an_alert_of_two_deliveries_counts_once_as_the_last_one_tells_it() -> None:
    def payload(status: str) -> Json:
        alert = {"status": status, "labels": {"alertname": "Slow"}, "startsAt": "2026-11-24T02:00:00Z"}
        return {"version": "4", "alerts": [alert]}

    read = read_case(case(alerts=[payload("firing"), payload("resolved")]))
    assert [report.is_firing for report in read.reports] == [False]
    assert snapshot_of(read, MAP).symptoms == (), "and what is resolved is no symptom"


def test_an_alert_that_begins_after_now_begins_now() -> None:
    alert = {"status": "firing", "labels": {"alertname": "Slow"}, "startsAt": "2026-11-24T05:00:00Z"}
    read = read_case(case(alerts=[{"alerts": [alert]}]))
    assert [symptom.began_at for symptom in snapshot_of(read, MAP).symptoms] == [read.now]


@pytest.mark.parametrize(
    ("value", "kept", "because"),
    [
        (0.25, (0.25,), "a number"),
        (3, (3.0,), "a whole one"),
        (0, (0.0,), "nothing is a measurement, too"),
        (float("nan"), (), "Prometheus' word for no value"),
        (float("inf"), (), "no amount"),
        (10**400, (), "more than a float holds"),
        ("3", (), "text"),
        (True, (), "a truth"),
        (None, (), "nothing"),
    ],
)
def test_a_sample_and_a_signal_are_numbers_or_nothing(value: Any, kept: tuple[float, ...], because: str) -> None:
    read = read_case(case(metrics={"up": [{"labels": {"job": "x"}, "value": value}]}, signals=[{"value": value}]))
    assert read.metrics == {"up": tuple(Sample({"job": "x"}, one) for one in kept)}, because
    assert read.signals[0].value == (kept[0] if kept else None), because


def test_a_signal_without_its_time_was_observed_now_and_without_a_judgement_has_none() -> None:
    (signal,) = read_case(case(signals=[{"name": "DNS", "healthy": "yes", "error": "timeout"}])).signals
    assert (signal.observed_at, signal.is_healthy, signal.error) == (read_case(case()).now, None, "timeout")


def test_a_change_tells_when_and_of_what() -> None:
    told = {"at": NOW, "kind": "Deployment", "namespace": "shop", "name": "cart", "what": "image: v1 to v2"}
    about = {"time": NOW, "object": {"kind": "Node", "name": "worker-1"}, "message": "cordoned"}
    read = read_case(case(changes=[told, about, {"kind": "Deployment"}]))
    assert read.changes == (
        ChangeReport(read.now, "Deployment", "shop", "cart", "image: v1 to v2"),
        ChangeReport(read.now, "Node", "", "worker-1", "cordoned"),
    ), "one without a time is none"


# -- The answer --


def test_an_answer_is_plain_data_with_owner_ledger_and_suspects() -> None:
    told = answer(read_case(crash_of_invoices().text()), MAP)
    (incident,) = told["incidents"]
    assert (told["id"], incident["verdict"], incident["owner"]) == ("crash", "application", "billing")
    assert incident["suspect"] == {"kind": "Deployment", "name": "invoices", "namespace": "billing"}
    assert incident["namespaces"] == ["billing"]
    assert {"side", "weight", "claim", "source", "observed_at", "rule", "suspect"} == set(incident["findings"][0])
    assert incident["suspects"][0]["probability"] == max(one["probability"] for one in incident["suspects"])
    assert json.loads(json.dumps(told, allow_nan=False)) == told


@pytest.mark.parametrize("field", ["truth", "title", "provenance", "hard", "derived", "note"])
def test_what_is_for_people_changes_nothing(field: str) -> None:
    held = json.loads(crash_of_invoices().text())
    plain = {key: value for key, value in held.items() if key not in {"truth", "title", "provenance"}}
    lie = {"verdict": "cluster", "component": "coredns", "why": "a lie"}
    assert read_case(json.dumps({**plain, field: lie})) == read_case(json.dumps(plain))
    assert answer(read_case(json.dumps({**held, field: lie})), MAP) == answer(read_case(json.dumps(plain)), MAP)


def test_the_same_case_in_another_order_gets_the_same_answer() -> None:
    held = json.loads(crash_of_invoices().text())
    turned = {**held, **{key: held[key][::-1] for key in ("alerts", "events", "objects")}}
    assert answer(read_case(json.dumps(turned)), MAP) == answer(read_case(json.dumps(held)), MAP)


def test_without_a_map_the_platform_is_asked_about_its_parts_and_a_team_about_its_namespace() -> None:
    scene = Scene(NOW)
    scene.node("worker-1")
    scene.not_ready("worker-1", "container runtime is down")
    (incident,) = answer(read_case(json.dumps({"now": NOW, **scene.contents()})), MAP)["incidents"]
    assert (incident["verdict"], incident["owner"]) == ("cluster", "platform")


# -- Anything --

FIELDS = ("alerts", "events", "objects", "metrics", "changes", "signals")


def is_answered_or_refused(held: Json) -> bool:
    """Whether there is an answer in JSON, or a sentence that names the field."""
    try:
        return bool(json.dumps(answer(read_case(json.dumps(held)), MAP), allow_nan=False))
    except UnreadableCase as refusal:
        return any(f"`{field}" in str(refusal) for field in FIELDS)


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({"now": st.just(NOW)}, optional=dict.fromkeys((*FIELDS, "id"), JSON)))
def test_whatever_the_fields_hold_a_case_is_answered_or_refused_with_a_sentence(held: Json) -> None:
    assert is_answered_or_refused(held)


SHIPPED_CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.json"))


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value of JSON, as its container and the key or index there."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from spots(value[key])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SHIPPED_CASES), st.lists(st.tuples(st.integers(0, 2**20), JSON), min_size=1, max_size=8))
def test_a_real_case_of_which_some_places_hold_anything_is_answered(path: Path, wrong: list[tuple[int, Any]]) -> None:
    """Each rule reads fields that nobody has checked; one of an unexpected type must not cost the verdict."""
    held = json.loads(path.read_text(encoding="utf-8"))
    places = list(spots({key: held[key] for key in FIELDS if key in held}))
    for number, value in wrong:
        there, key = places[number % len(places)]
        there[key] = value
    assert is_answered_or_refused(held)
