"""Who owns what, as it stands in the map, gaps first; and how to change it."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ownership.audit import audit
from ownership.models import Cluster, Component, Namespace

ON_A_PAGE = 100
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
    gaps = audit(now=timezone.now())
    context = {
        "wanted": wanted,
        "gaps": gaps[:MOST_GAPS],
        "gaps_in_all": len(gaps),
        # What nobody would look at first, first.
        "clusters": sorted(clusters, key=lambda cluster: (cluster.fallback_id is not None, cluster.slug)),
        "components": components.order_by("cluster__slug", "kind", "name"),
        "page": Paginator(namespaces, ON_A_PAGE).get_page(request.GET.get("page")),
        "is_empty": not wanted and not Cluster.objects.exists(),
        "example": EXAMPLE,
    }
    return render(request, "web/map.html", context)
