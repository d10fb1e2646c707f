"""What every request passes through: it is logged, and read in the person's own time zone."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ownership.zones import is_zone
from triage import metrics
from triage.config.logs import masked

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)

_KEY_IN_PATH = re.compile(r"(/welcome/|/password/reset/key/|^/a/)[^/]+")
# Asked every few seconds by machines: they would drown what people do.
_QUIET = ("/healthz", "/readyz", "/metrics", "/static/")


def loggable(path: str) -> str:
    """The path without what opens a door: tokens of hooks, pages, invitations and password resets."""
    return _KEY_IN_PATH.sub(r"\1***", masked(path))


# Doors for machines: they show who they are by a token, or need not.
_MACHINES = ("/healthz", "/readyz", "/metrics", "/hooks/")


def measured(get_response: Handler) -> Handler:
    """Counts each request and writes one line for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        took = time.perf_counter() - began
        metrics.count_request(request, status=response.status_code, seconds=took)
        is_poll = request.method == "GET" and "HX-Request" in request.headers
        write = log.debug if is_poll or request.path.startswith(_QUIET) else log.info
        write(
            "request",
            method=request.method,
            path=loggable(request.path),
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
        return response

    return middleware


def machines_have_no_session(get_response: Handler) -> Handler:
    """Forgets the cookies of requests to doors for machines: nothing asks the database who is signed in, which a probe
    must not wait for when the database is away."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_MACHINES):
            request.COOKIES = {}
        return get_response(request)

    return middleware


def own_time_zone(get_response: Handler) -> Handler:
    """Shows times in the zone of the person who asks; strangers read UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "UTC")
        with timezone.override(zone if is_zone(zone) else "UTC"):
            return get_response(request)

    return middleware
