"""Who owns what, as it stands in the map, gaps first; and how to change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from ownership.directory import load_map
from ownership.match import Matcher
from ownership.models import Cluster, Component, Member, Namespace, OwnershipRule, ResponsibilityRule, User
from ownership.picture import Line, Picture, Spot, picture_of
from ownership.responsibility import Level, Who
from ownership.roles import Action, TeamRole, may
from ownership.sources import SHIPPED
from triage.audited import audited, audited_if_quick
from triage.models import Incident
from triage.seen import seen_lately
from triage.web.access import signed_in, team_roles

ON_A_PAGE = 50
ROWS_ON_A_PAGE = 60
CLUSTERS_ON_A_PAGE = 8
TEAMS_SHOWN = 24
SEEN_FOR = timedelta(days=30)
MOST_SEEN = 1000
MOST_GAPS = 50
EXAMPLE = """\
teams:
  - slug: platform
    members:
      - {username: ada, email: ada@example.org, role: admin}
    rotation: {time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [ada]}
  - slug: shop
    members:
      - {username: bo, email: bo@example.org}
    rotation: {time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [bo]}

clusters:
  - {slug: prod, operated_by: platform, fallback: platform}

components:
  - {cluster: prod, kind: CoreDNS, team: platform}

namespaces:
  - {cluster: prod, name: shop, team: shop, level: workloads}
  - {name: kube-system, team: platform}
"""


@require_safe
def ownership_map(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()[:64].replace("\0", "")
    namespaces = Namespace.objects.select_related("cluster", "team").order_by("name", "cluster__slug")
    components = Component.objects.select_related("cluster__operated_by", "team")
    clusters = Cluster.objects.select_related("operated_by", "dedicated_to", "fallback")
    if wanted:
        of_team = Q(team__slug__icontains=wanted) | Q(team__name__icontains=wanted)
        of_cluster = Q(cluster__slug__icontains=wanted)
        namespaces = namespaces.filter(Q(name__icontains=wanted) | of_team | of_cluster)
        components = components.filter(Q(kind__icontains=wanted) | Q(name__icontains=wanted) | of_team | of_cluster)
        operated = Q(operated_by__slug__icontains=wanted) | Q(operated_by__name__icontains=wanted)
        clusters = clusters.filter(Q(slug__icontains=wanted) | Q(name__icontains=wanted) | operated)
    now = timezone.now()
    gaps = audited_if_quick(now)
    team = request.GET.get("team", "")[:63].replace("\0", "")
    show = request.GET.get("show", "")
    ownership_map = load_map()
    picture = picture_of(ownership_map, seen=_seen(now) | seen_lately(now).namespaces.keys(), team=team)
    context = {
        "wanted": wanted,
        "gaps": None if gaps is None else gaps[:MOST_GAPS],
        "gaps_in_all": len(gaps or ()),
        # What nobody would look at first, first.
        "clusters": sorted(clusters, key=lambda cluster: (cluster.fallback_id is not None, cluster.slug)),
        "components": Paginator(components.order_by("cluster__slug", "kind", "name"), ON_A_PAGE).get_page(
            request.GET.get("components")
        ),
        "page": Paginator(namespaces, ON_A_PAGE).get_page(request.GET.get("page")),
        "is_empty": not wanted and not ownership_map.clusters,
        "example": EXAMPLE,
        "team": team,
        "only_gaps": show == "gaps",
        "leads": {pk for pk, role in team_roles(signed_in(request)).items() if role == TeamRole.ADMIN},
        **_shown(picture, only_gaps=show == "gaps", rows=request.GET.get("rows"), columns=request.GET.get("columns")),
    }
    return render(request, "web/map.html", context)


@require_safe
@vary_on_headers("HX-Request")
def right(request: HttpRequest) -> HttpResponse:
    """Everything that the map leaves open, or the part of the page Map that shows it."""
    found = audited(timezone.now())
    if request.headers.get("HX-Request"):
        return render(request, "web/_map_right.html", {"gaps": found[:MOST_GAPS], "gaps_in_all": len(found)})
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/map_right.html", {"page": page})


@dataclass(frozen=True)
class Row:
    """A row of the picture, with a cell or None for each cluster that is shown."""

    line: Line
    spots: list[tuple[str, Spot | None]]


def _shown(picture: Picture, *, only_gaps: bool, rows: str | None, columns: str | None) -> dict[str, Any]:
    """As much of the picture as one looks at: some clusters, and of the rows that differ some."""
    shown = Paginator(picture.clusters, CLUSTERS_ON_A_PAGE).get_page(columns)
    lines = [line for line in picture.namespaces if not only_gaps or line.rank[0] < 2]
    components = [line for line in picture.components if not only_gaps or line.rank[0] < 2]
    page = Paginator(lines, ROWS_ON_A_PAGE).get_page(rows)
    clusters = list(shown.object_list)

    def of(all_lines: Iterable[Line]) -> list[Row]:
        return [Row(line, [(where, line.spots.get(where)) for where in clusters]) for line in all_lines]

    return {
        "picture": picture,
        "columns": shown,
        "shown_clusters": [(slug, slug in picture.unguarded) for slug in clusters],
        "rows": page,
        "differing": of(page.object_list),
        "differing_components": of(components[:ROWS_ON_A_PAGE]),
        "agreeing": of(picture.folded_namespaces[:ROWS_ON_A_PAGE]) if not only_gaps else [],
        "agreeing_components": of(picture.folded_components[:ROWS_ON_A_PAGE]) if not only_gaps else [],
        "teams": sorted(picture.teams.items(), key=lambda each: (-each[1], each[0]))[:TEAMS_SHOWN],
        "teams_in_all": len(picture.teams),
    }


def _seen(now: datetime) -> set[tuple[str, str]]:
    """Namespaces that incidents of late were in: they exist, whether or not somebody owns them."""
    rows = Incident.objects.filter(opened_at__gt=now - SEEN_FOR).order_by("-pk")
    found: set[tuple[str, str]] = set()
    for cluster, namespace, namespaces in rows.values_list("cluster", "suspect_namespace", "namespaces")[:MOST_SEEN]:
        found |= {(cluster, name) for name in (namespace, *namespaces) if name}
    return found


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, the latest first: who wrote it, where it holds, whose what matches is."""
    wanted = request.GET.get("q", "").strip()[:64].replace("\0", "")
    rows = OwnershipRule.objects.select_related("cluster", "team").order_by("-updated_at", "-pk")
    if wanted:
        text = Cast("matcher", TextField())
        rows = rows.annotate(text=text).filter(
            Q(text__icontains=wanted) | Q(team__slug__icontains=wanted) | Q(cluster__slug__icontains=wanted)
        )
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "wanted": wanted,
        "page": page,
        "rows": [(row, Matcher.of(row.matcher)) for row in page.object_list],
        "may_make": may_make_rules(signed_in(request)),
    }
    return render(request, "web/rules.html", context)


