"""Whose it is that jobs fail or pile up."""

import pytest

from tests.casework.makers import RUNNING, Scene, finished, pending
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.jobs import jobs


@pytest.mark.parametrize(("reason", "weight"), [("BackoffLimitExceeded", 1.8), ("DeadlineExceeded", 0.9)])
def test_a_job_that_fails_is_its_teams(reason: str, weight: float) -> None:
    made, _ = cluster()
    made.job("billing", "report", state=finished(1, 20), failed=reason)
    (line,) = lines(jobs, made)
    assert (line.suspect, line.weight) == (Suspect("Job", "report", "billing"), weight)
    (cause,) = verdicts(made)
    assert cause.verdict is Verdict.APPLICATION


def _piled(policy: str, runs: int) -> Scene:
    made, teams = cluster()
    cron = made.cron_job("exports", "export", schedule="*/5 * * * *")
    cron["spec"]["concurrencyPolicy"] = policy
    for number in range(runs):
        made.job("exports", f"export-{29300 + number}", state=RUNNING, owner=cron, minutes=30 + number)
    made.put(teams["cart"].pods[0], pending("0/3 nodes are available: 3 Too many pods.", 20))
    return made


def test_runs_that_pile_up_take_the_room_of_others() -> None:
    first = verdicts(_piled("Allow", 12))[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("CronJob", "export", "exports"))
    assert "shop" in first.namespaces


@pytest.mark.parametrize(
    ("policy", "runs", "why"), [("Forbid", 12, "it does not overlap"), ("Allow", 2, "two runs are no pile")]
)
def test_other_runs_do_not(policy: str, runs: int, why: str) -> None:
    assert lines(jobs, _piled(policy, runs)) == [], why
