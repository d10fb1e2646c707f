"""Whoever makes nearly all of what a part of the platform, or a node, is short of is to blame for the shortage.

Requests to the API server by user, lookups of names by client, processes, connections and bytes by pod, objects by
namespace: where one of them is most of the whole and many times the next one, and the part or the node that serves them
says that it is overloaded, the part does what it was built for and the user has to change. The rule needs numbers for
each user; an overloaded part about which nobody counted keeps the blame, and a node whose limit was reached by all
together, or by a service of the machine, does so, too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alerts.kubernetes.fields import dig, text
from alerts.reports import Sample
from triage.verdict import usage
from triage.verdict.messages import Capture, Pattern
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG

_RULE = "heavy_user"
_ETCD = frozenset({"etcd", "kube-apiserver"})


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is counted: by which metrics, in which words, from how much on, and what it wears out."""

    metrics: Pattern
    words: str
    least: float
    parts: frozenset[str] = frozenset()  # components that it wears out; none: the node of the sample
    shortage: Pattern | None = None  # what the node or somebody on it then says


_KINDS = (
    _Kind(
        Pattern(r"^coredns_dns_requests?_|^coredns_dns_request_count|dns_(?:queries|requests|lookups)"),
        "{amount:.0f} lookups of names",
        50,
        frozenset({"coredns", "node-local-dns"}),
    ),
    _Kind(
        Pattern(r"^apiserver_(?:request|current_inflight|longrunning|flowcontrol_dispatched)"),
        "{amount:.0f} requests to the API server",
        100,
        _ETCD,
    ),
    _Kind(
        Pattern(r"^kube_\w+_(?:info|created|status_active|labels):?(?:count|sum)?$|objects|^kube_pod_info"),
        "{amount:.0f} objects",
        1000,
        _ETCD | {"kube-controller-manager"},
    ),
    _Kind(
        Pattern(r"process|threads|pids"),
        "{amount:.0f} processes",
        2000,
        shortage=Pattern(r"PIDPressure|InsufficientPID|resource temporarily unavailable|cannot allocate memory|fork"),
    ),
    _Kind(
        Pattern(r"conntrack"),
        "{amount:.0f} tracked connections",
        10000,
        shortage=Pattern(r"conntrack|connections"),
    ),
    _Kind(
        Pattern(r"inotify|file_descriptors|_fds$|open_fds"),
        "{amount:.0f} handles",
        100,
        shortage=Pattern(r"too many open files|inotify|fsnotify|FileDescriptor|no space left on device"),
    ),
    _Kind(
        Pattern(r"container_fs_(?:writes|reads)|container_blkio"),
        "{amount:.3g} bytes a second to its disk",
        2e7,
        shortage=Pattern(r"Disk ?IO|DiskIo|iowait|disk|blocked for more than"),
    ),
    _Kind(
        Pattern(r"container_cpu_usage"),
        "{amount:.2g} processors",
        1,
        shortage=Pattern(r"CPU|Load|Saturation"),
    ),
    _Kind(
        Pattern(r"container_network_(?:transmit|receive)"),
        "{amount:.3g} bytes a second on its network",
        2e7,
        shortage=Pattern(r"Network|Bandwidth|dropped"),
    ),
)
_RESOURCES = (Pattern("cpu"), Pattern("memory"), Pattern("disk|filesystem"))
_TAKES = Pattern("saturat|utili[sz]ation|usage|throttl|cpu|memory")
_ACCOUNT = Capture(r"^system:serviceaccount:(?P<namespace>[^:]+):(?P<name>[^:]+)$")
_WORN = frozenset(
    {Effect.REQUESTS, Effect.UNREADY, Effect.CRASH, Effect.INIT, Effect.SHORT, Effect.OTHER, Effect.OBJECT}
)


def heavy_user(scene: Scene) -> Iterator[Finding]:
    """Lines for those who wear out a part or a node by themselves."""
    for kind in _KINDS:
        samples = [
            sample
            for name, found in sorted(scene.view.snapshot.metrics.items())
            if kind.metrics.fits(name)
            for sample in found
        ]
        if kind.parts:
            yield from _of_part(scene, kind, samples)
        else:
            by_node: dict[str, list[Sample]] = defaultdict(list)
            for sample in samples:
                by_node[_node(scene.view, sample)].append(sample)
            for node in sorted(by_node.keys() - {""}):
                yield from _of_node(scene, kind, node, by_node[node])
    yield from _by_alerts(scene)


