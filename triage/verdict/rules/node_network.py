"""Calls that are slow or fail for several workloads because they share a node's network point to that node.

Seen are a node's own network counters and alerts (retransmissions, errors, drops) that stand out against the other
nodes, latencies that are told pod by pod and are bad on one node only, and an overlay whose packets are larger than
the machines' interfaces carry. Which node a slow workload stands on says little by itself, because callers of a slow
service are slow wherever they run; so workloads are counted against those on other nodes, and one that is saturated,
crashes or was just changed explains the others away.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from statistics import median

from triage.verdict.concentration import log_odds, tail
from triage.verdict.findings import Line
from triage.verdict.messages import Pattern
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble, counted, most_common
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.weights import PROOF, STRONG

_RULE = "node_network"
NETWORK = Pattern.any_of(
    "retransmi",
    "packet ?(loss|drop)",
    "nodenetwork(receive|transmit)(errs|drop)",
    "network.*(degraded|errors|drop|unavailable|flapping)",
    "interface.*(flapping|down|errors)",
    r"\bmtu\b",
)
_COUNTERS = (
    "node_network_receive_errs_total",
    "node_network_transmit_errs_total",
    "node_network_receive_drop_total",
    "node_network_transmit_drop_total",
    "node_netstat_Tcp_RetransSegs",
    "node_tcp_retransmit_ratio",
    "node_network_receive_errs_total_rate",
    "node_network_transmit_errs_total_rate",
)
_LATENCIES = Pattern.any_of("duration", "latency", "response_time")
_SLOW = frozenset({Effect.REQUESTS, Effect.OTHER, Effect.UNREADY, Effect.SHORT})
_OWN_FAULTS = frozenset({Effect.CRASH, Effect.OOM, Effect.RESOURCES, Effect.IMAGE, Effect.CONFIG, Effect.EVICTED})
_TIMES = 8.0  # a counter or latency this many times as high as on the other nodes stands out
_OVERLAYS = ("vxlan", "geneve", "flannel", "cilium", "tunl", "genev", "cali", "ovn", "weave", "antrea")
_SAME_TIME = timedelta(minutes=10)
_MANY, _MOST = 5, 0.7  # workloads of a namespace, and which share of it, that no single slow service explains


def node_network(scene: Scene) -> Iterator[Finding]:
    """Lines about nodes whose network is bad, and about an overlay that does not fit."""
    slow = _slow(scene)
    if not slow:
        return
    told: dict[str, str] = {}
    told |= _by_counters(scene)
    told |= _by_alerts(scene)
    for node, why in sorted(told.items()):
        yield from _victims(scene, node, why, slow, PROOF)
    for node, why in sorted(_by_pods(scene).items()):
        yield from _victims(scene, node, why, slow, STRONG)
    yield from _overlay(scene, slow)
    if not told:
        yield from _gathered(scene, slow)
        yield from _together(scene, slow)


def _slow(scene: Scene) -> dict[Suspect, Trouble]:
    """Troubles that a bad network may make."""
    return {one.subject: one for one in scene.troubles.values() if one.effects <= _SLOW and one.subject.kind != "Node"}


def _places(scene: Scene, subject: Suspect) -> frozenset[str]:
    return frozenset(pod.node for pod in scene.view.pods_by_workload.get(subject, ()) if pod.node)


def _by_counters(scene: Scene) -> dict[str, str]:
    """Nodes whose network counters stand out."""
    found: dict[str, str] = {}
    for name in _COUNTERS:
        values: dict[str, float] = defaultdict(float)
        for sample in scene.view.metric(name):
            if node := scene.view.node_of_sample(sample.labels):
                values[node] = max(values[node], sample.value)
        for node, value in values.items():
            others = [one for other, one in values.items() if other != node]
            usual = median(others) if others else value
            if value > 0 and others and value >= _TIMES * usual and (usual > 0 or value >= 0.01):
                found[node] = f"{name} is {value:g} on {node} and {usual:g} on the other nodes."
    return found


def _by_alerts(scene: Scene) -> dict[str, str]:
    """Nodes of which an alert says that their network is bad."""
    return {
        trouble.subject.name: f"{symptom.alertname} fires for {trouble.subject.name}: its network is bad."
        for trouble in scene.of_platform
        if trouble.subject.kind == "Node"
        for symptom in trouble.symptoms
        if NETWORK.fits(f"{symptom.alertname} {symptom.text}")
    }


def _by_pods(scene: Scene) -> dict[str, str]:
    """Nodes on which the pods of several workloads are slow, while their twins elsewhere are not."""
    rates: dict[Suspect, dict[str, float]] = defaultdict(dict)
    for name, samples in sorted(scene.view.snapshot.metrics.items()):
        if not _LATENCIES.fits(name):
            continue
        for sample in samples:
            pod = scene.view.pods.get((sample.labels.get("namespace", ""), sample.labels.get("pod", "")))
            if pod is not None and pod.node:
                rates[scene.view.workload_of(pod)][pod.node] = sample.value
    bad: dict[str, set[Suspect]] = defaultdict(set)
    for workload, by_node in rates.items():
        for node, value in by_node.items():
            others = [one for other, one in by_node.items() if other != node]
            if others and value >= _TIMES * max(others):
                bad[node].add(workload)
    return {
        node: f"Pods of {counted(len(workloads), 'workload')} are slow on {node} and fast elsewhere."
        for node, workloads in bad.items()
        if len(workloads) > 1
    }


def _victims(scene: Scene, node: str, why: str, slow: Mapping[Suspect, Trouble], weight: float) -> Iterator[Finding]:
    suspect = Suspect("Node", node)
    for subject in sorted(slow):
        here = _places(scene, subject)
        # What stands elsewhere calls what stands here, as far as anybody can tell: it follows, and weighs less.
        if not here and subject.kind != "Namespace":
            continue
        share = weight if node in here else STRONG
        yield Line.seen(scene, _RULE, slow[subject], "metric").of(suspect, share, why)


def _overlay(scene: Scene, slow: Mapping[Suspect, Trouble]) -> Iterator[Finding]:
    """The overlay adds its own header to each packet, so its MTU must be smaller than the machine's."""
    sizes: dict[str, dict[str, float]] = defaultdict(dict)
    for sample in scene.view.metric("node_network_mtu_bytes"):
        sizes[scene.view.node_of_sample(sample.labels)][sample.labels.get("device", "")] = sample.value
    for node, by_device in sorted(sizes.items()):
        outer = [
            value for device, value in by_device.items() if device.startswith(("eth", "ens", "enp", "eno", "bond"))
        ]
        inner = {device: value for device, value in by_device.items() if any(one in device for one in _OVERLAYS)}
        wide = sorted(device for device, value in inner.items() if outer and value > min(outer))
        if not wide:
            continue
        parts = sorted({scene.view.folded(one) for one in scene.view.workloads_by_role.get(Role.NETWORK, ())})
        suspect = parts[0] if parts else scene.view.cluster
        claim = f"The MTU of {wide[0]} on {node} is {inner[wide[0]]:g}, and its interface carries {min(outer):g}."
        for subject in sorted(slow):
            yield Line.seen(scene, _RULE, slow[subject], "metric").of(suspect, PROOF, claim)
        return


