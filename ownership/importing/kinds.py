"""Each kind of row of the map: how the file and the table spell it as texts, and how a row is made of them.

`changes.compare` decides on the texts; what it decided is written here, in bulk: a constant number of statements for
every kind, however many rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from ownership.changes import Change, Found, Key, Values, Verb, compare
from ownership.models import (
    Cluster,
    Component,
    ContactMethod,
    EscalationPolicy,
    Layer,
    Member,
    Namespace,
    Participant,
    Schedule,
    Step,
    Team,
    TeamChannel,
)
from ownership.oncall.escalation import Step as PolicyStep
from ownership.oncall.escalation import TargetKind
from ownership.oncall.models import shown
from ownership.sources import Source
from ownership.sources.mapfile import MapFile, RotationSpec

BATCH = 1000
EVERYWHERE = "*"


@dataclass
class Ids:
    """Primary keys by the names that a file uses, and the service's names of people whom it calls otherwise."""

    people: dict[str, int] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    clusters: dict[str, int] = field(default_factory=dict)

    def username(self, name: str) -> str:
        return self.called.get(name, name)


class Kind:
    """One kind of row. Rows are found by `key`, and `values` are what is compared, shown and written."""

    what: ClassVar[str]
    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[str, ...]]  # what `assign` sets, besides source and updated_at
    may_be_held: ClassVar[bool] = False  # whether rows that are not parts of it may refer to it

    def __init__(self, file: MapFile, ids: Ids) -> None:
        self.file = file
        self.ids = ids
        self._rows: dict[Key, Any] = {}

    def rows(self) -> Iterable[Any]:
        return self.model._default_manager.all()  # noqa: SLF001 - Django's name for it

    def key(self, row: Any) -> Key:
        raise NotImplementedError

    def values(self, row: Any) -> Values:
        raise NotImplementedError

    def wanted(self) -> Mapping[Key, Values]:
        """What the file says; a field that it leaves open is left out and stays as it is."""
        raise NotImplementedError

    def new(self, key: Key) -> Any:
        """An unsaved row."""
        raise NotImplementedError

    def assign(self, row: Any, values: Values) -> None:
        """Sets the columns of a row; `source` and `updated_at` are set already."""
        raise NotImplementedError

    def write_parts(self, rows: Mapping[Key, Any]) -> None:
        """Writes what hangs on the rows that were added or changed."""

    def shown(self, change: Change) -> Change:
        """The change as it may be printed."""
        return change

    def write(self, *, prune: bool, now: datetime) -> list[Change]:
        """Adds and changes rows; what is to go is only listed."""
        self._rows = {self.key(row): row for row in self.rows()}
        wanted = self.wanted()
        found = {key: Found(self.values(row), row.source) for key, row in self._rows.items()}
        changes = compare(self.what, wanted, found, prune=prune)
        added = {change.key: self.new(change.key) for change in changes if change.verb is Verb.ADD}
        changed = {change.key: self._rows[change.key] for change in changes if change.verb is Verb.CHANGE}
        columns = [*self.columns, "source"]
        if any(column.name == "updated_at" for column in self.model._meta.fields):  # noqa: SLF001
            columns.append("updated_at")
        for key, row in (added | changed).items():
            row.source, row.updated_at = Source.FILE, now
            self.assign(row, wanted[key])
        manager = self.model._default_manager  # noqa: SLF001
        manager.bulk_create(list(added.values()), batch_size=BATCH)
        manager.bulk_update(list(changed.values()), columns, batch_size=BATCH)
        self.write_parts(added | changed)
        return changes

    def remove(self, changes: Iterable[Change]) -> list[Change]:
        """Removes what is listed as going, but for rows that others still refer to: those are listed as kept."""
        listed = list(changes)
        going = {self._rows[change.key].pk for change in listed if change.verb is Verb.REMOVE}
        held = self._held(going)
        self.model._default_manager.filter(pk__in=going - held.keys()).delete()  # noqa: SLF001
        return [self._as_done(change, held) for change in listed]

    def _as_done(self, change: Change, held: Mapping[int, str]) -> Change:
        if change.verb is Verb.REMOVE and (why := held.get(self._rows[change.key].pk)):
            return replace(change, verb=Verb.KEEP, why=f"not in the file, and kept: {why} not from it refers to it")
        return change

    def _held(self, going: set[int]) -> dict[int, str]:
        """Which of these rows something still refers to, a table of this package or of another, and what."""
        held: dict[int, str] = {}
        for relation in self.model._meta.related_objects if going and self.may_be_held else ():  # noqa: SLF001
            table, column = relation.related_model, relation.field.attname
            named = table._default_manager.filter(**{f"{column}__in": going})  # noqa: SLF001
            held |= dict.fromkeys(named.values_list(column, flat=True), f"a {table._meta.verbose_name}")  # noqa: SLF001
        return held


