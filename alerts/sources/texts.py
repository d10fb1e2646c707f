"""Bytes and values of strangers made into texts that every database takes. PURE."""

import json
import re
from collections.abc import Mapping
from typing import Any

from alerts.reports import NotJsonError

# PostgreSQL's JSON holds no U+0000, and UTF-8 no half of a surrogate pair.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
# Longer digits are not numbers that anybody counted; Python refuses to convert them.
_DIGITS = 100


def load(body: bytes) -> Any:
    """The JSON value that the body holds.

    Bytes that are not text become U+FFFD: one broken name must not cost the other alerts of its payload.

    Raises:
        NotJsonError: with what is wrong and where.
    """
    try:
        text = body.decode(json.detect_encoding(body), "replace")
        return json.loads(text, parse_int=_whole)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise NotJsonError("The body", f"not JSON at {where} ({error.msg}): {shown(text)}") from error
    except RecursionError as error:
        raise NotJsonError("The body", f"nested too deep: {shown(text)}") from error


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits


def text_of(value: Any, *, most: int) -> str:
    """The value as text of at most this many characters: texts as they are, everything else as JSON writes it."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _IMPOSSIBLE.sub("\ufffd", cut_in_the_middle(text, most))


def cut_in_the_middle(text: str, most: int) -> str:
    """The text, or its beginning and its end around `…`: names differ at both."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def texts_of(mapping: Mapping[str, Any], *, most: int, most_entries: int) -> dict[str, str]:
    """The mapping with texts as keys and values, each cut to `most`; no more entries than asked for, by name."""
    names = sorted(mapping)[:most_entries] if len(mapping) > most_entries else mapping
    return {text_of(name, most=most): text_of(mapping[name], most=most) for name in names}


def shown(value: Any) -> str:
    """The value in an error: short, on one line, quoted."""
    return repr(text_of(value, most=60))
