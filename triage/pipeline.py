"""The walk, stage by stage: each claims what is due, does it, and tells how many rows it worked on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Prefetch

from alerts import asking, inbox
from alerts.models import Alert, Delivery, Integration, Refusal
from ownership import directory
from ownership.match import OwnershipMap
from ownership.models import Team
from ownership.oncall import roster
from ownership.oncall.escalation import Policy, next_step
from triage import incidents
from triage.claim import claim_due, settle
from triage.clock import database_now
from triage.gather import Gathered, gather
from triage.incidents import Assigned
from triage.models import Assessment, Incident, Page, TimelineEntry
from triage.notify import outbox
from triage.notify.reasons import why_page
from triage.notify.recipients import reached_by
from triage.reconcile import OpenIncident, Plan, reconcile
from triage.refused import KIND, MANY, Refused, attribution_of
from triage.routing import route
from triage.verdict import OPENS, Attribution, Suspect, assess

log = structlog.get_logger(__name__)

_LOOK_AGAIN = timedelta(minutes=1)  # while alerts are open: time alone makes them stale
_ASK_AGAIN, _ASKED_AT_ONCE = timedelta(minutes=1), 4
# Sending waits for others for up to ten seconds a page, and the lease must outlast all of a claim.
_PAGES_AT_ONCE = 4
_MOST_SENDERS = 5
_MOST_BYTES = 32 * 2**20  # of bodies that one worker reads at once


def digest(now: datetime) -> int:
    """Deliveries become alerts, and their clusters fall due, in one transaction."""
    deliveries = _with_bodies(claim_due(Delivery.objects.defer("body"), now=now, most=50), now=now)
    if deliveries:
        with transaction.atomic():
            touched = inbox.digest(deliveries, now=now)
            fall_due(touched, now=now)
    return len(deliveries)


def _with_bodies(claimed: Sequence[Delivery], *, now: datetime) -> list[Delivery]:
    """As many as fit into memory, the first one always; the others are given back."""
    taken, size = list(claimed[:1]), sum(delivery.size for delivery in claimed[:1])
    for delivery in claimed[1:]:
        if size + delivery.size <= _MOST_BYTES:
            taken.append(delivery)
            size += delivery.size
        else:
            settle(delivery, due_at=now)
    bodies = dict(Delivery.objects.filter(pk__in=[one.pk for one in taken]).values_list("pk", "body"))
    for delivery in taken:
        delivery.body = bodies[delivery.pk]
    return taken


def fall_due(clusters: Iterable[str], *, now: datetime) -> None:
    """Marks the clusters for an assessment: at once, or a second after their last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO triage_assessment AS a (cluster, due_at) SELECT cluster, %s FROM unnest(%s::text[]) cluster"
            " ON CONFLICT (cluster) DO UPDATE"
            # A cluster is assessed at once, then at most once a second.
            " SET due_at = LEAST(COALESCE(a.due_at, 'infinity'),"
            " GREATEST(excluded.due_at, a.assessed_at + interval '1 second'))",
            [now, sorted(clusters)],  # sorted: no two can deadlock
        )


def refused(now: datetime) -> int:
    """What was turned away at the door opens one incident a sender, because it is not sent again."""
    refusals = claim_due(Refusal.objects.select_related("integration"), now=now, most=100)
    by_sender: dict[tuple[str, str], list[Refusal]] = {}
    for refusal in refusals:
        known = refusal.integration
        sender = f"the integration {known.slug}" if known else refusal.sender or "an unknown address"
        by_sender.setdefault((known.cluster if known else "", sender), []).append(refusal)
    for (cluster, sender), rows in by_sender.items():
        with transaction.atomic():
            told = [Refused(row.at, row.get_reason_display(), row.size) for row in rows]
            attribution = attribution_of(_folded(sender), told)
            whose = _assigned([attribution], cluster, directory.load_map())[attribution.suspect]
            incidents.open_incident(attribution, whose, cluster=cluster, alerts=(), truncated=0, now=now)
            for row in rows:
                settle(row)
    if refusals:
        inbox.prune(now)
    return len(refusals)


def _folded(sender: str) -> str:
    """The sender, or all of them together once several are open: strangers must not open incidents without number."""
    senders = Incident.objects.filter(suspect_kind=KIND, resolved_at=None).values_list("suspect_name", flat=True)
    return sender if len(senders) < _MOST_SENDERS or sender in senders else MANY


def ask_alertmanagers(now: datetime) -> int:
    """Once a minute each Alertmanager that may be asked is asked which alerts it still has."""
    due = claim_due(Integration.objects.filter(is_active=True), now=now, most=_ASKED_AT_ONCE)
    for integration in due:
        asking.ask(integration, now=now)
        settle(integration, due_at=now + _ASK_AGAIN)
    return len(due)


def assess_clusters(now: datetime) -> int:
    """Each cluster that is due is looked at once, whole."""
    due = claim_due(Assessment.objects.all(), now=now, most=10)
    ownership = directory.load_map() if due else OwnershipMap()
    for row in due:
        try:
            goes_on = assess_cluster(row.cluster, ownership, now=now)
        except Exception:
            # The others still have people to page; this one comes back after its lease.
            log.exception("a cluster could not be assessed", cluster=row.cluster)
        else:
            settle(row, due_at=now + _LOOK_AGAIN if goes_on else None)
    return len(due)


