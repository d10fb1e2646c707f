"""The map as a file that makes the same map again, written as a person would write it."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import yaml

from ownership.matchers import Matcher
from ownership.models import (
    Cluster,
    Component,
    ContactMethod,
    EscalationPolicy,
    Layer,
    Member,
    Namespace,
    OwnershipRule,
    ResponsibilityRule,
    Schedule,
    Step,
    Team,
    TeamChannel,
    TeamContact,
    User,
)
from ownership.oncall.calendar import Unit
from ownership.oncall.escalation import TargetKind
from ownership.responsibility import FallbackPolicy, Tenancy
from ownership.roles import TeamRole
from ownership.sources import Source

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_NO_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
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

    Left out are people in no team, contact methods that are not verified (applied, they would count as verified), and
    rules that labels or another source wrote: those come from there again.
    """
    teams = _teams()
    sections = {
        "clusters": [
            _cluster(row) for row in Cluster.objects.select_related("operated_by", "dedicated_to", "fallback")
        ],
        "components": [_component(row) for row in Component.objects.select_related("cluster", "team")],
        "namespaces": _namespaces(),
        "rules": _rules(),
        "responsibilities": [_responsibility(row) for row in ResponsibilityRule.objects.select_related("cluster")],
    }
    written = [_written({"teams": teams})] if teams else []
    written += [f"{name}:\n{''.join(map(_line, rows))}" for name, rows in sections.items() if rows]
    return "".join(written) or "# The map is empty.\n"


def _written(data: Any) -> str:
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=118, default_flow_style=False)


def _line(row: Mapping[str, Any]) -> str:
    """A row on a line of its own, however long: so a change of it is a change of one line."""
    return f"  - {flow(row)}\n"


def flow(value: Any) -> str:
    """A value in YAML's flow style. Written here because PyYAML takes a minute for 50,000 rules."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    """Plain where every reader of YAML takes it for a text, else in quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return "'" + text.replace("'", "''") + "'"


def _teams() -> list[dict[str, Any]]:
    members = _by_team(Member.objects.select_related("user").order_by("user__username"))
    channels = _by_team(TeamChannel.objects.order_by("pk"))
    team_contacts = _by_team(TeamContact.objects.order_by("kind", "address"))
    rotations = {row.team_id: row for row in Schedule.objects.prefetch_related("layers__participants__user")}
    policies = {row.team_id: row for row in EscalationPolicy.objects.prefetch_related("steps__user")}
    contacts: dict[int, list[ContactMethod]] = {}
    for method in ContactMethod.objects.filter(verified_at__isnull=False).order_by("pk"):
        contacts.setdefault(method.user_id, []).append(method)
    described: set[int] = set()
    teams = []
    for team in Team.objects.select_related("parent").order_by("slug"):
        written = {
            "slug": team.slug,
            "name": team.name,
            "parent": team.parent.slug if team.parent else "",
            "kubernetes_groups": _Names(team.kubernetes_groups),
            "members": [_member(row, contacts, described) for row in members.get(team.pk, [])],
            "rotation": _rotation(rotations.get(team.pk)),
            "escalation": [_step(step) for step in policies[team.pk].steps.all()] if team.pk in policies else None,
            "channels": [_address(row) for row in channels.get(team.pk, [])],
            "contacts": [_contact(row) for row in team_contacts.get(team.pk, [])],
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


def _contact(row: TeamContact) -> dict[str, Any]:
    return _given(kind=row.kind, address=row.address, note=row.note)


def _cluster(row: Cluster) -> dict[str, Any]:
    return _given(
        slug=row.slug,
        name=row.name,
        tenancy=row.tenancy if row.tenancy != Tenancy.SHARED else "",
        operated_by=row.operated_by.slug,
        dedicated_to=row.dedicated_to.slug if row.dedicated_to else "",
        fallback=row.fallback.slug if row.fallback else "",
        fallback_policy=row.fallback_policy if row.fallback_policy != FallbackPolicy.TEAM else "",
        recognised_by=[conditions(Matcher.of(each))["labels"] for each in row.recognised_by],
        labels_for=row.labels_for,
    )


def _component(row: Component) -> dict[str, Any]:
    team = row.team.slug if row.team else ""
    matchers = [conditions(Matcher.of(each)) for each in row.matchers]
    return _given(cluster=row.cluster.slug, kind=row.kind, name=row.name, team=team, matchers=matchers)


def _namespaces() -> list[dict[str, Any]]:
    rows = Namespace.objects.order_by("name", "cluster__slug")
    return [
        _given(cluster=cluster, name=name, team=team, level=level, annotations_for=others)
        for cluster, name, team, level, others in rows.values_list(
            "cluster__slug", "name", "team__slug", "level", "annotations_for"
        )
    ]


def _rules() -> list[dict[str, Any]]:
    """The rules that somebody wrote; where a file and a hand wrote the same matcher, the file's."""
    rows = OwnershipRule.objects.filter(source__in=[Source.FILE, Source.MANUAL]).order_by("-source")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for cluster, matcher, team, level in rows.values_list("cluster__slug", "matcher", "team__slug", "level"):
        read = Matcher.of(matcher)
        written = _given(team=team, cluster=cluster, level=level) | conditions(read)
        found[cluster or "", read.text] = written
    return [written for _, written in sorted(found.items(), key=lambda each: each[0])]


def _responsibility(row: ResponsibilityRule) -> dict[str, Any]:
    cluster = row.cluster.slug if row.cluster else ""
    return _given(cluster=cluster, namespace=row.namespace, kind=row.kind, level=row.level, who=row.who)


def conditions(matcher: Matcher) -> dict[str, Any]:
    """As a file writes them: one text by itself, and labels in a mapping of their own."""
    found: dict[str, Any] = {}
    for name, texts in matcher.conditions:
        value = texts[0] if len(texts) == 1 else list(texts)
        group, dot, label = name.partition(".")
        if dot:
            found.setdefault(group, {})[label] = value
        else:
            found[name] = value
    return found


def _given(**values: Any) -> dict[str, Any]:
    return _OneLine((name, value) for name, value in values.items() if value)
