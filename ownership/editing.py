"""One row of the map as a person or a program writes it: in the words of the file, checked as a file is, compared with
what is there, and saved where nobody else has changed it meanwhile.

The rows become the hand's (`manual`): no file prunes them, until one names them. History has the author.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models import CASCADE, PROTECT, RESTRICT

from ownership.amending import Entry, Moved, moved_by
from ownership.changes import Change, Key, Verb
from ownership.directory import load_map
from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry
from ownership.exporting import conditions, flow
from ownership.importing import known_names, refuse
from ownership.importing.kinds import EVERYWHERE, Ids, Kind
from ownership.importing.owned import Clusters, Components, Namespaces, Responsibilities, Rules
from ownership.importing.teams import Teams
from ownership.match import Matcher
from ownership.models import (
    Cluster,
    Component,
    Member,
    Namespace,
    OwnershipRule,
    ResponsibilityRule,
    Team,
    TeamContact,
    User,
)
from ownership.precedence import Precedence
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.roles import (
    Decision,
    Person,
    may_edit_cluster,
    may_edit_component,
    may_edit_levels,
    may_edit_namespace,
    may_edit_rule,
    may_edit_team,
    may_make_team,
    may_refuse,
)
from ownership.sources import Source
from ownership.sources.format import CONDITIONS
from ownership.sources.mapfile import MapFile, TeamSpec, parse
from ownership.sources.tree import Mistake
from ownership.version import changing_map

Data = Mapping[str, Any]
"""A row in the words of the file; what is left open is None or missing."""

_OF_LABELS = frozenset({Source.LABEL.value, Source.ANNOTATION.value})


class Refused(Exception):  # noqa: N818 - sentences for people, not a fault
    """The row cannot be as it was written; each mistake names the field, the value and the remedy."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(f"{each.field}: {each.wrong}. {each.remedy}" for each in mistakes))
        self.mistakes = list(mistakes)


class Changed(Exception):  # noqa: N818 - an answer, not a fault
    """Somebody has changed the row since it was read; nothing was saved."""


class NotAllowed(Exception):  # noqa: N818 - an answer, not a fault
    """Whoever asks may not do this; the sentence says who may."""


class Held(Exception):  # noqa: N818 - an answer, not a fault
    """Other rows refer to this one; nothing was removed. The sentence says which."""


@dataclass(frozen=True)
class Author:
    """Who changes something: what they may, how the history calls them, and from where they do it (`page`, `rest`)."""

    person: Person
    name: str
    source: str


@dataclass(frozen=True)
class Draft:
    """A change that nobody has made yet.

    Attributes:
        change: what differs, by field, as a report of applying tells it.
        moved: what would be somebody else's, or asked of somebody else.
        version: of the row that the change starts from; `save` wants it.
        notes: what else is to be known before.
        held: why a removal is not possible, or empty.
    """

    section: str
    row: Any  # as it is; None for a new one
    change: Change
    moved: tuple[Moved, ...]
    version: str
    notes: tuple[str, ...] = ()
    held: str = ""
    before: Entry | None = None
    after: Entry | None = None

    @property
    def changes_anything(self) -> bool:
        return self.change.verb is not Verb.KEEP


@dataclass(frozen=True)
class _Section:
    kind: type[Kind]
    data: Callable[[Any], dict[str, Any]]
    entry: Callable[[Any], Entry | None]
    related: tuple[str, ...] = ()


def data_of(section: str, row: Any) -> dict[str, Any]:
    """A row in the words of the file, with every field."""
    return _SECTIONS[section].data(row)


def rows_of(section: str) -> "models.QuerySet[Any]":
    """All rows, with what `data_of` needs, in order."""
    found = _SECTIONS[section]
    rows = found.kind.model._default_manager.select_related(*found.related)  # noqa: SLF001 - Django's name for it
    return rows.prefetch_related("contacts", "memberships__user") if section == "teams" else rows


