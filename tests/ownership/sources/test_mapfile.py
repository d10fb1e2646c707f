"""A map file: everything that may stand in it, and everything that is wrong with it, by line."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ownership.match import ClusterEntry, ComponentEntry, NamespaceEntry, Subject, owner_of
from ownership.oncall.calendar import Unit
from ownership.oncall.escalation import Step, Target, TargetKind
from ownership.precedence import Precedence
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.roles import TeamRole
from ownership.sources.mapfile import ChannelSpec, ContactSpec, Known, MapFile, PersonSpec, RotationSpec, map_of, parse
from ownership.sources.tree import MOST_BYTES

WHOLE = """
teams:
  - slug: payments
    name: Payments
    members:
      - {username: ada, name: Ada, email: Ada@example.org, role: admin}
      - {username: bo, email: bo@example.org, contacts: [{kind: webhook, address: "https://phone.example.org/bo"}]}
    rotation: {time_zone: Europe/Berlin, handoff: 2026-01-05 09:00, people: [ada, bo]}
    escalation:
      - {page: on-call, wait: 5m}
      - {page: bo, wait: 10m}
      - {page: team, wait: 1h30m}
    channels:
      - {kind: webhook, address: "https://chat.example.org/hook", secret_env: WHOSE_HOOK_CHAT}
      - {kind: log}
  - slug: platform
    members:
      - {username: ada}
      - {username: cy}
    rotation: {time_zone: UTC, handoff: 2026-01-05T08:00, shift: {hours: 12}, people: [[ada, cy], cy]}
clusters:
  - {slug: prod, name: Production, operated_by: platform, fallback: platform}
  - {slug: batch, tenancy: dedicated, dedicated_to: payments, operated_by: platform}
components:
  - {cluster: prod, kind: CoreDNS, name: coredns, team: platform}
  - {cluster: prod, kind: Registry}
namespaces:
  - {cluster: prod, name: shop, team: payments, level: workloads}
  - {name: kube-system, team: platform}
