"""What every view of the API has in common."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiResponse
from rest_framework.response import Response
from rest_framework.views import APIView

from triage.api.errors import Error

_WHEN = {
    400: "a filter or field is not known, or its value cannot be meant",
    401: "no living token and no session",
    403: "the role does not allow it",
    404: "the address or a filter names something that is not there",
    409: "it cannot be done as things stand",
    429: "too many requests with a wrong token",
}


class Answers(APIView):
    """A view whose answers nobody keeps: a minute later they are wrong."""

    def finalize_response(self, request: HttpRequest, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        final.headers.setdefault("Cache-Control", "no-store")
        return final


def told(whole: object, *refusals: int, status: int = 200) -> dict[int, Any]:
    """For the OpenAPI document: the answer, and with which statuses it may be refused."""
    statuses = sorted({401, 429, *refusals})
    return {status: whole, **{one: OpenApiResponse(Error, _WHEN[one]) for one in statuses}}
