"""Suspects compete to explain what is wrong."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reports import EventReport
from triage.verdict import weights
from triage.verdict.calibration import SHIPPED
from triage.verdict.scene import Scene
from triage.verdict.score import attribute
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Attribution, Finding, Side, Snapshot, Suspect, Symptom, Verdict
from triage.verdict.view import View

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CART = Suspect("Deployment", "cart", "shop")
QUERY = Suspect("Deployment", "query", "search")
NODE = Suspect("Node", "worker-1")
UNSEEN = 0.0  # where nothing but alerts was read, a cause on the other side is as likely as not


def trouble(subject: Suspect = CART, effect: Effect = Effect.CRASH, *, minutes: float = 20, **more: Any) -> Trouble:
    return Trouble(subject, frozenset({effect}), NOON - timedelta(minutes=minutes), **more)


def line(
    suspect: Suspect, weight: float, *explains: Suspect, rule: str = "rule", claim: str = "", **more: Any
) -> Finding:
    """One that speaks for the suspect, by what it is on one side or the other."""
    side = Side.APPLICATION if suspect.namespace else Side.CLUSTER
    told = claim or f"{suspect} did it, says {rule}."
    return Finding(side, weight, told, "object", NOON, suspect, explains, rule, **more)


def attributed(troubles: Iterable[Trouble], findings: Sequence[Finding]) -> tuple[Attribution, ...]:
    scene = Scene(View(Snapshot("prod", NOON)), {one.subject: one for one in troubles})
    return attribute(scene, findings, SHIPPED)


def only(troubles: Iterable[Trouble], findings: Sequence[Finding]) -> Attribution:
    (found,) = attributed(troubles, findings)
    return found


# -- Adding up --


@pytest.mark.parametrize(
    ("lines", "total", "because"),
    [
        ([line(CART, 1.0, CART)], 1.0, "one line"),
        ([line(CART, 1.0, CART), line(CART, 1.5, CART, rule="other")], 2.5, "two rules add up"),
        (
            [line(CART, 1.0, CART, claim="a"), line(CART, 1.5, CART, claim="b")],
            1.5 + 1.0 * weights.AGAIN,
            "the second line of one rule counts for less, and the stronger comes first",
        ),
        (
            [line(CART, 1.0, CART, claim=claim) for claim in "abc"],
            1 + weights.AGAIN + weights.AGAIN**2,
            "the third for less again",
        ),
        ([line(CART, 1.0, CART)] * 5, 1.0, "the same line is said once"),
        ([line(CART, 1.0, CART), line(CART, 0.5, CART)], 1.0, "as it was said most strongly"),
        ([line(CART, 1.0, CART), line(CART, -0.5, CART, rule="other")], 0.5, "some speak against it"),
        ([line(CART, 1.0, CART), line(CART, 0.4, rule="other")], 1.4, "some speak of it as such"),
        ([line(CART, 1.0, CART), line(CART, -3.0, QUERY, rule="other")], 1.0, "some are about another trouble"),
        ([line(CART, 4.0, CART, rule=rule) for rule in "abc"], weights.MOST, "no heap of evidence is certainty"),
    ],
)
def test_lines_add_up_as_log_odds(lines: list[Finding], total: float, because: str) -> None:
    assert only([trouble()], lines).margin == pytest.approx(total + UNSEEN, abs=1e-4), because


def test_where_more_was_looked_at_an_unseen_cause_on_the_other_side_is_less_likely() -> None:
    seen = Snapshot("prod", NOON, events=(EventReport("Pod", "other", "other-0", "Pulled", "", NOON, NOON),))
    (found,) = attribute(Scene(View(seen), {CART: trouble()}), [line(CART, 1.0, CART)], SHIPPED)
    assert found.margin == pytest.approx(1.0 - weights.OTHER_SIDE)


def test_where_nothing_is_wrong_there_is_nobody_to_blame() -> None:
    assert attributed([], [line(NODE, 4.0, NODE)]) == ()


def test_what_is_only_evidence_opens_nothing() -> None:
    assert attributed([trouble(is_open=False)], [line(CART, 4.0, CART)]) == ()


def test_one_cause_of_many_troubles_is_likelier_than_many_causes_of_one_each() -> None:
    victims = [Suspect("Deployment", "api", namespace) for namespace in ("a", "b", "c", "d")]
    own = [line(victim, 1.5, victim) for victim in victims]
    together = only([trouble(victim) for victim in victims], [*own, line(NODE, 1.0, *victims)])
    assert together.suspect == NODE
    assert together.namespaces == ("a", "b", "c", "d")
    alone = only([trouble(victims[0])], [own[0], line(NODE, 1.0, victims[0])])
    assert alone.suspect == victims[0], "of one of them the same node is not suspected"


def test_two_causes_are_two_incidents_the_surest_first() -> None:
    found = attributed([trouble(CART), trouble(QUERY)], [line(CART, 2.0, CART), line(QUERY, 3.0, QUERY)])
    assert [one.suspect for one in found] == [QUERY, CART]


# -- Shadows --

VICTIM = Effect.UNREADY  # says that something is wrong, and not what


@pytest.mark.parametrize(
    ("shadow", "follows", "because"),
    [
        (trouble(CART, VICTIM, nodes=frozenset({"worker-1"})), True, "it fails on the node"),
        (trouble(CART, VICTIM, nodes=frozenset({"worker-2"})), False, "it fails on another one"),
        (trouble(CART, VICTIM), False, "nobody knows where it fails"),
        (trouble(CART, VICTIM, nodes=frozenset({"worker-1"}), minutes=40), True, "alerts about nodes wait longer"),
        (trouble(CART, VICTIM, nodes=frozenset({"worker-1"}), minutes=90), False, "it failed long before the node did"),
    ],
)
def test_what_fails_on_a_node_follows_the_node(shadow: Trouble, follows: bool, because: str) -> None:
    lines = [line(NODE, 4.2, NODE, is_specific=True), line(CART, 0.9, CART)]
    found = attributed([trouble(NODE, Effect.OBJECT), shadow], lines)
    assert [one.suspect for one in found] == ([NODE] if follows else [NODE, CART]), because
    assert ("shop" in found[0].namespaces) is follows


DATABASE = Suspect("StatefulSet", "db", "shop")


@pytest.mark.parametrize(
    ("subject", "weight", "is_specific", "follows", "because"),
    [
        (CART, 0.9, False, True, "it stands in its namespace"),
        (QUERY, 0.9, False, False, "it stands in another one"),
        (CART, 4.2, True, False, "it has a definite fault of its own"),
        (CART, 0.9, True, True, "a weak line names a circumstance, whatever it calls itself"),
        (CART, 5.0, False, True, "a definite fault is the deeper cause, whatever the other weighs"),
    ],
)
def test_in_a_namespace_what_is_vague_follows_what_is_definite(
    subject: Suspect, weight: float, *, is_specific: bool, follows: bool, because: str
) -> None:
    own = line(subject, weight, subject, rule="other", is_specific=is_specific)
    found = attributed(
        [trouble(DATABASE), trouble(subject, VICTIM)], [line(DATABASE, 4.2, DATABASE, is_specific=True), own]
    )
    assert {one.suspect for one in found} == ({DATABASE} if follows else {DATABASE, subject}), because


@pytest.mark.parametrize(
    ("other", "minutes", "causes", "because"),
    [
        (CART, 21, 1, "one release broke both"),
        (CART, 60, 2, "they broke at different times"),
        (QUERY, 21, 2, "another team's is another cause"),
    ],
)
def test_what_a_team_broke_in_the_same_way_at_once_is_one_cause(
    other: Suspect, minutes: float, causes: int, because: str
) -> None:
    lines = [line(one, 4.2, one, is_specific=True) for one in (DATABASE, other)]
    assert len(attributed([trouble(DATABASE), trouble(other, minutes=minutes)], lines)) == causes, because


def test_of_two_vague_causes_in_a_namespace_the_weaker_follows_the_stronger() -> None:
    lines = [line(DATABASE, 1.8, DATABASE), line(CART, 0.9, CART)]
    assert only([trouble(DATABASE), trouble(CART, VICTIM)], lines).suspect == DATABASE


@pytest.mark.parametrize(
    ("cause", "effect", "follows", "because"),
    [
        (Suspect("Component", "coredns"), VICTIM, True, "all that talks to others needs names"),
        (Suspect("Component", "coredns"), Effect.IMAGE, False, "no name server breaks an image"),
        (Suspect("Cluster", "prod"), VICTIM, True, "the whole of it"),
        (Suspect("Component", "nvidia-device-plugin"), VICTIM, False, "few need a graphics card"),
    ],
)
def test_what_everything_depends_on_has_victims_everywhere(
    cause: Suspect, effect: Effect, *, follows: bool, because: str
) -> None:
    lines = [line(cause, 4.2, cause, is_specific=True), line(CART, 0.9, CART)]
    found = attributed([trouble(cause, Effect.OBJECT), trouble(CART, effect)], lines)
    assert [one.suspect for one in found] == ([cause] if follows else [cause, CART]), because


def test_an_older_trouble_that_has_nothing_to_do_with_it_stays_by_itself() -> None:
    dns = Suspect("Component", "coredns")
    lines = [line(dns, 4.2, dns, is_specific=True), line(CART, 0.9, CART)]
    found = attributed([trouble(dns, Effect.OBJECT, minutes=20), trouble(CART, VICTIM, minutes=600)], lines)
    assert [one.suspect for one in found] == [dns, CART]


def test_the_alerts_of_a_shadow_are_those_of_its_cause() -> None:
    alert = Symptom("7", "KubePodNotReady", CART, "critical", NOON)
    shadow = trouble(CART, VICTIM, nodes=frozenset({"worker-1"}), symptoms=(alert,), severity="critical")
    lines = [line(NODE, 4.2, NODE, is_specific=True), line(CART, 0.9, CART)]
    found = only([trouble(NODE, Effect.OBJECT), shadow], lines)
    assert (found.symptoms, found.severity) == (("7",), "critical")


# -- Sides --


@pytest.mark.parametrize(
    ("application", "cluster", "verdict", "because"),
    [
        (3.0, 1.0, Verdict.APPLICATION, "seven to one"),
        (1.0, 3.0, Verdict.CLUSTER, "the other way round"),
        (2.0, 2.0, Verdict.UNCERTAIN, "a tie is no verdict"),
        (2.3, 2.0, Verdict.UNCERTAIN, "nor is so small a lead"),
    ],
)
def test_the_side_that_holds_most_of_the_odds_is_the_verdict(
    application: float, cluster: float, verdict: Verdict, because: str
) -> None:
    found = only([trouble()], [line(CART, application, CART), line(NODE, cluster, CART)])
    assert found.verdict is verdict, because
    assert found.sentence.startswith("It is not decided" if verdict is Verdict.UNCERTAIN else f"It is the {verdict}")
    assert 0.5 <= found.confidence < 1


def test_many_weak_suspects_of_one_side_together_outweigh_a_stronger_one_of_the_other() -> None:
    nodes = [Suspect("Node", f"worker-{number}") for number in range(8)]
    found = only([trouble()], [line(CART, 2.0, CART), *(line(node, 1.5, CART) for node in nodes)])
    assert found.side is Side.CLUSTER
    assert found.suspect in nodes


def test_a_rival_that_explains_only_a_part_is_believed_less() -> None:
    both = [trouble(CART), trouble(QUERY)]
    partly = only(both, [line(NODE, 2.0, CART, QUERY), line(CART, 1.5, CART)])
    wholly = only(both, [line(NODE, 2.0, CART, QUERY), line(CART, 1.5, CART, QUERY)])
    assert partly.margin > wholly.margin


# -- What would change it --


def test_the_line_that_decides_is_named_with_who_would_lead_without_it() -> None:
    decisive = line(CART, 3.0, CART, rule="crash", claim="2 of 2 pods crash with exit code 1.")
    found = only([trouble()], [decisive, line(CART, 0.4, CART, rule="hint"), line(NODE, 1.0, CART)])
    assert found.would_change == "Were this not so, Node worker-1 would lead: 2 of 2 pods crash with exit code 1."


def test_where_no_single_line_decides_that_is_said() -> None:
    found = only([trouble()], [line(CART, 3.0, CART, rule=rule) for rule in "abc"])
    assert found.would_change.startswith("No single line: it would take a part of the platform")
    found = only([trouble(NODE, Effect.OBJECT)], [line(NODE, 3.0, NODE, rule=rule) for rule in "abc"])
    assert found.would_change.startswith("No single line: it would take that Node worker-1 is seen well")


# -- Candidates and ledger --

SUSPECTS = [CART, QUERY, DATABASE, NODE, Suspect("Node", "worker-2"), Suspect("Component", "coredns")]
LINES = st.lists(
    st.builds(
        lambda suspect, weight, explains, rule, is_specific: line(
            suspect, weight, *explains, rule=rule, is_specific=is_specific
        ),
        st.sampled_from(SUSPECTS),
        st.floats(-4.5, 4.5).map(lambda weight: round(weight, 2)),
        st.lists(st.sampled_from(SUSPECTS), max_size=4, unique=True),
        st.sampled_from("abcd"),
        st.booleans(),
    ),
    max_size=30,
)
TROUBLES = st.lists(
    st.builds(
        lambda subject, effect, minutes, nodes: trouble(subject, effect, minutes=minutes, nodes=frozenset(nodes)),
        st.sampled_from(SUSPECTS),
        st.sampled_from(list(Effect)),
        st.integers(0, 600),
        st.lists(st.sampled_from(["worker-1", "worker-2"])),
    ),
    max_size=6,
)


@given(TROUBLES, LINES)
def test_candidates_share_at_most_certainty(troubles: list[Trouble], lines: list[Finding]) -> None:
    for found in attributed(troubles, lines):
        probabilities = [one.probability for one in found.candidates]
        assert sum(probabilities) <= 1 + 5e-5 * len(probabilities), "each is rounded to four digits"
        assert probabilities == sorted(probabilities, reverse=True)
        assert found.suspect in {one.suspect for one in found.candidates}


@given(TROUBLES, LINES, st.randoms(use_true_random=False))
def test_the_order_of_evidence_changes_nothing(
    troubles: list[Trouble], lines: list[Finding], chance: random.Random
) -> None:
    turned = list(lines)
    chance.shuffle(turned)
    assert attributed(troubles, turned) == attributed(troubles, lines)


@given(TROUBLES, LINES)
def test_each_trouble_is_told_once_at_most(troubles: list[Trouble], lines: list[Finding]) -> None:
    alerted = {
        one.subject: trouble(one.subject, symptoms=(Symptom(str(one.subject), "Odd", one.subject, "warning", NOON),))
        for one in troubles
    }
    told = [key for found in attributed(alerted.values(), lines) for key in found.symptoms]
    assert len(told) == len(set(told))


def test_a_ledger_begins_with_the_suspect_then_come_its_rivals_the_strongest_line_first() -> None:
    lines = [line(NODE, 2.0, CART), line(CART, 1.0, CART, rule="a"), line(CART, 3.0, CART, rule="b")]
    found = only([trouble()], [*lines, line(QUERY, 4.0, QUERY)])
    assert [(one.suspect, one.weight) for one in found.findings] == [(CART, 3.0), (CART, 1.0), (NODE, 2.0)]


def test_a_ledger_is_as_long_as_a_person_reads() -> None:
    found = only([trouble()], [line(CART, 1.0, CART, claim=str(number)) for number in range(200)])
    assert len(found.findings) == 50


# -- Informational alerts --


def informed(subject: Suspect) -> Trouble:
    alert = Symptom("1", "CPUThrottlingHigh", subject, "info", NOON)
    return trouble(subject, Effect.RESOURCES, severity="info", symptoms=(alert,), is_open=False)


def test_an_informational_cause_is_told_only_where_nothing_else_is() -> None:
    lines = [line(CART, 2.0, CART), line(QUERY, 3.0, QUERY)]
    assert [one.suspect for one in attributed([trouble(CART), informed(QUERY)], lines)] == [CART]
    assert [one.suspect for one in attributed([informed(QUERY)], lines)] == [QUERY]