"""


def mistakes(text: str, known: Known | None = None) -> list[str]:
    found = parse(text, known)
    assert isinstance(found, list)
    return [str(mistake) for mistake in found]


def good(text: str, known: Known | None = None) -> MapFile:
    found = parse(text, known)
    assert isinstance(found, MapFile), found
    return found


def test_teams_and_how_they_answer() -> None:
    payments, platform = good(WHOLE).teams
    assert (payments.slug, payments.name) == ("payments", "Payments")
    assert payments.members == (("ada", TeamRole.ADMIN), ("bo", TeamRole.MEMBER))
    assert payments.rotation == RotationSpec("Europe/Berlin", datetime(2026, 1, 5, 9), (("ada",), ("bo",)))  # noqa: DTZ001
    assert payments.escalation == (
        Step((Target(TargetKind.ON_CALL),), timedelta(minutes=5)),
        Step((Target(TargetKind.USER, "bo"),), timedelta(minutes=10)),
        Step((Target(TargetKind.TEAM),), timedelta(minutes=90)),
    )
    assert payments.channels == (
        ChannelSpec("webhook", "https://chat.example.org/hook", "WHOSE_HOOK_CHAT"),
        ChannelSpec("log"),
    )
    assert platform.rotation
    assert (platform.rotation.people, platform.rotation.unit, platform.rotation.count) == (
        (("ada", "cy"), ("cy",)),
        Unit.HOURS,
        12,
    )
    assert platform.escalation is None


def test_a_person_in_two_teams_is_one_person() -> None:
    assert good(WHOLE).people == (
        PersonSpec("ada", "Ada", "ada@example.org"),
        PersonSpec("bo", None, "bo@example.org", (ChannelSpec("webhook", "https://phone.example.org/bo"),)),
        PersonSpec("cy"),
    )


def test_who_owns_what() -> None:
    file = good(WHOLE)
    assert [spec.entry for spec in file.clusters] == [
        ClusterEntry("prod", "platform", fallback="platform", source="file"),
        ClusterEntry("batch", "platform", Tenancy.DEDICATED, "payments", source="file"),
    ]
    assert file.components == (
        ComponentEntry("prod", "CoreDNS", "coredns", "platform", "file"),
        ComponentEntry("prod", "Registry", source="file"),
    )
    assert file.namespaces == (
        NamespaceEntry("prod", "shop", "payments", Level.WORKLOADS, "file"),
        NamespaceEntry(None, "kube-system", "platform", Level.NAMESPACE, "file"),
    )


def test_a_file_answers_whose_it_is_without_a_database() -> None:
    assert owner_of(Subject("Pod", "x", "shop", "prod"), map_of(good(WHOLE))).team == "payments"


def test_the_example_of_the_documentation_is_read() -> None:
    page = (Path(__file__).parents[3] / "docs" / "ownership.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]
    file = good(example)
    assert (len(file.teams), len(file.clusters), len(file.namespaces), len(file.rules)) == (3, 2, 4, 4)


def test_names_that_the_service_has_already_need_no_line() -> None:
    known = Known(frozenset({"platform"}), frozenset({"di"}), frozenset({"prod"}))
    file = good("namespaces: [{cluster: prod, name: shop, team: platform}]", known)
    assert file.namespaces[0].team == "platform"
    good("teams: [{slug: a, rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [di]}}]", known)


TEAM = "teams:\n- slug: payments\n  members: [{username: ada}]\n"
CLUSTER = TEAM + "clusters:\n- {slug: prod, operated_by: payments}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            "1: file: is empty. "
            "Write at least one of teams, clusters, components, namespaces, rules, responsibilities.",
        ),
        ("- a", "1: : is a list. Write {teams, clusters, components, namespaces, rules, responsibilities}."),
        ("team: []", "1: team: is not a field here. Did you mean teams?"),
        ("teams: 3", "1: teams: '3' is a single value. Write a list: one `-` each."),
        (
            "teams: [x]",
            "1: teams: 'x' is a single value. "
            "Write {slug, name, parent, kubernetes_groups, members, rotation, escalation, channels, contacts}.",
        ),
        ("teams:\n- {name: A}", "2: teams.slug: is missing. Write, for example, slug: payments"),
        (
            "teams:\n- {slug: a b}",
            "2: teams.slug: 'a b' is not a slug. "
            "Write at most 63 letters, digits, hyphens and underscores, for example payments-eu.",
        ),
        ("teams:\n- {slug: a}\n- {slug: a}", "3: teams.slug: 'a' is the same team as on line 2. Keep one of them."),
        ("teams:\n- slug: a\n  slug: b", "3: teams.slug: stands twice. Keep one of them."),
        ("teams:\n- slug: a\n  name: [b]", "3: teams.name: is a list. Write a single value."),
        (
            TEAM + "  mail: x",
            "4: teams.mail: is not a field here. "
            "Known: channels, contacts, escalation, kubernetes_groups, members, name, parent, rotation, slug.",
        ),
        (
            TEAM + "- {slug: b, kubernetes_groups: [oidc:b, system:masters]}",
            "4: teams.kubernetes_groups: 'system:masters' is no group that a team can be. "
            "Write at most 253 letters, digits and _ . @ : / + -, and nothing that begins with system:, "
            "for example oidc:payments.",
        ),
        (
            TEAM + "- slug: b\n  members: [{username: a b}]",
            "5: teams.members.username: 'a b' is not a username. "
            "Write at most 64 letters, digits and @ . + - _, for example ada.",
        ),
        (
            TEAM + "- slug: b\n  members: [{username: team}]",
            "5: teams.members.username: 'team' is a word of escalation steps. Choose another username.",
        ),
        (
            TEAM + "- slug: b\n  members: [{username: bo, email: bo@}]",
            "5: teams.members.email: 'bo@' is not an e-mail address. Write, for example, ada@example.org.",
        ),
        (
            TEAM + "- slug: b\n  members: [{username: bo, role: boss}]",
            "5: teams.members.role: 'boss' is none of the words here. Known: admin, member.",
        ),
        (
            TEAM + "- slug: b\n  members:\n  - {username: bo}\n  - {username: bo}",
            "7: teams.members.username: 'bo' is the same member of b as on line 6. Keep one of them.",
        ),
        (
            "teams:\n- {slug: a, members: [{username: bo, name: Bo}]}\n"
            "- {slug: b, members: [{username: bo, name: Bob}]}",
            "3: teams.members.name: 'Bob' is not what line 2 says, 'Bo'. Describe a person once.",
        ),
        (
            "teams:\n- slug: a\n  members:\n  - {username: bo, email: x@example.org}\n"
            "  - {username: cy, email: X@example.org}",
            "5: teams.members.email: 'x@example.org' is the same e-mail address as on line 4. Keep one of them.",
        ),
        (
            TEAM + "  rotation: {time_zone: Europe/Berln, handoff: 2026-01-05 09:00, people: [ada]}",
            "4: teams.rotation.time_zone: 'Europe/Berln' is not a time zone. Did you mean Europe/Berlin?",
        ),
        (
            TEAM + "  rotation: {time_zone: UTC, handoff: 2026-01-05 09:00+01:00, people: [ada]}",
            "4: teams.rotation.handoff: '2026-01-05 09:00+01:00' is not a local date and time. "
            "Write it without a zone, for example 2026-01-05 09:00.",
        ),
        (
            TEAM + "  rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [adda]}",
            "4: teams.rotation.people: 'adda' is not a known person. Did you mean ada?",
        ),
        (
            TEAM + "  rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: []}",
            "4: teams.rotation.people: names nobody. Write those who take turns, or leave the rotation out.",
        ),
        (
            TEAM + "  rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [[]]}",
            "4: teams.rotation.people: has a turn that is neither a person nor a list of different people. "
            "Write, for example, [ada, [bo, cy]].",
        ),
        (
            TEAM + "  rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [ada], shift: {days: 1, weeks: 1}}",
            "4: teams.rotation.shift: is not one length. Write one of {hours: n}, {days: n}, {weeks: n}.",
        ),
        (
            TEAM + "  rotation: {time_zone: UTC, handoff: 2026-01-05 09:00, people: [ada], shift: {days: 0}}",
            "4: teams.rotation.shift.days: '0' is not a whole number that fits. Write a number from 1 to 1000.",
        ),
        (
            TEAM + "  escalation: []",
            "4: teams.escalation: has no step. Write a step, or leave it out for the default.",
        ),
        (
            TEAM + "  escalation: [{page: onn-call, wait: 5m}]",
            "4: teams.escalation.page: 'onn-call' is nobody to page. Write on-call, team or a username. Known: ada.",
        ),
        (
            TEAM + "  escalation: [{page: team, wait: 5s}]",
            "4: teams.escalation.wait: '5s' is not a time between 1m and 24h. Write, for example, 5m or 1h30m.",
        ),
        (
            TEAM + "  escalation: [{page: team, wait: 0m}]",
            "4: teams.escalation.wait: '0m' is not a time between 1m and 24h. Write, for example, 5m or 1h30m.",
        ),
        (
            TEAM + "  channels: [{kind: webhook, address: chat.example.org/T0P-S3CRET}]",
            "4: teams.channels.address: is not a complete web address. "
            "Write, for example, https://chat.example.org/hook.",
        ),
        (
            TEAM + '  channels: [{kind: webhook, address: "https://u:p@chat.example.org/"}]',
            "4: teams.channels.address: holds a user or a password. Leave it out, and name a secret by secret_env.",
        ),
        (
            TEAM + "  channels: [{kind: webhook}]",
            "4: teams.channels.address: is missing. Write, for example, address: https://chat.example.org/hook",
        ),
        (
            TEAM + '  channels: [{kind: webhook, address: "https://x.example.org/", secret_env: DATABASE_URL}]',
            "4: teams.channels.secret_env: 'DATABASE_URL' is not the name of a signing secret. "
            "Name an environment variable that begins with WHOSE_HOOK_, for example WHOSE_HOOK_CHAT.",
        ),
        (
            TEAM + "  channels: [{kind: log, secret_env: WHOSE_HOOK_X}]",
            "4: teams.channels.secret_env: does nothing for log. Only a webhook is signed: leave it out.",
        ),
        (
            TEAM + "  channels:\n  - {kind: log}\n  - {kind: log}",
            "6: teams.channels.address: is the same channel of payments as on line 5. Keep one of them.",
        ),
        (
            TEAM + "clusters:\n- {slug: prod, operated_by: payment}",
            "5: clusters.operated_by: 'payment' is not a known team. Did you mean payments?",
        ),
        (
            TEAM + "clusters:\n- {slug: prod, operated_by: payments, tenancy: dedicated}",
            "5: clusters.dedicated_to: is missing on a dedicated cluster. Name the team that it is for.",
        ),
        (
            TEAM + "clusters:\n- {slug: prod, operated_by: payments, dedicated_to: payments}",
            "5: clusters.dedicated_to: 'payments' does not go with a shared cluster. "
            "Write tenancy: dedicated, or leave dedicated_to out.",
        ),
        (
            CLUSTER + "components:\n- {cluster: prod, kind: CoreDNS}\n- {cluster: prod, kind: coredns}",
            "8: components.name: is the same component as on line 7. Keep one of them.",
        ),
        (
            CLUSTER + "namespaces:\n- {cluster: prd, name: shop, team: payments}",
            "7: namespaces.cluster: 'prd' is not a known cluster. Did you mean prod?",
        ),
        (
            CLUSTER + "namespaces:\n- {name: Shop, team: payments}",
            "7: namespaces.name: 'Shop' is not a name that Kubernetes gives a namespace. "
            "Write at most 63 small letters, digits and hyphens.",
        ),
        (
            CLUSTER + "namespaces:\n- {name: shop, team: payments}\n- {name: shop, team: payments}",
            "8: namespaces.name: 'shop' is the same namespace as on line 7. Keep one of them.",
        ),
        (
            CLUSTER + "namespaces:\n- {name: shop, team: payments, level: everything}",
            "7: namespaces.level: 'everything' is none of the words here. Known: full, image, namespace, workloads.",
        ),
    ],
)
def test_a_mistake_names_the_line_the_field_the_value_and_the_remedy(text: str, said: str) -> None:
    assert mistakes(text) == [said]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = "namespaces:\n- {name: shop}\nteams:\n- {slug: a, nme: A}\n- {}\n"
    assert [line.split(":")[0] for line in mistakes(text)] == ["2", "4", "5"]


def test_a_mistake_is_one_line_whatever_is_in_it() -> None:
    (line,) = mistakes('teams:\n- {slug: a, name: "two\\nlines"}')
    assert line == "2: teams.name: 'two\\nlines' holds control characters. Write one line of plain text."
    (line,) = mistakes("teams:\n- {slug: " + "x" * 10_000 + "}")
    assert len(line) < 250


def test_the_same_namespace_may_be_in_one_cluster_and_in_every_one() -> None:
    good(CLUSTER + "namespaces:\n- {name: shop, team: payments}\n- {cluster: prod, name: shop, team: payments}")


OWNED = """
teams:
- {slug: shop, contacts: [{kind: chat, address: "#shop", note: "working hours"}, {kind: phone, address: +49 30 1}]}
- {slug: cart, parent: shop}
- {slug: platform}
clusters:
- slug: prod
  operated_by: platform
  fallback_policy: operators
  recognised_by: [{region: eu, env: [prod-*, "~p[0-9]+"]}, {dc: fra}]
  labels_for: ["*", cart]
