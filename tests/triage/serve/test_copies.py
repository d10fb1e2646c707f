"""`manage.py backup` and `restore`: whole or not at all."""

from pathlib import Path

import psycopg
import pytest

from tests.triage.serve import whole
from triage.serve import copies, embedded, folders
from triage.serve.layout import Place
from triage.serve.problems import Problem

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

        with pytest.raises(Problem, match="runs already"):
            copies.restore(place, copy)
        service.stop()

    with pytest.raises(Problem, match="exists already"):
        copies.backup(place, copy)
    done = whole.manage(place.root, "restore", str(copy))
    assert "Nothing was changed" in done.stderr, "asked, and there was nobody to say yes"
    done = whole.manage(place.root, "restore", "--yes", str(copy))
    assert done.returncode == 0, done.stderr
    with embedded.running(place):
        assert teams(place) == ["kept"]

    # What is cut off in the middle loses nothing; nor does what is no copy.
    cut, no_copy = tmp_path / "cut", tmp_path / "no-copy"
    cut.write_bytes(copy.read_bytes()[:-1])
    no_copy.write_text("dear diary")
    for file in (cut, no_copy, tmp_path / "missing"):
        with pytest.raises(Problem):
            copies.restore(place, file)
    with embedded.running(place):
        assert teams(place) == ["kept"]

    # Another machine: an empty folder, and the copy.
    other = Place(tmp_path / "other" / "var")
    copies.restore(other, copy)
    copies.backup(other, tmp_path / "second copy")
    with embedded.running(other):
        assert teams(other) == ["kept"]


def test_a_copy_of_another_database_is_refused(tmp_path: Path) -> None:
    place, copy = Place(tmp_path / "var"), tmp_path / "copy"
    with embedded.running(place), psycopg.connect(place.database_url) as link:
        link.execute("CREATE TABLE something_else (id int)")
    copies.backup(place, copy)
    with pytest.raises(Problem, match="not a copy of a Whose database"):
        copies.restore(place, copy)


def test_a_server_of_ones_own_is_left_alone(tmp_path: Path) -> None:
    for command in (("backup", "copy"), ("restore", "--yes", "copy")):
        done = whole.manage(tmp_path / "var", *command, DATABASE_URL="postgresql://whose:hidden@127.0.0.1:1/whose")
        assert done.returncode == 1
        assert "DATABASE_URL names a server of your own" in done.stderr
        assert "hidden" not in done.stderr


def test_nothing_to_copy_and_nowhere_to_write(tmp_path: Path) -> None:
    place = Place(tmp_path / "var")
    with pytest.raises(Problem, match="There is no database"):
        copies.backup(place, tmp_path / "copy")
    with embedded.running(place), pytest.raises(Problem, match="cannot be written"):
        copies.backup(place, tmp_path / "no" / "such" / "folder")
    assert not folders.is_locked(place)
    assert list(tmp_path.glob("copy*")) == []
