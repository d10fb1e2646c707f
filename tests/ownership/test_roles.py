"""What each role may do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownership.entries import NamespaceEntry, RuleEntry, precedence_of
from ownership.matchers import Matcher
from ownership.ownership_map import OwnershipMap
from ownership.responsibility import Level
from ownership.roles import (
    Action,
    Decision,
    Person,
    Role,
    TeamRole,
    may,
    may_apply_file,
    may_edit_cluster,
    may_edit_component,
    may_edit_levels,
    may_edit_namespace,
    may_edit_rule,
    may_edit_team,
    may_make_team,
    may_refuse,
)

READ, ANSWER, EDIT, OPERATE, ADMINISTER = Action


@pytest.mark.parametrize(
    ("role", "team_role", "allowed", "because"),
    [
        ("viewer", None, {READ}, "a viewer reads, and that is all"),
        ("viewer", "member", {READ, ANSWER}, "a team member answers what the team is asked"),
        ("viewer", "admin", {READ, ANSWER, EDIT}, "a team admin edits that team, and nothing of the platform"),
        ("operator", None, {READ, ANSWER, EDIT, OPERATE}, "an operator edits every team, but no accounts"),
        ("operator", "member", {READ, ANSWER, EDIT, OPERATE}, "being in a team as well takes nothing away"),
        ("admin", None, {READ, ANSWER, EDIT, OPERATE, ADMINISTER}, "an admin may everything"),
        ("nonsense", None, set(), "an unknown role may nothing, not even read"),
        ("viewer", "nonsense", {READ}, "an unknown role in the team adds nothing"),
    ],
)
def test_what_a_role_may_do(role: str, team_role: str | None, allowed: set[Action], because: str) -> None:
    assert {action for action in Action if may(role, action, team_role=team_role)} == allowed, because


def test_a_higher_role_may_whatever_a_lower_one_may() -> None:
    may_by_role = [{action for action in Action if may(role, action)} for role in Role]
    assert may_by_role[0] < may_by_role[1] < may_by_role[2]


def test_a_team_role_is_written_out_with_its_team() -> None:
    assert [role.label for role in TeamRole] == ["Team member", "Team admin"]


VIEWER = Person("viewer")
MEMBER = Person("viewer", {"payments": "member"})
LEADER = Person("viewer", {"payments": "admin"})  # a team admin
BOTH = Person("viewer", {"payments": "admin", "cart": "admin"})
OPERATOR = Person("operator")
ADMIN = Person("admin")
GONE = Person("admin", {"payments": "admin"}, is_active=False)

SHOP = NamespaceEntry("prod", "shop", "payments", annotations_for=("search",))
MAP = OwnershipMap.of(
    namespaces=[
        SHOP,
        NamespaceEntry("prod", "web", "cart"),
        NamespaceEntry(None, "pay", "payments"),
        NamespaceEntry("test", "pay", "cart"),
        NamespaceEntry(None, "bills", "payments"),
    ]
)


@pytest.mark.parametrize(
    "question", [may_edit_cluster, may_edit_component, may_edit_levels, may_apply_file, may_make_team]
)
def test_only_operators_edit_what_is_the_platforms(question: object) -> None:
    assert callable(question)
    assert [bool(question(who)) for who in (VIEWER, MEMBER, BOTH, GONE)] == [False] * 4
    assert [bool(question(who)) for who in (OPERATOR, ADMIN)] == [True] * 2
    assert question(LEADER).why.startswith("only operators edit")


@pytest.mark.parametrize("question", [may_edit_team, may_refuse])
def test_a_team_is_edited_by_its_admins_and_operators(question: object) -> None:
    assert callable(question)
    allowed = [bool(question(who, "payments")) for who in (VIEWER, MEMBER, LEADER, OPERATOR, ADMIN, GONE)]
    assert allowed == [False, False, True, True, True, False]
    assert not question(LEADER, "cart"), "an admin of another team"


def _entry(**other: object) -> NamespaceEntry:
    given = {"cluster": "prod", "name": "shop", "team": "payments", "annotations_for": ("search",)} | other
    return NamespaceEntry(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "who", "because"),
    [
        (SHOP, _entry(annotations_for=("search", "cart")), "LBO", "an admin says whom the namespace allows"),
        (SHOP, _entry(team="cart"), "BO", "giving it to another team takes an admin of both"),
        (_entry(team="cart"), SHOP, "BO", "and so does taking it"),
        (SHOP, _entry(level=Level.FULL), "O", "the level is the operators'"),
        (SHOP, _entry(team="cart", level=Level.FULL), "O", "also together with something else"),
        (SHOP, _entry(name="kube-system"), "O", "nobody moves a namespace onto another"),
        (SHOP, _entry(cluster=None), "O", "or into every cluster"),
        (None, SHOP, "O", "nobody takes what is nobody's"),
        (SHOP, None, "O", "nobody drops what then falls to somebody else"),
    ],
)
def test_who_may_edit_a_namespace(
    before: NamespaceEntry | None, after: NamespaceEntry | None, who: str, because: str
) -> None:
    people = {"V": VIEWER, "M": MEMBER, "L": LEADER, "B": BOTH, "O": OPERATOR, "G": GONE}
    allowed = "".join(key for key, person in people.items() if may_edit_namespace(person, before, after))
    assert allowed == who, because


def _rule(team: str = "payments", cluster: str | None = "prod", level: Level | None = None, **given: str) -> RuleEntry:
    matcher = Matcher.of(given)
    return RuleEntry(cluster, matcher, team, level, precedence_of(matcher), "manual")


@pytest.mark.parametrize(
    ("rule", "who", "because"),
    [
        (_rule(namespace="shop", workload="a"), "LBO", "within the team's own namespace"),
        (_rule("search", namespace="shop", workload="a"), "LBO", "for a team that the namespace allows"),
        (_rule("cart", namespace="shop", workload="a"), "BO", "for another team only by an admin of it"),
        (_rule(namespace="shop"), "O", "the whole namespace is no part of it"),
        (_rule(namespace="web", workload="a"), "BO", "another team's namespace takes an admin of that team"),
        (_rule(namespace="lost", workload="a"), "O", "what nobody owns is nobody's to give"),
        (_rule(namespace="kube-*", workload="a"), "O", "a glob may fit other people's namespaces"),
        (_rule(workload="a"), "O", "and so may a rule without a namespace"),
        (_rule(image="*"), "O", "one for everything is the operators'"),
        (_rule(namespace="shop", workload="a", level=Level.FULL), "O", "a level is the operators'"),
        (_rule(cluster=None, namespace="bills", workload="a"), "LBO", "it is the team's in every cluster"),
        (_rule(cluster=None, namespace="pay", workload="a"), "BO", "in one cluster it is another team's"),
        (_rule(cluster=None, namespace="shop", workload="a"), "O", "it is the team's in one cluster only"),
        (_rule(cluster="test", namespace="pay", workload="a"), "BO", "the row of that cluster counts"),
        (_rule(cluster="new", namespace="pay", workload="a"), "LBO", "else the one of every cluster"),
    ],
)
def test_who_may_write_a_rule(rule: RuleEntry, who: str, because: str) -> None:
    people = {"V": VIEWER, "M": MEMBER, "L": LEADER, "B": BOTH, "O": OPERATOR, "G": GONE}
    for before, after in ((None, rule), (rule, None), (rule, rule)):
        allowed = "".join(key for key, person in people.items() if may_edit_rule(person, before, after, MAP))
        assert allowed == who, because


def test_nobody_makes_a_rule_of_their_own_out_of_another_one() -> None:
    mine, other = _rule(namespace="shop", workload="a"), _rule(image="*")
    assert not may_edit_rule(LEADER, other, mine, MAP)
    assert not may_edit_rule(LEADER, mine, other, MAP)
    assert not may_edit_rule(LEADER, None, None, MAP)


def test_what_a_label_wrote_is_refused_and_not_edited() -> None:
    rule = RuleEntry("prod", Matcher.of(namespace="shop", workload="a"), "payments", source="annotation")
    assert may_edit_rule(LEADER, rule, None, MAP).why == (
        "the annotation wrote this rule; it is changed there, and refused by its team"
    )


_words = st.sampled_from(["viewer", "operator", "admin", "member", "nonsense", ""])
_people = st.builds(Person, _words, st.dictionaries(st.sampled_from(["payments", "cart"]), _words), st.booleans())
_names = st.sampled_from(["shop", "web", "pay", "lost", "kube-*", "~.*"])
_rules = st.builds(
    lambda team, cluster, name, workload: RuleEntry(
        cluster, m := Matcher.of(namespace=name, workload=workload), team, None, precedence_of(m), "manual"
    ),
    st.sampled_from(["payments", "cart", "search"]),
    st.sampled_from([None, "prod", "test"]),
    _names,
    st.sampled_from(["", "a", "a-*"]),
)


@settings(deadline=None)  # machines that are busy
@given(_people, st.none() | _rules, st.none() | _rules)
def test_whoever_is_no_admin_of_a_team_and_no_operator_writes_nothing(
    person: Person, before: RuleEntry | None, after: RuleEntry | None
) -> None:
    decision = may_edit_rule(person, before, after, MAP)
    assert isinstance(decision, Decision)
    assert decision.why, "total, and with a reason"
    if decision and person.role not in {"operator", "admin"}:
        assert "admin" in person.teams.values()
    if not person.is_active:
        assert not decision
