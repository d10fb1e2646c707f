"""People and teams: who is here, invitations, roles, deactivation."""

from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownership.models import Member, Team, User
from ownership.roles import Action, Role
from triage.accounts import mails, people
from triage.accounts.forms import InviteForm, RoleForm
from triage.web.access import allowed, signed_in
from triage.web.ages import in_words

ON_A_PAGE = 100


@require_safe
@allowed(Action.ADMINISTER)
def listing(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()[:64].replace("\0", "")
    rows = User.objects.select_related("invitation").prefetch_related(
        Prefetch("memberships", Member.objects.select_related("team").order_by("team__slug"))
    )
    if wanted:
        rows = rows.filter(Q(username__icontains=wanted) | Q(name__icontains=wanted) | Q(email__icontains=wanted))
    page = Paginator(rows.order_by("-is_active", "username"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/people.html", {"page": page, "wanted": wanted, "section": "people"})


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Action.ADMINISTER)
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if not form.is_valid():
        return render(request, "web/invite.html", {"form": form, "section": "people"})
    user, token = people.invite(form.newcomer(), request, now=timezone.now())
    return _invited(request, user, token)


@require_POST
@allowed(Action.ADMINISTER)
@never_cache
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        token = people.invite_again(user, request, now=timezone.now())
    except people.Refused as refused:
        messages.error(request, str(refused))
        return redirect("person", pk=pk)
    return _invited(request, user, token)


def _invited(request: HttpRequest, user: User, token: str) -> HttpResponse:
    """Mails the link, and shows it this once: it is in no session, no log and not in the database."""
    link = f"{settings.PUBLIC_URL}{reverse('welcome', kwargs={'token': token})}"
    context = {"newcomer": user, "link": link, "by": signed_in(request), "lasts": in_words(people.INVITATION_LASTS)}
    if user.email:
        text = render_to_string("account/email/invitation.txt", context)
        mails.send_soon(EmailMessage("You are invited to Whose", text, to=[user.email]))
    return render(
        request, "web/invited.html", {**context, "section": "people", "mails_leave": bool(settings.EMAIL_HOST)}
    )


@require_safe
@allowed(Action.ADMINISTER)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("invitation"), pk=pk)
    return _person(request, user, RoleForm(initial={"role": user.role}))


@require_POST
@allowed(Action.ADMINISTER)
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("invitation"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _person(request, user, form, status=400)
    role = Role(form.cleaned_data["role"])
    try:
        people.change_role(user, role, request)
    except people.Refused as refused:
        form.add_error("role", str(refused))
        return _person(request, user, form, status=409)
    messages.success(request, f"{user} is now {role.value}.")
    return redirect("person", pk=pk)


def _person(request: HttpRequest, user: User, form: RoleForm, status: int = 200) -> HttpResponse:
    context = {
        "person": user,
        "form": form,
        "memberships": user.memberships.select_related("team").order_by("team__slug"),
        "section": "people",
    }
    return render(request, "web/person.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Action.ADMINISTER)
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what will happen, and does it when that is confirmed."""
    user = get_object_or_404(User, pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            ended = people.deactivate(user, request)
        except people.Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, f"{user} is deactivated. Sessions ended: {ended}.")
            return redirect("person", pk=pk)
    context = {
        "person": user,
        "refusal": refusal,
        "memberships": user.memberships.select_related("team").order_by("team__slug"),
        "section": "people",
    }
    return render(request, "web/deactivate.html", context, status=409 if refusal else 200)


@require_POST
@allowed(Action.ADMINISTER)
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    people.reactivate(user, request)
    messages.success(request, f"{user} can sign in again.")
    return redirect("person", pk=pk)


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    members = Member.objects.select_related("user").order_by("-user__is_active", "user__username")
    rows = Team.objects.prefetch_related(Prefetch("memberships", members)).annotate(
        reachable=Count("members", filter=Q(members__is_active=True))
    )
    page = Paginator(rows.order_by("slug"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/teams.html", {"page": page, "section": "teams"})
