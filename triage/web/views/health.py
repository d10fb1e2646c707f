"""Whether Whose itself is well, for people; machines ask /readyz and /metrics."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from triage.health import facts


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    told = sorted(facts(), key=lambda fact: fact.ok)  # what is not well first
    return render(request, "web/health.html", {"facts": told, "unwell": [fact for fact in told if not fact.ok]})
