"""A verdict in words: the sentence taken apart, how sure it is, names cut where they matter least."""

import pytest

from triage.web.telling import Told, cut, percent, told

CLUSTER = "It is the cluster: Node node-14 (KubeNodeNotReady)."


def tell(verdict: str, confidence: float, sentence: str, *, side: str = "cluster", is_over: bool = False) -> Told:
    return told(verdict, confidence, sentence, [{"side": side}], is_over=is_over)


@pytest.mark.parametrize(
    ("verdict", "sentence", "is_over", "opening", "rest"),
    [
        ("cluster", CLUSTER, False, "It is the", "Node node-14 (KubeNodeNotReady)."),
        ("cluster", CLUSTER, True, "It was the", "Node node-14 (KubeNodeNotReady)."),
        ("application", "It is the application: cart.", False, "It is the", "cart."),
        ("uncertain", "It is not decided: cart.", False, "It is", "cart."),
        ("uncertain", "It is not decided: cart.", True, "It was", "cart."),
    ],
)
def test_a_sentence_is_taken_apart(verdict: str, sentence: str, is_over: bool, opening: str, rest: str) -> None:
    shown = tell(verdict, 0.9, sentence, is_over=is_over)
    assert (shown.opening, shown.rest, shown.is_split) == (opening, rest, True)


def test_a_sentence_that_begins_otherwise_is_shown_whole() -> None:
    shown = tell("cluster", 1.0, "Alerts are lost: what 192.0.2.17 sends is refused.")
    assert shown.rest == "Alerts are lost: what 192.0.2.17 sends is refused."
    assert not shown.is_split


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "as good as certain"), (0.97, "very likely"), (0.85, "likely"), (0.66, "more likely than not")],
)
def test_how_sure_it_is_in_words(confidence: float, words: str) -> None:
    assert tell("cluster", confidence, CLUSTER).words == words


def test_what_is_not_decided_leans_to_the_side_of_the_best_suspect() -> None:
    shown = tell("uncertain", 0.6, "It is not decided: cart.", side="application")
    assert (shown.words, shown.short) == ("leans to the application", "leans application")
    assert shown.towards_cluster == pytest.approx(0.4)


def test_an_even_verdict_leans_nowhere() -> None:
    assert tell("uncertain", 0.5, "It is not decided: cart.").words == "leans to neither side"


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.97, "97 %"), (0.999, "> 99 %"), (1.0, "100 %"), (0.001, "< 1 %"), (0.0, "0 %")]
)
def test_nothing_is_called_certain_that_is_not(probability: float, shown: str) -> None:
    assert percent(probability) == shown


def test_a_long_name_keeps_both_its_ends() -> None:
    assert cut("checkout-7c9d5b6f4-x7k2p", 13) == "checko…-x7k2p"
    assert cut("checkout", 13) == "checkout"
