"""A program that ends by itself is its workload's, unless what it says, or who ends with it, points elsewhere.

The last words of a container (its termination message) come first: a stack trace, a refused password, a port in use
are its own. Limits of the kernel on file watches are the node's. Who cannot reach the API server is a victim where
others cannot either. Whoever a dependency's name leads to, by Service and selector, is looked up: if that fails
itself, it is to blame. Without words the exit code speaks, less clearly, and hardly at all where the same revision
runs well elsewhere.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.kubernetes.fields import text
from alerts.kubernetes.objects import Container, Pod
from triage.verdict.findings import Line
from triage.verdict.injected import injected_containers, injector
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

RULE = "crash_loop"

WATCHES = Pattern(
    r"inotify|fsnotify watcher: too many open files|number of file watchers reached|fs\.inotify"
    r"|watch[^\n]{0,80}(ENOSPC|no space left on device)|ENOSPC[^\n]{0,60}watch"
)
API = Pattern(
    r"(kubernetes\.default(\.svc[a-z.]*)?|failed to get server groups|couldn't get current server API group list"
    r"|unable to (load|get) (in-cluster|kube|rest) ?config[^\n]*dial|Error from server \((Timeout"
    r"|ServiceUnavailable|InternalError)"
    r"|https://(\[[0-9a-f:]+\]|[0-9.]+):(443|6443)/(api|apis|version|healthz|readyz|openid|openapi)\b)"
    r"[^\n]*(i/o timeout|connection refused|no route to host|network is unreachable|deadline exceeded|EOF"
    r"|handshake timeout"
    r"|x509|etcdserver|timed out|ServiceUnavailable|connection reset)"
)
DNS = Pattern(
    r"lookup [^ ]+( on [^ ]+)?: [^\n]{0,80}(i/o timeout|server misbehaving|connection refused)|EAI_AGAIN"
    r"|temporary failure in name resolution|no servers could be reached|Resolving timed out|name resolution timed out"
)
_PROCESSOR = Pattern(r"exec format error|illegal instruction|unsupported (cpu|processor|architecture)")
PUSH = Pattern(r"push(ing)? [^\n]{0,40}(image|manifest|blob|layer)|blob upload|writing blob|put (manifest|blob)")
# A dependency that is not reached; `host` is how the program names it.
_NOT_REACHED = Pattern(
    r"connection refused|connection timed out|timed out|timeout|ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH"
    r"|no such host"
    r"|no route to host|could not connect|can't connect|cannot connect|failed to connect|unable to connect|UnknownHost"
    r"|could not translate host name|unreachable|refused|connection reset|name or service not known|NXDOMAIN"
)
_HOSTS = tuple(
    Capture(expression)
    for expression in (
        r"lookup (?P<host>[a-z0-9.-]+)",
        r"(getaddrinfo|resolve) (ENOTFOUND |EAI_AGAIN )?\"?'?(?P<host>[a-z0-9][a-z0-9.-]+)",
        r"[a-z][a-z0-9+]*://([^@/ ]*@)?(?P<host>[a-z0-9][a-z0-9.-]*)",
        r"host(name)?:? [\"'(](?P<host>[a-z0-9.-]+)",
        r"(server|connection) (at|on|to) [\"'](?P<host>[a-z0-9.-]+)",
        r"(connect|connecting|connection|ECONNREFUSED|ETIMEDOUT|dial tcp) (to |with )?(tcp )?"
        r"[\"']?(?P<host>[a-z0-9][a-z0-9.-]*):[0-9]+",
        r"UnknownHostException:? (?P<host>[a-z0-9.-]+)",
        r"\b(?P<host>[a-z0-9-]+(\.[a-z0-9-]+)*\.svc)\b",
    )
)
_OWN = Pattern(
    r"panic|exception|traceback|stack ?trace|segmentation fault|SyntaxError|ModuleNotFound|ImportError"
    r"|Cannot find module"
    r"|NoClassDefFound|ClassNotFound|UnsupportedClassVersion|NullPointer|undefined (symbol|reference)|assert"
    r"|(invalid|bad|missing|unknown|unrecognized|unsupported|malformed) (config|configuration|option|flag"
    r"|argument|value|yaml|json)"
    r"|unknown (flag|command|directive)|(flag|option) provided but not defined|usage:|parse error"
    r"|failed to parse|unmarshal"
    r"|must be set|is not set|is required|required (environment|variable|setting|key)|missing required"
    r"|KeyError|not defined"
    r"|environment variable|no such file or directory|permission denied|command not found|not executable"
    r"|exec format error"
    r"|address (already )?in use|EADDRINUSE|bind: |port [0-9]+ is (already )?in use|OutOfMemoryError|heap out of memory"
    r"|authentication failed|password authentication|access denied for user|WRONGPASS|NOAUTH"
    r"|invalid (credentials|password|token)"
    r"|login failed|certificate (has )?expired|migration|relation [^\n]* does not exist|unknown database|no such table"
    r"|duplicate (key|column)|schema|checksum mismatch|lock file|already running|license|syntax error|fatal error"
    r"|configuration (error|file|invalid)|config(uration)? [^\n]{0,60}(not found|invalid)|unable to (open|read|load) "
    r"|read-only file ?system|operation not permitted|errno 13|abort|core dumped|unhandled|uncaught"
    r"|deprecated|version mismatch"
)
CODES: Mapping[int, tuple[float, str]] = {
    0: (FAIR, "ends with success where it should go on"),
    1: (FAIR, "ends with an error of its own"),
    2: (FAIR, "ends with an error of its own, or was started wrongly"),
    126: (STRONG, "cannot execute its command"),
    127: (STRONG, "does not find its command"),
    128: (FAIR, "ends with an invalid code"),
    130: (WEAK, "was interrupted"),
    132: (WEAK, "used an instruction that the processor does not know"),
    134: (FAIR, "aborted itself"),
    135: (HINT, "touched memory that it cannot have"),
    136: (FAIR, "computed what cannot be computed"),
    137: (HINT, "was killed"),
    139: (FAIR, "touched memory that is not its own"),
    143: (HINT, "was asked to end"),
    255: (FAIR, "ends with an error of its own"),
}
_EFFECTS = frozenset({Effect.CRASH, Effect.INIT, Effect.JOB})
_TOGETHER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Crash:
    """A trouble in which programs end, with what they said last."""

    trouble: Trouble
    said: Statement
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Around:
    """What the crashes are weighed against, looked up once."""

    of_api: list[Crash]
    injected: Mapping[Suspect, Container]
    by_node: Mapping[Suspect, str]
    addresses: Mapping[str, tuple[str, str]]
    many: frozenset[Suspect]


def crash_loop(scene: Scene) -> Iterator[Finding]:
    """Lines about programs that end."""
    crashes = [_crash(scene, trouble) for trouble in scene.troubles.values() if trouble.effects & _EFFECTS]
    of_api = [one for one in crashes if API.fits(one.said.words)]
    around = Around(of_api, injected_containers(scene), scene.gathered, _addresses(scene), _at_once(crashes, scene))
    for crash in crashes:
        yield from _judge(scene, crash, around)
    yield from _of_many(scene, crashes, around.many)


def _crash(scene: Scene, trouble: Trouble) -> Crash:
    said = Statement("", trouble.began_at, "object" if trouble.failing else "alert")
    nodes = frozenset(pod.node for pod in trouble.failing if pod.node) or trouble.nodes
    for pod in trouble.failing:
        for one in pod.containers:
            if one.ended_message and one.ended not in {"Completed", "StartError", "ContainerCannotRun"}:
                at = one.ended_at or trouble.began_at
                return Crash(trouble, Statement(one.ended_message, at, "object", pod.node, pod.name, one), nodes)
    for told in scene.statements[trouble.subject]:
        # Shipped alerts only say that something restarts; those of a team may quote what it said.
        if told.source == "alert" and (_NOT_REACHED.fits(told.words) or WATCHES.fits(told.words)):
            said = told
    return Crash(trouble, said, nodes)


def _judge(scene: Scene, crash: Crash, around: Around) -> Iterator[Finding]:
    trouble, words = crash.trouble, crash.said.words
    line, quoted = Line(scene, RULE, trouble, crash.said), short(words)
    if (container := around.injected.get(trouble.subject)) is not None:
        claim = f"The container {container.name}, which {trouble.subject} does not ask for, ends: {quoted}"
        yield line.of(injector(scene), STRONG, claim)
        yield line.own(-FAIR, f"{trouble.subject} does not name the container {container.name}.")
    elif PUSH.fits(words) and (registry := _sick_registry(scene)) is not None:
        yield line.of(registry, STRONG, f"{trouble.subject} cannot push to {registry}, which fails itself: {quoted}")
        yield line.own(-FAIR, f"What {trouble.subject} pushes to fails itself.")
    elif WATCHES.fits(words):
        for node in sorted(crash.nodes):
            yield line.of(Suspect("Node", node), PROOF, f"{node} has no file watches left: {quoted}")
        yield line.own(-STRONG, f"The limit that {trouble.subject} met is the kernel's, for all pods of a user.")
    elif API.fits(words):
        yield from _of_api(line, crash, around.of_api, quoted)
    elif DNS.fits(words):
        return  # whose name resolution it is, rules of the network say
    elif words and (found := dependency(scene, trouble, words, around.addresses)) is not None:
        yield from _of_dependency(line, found, quoted)
    elif _PROCESSOR.fits(words) and trouble.well:
        claim = f"{trouble.subject} is made for another processor than its node has, and runs elsewhere: {quoted}"
        yield line.own(HINT, claim, is_specific=False)
    elif words and _OWN.fits(words) and crash.said.source == "object":
        yield line.own(STRONG, f"{trouble.subject} ends and says why: {quoted}")
    else:
        yield from _by_code(line, crash, around)


def _of_api(line: Line, crash: Crash, of_api: list[Crash], quoted: str) -> Iterator[Finding]:
    subject = crash.trouble.subject
    nodes = {node for one in of_api for node in one.nodes}
    if len(of_api) < 2:
        yield line.of(line.scene.view.cluster, WEAK, f"{subject} does not reach the API server: {quoted}")
        return
    where = f"{counted(len(of_api), 'workload')} do not reach the API server"
    if len(nodes) == 1 and any(
        one.node not in nodes for one in line.scene.view.pods.values() if one.node and one.is_well
    ):
        yield line.of(Suspect("Node", min(nodes)), STRONG, f"{where}, all on {min(nodes)}: {quoted}")
    else:
        yield line.of(line.scene.view.cluster, STRONG, f"{where}: {quoted}")
    yield line.own(-FAIR, f"{subject} is one of {len(of_api)} that do not reach the API server.")


def _sick_registry(scene: Scene) -> Suspect | None:
    """A registry of the platform that has a trouble of its own."""
    return next((one.subject for one in scene.of_platform if scene.view.role_of(one.subject) is Role.REGISTRY), None)


# -- Dependencies --


def dependency(
    scene: Scene, trouble: Trouble, words: str, addresses: Mapping[str, tuple[str, str]]
) -> tuple[str, Suspect | None] | None:
    """The Service that the words say is not reached, and what answers for it; None where they name none."""
    if not _NOT_REACHED.fits(words):
        return None
    view = scene.view
    for pattern in _HOSTS:
        groups = pattern.find(words)
        if groups is None or not groups["host"]:
            continue
        host = groups["host"].casefold().strip(".")
        parts = host.split(".")
        namespace = parts[1] if len(parts) > 1 and (len(parts) == 2 or parts[2] == "svc") else trouble.namespace
        for key in ((namespace, parts[0]), addresses.get(host)):
            if key is None:
                continue
            behind = view.behind_service.get(key)
            if behind is not None or view.thing("Service", *key) is not None:
                return host, view.folded(behind) if behind is not None else None
        is_inside = len(parts) == 1 or "svc" in parts
        if is_inside and not host.replace(".", "").isdigit() and view.knows("Service", namespace):
            return host, None
    return None


def _addresses(scene: Scene) -> Mapping[str, tuple[str, str]]:
    services = scene.view.of_kind("Service")
    return {
        ip: (one.namespace, one.name) for one in services if (ip := text(one.spec.get("clusterIP"))) not in {"", "None"}
    }


def _of_dependency(line: Line, found: tuple[str, Suspect | None], quoted: str) -> Iterator[Finding]:
    subject = line.trouble.subject
    host, behind = found
    if behind is None:
        yield line.own(STRONG, f"{subject} asks for {host}, which is no service, or one without a workload: {quoted}")
    elif behind != subject and behind in line.scene.troubles:
        yield line.of(behind, STRONG, f"{subject} needs {host}, and {behind} behind it fails itself: {quoted}")
        yield line.own(-WEAK, f"What {subject} needs fails itself.")
    else:
        yield line.own(FAIR, f"{subject} does not reach {host}, whose pods are well: {quoted}", is_specific=False)


# -- Without words --


def _by_code(line: Line, crash: Crash, around: Around) -> Iterator[Finding]:
    trouble = crash.trouble
    found = next(
        ((pod, one) for pod in trouble.failing for one in pod.containers if one.exit_code is not None and one.ended),
        None,
    )
    if found is None or found[1].exit_code is None:
        return
    pod, one = found
    if one.ended in {"OOMKilled", "StartError", "ContainerCannotRun"}:
        return
    weight, what = CODES.get(one.exit_code or 0, (WEAK, "ends"))
    if _runs_elsewhere(trouble, pod) or trouble.subject in around.by_node:
        weight = min(weight, HINT)
    said = f": {short(crash.said.words)}" if crash.said.source == "object" and crash.said.words else ""
    claim = (
        f"{one.name} of {trouble.subject} {what} (exit code {one.exit_code}, {counted(one.restarts, 'restart')}){said}"
    )
    yield line.own(weight, f"{claim}.", is_specific=weight >= FAIR and trouble.subject not in around.many)


def _runs_elsewhere(trouble: Trouble, failing: Pod) -> bool:
    """The same revision is well on another node, so it is not the program alone."""
    label = next((name for name in _REVISIONS if name in failing.thing.labels), "")
    return bool(label) and any(
        pod.node != failing.node and pod.thing.labels.get(label) == failing.thing.labels[label] and _same(pod, failing)
        for pod in trouble.well
    )


_REVISIONS = ("pod-template-hash", "controller-revision-hash")


def _same(one: Pod, other: Pod) -> bool:
    return {_key(c) for c in one.containers} == {_key(c) for c in other.containers}


def _key(container: Container) -> tuple[str, str]:
    return container.name, container.image


def _at_once(crashes: list[Crash], scene: Scene) -> frozenset[Suspect]:
    """Those of tenants that began to crash together in at least three namespaces."""
    found: set[Suspect] = set()
    tenants = [one.trouble for one in crashes if not scene.view.is_platform(one.trouble.subject)]
    ordered = sorted(tenants, key=lambda one: (one.began_at, one.subject))
    start, done, inside = 0, 0, Counter[str]()
    for end, trouble in enumerate(ordered):
        inside[trouble.namespace] += 1
        while trouble.began_at - ordered[start].began_at > _TOGETHER:
            inside[ordered[start].namespace] -= 1
            if not inside[ordered[start].namespace]:
                del inside[ordered[start].namespace]
            start += 1
        if len(inside) >= 3:
            found |= {one.subject for one in ordered[max(start, done) : end + 1]}
            done = end + 1
    return frozenset(found)


def _of_many(scene: Scene, crashes: list[Crash], many: frozenset[Suspect]) -> Iterator[Finding]:
    """Programs of several teams have nothing in common but the cluster."""
    mute = [
        one for one in crashes if one.trouble.subject in many and (not one.said.words or one.said.source == "alert")
    ]
    namespaces = {one.trouble.namespace for one in mute}
    if len(namespaces) < 3:
        return
    for one in mute:
        claim = f"Workloads of {len(namespaces)} namespaces began to crash within minutes of each other."
        said = Statement("", one.trouble.began_at, one.said.source)
        yield Line(scene, RULE, one.trouble, said).of(scene.view.cluster, FAIR, claim, is_specific=False)
