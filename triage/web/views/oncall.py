"""Who is on call now in each team, and one team with all that it owns."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ownership.directory import channels_of, reaches_of
from ownership.models import Member, Team
from ownership.oncall.escalation import DEFAULT_POLICY
from ownership.oncall.roster import policies_by_team
from triage.models import Incident
from triage.rota import rota_of

MOST = 200


@require_safe
def oncall(request: HttpRequest) -> HttpResponse:
    turns = rota_of(timezone.now())
    mine = set(request.user.memberships.values_list("team_id", flat=True))  # type: ignore[union-attr]
    context = {"turns": turns, "gaps": sum(turn.is_gap for turn in turns), "mine": mine}
    return render(request, "web/oncall.html", context)


@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    members = Member.objects.select_related("user").order_by("-user__is_active", "user__username")
    found = get_object_or_404(Team.objects.prefetch_related(Prefetch("memberships", members)), slug=slug)
    reaches = reaches_of(member.user for member in found.memberships.all())
    incidents = Incident.objects.filter(owner=found, resolved_at=None).select_related("acknowledged_by")
    policy = policies_by_team([found])[found.slug]
    context = {
        "team": found,
        "turn": rota_of(timezone.now(), [found])[0],
        "people": [(member, reaches[member.user_id]) for member in found.memberships.all()],
        "channels": channels_of(found),
        "steps": (policy or DEFAULT_POLICY).steps,
        "is_default": policy is None,
        "incidents": incidents.order_by("-opened_at")[:MOST],
        "namespaces": found.namespaces.select_related("cluster").order_by("name", "cluster__slug")[:MOST],
        "components": found.components.select_related("cluster").order_by("cluster__slug", "kind")[:MOST],
        "operates": found.operates.order_by("slug")[:MOST],
    }
    return render(request, "web/team.html", context)
