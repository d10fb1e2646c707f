"""Who is on call now."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ownership.models import Team
from triage.api.answers import OnCallNow
from triage.api.asking import asked
from triage.api.callers import caller_of
from triage.api.teams import on_call_of, team_asked
from triage.api.views.base import Answers, told
from triage.clock import database_now


class OnCallFilters(serializers.Serializer[Any]):
    team = serializers.CharField(required=False, help_text="The slug of a team; without it every team.")


class OnCall(Answers):
    @extend_schema(operation_id="on_call_now", parameters=[OnCallFilters], responses=told(OnCallNow, 400, 404))
    def get(self, request: Request) -> Response:
        """Who is on call now, why, and until when. Nobody is an answer."""
        slug = asked(OnCallFilters, request.query_params).get("team")
        now = database_now()
        teams = [team_asked(slug)] if slug else list(Team.objects.all())
        return Response(OnCallNow({"at": now, "teams": on_call_of(teams, caller_of(request), now=now)}).data)
