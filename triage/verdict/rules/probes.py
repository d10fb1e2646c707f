"""A probe that a program answers wrongly is its workload's; probes of many that time out on one node are the node's.

The kubelet quotes the answer: a status code, another protocol, a port on which nobody listens are the workload's own
doing. A time-out says less: of one workload alone it is its own slowness, of several teams' on one node it is the
node or its network.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.kubernetes.fields import mapping, rows, text
from alerts.kubernetes.objects import Container, Pod
from triage.verdict.findings import Line
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.rules.crash_loop import DNS
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG

RULE = "probes"


class Answer(StrEnum):
    """What a probe got."""

    PROTOCOL = "another protocol"
    STATUS = "a status that is no success"
    COMMAND = "a command that fails"
    REFUSED = "nobody listens"
    NAME = "no name resolution"
    NODE = "the kubelet could not ask"
    TIMEOUT = "no answer in time"


_STATUS = Capture(r"statuscode: (?P<code>[0-9]+)|status code:? (?P<other>[0-9]+)|service unhealthy|NOT_SERVING")
ANSWERS: tuple[tuple[Answer, Pattern], ...] = (
    (
        Answer.PROTOCOL,
        Pattern(
            r"server gave HTTP response to HTTPS client|malformed HTTP (response|version|status)"
            r"|first record does not look like"
            r"|transport connection broken|HTTP/1\.x transport|unknown service|unimplemented|not implement|tls: |x509"
            r"|certificate|received http2|http2: |unsupported protocol|stopped after [0-9]+ redirects"
        ),
    ),
    (Answer.NAME, DNS),
    (
        Answer.NODE,
        Pattern(
            r"rpc error: code = (Unknown|Internal|Unavailable)[^\n]*(exec|container|shim|task|ttrpc)|no running task"
            r"|resource temporarily unavailable|container not running|failed to create exec"
            r"|OCI runtime exec failed[^\n]*cgroup"
        ),
    ),
    (Answer.STATUS, _STATUS),
    (
        Answer.TIMEOUT,
        Pattern(
            r"context deadline exceeded|Client\.Timeout|i/o timeout|timed out|timeout: |no route to host"
            r"|network is unreachable"
            r"|did not complete within|deadline|host is down|connection reset"
        ),
    ),
    (Answer.REFUSED, Pattern(r"connection refused|refused|failed to connect|EOF")),
    (
        Answer.COMMAND,
        Pattern(r"executable file not found|no such file|not found|permission denied|exit(ed with| status| code)"),
    ),
)
_WEIGHTS: Mapping[Answer, float] = {
    Answer.PROTOCOL: STRONG,
    Answer.STATUS: FAIR,
    Answer.COMMAND: STRONG,
    Answer.REFUSED: FAIR,
    Answer.TIMEOUT: HINT,
}
_KIND = Capture(r"(?P<kind>liveness|readiness|startup) probe")
_PORT = Capture(r"(:|\.svc:)(?P<port>[0-9]{2,5})(/|\"|:|$| )")
_EFFECTS = frozenset({Effect.UNREADY, Effect.CRASH, Effect.SHORT, Effect.REQUESTS, Effect.INIT})
_LATELY = timedelta(minutes=30)
_CROWD = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe that fails, in the kubelet's last words."""

    trouble: Trouble
    said: Statement
    answer: Answer


