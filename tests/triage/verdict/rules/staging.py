"""Puts a made cluster on stage: what a rule finds in it, and what the verdict is."""

import json
from collections.abc import Iterable

from tests.casework.makers import Scene as Made
from triage.cases import default_map, read_case, snapshot_of
from triage.verdict import Attribution, Suspect, assess
from triage.verdict.scene import Rule, Scene
from triage.verdict.types import Finding, Snapshot

NOW = "2026-11-24T03:10:00Z"


def cluster(*nodes: str) -> Made:
    """A cluster of three nodes with a CoreDNS, unless others are named."""
    made = Made(NOW)
    for node in nodes or ("node-1", "node-2", "node-3"):
        made.node(node)
    made.deployment("kube-system", "coredns", 2, image="registry.k8s.io/coredns/coredns:v1.12.1")
    return made


def snapshot(made: Made) -> Snapshot:
    """What the service sees of it."""
    return snapshot_of(read_case(json.dumps({"id": "made", "now": NOW, **made.contents()})), default_map())


def found(rule: Rule, made: Made) -> list[Finding]:
    """What the rule says of it."""
    return list(rule(Scene.of(snapshot(made))))


def causes(made: Made) -> tuple[Attribution, ...]:
    """The verdicts."""
    return assess(snapshot(made))


def suspects(findings: Iterable[Finding]) -> list[Suspect]:
    """Whom they speak of, once each."""
    return sorted({one.suspect for one in findings if one.weight > 0})
