"""Teams, their people, and how they answer: as a file spells them, and as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ownership.changes import Change, Key, Values
from ownership.importing.kinds import BATCH, Kind, given, joined, split
from ownership.models import (
    ContactMethod,
    EscalationPolicy,
    Layer,
    Member,
    Participant,
    Schedule,
    Step,
    Team,
    TeamChannel,
    TeamContact,
)
from ownership.oncall.escalation import Step as PolicyStep
from ownership.oncall.escalation import TargetKind
from ownership.oncall.models import shown
from ownership.sources.mapfile import RotationSpec


class Teams(Kind):
    what, model, columns = "team", Team, ("name", "kubernetes_groups")
    may_be_held = True

    def rows(self) -> Iterable[Team]:
        return Team.objects.select_related("parent")

    def key(self, row: Team) -> Key:
        return (row.slug,)

    def values(self, row: Team) -> Values:
        return {
            "name": row.name,
            "parent": row.parent.slug if row.parent else "",
            "groups": joined(row.kubernetes_groups),
        }

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (spec.slug,): given(name=spec.name)
            | {"parent": spec.parent or "", "groups": joined(spec.kubernetes_groups)}
            for spec in self.file.teams
        }

    def new(self, key: Key) -> Team:
        return Team(slug=key[0], name=_name_of(key[0]))

    def assign(self, row: Team, values: Values) -> None:
        row.name = values.get("name", row.name)
        row.kubernetes_groups = split(values["groups"])

    def write_parts(self, rows: Mapping[Key, Any]) -> None:
        """Parents, as soon as all teams are there: a file may name one before it describes it."""
        above = {spec.slug: spec.parent for spec in self.file.teams}
        ids = dict(Team.objects.values_list("slug", "pk"))
        moved = []
        for (slug,), row in rows.items():
            parent = ids.get(above[slug] or "")
            if row.parent_id != parent:
                row.parent_id = parent
                moved.append(row)
        Team.objects.bulk_update(moved, ["parent"], batch_size=BATCH)


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


class TeamContacts(Kind):
    what, model, columns = "team contact", TeamContact, ("note",)

    def rows(self) -> Iterable[TeamContact]:
        return TeamContact.objects.select_related("team")

    def key(self, row: TeamContact) -> Key:
        return (row.team.slug, row.kind, row.address)

    def values(self, row: TeamContact) -> Values:
        return {"note": row.note}

    def wanted(self) -> Mapping[Key, Values]:
        return {
            (team.slug, spec.kind, spec.address): {"note": spec.note}
            for team in self.file.teams
            for spec in team.contacts
        }

    def new(self, key: Key) -> TeamContact:
        return TeamContact(team_id=self.ids.teams[key[0]], kind=key[1], address=key[2])

    def assign(self, row: TeamContact, values: Values) -> None:
        row.note = values["note"]


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
