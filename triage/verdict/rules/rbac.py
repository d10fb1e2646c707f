"""A workload whose service account may not do what it tries lacks a Role of its own team.

The API server names the account, the verb and the resource. Only an account of the workload's namespace counts.
"""

from collections.abc import Iterator

from triage.verdict.findings import Line
from triage.verdict.messages import Capture, short
from triage.verdict.scene import Scene
from triage.verdict.types import Finding
from triage.verdict.weights import PROOF, STRONG

_FORBIDDEN = Capture(
    r"User \\?\"system:serviceaccount:(?P<namespace>[^:\"]+):(?P<account>[^\"\\]+)\\?\" cannot (?P<verb>\S+)"
)


def rbac(scene: Scene) -> Iterator[Finding]:
    """A line for each workload that is refused by the API server."""
    for trouble in scene.troubles.values():
        for said in scene.statements[trouble.subject]:
            groups = _FORBIDDEN.find(said.words)
            if groups is None:
                continue
            line = Line(scene, "rbac", trouble, said)
            own = groups["namespace"] == trouble.namespace
            if own or scene.view.is_platform(trouble.subject):
                claim = f"The account {groups['account']} of {trouble.subject} may not {groups['verb']}"
                yield line.own(PROOF if own else STRONG, f"{claim}: {short(said.words)}")
            break
