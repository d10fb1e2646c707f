"""Roles, deactivation and reactivation, as an admin does them."""

import threading

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from ownership.models import User
from ownership.roles import Role
from tests.factories import make_admin, make_member, make_user
from triage.accounts import people
from triage.accounts.models import Kind, SecurityEvent


@pytest.fixture
def admin(client: Client, db: None) -> User:
    admin = make_admin("ada")
    client.force_login(admin)
    return admin


def deactivate(client: Client, user: User) -> str:
    return client.post(reverse("deactivate", args=[user.pk]), follow=True).content.decode()


def give_role(client: Client, user: User, role: str) -> tuple[int, str]:
    response = client.post(reverse("change_role", args=[user.pk]), {"role": role})
    return response.status_code, response.content.decode()


@pytest.mark.usefixtures("admin")
def test_another_role_holds_at_once(client: Client) -> None:
    ann = make_user("ann")
    assert give_role(client, ann, "operator")[0] == 302
    ann.refresh_from_db()
    assert ann.role == Role.OPERATOR


def test_nobody_changes_their_own_role(client: Client, admin: User) -> None:
    make_admin()
    status, page = give_role(client, admin, "viewer")
    assert status == 409
    assert "You cannot do this to yourself." in page


def test_an_admin_without_a_password_does_not_count_as_one_who_remains(client: Client, admin: User) -> None:
    make_admin(can_sign_in=False)
    assert list(people.admins_who_can_sign_in()) == [admin]


@pytest.mark.usefixtures("admin")
def test_an_unknown_role_is_refused(client: Client) -> None:
    assert give_role(client, make_user(), "king")[0] == 400


@pytest.mark.usefixtures("admin")
def test_deactivating_asks_first_and_says_what_it_means(client: Client) -> None:
    ann = make_member().user
    page = client.get(reverse("deactivate", args=[ann.pk])).content.decode()
    assert f"Deactivate {ann}?" in page
    assert f"{ann} stays in" in page
    ann.refresh_from_db()
    assert ann.is_active


@pytest.mark.usefixtures("admin")
def test_deactivating_ends_every_session(client: Client) -> None:
    ann, hers = make_user("ann"), Client()
    hers.force_login(ann)
    hers.get("/")
    assert "Sessions ended: 1." in deactivate(client, ann)
    assert hers.get("/").status_code == 302


def test_nobody_deactivates_themselves(client: Client, admin: User) -> None:
    make_admin()
    assert "You cannot do this to yourself." in deactivate(client, admin)
    assert client.get("/").status_code == 200


@pytest.mark.usefixtures("admin")
def test_reactivating_opens_the_account_as_it_was(client: Client) -> None:
    ann = make_user("ann", role=Role.OPERATOR)
    deactivate(client, ann)
    client.post(reverse("reactivate", args=[ann.pk]))
    ann.refresh_from_db()
    assert ann.is_active
    assert ann.role == Role.OPERATOR


@pytest.mark.usefixtures("admin")
def test_each_step_stands_in_the_log_once(client: Client) -> None:
    ann = make_user("ann")
    for role in ("operator", "operator"):
        give_role(client, ann, role)
    deactivate(client, ann)
    for _ in range(2):
        client.post(reverse("reactivate", args=[ann.pk]))
    kinds = SecurityEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [Kind.ROLE_CHANGED, Kind.DEACTIVATED, Kind.REACTIVATED]


@pytest.fixture
def two_admins(transactional_db: None) -> tuple[User, User]:
    return make_admin("ada"), make_admin("bea")


def test_two_admins_who_demote_each_other_at_the_same_moment_leave_one(two_admins: tuple[User, User]) -> None:
    ready = threading.Barrier(2)

    def demote(subject: User, by: User) -> None:
        request = RequestFactory().post("/")
        request.user = by
        ready.wait(timeout=10)
        try:
            people.change_role(subject, Role.VIEWER, request)
        except people.Refused:
            pass
        finally:
            connection.close()

    ada, bea = two_admins
    threads = [threading.Thread(target=demote, args=pair) for pair in ((ada, bea), (bea, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert people.admins_who_can_sign_in().count() == 1
