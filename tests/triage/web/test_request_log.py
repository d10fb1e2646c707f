"""The log of requests names no key that opens a door."""

import pytest

from triage.web.middleware import loggable


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/welcome/a-secret-token/", "/welcome/***/"),
        ("/password/reset/key/1-abc-def/", "/password/reset/key/***/"),
        ("/people/7/", "/people/7/"),
    ],
)
def test_a_path_without_its_key(path: str, logged: str) -> None:
    assert loggable(path) == logged
