"""Incidents: one with all that is known of it, the list of all, and the answers that people give."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from triage import incidents
from triage.clock import database_now
from triage.models import Assessment, Incident
from triage.web.access import must_answer, signed_in
from triage.web.dossier import dossier_of
from triage.web.forms import IncidentFilter, ResolveForm

ON_A_PAGE = 50


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, and for who has it open already the part that changes."""
    found, at = _incident(pk), timezone.now()
    template = "web/_incident.html" if request.headers.get("HX-Request") else "web/incident.html"
    return render(
        request, template, {"about": dossier_of(found, signed_in(request), now=at), "incident": found, "now": at}
    )


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    clusters = list(Assessment.objects.order_by("cluster").values_list("cluster", flat=True))
    form = IncidentFilter(request.GET, clusters=clusters)
    form.is_valid()
    chosen = form.cleaned_data
    rows = Incident.objects.filter(_wanted(chosen)).select_related("owner", "acknowledged_by", "resolved_by")
    rows = rows.order_by(F("resolved_at").desc(nulls_first=True), "-opened_at", "-pk")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/incidents.html", {"page": page, "form": form, "is_filtered": any(chosen.values())})


def _wanted(chosen: dict[str, str]) -> Q:
    wanted = {
        "": Q(),
        "open": Q(resolved_at=None),
        "waiting": Q(resolved_at=None, acknowledged_at=None),
        "past": Q(resolved_at__isnull=False),
    }[chosen.get("state", "")]
    if team := chosen.get("team"):
        wanted &= Q(owner=None) if team == "-" else Q(owner__slug=team)
    for field in ("verdict", "cluster"):
        if value := chosen.get(field):
            wanted &= Q(**{field: value})
    return wanted


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    found, user = _incident(pk), signed_in(request)
    must_answer(user, found)
    try:
        if incidents.acknowledge(found, by=user, now=database_now()):
            messages.success(request, f"You have #{found.pk}. Nobody else is paged for it.")
        else:
            found = _incident(pk)
            messages.info(request, f"{found.acknowledged_by or 'Somebody'} had #{found.pk} already.")
    except incidents.Refused as refused:
        messages.error(request, f"#{found.pk}: {refused}")
    return redirect("now") if request.POST.get("next") == "now" else redirect("incident", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what will happen and asks why, then does it."""
    found, user = _incident(pk), signed_in(request)
    must_answer(user, found)
    if not found.is_open:
        messages.info(request, f"#{found.pk} is over already.")
        return redirect("incident", pk=pk)
    form = ResolveForm(request.POST or None)
    if not form.is_valid():
        firing = found.alert_links.filter(alert__status="firing").count()
        context = {"incident": found, "form": form, "firing": firing}
        return render(request, "web/resolve.html", context, status=400 if request.method == "POST" else 200)
    why = f"{user} resolved it: {form.cleaned_data['why'].strip()}"
    if incidents.resolve(found, why=why, by=user, now=database_now()):
        messages.success(request, f"#{found.pk} is resolved. Whoever was paged is told.")
    else:
        messages.info(request, f"#{found.pk} was over already.")
    return redirect("incident", pk=pk)


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    found, user = _incident(pk), signed_in(request)
    must_answer(user, found)
    try:
        incidents.comment(found, request.POST.get("text", "").replace("\0", ""), by=user, now=database_now())
    except incidents.Refused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(f"{redirect('incident', pk=pk).url}#timeline")


def _incident(pk: int) -> Incident:
    return get_object_or_404(Incident.objects.select_related("owner", "acknowledged_by", "resolved_by"), pk=pk)
