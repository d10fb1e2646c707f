"""What a rule matches: conditions on a subject, each a text that is exact, a glob or an RE2 pattern. PURE.

One way of writing everywhere: `shop` is that word, `shop-*` is a glob (`*` any number of characters, `?` one), and
`~shop-(a|b)` is a pattern of RE2 that fits the whole value. Patterns are written by strangers too, and RE2 has no
backtracking: its time grows with the length of the text, whatever the text is.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, cached_property, lru_cache
from typing import Any

import re2

LABELS, NODE_LABELS = "labels.", "node_labels."
LONGEST_TEXT = 253
_META = re.compile(r"[.^$*+?()\[\]{}|\\]")


class Condition(StrEnum):
    """What of a subject a matcher may ask for, besides its labels and those of its node."""

    NAMESPACE = "namespace"
    KIND = "kind"
    WORKLOAD = "workload"
    IMAGE = "image"
    REGISTRY = "registry"
    INGRESS_HOST = "ingress_host"
    INGRESS_CLASS = "ingress_class"
    STORAGE_CLASS = "storage_class"
    WEBHOOK = "webhook"
    NODE = "node"
    ALERTNAME = "alertname"


# What holds many things of many teams says less than a name.
_WIDE = frozenset({Condition.REGISTRY.value, Condition.KIND.value})


class Form(IntEnum):
    """How a text is written, from the most to the least exact."""

    EXACT = 0
    GLOB = 1
    PATTERN = 2


class Text:
    """One text of a condition, compiled once."""

    __slots__ = ("_fits", "form", "prefix", "suffix", "written")

    def __init__(self, written: str) -> None:
        """Raises re2.error where it is a pattern that RE2 does not read."""
        self.written = written
        self.form = form_of(written)
        self._fits = None if self.form is Form.EXACT else _compiled(_expression(written, self.form))
        self.prefix, self.suffix = _ends(written, self.form)

    def fits(self, value: str) -> bool:
        return value == self.written if self._fits is None else self._fits.fullmatch(value) is not None


@dataclass(frozen=True)
class Matcher:
    """Conditions that all hold; of the texts of one condition any. Made by `Matcher.of`, which puts them in order."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any] | None = None, **more: Any) -> "Matcher":
        """A matcher of `namespace="shop"`, `labels={"app": ["cart", "cart-*"]}`, or of what `as_data` answered."""
        flat: dict[str, tuple[str, ...]] = {}
        for name, value in {**(given or {}), **more}.items():
            if isinstance(value, Mapping):
                flat |= {f"{name}.{label}": _texts(texts) for label, texts in value.items()}
            else:
                flat[name] = _texts(value)
        return cls(tuple(sorted((name, texts) for name, texts in flat.items() if texts)))

    def as_data(self) -> dict[str, list[str]]:
        """As it is kept: `of` makes the same matcher of it again."""
        return {name: list(texts) for name, texts in self.conditions}

    def __str__(self) -> str:
        return ", ".join(f"{name} {' or '.join(texts)}" for name, texts in self.conditions) or "everything"

    @property
    def text(self) -> str:
        """One text for each matcher, and the same for equal ones."""
        return json.dumps(self.as_data(), separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def compiled(self) -> tuple[tuple[str, tuple[Text, ...]], ...]:
        return tuple((name, tuple(text_of(_spelt(name, text)) for text in texts)) for name, texts in self.conditions)

    @cached_property
    def exactness(self) -> tuple[int, int]:
        """Sorts the more specific first: more conditions, then the more exact ones."""
        forms = sum(max(text.form for text in texts) for _, texts in self.compiled)
        return -sum(1 if name in _WIDE else 2 for name, _ in self.conditions), forms

    def names(self, condition: str) -> bool:
        return any(name == condition for name, _ in self.conditions)

    def texts(self, condition: str) -> tuple[str, ...]:
        return next((texts for name, texts in self.conditions if name == condition), ())

    @property
    def is_within_a_namespace(self) -> bool:
        """Whether it tells apart things of namespaces that it names exactly."""
        inside = self.texts(Condition.NAMESPACE)
        return bool(inside) and len(self.conditions) > 1 and all(form_of(text) is Form.EXACT for text in inside)


def _spelt(name: str, text: str) -> str:
    """Kinds are compared in small letters, because people write them in any."""
    return text.casefold() if name == Condition.KIND and form_of(text) is not Form.PATTERN else text


def form_of(written: str) -> Form:
    if written.startswith("~"):
        return Form.PATTERN
    return Form.GLOB if "*" in written or "?" in written else Form.EXACT


def wrong_with(written: str) -> str:
    """What is wrong with a text as somebody wrote it, or nothing."""
    if len(written) > LONGEST_TEXT:
        return f"is {len(written)} characters long, and at most {LONGEST_TEXT} are kept"
    if not written or written == "~":
        return "is empty"
    if not written.isprintable():
        return "holds control characters"
    try:
        Text(written)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        return f"is no pattern of RE2: {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return ""


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20  # a pattern that needs more is refused instead of eating memory
    return options


# Maps are loaded again after each change, and most of their patterns are those of before.
@lru_cache(maxsize=200_000)
def text_of(written: str) -> Text:
    return Text(written)


def _compiled(expression: str) -> Any:
    return re2.compile(expression, options=_options())


def _expression(written: str, form: Form) -> str:
    if form is Form.PATTERN:
        return written[1:]
    return "".join({"*": "(?s:.*)", "?": "(?s:.)"}.get(char) or re2.escape(char) for char in written)


def _ends(written: str, form: Form) -> tuple[str, str]:
    """What every value that fits begins and ends with, as far as it is plain to see: for looking up."""
    if form is Form.EXACT:
        return written, written
    if form is Form.GLOB:
        return re.split(r"[*?]", written, maxsplit=1)[0], re.split(r"[*?]", written)[-1]
    expression = written[1:]
    # A bracket that is escaped or stands in a class opens no group: then the alternatives are not counted at all.
    depth = -1 if "\\" in expression or "[" in expression else 0
    for char in expression:
        if char == "|" and depth <= 0:
            return "", ""
        if depth >= 0:
            depth += (char == "(") - (char == ")")
    found = _META.search(expression)
    prefix = expression[: found.start()] if found else expression
    # What follows may say "any number of the last one, or none of it".
    if found and found.group() in "*?{" and prefix:
        prefix = prefix[:-1]
    return prefix, ""


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    given: Iterable[Any] = value or ()
    return tuple(sorted({str(text) for text in given if str(text)}))
