"""The format of a map file as JSON Schema, for editors and CI. PURE.

It says what `format` says. What takes more than one place of the file to see (names that nobody explains, two rows for
one thing, a circle of teams), and whether a pattern is one, only the parser says.
"""

import json
from collections.abc import Mapping
from typing import Any

from ownership.sources.format import FILE, Labels, Many, Record, Shape, Word
from ownership.sources.readers import LABEL

ADDRESS = "ownership.schema.json"
# The parser takes every single value for text; an editor may have read a number or a truth value.
_SINGLE = ["string", "number", "boolean"]


def schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "$comment": "Generated: manage.py ownership schema > ownership/schema/ownership.schema.json",
        "title": "Who owns what",
        **_of(FILE),
        "minProperties": 1,
    }


def written() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _of(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Word):
        found = _word(shape)
    elif isinstance(shape, Record):
        found = _record(shape)
    elif isinstance(shape, Labels):
        names = {"pattern": _whole(LABEL.pattern)}
        found = {"type": "object", "propertyNames": names, "additionalProperties": _of(shape.value), "minProperties": 1}
    else:
        found = _many(shape)
    return {"description": shape.says, **found} if shape.says else found


def _word(word: Word) -> dict[str, Any]:
    if word.one_of:
        return {"enum": list(word.one_of)}
    found: dict[str, Any] = {"type": _SINGLE, "minLength": 1}
    if word.pattern:
        found["pattern"] = _whole(word.pattern)
    if word.longest:
        found["maxLength"] = word.longest
    return found


def _record(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: _of(field) if name in record.required or record.is_one_of else _may_be_left_out(field)
            for name, field in record.fields.items()
        },
    }
    if record.required:
        found["required"] = list(record.required)
    if record.is_one_of:
        found |= {"minProperties": 1, "maxProperties": 1}
    if record.conditions:
        # One of them has to be there, and hold something.
        found["anyOf"] = [{"required": [name], "properties": {name: {"not": _EMPTY}}} for name in record.conditions]
    return found


_EMPTY: Mapping[str, Any] = {"enum": [None, ""]}


def _may_be_left_out(field: Shape) -> dict[str, Any]:
    """An empty value is as good as none."""
    return {"anyOf": [_EMPTY, _of(field)]}


def _many(many: Many) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "array", "items": _of(many.of)}
    if many.least:
        found["minItems"] = many.least
    if many.most:
        found["maxItems"] = many.most
    return {"anyOf": [_of(many.of), found]} if many.or_one else found


def _whole(pattern: str) -> str:
    return f"^({pattern})$"
