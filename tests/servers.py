"""Real servers for the tests: the embedded ones, once for a whole run, where none are named by the environment.

Loaded by `-p tests.servers` before pytest-django reads the settings; the processes of pytest-xdist inherit the
addresses and start nothing.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from triage.serve import embedded
from triage.serve.layout import Place
from triage.serve.problems import Problem

_stack = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around pytest-django's own, which reads the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    os.environ.setdefault("WHOSE_SECRET_KEY", "a key for the tests, which nobody signs in to")
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if not (is_worker or _asks_only(early_config) or {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys()):
        try:
            place = _stack.enter_context(_servers())
        except Problem as problem:
            raise pytest.UsageError(str(problem)) from problem
        os.environ.setdefault("DATABASE_URL", place.database_url)
        os.environ.setdefault("REDIS_URL", place.redis_url)
    return (yield)


def pytest_unconfigure() -> None:
    _stack.close()


def _asks_only(config: pytest.Config) -> bool:
    """Whether this run answers a question (`--collect-only`, `--help`, ...) and needs no server."""
    options = config.known_args_namespace
    asked = ("collectonly", "help", "version", "markers", "showfixtures", "show_fixtures_per_test")
    return any(getattr(options, name, False) for name in asked)


@contextlib.contextmanager
def _servers() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="whose-tests-"))
    place = Place(folder / "var")
    try:
        with embedded.running(place, broker=True, durable=False):
            yield place
    finally:
        shutil.rmtree(folder, ignore_errors=True)
