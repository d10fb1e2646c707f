"""What the database holds about people, whoever writes to it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from ownership.models import User
from tests.factories import make_member, make_team, make_user

pytestmark = pytest.mark.django_db


def test_one_address_belongs_to_one_person_in_whatever_case() -> None:
    make_user(email="ann@example.org")
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User.objects.create(username="other", email="Ann@Example.org")


def test_any_number_of_people_may_have_no_address() -> None:
    assert not make_user(email="").email
    assert not make_user(email="").email


def test_an_address_is_kept_in_lower_case() -> None:
    assert make_user(email=" Ann@Example.org ").email == "ann@example.org"


def test_a_person_is_in_a_team_once() -> None:
    team, user = make_team(), make_user()
    make_member(team, user)
    with pytest.raises(IntegrityError, match="member_once_in_a_team"):
        make_member(team, user)


def test_an_unknown_time_zone_is_refused_with_an_example() -> None:
    with pytest.raises(ValidationError, match="Write, for example, Europe/Berlin"):
        User(username="ann", time_zone="Europe/Atlantis").full_clean(exclude=["password"])


def test_who_can_sign_in_is_active_and_has_a_password() -> None:
    can = make_user()
    make_user(can_sign_in=False)
    make_user(is_active=False)
    assert list(User.objects.who_can_sign_in()) == [can]
