"""From a made cluster to what a rule says of it, and to the verdict."""

import json

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Scene as Made
from tests.casework.makers import Workload
from triage.cases import default_map, read_case, snapshot_of
from triage.verdict import Attribution, assess
from triage.verdict.scene import Rule, Scene
from triage.verdict.types import Finding

NOW = "2026-11-24T03:10:00Z"


def cluster() -> tuple[Made, dict[str, Workload]]:
    """A platform and its tenants, all well."""
    made = Made(NOW)
    platform(made)
    return made, tenants(made)


def scene_of(made: Made) -> Scene:
    """What the rules see of a made cluster."""
    return Scene.of(snapshot_of(read_case(_text(made)), default_map()))


def lines(rule: Rule, made: Made) -> list[Finding]:
    """All that one rule says."""
    return list(rule(scene_of(made)))


def verdicts(made: Made) -> tuple[Attribution, ...]:
    """What all rules together come to."""
    return assess(snapshot_of(read_case(_text(made)), default_map()))


def _text(made: Made) -> str:
    return json.dumps({"id": "made", "now": NOW, **made.contents()})
