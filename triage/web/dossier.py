"""All that one incident's page tells, read in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.models import Alert
from alerts.queries import is_stale
from ownership import directory
from ownership.match import Owner
from ownership.models import User
from ownership.oncall import roster
from ownership.oncall.escalation import next_step
from triage.models import Incident, Page, TimelineEntry
from triage.notify.reasons import Reason, why_page
from triage.rota import Turn, rota_of
from triage.routing import owner_of_suspect
from triage.verdict import Suspect
from triage.web.access import may_answer, team_roles, who_can_answer
from triage.web.ledger import Ledger, ledger_of
from triage.web.telling import Told, told

MOST_ALERTS = 50
MOST_PAGES = 30
MOST_ENTRIES = 200
_NAMED_LABELS = ("alertname", "severity")


@dataclass(frozen=True)
class ShownAlert:
    """An alert with its labels in an order that people read."""

    alert: Alert
    name: str
    labels: Sequence[tuple[str, str]]
    is_stale: bool


@dataclass(frozen=True)
class ToCome:
    """Whom the next step of the escalation pages, and when."""

    at: datetime
    people: Sequence[User]
    why: str


@dataclass(frozen=True)
class Dossier:
    """One incident for one reader."""

    told: Told
    ledger: Ledger
    alerts: Sequence[ShownAlert]
    alerts_in_all: int
    firing: int
    pages: Sequence[Page]
    pages_in_all: int
    timeline: Sequence[TimelineEntry]
    entries_in_all: int
    reasons: Sequence[str]
    by_the_map: Owner
    turn: Turn | None
    to_come: ToCome | None
    silence: Reason | None  # why nobody is paged
    may_answer: bool
    is_mine: bool
    who_can: str


def dossier_of(incident: Incident, user: User, *, now: datetime) -> Dossier:
    """Everything about an incident, for this reader."""
    roles = team_roles(user)
    is_allowed = may_answer(user, incident, roles)
    verdict = told(
        incident.verdict, incident.confidence, incident.sentence, incident.candidates, is_over=not incident.is_open
    )
    links = incident.alert_links.select_related("alert__integration").order_by("alert__status", "-alert__starts_at")
    alerts = [link.alert for link in links[:MOST_ALERTS]]
    pages = incident.pages.select_related("user").order_by("-created_at", "-pk")
    entries = incident.timeline.select_related("actor").order_by("-at", "-pk")
    return Dossier(
        told=verdict,
        ledger=ledger_of(incident.findings.all(), verdict.side),
        alerts=[_shown(alert, now) for alert in alerts],
        alerts_in_all=links.count(),
        firing=links.filter(alert__status=Alert.Status.FIRING).count(),
        pages=list(pages[:MOST_PAGES]),
        pages_in_all=pages.count(),
        timeline=list(entries[:MOST_ENTRIES]),
        entries_in_all=entries.count(),
        reasons=[_capital(part.strip()) for part in incident.owner_why.split(";") if part.strip()],
        by_the_map=_by_the_map(incident),
        turn=rota_of(now, [incident.owner])[0] if incident.owner else None,
        to_come=_to_come(incident) if incident.is_open else None,
        silence=_silence(incident),
        may_answer=is_allowed,
        is_mine=incident.owner_id in roles,
        who_can="" if is_allowed else who_can_answer(user, incident),
    )


def _shown(alert: Alert, now: datetime) -> ShownAlert:
    labels = [(str(name), str(value)) for name, value in sorted(alert.labels.items())]
    name = str(alert.labels.get("alertname") or alert.fingerprint)
    told_apart = [pair for pair in labels if pair[0] not in _NAMED_LABELS]
    return ShownAlert(alert, name, told_apart, is_stale(alert, now))


def _by_the_map(incident: Incident) -> Owner:
    """Whose the suspect is by the map as it is now: the rule, where it was written, how old it is."""
    suspect = Suspect(incident.suspect_kind, incident.suspect_name, incident.suspect_namespace)
    return owner_of_suspect(suspect, incident.cluster, directory.load_map())


def _silence(incident: Incident) -> Reason | None:
    reason = why_page(
        severity=incident.severity,
        is_acknowledged=incident.acknowledged_at is not None,
        is_resolved=not incident.is_open,
        is_stale=incident.is_stale,
    )
    return None if reason.pages else reason


def _to_come(incident: Incident) -> ToCome | None:
    if incident.due_at is None or incident.owner is None or _silence(incident):
        return None
    policy = roster.policies_by_team([incident.owner])[incident.owner.slug]
    step = next_step(policy, incident.step, incident.round)
    people, why = roster.people_of(incident.owner, step.targets, incident.due_at)
    return ToCome(incident.due_at, people, why)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