def _node(view: View, sample: Sample) -> str:
    labels = sample.labels
    pod = view.pods.get((labels.get("namespace", ""), labels.get("pod", "")))
    return (pod.node if pod is not None else "") or view.node_of_sample(labels)


# -- Who it is --


def _users(view: View, samples: list[Sample]) -> tuple[Mapping[Suspect, float], float]:
    """What each of them uses, and the most that a user outside of all pods does."""
    found: dict[Suspect, float] = defaultdict(float)
    others = 0.0
    for sample in samples:
        if (user := _user(view, sample.labels)) is not None:
            found[user] += sample.value
        elif sample.labels.get("id", "").startswith("/system") or sample.labels.get("process"):
            others = max(others, sample.value)
    return found, others


def _user(view: View, labels: Mapping[str, str]) -> Suspect | None:
    for label in ("user", "username", "client", "serviceaccount", "user_agent"):
        if labels.get(label):
            match = _ACCOUNT.find(labels[label])
            return _with_account(view, match["namespace"], match["name"]) if match else Suspect("User", labels[label])
    namespace = labels.get("client_namespace") or labels.get("source_namespace") or labels.get("namespace", "")
    if not namespace:
        return None
    pod = labels.get("client_pod") or labels.get("source_pod") or labels.get("pod", "")
    if pod:
        return view.workload_of_sample({"namespace": namespace, "pod": pod})
    name = next(
        (labels[key] for key in ("workload", "source_workload", "deployment", "container") if labels.get(key)), ""
    )
    if name and (named := view.workload_named(namespace, name)) is not None:
        return named
    there = view.workloads_in.get(namespace, [])
    return there[0] if len(there) == 1 else Suspect("Namespace", namespace)


def _with_account(view: View, namespace: str, name: str) -> Suspect:
    """The workload whose pods use the service account."""
    using = [
        workload
        for workload in view.workloads_in.get(namespace, [])
        if text(dig(view.template_of(workload), "serviceAccountName")) == name
    ]
    named = view.workload_named(namespace, name)
    return named or (min(using) if using else Suspect("ServiceAccount", name, namespace))


def _heaviest(view: View, kind: _Kind, samples: list[Sample]) -> tuple[Suspect, str, float] | None:
    users, others = _users(view, samples)
    if not users:
        return None
    (first, amount), *rest = sorted(users.items(), key=lambda pair: (-pair[1], pair[0]))
    second = max([others, *(value for _, value in rest)])
    whole = sum(users.values()) + others
    if first.kind == "User" or amount < kind.least or amount < 0.6 * whole or amount < 4 * second:
        return None
    more = f"; the next one {second:.3g}" if second else ""
    weight = PROOF if len(users) > 1 else STRONG
    return (
        first,
        f"{first} makes {kind.words.format(amount=amount)}, {amount / whole:.0%} of those counted{more}.",
        weight,
    )


# -- What it wears out --


def _of_part(scene: Scene, kind: _Kind, samples: list[Sample]) -> Iterator[Finding]:
    worn = [one for one in scene.of_platform if one.subject.kind == "Component" and one.subject.name in kind.parts]
    worn += _tables_of_servers(scene, kind)
    crowded = [one for one in scene.troubles.values() if "Too many pods" in one.text]
    if not worn and not (crowded and kind.parts >= _ETCD):
        return
    found = _heaviest(scene.view, kind, samples)
    if found is None:
        return
    user, claim, weight = found
    hurt = {one.subject for one in worn} | {one.subject for one in crowded}
    hurt |= {one.subject for one in scene.troubles.values() if worn and _is_hurt(scene, one, worn[0])}
    if crowded:
        hurt |= {one.subject for one in scene.of_platform if one.subject.kind == "Node"}
    yield from _blame(scene, user, claim, weight, hurt)


def _tables_of_servers(scene: Scene, kind: _Kind) -> list[Trouble]:
    """Each lookup is a connection: many of them fill the table of a node on which a name server runs."""
    if "coredns" not in kind.parts:
        return []
    view = scene.view
    servers = {pod.node for one in view.workloads_by_role[Role.DNS] for pod in view.pods_by_workload.get(one, ())}
    nodes = [scene.troubles[one] for node in sorted(servers) if (one := Suspect("Node", node)) in scene.troubles]
    return [one for one in nodes if any("conntrack" in symptom.alertname.casefold() for symptom in one.symptoms)]