def version_of(section: str, row: Any) -> str:
    """Of a row as it is: differs from that of any other state."""
    told = json.dumps([data_of(section, row), getattr(row, "source", "")], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def draft(section: str, data: Data, row: Any = None) -> Draft:
    """What saving this would change, and for whom.

    Raises:
        Refused: it cannot be saved.
    """
    found = _draft(section, data, row)
    if not found.changes_anything or (found.before or found.after) is None:
        return found
    return replace(found, moved=tuple(moved_by(load_map(), found.before, found.after)))


def _draft(section: str, data: Data, row: Any) -> Draft:
    _must_be_written_here(row)
    read = _read(section, _merged(section, row, data))
    made, key = _made(section, read, row)
    before = _texts(section, row) if row is not None else {}
    after = _texts(section, made, read)
    names = dict.fromkeys((*before, *after))  # conditions of a rule come and go
    fields = tuple((name, before.get(name, ""), after.get(name, "")) for name in names)
    fields = tuple(field for field in fields if field[1] != field[2])
    verb = Verb.ADD if row is None else Verb.CHANGE if fields else Verb.KEEP
    entry = _SECTIONS[section].entry
    return Draft(
        section,
        row,
        Change(verb, _what(section), key, fields),
        (),
        version_of(section, row) if row is not None else "",
        notes_of(row),
        before=entry(row) if row is not None else None,
        after=entry(made),
    )


def draft_removal(section: str, row: Any) -> Draft:
    """What removing this would change, and what falls to whom."""
    entry = _SECTIONS[section].entry(row)
    moved = moved_by(load_map(), entry, None) if entry else []
    fields = tuple((name, text, "") for name, text in _texts(section, row).items() if text)
    change = Change(Verb.REMOVE, _what(section), _key(section, row), fields)
    goes = _going_along(row)
    notes = (*notes_of(row), *([f"With it go {', '.join(goes)}."] if goes else []))
    return Draft(section, row, change, tuple(moved), version_of(section, row), notes, _held(row), before=entry)


def may_edit(person: Person, draft: Draft) -> Decision:
    """Whether somebody may make this change, and why."""
    section, row, before, after = draft.section, draft.row, draft.before, draft.after
    if section == "teams":
        is_reshaped = (
            row is None or draft.change.verb is Verb.REMOVE or any(f[0] == "parent" for f in draft.change.fields)
        )
        return may_make_team(person) if is_reshaped else may_edit_team(person, row.slug)
    if section == "clusters":
        return may_edit_cluster(person)
    if section == "components":
        return may_edit_component(person)
    if section == "responsibilities":
        return may_edit_levels(person)
    if section == "namespaces":
        return may_edit_namespace(person, _as(NamespaceEntry, before), _as(NamespaceEntry, after))
    rules = _as(RuleEntry, before), _as(RuleEntry, after)
    if rules[0] and rules[0].source in _OF_LABELS and after is None:
        return may_refuse(person, rules[0].team)
    return may_edit_rule(person, *rules, load_map())


_EntryT = TypeVar("_EntryT")


def _as(kind: type[_EntryT], entry: Entry | None) -> _EntryT | None:
    return entry if isinstance(entry, kind) else None


def may_open(person: Person, section: str, row: Any) -> Decision:
    """Whether somebody may change something of a row as it is; what of it, `may_edit` says."""
    entry = _SECTIONS[section].entry(row)
    change = Change(Verb.CHANGE, _what(section), ())
    return may_edit(person, Draft(section, row, change, (), "", before=entry, after=entry))


def _must(person: Person, draft: Draft) -> None:
    decision = may_edit(person, draft)
    if not decision:
        raise NotAllowed(decision.why)


def save(
    section: str,
    data: Data,
    row: Any = None,
    *,
    version: str | None = None,
    by: Author,
    now: datetime,
) -> Any:
    """Writes the row, and returns it.

    Args:
        section: of the file, for example `namespaces`.
        data: the row in the words of the file.
        row: as it is; None makes a new one.
        version: of the row that somebody has seen; None does not ask whether it is still so.
        by: who does it.
        now: of the change.

    Raises:
        Refused: it cannot be saved.
        NotAllowed: they may not.
        Changed: the row is not any more what somebody has seen, or is gone.
    """
    with changing_map(now=now, author=by.name, source=by.source):
        if row is not None:
            row = _again(section, row, version)
        _must(by.person, _draft(section, data, row))
        read = _read(section, _merged(section, row, data))
        made, _ = _made(section, read, row)
        made.source = Source.MANUAL
        if section == "rules":
            made.written_by = by.name
        if hasattr(made, "updated_at"):
            made.updated_at = now
        made.save()
        if section == "teams":
            _write_parts(made, read.teams[0], now)
    return rows_of(section).get(pk=made.pk)


def remove(section: str, row: Any, *, version: str | None = None, by: Author, now: datetime) -> None:
    """Removes the row, with what hangs on it.

    Raises:
        NotAllowed: they may not.
        Held: something else refers to it.
        Changed: the row is not any more what somebody has seen, or is gone.
    """
    with changing_map(now=now, author=by.name, source=by.source):
        row = _again(section, row, version)
        entry, change = _SECTIONS[section].entry(row), Change(Verb.REMOVE, _what(section), ())
        _must(by.person, Draft(section, row, change, (), "", before=entry))
        if held := _held(row):
            raise Held(held)
        if getattr(row, "source", "") in _OF_LABELS:
            refuse(row, by=by.name, now=now)
        else:
            row.delete()


def _again(section: str, row: Any, version: str | None) -> Any:
    """The row as it is now: all writers of the map wait for each other, so it stays so until the end."""
    found = rows_of(section).filter(pk=row.pk).first()
    if found is None or (version is not None and version_of(section, found) != version):
        raise Changed
    return found


def _merged(section: str, row: Any, data: Data) -> Data:
    """What is not said stays. Of the conditions of a rule all are said, or none."""
    if row is None:
        return data
    before = data_of(section, row)
    if section == "rules" and data.keys() & set(CONDITIONS):
        before = {name: value for name, value in before.items() if name not in CONDITIONS}
    return {**before, **data}


def _must_be_written_here(row: Any) -> None:
    """A rule that a label wrote is the label's."""
    if getattr(row, "source", "") in _OF_LABELS:
        remedy = "Change it there, or remove the rule here: that refuses it."
        raise Refused([Mistake(0, "source", row.source, "is where this rule is written", remedy)])


def _what(section: str) -> str:
    return _SECTIONS[section].kind.what


def _read(section: str, data: Data) -> MapFile:
    """Reads the row as a file with it alone would be read, so that a page, a program and a file are told the same."""
    written = {name: value for name, value in data.items() if value not in (None, "", [], {})}
    known = known_names()
    read = parse(f"{section}:\n  - {flow(written)}\n", known)
    if isinstance(read, list):
        raise Refused([replace(each, line=0, field=each.field.removeprefix(section).lstrip(".")) for each in read])
    strangers = {name for team in read.teams for name, _ in team.members} - known.people
    if strangers:
        remedy = "Name people who have an account; an admin invites others."
        raise Refused([Mistake(0, "members.username", name, "is nobody here", remedy) for name in sorted(strangers)])
    return read


def _made(section: str, read: MapFile, row: Any) -> tuple[Any, Key]:
    """The row as it would be, not saved, and its key."""
    kind = _SECTIONS[section].kind(read, _ids())
    ((key, values),) = kind.wanted().items()
    if row is not None and section != "rules" and _key(section, row) != key:
        raise Refused([_moved_away(section, row, key)])
    found = _found(section, read, key)
    if found is not None and (row is None or found.pk != row.pk):
        name = "/".join(filter(None, kind.shown(Change(Verb.ADD, kind.what, key)).key))
        raise Refused([Mistake(0, "", name, "is there already", "Change that one instead.")])
    made = kind.new(key)
    if row is not None:
        made.pk, made._state.adding = row.pk, False  # noqa: SLF001
        _keep(made, row)
    kind.assign(made, values)
    if section == "teams":
        parent = read.teams[0].parent
        made.parent_id = kind.ids.teams[parent] if parent else None
    return _with_relations(made), kind.shown(Change(Verb.ADD, kind.what, key)).key


def _keep(made: Any, row: Any) -> None:
    """What no field of the file tells."""
    for name in ("created_at", "source", "updated_at", "name"):
        if hasattr(row, name):
            setattr(made, name, getattr(row, name))


def _with_relations(made: Any) -> Any:
    """Loads what is referred to, so that it can be told by name."""
    for name in ("team", "cluster", "operated_by", "dedicated_to", "fallback", "parent"):
        if hasattr(type(made), name) and getattr(made, f"{name}_id", None):
            getattr(made, name)
    return made


def _moved_away(section: str, row: Any, key: Key) -> Mistake:
    was = "/".join(filter(None, _key(section, row)))
    wrong = f"names another {_what(section)} than {was}"
    return Mistake(0, "", "/".join(filter(None, key)), wrong, "Make that one, and remove this one.")


def _found(section: str, read: MapFile, key: Key) -> Any:
    """The row with this key, written by hand or by a file, where there is one."""
    rows = rows_of(section)
    cluster = {"cluster__slug": key[0]} if key[0] != EVERYWHERE else {"cluster": None}
    if section in ("teams", "clusters"):
        return rows.filter(slug=key[0]).first()
    if section == "components":
        return rows.filter(**cluster, kind__iexact=key[1], name=key[2]).first()
    if section == "namespaces":
        return rows.filter(**cluster, name=key[1]).first()
    if section == "rules":
        matcher = read.rules[0].matcher.as_data()
        return rows.filter(**cluster, matcher=matcher, source__in=[Source.MANUAL, Source.FILE]).first()
    inside = "" if key[1] == EVERYWHERE else key[1]
    return rows.filter(**cluster, namespace=inside, kind__iexact=key[2], level=key[3]).first()


def _ids() -> Ids:
    return Ids(
        people=dict(User.objects.values_list("username", "pk")),
        teams=dict(Team.objects.values_list("slug", "pk")),
        clusters=dict(Cluster.objects.values_list("slug", "pk")),
    )


def _key(section: str, row: Any) -> Key:
    where = row.cluster.slug if getattr(row, "cluster", None) else EVERYWHERE
    if section in ("teams", "clusters"):
        return (row.slug,)
    if section == "components":
        return (where, row.kind.casefold(), row.name)
    if section == "namespaces":
        return (where, row.name)
    if section == "rules":
        return (where, str(Matcher.of(row.matcher)))
    return (where, row.namespace or EVERYWHERE, row.kind.casefold(), row.level)


def _texts(section: str, row: Any, read: MapFile | None = None) -> dict[str, str]:
    """Each field as a page shows it before and after."""
    data = data_of(section, row) if read is None or section != "teams" else _team_data(row, read.teams[0])
    return {name: _text(value) for name, value in data.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        parts = (f"{key} {_text(each)}" if each != "" else "" for key, each in value.items())
        return ", ".join(filter(None, parts))
    if isinstance(value, list | tuple):
        return ("; " if any(isinstance(each, Mapping) for each in value) else ", ").join(map(_text, value))
    return str(value)


def notes_of(row: Any) -> tuple[str, ...]:
    """What is to be known before a row is changed by hand."""
    source = getattr(row, "source", "")
    if source == Source.FILE:
        return ("A file wrote it. Change it there as well, or the next time that the file is applied it comes back.",)
    if source in _OF_LABELS:
        return (
            f"It was written by the {source} of {row.origin}. Removed here, it is refused until that is taken back.",
        )
    return ()


def _held(row: Any) -> str:
    """What refers to a row so that it has to stay."""
    counts = _counts(row, PROTECT, RESTRICT)
    if not counts:
        return ""
    return f"{_capital(', '.join(counts))} still refer to {row}. Give them to somebody else first."


def _going_along(row: Any) -> list[str]:
    return _counts(row, CASCADE)


def _counts(row: Any, *ways: Any) -> list[str]:
    found = []
    for relation in row._meta.related_objects:  # noqa: SLF001 - Django's names for it, as below
        if relation.on_delete in ways:
            rows = relation.related_model._default_manager.filter(**{relation.field.name: row})  # noqa: SLF001
            if count := rows.count():
                meta = relation.related_model._meta  # noqa: SLF001
                found.append(f"{count} {meta.verbose_name if count == 1 else meta.verbose_name_plural}")
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- What each section reads and writes --


def _slug(team: Team | Cluster | None) -> str | None:
    return team.slug if team else None


def _team(row: Team) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "parent": _slug(row.parent),
        "kubernetes_groups": list(row.kubernetes_groups),
        "contacts": [
            {"kind": each.kind, "address": each.address, "note": each.note}
            for each in sorted(row.contacts.all(), key=lambda each: (each.kind, each.address))
        ]
        if row.pk
        else [],
        "members": [
            {"username": each.user.username, "role": each.role}
            for each in sorted(row.memberships.all(), key=lambda each: each.user.username)
        ]
        if row.pk
        else [],
    }


def _team_data(row: Team, spec: TeamSpec) -> dict[str, Any]:
    contacts = sorted(spec.contacts, key=lambda each: (each.kind, each.address))
    return {
        "slug": row.slug,
        "name": row.name,
        "parent": spec.parent,
        "kubernetes_groups": list(spec.kubernetes_groups),
        "contacts": [{"kind": each.kind, "address": each.address, "note": each.note} for each in contacts],
        "members": [{"username": name, "role": role.value} for name, role in sorted(spec.members)],
    }


def _cluster(row: Cluster) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "tenancy": row.tenancy,
        "operated_by": row.operated_by.slug,
        "dedicated_to": _slug(row.dedicated_to),
        "fallback": _slug(row.fallback),
        "fallback_policy": row.fallback_policy,
        "recognised_by": [conditions(Matcher.of(each))["labels"] for each in row.recognised_by],
        "labels_for": list(row.labels_for),
    }