class Teams(Kind):
    what, model, columns = "team", Team, ("name",)
    may_be_held = True

    def key(self, row: Team) -> Key:
        return (row.slug,)

    def values(self, row: Team) -> Values:
        return {"name": row.name}

    def wanted(self) -> Mapping[Key, Values]:
        return {(spec.slug,): _given(name=spec.name) for spec in self.file.teams}

    def new(self, key: Key) -> Team:
        return Team(slug=key[0], name=_name_of(key[0]))

    def assign(self, row: Team, values: Values) -> None:
        row.name = values.get("name", row.name)


class Members(Kind):
    what, model, columns = "member", Member, ("role",)

    def rows(self) -> Iterable[Member]:
        return Member.objects.select_related("team", "user")

    def key(self, row: Member) -> Key:
        return (row.team.slug, row.user.username)

    def values(self, row: Member) -> Values:
        return {"role": row.role}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (team.slug, self.ids.username(name)): {"role": role.value}
            for team in self.file.teams
            for name, role in team.members
        }

    def new(self, key: Key) -> Member:
        return Member(team_id=self.ids.teams[key[0]], user_id=self.ids.people[key[1]])

    def assign(self, row: Member, values: Values) -> None:
        row.role = values["role"]


class Contacts(Kind):
    what, model, columns = "contact", ContactMethod, ("secret_env", "verified_at")

    def rows(self) -> Iterable[ContactMethod]:
        return ContactMethod.objects.select_related("user")

    def key(self, row: ContactMethod) -> Key:
        return (row.user.username, row.kind, row.address)

    def values(self, row: ContactMethod) -> Values:
        return {"signed with": row.secret_env, "verified": "yes" if row.verified_at else "no"}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (self.ids.username(person.username), spec.kind, spec.address): {
                "signed with": spec.secret_env,
                "verified": "yes",  # whoever may apply files answers for what is in them
            }
            for person in self.file.people
            for spec in person.contacts
        }

    def new(self, key: Key) -> ContactMethod:
        return ContactMethod(user_id=self.ids.people[key[0]], kind=key[1], address=key[2])

    def assign(self, row: ContactMethod, values: Values) -> None:
        row.secret_env = values["signed with"]
        row.verified_at = row.verified_at or row.updated_at

    def shown(self, change: Change) -> Change:
        return replace(change, key=(change.key[0], shown(*change.key[1:])))


class Channels(Kind):
    what, model, columns = "channel", TeamChannel, ("secret_env",)

    def rows(self) -> Iterable[TeamChannel]:
        return TeamChannel.objects.select_related("team")

    def key(self, row: TeamChannel) -> Key:
        return (row.team.slug, row.kind, row.address)

    def values(self, row: TeamChannel) -> Values:
        return {"signed with": row.secret_env}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (team.slug, spec.kind, spec.address): {"signed with": spec.secret_env}
            for team in self.file.teams
            for spec in team.channels
        }

    def new(self, key: Key) -> TeamChannel:
        return TeamChannel(team_id=self.ids.teams[key[0]], kind=key[1], address=key[2])

    def assign(self, row: TeamChannel, values: Values) -> None:
        row.secret_env = values["signed with"]

    def shown(self, change: Change) -> Change:
        return replace(change, key=(change.key[0], shown(*change.key[1:])))


