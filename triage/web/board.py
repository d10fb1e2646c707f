"""What the first page tells: what is open, whose it is, who was told, and where Whose itself is blind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Value, When

from alerts import queries
from alerts.models import RefusalCount
from alerts.queries import IntegrationState
from ownership.models import Cluster, Schedule, User
from ownership.roles import Action, may
from triage.health import LATE
from triage.models import Heartbeat, Incident, Page
from triage.web.access import may_answer, team_roles
from triage.web.ages import age

MOST = 100  # rows of one section; the list of incidents has them all
REFUSED_LATELY = timedelta(hours=24)
_RANK = Case(
    When(severity="critical", then=Value(0)),
    When(severity="warning", then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Row:
    """An open incident for one reader."""

    incident: Incident
    pages: tuple[Page, ...]  # the latest to each person and channel
    is_due: bool  # the reader's to answer, and nobody has
    may_answer: bool


@dataclass(frozen=True)
class Note:
    """Something that Whose does not see, or may not be seeing: never a green light from silence."""

    key: str
    what: str
    more: str
    route: str = ""
    word: str = ""


@dataclass(frozen=True)
class Proof:
    """What lets one say that nothing is open."""

    beaten_at: datetime | None
    integrations: Sequence[IntegrationState]
    has_map: bool
    has_rotation: bool

    @property
    def has_delivered(self) -> bool:
        return any(one.last_delivery_at for one in self.integrations)

    @property
    def is_set_up(self) -> bool:
        return self.has_delivered and self.has_map and self.has_rotation


@dataclass(frozen=True)
class Board:
    """Everything that is open, for one reader."""

    mine: tuple[Row, ...]
    others: tuple[Row, ...]
    mine_in_all: int
    others_in_all: int
    waiting: int
    verdicts: Mapping[str, int]
    notes: tuple[Note, ...]
    proof: Proof
    is_late: bool  # the ticks stand still
    silent: frozenset[int]  # integrations that have not delivered for too long

    @property
    def open_in_all(self) -> int:
        return self.mine_in_all + self.others_in_all


def mine(user: User, roles: Mapping[int, str]) -> Q:
    """Which incidents are asked of this person: those of their teams, and of whoever operates, those of nobody."""
    asked = Q(owner__in=list(roles))
    return asked | Q(owner=None) if may(user.role, Action.OPERATE) else asked


def waiting_for(user: User) -> int:
    """How many open incidents wait for this person's answer. Two queries."""
    unanswered = Incident.objects.filter(resolved_at=None, acknowledged_at=None)
    return unanswered.filter(mine(user, team_roles(user))).count()


def board_of(user: User, *, now: datetime) -> Board:
    """The first page, in a constant number of queries."""
    roles = team_roles(user)
    asked = mine(user, roles)
    is_open = Incident.objects.filter(resolved_at=None)
    counts = is_open.aggregate(
        mine=Count("pk", filter=asked),
        waiting=Count("pk", filter=asked & Q(acknowledged_at=None)),
        stale=Count("pk", filter=Q(is_stale=True)),
        all=Count("pk"),
        **{verdict: Count("pk", filter=Q(verdict=verdict)) for verdict in ("cluster", "application", "uncertain")},
    )
    first = list(_ordered(is_open.filter(asked))[:MOST])
    rest = list(_ordered(is_open.exclude(pk__in=is_open.filter(asked).values("pk")))[:MOST])
    pages = latest_pages(incident.pk for incident in (*first, *rest))
    proof = proof_of()
    return Board(
        mine=tuple(_row(one, pages, user, roles, is_mine=True) for one in first),
        others=tuple(_row(one, pages, user, roles, is_mine=False) for one in rest),
        mine_in_all=counts["mine"],
        others_in_all=counts["all"] - counts["mine"],
        waiting=counts["waiting"],
        verdicts={verdict: counts[verdict] for verdict in ("cluster", "application", "uncertain") if counts[verdict]},
        notes=tuple(_notes(proof, stale=counts["stale"], now=now)),
        proof=proof,
        is_late=_is_late(proof, now=now),
        silent=frozenset(one.integration.pk for one in proof.integrations if _is_silent(one, now=now)),
    )


def latest_pages(incidents: Iterable[int]) -> dict[int, list[Page]]:
    """The latest page of each incident to each person by each channel, the latest first."""
    pages = Page.objects.filter(incident__in=list(incidents), reason=Page.Reason.PAGE).select_related("user")
    one_of = ("incident_id", "user_id", "channel")
    latest = pages.order_by(*one_of, "-created_at").distinct(*one_of)
    found: dict[int, list[Page]] = {}
    for page in sorted(latest, key=lambda page: page.created_at, reverse=True):
        found.setdefault(page.incident_id, []).append(page)
    return found


def proof_of() -> Proof:
    """What is known about those who would tell. Five queries."""
    return Proof(
        beaten_at=Heartbeat.objects.filter(name="tick").values_list("beaten_at", flat=True).first(),
        integrations=queries.states_of_integrations(),
        has_map=Cluster.objects.exists(),
        has_rotation=Schedule.objects.exists(),
    )


def _ordered(incidents: "QuerySet[Incident]") -> "QuerySet[Incident]":
    """Unanswered first, then the worst, then the newest."""
    related = incidents.select_related("owner", "acknowledged_by")
    return related.order_by(F("acknowledged_at").asc(nulls_first=True), _RANK, "-opened_at", "-pk")


def _row(
    incident: Incident, pages: Mapping[int, list[Page]], user: User, roles: Mapping[int, str], *, is_mine: bool
) -> Row:
    return Row(
        incident=incident,
        pages=tuple(pages.get(incident.pk, ())),
        is_due=is_mine and incident.acknowledged_at is None,
        may_answer=may_answer(user, incident, roles),
    )


def _notes(proof: Proof, *, stale: int, now: datetime) -> Iterable[Note]:
    if _is_late(proof, now=now):
        last = f"The last tick was {age(now - proof.beaten_at)} ago" if proof.beaten_at else "No tick has run yet"
        yield Note(
            "tick", f"{last}.", "Nobody is paged and nothing here changes until ticks come again.", "health", "Health"
        )
    for one in (each for each in proof.integrations if _is_silent(each, now=now)):
        yield Note(f"silent-{one.integration.pk}", f"{one.integration.name} is silent.", _silence(one, now=now))
    refused = RefusalCount.objects.filter(last_at__gt=now - REFUSED_LATELY).aggregate(
        of=Count("pk"), last=Max("last_at")
    )
    if refused["of"]:
        more = f"The last one was {age(now - refused['last'])} ago. Refused alerts are not sent again."
        yield Note("refused", "Deliveries were refused.", more, "integrations", "Integrations")
    if stale:
        told = "1 open incident is stale." if stale == 1 else f"{stale} open incidents are stale."
        yield Note("stale", told, "Their alerts were not repeated in time, so they page nobody. Look at the sender.")


def _is_late(proof: Proof, *, now: datetime) -> bool:
    return proof.beaten_at is None or now - proof.beaten_at > LATE


def _is_silent(one: IntegrationState, *, now: datetime) -> bool:
    return bool(
        one.integration.is_active and one.last_delivery_at and now - one.last_delivery_at > one.integration.stale_after
    )


def _silence(one: IntegrationState, *, now: datetime) -> str:
    assert one.last_delivery_at  # noqa: S101 - a silent one has delivered before
    return (
        f"It delivered nothing for {age(now - one.last_delivery_at)}. An Alertmanager with a Watchdog repeats it every "
        f"{age(one.integration.repeat_interval)}, so its clusters may fail unheard."
    )
