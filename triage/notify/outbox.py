"""The outbox: messages are written here in the transaction that wants them, and sent from here until they are out."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q

from ownership.models import User
from triage.models import Incident, Page, TimelineEntry
from triage.notify.channels import CHANNELS
from triage.notify.channels.error import ChannelError
from triage.notify.message import Message

log = structlog.get_logger(__name__)

# After a failure that may pass: at once nearly, then with growing patience, until somebody else is asked anyway.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 30, 60, 120, 300, 300, 600, 600))
LINK_LASTS = timedelta(days=7)
# Written out, because looking them up would load every page into each worker; a test compares.
INCIDENT_PATH = "/incidents/{}/"
LINK_PATH = "/a/{}/"
_SALT = "whose.acknowledge"
_MOST_FINDINGS = 5  # in one message


@dataclass(frozen=True)
class Recipient:
    """One address, and the person behind it where there is one."""

    channel: str
    address: str
    user: User | None = None
    secret_env: str = ""


def enqueue(
    incident: Incident, recipients: Iterable[Recipient], *, step: int, round_: int, now: datetime
) -> list[Page]:
    """Writes one page for each address. A step that runs twice writes none the second time."""
    return _write(incident, recipients, Page.Reason.PAGE, step=step, round_=round_, now=now)


def tell_resolved(incident: Incident, *, now: datetime) -> None:
    """A notice to everybody who was paged, once. Pages that are not out yet are taken back."""
    Page.objects.filter(incident=incident, reason=Page.Reason.PAGE, sent_at=None, failed_at=None).update(
        due_at=None, failed_at=now, error="It was over before this went out."
    )
    told = Page.objects.filter(incident=incident, reason=Page.Reason.PAGE).exclude(sent_at=None).select_related("user")
    recipients = {
        (page.channel, page.address): Recipient(page.channel, page.address, page.user, page.secret_env) for page in told
    }
    _write(incident, recipients.values(), Page.Reason.RESOLVED, step=0, round_=0, now=now)


def take_back(incident: Incident) -> None:
    """Somebody has answered: what is not out yet stays in."""
    Page.objects.filter(incident=incident, reason=Page.Reason.PAGE, sent_at=None).exclude(due_at=None).update(
        due_at=None, error="Somebody had answered before this went out."
    )


def send(page: Page, *, now: datetime) -> None:
    """Sends one leased page and writes down what came of it.

    Between the two a kill makes it go out twice: after the lease another worker sends it again. Twice is better than
    never.
    """
    try:
        CHANNELS[page.channel].send(
            message_of(page),
            address=page.address,
            secret=_secret(page.secret_env),
            zone=page.user.time_zone if page.user else "UTC",
        )
    except ChannelError as error:
        _failed(page, error, now=now)
    except Exception as error:
        # A fault of ours must hold up neither the other pages nor, once it is mended, this one.
        log.exception("a page could not be made", page=page.pk)
        _failed(page, ChannelError(f"Whose itself failed ({type(error).__name__}); its log says where."), now=now)
    else:
        _sent(page, now=now)


def _secret(name: str) -> str:
    """What the variable holds, if it is one for this purpose: a file must not sign with what else stands there."""
    return os.environ.get(name, "") if name.startswith("WHOSE_HOOK_") else ""


def message_of(page: Page) -> Message:
    """What the page says now: the verdict may have changed since it was wanted."""
    incident = page.incident
    is_over = page.reason == Page.Reason.RESOLVED
    return Message(
        incident=incident.pk,
        is_over=is_over,
        sentence=incident.sentence,
        verdict=incident.verdict,
        confidence=incident.confidence,
        cluster=incident.cluster,
        severity=incident.severity,
        owner=incident.owner.name if incident.owner else "",
        owner_why=incident.owner_why,
        findings=tuple(incident.findings.values_list("claim", flat=True)[:_MOST_FINDINGS]),
        namespaces=tuple(incident.namespaces),
        began_at=incident.began_at,
        link=link_of(incident),
        ended_why=incident.ended_why,
        acknowledge_link="" if is_over else acknowledge_link(page),
    )


def link_of(incident: Incident) -> str:
    """The address of its page, as people open it."""
    return f"{settings.PUBLIC_URL}{INCIDENT_PATH.format(incident.pk)}"


def acknowledge_link(page: Page) -> str:
    """A link that shows one button and does nothing by itself. Whoever holds it may acknowledge this one incident."""
    token = signing.dumps({"page": page.pk}, salt=_SALT)
    return settings.PUBLIC_URL + LINK_PATH.format(token)


def page_of_token(token: str) -> Page | None:
    """The page whose link holds this token; None where it is forged, too old, or the page is gone."""
    try:
        held = signing.loads(token, salt=_SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    return Page.objects.select_related("incident__owner", "user").filter(pk=held["page"]).first()


def _write(
    incident: Incident, recipients: Iterable[Recipient], reason: Page.Reason, *, step: int, round_: int, now: datetime
) -> list[Page]:
    pages = [
        Page(
            incident=incident,
            user=recipient.user,
            reason=reason,
            channel=recipient.channel,
            address=recipient.address,
            secret_env=recipient.secret_env,
            step=step,
            round=round_,
            created_at=now,
            due_at=now,
        )
        for recipient in recipients
    ]
    return Page.objects.bulk_create(pages, ignore_conflicts=True)


def _sent(page: Page, *, now: datetime) -> None:
    with transaction.atomic():
        updated = Page.objects.filter(pk=page.pk, sent_at=None).update(
            sent_at=now, due_at=None, attempts=page.attempts + 1, error=""
        )
        if updated and page.reason == Page.Reason.PAGE:
            _note(page, TimelineEntry.Kind.PAGED, f"{_whom(page)} paged by {page.get_channel_display()}.", now=now)


def _failed(page: Page, error: ChannelError, *, now: datetime) -> None:
    attempts = page.attempts + 1
    gives_up = error.permanent or attempts > len(PAUSES)
    log.warning("a page did not go out", page=page.pk, channel=page.channel, attempts=attempts, error=str(error))
    with transaction.atomic():
        Page.objects.filter(Q(pk=page.pk, sent_at=None), due_at=page.due_at).update(
            attempts=attempts,
            error=str(error),
            due_at=None if gives_up else now + PAUSES[attempts - 1],
            failed_at=now if gives_up else None,
        )
        if gives_up:
            text = f"{_whom(page)} not reached by {page.get_channel_display()}: {error}"
            _note(page, TimelineEntry.Kind.FAILED, text, now=now)


def _note(page: Page, kind: TimelineEntry.Kind, text: str, *, now: datetime) -> None:
    TimelineEntry.objects.create(incident_id=page.incident_id, at=now, kind=kind, text=text)


def _whom(page: Page) -> str:
    return str(page.user) if page.user else "The team's channel"
