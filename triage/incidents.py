"""The only writer of incidents: opened, kept up to date, acknowledged, resolved, commented on; all on the time line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ownership.models import Team, User
from triage.models import Finding, Incident, IncidentAlert, TimelineEntry
from triage.notify import outbox
from triage.verdict import Attribution, Verdict

Kind = TimelineEntry.Kind


@dataclass(frozen=True)
class Assigned:
    """Whose it is, and the sentence that says why."""

    team: Team | None
    why: str


@dataclass(frozen=True)
class Program:
    """What acts with a token of its own, and the person who answers for it."""

    name: str
    answered_for_by: User

    def __str__(self) -> str:
        return f"{self.name} (token)"


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """It cannot be done; the sentence says why."""


def open_incident(
    attribution: Attribution, assigned: Assigned, *, cluster: str, alerts: Iterable[int], truncated: int, now: datetime
) -> Incident | None:
    """A new incident, which falls due for its first page at once. None where another worker has opened it meanwhile."""
    with transaction.atomic():
        incident, is_new = Incident.objects.get_or_create(
            cluster=cluster,
            suspect_key=attribution.suspect.key,
            resolved_at=None,
            defaults={**_facts(attribution, truncated, now), **_owner(assigned), "opened_at": now, "due_at": now},
        )
        if not is_new:
            return None
        _write_findings(incident, attribution)
        _link(incident, alerts)
        note(incident, Kind.OPENED, attribution.sentence, now=now)
        note(incident, Kind.ASSIGNED, _assigned(assigned), now=now)
    return incident


def update_incident(
    incident: Incident,
    attribution: Attribution,
    assigned: Assigned,
    *,
    alerts: Iterable[int],
    truncated: int,
    now: datetime,
) -> None:
    """The evidence as it is now. What changed stands on the time line; a new owner is paged anew.

    The owner changes only when that is decided: a verdict that became uncertain leaves the incident where it is.
    """
    verdict_before, owner_before, was_stale = incident.verdict, incident.owner_id, incident.is_stale
    told = _facts(attribution, truncated, now) | {"is_stale": False}
    told["began_at"] = min(incident.began_at, attribution.began_at)
    if attribution.verdict is not Verdict.UNCERTAIN:
        told |= _owner(assigned)
    # Most looks find what the last one found; then nothing is written, however many incidents are open.
    written = [field for field, value in told.items() if getattr(incident, field) != value and field != "assessed_at"]
    with transaction.atomic(savepoint=False):
        if written:
            for field in written:
                setattr(incident, field, told[field])
            incident.save(update_fields=written)
        _write_findings(incident, attribution)
        _link(incident, alerts)
        if incident.verdict != verdict_before:
            note(incident, Kind.VERDICT, f"Was {verdict_before}. {attribution.sentence}", now=now)
        if incident.owner_id != owner_before:
            note(incident, Kind.ASSIGNED, _assigned(assigned), now=now)
            _begin_again(incident, now=now)
        elif was_stale:
            note(incident, Kind.STALE, "Its alerts are repeated again.", now=now)
            Incident.objects.filter(pk=incident.pk, acknowledged_at=None, resolved_at=None).update(due_at=now)


def looked_at(incidents: Iterable[int], *, now: datetime) -> None:
    """The evidence of these was read, whatever came of it."""
    Incident.objects.filter(pk__in=list(incidents)).update(assessed_at=now)


def resolve(incident: Incident, *, why: str, now: datetime, by: User | Program | None = None) -> bool:
    """Ends it; says whether it was still open. Nobody is paged from then on."""
    # Somebody must stand for it: what nobody has resolved opens again while its alerts fire.
    resolved_by = by.answered_for_by if isinstance(by, Program) else by
    with transaction.atomic():
        ended = Incident.objects.filter(pk=incident.pk, resolved_at=None).update(
            resolved_at=now, resolved_by=resolved_by, ended_why=why, due_at=None
        )
        if ended:
            note(incident, Kind.RESOLVED, _said_by(by, why), now=now, actor=_person(by))
            outbox.tell_resolved(incident, now=now)
    return bool(ended)


def acknowledge(incident: Incident, *, by: User | Program, now: datetime, how: str = "") -> bool:
    """Somebody has it; says whether nobody had before. Nobody is paged from then on.

    Raises:
        Refused: it is over already.
    """
    with transaction.atomic():
        taken = Incident.objects.filter(pk=incident.pk, resolved_at=None, acknowledged_at=None).update(
            acknowledged_at=now, acknowledged_by=_person(by), due_at=None
        )
        if taken:
            text = f"{by} has it.{f' {how}' if how else ''}"
            note(incident, Kind.ACKNOWLEDGED, text, now=now, actor=_person(by))
            outbox.take_back(incident)
    if not taken and Incident.objects.filter(pk=incident.pk).exclude(resolved_at=None).exists():
        raise Refused("It is over already; there is nothing to acknowledge.")
    return bool(taken)


def comment(incident: Incident, text: str, *, by: User | Program, now: datetime) -> TimelineEntry:
    """A sentence for those who come later.

    Raises:
        Refused: there is nothing in it.
    """
    if not text.strip():
        raise Refused("The comment is empty. Write what you saw or did.")
    return note(incident, Kind.COMMENTED, _said_by(by, text.strip()[:10_000]), now=now, actor=_person(by))


def mark_stale(incident: Incident, *, now: datetime) -> bool:
    """Its alerts were not repeated in time: it pages nobody until they are, visibly."""
    with transaction.atomic():
        marked = Incident.objects.filter(pk=incident.pk, resolved_at=None, is_stale=False).update(is_stale=True)
        if marked:
            text = "Its alerts were not repeated in time. It stays open and pages nobody; look at the sender."
            note(incident, Kind.STALE, text, now=now)
    return bool(marked)


def note(incident: Incident, kind: Kind, text: str, *, now: datetime, actor: User | None = None) -> TimelineEntry:
    """One line of the time line."""
    return TimelineEntry.objects.create(incident=incident, at=now, kind=kind, text=text, actor=actor)


def _person(by: User | Program | None) -> User | None:
    return by if isinstance(by, User) else None


def _said_by(by: User | Program | None, text: str) -> str:
    """A program is nobody's account, so the text says that it was the program."""
    return f"{by}: {text}" if isinstance(by, Program) else text


