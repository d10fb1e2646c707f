"""One rule, one file, one sentence, one test file."""

import sys
from pathlib import Path

import pytest

from triage.verdict import rules
from triage.verdict.scene import Rule

HERE = Path(__file__).parent


def test_every_file_is_a_rule_that_is_asked() -> None:
    files = {file.stem for file in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {rule.__name__ for rule in rules.RULES}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_opens_with_its_sentence_and_has_its_tests(rule: Rule) -> None:
    sentence, _, how = (sys.modules[rule.__module__].__doc__ or "").partition("\n\n")
    assert sentence.endswith(".")
    assert ". " not in sentence, "one sentence"
    assert len(" ".join(sentence.split())) <= 250
    assert how.strip(), "and then how it reasons"
    assert (HERE / f"test_{rule.__name__}.py").is_file()
