"""How bad an alert is: what pages must never be taken for less."""

import pytest

from alerts.severities import Severity, severity_of


@pytest.mark.parametrize(
    ("label", "severity", "because"),
    [
        ("critical", Severity.CRITICAL, "the word is ours"),
        ("page", Severity.CRITICAL, "somebody is to be woken"),
        ("error", Severity.CRITICAL, "Grafana's word"),
        ("warning", Severity.WARNING, "the word is ours"),
        ("warn", Severity.WARNING, "the short form"),
        ("info", Severity.INFO, "the word is ours"),
        ("information", Severity.INFO, "the long form"),
        ("none", Severity.NONE, "Watchdog and InfoInhibitor"),
        (" Critical ", Severity.CRITICAL, "neither case nor blanks matter"),
        ("P5", Severity.CRITICAL, "nobody has said how bad P5 is, so it may be the one that matters"),
        ("", Severity.CRITICAL, "an empty label is a missing one"),
    ],
)
def test_what_the_label_says(label: str, severity: Severity, because: str) -> None:
    assert severity_of({"severity": label}, {}) is severity, because


def test_an_alert_without_severity_is_critical() -> None:
    assert severity_of({"alertname": "Something"}, {}) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("mapping", "severity", "because"),
    [
        ({"p5": "info"}, Severity.INFO, "the integration knows its own words"),
        ({"P5": "Info"}, Severity.INFO, "in any case"),
        ({"p4": "info"}, Severity.CRITICAL, "another word says nothing about this one"),
        ({"p5": "harmless"}, Severity.CRITICAL, "a line that names none of ours is as if it were not there"),
    ],
)
def test_the_words_of_an_integration(mapping: dict[str, str], severity: Severity, because: str) -> None:
    assert severity_of({"severity": "P5"}, mapping) is severity, because


def test_the_words_of_an_integration_go_before_the_built_in_ones() -> None:
    assert severity_of({"severity": "page"}, {"page": "warning"}) is Severity.WARNING
