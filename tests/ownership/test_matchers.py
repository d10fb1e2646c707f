"""How a matcher is written, and what it fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownership.index import Index, matches
from ownership.matchers import Form, Matcher, Text, form_of, wrong_with


@pytest.mark.parametrize(
    ("written", "value", "fits", "because"),
    [
        ("shop", "shop", True, "a word is that word"),
        ("shop", "shop-eu", False, "and no other"),
        ("shop", "Shop", False, "names are in small letters in Kubernetes, and labels mean what they say"),
        ("shop-*", "shop-eu", True, "a star is any number of characters"),
        ("shop-*", "shop-", True, "or none"),
        ("shop-*", "shop", False, "but what stands before it has to be there"),
        ("shop-?", "shop-1", True, "a question mark is one character"),
        ("shop-?", "shop-12", False, "and not two"),
        ("*.example.org", "shop.example.org", True, "a star may stand first"),
        ("*.example.org", "exampleXorg", False, "a dot of a glob is a dot"),
        ("~shop-(a|b)", "shop-b", True, "a pattern of RE2"),
        ("~shop-(a|b)", "shop-bc", False, "fits the whole value"),
        ("~shop|cart", "cart", True, "alternatives of the whole"),
        ("~shop|cart", "shop-cart", False, "are whole as well"),
    ],
)
def test_what_a_text_fits(written: str, value: str, fits: bool, because: str) -> None:
    assert Text(written).fits(value) is fits, because


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("~shop-(", "is no pattern of RE2: missing ): shop-("),
        (r"~(a)\1", "is no pattern of RE2: invalid escape sequence: \\1"),
        ("~", "is empty"),
        ("a\nb", "holds control characters"),
        ("a" * 254, "is 254 characters long, and at most 253 are kept"),
    ],
)
def test_what_is_no_text(written: str, wrong: str) -> None:
    assert wrong_with(written) == wrong


def test_a_pattern_that_would_take_all_memory_is_refused() -> None:
    assert "RE2" in wrong_with("~((a{100}){100}){100}")


@pytest.mark.parametrize(
    ("written", "prefix", "suffix", "because"),
    [
        ("shop", "shop", "shop", "a word is both"),
        ("shop-*", "shop-", "", "a glob begins with what stands before its first star"),
        ("*-shop", "", "-shop", "and ends with what stands after its last"),
        ("a*b?c", "a", "c", "whatever is between"),
        ("~shop-(a|b)", "shop-", "", "a pattern begins with what is plain"),
        ("~shops?", "shop", "", "the last letter may be missing"),
        ("~a|b", "", "", "alternatives may begin with anything"),
        (r"~foo\(a|b", "", "", "a bracket that is escaped opens no group"),
        ("~foo[(]a|b", "", "", "nor does one in a class"),
        ("~(?i)shop", "", "", "nothing is plain after an option"),
    ],
)
def test_what_every_fitting_value_begins_and_ends_with(written: str, prefix: str, suffix: str, because: str) -> None:
    text = Text(written)
    assert (text.prefix, text.suffix) == (prefix, suffix), because


def test_equal_matchers_are_written_alike() -> None:
    one = Matcher.of(labels={"app": ["b", "a", "a"]}, namespace="shop")
    other = Matcher.of({"namespace": ["shop"], "labels.app": ("a", "b")})
    assert one == other
    assert one.text == other.text == '{"labels.app":["a","b"],"namespace":["shop"]}'
    assert Matcher.of(one.as_data()) == one
    assert str(one) == "labels.app a or b, namespace shop"


WORDS = st.sampled_from(["a", "b", "ab", "ba", "aab"])
TEXTS = st.one_of(WORDS, st.sampled_from(["a*", "*b", "?", "~a+b?", "~(a|b)b", "~b|a", "~.*"]))
VALUES = st.dictionaries(st.sampled_from(["namespace", "workload", "labels.x"]), WORDS.map(lambda word: (word,)))
MATCHERS = st.dictionaries(
    st.sampled_from(["namespace", "workload", "labels.x"]), st.lists(TEXTS, min_size=1, max_size=3), min_size=1
).map(Matcher.of)


@given(st.lists(st.tuples(st.sampled_from(["prod", None]), MATCHERS), max_size=8), VALUES)
def test_the_index_finds_exactly_what_matches(
    filed: list[tuple[str | None, Matcher]], values: dict[str, tuple[str]]
) -> None:
    index = Index((scope, matcher, number) for number, (scope, matcher) in enumerate(filed))
    found = sorted(index.find("prod", values))
    assert found == [number for number, (_, matcher) in enumerate(filed) if matches(matcher, values)]
    everywhere = sorted(index.find(None, values))
    assert everywhere == [
        number for number, (scope, matcher) in enumerate(filed) if scope is None and matches(matcher, values)
    ]


@given(TEXTS, WORDS)
def test_a_fitting_value_begins_and_ends_so(written: str, value: str) -> None:
    text = Text(written)
    if text.fits(value):
        assert value.startswith(text.prefix)
        assert value.endswith(text.suffix)


def test_forms_sort_from_the_most_exact() -> None:
    assert [form_of(text) for text in ("shop", "shop-*", "~shop")] == sorted(Form)