def _is_hurt(scene: Scene, trouble: Trouble, worn: Trouble) -> bool:
    """Whether it may fail because the part does: it says only that something is wrong, and not long before the part."""
    is_late = (worn.began_at - trouble.began_at).total_seconds() < 1200
    role = scene.view.role_of(worn.subject)
    fits = trouble.effects <= _WORN or (role is Role.CONTROL_PLANE and trouble.subject.kind == "APIService")
    return is_late and fits


def _of_node(scene: Scene, kind: _Kind, node: str, samples: list[Sample]) -> Iterator[Finding]:
    subject = Suspect("Node", node)
    said = scene.troubles.get(subject)
    there = [one for one in scene.on_node(node) if kind.shortage and kind.shortage.fits(one.text)]
    conditions = scene.view.nodes[node].conditions if node in scene.view.nodes else {}
    bad = [name for name, one in conditions.items() if one.status == "True" and name != "Ready"]
    words = " ".join([*bad, *(s.alertname for s in said.symptoms), said.text]) if said else ""
    is_short = kind.shortage is not None and kind.shortage.fits(words)
    if not is_short and not there:
        return
    found = _heaviest(scene.view, kind, samples)
    onset = min((one.began_at for one in [*there, *([said] if said else [])]), default=scene.view.now)
    if found is not None:
        user, claim, weight = found
        hurt = set(usage.harmed(scene, [node], scene.view.folded(user), onset)) | {one.subject for one in there}
        yield from _blame(scene, user, f"On {node}, {claim}", weight, hurt)
        return
    users, others = _users(scene.view, samples)
    if others and others > max(users.values(), default=0.0):
        explained = tuple(sorted({*usage.harmed(scene, [node], subject, onset), *(one.subject for one in there)}))
        claim = f"On {node}, a service of the machine holds {kind.words.format(amount=others)}."
        yield Finding(Side.CLUSTER, PROOF, claim, "metric", onset, subject, explained, _RULE, is_specific=True)


def _by_alerts(scene: Scene) -> Iterator[Finding]:
    """A node of which only a load is told, and on it the one workload that is told to take as much as it may."""
    view = scene.view
    for trouble in scene.of_platform:
        node = trouble.subject.name
        if trouble.subject.kind != "Node" or trouble.events or not trouble.symptoms or node not in view.pods_by_node:
            continue
        there = {view.folded(view.workload_of(pod)) for pod in view.pods_by_node[node]}
        for word in _RESOURCES:
            if not all(word.fits(f"{one.alertname} {one.text}") for one in trouble.symptoms):
                continue
            heavy = [
                one.subject
                for one in scene.of_tenants
                if one.subject in there
                and any(_TAKES.fits(s.alertname) and word.fits(f"{s.alertname} {s.text}") for s in one.symptoms)
            ]
            if len(heavy) == 1:
                claim = f"Of {node} only a load is told, and {heavy[0]} on it takes as much as it may."
                yield from _blame(scene, heavy[0], claim, FAIR, {trouble.subject})
            break


def _blame(scene: Scene, user: Suspect, claim: str, weight: float, hurt: set[Suspect]) -> Iterator[Finding]:
    view = scene.view
    suspect = view.folded(user)
    if suspect in scene.troubles:
        hurt = hurt | {suspect}
    explained = tuple(sorted(hurt & scene.troubles.keys()))
    if not explained or {suspect} >= set(explained):
        return
    if _changed_lately(view, user):
        weight, claim = min(PROOF, weight + HINT), f"{claim} It was changed shortly before."
    line = Finding(
        view.side_of(suspect), weight, claim, "metric", view.now, suspect, explained, _RULE, is_specific=True
    )
    yield line
    nodes = sorted(one.name for one in explained if one.kind == "Node")
    yield from usage.taken_back(scene, nodes, tuple(one for one in explained if one != suspect), line)


def _changed_lately(view: View, user: Suspect) -> bool:
    lately = [one for one in view.snapshot.changes if (view.now - one.at).total_seconds() <= 7200]
    return any((one.kind, one.namespace, one.name) == (user.kind, user.namespace, user.name) for one in lately)