@transaction.atomic
def assess_cluster(cluster: str, ownership: OwnershipMap, *, now: datetime) -> bool:
    """Looks at a cluster and writes what that means for its incidents; says whether anything is still open."""
    # One at a time for each cluster, whoever else has been asked to.
    Assessment.objects.filter(cluster=cluster).update(assessed_at=now)
    gathered = gather(cluster, ownership, now=now)
    open_incidents = {
        incident.pk: incident
        for incident in Incident.objects.filter(cluster=cluster, resolved_at=None)
        .exclude(suspect_kind=KIND)
        .select_related("owner")
        .prefetch_related("findings", Prefetch("alert_links__alert", Alert.objects.only("status")))
    }
    # What only informs is told where somebody asks; it opens nothing.
    causes = [one for one in assess(gathered.snapshot) if one.severity in OPENS]
    plan = reconcile(causes, [_seen(one) for one in open_incidents.values()], gathered.alerts)
    _write(plan, cluster, open_incidents, gathered, ownership, now=now)
    return bool(gathered.alerts or open_incidents)


def _seen(incident: Incident) -> OpenIncident:
    return OpenIncident(
        incident.pk, incident.suspect_key, frozenset(link.alert_id for link in incident.alert_links.all())
    )


def _write(
    plan: Plan,
    cluster: str,
    open_incidents: dict[int, Incident],
    gathered: Gathered,
    ownership: OwnershipMap,
    *,
    now: datetime,
) -> None:
    assigned = _assigned([*plan.opened, *(attribution for _, attribution in plan.updated)], cluster, ownership)
    for pk, attribution in plan.updated:
        incidents.update_incident(
            open_incidents[pk],
            attribution,
            assigned[attribution.suspect],
            alerts=_alerts(attribution, gathered),
            truncated=gathered.truncated,
            now=now,
        )
    incidents.looked_at((pk for pk, _ in plan.updated), now=now)
    for attribution in plan.opened:
        incidents.open_incident(
            attribution,
            assigned[attribution.suspect],
            cluster=cluster,
            alerts=_alerts(attribution, gathered),
            truncated=gathered.truncated,
            now=now,
        )
    for ending in plan.ended:
        incident = open_incidents[ending.pk]
        if (
            any(link.alert.status == link.alert.Status.FIRING for link in incident.alert_links.all())
            and not ending.into
        ):
            incidents.mark_stale(incident, now=now)
        else:
            incidents.resolve(incident, why=ending.why.value, now=now)


def _alerts(attribution: Attribution, gathered: Gathered) -> list[int]:
    return [gathered.alerts[symptom] for symptom in attribution.symptoms]


def _assigned(attributions: Sequence[Attribution], cluster: str, ownership: OwnershipMap) -> dict[Suspect, Assigned]:
    """Whose each cause is, with the teams read at once."""
    routes = {attribution.suspect: route(attribution, cluster, ownership) for attribution in attributions}
    slugs = {one.team for one in routes.values() if one.team}
    teams = {team.slug: team for team in Team.objects.filter(slug__in=slugs)} if slugs else {}
    return {suspect: Assigned(teams.get(one.team or ""), one.why) for suspect, one in routes.items()}


def escalate(now: datetime) -> int:
    """Each open incident that nobody has answered goes one step further."""
    due = claim_due(Incident.objects.select_related("owner"), now=now, most=50)
    policies = roster.policies_by_team({incident.owner for incident in due if incident.owner})
    for incident in due:
        reason = why_page(
            severity=incident.severity,
            is_acknowledged=incident.acknowledged_at is not None,
            is_resolved=incident.resolved_at is not None,
            is_stale=incident.is_stale,
        )
        if reason.pages:
            _take_step(incident, policies.get(incident.owner.slug) if incident.owner else None, now=now)
        else:
            settle(incident)
    return len(due)


@transaction.atomic
def _take_step(incident: Incident, policy: Policy | None, *, now: datetime) -> None:
    """Writes the pages of the step that is due, and when the next one is. A step that reaches nobody is said, and the
    next one is taken at once; a whole round that reaches nobody waits before it is walked again."""
    step = next_step(policy, incident.step, incident.round)
    reached = reached_by(incident.owner, step, now=now)
    outbox.enqueue(incident, reached.recipients, step=incident.step, round_=incident.round, now=now)
    if not reached.recipients:
        incidents.note(incident, TimelineEntry.Kind.NOBODY, f"Step {incident.step + 1}: {reached.why}.", now=now)
    waits = bool(reached.recipients) or step.step_index == 0
    Incident.objects.filter(pk=incident.pk, due_at=incident.due_at).update(
        step=step.step_index, round=step.round, due_at=now + step.wait if waits else now
    )


def send(now: datetime) -> int:
    """Pages that are due go out."""
    pages = claim_due(Page.objects.select_related("incident__owner", "user"), now=now, most=_PAGES_AT_ONCE)
    for page in pages:
        outbox.send(page, now=database_now())
    return len(pages)
