"""The map as a file that makes the same map again, written as a person would write it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import yaml

from ownership.models import (
    Cluster,
    Component,
    ContactMethod,
    EscalationPolicy,
    Layer,
    Member,
    Namespace,
    Schedule,
    Step,
    Team,
    TeamChannel,
    User,
)
from ownership.oncall.calendar import Unit
from ownership.oncall.escalation import TargetKind
from ownership.responsibility import Tenancy
from ownership.roles import TeamRole

_PAGE = {TargetKind.ON_CALL: "on-call", TargetKind.TEAM: "team"}


class _OneLine(dict[str, Any]):
    """A mapping that stands on one line."""


class _Names(list[Any]):
    """A list that stands on one line."""


class _Writer(yaml.SafeDumper):
    """Indents lists below their key, and writes nothing as an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


_Writer.add_representer(
    _OneLine, lambda writer, data: writer.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)
)
_Writer.add_representer(
    _Names, lambda writer, data: writer.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)


def export() -> str:
    """Everything that a file can say, as YAML, in a constant number of queries.

    Left out are people in no team, and contact methods that are not verified: applied, they would count as verified.
    """
    sections = {
        "teams": _teams(),
        "clusters": [
            _cluster(row) for row in Cluster.objects.select_related("operated_by", "dedicated_to", "fallback")
        ],
        "components": [_component(row) for row in Component.objects.select_related("cluster", "team")],
        "namespaces": [_namespace(row) for row in Namespace.objects.select_related("cluster", "team")],
    }
    filled = {name: rows for name, rows in sections.items() if rows}
    if not filled:
        return "# The map is empty.\n"
    return yaml.dump(filled, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=118, default_flow_style=False)


def _teams() -> list[dict[str, Any]]:
    members = _by_team(Member.objects.select_related("user").order_by("user__username"))
    channels = _by_team(TeamChannel.objects.order_by("pk"))
    rotations = {row.team_id: row for row in Schedule.objects.prefetch_related("layers__participants__user")}
    policies = {row.team_id: row for row in EscalationPolicy.objects.prefetch_related("steps__user")}
    contacts: dict[int, list[ContactMethod]] = {}
    for method in ContactMethod.objects.filter(verified_at__isnull=False).order_by("pk"):
        contacts.setdefault(method.user_id, []).append(method)
    described: set[int] = set()
    teams = []
    for team in Team.objects.order_by("slug"):
        written = {
            "slug": team.slug,
            "name": team.name,
            "members": [_member(row, contacts, described) for row in members.get(team.pk, [])],
            "rotation": _rotation(rotations.get(team.pk)),
            "escalation": [_step(step) for step in policies[team.pk].steps.all()] if team.pk in policies else None,
            "channels": [_address(row) for row in channels.get(team.pk, [])],
        }
        teams.append({key: value for key, value in written.items() if value})
    return teams


def _by_team(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.team_id, []).append(row)
    return found


def _member(row: Member, contacts: Mapping[int, list[ContactMethod]], described: set[int]) -> dict[str, Any]:
    """A person is described in the first team that names them."""
    user: User = row.user
    first = user.pk not in described
    described.add(user.pk)
    return _given(
        username=user.username,
        name=user.name if first else "",
        email=user.email if first else "",
        role=row.role if row.role != TeamRole.MEMBER else "",
        contacts=_Names(_address(method) for method in contacts.get(user.pk, [])) if first else None,
    )


def _rotation(row: Schedule | None) -> dict[str, Any] | None:
    layer: Layer | None = row.layers.all().first() if row else None
    if row is None or layer is None:
        return None
    turns: dict[int, list[str]] = {}
    for participant in layer.participants.all():
        turns.setdefault(participant.turn, []).append(participant.user.username)
    seconds = "minutes" if layer.handoff.second == 0 else "seconds"
    is_weekly = layer.shift_unit == Unit.WEEKS and layer.shift_count == 1
    return _given(
        time_zone=row.time_zone,
        handoff=layer.handoff.isoformat(" ", seconds),
        shift=None if is_weekly else _OneLine({layer.shift_unit: layer.shift_count}),
        people=_Names(
            turns[turn][0] if len(turns[turn]) == 1 else _Names(sorted(turns[turn])) for turn in sorted(turns)
        ),
    )


def _step(step: Step) -> dict[str, Any]:
    page = step.user.username if step.user else _PAGE[TargetKind(step.target)]
    return _given(page=page, wait=f"{step.wait // timedelta(minutes=1)}m")


def _address(row: ContactMethod | TeamChannel) -> dict[str, Any]:
    return _given(kind=row.kind, address=row.address, secret_env=row.secret_env)


def _cluster(row: Cluster) -> dict[str, Any]:
    return _given(
        slug=row.slug,
        name=row.name,
        tenancy=row.tenancy if row.tenancy != Tenancy.SHARED else "",
        operated_by=row.operated_by.slug,
        dedicated_to=row.dedicated_to.slug if row.dedicated_to else "",
        fallback=row.fallback.slug if row.fallback else "",
    )


def _component(row: Component) -> dict[str, Any]:
    team = row.team.slug if row.team else ""
    return _given(cluster=row.cluster.slug, kind=row.kind, name=row.name, team=team)


def _namespace(row: Namespace) -> dict[str, Any]:
    cluster = row.cluster.slug if row.cluster else ""
    return _given(cluster=cluster, name=row.name, team=row.team.slug, level=row.level)


def _given(**values: Any) -> dict[str, Any]:
    return _OneLine((name, value) for name, value in values.items() if value)
