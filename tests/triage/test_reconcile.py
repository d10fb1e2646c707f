"""What an assessment means for the incidents that are open."""

from datetime import UTC, datetime

from triage.reconcile import Ending, OpenIncident, Plan, Why, reconcile
from triage.verdict import Attribution, Suspect, Verdict

NOW = datetime(2026, 11, 24, 3, 9, tzinfo=UTC)
NODE, API = Suspect("Node", "node-14"), Suspect("Deployment", "api", "shop")


def cause(suspect: Suspect, *symptoms: str) -> Attribution:
    return Attribution(
        verdict=Verdict.CLUSTER,
        confidence=0.9,
        suspect=suspect,
        sentence="",
        severity="critical",
        began_at=NOW,
        findings=(),
        candidates=(),
        symptoms=symptoms,
        namespaces=(),
    )


def test_a_cause_without_an_incident_opens_one() -> None:
    assert reconcile([cause(NODE, "a")], [], {"a": 1}) == Plan((cause(NODE, "a"),), (), ())


def test_a_cause_that_is_known_updates_its_incident() -> None:
    plan = reconcile([cause(NODE, "a", "b")], [OpenIncident(7, NODE.key, frozenset({1}))], {"a": 1, "b": 2})
    assert plan == Plan((), ((7, cause(NODE, "a", "b")),), ())


def test_an_incident_ends_when_nothing_of_it_fires() -> None:
    plan = reconcile([], [OpenIncident(7, NODE.key, frozenset({1}))], {})
    assert plan.ended == (Ending(7, Why.RECOVERED),)


def test_an_incident_ends_when_a_deeper_cause_explains_its_alert() -> None:
    plan = reconcile([cause(NODE, "a", "b")], [OpenIncident(7, API.key, frozenset({1}))], {"a": 1, "b": 2})
    assert plan.ended == (Ending(7, Why.EXPLAINED, NODE.key),)


def test_an_incident_ends_when_its_alerts_want_no_answer_any_more() -> None:
    plan = reconcile([], [OpenIncident(7, API.key, frozenset({1}))], {"a": 1})
    assert plan.ended == (Ending(7, Why.QUIET),)
