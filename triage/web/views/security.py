"""The security log."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from ownership.roles import Action
from triage.accounts.forms import LogFilter
from triage.accounts.models import SecurityEvent
from triage.web.access import allowed

ON_A_PAGE = 50


@require_safe
@allowed(Action.ADMINISTER)
def log(request: HttpRequest) -> HttpResponse:
    form = LogFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = SecurityEvent.objects.select_related("actor", "subject")
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    if who := chosen.get("who"):
        rows = rows.filter(
            Q(actor__username__icontains=who)
            | Q(actor__name__icontains=who)
            | Q(subject__username__icontains=who)
            | Q(subject__name__icontains=who)
            | Q(details__name__icontains=who)
        )
    # By key, not by page number: lines arrive while one reads, and counting a long log is slow.
    if chosen.get("before"):
        rows = rows.filter(pk__lt=chosen["before"])
    events = list(rows[: ON_A_PAGE + 1])
    shown = events[:ON_A_PAGE]
    older = ""
    if len(events) > ON_A_PAGE:
        older = "?" + urlencode({"kind": chosen.get("kind", ""), "who": chosen.get("who", ""), "before": shown[-1].pk})
    context = {
        "form": form,
        "events": shown,
        "older": older,
        "is_filtered": bool(chosen.get("kind") or chosen.get("who")),
        "is_newest": not chosen.get("before"),
        "section": "security",
    }
    return render(request, "web/security.html", context)
