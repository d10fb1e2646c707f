"""What a start finds in ./var: each damage is one line with a way out, and nothing is lost by trying."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.triage.serve import whole
from triage.serve import embedded, folders, leftovers
from triage.serve.layout import LONGEST_SOCKET, Place, fits
from triage.serve.problems import Problem

pytestmark = pytest.mark.slow_processes


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder that a service has run in."""
    place = Place(tmp_path / "var")
    with embedded.running(place, broker=True):
        pass
    return place


def _without_version(place: Place) -> None:
    (place.postgres / "PG_VERSION").unlink()


def _of_version_14(place: Place) -> None:
    (place.postgres / "PG_VERSION").write_text("14\n")


def _damaged_control_file(place: Place) -> None:
    (place.postgres / "global" / "pg_control").write_bytes(b"\xff" * 8192)


def _lost_tables(place: Place) -> None:
    for file in (place.postgres / "base").rglob("*"):
        if file.is_file():
            file.unlink()


def _not_a_folder(place: Place) -> None:
    (place.root / "logs").rename(place.root / "old-logs")
    (place.root / "logs").write_text("a file where a folder should be")


@pytest.mark.parametrize(
    ("damage", "says", "remedy"),
    [
        (_without_version, "is not a complete PostgreSQL data directory", "manage.py restore"),
        (_of_version_14, "was written by PostgreSQL 14", "manage.py backup"),
        (_damaged_control_file, "PostgreSQL did not start", "manage.py restore"),
        (_lost_tables, "PostgreSQL did not start", "manage.py restore"),
        (_not_a_folder, "cannot be written", "WHOSE_VAR"),
    ],
)
def test_a_damaged_folder_is_said_in_one_line(
    place: Place, damage: Callable[[Place], None], says: str, remedy: str
) -> None:
    damage(place)
    said = whole.refused(place.root)
    assert says in said
    assert remedy in said
    assert place.postgres.is_dir(), "what is damaged is left to the operator"


def test_a_stale_note_of_postgres_does_not_stop_the_start(place: Place) -> None:
    """Its process id was given to another process meanwhile: one that must be left alone."""
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (place.postgres / "postmaster.pid").write_text(
        f"{other.pid}\n{place.postgres}\n1\n5432\n../sockets\n\n1 1\nready\n"
    )
    with embedded.running(place):
        assert other.poll() is None
    other.communicate()


def test_a_leftover_is_ended_by_id_and_start_time(place: Place) -> None:
    mine, foreign = (subprocess.Popen(["sleep", "60"], start_new_session=True) for _ in range(2))
    for name, process, started in (
        ("web", mine, leftovers.started_at(mine.pid)),
        ("worker-1", foreign, "another start, whose process id was given away again"),
    ):
        note = {"pid": process.pid, "started": started, "signal": 15}
        (place.run / f"{name}.json").write_text(json.dumps(note))
    assert leftovers.end_all(place) == [f"web (process {mine.pid})"]
    assert mine.wait(timeout=5) != 0
    assert foreign.poll() is None
    assert list(place.run.glob("*.json")) == []
    foreign.kill()
    foreign.wait()


def test_a_database_that_was_begun_and_not_completed_is_removed(place: Place) -> None:
    (place.root / "postgres.new-abc" / "base").mkdir(parents=True)
    with embedded.running(place):
        assert not (place.root / "postgres.new-abc").exists()


def test_a_long_log_is_shortened_and_the_last_part_kept(place: Place) -> None:
    log = place.logs / "postgres.log"
    log.write_bytes(b"x" * (folders.MOST_LOG + 1))
    folders.trim_logs(place)
    assert log.stat().st_size == 0
    assert log.with_suffix(".log.1").stat().st_size == folders.MOST_LOG + 1


def test_a_clone_in_a_deep_folder(tmp_path: Path) -> None:
    var = tmp_path / ("deep" * 25) / "var"
    place = Place(var)
    assert not fits(place.sockets)
    with whole.started(var) as service:
        service.wait_until_up()
        link = place.reached_sockets
        assert link != place.sockets
        assert link.parent.stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(link / ".s.PGSQL.5432")) <= LONGEST_SOCKET
        assert whole.manage(var, "backup", str(tmp_path / "copy")).returncode == 0, "commands typed beside find it too"
        assert service.stop() < 10
        assert not link.parent.exists()
        assert service.left_behind() == []


def test_a_short_link_that_was_swept_away_is_made_again_under_its_name(tmp_path: Path) -> None:
    place = Place(tmp_path / ("deep" * 25) / "var")
    folders.make(place)
    folders.link_shortly(place)
    link = place.reached_sockets
    link.unlink()
    link.parent.rmdir()
    assert place.reached_sockets == place.sockets, "no name is trusted that is not there"
    folders.link_shortly(place)
    assert place.reached_sockets == link
    link.unlink()
    folders.link_shortly(place)
    assert place.reached_sockets == link
    folders.unlink_shortly(place)
    assert not link.parent.exists()


def test_the_lock_is_held_once(place: Place) -> None:
    with folders.locked(place):
        assert folders.is_locked(place)
        with pytest.raises(Problem, match=f"process {os.getpid()}"), folders.locked(place):
            pass
    assert not folders.is_locked(place)