def _gathered(scene: Scene, slow: Mapping[Suspect, Trouble]) -> Iterator[Finding]:
    """Only alerts about calls: do those that suffer share one node, while those elsewhere are calm?"""
    view = scene.view
    if any(one.effects & _OWN_FAULTS and one.namespace in {s.namespace for s in slow} for one in scene.of_tenants):
        return
    placed = {one: _places(scene, one) for one in view.pods_by_workload if not view.is_platform(one)}
    namespaces = {subject.namespace for subject in slow}
    # Only workloads that somebody watches are a control group: those of the namespaces in which alerts fire.
    watched = {one: nodes for one, nodes in placed.items() if one.namespace in namespaces and nodes}
    bad = [one for one in watched if one in slow]
    if len(bad) < 3 or any(_was_changed(scene, one, slow[one]) for one in bad):
        return
    for node in sorted({node for nodes in watched.values() for node in nodes}):
        there = [one for one, nodes in watched.items() if node in nodes]
        hit = [one for one in there if one in slow]
        weight = log_odds(tail(len(watched), len(bad), len(there), len(hit)))
        if weight <= 0 or len(hit) < 2:
            continue
        claim = (
            f"{len(hit)} of {counted(len(there), 'workload')} on {node} suffer, "
            f"{len(bad) - len(hit)} of {len(watched) - len(there)} elsewhere."
        )
        for subject in sorted(hit):
            line = Line.seen(scene, _RULE, slow[subject], "alert")
            yield line.of(Suspect("Node", node), round(weight, 3), claim, is_specific=False)


def _together(scene: Scene, slow: Mapping[Suspect, Trouble]) -> Iterator[Finding]:
    """Most of a namespace is slow and moves less at once, and none of it crashed, is saturated or was changed: what all
    of it shares is the network. A slow service makes its callers slow, and not nearly everything."""
    view = scene.view
    if view.lost_nodes:
        return
    faulty = {one.namespace for one in scene.of_tenants if one.effects & _OWN_FAULTS}
    by_namespace: dict[str, list[Suspect]] = defaultdict(list)
    for workload in view.pods_by_workload:
        if not view.is_platform(workload):
            by_namespace[workload.namespace].append(workload)
    for namespace, workloads in sorted(by_namespace.items()):
        if namespace in faulty:
            continue
        hit = [one for one in workloads if one in slow]
        waiting = [one for one in hit if _is_slow(slow[one])]
        if len(hit) < _MANY or len(hit) < _MOST * len(workloads) or len(waiting) < 2:
            continue
        if any(_was_changed(scene, one, slow[one]) for one in hit):
            continue
        nodes = [node for one in waiting for node in _places(scene, one)]
        claim = (
            f"{len(hit)} of {counted(len(workloads), 'workload')} of {namespace} are slow or move less at once, "
            f"and none crashed, is saturated or was changed; {nodes.count(most_common(nodes))} of {len(waiting)} slow "
            f"ones are on {most_common(nodes)}."
        )
        explained = [one for one in slow if one.namespace == namespace or one == Suspect("Namespace", namespace)]
        yield Finding(
            Side.CLUSTER,
            STRONG,
            claim,
            "alert",
            min(slow[one].began_at for one in hit),
            Suspect("Node", most_common(nodes)) if nodes else view.cluster,
            tuple(sorted(explained)),
            _RULE,
        )


def _is_slow(trouble: Trouble) -> bool:
    return any(_LATENCIES.fits(symptom.alertname) for symptom in trouble.symptoms)


def _was_changed(scene: Scene, subject: Suspect, trouble: Trouble) -> bool:
    return any(
        (one.kind, one.namespace, one.name) == (subject.kind, subject.namespace, subject.name)
        and trouble.began_at - timedelta(minutes=60) <= one.at <= trouble.began_at + _SAME_TIME
        for one in scene.view.snapshot.changes
    )