class Rotations(Kind):
    what, model, columns = "rotation", Schedule, ("time_zone",)

    def rows(self) -> Iterable[Schedule]:
        return Schedule.objects.select_related("team").prefetch_related("layers__participants__user")

    def key(self, row: Schedule) -> Key:
        return (row.team.slug,)

    def values(self, row: Schedule) -> Values:
        layers = [_layer_values(layer) for layer in row.layers.all()]
        # A file writes one layer; where there are more, the texts differ from any that a file could say.
        joined = {name: " | ".join(layer[name] for layer in layers) for name in ("handoff", "shift", "people")}
        return {"time zone": row.time_zone, **joined}

    def wanted(self) -> Mapping[Key, Values]:
        return {key: self._values_of(spec) for key, spec in self._specs().items()}

    def new(self, key: Key) -> Schedule:
        return Schedule(team_id=self.ids.teams[key[0]])

    def assign(self, row: Schedule, values: Values) -> None:
        row.time_zone = values["time zone"]

    def write_parts(self, rows: Mapping[Key, Any]) -> None:
        specs = self._specs()
        Layer.objects.filter(schedule__in=rows.values()).delete()
        layers = {key: _new_layer(row, specs[key]) for key, row in rows.items()}
        Layer.objects.bulk_create(layers.values(), batch_size=BATCH)
        Participant.objects.bulk_create(
            [
                Participant(layer=layer, turn=turn, user_id=self.ids.people[name])
                for key, layer in layers.items()
                for turn, together in enumerate(specs[key].people)
                for name in together
            ],
            batch_size=BATCH,
        )

    def _specs(self) -> dict[Key, RotationSpec]:
        return {(team.slug,): team.rotation for team in self.file.teams if team.rotation}

    def _values_of(self, spec: RotationSpec) -> Values:
        return {
            "time zone": spec.time_zone,
            "handoff": f"{spec.handoff:%Y-%m-%d %H:%M:%S}",
            "shift": f"{spec.count} {spec.unit}",
            "people": _turns([self.ids.username(name) for name in together] for together in spec.people),
        }


class Escalations(Kind):
    what, model, columns = "escalation", EscalationPolicy, ()

    def rows(self) -> Iterable[EscalationPolicy]:
        return EscalationPolicy.objects.select_related("team").prefetch_related("steps__user")

    def key(self, row: EscalationPolicy) -> Key:
        return (row.team.slug,)

    def values(self, row: EscalationPolicy) -> Values:
        steps = [(step.user.username if step.user else step.target, step.wait) for step in row.steps.all()]
        return {"steps": _steps(steps)}

    def wanted(self) -> Mapping[Key, Values]:
        return {key: {"steps": _steps(map(self._step, steps))} for key, steps in self._specs().items()}

    def new(self, key: Key) -> EscalationPolicy:
        return EscalationPolicy(team_id=self.ids.teams[key[0]])

    def assign(self, row: EscalationPolicy, values: Values) -> None:
        """A policy is its steps."""

    def write_parts(self, rows: Mapping[Key, Any]) -> None:
        specs = self._specs()
        Step.objects.filter(policy__in=rows.values()).delete()
        Step.objects.bulk_create(
            [
                self._new_step(row, position, step)
                for key, row in rows.items()
                for position, step in enumerate(specs[key])
            ],
            batch_size=BATCH,
        )

    def _new_step(self, policy: EscalationPolicy, position: int, step: PolicyStep) -> Step:
        target = step.targets[0]
        user = self.ids.people[target.user] if target.user else None
        return Step(policy=policy, position=position, target=target.kind, user_id=user, wait=step.wait)

    def _specs(self) -> dict[Key, tuple[PolicyStep, ...]]:
        return {(team.slug,): team.escalation for team in self.file.teams if team.escalation}

    def _step(self, step: PolicyStep) -> tuple[str, timedelta]:
        target = step.targets[0]
        return (self.ids.username(target.user) if target.user else target.kind, step.wait)


