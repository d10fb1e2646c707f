"""What is written about the verdict is what it does."""

from pathlib import Path

import pytest

from tests.verdict_docs import FOLDER, pages
from triage.verdict.rules import RULES


@pytest.mark.parametrize(("file", "text"), pages().items(), ids=lambda one: one.name if isinstance(one, Path) else "")
def test_each_page_is_as_its_rule_says(file: Path, text: str) -> None:
    assert file.is_file(), "write the pages with: make docs"
    assert file.read_text(encoding="utf-8") == text, "write the pages anew with: make docs"


def test_no_page_is_of_a_rule_that_is_gone() -> None:
    assert {file.stem for file in (FOLDER / "rules").glob("*.md")} == {rule.__name__ for rule in RULES}


def test_each_rule_has_a_test_file_of_its_own() -> None:
    tests = {
        file.stem.removeprefix("test_")
        for file in (Path(__file__).parents[1] / "triage/verdict/rules").glob("test_*.py")
    }
    assert {rule.__name__ for rule in RULES} <= tests
