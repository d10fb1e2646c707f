"""Every address of the service."""

from django.urls import URLPattern, URLResolver, include, path

from triage import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.show_metrics, name="metrics"),
    path("hooks/", include("alerts.urls")),
    path("api/v1/", include("triage.api.urls")),
    path("", include("triage.web.urls")),
]

handler500 = "triage.web.errors.broken"
