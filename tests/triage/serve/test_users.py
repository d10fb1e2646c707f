"""Who the servers run as, who may reach them, and that nothing outside ./var changes for it."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.triage.serve import whole
from triage.serve import embedded, postgres
from triage.serve.layout import Place
from triage.serve.privileges import Account, closed_folder, server_account

pytestmark = [pytest.mark.slow_processes, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")

# Becomes `nobody`, who in a namespace of its own reaches what a user reaches who has cloned this: Python, project, var.
AS_NOBODY = """
import os, signal, sys
from pathlib import Path
from triage.serve.privileges import Account, become
become(Account("nobody", 65534, 65534), map(Path, sys.argv[1].split(":")), signal.SIGKILL, os.getppid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def as_nobody(*command: str, reach: Path) -> list[str]:
    paths = [Path(sys.base_prefix), Path(sys.prefix).resolve(), whole.PROJECT, reach]
    return [sys.executable, "-c", AS_NOBODY, ":".join(map(str, paths)), *command]


def owner(path: Path) -> int:
    return path.stat().st_uid


@as_root
def test_as_root_below_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    var = closed / "clone" / "var"
    account = server_account(var / "postgres")
    assert account
    assert account.uid != 0
    before = [(path, path.stat().st_mode) for path in (closed, *closed.parents)]
    with whole.started(var) as service:
        service.wait_until_up()
        for name in ("postgres", "valkey"):
            assert owner(Path(f"/proc/{service.pid_of(name)}")) == account.uid
        assert owner(var / "postgres") == account.uid
        assert stat.S_IMODE((var / "sockets").stat().st_mode) == 0o700
        assert service.answers()
        assert service.stop() < 10
        assert service.left_behind() == []
    assert [(path, path.stat().st_mode) for path in (closed, *closed.parents)] == before


@as_root
def test_as_root_with_the_wheels_below_such_a_folder(tmp_path: Path) -> None:
    """A clone in /root: its .venv is there as well, and the servers' user cannot enter it."""
    packages = tmp_path / "closed" / "site-packages"
    packages.mkdir(parents=True, mode=0o700)
    packages.parent.chmod(0o700)
    real = postgres.installed_for(Place(tmp_path)).bin.parents[2]
    script = f"mount --bind '{real}' '{packages}' && exec '{sys.executable}' manage.py serve"
    command = ["unshare", "--mount", "sh", "-c", script]
    with whole.started(tmp_path / "var", command=command, PYTHONPATH=str(packages)) as service:
        service.wait_until_up()
        executable = Path(f"/proc/{service.pid_of('postgres')}/cmdline").read_text()
        assert executable.startswith(str(packages))


@as_root
def test_as_root_where_the_way_cannot_be_opened(tmp_path: Path) -> None:
    """In many containers root may not make a view of the disk of its own."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    command = ["setpriv", "--bounding-set=-sys_admin", *whole.MANAGE, "serve"]
    with whole.started(closed / "var", command=command) as service:
        assert service.process.wait(timeout=30) == 1
        service.wait_until_nothing_is_left()
    assert len(service.lines) == 1
    assert "may not enter" in service.said
    assert "chmod o+x" in service.said


@as_root
def test_an_ordinary_user_runs_everything_as_itself(tmp_path: Path) -> None:
    var = tmp_path / "home" / "var"
    var.parent.mkdir()
    os.chown(var.parent, 65534, 65534)
    with whole.started(var, command=as_nobody(*whole.MANAGE, "serve", reach=var.parent)) as service:
        service.wait_until_up()
        service.wait_for(lambda: service.pid_of("beat"), "beat runs")
        for name in ("postgres", "valkey", "web", "beat"):
            assert owner(Path(f"/proc/{service.pid_of(name)}")) == 65534
        assert service.stop() < 10
        assert service.left_behind() == []
    # Later as root, on the same folder: the servers stay who they were.
    with whole.started(var) as service:
        service.wait_until_up()
        assert owner(Path(f"/proc/{service.pid_of('postgres')}")) == 65534


@as_root
def test_an_ordinary_user_and_a_folder_of_somebody_else(tmp_path: Path) -> None:
    var = tmp_path / "home" / "var"
    var.parent.mkdir()
    with whole.started(var, command=as_nobody(*whole.MANAGE, "serve", reach=var.parent)) as service:
        assert service.process.wait(timeout=30) == 1
    assert len(service.lines) == 1
    assert f"{var} cannot be written" in service.said
    assert "WHOSE_VAR" in service.said


@as_root
def test_nobody_else_signs_in_to_the_database(tmp_path: Path) -> None:
    """The door is opened wide here on purpose: behind it, PostgreSQL itself knows who knocks."""
    place = Place(tmp_path / "var")
    stranger = pwd.getpwnam("daemon")
    script = (
        "import os, sys, pathlib; from triage.serve import knock; from triage.serve.privileges import Account, become;"
        "import signal; data = pathlib.Path(sys.argv[1]);"
        f"become(Account('daemon', {stranger.pw_uid}, {stranger.pw_gid}), [data], signal.SIGKILL, os.getppid());"
        "knock.ask_postgres(data / '.s.PGSQL.5432')"
    )
    with embedded.running(place):
        assert postgres.waits_for(place) is None
        place.sockets.chmod(0o755)
        (place.sockets / ".s.PGSQL.5432").chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", script, str(place.sockets)],
            capture_output=True,
            text=True,
            cwd=whole.PROJECT,
            check=False,
        )
    assert done.returncode != 0
    assert "Peer authentication failed" in done.stderr


def test_a_folder_is_closed_to_whom_its_mode_says(tmp_path: Path) -> None:
    stranger = Account("stranger", 54321, 54321)
    closed = tmp_path / "closed"
    inner = closed / "inner" / "file"
    inner.parent.mkdir(parents=True)
    for folder in (closed, *closed.parents):
        if not stranger.may_enter(folder):
            assert closed_folder(inner, stranger) is not None
    closed.chmod(0o700)
    assert not stranger.may_enter(closed)
    closed.chmod(0o711)
    assert stranger.may_enter(closed)
