"""A question to a server that may hang: the asker goes on in time, and threads stay few."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from triage.patience import Question

SHORT, LONG = timedelta(milliseconds=50), timedelta(seconds=10)


@pytest.fixture
def answered() -> Iterator[threading.Event]:
    """Until it is set, a server that waits for it hangs; at the end none does."""
    event = threading.Event()
    yield event
    event.set()


def questions() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "question"]


def test_the_answer_is_what_the_call_returned() -> None:
    assert Question(lambda: "yes").answer(LONG) == "yes"


def test_an_error_is_raised_where_the_answer_is_awaited() -> None:
    def ask() -> str:
        raise ConnectionRefusedError

    question = Question(ask)
    with pytest.raises(ConnectionRefusedError):
        question.answer(LONG)


def test_who_asks_a_server_that_hangs_goes_on_in_time(answered: threading.Event) -> None:
    with pytest.raises(TimeoutError):
        Question(lambda: answered.wait(10)).answer(SHORT)


def test_two_questions_are_asked_at_the_same_time() -> None:
    met = threading.Barrier(2)
    first, second = Question(lambda: met.wait(10)), Question(lambda: met.wait(10))
    assert {first.answer(LONG), second.answer(LONG)} == {0, 1}


def test_a_server_that_hangs_keeps_a_bounded_number_of_threads(answered: threading.Event) -> None:
    for _ in range(40):
        with pytest.raises(TimeoutError):
            Question(lambda: answered.wait(30)).answer(timedelta(0))
    assert len(questions()) <= 16
    answered.set()
    assert Question(lambda: "well again").answer(LONG) == "well again"


def test_who_finds_no_free_thread_waits_for_one(answered: threading.Event) -> None:
    for _ in range(16):
        Question(lambda: answered.wait(30))
    late = Question(lambda: "after all")
    threading.Timer(0.1, answered.set).start()
    assert late.answer(LONG) == "after all"
