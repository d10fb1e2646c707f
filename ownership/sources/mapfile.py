"""The map as a file: read it whole, or say everything that is wrong with it. PURE.

docs/ownership.md shows the format. A file is read in two walks over the same tree: the first collects the names that it
gives (teams, people, clusters), the second everything, because a name may be used before the line that explains it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from ownership.entries import ClusterEntry, ComponentEntry, NamespaceEntry, ResponsibilityEntry, RuleEntry
from ownership.oncall.calendar import Unit
from ownership.oncall.escalation import Step, Target, TargetKind
from ownership.ownership_map import OwnershipMap
from ownership.roles import TeamRole
from ownership.sources import owned, readers
from ownership.sources.catalogue import WELL_KNOWN
from ownership.sources.fields import Fields, Wrong
from ownership.sources.format import CONTACT_KINDS, keys
from ownership.sources.names import Known, Names
from ownership.sources.tree import Entries, Items, Mistake, Node, Scalar, Unreadable, read_tree

__all__ = ["ChannelSpec", "ClusterSpec", "ContactSpec", "Known", "MapFile", "PersonSpec", "TeamSpec", "map_of", "parse"]

Spec = TypeVar("Spec")
Told = Callable[[str, int], None]
TELL_EVERY = 5000


@dataclass(frozen=True)
class ChannelSpec:
    """A way to reach a team or a person: kind, address, and the variable that holds the secret to sign with."""

    kind: str
    address: str = ""
    secret_env: str = ""


@dataclass(frozen=True)
class ContactSpec:
    """Where people find a team."""

    kind: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class PersonSpec:
    """A person, from all places of the file; None where the file says nothing."""

    username: str
    name: str | None = None
    email: str | None = None
    contacts: tuple[ChannelSpec, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class RotationSpec:
    """A rotation: `handoff` is wall time (naive) in `time_zone`; usernames by turn."""

    time_zone: str
    handoff: datetime
    people: tuple[tuple[str, ...], ...]
    unit: Unit = Unit.WEEKS
    count: int = 1


@dataclass(frozen=True)
class TeamSpec:
    """A team; None for `name`, `parent`, `rotation` or `escalation` where the file says nothing.

    Members are username and role.
    """

    slug: str
    name: str | None = None
    members: tuple[tuple[str, TeamRole], ...] = ()
    rotation: RotationSpec | None = None
    escalation: tuple[Step, ...] | None = None
    channels: tuple[ChannelSpec, ...] = ()
    line: int = field(default=0, compare=False)
    parent: str | None = None
    contacts: tuple[ContactSpec, ...] = ()
    kubernetes_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster as the file writes it, with the name for people."""

    entry: ClusterEntry
    name: str | None = None


