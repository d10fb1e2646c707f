"""The figures as a page and a picture, and in a few lines for the terminal. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.bench_verdict.figures import AS_SHIPPED, BASELINE, CONFIDENT, HELD_OUT
from tests.bench_verdict.scoring import SAID
from tests.bench_verdict.statistics import Bin, Share

PICTURE = "benchmark-reliability.svg"
_WHO = {HELD_OUT: "Whose, source held out", AS_SHIPPED: "Whose as shipped", BASELINE: "Names of alerts"}
_COLUMNS = (
    "",
    "cases",
    "verdict right",
    "owner right",
    "balanced",
    "uncertain",
    "right of decided",
    "further incidents",
)


def page(figures: Mapping[str, Any]) -> str:
    """The report in Markdown."""
    parts = [
        "# How often the verdict is right",
        "Written by `make bench-verdict`; [how-it-is-measured.md](how-it-is-measured.md) says what the words mean.",
        *_how(figures["how"]),
        *(_singles(figures) if figures["kinds"].get("single") else []),
        *_controls(figures.get("controls")),
        *_mixes(figures.get("mixes")),
        *_contested(figures.get("contested")),
        *_time(figures["time"]),
        *_checks(figures.get("checks") or {}),
    ]
    return "\n\n".join(parts) + "\n"


def summary(figures: Mapping[str, Any]) -> str:
    """What somebody wants to see at once."""
    lines = [f"{count} cases: {kind}" for kind, count in figures["kinds"].items()]
    for who, told in (figures.get("overall") or {}).items():
        lines.append(
            f"{_WHO[who]:<23} verdict {_share(told['verdict'])}, owner {_share(told['owner'])},"
            f" uncertain {_percent(told['uncertain'].value)}, of decided {_share(told['right_of_decided'])}"
        )
    if figures.get("overall"):
        lines.append(f"Confidently wrong: {', '.join(one['id'] for one in figures['confidently_wrong']) or 'none'}")
        error = figures["calibration"][HELD_OUT]["expected_calibration_error"]
        lines.append(f"Expected calibration error: {_number(error)}")
    for what in ("controls", "mixes", "checks"):
        lines += [f"{what}, {name}: {_short(told)}" for name, told in (figures.get(what) or {}).items()]
    lines += [
        f"Time {what.replace('_', ' ')}: median {told['median_ms']} ms, p95 {told['p95_ms']}, max {told['max_ms']}"
        for what, told in figures["time"].items()
    ]
    return "\n".join(lines)


def picture(bins: Sequence[Bin]) -> str:
    """How sure it was against how often it was right, as SVG: a bar a bin with its number of cases."""
    side, left, top = 320, 56, 24

    def x(value: float) -> float:
        return round(left + (value - 0.5) * 2 * side, 1)

    def y(value: float) -> float:
        return round(top + (1 - value) * side, 1)

    grid = [
        f'<line x1="{left}" y1="{y(at)}" x2="{left + side}" y2="{y(at)}" stroke="#ddd"/>'
        f'<text x="{left - 8}" y="{y(at) + 4}" text-anchor="end">{at:.0%}</text>'
        for at in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    ticks = [
        f'<text x="{x(at)}" y="{top + side + 18}" text-anchor="middle">{at:.0%}</text>'
        for at in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    ]
    bars = [
        f'<rect x="{x(one.low) + 2}" y="{y(one.accuracy)}" width="{round(x(one.high) - x(one.low) - 4, 1)}"'
        f' height="{round(one.accuracy * side, 1)}" fill="#3b6ea8"><title>said {one.confidence:.0%} of {one.count},'
        f" {one.accuracy:.0%} right</title></rect>"
        f'<text x="{round((x(one.low) + x(one.high)) / 2, 1)}" y="{y(one.accuracy) - 4:.1f}" text-anchor="middle">'
        f"{one.count}</text>"
        for one in bins
    ]
    diagonal = f'<line x1="{x(0.5)}" y1="{y(0.5)}" x2="{x(1)}" y2="{y(1)}" stroke="#b5432f" stroke-dasharray="5 4"/>'
    width, height = left + side + 24, top + side + 48
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">',
            '<title id="title">How sure the verdict was against how often it was right</title>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *grid,
            *ticks,
            *bars,
            diagonal,
            f'<text x="{left + side / 2}" y="{top + side + 38}" text-anchor="middle">confidence (number of cases above)'
            "</text>",
            f'<text x="14" y="{top + side / 2}" text-anchor="middle" transform="rotate(-90 14 {top + side / 2})">'
            "share that was right</text>",
            "</svg>\n",
        ]
    )


def _how(how: Mapping[str, Any]) -> list[str]:
    return [
        f"`{how['command']}` on {how['date']} at commit `{how['commit']}` over {how['cases']} cases"
        f" (SHA-256 of their files `{how['sha256']}`), Python {how['python']}, {how['processor']}."
    ]


def _singles(figures: Mapping[str, Any]) -> list[str]:
    return [
        "## Cases with one fault",
        "The first incident of the answer counts. Uncertain is not right. In brackets: Wilson's 95 % interval.",
        _table(_COLUMNS, ((_WHO[who], *_cells(told)) for who, told in figures["overall"].items())),
        "*Source held out*: confidence and threshold were fitted on the cases of all other sources; every figure below"
        " is of these answers unless it says otherwise. *As shipped*: with the numbers in the code, which these cases"
        " may have helped to choose.",
        "### What was said of what",
        *(_confusion(_WHO[who], table) for who, table in figures["confusion"].items()),
        f"### Confidently wrong ({CONFIDENT:.0%} or more)",
        _cases(figures["confidently_wrong"]),
        "### Other wrong verdicts",
        _cases(figures["wrong"]),
        "### Undecided, or nothing said",
        _cases(figures["undecided"]),
        "### Right verdict, wrong owner",
        _cases(figures["right_verdict_wrong_owner"]),
        "### By source",
        _groups(figures["by_source"]),
        "### Captured from a cluster, or derived from a described fault",
        _groups(figures["by_making"]),
        "### Hard (a simple rule is misled), or plain",
        _groups(figures["by_difficulty"]),
        "## How sure it is, and how often it is right then",
        f"![Confidence against the share that was right]({PICTURE})",
        *_reliability(figures["calibration"]),
        *_fitted(figures["fitted"], figures["hand_set"]),
    ]


def _confusion(who: str, table: Mapping[str, Mapping[str, int]]) -> str:
    rows = ((f"*{truth}*", *(str(said.get(word, 0)) for word in SAID)) for truth, said in sorted(table.items()))
    return _table((f"{who}: truth ↓ said →", *SAID), rows)


def _groups(groups: Mapping[str, Mapping[str, Any]]) -> str:
    rows = ((f"{name}: {_WHO[who]}", *_cells(told)) for name, both in groups.items() for who, told in both.items())
    return _table(_COLUMNS, rows)


def _reliability(calibration: Mapping[str, Any]) -> list[str]:
    errors = "; ".join(
        f"{_WHO[who]} {_number(told['expected_calibration_error'])}" for who, told in calibration.items()
    )
    rows = (
        (f"{one.low:.0%} to {one.high:.0%}", str(one.count), f"{one.confidence:.0%}", f"{one.accuracy:.0%}")
        for one in calibration[HELD_OUT]["bins"]
    )
    return [
        f"Expected calibration error over ten bins of equal width from 50 % to 100 %: {errors}. It is measured on the"
        " side that leads, also where the verdict is uncertain.",
        _table(("confidence", "cases", "mean said", "right"), rows),
    ]


def _fitted(fitted: Mapping[str, Any], hand_set: Mapping[str, tuple[float, str]]) -> list[str]:
    rows = [
        (source, *(f"{one[key]:.3f}" for key in ("slope", "intercept", "threshold")), str(one["fitted_on"]))
        for source, one in fitted["for_source"].items()
    ]
    for name, one in (
        ("*all cases (used for no figure here)*", fitted["on_everything"]),
        ("*shipped*", fitted["shipped"]),
    ):
        rows.append((name, f"{one.slope:.3f}", f"{one.intercept:.3f}", f"{one.threshold:.3f}", ""))
    numbers = ((f"`{name}`", f"{value:g}", what) for name, (value, what) in hand_set.items())
    return [
        "## What was fitted",
        "Three numbers, by this command, for each source on the cases of all others (Platt's scaling):",
        _table(("held out", "slope", "intercept", "threshold", "fitted on"), rows),
        f"## What was set by hand\n\n{len(hand_set)} numbers, the same for every source:",
        _table(("number", "value", "what it is"), numbers),
    ]


def _controls(controls: Mapping[str, Any] | None) -> list[str]:
    if not controls:
        return []
    rows = ((_WHO[who], _share(told["right"]), _ids(told["wrong"])) for who, told in controls.items())
    return ["## Controls: nothing is wrong", "Right only without any incident.", _table(("", "right", "wrong"), rows)]


def _mixes(mixes: Mapping[str, Any] | None) -> list[str]:
    if not mixes:
        return []
    rows = (
        (
            f"{name}: {_WHO[who]}",
            _share(told["all_found"]),
            _share(told["faults_found"]),
            str(told["extra_incidents"]),
            _counts(told["answered"]),
            _ids(told["not_all_found"]),
        )
        for who, by_number in mixes.items()
        for name, told in by_number.items()
    )
    return [
        "## Mixes: several faults at once",
        "A fault is found by an incident of its own with its verdict and its owner.",
        _table(("", "all found", "faults found", "further incidents", "incidents answered", "not all found"), rows),
    ]


def _contested(contested: Sequence[Mapping[str, Any]] | None) -> list[str]:
    return ["## Contested: shown, not scored", _cases(contested)] if contested else []


def _time(time: Mapping[str, Any]) -> list[str]:
    rows = (
        (what.replace("_", " "), *(f"{told[key]:g} ms" for key in ("median_ms", "p95_ms", "max_ms")))
        for what, told in time.items()
    )
    return [
        "## Time for an assessment",
        "Each case several times, its median; then over the cases.",
        _table(("", "median", "95 %", "slowest"), rows),
    ]


def _checks(checks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not checks:
        return []
    words = "With the shipped numbers, on the cases with one fault."
    return ["## Further checks", words, *(f"**{name}**\n\n{_bullets(told)}" for name, told in checks.items())]


def _bullets(told: Mapping[str, Any]) -> str:
    return "\n".join(f"- {key.replace('_', ' ')}: {_value(value)}" for key, value in told.items())


def _short(told: Any) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_value(value)}" for key, value in told.items() if value != [])


def _value(value: Any) -> str:
    if isinstance(value, Share):
        return _share(value)
    if isinstance(value, Mapping):
        return f"({_short(value)})"
    return _ids(value) if isinstance(value, list) else str(value)


def _cells(told: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(told["cases"]),
        _share(told["verdict"]),
        _share(told["owner"]),
        _percent(told["balanced_accuracy"]),
        _percent(told["uncertain"].value),
        _share(told["right_of_decided"]),
        str(told["extra_incidents"]),
    )


def _cases(cases: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        (f"`{one['id']}`", one["truth"], one["said"], _percent(one["confidence"]), str(one.get("owner") or ""))
        for one in cases
    ]
    return _table(("case", "truth", "said", "confidence", "owner"), rows) if rows else "None."


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in ids) or "none"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{_percent(share.value)} ({low:.0%} to {high:.0%})" if share.of else "-"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
