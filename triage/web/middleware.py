"""What every request passes through: it is measured and logged, and read in the person's own time zone."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from triage.config.logs import masked

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)


def measured(get_response: Handler) -> Handler:
    """Writes one line a request, with tokens in its path masked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        took = time.perf_counter() - began
        log.info(
            "request",
            method=request.method,
            path=masked(request.path),
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
        return response

    return middleware


def own_time_zone(get_response: Handler) -> Handler:
    """Shows times in the zone of the person who asks; strangers read UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(getattr(request.user, "time_zone", "UTC")):
            return get_response(request)

    return middleware
