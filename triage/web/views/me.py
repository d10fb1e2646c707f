"""One's own profile, sessions and looks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownership.models import User
from ownership.zones import zone_names
from triage.accounts import people, security, sessions
from triage.accounts.forms import ProfileForm
from triage.accounts.models import Kind
from triage.web.access import signed_in

THEMES = ("auto", "light", "dark")
_A_YEAR = 365 * 24 * 3600


@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    # A copy from the database: a form with errors must not change who the page says is signed in.
    user = User.objects.get(pk=signed_in(request).pk)
    email_before = user.email
    form = ProfileForm(request.POST or None, instance=user)
    if form.is_valid():
        user.save(update_fields=["name", "time_zone"])
        if user.email != email_before:
            people.change_email(user, user.email, request)
        messages.success(request, "Saved.")
        return redirect("me")
    memberships = user.memberships.select_related("team")
    context = {"form": form, "zones": zone_names(), "memberships": memberships, "section": "me"}
    return render(request, "web/me.html", context)


@require_safe
def own_sessions(request: HttpRequest) -> HttpResponse:
    living = sessions.sessions_of(signed_in(request), now=timezone.now())
    rows = [(session, sessions.device(session.user_agent)) for session in living]
    return render(request, "web/sessions.html", {"rows": rows, "section": "sessions"})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    mine = sessions.sessions_of(signed_in(request), now=timezone.now())
    session = get_object_or_404(mine.exclude(session_key=request.session.session_key or ""), pk=pk)
    device = sessions.device(session.user_agent)
    sessions.end(mine.filter(pk=session.pk))
    security.record(Kind.SESSION_ENDED, request, details={"device": device})
    messages.success(request, f"Signed out: {device}.")
    return redirect("sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_all(signed_in(request), but=request.session.session_key)
    security.record(Kind.SESSION_ENDED, request, details={"sessions": str(ended)})
    messages.success(request, "You are signed in only here now.")
    return redirect("sessions")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system has it: kept by the browser, not by the account."""
    chosen = request.POST.get("theme", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = redirect(back)
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