@dataclass(frozen=True)
class MapFile:
    """A whole file in which nothing is wrong."""

    teams: tuple[TeamSpec, ...] = ()
    people: tuple[PersonSpec, ...] = ()
    clusters: tuple[ClusterSpec, ...] = ()
    components: tuple[ComponentEntry, ...] = ()
    namespaces: tuple[NamespaceEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    responsibilities: tuple[ResponsibilityEntry, ...] = ()


def parse(text: str, known: Known | None = None, *, told: Told | None = None) -> MapFile | list[Mistake]:
    """A file, or every mistake in it in the order of its lines; never half a map.

    Args:
        text: the YAML.
        known: names that the service has already and that the file may use.
        told: is called now and then with what is being read, and how many of it are done.
    """
    mistakes: list[Mistake] = []
    try:
        tree = read_tree(text)
    except Unreadable as unreadable:
        return [unreadable.mistake]
    if tree is None:
        return [Mistake(1, "file", "", "is empty", f"Write at least one of {', '.join(keys())}.")]
    root = Fields(tree, "", keys(), mistakes)
    found = _File(root, Names(_names(tree, known or Known())), mistakes, told or _silent).read()
    return sorted(mistakes, key=lambda mistake: mistake.line) if mistakes else found


def _silent(_what: str, _done: int) -> None:
    """For whoever does not want to be told."""


def map_of(file: MapFile) -> OwnershipMap:
    """What a file says on its own, without a database: for trying a map out."""
    return OwnershipMap.of(
        tuple(spec.entry for spec in file.clusters),
        file.components,
        file.namespaces,
        rules=file.rules,
        responsibilities=file.responsibilities,
        shipped=WELL_KNOWN,
    )


def _names(tree: Node, known: Known) -> Known:
    return Known(
        known.teams | frozenset(_words(tree, "teams", "slug")),
        known.people | frozenset(_words(tree, "teams", "members", "username")),
        known.clusters | frozenset(_words(tree, "clusters", "slug")),
        known.parents,
    )


def _words(node: Node, *path: str) -> Iterator[str]:
    """Every text at a path of keys, through lists."""
    if isinstance(node, Items):
        for item in node.items:
            yield from _words(item, *path)
    elif isinstance(node, Entries) and path:
        for key, value in node.entries:
            if key.text == path[0]:
                yield from _words(value, *path[1:])
    elif isinstance(node, Scalar) and not path and node.text:
        yield node.text


class _File:
    """The second walk. What it makes counts only if `mistakes` stays empty."""

    def __init__(self, root: Fields, names: Names, mistakes: list[Mistake], told: Told) -> None:
        self.root = root
        self.mistakes = mistakes
        self.names = names
        self.people: dict[str, PersonSpec] = {}
        self._told = told

    def read(self) -> MapFile:
        teams = tuple(self._each("teams", self._team))
        self._refuse_circles(teams)
        return MapFile(
            teams,
            tuple(self.people.values()),
            tuple(self._each("clusters", self._cluster)),
            tuple(self._each("components", lambda fields: owned.component(fields, self.names))),
            tuple(self._each("namespaces", lambda fields: owned.namespace(fields, self.names))),
            tuple(self._each("rules", lambda fields: owned.rule(fields, self.names))),
            tuple(self._each("responsibilities", lambda fields: owned.responsibility(fields, self.names))),
        )

    def _each(self, section: str, read: Callable[[Fields], Spec]) -> Iterator[Spec]:
        for done, fields in enumerate(self.root.each(section, keys(section)), start=1):
            if done % TELL_EVERY == 0:
                self._told(f"reading {section}", done)
            yield read(fields)

    def _cluster(self, fields: Fields) -> ClusterSpec:
        return ClusterSpec(owned.cluster(fields, self.names), fields.maybe("name", readers.words(120)))

    def _refuse_circles(self, teams: tuple[TeamSpec, ...]) -> None:
        parents = {**self.names.known.parents, **{team.slug: team.parent for team in teams if team.parent}}
        for team in teams:
            above, seen = team.parent, set()
            while above and above != team.slug and above not in seen:
                seen.add(above)
                above = parents.get(above)
            if team.slug and above == team.slug:
                wrong = f"makes {team.slug} a part of itself"
                self.mistakes.append(Mistake(team.line, "teams.parent", team.parent or "", wrong, "Leave it out."))

    def _team(self, fields: Fields) -> TeamSpec:
        slug = fields.text("slug", readers.slug, example="payments")
        self.names.once(fields, "slug", "team", slug)
        return TeamSpec(
            slug=slug,
            name=fields.maybe("name", readers.words(120)),
            members=tuple(self._member(each, slug) for each in fields.each("members", keys("teams", "members"))),
            rotation=self._rotation(fields.inside("rotation", keys("teams", "rotation"))),
            escalation=tuple(self._steps(fields)) if fields.has("escalation") else None,
            channels=tuple(self._channels(fields, "channels", ("webhook", "log"), f"channel of {slug}")),
            line=fields.line,
            parent=fields.maybe("parent", self.names.team),
            contacts=tuple(self._contacts(fields, slug)),
            kubernetes_groups=tuple(fields.list_of("kubernetes_groups", readers.group)),
        )

    def _member(self, fields: Fields, team: str) -> tuple[str, TeamRole]:
        username = fields.text("username", readers.username, example="ada")
        self.names.once(fields, "username", f"member of {team}", username)
        contacts = tuple(self._channels(fields, "contacts", ("email", "webhook"), f"contact of {username}"))
        email = fields.maybe("email", readers.email)
        person = PersonSpec(username, fields.maybe("name", readers.words(120)), email, contacts, fields.line)
        if username:
            self._merge(fields, person)
        role = fields.maybe("role", readers.one_of([role.value for role in TeamRole]))
        return username, TeamRole(role) if role else TeamRole.MEMBER

    def _merge(self, fields: Fields, person: PersonSpec) -> None:
        """A person in several teams is described in one place or in the same words."""
        before = self.people.get(person.username, PersonSpec(person.username, line=person.line))
        for key, old, new in (("name", before.name, person.name), ("email", before.email, person.email)):
            if old is not None and new is not None and old != new:
                fields.refuse(key, new, f"is not what line {before.line} says, {old!r}", "Describe a person once.")
        if person.email is not None and before.email is None:
            self.names.once(fields, "email", "e-mail address", person.email)
        self.people[person.username] = replace(
            before,
            name=before.name if person.name is None else person.name,
            email=before.email if person.email is None else person.email,
            contacts=before.contacts + person.contacts,
        )

    def _rotation(self, fields: Fields | None) -> RotationSpec | None:
        if fields is None:
            return None
        zone = fields.text("time_zone", readers.zone, example="Europe/Berlin")
        handoff = fields.text("handoff", readers.wall_time, example="2026-01-05 09:00")
        people = tuple(self._turn(fields, node) for node in fields.items("people"))
        if not people:
            fields.refuse("people", "", "names nobody", "Write those who take turns, or leave the rotation out.")
        unit, count = self._shift(fields.inside("shift", [unit.value for unit in Unit]))
        start = datetime.fromisoformat(handoff) if handoff else datetime(1970, 1, 1)  # noqa: DTZ001 - a wall time
        return RotationSpec(zone, start, people, unit, count)

    def _turn(self, fields: Fields, node: Node) -> tuple[str, ...]:
        together = node.items if isinstance(node, Items) else [node]
        names = [fields.checked("people", one, self.names.person) or "" for one in together if isinstance(one, Scalar)]
        if len(names) != len(together) or not names or len(set(names)) != len(names):
            self.mistakes.append(
                Mistake(
                    node.line,
                    fields.path + ".people",
                    "",
                    "has a turn that is neither a person nor a list of different people",
                    "Write, for example, [ada, [bo, cy]].",
                )
            )
        return tuple(names)

    def _shift(self, fields: Fields | None) -> tuple[Unit, int]:
        if fields is None:
            return Unit.WEEKS, 1
        given = [(unit, fields.maybe(unit.value, readers.whole(1, 1000))) for unit in Unit if fields.has(unit.value)]
        if len(given) != 1:
            fields.refuse("", "", "is not one length", "Write one of {hours: n}, {days: n}, {weeks: n}.")
            return Unit.WEEKS, 1
        unit, count = given[0]
        return unit, int(count or 1)

    def _steps(self, fields: Fields) -> Iterator[Step]:
        steps = 0
        for each in fields.each("escalation", keys("teams", "escalation")):
            steps += 1
            target = _target(each.text("page", self._page, example="on-call"))
            minutes = each.text("wait", readers.wait, example="5m")
            yield Step((target,), timedelta(minutes=int(minutes or 1)))
        if not steps:
            fields.refuse("escalation", "", "has no step", "Write a step, or leave it out for the default.")

    def _page(self, text: str) -> str | Wrong:
        if text in (readers.ON_CALL, readers.TEAM):
            return text
        found = self.names.person(text)
        if isinstance(found, str):
            return found
        remedy = f"Write {readers.ON_CALL}, {readers.TEAM} or a username. {found.remedy}"
        return Wrong("is nobody to page", remedy)

    def _channels(self, fields: Fields, key: str, kinds: tuple[str, ...], noun: str) -> Iterator[ChannelSpec]:
        for each in fields.each(key, keys("teams", "channels")):
            kind = each.text("kind", readers.one_of(kinds), example=kinds[0])
            address = self._address(each, kind)
            secret = each.maybe("secret_env", readers.secret_env) or ""
            if secret and kind != "webhook":
                each.refuse("secret_env", "", f"does nothing for {kind}", "Only a webhook is signed: leave it out.")
            self.names.once(each, "address", noun, kind, address, shown="")
            yield ChannelSpec(kind, address, secret)

    def _contacts(self, fields: Fields, team: str) -> Iterator[ContactSpec]:
        """Where people find the team: the service only shows it."""
        for each in fields.each("contacts", keys("teams", "contacts")):
            kind = each.text("kind", readers.one_of(CONTACT_KINDS), example="chat")
            address = each.text("address", readers.contact, example="#payments")
            self.names.once(each, "address", f"contact of team {team}", kind, address)
            yield ContactSpec(kind, address, each.maybe("note", readers.words(200)) or "")

    def _address(self, fields: Fields, kind: str) -> str:
        if kind == "log":
            if fields.has("address"):
                fields.refuse("address", "", "does nothing for the log", "Leave it out.")
            return ""
        if kind == "email":
            return fields.text("address", readers.email, example="ada@example.org")
        return fields.text("address", readers.web_address, example="https://chat.example.org/hook")


def _target(page: str) -> Target:
    if page == readers.TEAM:
        return Target(TargetKind.TEAM)
    return Target(TargetKind.ON_CALL) if page in ("", readers.ON_CALL) else Target(TargetKind.USER, page)
