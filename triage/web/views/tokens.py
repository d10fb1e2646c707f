"""The tokens that programs show to the REST API."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownership.roles import Action, Role
from triage.accounts import tokens
from triage.accounts.models import ServiceToken
from triage.web.access import allowed, signed_in
from triage.web.forms import TokenForm


@require_safe
@allowed(Action.ADMINISTER)
def listing(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    rows = sorted(tokens.every_token(), key=lambda token: (not _is_alive(token), token.name, token.pk))
    return render(request, "web/tokens.html", {"rows": [(token, _is_alive(token)) for token in rows], "now": at})


def _is_alive(token: ServiceToken) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Action.ADMINISTER)
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Makes one, and shows it this once: it is in no session, no log, and in the database only as a hash."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        given, at = form.cleaned_data, timezone.now()
        try:
            token, shown = tokens.create(
                given["name"],
                Role(given["role"]),
                signed_in(request),
                now=at,
                team=given["team"],
                expires_at=form.expires_at(at),
                request=request,
            )
        except tokens.Refused as refused:
            form.add_error(None, str(refused))
        else:
            return render(request, "web/token_made.html", {"token": token, "shown": shown})
    return render(request, "web/token_make.html", {"form": form})


@require_POST
@allowed(Action.ADMINISTER)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ServiceToken, pk=pk)
    try:
        was_alive = tokens.revoke(token, signed_in(request), now=timezone.now(), request=request)
    except tokens.Refused as refused:
        messages.error(request, str(refused))
    else:
        said = "is revoked: it opens nothing any more." if was_alive else "was revoked already."
        messages.success(request, f"{token.name} {said}")
    return redirect("tokens")
