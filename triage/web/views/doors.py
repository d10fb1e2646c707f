"""Signing in and out, and passwords: django-allauth's views with our forms, pages and log."""

from typing import Any

from allauth.account import views as allauth
from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from triage.accounts import people, security, sessions
from triage.accounts.forms import AskResetForm, FirstPasswordForm, NewPasswordForm, OwnPasswordForm, SignInForm
from triage.accounts.models import Kind
from triage.web.access import signed_in

sign_out = allauth.logout
inactive = allauth.account_inactive
reset_asked = allauth.password_reset_done
reset_done = allauth.password_reset_from_key_done


class SignIn(allauth.LoginView):
    form_class = SignInForm


@method_decorator(login_not_required, name="dispatch")
class AskReset(allauth.PasswordResetView):
    form_class = AskResetForm


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class NewPassword(allauth.PasswordResetFromKeyView):
    form_class = NewPasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        # Whoever knew the old password may be signed in with it.
        sessions.end_all(self.reset_user)
        security.record(Kind.RESET_DONE, self.request, actor=self.reset_user)
        return response


class ChangePassword(allauth.PasswordChangeView):
    form_class = OwnPasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        sessions.end_all(signed_in(self.request), but=self.request.session.session_key)
        security.record(Kind.PASSWORD_CHANGED, self.request)
        return response


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person chooses a password. Opening the link changes nothing: mail scanners open links, too."""
    now = timezone.now()
    user = people.invited_by_token(token, now=now)
    if user is None:
        return render(request, "account/invitation_void.html", status=404)
    form = FirstPasswordForm(request.POST or None, user=user)
    if not form.is_valid():
        return render(request, "account/welcome.html", {"form": form, "newcomer": user})
    accepted = people.accept(token, form.cleaned_data["password1"], request, now=now)
    if accepted is None:
        return render(request, "account/invitation_void.html", status=404)
    answer: HttpResponse = perform_login(request, accepted)
    return answer
