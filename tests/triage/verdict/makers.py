"""From a scene of the casework to what the core looks at."""

import json
from typing import Any

from tests.casework.makers import Scene as Made
from triage.cases import default_map, read_case, snapshot_of
from triage.verdict.troubles import Trouble, troubles_of
from triage.verdict.types import Snapshot, Suspect
from triage.verdict.view import View

NOW = "2026-11-24T03:09:00Z"


def snapshot(made: Made, **more: Any) -> Snapshot:
    """The scene as a case without a map tells it; `more` are other fields of the case."""
    return snapshot_of(read_case(json.dumps({"now": made.at(0), **made.contents(), **more})), default_map())


def view_of(made: Made, **more: Any) -> View:
    return View(snapshot(made, **more))


def troubles(made: Made, **more: Any) -> dict[Suspect, Trouble]:
    """What is wrong in the scene, by what it is about."""
    return troubles_of(view_of(made, **more))
