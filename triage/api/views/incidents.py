"""Incidents: listed, read whole, answered."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from triage import incidents
from triage.api.answers import Changed, IncidentLine, IncidentWhole, TimelineLine
from triage.api.asking import Asked, Instant, NewestFirst, NothingMore, Paged, asked
from triage.api.callers import Caller, caller_of, must_answer
from triage.api.errors import unknown
from triage.api.teams import team_asked
from triage.api.views.base import Answers, told
from triage.clock import database_now
from triage.incidents import Program
from triage.models import Incident, IncidentAlert, Page, TimelineEntry
from triage.verdict import Verdict

_STATES = {
    "open": Q(resolved_at=None),
    "acknowledged": Q(resolved_at=None, acknowledged_at__isnull=False),
    "resolved": Q(resolved_at__isnull=False),
    "all": Q(),
}
_MOST_ALERTS, _MOST_ENTRIES, _MOST_PAGES = 100, 500, 200


class IncidentFilters(Paged):
    state = serializers.ChoiceField(
        list(_STATES),
        default="open",
        help_text="open: all that are not over; acknowledged: those of them that somebody has; resolved; all.",
    )
    cluster = serializers.CharField(required=False, help_text="The slug of a cluster.")
    team = serializers.CharField(required=False, help_text="The slug of the team that owns it.")
    verdict = serializers.ChoiceField([one.value for one in Verdict], required=False)
    namespace = serializers.CharField(required=False, help_text="A namespace that it concerns.")
    since = Instant(required=False, help_text="Opened at this instant or later, for example 2026-11-25T03:00:00Z.")
    until = Instant(required=False, help_text="Opened before this instant, for example 2026-11-25T03:00:00Z.")


class Reason(serializers.Serializer[Any]):
    reason = serializers.CharField(
        max_length=2000, help_text="Say why it is over, for those who come later, in at most 2000 characters."
    )


class Comment(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=10_000, help_text="Say what you saw or did, in at most 10000 characters.")


class IncidentList(ListAPIView[Incident], Answers):
    queryset = Incident.objects.select_related("owner", "acknowledged_by", "resolved_by")
    serializer_class = IncidentLine
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="incidents", parameters=[IncidentFilters], responses=told(IncidentLine(many=True), 400, 404)
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Incidents, newest first: those that are not over, unless `state` says otherwise."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Incident]:
        return super().get_queryset().filter(*_conditions(asked(IncidentFilters, self.request.query_params)))


def _conditions(wanted: Asked) -> list[Q]:
    conditions = [_STATES[wanted["state"]]]
    conditions += [Q(**{name: wanted[name]}) for name in ("cluster", "verdict") if name in wanted]
    if "team" in wanted:
        conditions.append(Q(owner=team_asked(wanted["team"])))
    if namespace := wanted.get("namespace"):
        conditions.append(Q(namespaces__contains=[namespace]) | Q(suspect_namespace=namespace))
    if since := wanted.get("since"):
        conditions.append(Q(opened_at__gte=since))
    if until := wanted.get("until"):
        conditions.append(Q(opened_at__lt=until))
    return conditions


class IncidentOne(Answers):
    @extend_schema(operation_id="incident", responses=told(IncidentWhole, 400, 404))
    def get(self, request: Request, pk: int) -> Response:
        """One incident with its evidence, its alerts, what happened to it and who was paged."""
        asked(NothingMore, request.query_params)
        return Response(IncidentWhole(_found(pk, _whole()), context={"now": database_now()}).data)


class Acknowledge(Answers):
    @extend_schema(operation_id="acknowledge", request=None, responses=told(Changed, 400, 403, 404, 409))
    def post(self, request: Request, pk: int) -> Response:
        """You have it: nobody is paged from now on. Asked again, it changes nothing."""
        incident, caller = _to_answer(request, pk)
        asked(NothingMore, request.data)
        changed = incidents.acknowledge(incident, by=caller.by, now=database_now())
        return _changed(pk, changed=changed)


class Resolve(Answers):
    @extend_schema(operation_id="resolve", request=Reason, responses=told(Changed, 400, 403, 404))
    def post(self, request: Request, pk: int) -> Response:
        """It is over, with the reason. Asked again, it changes nothing, and the first reason stays."""
        incident, caller = _to_answer(request, pk)
        reason = asked(Reason, request.data)["reason"]
        changed = incidents.resolve(incident, why=reason, by=caller.by, now=database_now())
        return _changed(pk, changed=changed)


class AddComment(Answers):
    @extend_schema(
        operation_id="comment",
        request=Comment,
        responses=told(TimelineLine, 400, 403, 404, status=201) | {200: TimelineLine},
    )
    def post(self, request: Request, pk: int) -> Response:
        """A sentence for those who come later. Sent again with nothing in between, it is kept once (200, not 201)."""
        incident, caller = _to_answer(request, pk)
        text = asked(Comment, request.data)["text"]
        with transaction.atomic():
            # Of two that send the same at the same moment, the second waits and finds the first.
            Incident.objects.select_for_update().get(pk=pk)
            repeated = _repeated(incident, text, caller)
            entry = repeated or incidents.comment(incident, text, by=caller.by, now=database_now())
        code = status.HTTP_200_OK if repeated else status.HTTP_201_CREATED
        return Response(TimelineLine(entry).data, status=code)


def _repeated(incident: Incident, text: str, caller: Caller) -> TimelineEntry | None:
    last = incident.timeline.select_related("actor").order_by("-at", "-pk").first()
    if last is None or last.kind != TimelineEntry.Kind.COMMENTED:
        return None
    is_program = isinstance(caller.by, Program)
    said = f"{caller.by}: {text}" if is_program else text
    is_same_actor = last.actor is None if is_program else last.actor == caller.by
    return last if is_same_actor and last.text == said else None


def _to_answer(request: Request, pk: int) -> tuple[Incident, Caller]:
    caller = caller_of(request)
    incident = _found(pk, Incident.objects.select_related("owner"))
    must_answer(caller, incident)
    return incident, caller


def _changed(pk: int, *, changed: bool) -> Response:
    return Response(Changed({"changed": changed, "incident": _found(pk, IncidentList.queryset.all())}).data)


def _found(pk: int, among: QuerySet[Incident]) -> Incident:
    incident = among.filter(pk=pk).first()
    if incident is None:
        raise unknown("id", "incident", pk, remedy="GET /api/v1/incidents/?state=all lists those there are.")
    return incident


def _whole() -> QuerySet[Incident]:
    links = IncidentAlert.objects.select_related("alert__integration").order_by("-pk")[:_MOST_ALERTS]
    entries = TimelineEntry.objects.select_related("actor").order_by("-at", "-pk")[:_MOST_ENTRIES]
    pages = Page.objects.select_related("user").order_by("-pk")[:_MOST_PAGES]
    return IncidentList.queryset.annotate(alerts_count=Count("alert_links")).prefetch_related(
        "findings",
        Prefetch("alert_links", links, to_attr="newest_links"),
        Prefetch("timeline", entries, to_attr="newest_entries"),
        Prefetch("pages", pages, to_attr="newest_pages"),
    )
