"""The addresses of the pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path


def now(request: HttpRequest) -> HttpResponse:
    return render(request, "web/now.html")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", now, name="now"),
    path("accounts/", include("allauth.account.urls")),
]
