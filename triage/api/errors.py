"""Every refusal has one shape: what happened, to which field and value, and what to do instead."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ownership.sources.tree import Mistake
from triage.incidents import Refused

log = structlog.get_logger(__name__)
_LONGEST_VALUE = 200

_COME_IN = "Send `Authorization: Bearer` and a living token. An admin makes one: manage.py token create."


class Problem(exceptions.APIException):
    """A request that is not granted.

    Args:
        status_code: of HTTP.
        sentence: what happened.
        remedy: what to do instead.
        field: which part of the request it is about, if it is about one.
        value: what was sent there; never a secret.
    """

    def __init__(
        self, status_code: int, sentence: str, *, remedy: str, field: str | None = None, value: object = None
    ) -> None:
        super().__init__(sentence)
        self.status_code = status_code
        self.told: dict[str, Any] = {"sentence": sentence, "field": field, "value": _shown(value), "remedy": remedy}


class MistakeLine(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="of the file; 0 where there is none")
    field = serializers.CharField()
    value = serializers.CharField()
    wrong = serializers.CharField()
    remedy = serializers.CharField()


class Told(serializers.Serializer[Any]):
    sentence = serializers.CharField(help_text="what happened, for people")
    field = serializers.CharField(allow_null=True, help_text="which part of the request it is about")
    value = serializers.CharField(allow_null=True, help_text="what was sent there")
    remedy = serializers.CharField(help_text="what to do instead")
    mistakes = MistakeLine(many=True, required=False, help_text="every one, where a row or a file of the map is wrong")


class Error(serializers.Serializer[Any]):
    """Why a request was not granted."""

    error = Told()


def refused(mistakes: Sequence[Mistake], *, is_file: bool = False) -> Problem:
    """400: a row or a file of the map is wrong. The first mistake is told as every refusal is, and then all of them."""
    first = mistakes[0]
    at = f"line {first.line}: " if first.line else ""
    more = f", and {len(mistakes) - 1} more" if len(mistakes) > 1 else ""
    value = f" {first.value!r}" if first.value else ""
    sentence = f"{at}{first.field or 'it'}{value} {first.wrong}{more}."
    field = "file" if is_file else first.field or None
    problem = Problem(
        status.HTTP_400_BAD_REQUEST, sentence, field=field, value=first.value or None, remedy=first.remedy
    )
    problem.told["mistakes"] = [
        {"line": each.line, "field": each.field, "value": each.value, "wrong": each.wrong, "remedy": each.remedy}
        for each in mistakes
    ]
    return problem


def unknown(field: str, what: str, value: object, *, remedy: str) -> Problem:
    """404: the address or a filter names something that is not there."""
    return Problem(
        status.HTTP_404_NOT_FOUND, f"There is no {what} {_shown(value)}.", field=field, value=value, remedy=remedy
    )


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's hook: the answer to any refusal. None is a fault of ours, which is logged and a 500."""
    problem = _as_problem(error, context)
    response = exception_handler(problem or error, dict(context))
    if response is not None:
        response.data = {"error": problem.told if isinstance(problem, Problem) else _told(error, context)}
    return response


def _as_problem(error: Exception, context: Mapping[str, Any]) -> Problem | None:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        pk = context["kwargs"].get("pk")
        remedy = f"See how it stands: GET /api/v1/incidents/{pk}/"
        return Problem(status.HTTP_409_CONFLICT, str(error), field="id", value=pk, remedy=remedy)
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("a request of the API met no database", error=str(error))
        return Away()
    return None


class Away(Problem):
    """The database does not answer; that passes."""

    wait = 5  # REST framework makes `Retry-After` of it

    def __init__(self) -> None:
        super().__init__(503, "The database does not answer right now.", remedy="Try again in some seconds.")


_SAID: Mapping[type[Exception], tuple[str, str]] = {
    exceptions.NotAuthenticated: ("It is not said who asks.", _COME_IN),
    exceptions.AuthenticationFailed: ("The token is unknown, revoked or expired.", _COME_IN),
    exceptions.Throttled: (
        "Too many requests with a wrong token came from this address.",
        "Correct the token, and wait as long as Retry-After says.",
    ),
    exceptions.ParseError: ("The body is not JSON.", 'Send an object, for example {"reason": "The node is back."}.'),
    exceptions.UnsupportedMediaType: ("The body is not said to be JSON.", "Send `Content-Type: application/json`."),
    exceptions.NotAcceptable: ("The answer is JSON, which the request does not accept.", "Accept application/json."),
}


def _told(error: Exception, context: Mapping[str, Any]) -> dict[str, str | None]:
    sentence, remedy = _SAID.get(type(error)) or _otherwise(error, context)
    return {"sentence": sentence, "field": None, "value": None, "remedy": remedy}


def _otherwise(error: Exception, context: Mapping[str, Any]) -> tuple[str, str]:
    if isinstance(error, exceptions.MethodNotAllowed):
        allowed = ", ".join(context["view"].allowed_methods)
        return str(error.detail), f"Use one of: {allowed}."
    if isinstance(error, exceptions.PermissionDenied):
        # The only one that is not ours: a browser whose request does not carry the form protection.
        return str(error.detail), "Send the CSRF token as `X-CSRFToken`, or use a token of a program instead."
    return str(getattr(error, "detail", "It is not there.")), "GET /api/v1/docs/ shows every address."


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    # Halves of characters can be sent, but not answered.
    return text[:_LONGEST_VALUE].encode("utf-8", "replace").decode()