components:
- cluster: prod
  kind: Gateway
  team: shop
  matchers: [{namespace: gateway, workload: envoy*}, {ingress_class: public}]
namespaces:
- {name: shop, team: shop, annotations_for: [cart]}
rules:
- {team: cart, cluster: prod, namespace: shop, labels: {app: [cart, cart-*]}, level: workloads}
- {team: cart, image: "*/cart"}
- {team: platform, node_labels: {pool: gpu}}
responsibilities:
- {kind: NetworkPolicy, level: namespace, who: team}
- {kind: NetworkPolicy, level: namespace, who: operators, cluster: prod, namespace: shop}
"""


def test_who_owns_what_by_rules() -> None:
    file = good(OWNED)
    assert [(team.parent, team.contacts) for team in file.teams[:2]] == [
        (None, (ContactSpec("chat", "#shop", "working hours"), ContactSpec("phone", "+49 30 1"))),
        ("shop", ()),
    ]
    cluster = file.clusters[0].entry
    assert cluster.fallback_policy is FallbackPolicy.OPERATORS
    assert [str(matcher) for matcher in cluster.recognised_by] == [
        "labels.dc fra",
        "labels.env prod-* or ~p[0-9]+, labels.region eu",
    ]
    assert cluster.labels_for == ("*", "cart")
    assert [str(matcher) for matcher in file.components[0].matchers] == [
        "ingress_class public",
        "namespace gateway, workload envoy*",
    ]
    assert file.namespaces[0].annotations_for == ("cart",)
    assert [(rule.cluster, rule.team, rule.level, rule.precedence, str(rule.matcher)) for rule in file.rules] == [
        ("prod", "cart", Level.WORKLOADS, Precedence.WORKLOAD, "labels.app cart or cart-*, namespace shop"),
        (None, "cart", None, Precedence.RULE, "image */cart"),
        (None, "platform", None, Precedence.RULE, "node_labels.pool gpu"),
    ]
    assert [(row.cluster, row.namespace, row.kind, row.who) for row in file.responsibilities] == [
        (None, "", "NetworkPolicy", Who.TEAM),
        ("prod", "shop", "NetworkPolicy", Who.OPERATORS),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "rules: [{namespace: shop, team: nobody}]",
            "rules.team: 'nobody' is not a known team. Known: payments.",
        ),
        ("rules: [{namespace: shop}]", "rules.team: is missing. Write, for example, team: payments"),
        (
            "rules: [{team: payments}]",
            "rules: has no condition. Write at least one of namespace, kind, workload, image, registry, ingress_host, "
            "ingress_class, storage_class, webhook, node, alertname, labels, node_labels.",
        ),
        (
            "rules: [{team: payments, namespace: ~a(}]",
            "rules.namespace: '~a(' is no pattern of RE2: missing ): a(. "
            "Write a word, a glob such as shop-*, or a pattern such as ~shop-(a|b).",
        ),
        ("rules: [{team: payments, labels: shop}]", "rules.labels: 'shop' is a single value. Write {label: text}."),
        (
            "rules: [{team: payments, labels: {a b: shop}}]",
            "rules.labels: 'a b' is not the name of a label. "
            "Write letters, digits and . _ - /, for example app.kubernetes.io/name.",
        ),
        (
            "rules: [{team: payments, namespace: [a, b]}, {team: payments, namespace: [b, a]}]",
            "rules.team: 'namespace a or b' is the same rule as on line 4. Keep one of them.",
        ),
        (
            "rules: [{team: payments, namespace: *shop}]",
            "YAML: 'shop' is an anchor or an alias. Write the value out, and a text that begins with * in quotes.",
        ),
        (
            "responsibilities: [{kind: Role, level: all, who: team}]",
            "responsibilities.level: 'all' is none of the words here. Known: full, image, namespace, workloads.",
        ),
        (
            "responsibilities: [{kind: Role, level: full, who: team}, {kind: role, level: full, who: operators}]",
            "responsibilities.kind: 'role at level full' is the same row as on line 4. Keep one of them.",
        ),
        (
            "clusters: [{slug: c, operated_by: payments, recognised_by: [{}]}]",
            "clusters.recognised_by: names no label. Write, for example, {cluster: prod-eu-1}.",
        ),
    ],
)
def test_what_is_wrong_with_a_rule(text: str, said: str) -> None:
    assert mistakes(TEAM + text) == [f"4: {said}"]


def test_a_team_is_no_part_of_itself() -> None:
    text = "teams:\n- {slug: a, parent: b}\n- {slug: b, parent: c}"
    known = Known(teams=frozenset("abc"), parents={"c": "a"})
    assert mistakes(text, known) == [
        "2: teams.parent: 'b' makes a a part of itself. Leave it out.",
        "3: teams.parent: 'c' makes b a part of itself. Leave it out.",
    ]


def test_a_file_of_50_mb_is_refused_before_it_is_read() -> None:
    assert mistakes("#" * 50_000_000) == [
        f"1: file: is 50000000 bytes long, and at most {MOST_BYTES} are read. Split the file."
    ]
