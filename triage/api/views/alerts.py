"""Alerts as they came in."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.models import Alert
from alerts.severities import Severity
from triage.api.answers import AlertLine
from triage.api.asking import Asked, NewestFirst, Paged, asked
from triage.api.views.base import Answers, told
from triage.clock import database_now


class AlertFilters(Paged):
    status = serializers.ChoiceField(
        [*Alert.Status.values, "all"], default=Alert.Status.FIRING.value, help_text="firing, resolved, or all."
    )
    cluster = serializers.CharField(required=False, help_text="The slug of a cluster.")
    namespace = serializers.CharField(required=False, help_text="What its labels name; exported_namespace goes first.")
    alertname = serializers.CharField(required=False, help_text="The name of the alert, for example KubePodNotReady.")
    severity = serializers.ChoiceField([one.value for one in Severity], required=False)
    incident = serializers.IntegerField(
        required=False, min_value=1, max_value=2**62, help_text="The id of an incident that explains it."
    )


class AlertList(ListAPIView[Alert], Answers):
    queryset = Alert.objects.select_related("integration")
    serializer_class = AlertLine
    pagination_class = NewestFirst

    @extend_schema(operation_id="alerts", parameters=[AlertFilters], responses=told(AlertLine(many=True), 400))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Alerts, newest first: those that fire, unless `status` says otherwise."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Alert]:
        return super().get_queryset().filter(*_conditions(asked(AlertFilters, self.request.query_params)))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": database_now()}


def _conditions(wanted: Asked) -> list[Q]:
    conditions = [] if wanted["status"] == "all" else [Q(status=wanted["status"])]
    conditions += [Q(**{name: wanted[name]}) for name in ("cluster", "severity") if name in wanted]
    if "alertname" in wanted:
        conditions.append(Q(labels__alertname=wanted["alertname"]))
    if "incident" in wanted:
        conditions.append(Q(incident_links__incident=wanted["incident"]))
    if namespace := wanted.get("namespace"):
        own = Q(labels__namespace=namespace) & ~Q(labels__has_key="exported_namespace")
        conditions.append(Q(labels__exported_namespace=namespace) | own)
    return conditions
