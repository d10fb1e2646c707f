"""From a folder of cases to figures, a page and a picture."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.bench_verdict.__main__ import hand_set, main
from tests.test_bench_verdict.makers import alert, application, case, cluster, crash


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One case of each kind."""
    node = alert("KubeNodeNotReady", node="node-3", job="kube-state-metrics", severity="critical")
    cases = [
        crash(id="one-crash", hard=True, derived=False),
        case(node, id="two-node", truth=cluster()),
        case(alert("Watchdog", severity="none"), id="two-quiet", truth={"verdict": "none"}),
        case(node, id="one-both", truth={"incidents": [cluster(), application()]}),
        case(node, id="one-dispute", truth=cluster(confidence="contested")),
    ]
    for number, one in enumerate(cases):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    return tmp_path


def test_figures_page_and_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folder / "docs" / "benchmark.md"
    more = ["--mixes", "2", "--rename", "1", "--shuffle", "1", "--without", "events"]
    assert main([str(folder), "--report", str(page), *more]) == 0
    printed = capsys.readouterr()
    found: dict[str, Any] = json.loads(printed.out)
    assert found["kinds"] == {"single": 2, "mix": 1, "control": 1, "contested": 1}
    assert found["overall"]["whose"]["verdict"]["of"] == 2, "what is contested is not scored"
    assert found["controls"]["whose"]["right"]["share"] == 1
    assert found["mixes"]["whose"]["expected two"]["faults_found"]["of"] == 2
    assert found["contested"][0]["id"] == "one-dispute"
    assert found["fitted"]["for_source"].keys() == {"one", "two"}
    assert found["checks"].keys() == {"two at once", "without events", "other names", "another order"}
    assert "verdict" in printed.err
    text = page.read_text()
    for heading in ("## Cases with one fault", "## Controls", "## Mixes", "## Contested", "## Further checks"):
        assert heading in text
    assert str(folder) not in text, "a page says nothing about the machine it was written on"
    ET.fromstring((page.parent / "benchmark-reliability.svg").read_text())  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("content", "sentence", "because"),
    [
        (None, "holds no *.json", "an empty folder"),
        ("[]", "1.json", "the file is named"),
        ("{", "it is not JSON", "and what is wrong with it"),
    ],
)
def test_what_cannot_be_measured_is_said(
    content: str | None, sentence: str, because: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "1.json").write_text(content)
    assert main([str(tmp_path)]) == 1
    assert sentence in capsys.readouterr().err, because


def test_numbers_that_people_chose_say_what_they_are() -> None:
    assert all(what for _, what in hand_set().values())
