"""The pages for a form that was not accepted and for a failure of ours. The other wrong turns are templates that Django
finds by their number."""

import sys
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import loader

_NO_COOKIE = (
    "Your browser keeps no cookies for this site, and without one nobody can sign in or send a form. "
    "Allow them, then try again."
)
_TOO_OLD = (
    "The page was open for long, or you have signed in or out in another tab since. Nothing was changed. "
    "Open it again and send it once more."
)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Says what most likely happened, and leads back to the page that holds the form."""
    helps = _NO_COOKIE if reason == REASON_NO_CSRF_COOKIE else _TOO_OLD
    referer = urlsplit(request.headers.get("Referer", ""))
    # Only the path: whatever host a stranger's page names, the way back is one of ours.
    back = referer.path if referer.path.startswith("/") and not referer.path.startswith("//") else "/"
    return render(request, "403_csrf.html", {"helps": helps, "back": back}, status=403)


def broken(_request: HttpRequest) -> HttpResponse:
    """Called while the exception is handled. A database that is away passes, so senders are told to come again."""
    # Without the request: what the base layout asks of it may be just what is broken.
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(loader.render_to_string("503.html"), status=503, headers={"Retry-After": "5"})
    return HttpResponse(loader.render_to_string("500.html"), status=500)