def probes(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads whose probes fail, and about nodes on which many do."""
    found = [one for trouble in scene.troubles.values() if (one := _probe(scene, trouble)) is not None]
    by_node: dict[str, set[Suspect]] = defaultdict(set)
    for one in found:
        if one.answer in {Answer.TIMEOUT, Answer.NODE}:
            for node in _nodes(one):
                by_node[node].add(one.trouble.subject)
    there = scene.gathered
    is_alone = sum(1 for other in scene.troubles.values() if Effect.UNREADY in other.effects) <= 1
    for one in found:
        yield from _judge(scene, one, by_node, is_of_place=one.trouble.subject in there, is_alone=is_alone)


def answer_of(words: str) -> Answer | None:
    """What the probe got, by the kubelet's words."""
    return next((answer for answer, pattern in ANSWERS if pattern.fits(words)), None)


def _probe(scene: Scene, trouble: Trouble) -> Probe | None:
    if not trouble.effects & _EFFECTS or trouble.effects & _DEEPER:
        return None
    for event in reversed(trouble.events):
        if event.reason not in {"Unhealthy", "ProbeError"} or scene.view.now - event.last_at > _LATELY:
            continue
        answer = answer_of(event.message)
        if answer is not None:
            pod = scene.view.pods.get((event.namespace, event.name))
            node = event.host or (pod.node if pod else "")
            said = Statement(event.message, event.last_at, "event", node, event.name, count=event.count)
            return Probe(trouble, said, answer)
    return None


# A container that does not come to run has no probe to blame.
_DEEPER = frozenset({Effect.IMAGE, Effect.CONFIG, Effect.CREATING, Effect.UNSCHEDULED, Effect.NODE_LOST, Effect.OOM})


def _nodes(one: Probe) -> frozenset[str]:
    return frozenset(pod.node for pod in one.trouble.failing if pod.node) or frozenset({one.said.node} - {""})


def _judge(
    scene: Scene, one: Probe, by_node: Mapping[str, set[Suspect]], *, is_of_place: bool, is_alone: bool
) -> Iterator[Finding]:
    line, quoted = Line(scene, RULE, one.trouble, one.said), short(one.said.words)
    subject = one.trouble.subject
    if one.answer is Answer.NAME:
        return
    crowded = sorted(
        node for node in _nodes(one) if len(_namespaces(by_node.get(node, set()))) >= 2 and _is_crowd(by_node[node])
    )
    if one.answer in {Answer.TIMEOUT, Answer.NODE} and crowded:
        for node in crowded:
            claim = f"Probes of {len(by_node[node])} workloads go unanswered on {node}: {quoted}"
            yield line.of(Suspect("Node", node), STRONG, claim)
        if one.trouble.well and len(crowded) == len(_nodes(one)):
            yield line.own(-FAIR, f"Pods of {subject} on other nodes answer.")
        return
    if one.answer is Answer.NODE:
        for node in sorted(_nodes(one)):
            yield line.of(Suspect("Node", node), FAIR, f"The runtime of {node} runs no probe: {quoted}")
        return
    if one.answer is Answer.REFUSED and (claim := _wrong_port(one)):
        yield line.own(PROOF, f"{claim}: {quoted}")
        return
    weight = _WEIGHTS[one.answer]
    if one.answer is Answer.STATUS and _code(one.said.words) in {"400", "401", "403", "404", "405"}:
        weight = STRONG
    if one.answer is Answer.TIMEOUT and not crowded and len(_nodes(one)) > 1 and is_alone:
        weight = FAIR
    if is_of_place and one.answer in {Answer.STATUS, Answer.REFUSED, Answer.TIMEOUT}:
        weight = HINT
    yield line.own(weight, f"The probe of {subject} gets {one.answer}: {quoted}", is_specific=weight >= FAIR)


def _is_crowd(subjects: set[Suspect]) -> bool:
    return len(subjects) >= _CROWD or (len(subjects) >= 2 and len(_namespaces(subjects)) >= 2)


def _namespaces(subjects: set[Suspect]) -> set[str]:
    return {one.namespace or one.name for one in subjects}


def _code(words: str) -> str:
    groups = _STATUS.find(words)
    return groups["code"] or groups["other"] if groups is not None else ""


def _wrong_port(one: Probe) -> str:
    """A sentence where the probe asks a port that the container does not name while it names others."""
    asked = _PORT.find(one.said.words)
    kind = _KIND.find(one.said.words)
    if asked is None or kind is None:
        return ""
    for pod in one.trouble.failing:
        for container in pod.containers:
            probe = mapping(container.body.get(f"{kind['kind'].casefold()}Probe"))
            if (
                probe
                and (named := _ports(container, pod))
                and asked["port"] not in named
                and _asks(probe, asked["port"])
            ):
                asks = f"The {kind['kind'].casefold()} probe asks port {asked['port']}"
                return f"{asks}; {container.name} has {', '.join(named)}"
    return ""


def _asks(probe: Mapping[str, object], port: str) -> bool:
    return any(text(mapping(probe.get(way)).get("port")) == port for way in ("httpGet", "tcpSocket", "grpc"))


def _ports(container: Container, pod: Pod) -> list[str]:
    own = [text(one.get("containerPort")) for one in rows(container.body.get("ports"))]
    return own if own or len(pod.containers) > 1 else []
