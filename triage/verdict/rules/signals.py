"""What was asked of the cluster and came back: an unhealthy answer accuses a part, a healthy one clears it.

An answer is about a part of the platform by the words of its question, by its job, or by the node that its labels
name. A question that got no answer because the API server or etcd failed is an answer about them. `up` that is 0 and
a service of systemd that is not active are such answers, too.
"""

from collections.abc import Iterator
from datetime import datetime

from alerts import wellknown
from alerts.reports import SignalReport
from triage.verdict.messages import Pattern, short
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG

_RULE = "signals"
_PARTS: tuple[tuple[Pattern, str], ...] = (
    (Pattern(r"etcd"), "etcd"),
    (Pattern(r"api-?server|apiserver|\bapi-ready|readyz|livez"), "kube-apiserver"),
    (Pattern(r"scheduler"), "kube-scheduler"),
    (Pattern(r"controller-?manager"), "kube-controller-manager"),
    (Pattern(r"coredns|kube-?dns|\bdns\b"), "coredns"),
    (Pattern(r"kube-?proxy"), "kube-proxy"),
    (Pattern(r"kubelet"), "kubelet"),
)
_NO_ANSWER: tuple[tuple[Pattern, str], ...] = (
    (Pattern(r"etcdserver"), "etcd"),
    (Pattern(r":6443|apiserver|too many requests|TLS handshake timeout|ServiceUnavailable|\b503\b"), "kube-apiserver"),
)
_UNITS = {"kubelet": "the kubelet", "containerd": "the runtime", "crio": "the runtime", "docker": "the runtime"}
_STATIC = {"kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"}
_BY_SCHEDULER = frozenset({Effect.UNSCHEDULED})
# (metric, limit, part, what it means): the limits are those of the mixins' own alerts.
_LIMITS: tuple[tuple[str, float, str, str], ...] = (
    ("etcd_disk_wal_fsync_duration_seconds_p99", 0.5, "etcd", "writes to the log of etcd take {value:.2g} s"),
    ("etcd_disk_wal_fsync_duration_seconds", 0.5, "etcd", "writes to the log of etcd take {value:.2g} s"),
    ("apiserver_request_duration_seconds", 1.0, "kube-apiserver", "requests to the API server take {value:.2g} s"),
    (
        "apiserver_flowcontrol_rejected_requests_rate",
        10.0,
        "kube-apiserver",
        "{value:.0f} requests a second are rejected",
    ),
)


def signals(scene: Scene) -> Iterator[Finding]:
    """Lines about the parts and nodes that somebody asked after."""
    for signal in scene.view.snapshot.signals:
        yield from _answer(scene, signal)
    yield from _up(scene)
    yield from _units(scene)
    yield from _limits(scene)


def _part(words: str, table: tuple[tuple[Pattern, str], ...] = _PARTS) -> Suspect | None:
    return next((Suspect("Component", name) for pattern, name in table if pattern.fits(words)), None)


def _answer(scene: Scene, signal: SignalReport) -> Iterator[Finding]:
    at = signal.observed_at or scene.view.now
    if signal.error:
        suspect = _part(signal.error, _NO_ANSWER)
        if suspect is not None:
            claim = f"{signal.name} got no answer: {short(signal.error)}"
            yield _finding(suspect, STRONG, claim, at, is_specific=True)
        return
    job = wellknown.JOBS.get(signal.labels.get("job", ""))
    suspect = Suspect("Component", job) if job else _part(f"{signal.name} {signal.query}")
    node = scene.view.node_of_sample(signal.labels)
    if suspect is None and node:
        suspect = Suspect("Node", node)
    if suspect is None or signal.is_healthy is None:
        return
    value = "" if signal.value is None else f" with {signal.value:g} {signal.unit}".rstrip()
    how = "healthy" if signal.is_healthy else "unhealthy"
    weight = -FAIR if signal.is_healthy else FAIR
    yield _finding(suspect, weight, f"{signal.name} was {how}{value} at {at:%H:%M}.", at)


def _finding(suspect: Suspect, weight: float, claim: str, at: datetime, *, is_specific: bool = False) -> Finding:
    """About its own trouble; what else it is to blame for is for other rules to say."""
    return Finding(
        Side.CLUSTER,
        weight,
        claim,
        "metric",
        at,
        suspect,
        (suspect,) if weight > 0 else (),
        _RULE,
        is_specific=is_specific,
    )


def _up(scene: Scene) -> Iterator[Finding]:
    states: dict[str, list[float]] = {}
    for sample in scene.view.metric("up"):
        if part := wellknown.JOBS.get(sample.labels.get("job", "")):
            states.setdefault(part, []).append(sample.value)
    for part, values in sorted(states.items()):
        down = sum(1 for value in values if value == 0)
        claim = f"{len(values) - down} of {len(values)} targets of {part} are up."
        weight = -HINT if not down else FAIR if down * 2 > len(values) else HINT
        yield _finding(Suspect("Component", part), weight, claim, scene.view.now)


def _units(scene: Scene) -> Iterator[Finding]:
    """Services of the machine, as node-exporter tells: what is not active does not work."""
    view = scene.view
    for sample in view.metric("node_systemd_unit_state"):
        if sample.value != 0 or sample.labels.get("state") != "active":
            continue
        unit, node = sample.labels.get("name", "").removesuffix(".service"), view.node_of_sample(sample.labels)
        claim = f"{unit}.service on {node or sample.labels.get('instance', '')} is not active."
        if unit in _UNITS and node:
            suspect = Suspect("Node", node)
            explained = {suspect} | {one.subject for one in scene.on_node(node) if one.effects & _BY_RUNTIME}
        elif unit in _STATIC:
            suspect = Suspect("Component", unit)
            waits = _BY_SCHEDULER if unit == "kube-scheduler" else frozenset[Effect]()
            explained = {suspect} | {one.subject for one in scene.troubles.values() if one.effects & waits}
        else:
            continue
        known = tuple(sorted(explained & scene.troubles.keys()))
        yield Finding(Side.CLUSTER, PROOF, claim, "metric", view.now, suspect, known, _RULE, is_specific=True)


_BY_RUNTIME = frozenset(
    {Effect.CREATING, Effect.START, Effect.UNREADY, Effect.NODE_LOST, Effect.TERMINATING, Effect.INIT}
)


def _limits(scene: Scene) -> Iterator[Finding]:
    view = scene.view
    for name, limit, part, words in _LIMITS:
        worst = max((one.value for one in view.metric(name)), default=0.0)
        if worst >= limit:
            claim = f"{words.format(value=worst)}."
            yield _finding(Suspect("Component", part), STRONG, claim[0].upper() + claim[1:], view.now)
    size = max((one.value for one in view.metric("etcd_mvcc_db_total_size_in_bytes")), default=0.0)
    quota = max((one.value for one in view.metric("etcd_server_quota_backend_bytes")), default=0.0)
    if quota and size >= 0.95 * quota:
        claim = f"The database of etcd holds {size / quota:.0%} of its quota."
        yield _finding(Suspect("Component", "etcd"), PROOF, claim, view.now, is_specific=True)
