"""`manage.py backup` and `restore`: whole or not at all."""

import time
from pathlib import Path

import psycopg
import pytest

from tests.triage.serve import whole
from triage.serve import embedded, folders
from triage.serve.layout import Place

pytestmark = pytest.mark.slow_processes


def teams(place: Place) -> list[str]:
    with psycopg.connect(place.database_url) as link:
        return [row[0] for row in link.execute("SELECT slug FROM ownership_team ORDER BY slug")]


def add_team(place: Place, slug: str) -> None:
    with psycopg.connect(place.database_url) as link:
        link.execute("INSERT INTO ownership_team (slug, name, created_at) VALUES (%s, %s, now())", [slug, slug])


def test_there_and_back(tmp_path: Path) -> None:
    place, copy = Place(tmp_path / "var"), tmp_path / "copy"
    with whole.started(place.root) as service:
        service.wait_until_up()
        add_team(place, "kept")
        done = whole.manage(place.root, "backup", str(copy))
        assert done.returncode == 0, done.stderr
        assert copy.stat().st_mode & 0o777 == 0o600
        add_team(place, "added-later")

        running = whole.manage(place.root, "restore", "--yes", str(copy))
        assert running.returncode == 1
        assert "runs already" in running.stderr
        service.stop()

    again = whole.manage(place.root, "backup", str(copy))
    assert (again.returncode, "exists already" in again.stderr) == (1, True)

    done = whole.manage(place.root, "restore", "--yes", str(copy))
    assert done.returncode == 0, done.stderr
    with embedded.running(place):
        assert teams(place) == ["kept"]

    # What is cut off in the middle loses nothing; nor does what is no copy, or not one of ours.
    cut, no_copy = tmp_path / "cut", tmp_path / "no-copy"
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size * 3 // 4])
    no_copy.write_text("dear diary")
    for file in (cut, no_copy, tmp_path / "missing"):
        failed = whole.manage(place.root, "restore", "--yes", str(file))
        assert failed.returncode == 1
        assert "Traceback" not in failed.stderr
        assert len(failed.stderr.strip().split("\n")) == 1
    refused = whole.manage(place.root, "restore", str(copy))
    assert "Nothing was changed" in refused.stderr, "asked, and there was nobody to say yes"
    with embedded.running(place):
        assert teams(place) == ["kept"]

    # Another machine: an empty folder, and the copy.
    other = Place(tmp_path / "other" / "var")
    done = whole.manage(other.root, "restore", "--yes", str(copy))
    assert done.returncode == 0, done.stderr
    done = whole.manage(other.root, "backup", str(tmp_path / "second copy"))
    assert done.returncode == 0, done.stderr
    with whole.started(other.root) as service:
        service.wait_until_up()
        assert teams(other) == ["kept"]


def test_a_copy_of_another_database_is_refused(tmp_path: Path) -> None:
    place, copy = Place(tmp_path / "var"), tmp_path / "copy"
    with embedded.running(place), psycopg.connect(place.database_url) as link:
        link.execute("CREATE TABLE something_else (id int)")
    assert whole.manage(place.root, "backup", str(copy)).returncode == 0
    done = whole.manage(place.root, "restore", "--yes", str(copy))
    assert done.returncode == 1
    assert "not a copy of a Whose database" in done.stderr


def test_a_server_of_ones_own_is_left_alone(tmp_path: Path) -> None:
    for command in (("backup", "copy"), ("restore", "--yes", "copy")):
        done = whole.manage(tmp_path / "var", *command, DATABASE_URL="postgresql://whose:hidden@127.0.0.1:1/whose")
        assert done.returncode == 1
        assert "DATABASE_URL names a server of your own" in done.stderr
        assert "hidden" not in done.stderr


def test_nothing_to_copy_and_nowhere_to_write(tmp_path: Path) -> None:
    done = whole.manage(tmp_path / "var", "backup", str(tmp_path / "copy"))
    assert "There is no database" in done.stderr
    place = Place(tmp_path / "var")
    with embedded.running(place):
        began = time.monotonic()
        done = whole.manage(place.root, "backup", str(tmp_path / "no" / "such" / "folder"))
        assert "cannot be written" in done.stderr
        assert time.monotonic() - began < 30
    assert not folders.is_locked(place)
    assert not list(tmp_path.glob("copy*"))
