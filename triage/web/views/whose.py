"""Whose is it: any name in, a person out."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from triage.web.finding import find

LONGEST_WORD = 500


@require_safe
@vary_on_headers("HX-Request")
def whose(request: HttpRequest) -> HttpResponse:
    """The whole page, or while somebody types the part below the field."""
    given = {key: str(value).replace("\0", "").strip()[:LONGEST_WORD] for key, value in request.GET.items()}
    found = find(given.pop("q", ""), {key: value for key, value in given.items() if value}, now=timezone.now())
    template = "web/_found.html" if request.headers.get("HX-Request") else "web/whose.html"
    api = urlencode([(word, value) for word, value in found.words.items() if word not in {"team", "person"}])
    return render(request, template, {"found": found, "answer": found.answer, "api": api})