class Clusters(Kind):
    what, model = "cluster", Cluster
    may_be_held = True
    columns = ("name", "tenancy", "operated_by", "dedicated_to", "fallback")

    def rows(self) -> Iterable[Cluster]:
        return Cluster.objects.select_related("operated_by", "dedicated_to", "fallback")

    def key(self, row: Cluster) -> Key:
        return (row.slug,)

    def values(self, row: Cluster) -> Values:
        return {
            "name": row.name,
            "tenancy": row.tenancy,
            "operated_by": row.operated_by.slug,
            "dedicated_to": row.dedicated_to.slug if row.dedicated_to else "",
            "fallback": row.fallback.slug if row.fallback else "",
        }

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (spec.entry.slug,): _given(name=spec.name)
            | {
                "tenancy": spec.entry.tenancy.value,
                "operated_by": spec.entry.operated_by,
                "dedicated_to": spec.entry.dedicated_to or "",
                "fallback": spec.entry.fallback or "",
            }
            for spec in self.file.clusters
        }

    def new(self, key: Key) -> Cluster:
        return Cluster(slug=key[0], name=key[0])

    def assign(self, row: Cluster, values: Values) -> None:
        row.name = values.get("name", row.name)
        row.tenancy = values["tenancy"]
        row.operated_by_id = self.ids.teams[values["operated_by"]]
        row.dedicated_to_id = self.ids.teams.get(values["dedicated_to"])
        row.fallback_id = self.ids.teams.get(values["fallback"])


class Components(Kind):
    what, model, columns = "component", Component, ("kind", "team")

    def rows(self) -> Iterable[Component]:
        return Component.objects.select_related("cluster", "team")

    def key(self, row: Component) -> Key:
        return (row.cluster.slug, row.kind.casefold(), row.name)

    def values(self, row: Component) -> Values:
        return {"kind": row.kind, "team": row.team.slug if row.team else ""}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (entry.cluster, entry.kind.casefold(), entry.name): {"kind": entry.kind, "team": entry.team or ""}
            for entry in self.file.components
        }

    def new(self, key: Key) -> Component:
        return Component(cluster_id=self.ids.clusters[key[0]], name=key[2])

    def assign(self, row: Component, values: Values) -> None:
        row.kind = values["kind"]
        row.team_id = self.ids.teams.get(values["team"])


class Namespaces(Kind):
    what, model, columns = "namespace", Namespace, ("team", "level")

    def rows(self) -> Iterable[Namespace]:
        return Namespace.objects.select_related("cluster", "team")

    def key(self, row: Namespace) -> Key:
        return (row.cluster.slug if row.cluster else EVERYWHERE, row.name)

    def values(self, row: Namespace) -> Values:
        return {"team": row.team.slug, "level": row.level}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (entry.cluster or EVERYWHERE, entry.name): {"team": entry.team, "level": entry.level.value}
            for entry in self.file.namespaces
        }

    def new(self, key: Key) -> Namespace:
        return Namespace(cluster_id=self.ids.clusters.get(key[0]), name=key[1])

    def assign(self, row: Namespace, values: Values) -> None:
        row.team_id = self.ids.teams[values["team"]]
        row.level = values["level"]


DEPENDENT: tuple[Callable[[MapFile, Ids], Kind], ...] = (
    Members,
    Contacts,
    Channels,
    Rotations,
    Escalations,
    Components,
    Namespaces,
)
"""What refers to people, teams and clusters, and to nothing else here."""


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _name_of(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ").capitalize()


def _new_layer(schedule: Schedule, spec: RotationSpec) -> Layer:
    return Layer(
        schedule=schedule,
        handoff_on=spec.handoff.date(),
        handoff_time=spec.handoff.time(),
        shift_unit=spec.unit,
        shift_count=spec.count,
    )


def _layer_values(layer: Layer) -> dict[str, str]:
    turns: dict[int, list[str]] = {}
    for participant in layer.participants.all():
        turns.setdefault(participant.turn, []).append(participant.user.username)
    return {
        "handoff": f"{layer.handoff:%Y-%m-%d %H:%M:%S}",
        "shift": f"{layer.shift_count} {layer.shift_unit}",
        "people": _turns(turns[turn] for turn in sorted(turns)),
    }


def _turns(turns: Iterable[Iterable[str]]) -> str:
    """Who takes turns; people of one turn in the order of their names, because that order means nothing."""
    return ", ".join("+".join(sorted(together)) for together in turns)


def _steps(steps: Iterable[tuple[str, timedelta]]) -> str:
    return ", ".join(
        f"{'on-call' if name == TargetKind.ON_CALL else name} {wait // timedelta(minutes=1)}m" for name, wait in steps
    )
