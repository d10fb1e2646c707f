"""Who owned what at a past moment, and who changed it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership.directory import load_map
from ownership.history import NotKept, changes_of, changes_of_team, latest_changes, owner_at
from ownership.match import owner_of
from ownership.models import (
    Cluster,
    Component,
    MapChange,
    Namespace,
    OwnershipRule,
    ResponsibilityRule,
    Team,
)
from ownership.past import first_changes
from ownership.subject import Subject
from ownership.version import changing_map
from tests.factories import make_user

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SHOP = Subject("Namespace", "shop", "shop", "prod")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def change(hours: float, write: Callable[[], object], *, author: str = "ada", source: str = "page") -> None:
    with changing_map(now=at(hours), author=author, source=source):
        write()


@pytest.fixture
def prod() -> Cluster:
    """At nine o'clock: a cluster that falls back to the platform, and a team."""
    with changing_map(now=START, author="root", source="file"):
        platform = Team.objects.create(slug="platform", name="Platform")
        Team.objects.create(slug="payments", name="Payments")
        Team.objects.create(slug="cart", name="Cart")
        return Cluster.objects.create(slug="prod", name="prod", operated_by=platform, fallback=platform)


def team(slug: str) -> Team:
    return Team.objects.get(slug=slug)


def owner(hours: float, subject: Subject = SHOP) -> str | None:
    return owner_at(subject, at(hours)).team


def test_who_owned_a_namespace_at_a_moment(prod: Cluster) -> None:
    change(1, lambda: Namespace.objects.create(name="shop", cluster=prod, team=team("payments")))
    change(2, lambda: Namespace.objects.update(team=team("cart")))
    change(3, lambda: Namespace.objects.all().delete())
    assert [owner(hours) for hours in (0.5, 1, 1.5, 2, 2.5, 3)] == [
        *("platform", "payments", "payments", "cart", "cart"),
        "platform",
    ], "a change holds from its own moment on"
    assert owner_at(SHOP, at(0.5)).is_fallback
    assert owner_at(SHOP, at(2)).level == "namespace"


def test_a_team_had_the_name_that_it_had(prod: Cluster) -> None:
    change(1, lambda: Namespace.objects.create(name="shop", cluster=prod, team=team("payments")))
    change(2, lambda: Team.objects.filter(slug="payments").update(slug="pay"))
    assert (owner(1), owner(2)) == ("payments", "pay")


def test_a_cluster_that_is_gone_had_its_owners(prod: Cluster) -> None:
    change(1, lambda: Namespace.objects.create(name="shop", cluster=prod, team=team("payments")))
    change(2, lambda: Cluster.objects.all().delete())
    assert (owner(1), owner(2)) == ("payments", None)


def test_a_rule_counted_while_it_stood(prod: Cluster) -> None:
    cart = Subject("Deployment", "cart-web", "shop", "prod")
    change(1, lambda: Namespace.objects.create(name="shop", cluster=prod, team=team("payments")))
    rule = OwnershipRule(
        matcher={"workload": ["cart-*"], "namespace": ["s*"]}, team=team("cart"), precedence="workload"
    )
    change(2, rule.save)
    change(3, lambda: OwnershipRule.objects.update(matcher={"workload": ["basket-*"]}))
    change(4, lambda: OwnershipRule.objects.update(matcher={"workload": ["cart-web"]}, precedence="rule"))
    assert [owner(hours, cart) for hours in (1, 2, 3, 4)] == ["payments", "cart", "payments", "payments"]


def test_a_moment_before_the_history_is_not_made_up(prod: Cluster) -> None:
    said = "what was at 2026-01-05 08:59 UTC: it reaches back to 2026-01-05 09:00 UTC"
    with pytest.raises(NotKept, match=said):
        owner_at(SHOP, START - timedelta(minutes=1))


def test_an_empty_history_says_so() -> None:
    with pytest.raises(NotKept, match="it is empty"):
        owner_at(SHOP, START)


