"""Fields of JSON that nobody has checked."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.kubernetes.fields import dig, mapping, moment, number, quantities, quantity, rows, text, texts

# The format: Kubernetes API reference, "Quantity". <number> is digits with at most one point, then either one of
# n u m "" k M G T P E, or Ki Mi Gi Ti Pi Ei, or an exponent to the base ten.


@pytest.mark.parametrize(
    ("written", "amount", "because"),
    [
        ("1", 1.0, "one core"),
        ("250m", 0.25, "thousandths of a core"),
        ("100n", 1e-7, "as metrics-server writes cores"),
        ("3u", 3e-6, "millionths"),
        ("0.5", 0.5, "digits around a point"),
        (".5", 0.5, "or only behind it"),
        ("5.", 5.0, "or only before it"),
        ("-2", -2.0, "a sign"),
        ("+2", 2.0, "of either kind"),
        ("1k", 1000.0, "decimal suffixes are powers of ten"),
        ("1K", None, "and the one for a thousand is a small k"),
        ("1M", 1e6, "a million bytes"),
        ("1Mi", 2.0**20, "binary suffixes are powers of 1,024"),
        ("1.5Gi", 1.5 * 2**30, "of a fraction as well"),
        ("2Ei", 2.0**61, "up to exbi"),
        ("1e3", 1000.0, "an exponent"),
        ("1E3", 1000.0, "in either case"),
        ("1E", 1e18, "an E without digits is exa"),
        ("12e-3", 0.012, "a negative exponent"),
        ("1e3Ki", None, "an exponent and a suffix exclude each other"),
        ("1e400", None, "more than a number holds"),
        ("1X", None, "no suffix of the format"),
        ("1 Gi", None, "no blank within"),
        (" 1Gi ", 2.0**30, "blanks around it are forgiven"),
        ("nan", None, "what Python takes for a number and Kubernetes does not"),
        ("inf", None, "the same"),
        ("1_000", None, "the same"),
        ("٣", None, "the same: digits are those of ASCII"),
        ("", None, "nothing"),
        (2, 2.0, "JSON's own numbers are allowed"),
        (0.1, 0.1, "with fractions"),
        (True, None, "a truth is no number"),
        (None, None, "null"),
        (["1"], None, "a list"),
    ],
)
def test_quantities_are_read_as_the_api_writes_them(written: Any, amount: float | None, because: str) -> None:
    assert quantity(written) == (None if amount is None else pytest.approx(amount)), because


@given(st.text() | st.floats() | st.integers())
def test_whatever_is_written_a_quantity_is_finite_or_none(written: object) -> None:
    found = quantity(written)
    assert found is None or math.isfinite(found)


def test_of_several_quantities_those_that_cannot_be_read_are_left_out() -> None:
    assert quantities({"cpu": "2", "memory": "much", "pods": None}) == {"cpu": 2.0}


@pytest.mark.parametrize(
    ("written", "at", "because"),
    [
        ("2026-11-24T03:09:00Z", datetime(2026, 11, 24, 3, 9, tzinfo=UTC), "metav1.Time"),
        ("2026-11-24T03:09:00.318611Z", datetime(2026, 11, 24, 3, 9, 0, 318611, UTC), "metav1.MicroTime"),
        ("2026-11-24T04:09:00+01:00", datetime(2026, 11, 24, 3, 9, tzinfo=UTC), "another zone, the same instant"),
        ("2026-11-24T03:09:00", datetime(2026, 11, 24, 3, 9, tzinfo=UTC), "without a zone it is UTC"),
        ("0001-01-01T00:00:00Z", None, "Go's zero time means that there is none"),
        ("9999-12-31T23:59:59Z", None, "so late that sums overflow"),
        ("yesterday", None, "no instant"),
        ("", None, "nothing"),
        (None, None, "null, as the new recorder writes lastTimestamp"),
        (1795489740, None, "a number: the API never writes one"),
    ],
)
def test_instants(written: Any, at: datetime | None, because: str) -> None:
    assert moment(written) == at, because


@pytest.mark.parametrize("wrong", [None, True, 1, 1.5, "text", [], [1]])
def test_what_is_no_object_is_an_empty_one(wrong: object) -> None:
    assert mapping(wrong) == {}
    assert texts(wrong) == {}
    assert dig({"spec": wrong}, "spec", "replicas") is None


@pytest.mark.parametrize("wrong", [None, True, 1, "text", {"a": {}}, [1, "a", None, []]])
def test_rows_are_the_objects_of_a_list(wrong: object) -> None:
    assert rows(wrong) == []
    assert rows([wrong, {"a": 1}]) == ([{"a": {}}, {"a": 1}] if isinstance(wrong, dict) else [{"a": 1}])


@pytest.mark.parametrize(
    ("value", "read", "because"),
    [
        ("cart", "cart", "text is text"),
        (8080, "8080", "a port may be a number"),
        (True, "", "a truth is no name"),
        (None, "", "nothing"),
        (["a"], "", "no simple value"),
        ("x" * 5000, "x" * 4000, "nobody reads longer ones"),
        ("a\ud800b\x00", "a\ufffdb\ufffd", "half a surrogate pair and U+0000 would break whoever writes it on"),
    ],
)
def test_texts(value: object, read: str, because: str) -> None:
    assert text(value) == read, because


def test_labels_are_texts_on_both_sides() -> None:
    assert texts({"app": "cart", "port": 80, "odd": {}, "k\ud800": "v"}) == {
        "app": "cart",
        "port": "80",
        "odd": "",
        "k\ufffd": "v",
    }


@pytest.mark.parametrize(
    ("value", "read"),
    [(3, 3), (2.9, 2), (True, 7), ("3", 7), (None, 7), (math.nan, 7), (math.inf, 7), (10**30, 7)],
)
def test_whole_numbers_or_the_default(value: object, read: int) -> None:
    assert number(value, 7) == read


def test_a_path_that_breaks_off_leads_to_nothing() -> None:
    assert dig({"spec": {"template": {"a": 1}}}, "spec", "template", "a") == 1
    assert dig({"spec": []}, "spec", "template", "a") is None
    assert dig("spec", "spec") is None