def _component(row: Component) -> dict[str, Any]:
    return {
        "cluster": row.cluster.slug,
        "kind": row.kind,
        "name": row.name,
        "team": _slug(row.team),
        "matchers": [dict(conditions(Matcher.of(each))) for each in row.matchers],
    }


def _namespace(row: Namespace) -> dict[str, Any]:
    return {
        "cluster": _slug(row.cluster),
        "name": row.name,
        "team": row.team.slug,
        "level": row.level,
        "annotations_for": list(row.annotations_for),
    }


def _rule(row: OwnershipRule) -> dict[str, Any]:
    return {
        "team": row.team.slug,
        "cluster": _slug(row.cluster),
        "level": row.level or None,
        **conditions(Matcher.of(row.matcher)),
    }


def _responsibility(row: ResponsibilityRule) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "level": row.level,
        "who": row.who,
        "cluster": _slug(row.cluster),
        "namespace": row.namespace,
    }


def _cluster_entry(row: Cluster) -> ClusterEntry:
    return ClusterEntry(
        *(row.slug, row.operated_by.slug, Tenancy(row.tenancy), _slug(row.dedicated_to), _slug(row.fallback)),
        *(row.source, row.updated_at, FallbackPolicy(row.fallback_policy)),
        tuple(map(Matcher.of, row.recognised_by)),
        tuple(row.labels_for),
    )


