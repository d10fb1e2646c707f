"""What has to hold for every case: names and order decide nothing, and the same evidence gives the same verdict."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from ownership.match import OwnershipMap
from tests.bench_verdict import checks, transform
from triage.cases import answer, default_map, read_case

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*.json"))
# Each case is tried in one of the ways, so that all of them stay quick; `make bench-verdict` tries all in every way.
_LARGE = 400_000  # bytes


def _case(file: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return held


def _said(case: dict[str, Any], ownership: OwnershipMap) -> list[dict[str, Any]]:
    incidents: list[dict[str, Any]] = answer(read_case(json.dumps(case)), ownership)["incidents"]
    return incidents


def _small() -> list[Path]:
    return [file for file in CASES if file.stat().st_size < _LARGE]


@pytest.mark.parametrize("file", _small(), ids=lambda one: one.stem)
def test_order_decides_nothing(file: Path) -> None:
    case = _case(file)
    shuffled = transform.shuffled(case, seed=zlib.crc32(file.stem.encode()))
    assert _said(shuffled, default_map()) == _said(case, default_map())


@pytest.mark.parametrize("file", _small(), ids=lambda one: one.stem)
def test_names_decide_nothing(file: Path) -> None:
    case = _case(file)
    names = transform.at_random(case, seed=zlib.crc32(file.stem.encode()))
    said = _said(case, default_map())
    told = _said(transform.renamed(case, names), checks.mapped(default_map(), names))
    assert [one["verdict"] for one in told] == [one["verdict"] for one in said]


def test_truth_and_title_are_not_read() -> None:
    case = _case(CASES[0])
    assert _said({**case, "truth": {"verdict": "nobody"}, "title": ""}, default_map()) == _said(case, default_map())
