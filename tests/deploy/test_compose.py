"""The compose file and the image: the same commands with the same environment, run as processes."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.databases import own_database
from tests.triage.serve.whole import PATIENCE, PROJECT, free_port

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
EXAMPLE = (PROJECT / "deploy/compose/example.env").read_text()
OURS = ("prepare", "web", "worker", "beat")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: str, given: Mapping[str, str]) -> str:
    """The text with its variables as Compose fills them: `${NAME:-default}` and `${NAME:?why it is needed}`."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if given.get(name):
            return given[name]
        assert kind == "-", f"{name} is needed: {rest}"
        return rest

    return _VARIABLE.sub(value, text)


def test_the_example_names_what_the_compose_file_reads() -> None:
    read = {name for name, _, _ in _VARIABLE.findall((PROJECT / "docker-compose.yml").read_text())}
    named = set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
    assert named <= read, "a value that nobody reads"
    needed = {name for name, kind, _ in _VARIABLE.findall((PROJECT / "docker-compose.yml").read_text()) if kind == "?"}
    assert needed <= named, "a value that one would have to guess"


def test_only_the_web_is_reached_from_outside_and_only_from_this_machine() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports.keys() == {"web", "prometheus", "alertmanager"}
    assert all(port.startswith("127.0.0.1:") for service in ports.values() for port in service)


def test_the_image_holds_every_package_and_runs_without_root() -> None:
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"tests"}
    assert packages == set(re.findall(r"^COPY (\w+) \./\1$", DOCKERFILE, re.MULTILINE))
    assert re.search(r"^USER whose$", DOCKERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in DOCKERFILE


@pytest.fixture
def environments(tmp_path: Path) -> Iterator[dict[str, dict[str, str]]]:
    """For each service of ours the environment of its container, on the tests' servers instead of its neighbours."""
    given = {
        "POSTGRES_PASSWORD": "of the database",
        "WHOSE_SECRET_KEY": "a key of fifty characters, as openssl rand makes them",
        "WHOSE_ADMIN_PASSWORD": "chosen by the operator",
    }
    image = dict(
        re.findall(r"\b([A-Z_]+)=(\S+)", " ".join(re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)))
    )
    with own_database() as database:
        here = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database,
            "REDIS_URL": os.environ["REDIS_URL"],
            "WHOSE_VAR": str(tmp_path / "var"),
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        }
        found = {}
        for name in OURS:
            declared = COMPOSE["services"][name]["environment"]
            own = {key: filled(str(value), given) for key, value in declared.items()}
            assert own["DATABASE_URL"] == "postgresql://whose:of the database@postgres:5432/whose"
            found[name] = image | own | here
        yield found


@pytest.mark.slow_processes
def test_the_processes_of_the_compose_file_make_a_service(environments: dict[str, dict[str, str]]) -> None:
    port = free_port()
    commands = {name: [filled(word, {}) for word in COMPOSE["services"][name]["command"]] for name in OURS}
    for name, command in commands.items():
        assert command[0] == "python"
        commands[name] = [sys.executable, *command[1:]]
    commands["web"] = [str(port) if word == "8000" else word for word in commands["web"]]

    prepared = subprocess.run(
        commands["prepare"], env=environments["prepare"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert prepared.returncode == 0, prepared.stderr
    running = [
        subprocess.Popen(commands[name], env=environments[name], cwd=PROJECT, stdout=subprocess.DEVNULL)
        for name in ("web", "worker", "beat")
    ]
    try:
        wait_until(lambda: ready(port), lambda: all(process.poll() is None for process in running))
    finally:
        for process in running:
            process.terminate()
        codes = [process.wait(timeout=15) for process in running]
    assert codes == [0, 0, 0]


def ready(port: int) -> bool:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": "web"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - of our own making
            return bool(json.load(answer))
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], possible: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert possible(), "a process ended"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
