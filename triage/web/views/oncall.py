"""Who is on call now in each team, and one team with all that it owns."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ownership.directory import channels_of, reaches_of
from ownership.match import Matcher
from ownership.models import Member, Namespace, Team
from ownership.oncall.escalation import DEFAULT_POLICY
from ownership.oncall.roster import policies_by_team
from ownership.roles import may_edit_team
from triage.audited import audited_if_quick
from triage.models import Incident
from triage.rota import rota_of
from triage.web.access import signed_in
from triage.web.views.editing import person_of

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
    teams = Team.objects.select_related("parent").prefetch_related(Prefetch("memberships", members), "contacts")
    found = get_object_or_404(teams, slug=slug)
    now = timezone.now()
    reaches = reaches_of(member.user for member in found.memberships.all())
    incidents = Incident.objects.filter(owner=found, resolved_at=None).select_related("acknowledged_by")
    policy = policies_by_team([found])[found.slug]
    namespaces = list(found.namespaces.select_related("cluster").order_by("name", "cluster__slug")[:MOST])
    rules = found.rules.select_related("cluster").order_by("-updated_at", "-pk")[:MOST]
    context = {
        "team": found,
        "children": found.children.order_by("slug"),
        "may_edit": bool(may_edit_team(person_of(signed_in(request)), found.slug)),
        "notices": _notices(found, namespaces),
        "dedicated": found.dedicated_clusters.order_by("slug")[:MOST],
        "rules": [{"row": row, "text": str(Matcher.of(row.matcher))} for row in rules],
        "gaps": [gap for gap in audited_if_quick(now) or () if gap.subject == f"team {found.slug}"],
        "turn": rota_of(now, [found])[0],
        "people": [(member, reaches[member.user_id]) for member in found.memberships.all()],
        "channels": channels_of(found),
        "steps": (policy or DEFAULT_POLICY).steps,
        "is_default": policy is None,
        "incidents": incidents.order_by("-opened_at")[:MOST],
        "namespaces": _alike(namespaces),
        "components": found.components.select_related("cluster").order_by("cluster__slug", "kind")[:MOST],
        "operates": found.operates.order_by("slug")[:MOST],
    }
    return render(request, "web/team.html", context)


@dataclass
class Owned:
    """A namespace, in all clusters where it is the team's alike."""

    name: str
    level: str
    source: str
    where: list[str]


def _alike(namespaces: Sequence[Namespace]) -> list[Owned]:
    found: dict[tuple[str, str, str], Owned] = {}
    for row in namespaces:
        key = (row.name, row.level, row.source)
        where = row.cluster.slug if row.cluster else "every cluster"
        found.setdefault(key, Owned(*key, [])).where.append(where)
    return list(found.values())


def _notices(team: Team, namespaces: Sequence[Namespace]) -> list[Incident]:
    """Open incidents of others that the team's namespaces feel: it is told "not you"."""
    owned = {(row.cluster.slug if row.cluster else "", row.name) for row in namespaces}
    names = sorted({name for _, name in owned})
    felt = Incident.objects.filter(resolved_at=None, namespaces__has_any_keys=names).exclude(owner=team)
    return [
        incident
        for incident in felt.select_related("owner").order_by("-opened_at")[:MOST]
        if any({(incident.cluster, name), ("", name)} & owned for name in incident.namespaces)
    ]
