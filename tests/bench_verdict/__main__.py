"""`make bench-verdict CASES=folder`: one JSON object of figures on stdout, a summary on stderr, a page on request."""

import argparse
import hashlib
import importlib
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ownership.match import OwnershipMap
from tests.bench import commit, machine
from tests.bench_verdict import checks, figures, report, scoring
from tests.bench_verdict.baseline import baseline
from tests.bench_verdict.engine import DECIDING, answer_of, margin_of
from tests.bench_verdict.held_out import Sample, leave_one_source_out
from tests.bench_verdict.transform import EVIDENCE, Document
from tests.bench_verdict.truth import Kind, kind_of, source_of
from triage.cases import Case, UnreadableCase, answer, default_map, read_case
from triage.verdict import calibration
from triage.verdict.calibration import SHIPPED

_PROJECT = Path(__file__).parents[2]
_ROUNDS = 5  # assessments of each case for its time


@dataclass(frozen=True)
class Told:
    """A case as its file tells it, with the truth that the assessment does not read."""

    text: str
    document: Document
    case: Case

    @property
    def kind(self) -> Kind:
        """How it is scored."""
        return kind_of(self.document)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    options = _options(arguments)
    try:
        cases = [_told(file) for file in sorted(options.cases.glob("*.json"))]
    except UnreadableCase as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not cases:
        sys.stderr.write(
            f"{options.cases} holds no *.json; name a folder of case files: make bench-verdict CASES=folder\n"
        )
        return 1
    found = measured(cases, default_map())
    found["checks"] = _checks([one.document for one in cases if one.kind is Kind.SINGLE], options)
    found["how"] = _how(cases, options, sys.argv[1:] if arguments is None else arguments)
    print(json.dumps(figures.plain(found), indent=1))
    sys.stderr.write(report.summary(found) + "\n")
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(report.page(found), encoding="utf-8")
        if bins := found.get("calibration", {}).get(figures.HELD_OUT, {}).get("bins"):
            (options.report.parent / report.PICTURE).write_text(report.picture(bins), encoding="utf-8")
    return 0


def measured(cases: Sequence[Told], ownership: OwnershipMap) -> dict[str, Any]:
    """All figures but those of the further checks."""
    singles = [one for one in cases if one.kind is Kind.SINGLE]
    fitted = leave_one_source_out(_samples(singles, ownership))
    who: dict[str, Callable[[Told], Mapping[str, Any]]] = {
        figures.HELD_OUT: lambda one: answer_of(one.case, ownership, fitted.of(source_of(one.document))),
        figures.AS_SHIPPED: lambda one: answer_of(one.case, ownership, SHIPPED),
        figures.BASELINE: lambda one: baseline(one.document),
    }

    def scored(kind: Kind, score: Callable[[Document, Mapping[str, Any]], Any]) -> dict[str, list[Any]]:
        return {
            name: [score(one.document, answered(one)) for one in cases if one.kind is kind]
            for name, answered in who.items()
        }

    found: dict[str, Any] = {
        "kinds": {kind.value: count for kind in Kind if (count := sum(one.kind is kind for one in cases))}
    }
    if singles:
        found |= figures.singles(scored(Kind.SINGLE, scoring.score))
        found |= {"fitted": figures.fitted(fitted), "hand_set": hand_set()}
    if Kind.CONTROL in found["kinds"]:
        found["controls"] = figures.controls(scored(Kind.CONTROL, scoring.score_control))
    if Kind.MIX in found["kinds"]:
        found["mixes"] = figures.mixes(scored(Kind.MIX, scoring.score_mix))
    if Kind.CONTESTED in found["kinds"]:
        found["contested"] = figures.contested(scored(Kind.CONTESTED, scoring.score)[figures.HELD_OUT])
    return found | {"time": figures.took(_seconds(cases, ownership))}


def hand_set() -> dict[str, tuple[float, str]]:
    """The numbers that people chose: of the rules, where they are listed, and of the calibration."""
    weights = "triage.verdict.weights"
    listed = importlib.import_module(weights).HAND_SET if importlib.util.find_spec(weights) else {}
    return {**listed, **calibration.HAND_SET}


def _samples(singles: Sequence[Told], ownership: OwnershipMap) -> list[Sample]:
    samples = []
    for one in singles:
        incidents = answer_of(one.case, ownership, DECIDING)["incidents"]
        if incidents:
            right = scoring.side_of(incidents[0]) == one.document["truth"]["verdict"]
            samples.append(Sample(source_of(one.document), margin_of(incidents[0]), right))
    return samples


def _seconds(cases: Sequence[Told], ownership: OwnershipMap) -> dict[str, list[float]]:
    def median(work: Callable[[], object]) -> float:
        times = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    def read_and_answer(text: str) -> object:
        return answer(read_case(text), ownership)

    return {
        "without_reading_the_file": [median(partial(answer, one.case, ownership)) for one in cases],
        "with_reading_it": [median(partial(read_and_answer, one.text)) for one in cases],
    }


def _checks(singles: Sequence[Document], options: argparse.Namespace) -> dict[str, Any]:
    def answered(case: Document, ownership: OwnershipMap) -> Mapping[str, Any]:
        return answer_of(read_case(json.dumps(case)), ownership, SHIPPED)

    ownership, found = default_map(), dict[str, Any]()
    if options.mixes:
        found["two at once"] = checks.mixes(singles, answered, ownership, number=options.mixes)
    for kind in options.without:
        found[f"without {kind}"] = checks.evidence_removed(singles, answered, ownership, kind=kind)
    if options.rename:
        found["other names"] = checks.names_changed(singles, answered, ownership, rounds=options.rename)
    if options.shuffle:
        found["another order"] = checks.order_changed(singles, answered, ownership, rounds=options.shuffle)
    return found


def _told(file: Path) -> Told:
    try:
        text = file.read_text(encoding="utf-8")
        case = read_case(text)
        return Told(text, json.loads(text), case)
    except (OSError, ValueError) as error:
        raise UnreadableCase(f"{file}: {error}") from error


def _how(cases: Sequence[Told], options: argparse.Namespace, arguments: Sequence[str]) -> dict[str, Any]:
    """How the figures came about. A folder elsewhere is not named: it says something about a machine only."""
    folder = options.cases.resolve()
    where = folder.relative_to(_PROJECT).as_posix() if folder.is_relative_to(_PROJECT) else "(a folder of your own)"
    more = " ".join(_further(options))
    return {
        "command": f"make bench-verdict CASES={where}" + (f' ARGS="{more}"' if more else ""),
        "cases": len(cases),
        "sha256": hashlib.sha256("".join(one.text for one in cases).encode()).hexdigest()[:12],
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        **machine(),
    }


def _further(options: argparse.Namespace) -> list[str]:
    counted = [f"--{name} {count}" for name in ("mixes", "rename", "shuffle") if (count := getattr(options, name))]
    return [*counted, *(f"--without {kind}" for kind in options.without)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-verdict", description=__doc__)
    parser.add_argument("cases", type=Path, help="a folder of case files (*.json)")
    parser.add_argument(
        "--report", type=Path, metavar="FILE.md", help=f"write the page, and {report.PICTURE} beside it"
    )
    parser.add_argument("--mixes", type=int, default=0, metavar="N", help="draw N pairs of cases and mix them")
    parser.add_argument(
        "--without", action="append", default=[], choices=EVIDENCE, help="take one kind of evidence away"
    )
    parser.add_argument("--rename", type=int, default=0, metavar="N", help="N times: give everything another name")
    parser.add_argument("--shuffle", type=int, default=0, metavar="N", help="N times: put everything in another order")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
