"""The documentation of the verdict, made from the rules themselves: `make docs` writes it, a test holds it true."""

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from triage.verdict import calibration, weights
from triage.verdict.rules import RULES
from triage.verdict.scene import Rule

FOLDER = Path(__file__).parents[2] / "docs" / "verdict"
_MADE = "<!-- Made from the code by `make docs`; change the docstring of the rule instead. -->\n\n"


def pages() -> Mapping[Path, str]:
    """Each page by its file."""
    made = {FOLDER / "rules" / f"{rule.__name__}.md": _page(rule) for rule in RULES}
    return {**made, FOLDER / "README.md": _index(), FOLDER / "weights.md": _weights()}


def write() -> None:
    """Writes all pages and removes those of rules that are gone."""
    made = pages()
    (FOLDER / "rules").mkdir(parents=True, exist_ok=True)
    for old in set((FOLDER / "rules").glob("*.md")) - set(made):
        old.unlink()
    for file, text in made.items():
        file.write_text(text, encoding="utf-8")


def _docstring(rule: Rule) -> str:
    return inspect.cleandoc(sys.modules[rule.__module__].__doc__ or "")


def _page(rule: Rule) -> str:
    first, _, rest = _docstring(rule).partition("\n\n")
    return f"{_MADE}# {rule.__name__}\n\n**{' '.join(first.split())}**\n\n{rest.strip()}\n".replace("\n\n\n", "\n\n")


def _index() -> str:
    return _MADE + "\n".join(_index_lines()) + "\n"


def _index_lines() -> Iterator[str]:
    yield "# How the verdict is made\n"
    yield (
        "An assessment looks at a whole cluster at once: it lists what is wrong, asks every rule who could be to blame "
        "and why, and lets the suspects compete. Each line of evidence has a weight in log-odds; the side with the "
        "higher odds is the verdict, and where that is too close to call the answer is *uncertain*. The same evidence "
        "gives the same verdict; no language model decides anything.\n"
    )
    yield (
        "[How often it is right](benchmark.md), [how that is measured](how-it-is-measured.md), "
        "[the numbers that were set by hand](weights.md).\n"
    )
    yield "| rule | what it knows |"
    yield "|---|---|"
    for rule in sorted(RULES, key=lambda one: one.__name__):
        first = " ".join(_docstring(rule).partition("\n\n")[0].split())
        yield f"| [{rule.__name__}](rules/{rule.__name__}.md) | {first} |"


def _weights() -> str:
    rows = {**weights.HAND_SET, **calibration.HAND_SET}
    lines = [f"| {name} | {value:g} | {what} |" for name, (value, what) in rows.items()]
    fitted = calibration.SHIPPED
    return (
        f"{_MADE}# Numbers of the verdict\n\nSet by hand, by people who know Kubernetes, not fitted to any case:\n\n"
        "| name | value | what it is |\n|---|---|---|\n" + "\n".join(lines) + "\n\n"
        "Fitted on cases whose truth is known (`make bench-verdict` does it anew, without the source that it scores)"
        ":\n\n"
        f"| name | value |\n|---|---|\n| slope | {fitted.slope:g} |\n| intercept | {fitted.intercept:g} |\n"
        f"| threshold | {fitted.threshold:g} |\n"
    )
