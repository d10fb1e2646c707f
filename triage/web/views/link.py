"""The link in a page: one look, one button. Opening it changes nothing, because scanners of links open it too."""

import contextlib

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ownership.zones import is_zone
from triage import incidents
from triage.clock import database_now
from triage.models import Page
from triage.notify import outbox


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link answers as the person whom the page was for; a link for a whole team asks who that is."""
    page = outbox.page_of_token(token)
    if page is None or (page.user is not None and not page.user.is_active):
        return _never_found(render(request, "web/link_void.html", status=404))
    if request.method == "POST" and page.user is not None:
        _take(page)
        return _never_found(redirect("acknowledge_by_link", token=token))
    context = {"page": page, "incident": page.incident, "now": timezone.now()}
    status = 403 if request.method == "POST" else 200
    # Nobody is signed in, so the times are those of whom the page was for.
    zone = page.user.time_zone if page.user else "UTC"
    with timezone.override(zone if is_zone(zone) else "UTC"):
        return _never_found(render(request, "web/link.html", context, status=status))


def _take(page: Page) -> None:
    assert page.user is not None  # noqa: S101 - the view has asked
    # It may be over: the page that is shown next says so.
    with contextlib.suppress(incidents.Refused):
        incidents.acknowledge(page.incident, by=page.user, now=database_now(), how="By the link of the page.")


def _never_found(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