SUBJECTS = (
    SHOP,
    Subject("Namespace", "pay-1", "pay-1", "prod"),
    Subject("Namespace", "shop", "shop", "ml"),
    Subject("Namespace", "shop"),
    Subject("Deployment", "cart", "shop", "prod"),
    Subject("Deployment", "cart", "pay-1", "ml"),
    Subject("NetworkPolicy", "deny", "shop", "prod"),
    Subject("CoreDNS", "coredns", "", "prod"),
    Subject("Node", "node-1", "", "ml"),
    Subject(alertname="Slow", namespace="shop", labels={"cluster": "prod", "region": "eu"}),
)


def _random_change(rng: random.Random) -> None:
    teams, clusters = list(Team.objects.order_by("pk")), list(Cluster.objects.order_by("pk"))
    somebody, somewhere = rng.choice(teams), rng.choice([None, *clusters])
    namespaces = list(Namespace.objects.order_by("pk"))
    rules = list(OwnershipRule.objects.order_by("pk"))
    kind = rng.randrange(12)
    name, level = rng.choice(["shop", "pay-1"]), rng.choice(["image", "workloads", "namespace", "full"])
    matcher = rng.choice(
        [
            {"namespace": ["shop"], "workload": ["cart"]},
            {"namespace": ["pay-*"]},
            {"namespace": ["shop", "pay-1"]},
            {"workload": ["c*"]},
            {"alertname": ["Slow"]},
        ]
    )
    if kind <= 2:
        Namespace.objects.update_or_create(name=name, cluster=somewhere, defaults={"team": somebody, "level": level})
    elif kind == 3 and namespaces:
        rng.choice(namespaces).delete()
    elif kind == 4 and namespaces:
        moved = rng.choice(namespaces)
        if not Namespace.objects.filter(name=name, cluster=moved.cluster).exists():
            Namespace.objects.filter(pk=moved.pk).update(name=name)
    elif kind in {5, 6}:
        if not OwnershipRule.objects.filter(matcher=matcher, cluster=somewhere).exists():
            inside = "workload" if "workload" in matcher and "namespace" in matcher else "rule"
            OwnershipRule.objects.create(matcher=matcher, cluster=somewhere, team=somebody, precedence=inside)
    elif kind == 7 and rules:
        rng.choice(rules).delete()
    elif kind == 8:
        Team.objects.filter(pk=somebody.pk).update(slug=f"{somebody.slug.partition('-')[0]}-{rng.randrange(9999)}")
    elif kind == 9 and somewhere:
        Component.objects.update_or_create(cluster=somewhere, kind="CoreDNS", name="", defaults={"team": somebody})
    elif kind == 10:
        ResponsibilityRule.objects.update_or_create(
            cluster=somewhere, namespace=rng.choice(["", name]), kind="NetworkPolicy", level=level,
            defaults={"who": rng.choice(["team", "operators"])},
        )  # fmt: skip
    elif kind == 11 and somewhere:
        is_dedicated = rng.random() < 0.5
        somewhere.tenancy = "dedicated" if is_dedicated else "shared"
        somewhere.dedicated_to = somebody if is_dedicated else None
        somewhere.fallback = rng.choice([None, *teams])
        somewhere.recognised_by = rng.choice([[], [{"labels.region": ["eu"]}]])
        somewhere.save()


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_of_a_moment_is_the_one_that_was_given_then(prod: Cluster, seed: int) -> None:
    """The property that counts: whatever changed since, in whatever order."""
    rng = random.Random(seed)  # noqa: S311 - the same changes each time
    change(0, lambda: Cluster.objects.create(slug="ml", name="ml", operated_by=team("cart")))
    given = {}
    for hour in range(1, 17):
        change(hour, lambda: _random_change(rng))
        given[hour] = [owner_of(subject, load_map()) for subject in SUBJECTS]
    for hour, owners in given.items():
        for subject, then in zip(SUBJECTS, owners, strict=True):
            now = owner_at(subject, at(hour))
            assert (now.team, now.why, now.answerer) == (then.team, then.why, then.answerer), (hour, subject)
            assert (now.path, now.overruled, now.conflicts) == (then.path, then.overruled, then.conflicts)


