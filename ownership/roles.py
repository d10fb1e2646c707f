"""What each role may do: the one place where that is decided. PURE.

Three roles hold everywhere and two hold inside a team. They add up: a person who is a viewer everywhere may be
the admin of one team.

Who may edit the map is asked with the row as it is and as it would become (None: there is none). Pages, REST and
commands ask here, so that they cannot disagree; the answer says why, for whoever may not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ownership.entries import NamespaceEntry, RuleEntry, precedence_of
from ownership.matchers import Condition
from ownership.ownership_map import OwnershipMap
from ownership.sources import Source


class Role(StrEnum):
    """A person's role in the whole service, from least to most."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class TeamRole(StrEnum):
    """A person's role in one team."""

    MEMBER = "member"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return "Team member" if self is TeamRole.MEMBER else "Team admin"


class Action(StrEnum):
    """What a person may be allowed to do."""

    READ = "read"  # every page but the people's own
    ANSWER = "answer"  # acknowledge, resolve, comment on what is asked of a team
    EDIT_TEAM = "edit the team"  # the team's members, schedules and rules
    OPERATE = "operate"  # clusters, components, levels, integrations, every incident
    ADMINISTER = "administer"  # people, their roles, the security log


_EVERYWHERE: Mapping[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.OPERATOR: frozenset({Action.READ, Action.ANSWER, Action.EDIT_TEAM, Action.OPERATE}),
    Role.ADMIN: frozenset(Action),
}
_IN_TEAM: Mapping[TeamRole, frozenset[Action]] = {
    TeamRole.MEMBER: frozenset({Action.READ, Action.ANSWER}),
    TeamRole.ADMIN: frozenset({Action.READ, Action.ANSWER, Action.EDIT_TEAM}),
}


def may(role: str, action: Action, *, team_role: str | None = None) -> bool:
    """Whether somebody with this role, and this role in the team in question, may do this.

    Args:
        role: the person's role in the service, a value of `Role`; an unknown one may nothing.
        action: what is to be done.
        team_role: the person's role in the team that the thing belongs to, or None outside of it.
    """
    everywhere = _EVERYWHERE.get(Role(role), frozenset()) if role in set(Role) else frozenset()
    in_team = _IN_TEAM.get(TeamRole(team_role), frozenset()) if team_role in set(TeamRole) else frozenset()
    return action in everywhere | in_team


@dataclass(frozen=True)
class Person:
    """Who asks: the role in the service, and the roles in teams by their slugs."""

    role: str
    teams: Mapping[str, str] = field(default_factory=dict)
    is_active: bool = True

    def may(self, action: Action, team: str | None = None) -> bool:
        return self.is_active and may(self.role, action, team_role=self.teams.get(team) if team else None)


@dataclass(frozen=True)
class Decision:
    """Whether somebody may, and the sentence that says why."""

    is_allowed: bool
    why: str

    def __bool__(self) -> bool:
        return self.is_allowed


def may_edit_cluster(person: Person) -> Decision:
    """Clusters: made, changed and removed by operators alone, whoever they are dedicated to."""
    return _operators(person, "clusters")


def may_edit_component(person: Person) -> Decision:
    """Parts of the platform, also those that a team runs."""
    return _operators(person, "components")


def may_edit_levels(person: Person) -> Decision:
    """The level of a namespace, and the table of kinds and levels."""
    return _operators(person, "levels and the split of kinds")


def may_apply_file(person: Person) -> Decision:
    """A file may hold everything, so it takes whoever may edit everything."""
    return _operators(person, "the map as a file")


def may_make_team(person: Person) -> Decision:
    """A new team, and what a team is a part of."""
    return _operators(person, "which teams there are")


def may_edit_team(person: Person, team: str) -> Decision:
    """A team's name, members, contacts, rotation and groups."""
    if person.may(Action.EDIT_TEAM, team):
        return Decision(True, f"an admin of {team}, or an operator, edits it")
    return Decision(False, f"only admins of {team} and operators edit it")


