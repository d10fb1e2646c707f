"""Makers with boring defaults: a test names only what matters to it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from alerts.models import Alert, Integration
from ownership.entries import precedence_of
from ownership.matchers import Matcher
from ownership.models import (
    Cluster,
    Component,
    EscalationPolicy,
    Layer,
    Member,
    Namespace,
    OwnershipRule,
    Participant,
    Schedule,
    Step,
    Team,
    User,
)
from ownership.oncall.escalation import TargetKind
from ownership.roles import Role, TeamRole
from ownership.version import changing_map
from triage.models import Incident

PASSWORD = "unrelated words beside each other"
OPENED = datetime(2026, 11, 25, 3, tzinfo=UTC)
_number = count(1)


@cache
def _hashed() -> str:
    """Hashing is slow on purpose; once is enough."""
    return make_password(PASSWORD)


def make_user(username: str = "", *, can_sign_in: bool = True, **fields: Any) -> User:
    """A viewer whose password is PASSWORD, or who has none yet."""
    username = username or f"person-{next(_number)}"
    fields = {"email": f"{username}@example.org", "role": Role.VIEWER} | fields
    user = User.objects.create_user(username, **fields)
    if can_sign_in:
        user.password = _hashed()
        user.save(update_fields=["password"])
    return user


def make_admin(username: str = "", **fields: Any) -> User:
    return make_user(username, **{"role": Role.ADMIN, **fields})


def make_team(slug: str = "", **fields: Any) -> Team:
    slug = slug or f"team-{next(_number)}"
    return Team.objects.create(**{"slug": slug, "name": slug.capitalize(), **fields})


def make_member(team: Team | None = None, user: User | None = None, *, role: TeamRole = TeamRole.MEMBER) -> Member:
    return Member.objects.create(team=team or make_team(), user=user or make_user(), role=role)


def make_cluster(slug: str = "", **fields: Any) -> Cluster:
    """A shared cluster, operated by a team of its own making where none is given, and without a fallback."""
    slug = slug or f"cluster-{next(_number)}"
    with changing_map():
        return Cluster.objects.create(
            **{"slug": slug, "name": slug, **fields, "operated_by": _team(fields, "operated_by")}
        )


def make_component(kind: str = "CoreDNS", **fields: Any) -> Component:
    with changing_map():
        cluster = fields.pop("cluster", None) or make_cluster()
        return Component.objects.create(cluster=cluster, kind=kind, **fields)


def make_namespace(name: str = "", **fields: Any) -> Namespace:
    """A namespace in every cluster, unless one is given."""
    with changing_map():
        name = name or f"namespace-{next(_number)}"
        return Namespace.objects.create(**{"name": name, **fields, "team": _team(fields, "team")})


def make_rule(matcher: dict[str, list[str]], **fields: Any) -> OwnershipRule:
    """A rule in every cluster, unless one is given."""
    with changing_map():
        given = {"matcher": matcher, "precedence": precedence_of(Matcher.of(matcher)), **fields}
        return OwnershipRule.objects.create(**given, **({} if "team" in fields else {"team": make_team()}))


def make_rotation(
    team: Team, people: Sequence[User], *, zone: str = "UTC", day: str = "2026-01-05", at: str = "09:00"
) -> Schedule:
    """One week each, from nine o'clock on a Monday."""
    schedule = Schedule.objects.create(team=team, time_zone=zone)
    layer = Layer.objects.create(
        schedule=schedule, handoff_on=date.fromisoformat(day), handoff_time=time.fromisoformat(at)
    )
    Participant.objects.bulk_create(
        [Participant(layer=layer, turn=turn, user=user) for turn, user in enumerate(people)]
    )
    return schedule


def make_escalation(team: Team, *steps: TargetKind | User, wait: timedelta = timedelta(minutes=5)) -> EscalationPolicy:
    """Steps that all wait alike; a user stands for themselves."""
    policy = EscalationPolicy.objects.create(team=team)
    for position, step in enumerate(steps):
        user = step if isinstance(step, User) else None
        target = TargetKind.USER if isinstance(step, User) else step
        Step.objects.create(policy=policy, position=position, target=target, user=user, wait=wait)
    return policy


def make_incident(**fields: Any) -> Incident:
    """An open one about a workload of the namespace shop, which nobody has acknowledged."""
    name = fields.pop("name", f"cart-{next(_number)}")
    usual = {
        "cluster": "prod",
        "suspect_key": f"Deployment/shop/{name}",
        "suspect_kind": "Deployment",
        "suspect_name": name,
        "suspect_namespace": "shop",
        "verdict": "application",
        "confidence": 0.9,
        "sentence": f"Deployment shop/{name} fails.",
        "severity": "critical",
        "namespaces": ["shop"],
        "owner_why": "the namespace shop in every cluster is owned by shop",
    }
    opened_at = fields.get("opened_at", OPENED)
    return Incident.objects.create(
        **{**usual, "began_at": opened_at, "opened_at": opened_at, "assessed_at": opened_at, **fields}
    )


def make_alert(**fields: Any) -> Alert:
    """A firing one about a pod of the namespace shop."""
    number = next(_number)
    usual = {
        "cluster": "prod",
        "fingerprint": f"{number:016x}",
        "integration": fields.get("integration") or _integration(),
        "status": Alert.Status.FIRING,
        "labels": {"alertname": "KubePodNotReady", "namespace": "shop", "pod": f"cart-{number}"},
        "annotations": {"summary": "Pod is not ready."},
        "severity": "warning",
    }
    seen = {"starts_at": OPENED, "first_seen_at": OPENED, "last_seen_at": OPENED}
    return Alert.objects.create(**{**usual, **seen, **fields})


def _integration() -> Integration:
    defaults = {"name": "Alertmanager", "cluster": "prod", "token_hash": "0" * 64, "token_hint": "0000"}
    return Integration.objects.get_or_create(slug="alertmanager", defaults=defaults)[0]


def _team(fields: dict[str, Any], key: str) -> Team:
    return fields.get(key) or make_team()
