"""A large map is looked through now and then, a small one each time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_cluster, make_member, make_team
from triage import audited
from triage.audited import audited as look_through

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def gaps() -> set[str]:
    return {str(found.gap) for found in look_through(NOW)}


def test_a_small_map_is_looked_through_each_time() -> None:
    team = make_team("platform")
    make_cluster("prod", operated_by=team, fallback=team)
    assert "no members" in gaps()
    make_member(team)
    assert "no members" not in gaps()


def test_what_took_long_is_kept_for_some_minutes_and_no_longer_than_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audited, "SLOW", timedelta(0))
    team = make_team("platform")
    make_cluster("prod", operated_by=team, fallback=team)
    assert "no members" in gaps()
    make_member(team)
    assert "no members" in gaps(), "kept"
    assert "no members" not in {str(found.gap) for found in look_through(NOW + timedelta(minutes=6))}
    make_cluster("stage", operated_by=team)
    assert "unowned" in gaps(), "another map"


def test_no_page_waits_for_a_large_map(monkeypatch: pytest.MonkeyPatch) -> None:
    make_cluster("prod")
    assert audited.audited_if_quick(NOW) is not None
    monkeypatch.setattr(audited, "LARGE", -1)
    assert audited.audited_if_quick(NOW) is None