def _component_entry(row: Component) -> ComponentEntry:
    matchers = tuple(map(Matcher.of, row.matchers))
    return ComponentEntry(row.cluster.slug, row.kind, row.name, _slug(row.team), row.source, row.updated_at, matchers)


def _namespace_entry(row: Namespace) -> NamespaceEntry:
    others = tuple(row.annotations_for)
    return NamespaceEntry(
        _slug(row.cluster), row.name, row.team.slug, Level(row.level), row.source, row.updated_at, others
    )


def _rule_entry(row: OwnershipRule) -> RuleEntry:
    return RuleEntry(
        _slug(row.cluster),
        Matcher.of(row.matcher),
        row.team.slug,
        Level(row.level) if row.level else None,
        Precedence(row.precedence),
        *(row.source, row.updated_at, row.written_by, row.origin),
        pk=row.pk,
    )


def _responsibility_entry(row: ResponsibilityRule) -> ResponsibilityEntry:
    return ResponsibilityEntry(
        *(_slug(row.cluster), row.namespace, row.kind, Level(row.level), Who(row.who), row.source, row.updated_at)
    )


def _write_parts(team: Team, spec: TeamSpec, now: datetime) -> None:
    """Exactly the members and contacts that are named."""
    _write_members(team, spec)
    wanted = {(each.kind, each.address): each.note for each in spec.contacts}
    for row in team.contacts.all():
        if wanted.get((row.kind, row.address)) == row.note:
            wanted.pop((row.kind, row.address))
        else:
            row.delete()
    TeamContact.objects.bulk_create(
        TeamContact(team=team, kind=kind, address=address, note=note, source=Source.MANUAL, updated_at=now)
        for (kind, address), note in wanted.items()
    )


