"""An answer as a person reads it in a terminal: the sentence, whose, and the ledger with bars. PURE.

Names and messages of a cluster may hold anything: what a terminal would obey is taken out of all of them.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDTH = 100
_BAR = 12  # characters of the longest bar
_FULL = 4.5  # log-odds of the longest bar


def explained(told: Mapping[str, Any]) -> str:
    """The whole answer to a case, as `assess --explain` prints it."""
    incidents = told["incidents"]
    if not incidents:
        return f"{_clean(told['id'])}: nothing is wrong.\n"
    lines = [f"{_clean(told['id'])}: {len(incidents)} {'incident' if len(incidents) == 1 else 'incidents'}", ""]
    for number, incident in enumerate(incidents, start=1):
        lines += [*_incident(number, incident), ""]
    return "\n".join(lines)


def _incident(number: int, incident: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrapped(f"{number}. {incident['sentence']}", "   ")
    sure = "over 99%" if incident["confidence"] > 0.99 else f"{incident['confidence']:.0%}"
    yield f"   Sure: {sure} (log-odds {incident['margin']:+.2f})"
    yield from _wrapped(f"   Whose: {incident['owner'] or 'nobody'}, because {incident['why']}", "   ")
    if incident["namespaces"]:
        yield from _wrapped(f"   Namespaces: {', '.join(incident['namespaces'])}", "   ")
    yield ""
    yield "   Suspects"
    for suspect in incident["suspects"][:5]:
        yield f"   {suspect['probability']:>6.1%}  {suspect['side']:<11}  {_named(suspect)}"
    yield ""
    yield "   Evidence (log-odds; + speaks for the suspect, - against it)"
    yield from _ledger(incident["suspect"], incident["findings"])
    if incident["checked"]:
        yield ""
        yield "   Checked and well"
        for line in incident["checked"]:
            yield from _wrapped(f"     {line}", "       ")
    yield ""
    yield "   What would change this"
    yield from _wrapped(f"     {incident['would_change']}", "     ")


def _ledger(suspect: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    about: Mapping[str, Any] | None = None
    for finding in findings:
        if finding["suspect"] != about:
            about = finding["suspect"]
            role = "" if about == suspect else ", a rival"
            yield f"   {_named(about)} ({finding['side']}{role})"
        head = f"   {_bar(finding['weight'])} {finding['weight']:+5.2f}  "
        told = f"{finding['claim']} [{finding['source']} {finding['observed_at'][:16].replace('T', ' ')}]"
        yield from _wrapped(head + told, " " * len(head))


def _bar(weight: float) -> str:
    """To the right for, with an outline for against: readable without colour."""
    length = max(1, min(_BAR, round(abs(weight) / _FULL * _BAR)))
    return (("█" if weight >= 0 else "░") * length).ljust(_BAR)


def _named(suspect: Mapping[str, Any]) -> str:
    where = f"{suspect['namespace']}/" if suspect["namespace"] else ""
    return _clean(f"{suspect['kind']} {where}{suspect['name']}")


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        _clean(text), _WIDTH, subsequent_indent=indent, drop_whitespace=True, replace_whitespace=False
    ) or [""]
