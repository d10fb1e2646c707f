"""What the scenes of the rules about placing have in common."""

import json
from collections.abc import Iterable

from tests.casework.makers import Scene as Maker
from triage.cases import default_map, read_case, snapshot_of
from triage.verdict import assess
from triage.verdict.scene import Rule, Scene
from triage.verdict.types import Attribution, Finding, Snapshot

NOW = "2026-11-24T03:10:00Z"


def maker(*workers: str) -> Maker:
    """A cluster with a control plane and these workers."""
    made = Maker(NOW)
    made.node("cp-1", control_plane=True)
    for worker in workers:
        made.node(worker)
    return made


def snapshot(made: Maker) -> Snapshot:
    return snapshot_of(read_case(json.dumps({"id": "scene", "now": NOW, **made.contents()})), default_map())


def lines(rule: Rule, made: Maker) -> list[Finding]:
    return list(rule(Scene.of(snapshot(made))))


def verdicts(made: Maker) -> list[Attribution]:
    return list(assess(snapshot(made)))


def for_whom(findings: Iterable[Finding]) -> dict[str, float]:
    """The suspects that lines speak for or against, with the strongest weight of each."""
    found: dict[str, float] = {}
    for finding in findings:
        name = str(finding.suspect)
        found[name] = max(finding.weight, found.get(name, finding.weight), key=abs)
    return found