def _write_members(team: Team, spec: TeamSpec) -> None:
    users = dict(User.objects.filter(username__in=[name for name, _ in spec.members]).values_list("username", "pk"))
    wanted = {users[name]: role for name, role in spec.members}
    for row in team.memberships.all():
        role = wanted.pop(row.user_id, None)
        if role is None:
            row.delete()
        elif row.role != role:
            row.role, row.source = role, Source.MANUAL
            row.save(update_fields=["role", "source"])
    Member.objects.bulk_create(
        Member(team=team, user_id=user, role=role, source=Source.MANUAL) for user, role in wanted.items()
    )


_SECTIONS: Mapping[str, _Section] = {
    "teams": _Section(Teams, _team, lambda _: None, ("parent",)),
    "clusters": _Section(Clusters, _cluster, _cluster_entry, ("operated_by", "dedicated_to", "fallback")),
    "components": _Section(Components, _component, _component_entry, ("cluster__operated_by", "team")),
    "namespaces": _Section(Namespaces, _namespace, _namespace_entry, ("cluster", "team")),
    "rules": _Section(Rules, _rule, _rule_entry, ("cluster", "team")),
    "responsibilities": _Section(Responsibilities, _responsibility, _responsibility_entry, ("cluster",)),
}
SECTIONS = tuple(_SECTIONS)
