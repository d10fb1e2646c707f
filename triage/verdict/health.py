"""What of the platform was looked at and is well: said with every verdict, so that one can copy it. PURE."""

from triage.verdict.scene import Scene
from triage.verdict.troubles import counted


def checked(scene: Scene) -> tuple[str, ...]:
    """What of the platform was looked at and is well, in short sentences."""
    view = scene.view
    found = []
    ready = [node for node in view.nodes.values() if node.is_ready]
    if ready and len(ready) == len(view.nodes):
        found.append(f"{len(ready)} of {counted(len(view.nodes), 'node')} are ready")
    for workload in sorted(view.part_by_workload):
        pods = view.pods_by_workload.get(workload, ())
        if pods and all(pod.is_well for pod in pods):
            found.append(f"{view.part_by_workload[workload].name} has {len(pods)} of {counted(len(pods), 'pod')} ready")
    return tuple(dict.fromkeys(found))[:12]
