"""Applying a file: all of it or nothing, the same twice does nothing, and nobody's account is taken from them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership.changes import Report, Verb
from ownership.importing import Refused, apply, known_names
from ownership.models import (
    Cluster,
    Component,
    ContactMethod,
    EscalationPolicy,
    Layer,
    MapVersion,
    Member,
    Namespace,
    Participant,
    Schedule,
    Step,
    Team,
    TeamChannel,
    User,
)
from ownership.oncall.roster import who_is_on_call
from ownership.roles import Role
from ownership.sources.mapfile import MapFile, parse
from ownership.version import map_stamp
from tests.factories import make_component, make_member, make_namespace, make_team, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

WHOLE = """
teams:
  - slug: payments
    name: Payments
    members:
      - {username: ada, name: Ada, email: ada@example.org, role: admin}
      - {username: bo, email: bo@example.org, contacts: [{kind: webhook, address: "https://phone.example.org/bo"}]}
    rotation: {time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [ada, bo]}
    escalation:
      - {page: on-call, wait: 5m}
      - {page: bo, wait: 10m}
    channels:
      - {kind: webhook, address: "https://chat.example.org/T0P-S3CRET", secret_env: WHOSE_HOOK_CHAT}
  - slug: platform
    members: [{username: cy, email: cy@example.org}]
clusters:
  - {slug: prod, name: Production, operated_by: platform, fallback: platform}
components:
  - {cluster: prod, kind: CoreDNS, name: coredns, team: platform}
namespaces:
  - {cluster: prod, name: shop, team: payments, level: workloads}
  - {name: kube-system, team: platform}
