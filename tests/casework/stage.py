"""A stage for cases of applications: a healthy platform with healthy tenants, and the words that Kubernetes uses.

Wordings differ with versions and runtimes; they stand here once, so that a case names only what it is about.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import Json, Scene, State, Workload

CONTROL_PLANE = "node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"
DAY = 24 * 60.0


def stage(
    now: str,
    *,
    teams: Mapping[str, Mapping[str, int]] | None = None,
    workers: int | Sequence[str] = 3,
    storage: bool = False,
    metrics: bool = False,
    ingress: bool = False,
    **scene: Any,
) -> tuple[Scene, dict[str, Workload]]:
    """The platform without the parts that the case is not about, and the teams' healthy workloads by name."""
    made = Scene(now, **scene)
    names = [f"worker-{number + 1}" for number in range(workers)] if isinstance(workers, int) else list(workers)
    platform(
        made,
        workers=names,
        storage="csi" if storage else "",
        metrics=metrics,
        ingress="ingress-nginx" if ingress else "",
    )
    return made, tenants(made, teams)


def give(workload: Workload, **fields: Any) -> None:
    """Fields of the first container, in the template and in each pod: probes, resources, command, ports."""
    template = workload.obj["spec"].get("template")
    bodies = [template["spec"]] if template else []
    for body in [*bodies, *(pod["spec"] for pod in workload.pods)]:
        body["containers"][0].update(fields)


def give_pod(workload: Workload, **fields: Any) -> None:
    """Fields of the pod's spec, in the template and in each pod: selectors, affinities, tolerations."""
    template = workload.obj["spec"].get("template")
    for body in [*([template["spec"]] if template else []), *(pod["spec"] for pod in workload.pods)]:
        body.update(fields)


def http_probe(path: str, port: int, *, timeout: int = 1, scheme: str = "HTTP", period: int = 10) -> Json:
    return {
        "httpGet": {"path": path, "port": port, "scheme": scheme},
        "timeoutSeconds": timeout,
        "periodSeconds": period,
        "failureThreshold": 3,
    }


def no_fit(reasons: Mapping[str, int], *, victims: int = 0, helpless: int | None = None) -> str:
    """What the scheduler says of a pod that fits nowhere; `victims` nodes are those where preemption was tried."""
    total = sum(reasons.values())
    told = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    rest = total - victims if helpless is None else helpless
    tail = [f"{victims} No preemption victims found for incoming pod"] if victims else []
    tail += [f"{rest} Preemption is not helpful for scheduling"] if rest else []
    head = f"0/{total} nodes are available"
    return f"{head}: {told}. preemption: {head}: {', '.join(sorted(tail))}."


def image_of(pod: Json) -> str:
    return str(pod["spec"]["containers"][0]["image"])


def containerd_pull(image: str, error: str, *, code: str = "Unknown") -> str:
    return (
        f'rpc error: code = {code} desc = failed to pull and unpack image "{image}": '
        f'failed to resolve reference "{image}": {error}'
    )


def start_error(error: str) -> str:
    """What containerd says of a container whose process cannot be started."""
    return (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
        f"runc create failed: unable to start container process: {error}: unknown"
    )


def crash(scene: Scene, pod: Json, state: State, *, back_off: bool = True) -> None:
    """A pod that crashes again and again, with the kubelet's word on it."""
    scene.put(pod, state)
    if back_off:
        scene.back_off(pod, min(state.minutes, 59), count=max(4, round(min(state.minutes, 59) * 4.4)))


def crash_alerts(scene: Scene, workload: Workload, since: float) -> None:
    """The stock alerts of a workload whose pods all crash."""
    for pod in workload.pods:
        scene.alert("KubePodCrashLooping", since, pod)
        scene.alert("KubePodNotReady", since, pod)
    scene.alert("KubeDeploymentReplicasMismatch", since, workload)


def unavailable(scene: Scene, workload: Workload, since: float, pods: Sequence[Json] | None = None) -> None:
    """The stock alerts of a workload whose pods (or these) are not ready without crashing."""
    for pod in workload.pods if pods is None else pods:
        scene.alert("KubePodNotReady", since, pod)
    kind = workload.obj["kind"]
    name = {"StatefulSet": "KubeStatefulSetReplicasMismatch", "DaemonSet": "KubeDaemonSetRolloutStuck"}
    scene.alert(name.get(kind, "KubeDeploymentReplicasMismatch"), since, workload)
