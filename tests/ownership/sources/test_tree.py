"""What of YAML is read, and what is refused."""

import pytest

from ownership.sources.tree import MOST_BYTES, Entries, Items, Scalar, Unreadable, read_tree


@pytest.mark.parametrize(
    ("text", "value", "because"),
    [
        ("a: no", "no", "a name that YAML takes for false stays a name"),
        ("a: 007", "007", "and keeps its zeros"),
        ("a: 2026-01-05 09:00", "2026-01-05 09:00", "a time is read by its field"),
        ("a: ' b '", "b", "spaces around a value mean nothing"),
        ("a: ~", "", "nothing"),
        ("a: null", "", "nothing"),
        ("a:", "", "nothing"),
        ("a: 'null'", "null", "quoted, it is a word"),
    ],
)
def test_every_value_is_text(text: str, value: str, because: str) -> None:
    assert read_tree(text) == Entries(1, [(Scalar(1, "a"), Scalar(1, value))]), because


def test_every_node_knows_its_line() -> None:
    tree = read_tree("# first\na:\n  - b\n  - {c: d}\n")
    assert tree == Entries(
        2, [(Scalar(2, "a"), Items(3, [Scalar(3, "b"), Entries(4, [(Scalar(4, "c"), Scalar(4, "d"))])]))]
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_nothing_is_nothing(text: str) -> None:
    assert read_tree(text) is None


@pytest.mark.parametrize(
    ("text", "line", "said", "because"),
    [
        ("a: &x 1\nb: *x", 1, "anchor or an alias", "aliases of aliases grow without end"),
        ("a: *x", 1, "anchor or an alias", "an alias without an anchor as well"),
        ("a: 1\nb: !!python/name:os.system x", 2, "is a tag", "tags make objects"),
        ("a: 1\n---\nb: 2", 2, "second document", "of two documents one would be lost"),
        ("? [a]\n: 1", 1, "as a key", "a key is a word"),
        ("a: 1\nb: c: d", 2, "mapping values are not allowed", "what is no YAML is told with its line"),
        ("a: [1", 2, "did not find expected", "also where it ends too early"),
        ("a: \0", 1, "control characters", "control characters are not text"),
        ("a: \ud800", 1, "surrogates", "half a character neither"),
        ("a: " + "[" * 20 + "]" * 20, 1, "nested", "nothing here is that deep"),
        ("[" * 200_000, 1, "nesting", "and no depth costs the stack"),
        ("#" * (MOST_BYTES + 1), 1, "bytes long", "a file that is too large is not read at all"),
    ],
)
def test_what_is_refused(text: str, line: int, said: str, because: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_tree(text)
    assert refused.value.mistake.line == line, because
    assert said in str(refused.value), because
