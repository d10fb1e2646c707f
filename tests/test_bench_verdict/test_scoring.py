"""What counts as right."""

from typing import Any

import pytest

from tests.bench_verdict.scoring import matched, owners_matched, score, score_control, score_mix
from tests.bench_verdict.truth import Kind, expected_of, kind_of, source_of
from tests.test_bench_verdict.makers import application, case, cluster, incident


@pytest.mark.parametrize(
    ("truth", "kind", "because"),
    [
        (cluster(), Kind.SINGLE, "one fault"),
        (application(), Kind.SINGLE, "one fault"),
        ({"verdict": "none"}, Kind.CONTROL, "nothing is wrong"),
        ({"incidents": [cluster(), application()]}, Kind.MIX, "several faults"),
        (cluster(confidence="contested"), Kind.CONTESTED, "people disagree, so nothing is right or wrong"),
        (None, Kind.UNTOLD, "a case that nobody has judged"),
    ],
)
def test_how_a_case_is_scored(truth: dict[str, Any] | None, kind: Kind, because: str) -> None:
    assert kind_of(case(truth=truth)) is kind, because


@pytest.mark.parametrize(
    ("source", "expected", "because"),
    [
        ("postmortems", "postmortems", "a word is the source"),
        (None, "made", "without one the id begins with it"),
        ({"repo": "a/b", "path": "c"}, "made", "a whole reference would make every case a source of its own"),
    ],
)
def test_which_source_a_case_is_of(source: object, expected: str, because: str) -> None:
    assert source_of(case(source=source)) == expected, because


@pytest.mark.parametrize(
    ("truth", "incidents", "is_right", "owner_is_right", "because"),
    [
        (application(), [incident()], True, True, "the verdict and whose it is"),
        (cluster(), [incident("cluster", "platform")], True, True, "the platform's"),
        (application(), [incident(owner="platform")], True, False, "the wrong people are asked"),
        (application(), [incident("uncertain", "shop")], False, True, "not to know is not right"),
        (application(), [], False, False, "to say nothing is not right either"),
        (application(), [incident("cluster", "platform"), incident()], False, False, "the first one counts"),
        (application(), [incident(), incident("cluster", "platform")], True, True, "what follows does not"),
    ],
)
def test_one_fault(
    truth: dict[str, Any], incidents: list[dict[str, Any]], is_right: bool, owner_is_right: bool, because: str
) -> None:
    outcome = score(case(truth=truth), {"incidents": incidents})
    assert (outcome.is_right, outcome.owner_is_right) == (is_right, owner_is_right), because
    assert outcome.extra == max(0, len(incidents) - 1)


def test_the_side_that_leads_is_known_where_it_is_uncertain() -> None:
    undecided = incident("uncertain", suspects=[{"side": "cluster"}, {"side": "application"}])
    assert score(case(truth=cluster()), {"incidents": [undecided]}).side == "cluster"


@pytest.mark.parametrize(
    ("incidents", "found", "extra", "because"),
    [
        ([incident("cluster", "platform"), incident()], 2, 0, "both"),
        ([incident(), incident("cluster", "platform")], 2, 0, "in any order"),
        ([incident("cluster", "platform")], 1, 0, "one is missing"),
        ([incident("cluster", "platform"), incident("cluster", "platform")], 1, 1, "one incident twice is not both"),
        ([incident("cluster", "platform"), incident(), incident(owner="other")], 2, 1, "one too many"),
        ([incident("uncertain", "platform"), incident()], 1, 1, "an undecided one finds nothing"),
    ],
)
def test_several_faults(incidents: list[dict[str, Any]], found: int, extra: int, because: str) -> None:
    outcome = score_mix(case(truth={"incidents": [cluster(), application()]}), {"incidents": incidents})
    assert (outcome.found, outcome.extra) == (found, extra), because


def test_a_fault_gives_way_where_another_has_no_other_incident() -> None:
    either, only = expected_of({**application(), "namespaces": ["shop", "mall"]}), expected_of(application("shop"))
    assert matched([either, only], [incident(owner="shop"), incident(owner="mall")]) == 2


def test_owners_alone_forgive_the_verdict() -> None:
    incidents = [incident("uncertain", "shop"), incident("application", "platform")]
    expected = [expected_of(application()), expected_of(cluster())]
    assert (matched(expected, incidents), owners_matched(expected, incidents)) == (0, 2)


@pytest.mark.parametrize(("answered", "is_right"), [(0, True), (1, False)])
def test_where_nothing_is_wrong_nothing_may_be_said(answered: int, is_right: bool) -> None:
    assert score_control(case(), {"incidents": [incident()] * answered}).is_right is is_right
