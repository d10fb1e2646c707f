"""Whatever arrives, a parser answers with a batch that can be stored, or with UnreadableDelivery."""

import contextlib
import json
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.reports import UnreadableDelivery
from alerts.severities import severity_of
from alerts.sources.alertmanager import parse
from alerts.subjects import cluster_of, subject_of

TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(["\x00", "\ud800", "0001-01-01T00:00:00Z", "firing"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint")
ALERTS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES)) | VALUES
TIMES = st.datetimes(timezones=st.timezones() | st.just(UTC)).map(datetime.isoformat)


@settings(max_examples=300, deadline=None)
@given(st.lists(ALERTS, max_size=4), VALUES)
def test_any_alert_becomes_something_that_can_be_stored(alerts: list[Any], more: Any) -> None:
    batch = parse(json.dumps({"alerts": alerts, "version": more, "truncatedAlerts": more}).encode())
    assert len(batch.reports) + len(batch.problems) >= len(alerts)
    for report in batch.reports:
        texts = "".join(
            [*chain(*report.labels.items(), *report.annotations.items()), *report.notes, report.generator_url]
        )
        assert "\x00" not in texts
        texts.encode()
        subject = subject_of(report.labels, cluster=cluster_of(report.labels, label="cluster", default="prod"))
        assert subject.name
        assert severity_of(report.labels, {})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(UnreadableDelivery):
        parse(body)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_why_something_is_refused_fits_on_one_line(value: Any) -> None:
    for payload in (value, {"alerts": value} if not isinstance(value, list) else {"not alerts": value}):
        if not isinstance(payload, dict) or not isinstance(payload.get("alerts"), list):
            with pytest.raises(UnreadableDelivery) as caught:
                parse(json.dumps(payload).encode())
            assert str(caught.value).isprintable()
            assert len(str(caught.value)) < 500


@settings(max_examples=200, deadline=None)
@given(TIMES)
def test_any_time_can_be_shown_in_any_zone(written: str) -> None:
    (report,) = parse(json.dumps({"alerts": [{"startsAt": written, "endsAt": written}]}).encode()).reports
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        report.starts_at.astimezone(ZoneInfo(zone))
        if report.ends_at:
            report.ends_at.astimezone(ZoneInfo(zone))