def _facts(attribution: Attribution, truncated: int, now: datetime) -> dict[str, object]:
    suspect = attribution.suspect
    return {
        "suspect_kind": suspect.kind,
        "suspect_name": suspect.name,
        "suspect_namespace": suspect.namespace,
        "verdict": attribution.verdict.value,
        "confidence": attribution.confidence,
        "sentence": attribution.sentence,
        "severity": attribution.severity,
        "namespaces": list(attribution.namespaces),
        "candidates": [
            {
                "kind": one.suspect.kind,
                "name": one.suspect.name,
                "namespace": one.suspect.namespace,
                "side": one.side.value,
                "probability": one.probability,
            }
            for one in attribution.candidates
        ],
        "truncated": truncated,
        "began_at": attribution.began_at,
        "assessed_at": now,
    }


def _owner(assigned: Assigned) -> dict[str, object]:
    return {"owner": assigned.team, "owner_why": assigned.why}


def _assigned(assigned: Assigned) -> str:
    return f"{assigned.team.name if assigned.team else 'Nobody'}: {assigned.why}"


def _write_findings(incident: Incident, attribution: Attribution) -> None:
    """Replaces the ledger, where it says something else now."""
    told = [
        Finding(
            incident=incident,
            position=position,
            side=finding.side.value,
            weight=finding.weight,
            claim=finding.claim,
            source=finding.source,
            observed_at=finding.observed_at,
        )
        for position, finding in enumerate(attribution.findings)
    ]
    kept = list(incident.findings.all())
    if [_line(one) for one in kept] != [_line(one) for one in told]:
        Finding.objects.filter(incident=incident).delete()
        Finding.objects.bulk_create(told)


def _line(finding: Finding) -> tuple[object, ...]:
    return (finding.side, finding.weight, finding.claim, finding.source, finding.observed_at)


def _link(incident: Incident, alerts: Iterable[int]) -> None:
    linked = {link.alert_id for link in incident.alert_links.all()}
    links = [IncidentAlert(incident=incident, alert_id=alert) for alert in sorted(set(alerts) - linked)]
    IncidentAlert.objects.bulk_create(links, ignore_conflicts=True)


def _begin_again(incident: Incident, *, now: datetime) -> None:
    """The escalation of a new owner starts at its first step, in a new round: those are other pages."""
    Incident.objects.filter(pk=incident.pk, resolved_at=None).update(
        due_at=now, step=0, round=incident.round + 1, acknowledged_at=None, acknowledged_by=None
    )
