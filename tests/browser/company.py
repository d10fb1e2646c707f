"""A company with clusters, teams and everything that a map can say, with gaps and conflicts, as its pages show it."""

from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from ownership import importing
from ownership.matchers import Matcher
from ownership.models import Cluster, OwnershipRule, Team, User
from ownership.precedence import Precedence
from ownership.roles import Role, TeamRole
from ownership.sources import Source
from ownership.sources.mapfile import MapFile, parse
from ownership.version import changing_map
from tests.factories import make_incident, make_member, make_user

TEAMS = ("platform", "payments", "checkout", "search", "identity", "media", "data", "growth")
CLUSTERS = ("prod-eu-1", "prod-us-1", "pay-eu-1", "stage-eu-1", "edge-ap-1")


class Company(NamedTuple):
    operator: User
    viewer: User
    lead: User  # admin of payments


def map_file() -> str:
    """As a platform team would keep it in git."""
    lines = ["teams:"]
    for number, team in enumerate(TEAMS):
        first, second = f"p{number}-{team[:3]}", f"q{number}-{team[:3]}"
        parent = ", parent: platform" if team == "data" else ""
        lines += [
            f"  - {{slug: {team}{parent}, members: [{{username: {first}, email: {first}@example.org}}, "
            f"{{username: {second}, email: {second}@example.org}}], "
            f"contacts: [{{kind: chat, address: '#{team}-oncall', note: working hours}}, "
            f"{{kind: email, address: {team}@example.org}}, "
            f"{{kind: web, address: 'https://wiki.example.org/{team}'}}], "
            f"rotation: {{time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [{first}, {second}]}}}}"
        ]
    lines.append("clusters:")
    for cluster in CLUSTERS:
        tenancy = ", tenancy: dedicated, dedicated_to: payments" if cluster == "pay-eu-1" else ""
        fallback = "" if cluster == "edge-ap-1" else ", fallback: platform"
        lines.append(f"  - {{slug: {cluster}, operated_by: platform{fallback}{tenancy}, labels_for: ['*']}}")
    lines.append("components:")
    for cluster in CLUSTERS:
        lines.append(f"  - {{cluster: {cluster}, kind: CoreDNS, name: coredns, team: platform}}")
        team = "payments" if cluster == "pay-eu-1" else "platform"
        lines.append(f"  - {{cluster: {cluster}, kind: IngressController, name: public, team: {team}}}")
    lines.append("  - {cluster: prod-eu-1, kind: NodePool, name: gpu, team: data}")
    lines.append("namespaces:")
    lines.append("  - {name: kube-system, team: platform}")
    for number, team in enumerate(TEAMS[1:], start=3):
        for index in range(number):
            name = (
                f"{team}-{('api', 'ledger', 'worker', 'web', 'jobs', 'cache', 'db', 'export', 'cron', 'mail')[index]}"
            )
            level = ", level: workloads" if index % 2 == 0 else ""
            lines += [
                f"  - {{cluster: {cluster}, name: {name}, team: {team}{level}}}"
                for cluster in ("prod-eu-1", "prod-us-1", "stage-eu-1")
            ]
    lines += [
        "  - {cluster: pay-eu-1, name: payments-ledger, team: payments, level: full}",
        "  - {cluster: prod-us-1, name: shop-legacy, team: checkout}",
        "  - {cluster: prod-eu-1, name: mail, team: growth}",
        "  - {cluster: prod-us-1, name: mail, team: growth}",
        "  - {cluster: stage-eu-1, name: mail, team: platform}",
        "rules:",
        "  - {team: payments, image: 'registry.example.org/payments/*'}",
        "  - {team: payments, ingress_host: payments.shop.example.org}",
        "  - {team: payments, alertname: '~Payments.*(Slow|Burn)'}",
        "  - {team: data, cluster: prod-eu-1, namespace: payments-worker, workload: export-*}",
        "  - {team: platform, namespace: ['*-system', 'kube-*']}",
        "responsibilities:",
        "  - {kind: NetworkPolicy, level: namespace, who: team}",
        "  - {kind: NetworkPolicy, level: workloads, who: operators, cluster: prod-eu-1, namespace: payments-api}",
    ]
    return "\n".join(lines) + "\n"


def fill_company() -> Company:
    """The company at a quarter past three."""
    now = timezone.now()
    read = parse(map_file(), importing.known_names())
    assert isinstance(read, MapFile), [str(mistake) for mistake in read]
    importing.apply(read, now=now - timedelta(days=30))
    payments = Team.objects.get(slug="payments")
    operator = make_user("ann", name="Ann Platform", role=Role.OPERATOR, time_zone="Europe/Berlin")
    viewer = make_user("vi", time_zone="Europe/Berlin")
    lead = make_user("lea", time_zone="Europe/Berlin")
    make_member(Team.objects.get(slug="platform"), operator, role=TeamRole.ADMIN)
    make_member(payments, lead, role=TeamRole.ADMIN)
    # Two labels of one namespace that disagree: reported, and decided always the same way.
    _label("prod-us-1", "data-api", "growth", "the namespace data-api")
    make_incident(
        cluster="prod-eu-1", name="ledger-export", suspect_kind="Job", suspect_namespace="payments-ledger",
        namespaces=["payments-ledger"], owner=payments,
        sentence="It is the application: Job ledger-export exits with 1.",
        owner_why="the namespace payments-ledger in prod-eu-1 is owned by payments",
    )  # fmt: skip
    make_incident(
        cluster="prod-eu-1", name="node-14", suspect_kind="Node", suspect_namespace="", verdict="cluster",
        namespaces=["payments-api", "checkout-web", "shop-legacy"], owner=Team.objects.get(slug="platform"),
        sentence="It is the cluster: Node node-14 cannot give pods a network.", confidence=0.97,
    )  # fmt: skip
    return Company(operator, viewer, lead)


def _label(cluster: str, namespace: str, team: str, origin: str) -> None:
    with changing_map():
        OwnershipRule.objects.create(
            cluster=Cluster.objects.get(slug=cluster),
            matcher=Matcher.of(namespace=namespace).as_data(),
            team=Team.objects.get(slug=team),
            precedence=Precedence.NAMESPACE,
            source=Source.LABEL,
            origin=origin,
        )
