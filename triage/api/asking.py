"""What a request asks for: read strictly, because a filter that is misspelt and ignored shows everybody's incidents."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.http import QueryDict
from rest_framework import serializers, status
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from triage.api.errors import Problem

Asked = dict[str, Any]


class Instant(serializers.DateTimeField):
    """ISO 8601, in UTC whoever asks."""

    def __init__(self, **more: Any) -> None:
        super().__init__(default_timezone=UTC, **more)


class NothingMore(serializers.Serializer[Any]):
    """No filter and no field."""


class Paged(serializers.Serializer[Any]):
    """The filters that every list has. What a field's help says is the remedy where it is wrong."""

    cursor = serializers.CharField(
        required=False, max_length=500, help_text="Follow `next` of the page before as it is; leave it out to begin."
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=200, help_text="A whole number from 1 to 200; 50 without it."
    )


class NewestFirst(CursorPagination):
    """Page by page from the newest. A page far back costs what the first one costs, and nothing is shown twice."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        encoded = request.query_params.get(self.cursor_query_param)
        try:
            cursor = super().decode_cursor(request)
        except Exception as error:  # REST framework's NotFound, and what base64 and int raise on nonsense
            raise _no_cursor(encoded) from error
        if cursor and cursor.position is not None and not _is_key(str(cursor.position)):
            raise _no_cursor(encoded)
        return cursor


def _is_key(position: str) -> bool:
    return position.isascii() and position.isdecimal() and len(position) <= 18


def _no_cursor(encoded: str | None) -> Problem:
    remedy = "Follow `next` of the page before as it is; leave it out to begin."
    return Problem(400, "The cursor is not one of ours.", field="cursor", value=encoded, remedy=remedy)


def asked(form: type[serializers.Serializer[Any]], given: object, *, partial: bool = False) -> Asked:
    """What was asked for, checked.

    Raises:
        Problem: 400; a name is not known or stands twice, or a value cannot be meant.
    """
    if not isinstance(given, Mapping):
        remedy = 'Send an object, for example {"reason": "The node is back."}.'
        raise Problem(400, "The body is not an object.", remedy=remedy)
    _refuse_unknown(form().fields, given)
    _refuse_twice(given)
    # As a plain mapping: of a form, an empty value would count as not given, and the filter would be ignored.
    read = form(data=dict(given.items()), partial=partial)
    if not read.is_valid():
        raise _wrong(read, given)
    return dict(read.validated_data)


def _refuse_unknown(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in known:
            remedy = f"Known are: {', '.join(known)}." if known else "Leave it out; nothing can be sent here."
            raise Problem(400, f"{name} is not known here.", field=name, value=given[name], remedy=remedy)


def _refuse_twice(given: Mapping[str, Any]) -> None:
    if not isinstance(given, QueryDict):
        return
    for name, values in given.lists():
        if len(values) > 1:
            raise Problem(
                400,
                f"{name} is given {len(values)} times.",
                field=name,
                value=", ".join(values),
                remedy="Give it once.",
            )


def _wrong(read: serializers.Serializer[Any], given: Mapping[str, Any]) -> Problem:
    name, messages = next(iter(read.errors.items()))
    field = read.fields[name]
    remedy = str(field.help_text or "")
    if isinstance(field, serializers.ChoiceField):
        remedy = f"Choose one of: {', '.join(field.choices)}."
    return Problem(
        status.HTTP_400_BAD_REQUEST, f"{name}: {messages[0]}", field=name, value=given.get(name), remedy=remedy
    )
