"""Alertmanager's webhook: what is read of it, and that one odd alert costs the others nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.reports import AlertReport, Batch, NotJsonError, UnreadableDelivery
from alerts.sources import PARSERS, alertmanager
from alerts.sources.alertmanager import LONGEST_ANNOTATION, LONGEST_LABEL, MOST_LABELS, check_shape, parse
from alerts.sources.times import EARLIEST, LATEST
from tests.alerts.makers import PAYLOADS, a_payload, an_alert, recorded


def the_only(body: bytes) -> AlertReport:
    (report,) = parse(body).reports
    return report


def with_field(name: str, value: Any) -> AlertReport:
    return the_only(a_payload(an_alert(**{name: value})))


# -- What Alertmanager sends --


@pytest.mark.parametrize("file", sorted(PAYLOADS.glob("*.json")), ids=lambda file: str(file.stem))
def test_every_recorded_payload_is_read_without_a_word(file: Any) -> None:
    batch = parse(file.read_bytes())
    assert batch.problems == ()
    assert [report.notes for report in batch.reports] == [()] * len(json.loads(file.read_text())["alerts"])


def test_what_is_read_of_an_alert() -> None:
    report = the_only(recorded("KubePersistentVolumeFillingUp"))
    assert report.is_firing
    assert report.labels["persistentvolumeclaim"] == "data-orders-0"
    assert report.annotations["summary"] == "PersistentVolume is filling up."
    assert report.generator_url.startswith("http://prometheus")
    assert len(report.fingerprint) == 16
    assert report.ends_at is None, "Go's zero time means that it has not ended"
    assert report.starts_at == datetime(2026, 11, 24, 2, 48, 7, 913824, tzinfo=UTC), "without the nanoseconds"


def test_a_resolved_alert_has_an_end() -> None:
    report = parse(recorded("resolved")).reports[0]
    assert not report.is_firing
    assert report.ends_at == datetime(2026, 11, 24, 3, 31, 26, 482000, tzinfo=UTC)


def test_a_resolved_alert_is_told_apart_by_the_same_key_as_the_firing_one() -> None:
    keys = [
        [(report.fingerprint, report.starts_at) for report in parse(recorded(name)).reports]
        for name in ("KubePodCrashLooping", "resolved")
    ]
    assert keys[0] == keys[1]


def test_how_many_alerts_the_sender_left_out() -> None:
    assert parse(recorded("truncated")).truncated == 37


def test_a_payload_without_alerts_is_one() -> None:
    assert parse(a_payload()) == Batch()


def test_every_kind_of_integration_has_a_parser() -> None:
    assert PARSERS["alertmanager"] is alertmanager.parse


# -- What is refused as a whole --


@pytest.mark.parametrize(
    ("body", "error", "because"),
    [
        (b"", NotJsonError, "nothing"),
        (b"payload=%7B%7D", NotJsonError, "a form"),
        (b'{"alerts": [', NotJsonError, "cut off"),
        (b"[" * 100_000, NotJsonError, "nested to death"),
        (b"\xff\xfe\xfd", NotJsonError, "bytes that are no text"),
        (b"null", UnreadableDelivery, "no object"),
        (b"[]", UnreadableDelivery, "a list, as Alertmanager's own API takes it"),
        (b'"alerts"', UnreadableDelivery, "a text"),
        (b"1" * 5000, UnreadableDelivery, "a number longer than Python converts"),
        (b"{}", UnreadableDelivery, "no alerts"),
        (b'{"alerts": {}}', UnreadableDelivery, "alerts that are no list"),
        (b'{"alerts": null}', UnreadableDelivery, "alerts that are nothing"),
        (b'{"text": "hello", "blocks": []}', UnreadableDelivery, "a chat message"),
    ],
)
def test_a_body_of_another_shape_is_refused(body: bytes, error: type[Exception], because: str) -> None:
    for read in (check_shape, parse):
        with pytest.raises(error) as caught:
            read(body)
        assert type(caught.value) is error, because


def test_the_error_names_the_field_the_value_and_the_remedy() -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        check_shape(b'{"alerts": "three of them"}')
    assert str(caught.value) == (
        "Field `alerts` is 'three of them' and not a list. Point a webhook receiver of Alertmanager here, "
        "or choose the kind of integration that sends this."
    )


def test_the_error_of_a_large_body_is_short() -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        check_shape(json.dumps({"alerts": "x" * 100_000}).encode())
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "body",
    [a_payload(), a_payload(an_alert()), b'{"alerts": [1, null]}', b'\xef\xbb\xbf{"alerts": []}'],
    ids=["empty", "one", "odd alerts", "byte order mark"],
)
def test_what_has_a_list_of_alerts_is_let_in(body: bytes) -> None:
    check_shape(body)


# -- One odd alert costs the others nothing --


@pytest.mark.parametrize("odd", [None, 7, "alert", [], True], ids=repr)
def test_an_alert_that_is_no_object_is_left_out_and_the_others_are_read(odd: Any) -> None:
    batch = parse(a_payload(an_alert(), odd, an_alert()))
    assert len(batch.reports) == 2
    (problem,) = batch.problems
    assert problem.startswith("Alert 2 is ")


def test_of_many_problems_the_first_are_told_and_the_others_counted() -> None:
    problems = parse(a_payload(*[None] * 500)).problems
    assert len(problems) == 21
    assert problems[-1] == "And 480 more."


def test_another_version_is_read_all_the_same() -> None:
    batch = parse(a_payload(an_alert(), version="5"))
    assert len(batch.reports) == 1
    assert batch.problems == ("Field `version` is '5'; it was read as version 4.",)


@pytest.mark.parametrize(("count", "truncated"), [(3, 3), (None, 0), (-1, 0), ("3", 0), (10**30, 0), (2.5, 0)])
def test_the_number_of_alerts_left_out_is_a_count_or_nothing(count: Any, truncated: int) -> None:
    assert parse(a_payload(an_alert(), truncatedAlerts=count)).truncated == truncated


def test_fields_that_nobody_knows_do_not_matter() -> None:
    assert with_field("silenceURL", {"deep": [1, {"deeper": None}]}) == with_field("imageURL", "http://example.org")


@pytest.mark.parametrize(
    ("name", "value", "kept", "because"),
    [
        ("labels", {"team": "käse 🧀 チーム"}, {"team": "käse 🧀 チーム"}, "labels are of any Unicode"),
        ("labels", {"a\x00b": "c\x00d"}, {"a\ufffdb": "c\ufffdd"}, "PostgreSQL's JSON holds no U+0000"),
        ("labels", {"half": "\ud83e"}, {"half": "\ufffd"}, "nor half of a surrogate pair"),
        ("labels", {"whole": "\ud83e\uddc0"}, {"whole": "🧀"}, "a whole pair is a character"),
        ("labels", {"n": 5, "t": True, "z": None}, {"n": "5", "t": "true", "z": ""}, "values become texts"),
        ("labels", {"x": {"y": [1]}}, {"x": '{"y": [1]}'}, "whatever they are"),
        ("labels", {"x": 1e999}, {"x": "Infinity"}, "also what is no number"),
        ("labels", {}, {}, "there need not be any"),
        ("labels", None, {}, "nor the field"),
        ("labels", ["a", "b"], {}, "nor need it be an object"),
        ("annotations", {"half": "\udc00!"}, {"half": "\ufffd!"}, "annotations are treated the same"),
        ("annotations", "none", {}, "also where they are none"),
    ],
)
def test_what_is_kept_of_texts(name: str, value: Any, kept: dict[str, str], because: str) -> None:
    assert getattr(with_field(name, value), name) == kept, because


def test_bytes_that_are_no_text_cost_a_character_and_not_the_payload() -> None:
    body = a_payload(an_alert(labels={"team": "K"})).replace(b'"K"', b'"K\xe4se"')
    assert the_only(body).labels == {"team": "K\ufffdse"}


def test_a_number_of_endless_digits_is_kept_as_they_are() -> None:
    body = a_payload(an_alert(labels={"n": "N"})).replace(b'"N"', b"9" * 4400)
    assert the_only(body).labels["n"].startswith("999")


@pytest.mark.parametrize(("name", "most"), [("labels", LONGEST_LABEL), ("annotations", LONGEST_ANNOTATION)])
def test_a_huge_value_is_cut_in_the_middle(name: str, most: int) -> None:
    report = with_field(name, {"huge": "begin" + "x" * 10**6 + "end"})
    value = getattr(report, name)["huge"]
    assert len(value) == most
    assert (value[:5], value[-3:]) == ("begin", "end")
    assert "…" in value
    assert "cut in the middle" in report.notes[0]


def test_of_very_many_labels_the_first_by_name_are_kept() -> None:
    report = with_field("labels", {f"label_{number:05}": "x" for number in reversed(range(5000))})
    assert sorted(report.labels) == [f"label_{number:05}" for number in range(MOST_LABELS)]
    assert "5000 entries" in report.notes[0]


# -- Times --


@pytest.mark.parametrize(
    ("written", "instant", "because"),
    [
        ("2026-11-24T12:00:00Z", "2026-11-24T12:00:00+00:00", "UTC"),
        ("2026-11-24T13:00:00.5+01:00", "2026-11-24T12:00:00.5+00:00", "another zone is the same instant"),
        ("2026-11-24T12:00:00.123456789Z", "2026-11-24T12:00:00.123456+00:00", "Go writes nanoseconds"),
        ("2026-11-24T12:00:00", "2026-11-24T12:00:00+00:00", "without a zone it is UTC"),
    ],
)
def test_when_an_alert_began(written: str, instant: str, because: str) -> None:
    report = with_field("startsAt", written)
    assert (report.starts_at, report.notes) == (datetime.fromisoformat(instant), ()), because


@pytest.mark.parametrize(
    ("written", "instant", "because"),
    [
        ("0001-01-01T00:00:00Z", EARLIEST, "not set"),
        ("0001-01-01T00:00:00+14:00", EARLIEST, "in UTC this would be before the first year"),
        ("1969-12-31T23:59:59Z", EARLIEST, "before there were clusters"),
        ("9999-12-31T23:59:59Z", LATEST, "east of Greenwich this would be in the year 10000"),
        ("9999-12-31T23:59:59-14:00", LATEST, "and here it is"),
        ("20026-11-24T12:00:00Z", EARLIEST, "no year that Python knows"),
        ("yesterday", EARLIEST, "no time"),
        (1764000000, EARLIEST, "a number may be of anything"),
        ("", EARLIEST, "empty"),
        (None, EARLIEST, "missing"),
        ({}, EARLIEST, "no text"),
    ],
)
def test_an_impossible_start_is_moved_to_an_edge_that_is_always_the_same(
    written: Any, instant: datetime, because: str
) -> None:
    first, second = with_field("startsAt", written), with_field("startsAt", written)
    assert first.starts_at == second.starts_at == instant, because
    assert "Field `startsAt`" in first.notes[0], "and it is told"


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "", None])
def test_an_alert_without_end_is_open_and_nothing_odd(written: Any) -> None:
    report = with_field("endsAt", written)
    assert (report.ends_at, report.notes) == (None, ())


@pytest.mark.parametrize("written", ["9999-12-31T23:59:59Z", "soon", 7])
def test_an_impossible_end_is_none_and_told(written: Any) -> None:
    report = with_field("endsAt", written)
    assert report.ends_at is None
    assert "Field `endsAt`" in report.notes[0]


# -- What is missing --


def test_a_missing_fingerprint_is_made_of_the_labels() -> None:
    report = with_field("fingerprint", None)
    assert len(report.fingerprint) == 16
    assert report.fingerprint == with_field("fingerprint", "").fingerprint, "the same labels, the same fingerprint"
    other = the_only(a_payload(an_alert(fingerprint=None, labels={"alertname": "Other"})))
    assert report.fingerprint != other.fingerprint


@pytest.mark.parametrize("given", ["x" * 65, "with blank", "käse", "\x00", 17, {}], ids=repr)
def test_an_impossible_fingerprint_is_replaced_and_told(given: Any) -> None:
    report = with_field("fingerprint", given)
    assert len(report.fingerprint) == 16
    assert "Field `fingerprint`" in report.notes[0]


@pytest.mark.parametrize(
    ("own", "of_all", "is_firing", "because"),
    [
        ("firing", "resolved", True, "the alert's own word counts"),
        ("resolved", "firing", False, "in both directions"),
        (None, "resolved", False, "a payload is resolved only if all of its alerts are"),
        (None, "firing", True, "otherwise it may be firing"),
        ("suppressed", "resolved", True, "a word that we do not know is not taken for well"),
        (7, None, True, "nor is what is no word"),
    ],
)
def test_whether_an_alert_fires(own: Any, of_all: Any, is_firing: bool, because: str) -> None:
    assert the_only(a_payload(an_alert(status=own), status=of_all)).is_firing is is_firing, because


def test_an_alert_of_nothing_at_all_is_kept() -> None:
    report = the_only(a_payload({}))
    assert (report.labels, report.annotations, report.starts_at) == ({}, {}, EARLIEST)
    assert report.is_firing