def test_fifty_changes_cost_as_many_queries_as_one(prod: Cluster) -> None:
    counts = []
    for number in range(50):
        row = Namespace(name="shop" if number == 0 else f"n{number}", cluster=prod, team=team("payments"))
        change(number + 1, row.save)
        if number in {0, 49}:
            load_map()
            with CaptureQueriesContext(connection) as captured:
                owner_at(SHOP, at(0.5))
            with CaptureQueriesContext(connection) as told:
                changes_of(SHOP)
            counts.append((len(captured), len(told)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 10


def test_what_changed_is_found_by_its_words_and_not_by_reading_everything(prod: Cluster) -> None:
    Namespace.objects.bulk_create([Namespace(name=f"n{n}", cluster=prod, team=team("cart")) for n in range(3000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ownership_mapchange")
        plan = first_changes(START, ["namespace n7", "rules of *"], ["namespace", "rule"]).explain()
        assert "map_change_words" in plan
        assert "Seq Scan" not in plan


def test_who_changed_it_and_from_where(prod: Cluster) -> None:
    change(1, lambda: Namespace.objects.create(name="shop", cluster=prod, team=team("payments")), author="bo")
    change(2, lambda: Namespace.objects.create(name="other", cluster=prod, team=team("payments")))
    change(3, lambda: Namespace.objects.filter(name="shop").update(team=team("cart"), level="full"), source="rest")
    change(4, lambda: Namespace.objects.filter(name="shop").delete(), author="ci", source="file")
    assert [str(each) for each in changes_of(SHOP)] == [
        "2026-01-05 13:00:00 ci (file): - namespace prod/shop: level full, source manual, team cart",
        "2026-01-05 12:00:00 ada (rest): ~ namespace prod/shop: level namespace → full, team payments → cart",
        "2026-01-05 10:00:00 bo (page): + namespace prod/shop: level namespace, source manual, team payments",
        "2026-01-05 09:00:00 root (file): + cluster prod: name prod, source manual, tenancy shared, fallback platform, "
        "operated by platform, fallback policy team",
    ]
    assert len(changes_of(SHOP, since=at(3))) == 2
    assert len(changes_of(SHOP, since=at(1), until=at(3))) == 1
    assert len(changes_of(SHOP, most=1)) == 1


def test_the_rules_that_concern_a_subject(prod: Cluster) -> None:
    def write() -> None:
        for matcher in ({"namespace": ["shop"], "workload": ["cart"]}, {"workload": ["c*"]}, {"image": ["x"]}):
            OwnershipRule.objects.create(matcher=matcher, team=team("cart"), precedence="rule")
        for kind in ("NetworkPolicy", "Deployment"):
            ResponsibilityRule.objects.create(namespace="shop", kind=kind, level="namespace", who="team")

    change(1, write)

    def said(subject: Subject) -> list[str]:
        return ["/".join(each.change.key) for each in changes_of(subject) if each.at == at(1)]

    assert said(Subject("Deployment", "cart", "shop", "prod")) == [
        "*/shop/Deployment/namespace",
        "*/workload c*",
        "*/namespace shop, workload cart",
    ]
    assert said(SHOP) == [
        "*/shop/Deployment/namespace",
        "*/shop/NetworkPolicy/namespace",
        "*/namespace shop, workload cart",
    ]


def test_what_a_team_gained_and_lost_also_when_it_is_gone(prod: Cluster) -> None:
    cart = team("cart")
    change(1, lambda: Namespace.objects.create(name="shop", cluster=prod, team=cart))
    change(2, lambda: cart.memberships.create(user=make_user("ada")))
    change(3, lambda: Namespace.objects.update(team=team("payments")))
    told = [str(each.change) for each in changes_of_team(cart)]
    assert told[:3] == [
        "~ namespace prod/shop: team cart → payments",
        "+ member cart/ada: role member, source manual",
        "+ namespace prod/shop: level namespace, source manual, team cart",
    ]
    change(4, cart.delete)
    assert str(latest_changes(most=1)[0].change) == "- team cart: name Cart, source manual"
    assert "team cart → payments" in str(changes_of(SHOP)[0])


def test_changes_are_read_a_page_at_a_time(prod: Cluster) -> None:
    first = latest_changes(most=2)
    second = latest_changes(before=first[-1].pk, most=10)
    assert [each.pk for each in first + second] == list(MapChange.objects.order_by("-pk").values_list("pk", flat=True))
