"""The addresses of the API."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView

from triage.api import described  # noqa: F401 - drf-spectacular finds by this import how a token is shown
from triage.api.views import alerts, docs, incidents, map_file, oncall, rows, whose

urlpatterns: list[URLPattern] = [
    path("incidents/", incidents.IncidentList.as_view(), name="api_incidents"),
    path("incidents/<int:pk>/", incidents.IncidentOne.as_view(), name="api_incident"),
    path("incidents/<int:pk>/acknowledge/", incidents.Acknowledge.as_view(), name="api_acknowledge"),
    path("incidents/<int:pk>/resolve/", incidents.Resolve.as_view(), name="api_resolve"),
    path("incidents/<int:pk>/comment/", incidents.AddComment.as_view(), name="api_comment"),
    path("alerts/", alerts.AlertList.as_view(), name="api_alerts"),
    path("whose", whose.WhoseView.as_view(), name="api_whose"),
    *(path(f"{section}/", listed.as_view(), name=f"api_{section}") for section, (listed, _) in rows.VIEWS.items()),
    *(
        path(f"{section}/<int:pk>/", one.as_view(), name=f"api_one_of_{section}")
        for section, (_, one) in rows.VIEWS.items()
    ),
    path("ownership/apply", map_file.Apply.as_view(), name="api_ownership_apply"),
    path("ownership/export", map_file.Export.as_view(), name="api_ownership_export"),
    path("ownership/audit", map_file.Audit.as_view(), name="api_ownership_audit"),
    path("oncall/now", oncall.OnCall.as_view(), name="api_oncall"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # People are led to the sign-in page; the other addresses tell programs what is missing.
    path("docs/", login_required(docs.Docs.as_view()), name="api_docs"),
    path("<path:path>", docs.Nowhere.as_view(), name="api_nowhere"),
]
