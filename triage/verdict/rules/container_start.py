"""A container whose command, user or mounts cannot work is its workload's; a runtime that starts nothing is the node's.

The OCI runtime names what failed. A program that is not in the image, is not executable or is built for another
architecture, a user that does not exist, and a hook that fails are the workload's own. Cgroups, shims, sockets,
drivers and time-outs of the runtime are the node's; so is an own-looking message that several teams' workloads share
on one node.
"""

from collections.abc import Iterator

from triage.verdict.findings import Line
from triage.verdict.injected import injected_containers, injector
from triage.verdict.messages import Pattern, short
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, PROOF, STRONG

RULE = "container_start"

_NODE = Pattern(
    r"unable to apply cgroup|cgroup[^\n]*(no such file|device or resource busy|cannot allocate|no space left"
    r"|not mounted)"
    r"|cgroups?: (cannot find|cgroup mountpoint)|systemd[^\n]*(unit[^\n]*already exists|did not finish|not running)"
    r"|exec: \\?\"?(runc|crun|conmon|containerd-shim[^\" ]*|nvidia-container-runtime)[^\n]*not found"
    r"|(fork/exec [^\n]*(containerd-shim|/runc|/crun|conmon)[^\n]*no such file)|(containerd-shim|runc|crun"
    r"|conmon)[^\n]*(fork/exec[^\n]*(no such file|resource temporarily)|file not found)"
    r"|runc did not terminate successfully|failed to (start|create) shim: [^\n]*(deadline|i/o|resource temporarily|EOF)"
    r"|dial unix [^\n]*(sock|socket)|failed to reserve container name|name \\?\"[^\n]*\\?\" is reserved for"
    r"|fork/exec[^\n]*resource temporarily unavailable|pthread_create failed|unable to allocate memory"
    r"|shim task[^\n]*(no space left on device|too many open files|cannot allocate memory)"
    r"|mkdir /(var/lib|run)/(containerd|docker|containers)[^\n]*(no space|read-only|input/output)|input/output error"
    r"|driver not loaded|nvml error|failed to initialize NVML|no such device: nvidia"
    r"|nvidia-container-cli: (initialization|ldcache)"
    r"|context deadline exceeded|transport is closing|error reading from server: EOF|ttrpc: closed"
    r"|is not a shared mount|no running task found|unexpected media type|failed to mount rootfs"
    r"|overlay[^\n]*invalid argument"
    r"|failed to create (new )?(parent process|prestart hook)[^\n]*(runc|hook #)|bpf_prog_query|keyring|session key"
)
_OWN = Pattern(
    r"executable file not found|exec format error|exec user process caused|no such file or directory|permission denied"
    r"|is a directory|not a directory|runAsNonRoot|non-numeric user|run as root|unable to find (user|group)"
    r"|no users found"
    r"|OOM-killed \(memory limit too low|memory limit too low|read-only file ?system|operation not permitted"
    r"|no command specified|invalid (argument|mount|capability)|unknown capability|cannot set (hostname|sysctl)"
    r"|sysctl|seccomp|apparmor|PostStartHook|poststart|lifecycle hook|minimum memory limit|invalid reference format"
    r"|exec: \\?\"[^\"]*\\?\": stat|chdir to cwd|mkdir [^\n]*: |unsatisfied condition: cuda"
)
_REASONS = frozenset(
    {"RunContainerError", "CreateContainerError", "StartError", "PostStartHookError", "ContainerCannotRun"}
    | {"PreCreateHookError", "Failed", "FailedPostStartHook", "FailedCreatePodContainer", "FailedCreatePodSandBox"}
)


def container_start(scene: Scene) -> Iterator[Finding]:
    """Lines about containers that do not start."""
    found = [
        (trouble, said)
        for trouble in scene.troubles.values()
        if trouble.effects & _EFFECTS and (said := _said(scene, trouble)) is not None
    ]
    injected = injected_containers(scene)
    for trouble, said in found:
        line, quoted = Line(scene, RULE, trouble, said), short(said.words)
        nodes = sorted({pod.node for pod in trouble.failing if pod.node} or {said.node} - {""})
        crowd = _crowd(found, nodes)
        if is_of_node(said.words) or crowd:
            why = f"{crowd} namespaces have it there: " if crowd else ""
            for node in nodes:
                yield line.of(
                    Suspect("Node", node), STRONG, f"The runtime of {node} starts no container: {why}{quoted}"
                )
            if nodes:
                yield line.own(-STRONG, f"It is the runtime that fails before anything of {trouble.subject} runs.")
        elif is_own(said) and (container := injected.get(trouble.subject)) is not None:
            claim = (
                f"The container {container.name}, which {trouble.subject} does not ask for, does not start: {quoted}"
            )
            yield line.of(injector(scene), PROOF, claim)
            yield line.own(-FAIR, f"{trouble.subject} does not name the container {container.name}.")
        elif is_own(said):
            yield line.own(PROOF, f"{trouble.subject} cannot start as it is specified: {quoted}")


_EFFECTS = frozenset({Effect.START, Effect.INIT, Effect.CRASH, Effect.CREATING, Effect.OOM})


def is_of_node(words: str) -> bool:
    """Whether the runtime itself fails."""
    return _NODE.fits(words) and not _EXEC.fits(words)


def is_own(said: Statement) -> bool:
    """Whether what the workload asks for cannot work."""
    return _OWN.fits(said.words) or said.reason in {"PostStartHookError", "FailedPostStartHook"}


# The program of the container itself, whatever else the message says.
_EXEC = Pattern(
    r"unable to start container process: (error during container init: )?exec: "
    r"|starting container process caused: exec:"
    r"|container init was OOM-killed|exec format error"
)


def _said(scene: Scene, trouble: Trouble) -> Statement | None:
    """The strongest message about a start; one that says more than that it failed."""
    found = [
        one
        for one in scene.statements[trouble.subject]
        if one.reason in _REASONS and "image" not in one.reason.casefold()
    ]
    telling = [one for one in found if is_of_node(one.words) or is_own(one)]
    telling = [one for one in telling if one.reason != "FailedCreatePodSandBox" or _EXEC.fits(one.words)]
    return telling[0] if telling and not _PULL.fits(telling[0].words) else None


_PULL = Pattern(r"failed to pull|pulling image|secret \\?\"|configmap \\?\"|couldn't find key")


def _crowd(found: list[tuple[Trouble, Statement]], nodes: list[str]) -> int:
    """How many namespaces' containers cannot start on this one node, and nowhere else; 0 where that is no crowd."""
    if len(nodes) != 1:
        return 0
    there = {one.namespace for one, _ in found if {pod.node for pod in one.failing} == {nodes[0]}}
    elsewhere = {one.namespace for one, _ in found if {pod.node for pod in one.failing} - {nodes[0]}}
    return len(there) if len(there) >= 3 and not elsewhere else 0
