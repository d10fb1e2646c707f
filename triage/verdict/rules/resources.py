"""A workload that is throttled or saturated at its own limit is its team's, also where its node looks busy by it.

Throttling and saturation are measured against what the workload was given: its own limits and requests. Where alerts
of a node say that it is busy and one workload on it says that it is saturated, that workload explains the node.
"""

from collections.abc import Iterator

from triage.verdict.messages import Pattern, short
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import FAIR, STRONG

RULE = "resources"

_OWN = Pattern(
    r"throttl|cfs quota|saturat|(cpu|memory)[^\n]{0,40}(limit|request)|(above|near|over|of) (its"
    r"|the) (cpu |memory )?limit"
    r"|containercpu|containermemory|container(high)?(cpu|memory)"
)
_OF_NODE = Pattern(r"saturat|cpu|load|memory|utili[sz]ation|busy")


def resources(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads that use up what they were given."""
    for trouble in scene.troubles.values():
        if (
            trouble.subject.kind in {"Node", "Cluster", "Component", "Namespace"}
            or Effect.RESOURCES not in trouble.effects
        ):
            continue
        said = next((one for one in trouble.symptoms if _OWN.fits(f"{one.alertname} {one.text}")), None)
        if said is None:
            continue
        side = scene.view.side_of(trouble.subject)
        nodes = _busy_nodes(scene, trouble)
        claim = f"{trouble.subject} uses up what it was given: {short(said.text or said.alertname)}"
        explains = (trouble.subject, *(one.subject for one in nodes))
        weight = FAIR if said.severity == "info" else STRONG
        yield Finding(side, weight, claim, "alert", said.began_at, trouble.subject, explains, RULE, is_specific=True)
        for node in nodes:
            cleared = f"{node.subject} is busy with {trouble.subject}."
            yield Finding(Side.CLUSTER, -FAIR, cleared, "alert", said.began_at, node.subject, (node.subject,), RULE)


def _busy_nodes(scene: Scene, trouble: Trouble) -> list[Trouble]:
    """Nodes with pods of the workload of which alerts, and nothing else, say that they are busy."""
    pods = [*trouble.failing, *trouble.well]
    found = []
    for name in sorted({pod.node for pod in pods if pod.node} | trouble.nodes):
        node = scene.troubles.get(Suspect("Node", name))
        known = scene.view.nodes.get(name)
        if node is None or (known is not None and not known.is_ready):
            continue
        if node.symptoms and all(_OF_NODE.fits(one.alertname) for one in node.symptoms):
            found.append(node)
    return found
