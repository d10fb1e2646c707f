"""Time zones by their names."""

import pytest

from ownership.zones import is_zone, zone_names


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_zone_of_the_data_is_one(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize("name", ["", "Berlin", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "a\0b"])
def test_anything_else_is_none(name: str) -> None:
    assert not is_zone(name)


def test_the_names_to_pick_from_are_sorted_and_hold_utc() -> None:
    names = zone_names()
    assert "UTC" in names
    assert list(names) == sorted(names)