def may_refuse(person: Person, team: str) -> Decision:
    """Saying no to what a label gave the team, and taking that back."""
    return may_edit_team(person, team)


def may_edit_namespace(person: Person, before: NamespaceEntry | None, after: NamespaceEntry | None) -> Decision:
    """A namespace of the map.

    A team admin changes what the team owns: which teams annotations may name there, and whose it is where the person is
    an admin of both teams. Adding, removing, moving and the level are the operators': a team takes nothing and is given
    nothing without its own people or the operators.
    """
    if person.may(Action.OPERATE):
        return _OPERATES
    if before is None or after is None:
        return Decision(False, "only operators add namespaces to the map and remove them")
    if (before.cluster, before.name) != (after.cluster, after.name):
        return Decision(False, "only operators move a namespace")
    if before.level != after.level:
        return may_edit_levels(person)
    return _all_of(person, (before.team, after.team))


def may_edit_rule(
    person: Person, before: RuleEntry | None, after: RuleEntry | None, ownership_map: OwnershipMap
) -> Decision:
    """A rule of the map.

    A team admin writes rules within the namespaces that the team owns, named as words, for teams of which the person is
    an admin or that the namespace allows. Every other rule, and one that says a level, is the operators'.
    """
    if person.may(Action.OPERATE):
        return _OPERATES
    for rule in filter(None, (before, after)):
        decision = _may_write(person, rule, ownership_map)
        if not decision:
            return decision
    if before is None and after is None:
        return Decision(False, "there is no such rule")
    return Decision(True, "an admin of the team that owns the namespaces edits the rules within them")


_OPERATES = Decision(True, "operators edit the whole map")


def _operators(person: Person, what: str) -> Decision:
    return _OPERATES if person.may(Action.OPERATE) else Decision(False, f"only operators edit {what}")


def _all_of(person: Person, teams: Iterable[str]) -> Decision:
    for team in dict.fromkeys(teams):
        decision = may_edit_team(person, team)
        if not decision:
            return Decision(False, f"it takes an admin of {team}, or an operator")
    return Decision(True, "an admin of the team edits what the team owns")


def _may_write(person: Person, rule: RuleEntry, ownership_map: OwnershipMap) -> Decision:
    if rule.source and rule.source not in {Source.MANUAL, Source.FILE}:
        return Decision(False, f"the {rule.source} wrote this rule; it is changed there, and refused by its team")
    if rule.level:
        return may_edit_levels(person)
    if not rule.matcher.is_within_a_namespace or rule.precedence is not precedence_of(rule.matcher):
        return Decision(False, "only operators write rules that do not name something within a namespace")
    for name in rule.matcher.texts(Condition.NAMESPACE):
        decision = _may_write_within(person, rule, name, ownership_map)
        if not decision:
            return decision
    return Decision(True, "")


def _may_write_within(person: Person, rule: RuleEntry, name: str, ownership_map: OwnershipMap) -> Decision:
    """Where a rule holds in every cluster, its namespace has to be the team's in every cluster."""
    here = [entry for entry in ownership_map.namespaces_called(name) if rule.cluster in (None, entry.cluster)]
    here = here or [entry for entry in ownership_map.namespaces_called(name) if entry.cluster is None]
    everywhere = any(entry.cluster is None for entry in here)
    if not here or (rule.cluster is None and not everywhere):
        where = rule.cluster or "every cluster"
        return Decision(False, f"no team owns the namespace {name} in {where}, so only operators write rules there")
    for entry in here:
        if not person.may(Action.EDIT_TEAM, entry.team):
            return Decision(False, f"the namespace {name} is {entry.team}'s: it takes an admin of that team")
        is_allowed = rule.team == entry.team or bool({"*", rule.team} & set(entry.annotations_for))
        if not is_allowed and not person.may(Action.EDIT_TEAM, rule.team):
            return Decision(False, f"the namespace {name} does not allow {rule.team}: name it there first")
    return Decision(True, "")