"""
TABLES = (
    User,
    Team,
    Member,
    ContactMethod,
    TeamChannel,
    Schedule,
    Layer,
    Participant,
    EscalationPolicy,
    Step,
    Cluster,
    Component,
    Namespace,
    MapVersion,
)


def read(text: str) -> MapFile:
    file = parse(text, known_names())
    assert isinstance(file, MapFile), file
    return file


def applied(text: str, **options: Any) -> Report:
    return apply(read(text), **{"now": NOW, **options})


def everything() -> dict[str, list[Any]]:
    return {table.__name__: list(table._default_manager.order_by("pk").values()) for table in TABLES}


def lines(report: Report) -> list[str]:
    return str(report).splitlines()


def test_a_file_becomes_the_map() -> None:
    applied(WHOLE)
    assert set(Namespace.objects.values_list("cluster__slug", "name", "team__slug", "level", "source")) == {
        ("prod", "shop", "payments", "workloads", "file"),
        (None, "kube-system", "platform", "namespace", "file"),
    }
    cluster = Cluster.objects.get()
    assert (cluster.name, str(cluster.operated_by), str(cluster.fallback)) == ("Production", "Platform", "Platform")
    assert str(Component.objects.get()) == "CoreDNS coredns"
    payments = Team.objects.get(slug="payments")
    assert [user.username for user in who_is_on_call(payments, NOW).users] == ["ada"]
    assert [str(step) for step in payments.escalation_policy.steps.all()] == [
        "page on_call, wait 0:05:00",
        "page bo, wait 0:10:00",
    ]
    assert Namespace.objects.filter(updated_at=NOW).count() == 2


def test_a_report_names_every_row() -> None:
    report = lines(applied(WHOLE))
    assert "+ namespace prod/shop: team payments, level workloads" in report
    assert "+ namespace */kube-system: team platform, level namespace" in report
    assert "+ person ada: name Ada, email ada@example.org" in report
    assert (
        "+ rotation payments: time zone Europe/Berlin, handoff 2026-01-05 09:00:00, shift 1 weeks, people ada, bo"
        in report
    )
    assert "+ escalation payments: steps on-call 5m, bo 10m" in report
    assert report[-1] == "Done: 16 added, 0 changed, 0 removed."


def test_a_report_holds_no_address_that_is_a_secret() -> None:
    report = str(applied(WHOLE))
    assert "+ channel payments/webhook https://chat.example.org/…: signed with WHOSE_HOOK_CHAT" in report
    assert "S3CRET" not in report


def test_the_same_file_again_does_nothing() -> None:
    applied(WHOLE)
    before = everything()
    report = applied(WHOLE, now=LATER, prune=True)
    assert lines(report) == ["Nothing to do: the map is as the file says."]
    assert everything() == before


def test_a_dry_run_tells_the_same_and_changes_nothing() -> None:
    before = everything()
    dry = applied(WHOLE, dry_run=True)
    assert everything() == before
    assert dry.changes == applied(WHOLE).changes
    assert lines(dry)[-1] == "A dry run: nothing is changed. It would be 16 added, 0 changed, 0 removed."


def test_a_change_is_told_as_before_and_after() -> None:
    applied(WHOLE)
    changed = WHOLE.replace("team: payments, level: workloads", "team: platform").replace("[ada, bo]}", "[bo, ada]}")
    assert lines(applied(changed, now=LATER)) == [
        "~ rotation payments: people ada, bo → bo, ada",
        "~ namespace prod/shop: team payments → platform, level workloads → namespace",
        "Done: 0 added, 2 changed, 0 removed.",
    ]
    assert Namespace.objects.get(name="shop").updated_at == LATER
    assert Namespace.objects.get(name="kube-system").updated_at == NOW, "what stays as it was keeps its age"
    assert [user.username for user in who_is_on_call(Team.objects.get(slug="payments"), NOW).users] == ["bo"]


def test_what_a_file_leaves_out_stays_and_is_told() -> None:
    applied(WHOLE)
    shorter = WHOLE.replace("  - {name: kube-system, team: platform}\n", "")
    report = applied(shorter)
    assert lines(report) == [
        "= namespace */kube-system: not in the file; --prune removes it",
        "Nothing to do: the map is as the file says.",
    ]
    assert Namespace.objects.filter(name="kube-system").exists()


def test_prune_removes_what_an_earlier_file_wrote() -> None:
    applied(WHOLE)
    report = applied("teams: [{slug: platform, members: [{username: cy}]}]", prune=True)
    assert lines(report)[-1] == "Done: 0 added, 0 changed, 11 removed."
    assert [team.slug for team in Team.objects.all()] == ["platform"]
    left = (Namespace, Component, Cluster, Schedule, Layer, EscalationPolicy, Step, TeamChannel, ContactMethod)
    assert not any(table._default_manager.exists() for table in left)


def test_prune_keeps_people() -> None:
    applied(WHOLE)
    applied("teams: [{slug: platform}]", prune=True)
    assert set(User.objects.filter(is_active=True).values_list("username", flat=True)) == {"ada", "bo", "cy"}


def test_prune_leaves_alone_what_was_written_otherwise() -> None:
    applied(WHOLE)
    make_namespace("by-hand")
    make_member(Team.objects.get(slug="platform"), make_user("di"))
    applied(WHOLE, prune=True)
    assert Namespace.objects.filter(name="by-hand").exists()
    assert Member.objects.filter(user__username="di").exists()


def test_a_team_to_which_something_refers_is_kept_and_the_report_says_so() -> None:
    applied(WHOLE)
    make_namespace("by-hand", team=Team.objects.get(slug="payments"))
    report = applied("teams: [{slug: platform}]", prune=True)
    assert "= team payments: not in the file, and kept: a namespace not from it refers to it" in lines(report)
    assert Team.objects.filter(slug="payments").exists()


def test_a_cluster_to_which_something_refers_is_kept_with_its_operators() -> None:
    applied(WHOLE)
    make_component("Registry", cluster=Cluster.objects.get(slug="prod"))
    report = applied("teams: [{slug: payments}]", prune=True)
    assert "= cluster prod: not in the file, and kept: a component not from it refers to it" in lines(report)
    assert "= team platform: not in the file, and kept: a cluster not from it refers to it" in lines(report)
    assert Cluster.objects.filter(slug="prod").exists()


def test_what_was_written_by_hand_becomes_the_file_s_when_a_file_names_it() -> None:
    team = make_team("payments", name="Payments")
    make_namespace("shop", team=team)
    text = "teams: [{slug: payments}]\nnamespaces: [{name: shop, team: payments}]"
    assert "~ namespace */shop: source manual → file" in lines(applied(text))
    assert Namespace.objects.get().source == "file"
    assert not applied(text).changes_anything


# -- people --


def test_a_new_person_can_be_paged_and_cannot_sign_in() -> None:
    applied(WHOLE)
    ada = User.objects.get(username="ada")
    assert (ada.email, ada.role, ada.is_active) == ("ada@example.org", Role.VIEWER, True)
    assert not ada.has_usable_password()


def test_a_person_is_known_by_username() -> None:
    ada = make_user("ada", email="ada@example.org")
    applied(WHOLE)
    assert Member.objects.get(team__slug="payments", role="admin").user == ada


def test_a_person_is_known_by_address_and_keeps_their_username() -> None:
    ada = make_user("ada.l", email="ada@example.org")
    applied(WHOLE)
    assert not User.objects.filter(username="ada").exists()
    assert Participant.objects.get(turn=0).user == ada
    assert not applied(WHOLE, prune=True).changes_anything, "also the second time"


def test_a_role_in_the_service_is_never_the_file_s() -> None:
    make_user("ada", email="ada@example.org", role=Role.ADMIN)
    make_user("cy", email="cy@example.org", role=Role.OPERATOR)
    applied(WHOLE)
    assert set(User.objects.values_list("username", "role")) == {
        ("ada", "admin"),
        ("bo", "viewer"),
        ("cy", "operator"),
    }


def test_a_deactivated_person_stays_so_and_the_report_says_it() -> None:
    make_user("ada", email="ada@example.org", name="Ada", is_active=False)
    assert "= person ada: is deactivated, and is paged for nothing" in lines(applied(WHOLE))
    assert not User.objects.get(username="ada").is_active


def test_who_can_sign_in_keeps_their_own_address() -> None:
    """A password is reset by mail: a file that changed the address could take the account over."""
    make_user("ada", email="own@example.org", name="")
    report = lines(applied(WHOLE))
    assert "= person ada: keeps the email own@example.org: who can sign in changes it on their own page" in report
    assert "~ person ada: name none → Ada" in report
    ada = User.objects.get(username="ada")
    assert (ada.email, ada.name) == ("own@example.org", "Ada")


def test_who_cannot_sign_in_is_described_by_the_file() -> None:
    applied(WHOLE)
    report = lines(applied(WHOLE.replace("email: ada@", "email: ada.l@")))
    assert "~ person ada: email ada@example.org → ada.l@example.org" in report
    assert User.objects.get(username="ada").email == "ada.l@example.org"


def test_an_address_is_taken_from_nobody_not_even_in_a_trade() -> None:
    applied(WHOLE)
    traded = (
        WHOLE.replace("ada@example", "x@example")
        .replace("bo@example", "ada@example")
        .replace("x@example", "bo@example")
    )
    with pytest.raises(Refused, match="is the address of bo"):
        applied(traded)


@pytest.mark.parametrize(
    ("username", "said"),
    [
        ("ada", "is the address of di, who is somebody else than ada"),
        ("bo", "'bo' is the same person in the service as ada: ada"),
    ],
)
def test_people_who_would_be_mixed_up_are_refused_with_their_line(username: str, said: str) -> None:
    make_user("ada", email="ada@example.org")
    make_user("di", email="di@example.org")
    address = "di@example.org" if username == "ada" else "ada@example.org"
    first = "" if username == "ada" else "      - {username: ada}\n"
    text = f"teams:\n  - slug: a\n    members:\n{first}      - {{username: {username}, email: {address}}}\n"
    before = everything()
    with pytest.raises(Refused) as refused:
        applied(text)
    assert said in str(refused.value)
    assert refused.value.mistakes[0].line == len(text.splitlines())
    assert everything() == before


def test_a_contact_in_a_file_counts_as_verified() -> None:
    applied(WHOLE)
    method = ContactMethod.objects.get()
    assert (method.user.username, method.kind, method.verified_at) == ("bo", "webhook", NOW)


# -- versions and costs --


def test_the_version_changes_with_the_map_and_only_then() -> None:
    applied(WHOLE)
    stamp = map_stamp()
    applied(WHOLE)
    assert map_stamp() == stamp
    applied(WHOLE.replace("level: workloads", "level: full"), dry_run=True)
    assert map_stamp() == stamp
    applied(WHOLE.replace("level: workloads", "level: full"))
    assert map_stamp() != stamp


def many(teams: int, level: str = "namespace") -> str:
    text = ["teams:"]
    for n in range(teams):
        text += [
            f"- slug: team-{n}",
            f"  members: [{{username: user-{n}, email: user-{n}@example.org, contacts: "
            f"[{{kind: email, address: private-{n}@example.org}}]}}]",
            f"  rotation: {{time_zone: UTC, handoff: 2026-01-05 09:00, people: [user-{n}]}}",
            f"  escalation: [{{page: user-{n}, wait: 5m}}]",
            "  channels: [{kind: log}]",
        ]
    text += ["clusters:", *(f"- {{slug: cluster-{n}, operated_by: team-{n}}}" for n in range(teams))]
    text += ["components:", *(f"- {{cluster: cluster-{n}, kind: CNI, team: team-{n}}}" for n in range(teams))]
    text += ["namespaces:", *(f"- {{name: ns-{n}, team: team-{n}, level: {level}}}" for n in range(teams))]
    return "\n".join(text)


def queries(text: str, **options: Any) -> int:
    file = read(text)
    with CaptureQueriesContext(connection) as captured:
        apply(file, **{"now": NOW, **options})
    return len(captured)


def test_fifty_teams_cost_as_many_statements_as_one() -> None:
    applied("teams: [{slug: x}]")  # the very first change of a map also makes its version
    one = [queries(many(1)), queries(many(1)), queries(many(1, "full")), queries("teams: [{slug: x}]", prune=True)]
    Team.objects.all().delete()
    User.objects.all().delete()
    applied("teams: [{slug: x}]")
    fifty = [queries(many(50)), queries(many(50)), queries(many(50, "full")), queries("teams: [{slug: x}]", prune=True)]
    assert fifty == one, "added, nothing to do, changed, pruned"


def test_removed_and_kept_are_counted_apart() -> None:
    applied(WHOLE)
    report = applied("teams: [{slug: platform}]", prune=True)
    assert report.count(Verb.REMOVE) == len([line for line in lines(report) if line.startswith("- ")])
