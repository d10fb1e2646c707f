"""Who delivers alerts: each sender with its last delivery and what was refused, its token, and how to connect it."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts import integrations, queries
from alerts.models import Integration, Refusal
from ownership.models import Cluster
from ownership.roles import Action
from triage.web.access import allowed
from triage.web.forms import IntegrationForm

MOST = 50
HEAD = 2_000  # bytes of what was refused that are shown


@require_safe
@allowed(Action.OPERATE)
def listing(request: HttpRequest) -> HttpResponse:
    context = {"states": queries.states_of_integrations(), "strangers": queries.refusals_of_strangers(most=MOST)}
    return render(request, "web/integrations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Action.OPERATE)
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Makes one, and shows its token this once."""
    form = IntegrationForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made, token = integrations.create(
                given["name"],
                cluster=given["cluster"],
                cluster_label=given["cluster_label"],
                repeat_interval=form.repeat_interval,
                api_url=given["api_url"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _connected(request, made, token, is_new=True)
    clusters = Cluster.objects.order_by("slug").values_list("slug", flat=True)
    return render(request, "web/integration_make.html", {"form": form, "clusters": clusters})


def _connected(request: HttpRequest, integration: Integration, token: str, *, is_new: bool) -> HttpResponse:
    """What to paste, with the token in it: it is in no session, no log, and in the database only as a hash."""
    context = {
        "integration": integration,
        "token": token,
        "is_new": is_new,
        "by_header": integrations.alertmanager_yml(integration, settings.PUBLIC_URL, token),
        "by_address": integrations.alertmanager_yml(integration, settings.PUBLIC_URL, token, token_in_address=True),
    }
    return render(request, "web/integration_connected.html", context)


@require_safe
@allowed(Action.OPERATE)
def integration(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Integration, pk=pk)
    context = {
        "integration": found,
        "deliveries": queries.last_deliveries(found),
        "counts": found.refusal_counts.order_by("-last_at"),
        "refusals": [(one, _head(one)) for one in found.refusals.order_by("-at", "-pk")[:MOST]],
        "address": f"{settings.PUBLIC_URL}/hooks/alertmanager",
    }
    return render(request, "web/integration.html", context)


@require_safe
@allowed(Action.OPERATE)
def strangers(request: HttpRequest) -> HttpResponse:
    """What was refused of senders whose token nobody has."""
    refusals = Refusal.objects.filter(integration=None).order_by("-at", "-pk")[:MOST]
    return render(request, "web/strangers.html", {"refusals": [(one, _head(one)) for one in refusals]})


def _head(refusal: Refusal) -> str:
    return bytes(refusal.body_head[:HEAD]).decode("utf-8", "replace")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Action.OPERATE)
@never_cache
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what a new token does to the old one, and makes it when that is confirmed."""
    found = get_object_or_404(Integration, pk=pk)
    if request.method == "POST":
        return _connected(request, found, integrations.rotate_token(found), is_new=False)
    return render(request, "web/integration_rotate.html", {"integration": found})


@require_POST
@allowed(Action.OPERATE)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Integration, pk=pk)
    if request.POST.get("to") == "off":
        integrations.switch(found, on=False)
        messages.success(request, f"{found} is switched off: what it sends from now on is refused.")
    else:
        integrations.switch(found, on=True)
        messages.success(request, f"{found} is switched on.")
    return redirect("integration", pk=pk)
