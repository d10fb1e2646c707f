"""What every test stands on: real servers, a closed network, warnings as errors, and no skip that hides a failure."""

import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterable

import pytest
from hypothesis import settings

# How long a machine takes proves nothing: it may be busy.
settings.register_profile("whose", deadline=None)
settings.load_profile("whose")

# What a machine may lack: the marker, a program that tells, and how to get it.
_OPTIONAL = {
    "browser": ("chromium", "needs Chromium. On Debian: apt install chromium"),
    "monitoring": (
        "prometheus-alertmanager",
        "needs Prometheus. On Debian: apt install prometheus prometheus-alertmanager",
    ),
}
_MUST_RUN = os.environ.get("WHOSE_TESTS_MUST_RUN") == "1"


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Skips what this machine has no programs for."""
    lacking = {name: why for name, (program, why) in _OPTIONAL.items() if shutil.which(program) is None}
    for item in items:
        for name in lacking.keys() & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=lacking[name]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With WHOSE_TESTS_MUST_RUN=1 a test that was skipped has failed."""
    report = yield
    if _MUST_RUN and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and here every test must run: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file."""
    report = yield
    if _MUST_RUN and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, and here every test must run: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason, however many tests it concerns."""
    for reason, count in Counter(_reason(report) for report in terminalreporter.stats.get("skipped", [])).items():
        terminalreporter.write_line(f"Skipped {count}: {reason}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    # A skip is told as (file, line, reason).
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ")
