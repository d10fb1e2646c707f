"""Metrics of a case file."""

import json

from triage.cases import read_case


def test_of_a_series_the_last_value_counts() -> None:
    series = [["2026-11-24T03:00:00Z", 1.0], ["2026-11-24T03:09:00Z", 7]]
    metrics = {
        "up": [{"labels": {"job": "a"}, "value": series}, {"labels": {}, "value": []}, {"labels": {}, "value": "x"}]
    }
    case = read_case(json.dumps({"id": "a", "now": "2026-11-24T03:10:00Z", "metrics": metrics}))
    assert [sample.value for sample in case.metrics["up"]] == [7.0]
