"""No case is judged with numbers that it helped to choose."""

from tests.bench_verdict.held_out import Sample, leave_one_source_out

MILD = [Sample("mild", margin, is_right=True) for margin in (0.5, 1.0, 2.0)] * 10
WILD = [Sample("wild", margin, is_right=False) for margin in (1.0, 2.0, 3.0)] * 10
THIRD = [Sample("third", 1.0, is_right=True), Sample("third", 2.0, is_right=False)]


def test_what_a_source_says_does_not_change_its_own_calibration() -> None:
    before = leave_one_source_out([*MILD, *WILD, *THIRD]).of("wild")
    after = leave_one_source_out([*MILD, *WILD[:3], *THIRD]).of("wild")
    assert before == after


def test_it_changes_the_others() -> None:
    found = leave_one_source_out([*MILD, *WILD, *THIRD])
    assert found.of("wild") != found.of("mild")
    assert found.fitted_on == {"mild": 32, "third": 60, "wild": 32}


def test_a_source_without_a_sample_takes_what_all_say() -> None:
    found = leave_one_source_out([*MILD, *WILD])
    assert found.of("never seen") == found.everything