def may_make_rules(user: User) -> bool:
    """Whether there may be a rule that this person writes; which, the form says."""
    is_lead = Member.objects.filter(user=user, role=TeamRole.ADMIN).exists()
    return may(user.role, Action.OPERATE) or is_lead


@dataclass(frozen=True)
class Cell:
    """One cell of the table: who answers, and whether that is written for exactly this place, a wider one, or none."""

    who: str
    where: str
    is_own: bool
    is_shipped: bool
    address: str


@require_safe
def responsibilities(request: HttpRequest) -> HttpResponse:
    """The table of kinds and levels as it holds everywhere, in a cluster, or in a namespace of it."""
    ownership_map = load_map()
    cluster = request.GET.get("cluster", "").replace("\0", "")
    cluster = cluster if cluster in ownership_map.clusters else ""
    namespace = request.GET.get("namespace", "").strip()[:63].replace("\0", "")
    here = ResponsibilityRule.objects.filter(cluster__slug=cluster or None, namespace=namespace)
    own = {(row.kind.casefold(), row.level): row.pk for row in here}
    table: dict[str, list[Cell]] = {}
    for cell in ownership_map.table(cluster, namespace):
        pk = own.get((cell.kind.casefold(), cell.level))
        other = Who.TEAM if cell.who is Who.OPERATORS else Who.OPERATORS
        words = {"kind": cell.kind, "level": cell.level, "who": other, "cluster": cluster, "namespace": namespace}
        make = f"{reverse('make_row', args=['responsibilities'])}?{urlencode(words)}"
        address = reverse("edit_row", args=["responsibilities", pk]) if pk else make
        is_shipped = cell.source == SHIPPED
        table.setdefault(cell.kind, []).append(Cell(cell.who.value, cell.where, bool(pk), is_shipped, address))
    others = ResponsibilityRule.objects.select_related("cluster").order_by("cluster__slug", "namespace", "kind")
    context = {
        "levels": list(Level),
        "table": sorted(table.items(), key=lambda row: all(cell.is_shipped for cell in row[1])),
        "clusters": sorted(ownership_map.clusters),
        "cluster": cluster,
        "namespace": namespace,
        "tenancy": ownership_map.clusters[cluster].tenancy if cluster else "shared",
        "written": Paginator(others, ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "web/responsibilities.html", context)
