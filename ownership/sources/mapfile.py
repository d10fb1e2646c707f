"""The map as a file: read it whole, or say everything that is wrong with it. PURE.

docs/ownership.md shows the format. A file is read in two walks over the same tree: the first collects the names that it
gives (teams, people, clusters), the second everything, because a name may be used before the line that explains it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ownership.match import ClusterEntry, ComponentEntry, NamespaceEntry, OwnershipMap
from ownership.oncall.calendar import Unit
from ownership.oncall.escalation import Step, Target, TargetKind
from ownership.responsibility import Level, Tenancy
from ownership.roles import TeamRole
from ownership.sources import Source, readers
from ownership.sources.fields import Fields, Wrong
from ownership.sources.tree import Entries, Items, Mistake, Node, Scalar, Unreadable, read_tree


@dataclass(frozen=True)
class ChannelSpec:
    """A way to reach a team or a person: kind, address, and the variable that holds the secret to sign with."""

    kind: str
    address: str = ""
    secret_env: str = ""


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
    """A team; None for `name`, `rotation` or `escalation` where the file says nothing. Members: username and role."""

    slug: str
    name: str | None = None
    members: tuple[tuple[str, TeamRole], ...] = ()
    rotation: RotationSpec | None = None
    escalation: tuple[Step, ...] | None = None
    channels: tuple[ChannelSpec, ...] = ()
    line: int = field(default=0, compare=False)


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


@dataclass(frozen=True)
class Known:
    """Names that a file may use without explaining them: those that the service has already."""

    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()


_SECTIONS = ("teams", "clusters", "components", "namespaces")
_TEAM = ("slug", "name", "members", "rotation", "escalation", "channels")
_MEMBER = ("username", "name", "email", "role", "contacts")
_ROTATION = ("time_zone", "handoff", "people", "shift")
_CLUSTER = ("slug", "name", "tenancy", "operated_by", "dedicated_to", "fallback")
_CHANNEL = ("kind", "address", "secret_env")


def parse(text: str, known: Known | None = None) -> MapFile | list[Mistake]:
    """A file, or every mistake in it in the order of its lines; never half a map.

    Args:
        text: the YAML.
        known: names that the service has already and that the file may use.
    """
    mistakes: list[Mistake] = []
    try:
        tree = read_tree(text)
    except Unreadable as unreadable:
        return [unreadable.mistake]
    if tree is None:
        return [Mistake(1, "file", "", "is empty", "Write at least one of teams, clusters, components, namespaces.")]
    root = Fields(tree, "", _SECTIONS, mistakes)
    found = _File(root, _names(tree, known or Known()), mistakes).read()
    return sorted(mistakes, key=lambda mistake: mistake.line) if mistakes else found


def map_of(file: MapFile) -> OwnershipMap:
    """What a file says on its own, without a database: for trying a map out."""
    return OwnershipMap.of(tuple(spec.entry for spec in file.clusters), file.components, file.namespaces)


def _names(tree: Node, known: Known) -> Known:
    return Known(
        known.teams | frozenset(_words(tree, "teams", "slug")),
        known.people | frozenset(_words(tree, "teams", "members", "username")),
        known.clusters | frozenset(_words(tree, "clusters", "slug")),
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

    def __init__(self, root: Fields, names: Known, mistakes: list[Mistake]) -> None:
        self.root = root
        self.mistakes = mistakes
        self.team = readers.known("team", names.teams)
        self.cluster = readers.known("cluster", names.clusters)
        self.person = readers.known("person", names.people)
        self.people: dict[str, PersonSpec] = {}
        self._first_line: dict[tuple[str, ...], int] = {}

    def read(self) -> MapFile:
        teams = tuple(self._team(each) for each in self.root.each("teams", _TEAM))
        clusters = tuple(self._cluster(each) for each in self.root.each("clusters", _CLUSTER))
        components = self.root.each("components", ("cluster", "kind", "name", "team"))
        namespaces = self.root.each("namespaces", ("cluster", "name", "team", "level"))
        return MapFile(
            teams,
            tuple(self.people.values()),
            clusters,
            tuple(self._component(each) for each in components),
            tuple(self._namespace(each) for each in namespaces),
        )

    def _team(self, fields: Fields) -> TeamSpec:
        slug = fields.text("slug", readers.slug, example="payments")
        self._once(fields, "slug", "team", slug)
        return TeamSpec(
            slug=slug,
            name=fields.maybe("name", readers.words(120)),
            members=tuple(self._member(each, slug) for each in fields.each("members", _MEMBER)),
            rotation=self._rotation(fields.inside("rotation", _ROTATION)),
            escalation=tuple(self._steps(fields)) if fields.has("escalation") else None,
            channels=tuple(self._channels(fields, "channels", ("webhook", "log"), f"channel of {slug}")),
            line=fields.line,
        )

    def _member(self, fields: Fields, team: str) -> tuple[str, TeamRole]:
        username = fields.text("username", readers.username, example="ada")
        self._once(fields, "username", f"member of {team}", username)
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
            self._once(fields, "email", "e-mail address", person.email)
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
        names = [fields.checked("people", one, self.person) or "" for one in together if isinstance(one, Scalar)]
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
        for each in fields.each("escalation", ("page", "wait")):
            steps += 1
            target = _target(each.text("page", self._page, example="on-call"))
            minutes = each.text("wait", readers.wait, example="5m")
            yield Step((target,), timedelta(minutes=int(minutes or 1)))
        if not steps:
            fields.refuse("escalation", "", "has no step", "Write a step, or leave it out for the default.")

    def _page(self, text: str) -> str | Wrong:
        if text in (readers.ON_CALL, readers.TEAM):
            return text
        found = self.person(text)
        if isinstance(found, str):
            return found
        remedy = f"Write {readers.ON_CALL}, {readers.TEAM} or a username. {found.remedy}"
        return Wrong("is nobody to page", remedy)

    def _channels(self, fields: Fields, key: str, kinds: tuple[str, ...], noun: str) -> Iterator[ChannelSpec]:
        for each in fields.each(key, _CHANNEL):
            kind = each.text("kind", readers.one_of(kinds), example=kinds[0])
            address = self._address(each, kind)
            secret = each.maybe("secret_env", readers.secret_env) or ""
            if secret and kind != "webhook":
                each.refuse("secret_env", "", f"does nothing for {kind}", "Only a webhook is signed: leave it out.")
            self._once(each, "address", noun, kind, address, shown="")
            yield ChannelSpec(kind, address, secret)

    def _address(self, fields: Fields, kind: str) -> str:
        if kind == "log":
            if fields.has("address"):
                fields.refuse("address", "", "does nothing for the log", "Leave it out.")
            return ""
        if kind == "email":
            return fields.text("address", readers.email, example="ada@example.org")
        return fields.text("address", readers.web_address, example="https://chat.example.org/hook")

    def _cluster(self, fields: Fields) -> ClusterSpec:
        slug = fields.text("slug", readers.slug, example="prod-eu-1")
        self._once(fields, "slug", "cluster", slug)
        tenancy = fields.maybe("tenancy", readers.one_of([t.value for t in Tenancy])) or Tenancy.SHARED.value
        dedicated_to = fields.maybe("dedicated_to", self.team)
        if tenancy == Tenancy.DEDICATED and not fields.has("dedicated_to"):
            fields.refuse("dedicated_to", "", "is missing on a dedicated cluster", "Name the team that it is for.")
        if tenancy == Tenancy.SHARED and fields.has("dedicated_to"):
            remedy = "Write tenancy: dedicated, or leave dedicated_to out."
            fields.refuse("dedicated_to", dedicated_to or "", "does not go with a shared cluster", remedy)
        entry = ClusterEntry(
            slug=slug,
            operated_by=fields.text("operated_by", self.team, example="platform"),
            tenancy=Tenancy(tenancy),
            dedicated_to=dedicated_to,
            fallback=fields.maybe("fallback", self.team),
            source=Source.FILE,
        )
        return ClusterSpec(entry, fields.maybe("name", readers.words(120)))

    def _component(self, fields: Fields) -> ComponentEntry:
        cluster = fields.text("cluster", self.cluster, example="prod-eu-1")
        kind = fields.text("kind", readers.words(63), example="CoreDNS")
        name = fields.maybe("name", readers.words(253)) or ""
        self._once(fields, "name", "component", cluster, kind.casefold(), name)
        return ComponentEntry(cluster, kind, name, fields.maybe("team", self.team), Source.FILE)

    def _namespace(self, fields: Fields) -> NamespaceEntry:
        cluster = fields.maybe("cluster", self.cluster)
        name = fields.text("name", readers.namespace, example="shop")
        # An unknown cluster is a mistake of its own, not a namespace of every cluster.
        if cluster or not fields.has("cluster"):
            self._once(fields, "name", "namespace", cluster or "every cluster", name)
        team = fields.text("team", self.team, example="payments")
        level = fields.maybe("level", readers.one_of([level.value for level in Level]))
        return NamespaceEntry(cluster, name, team, Level(level) if level else Level.NAMESPACE, Source.FILE)

    def _once(self, fields: Fields, key: str, *what: str, shown: str | None = None) -> None:
        """Refuses the second of two that are the same thing."""
        if not all(what[:2]):
            return
        if what in self._first_line:
            value = what[-1] if shown is None else shown
            first = self._first_line[what]
            fields.refuse(key, value, f"is the same {what[0]} as on line {first}", "Keep one of them.")
        self._first_line.setdefault(what, fields.line)


def _target(page: str) -> Target:
    if page == readers.TEAM:
        return Target(TargetKind.TEAM)
    return Target(TargetKind.ON_CALL) if page in ("", readers.ON_CALL) else Target(TargetKind.USER, page)
