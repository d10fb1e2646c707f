"""A snapshot with its indexes: what runs where, what belongs to what, what is the platform's. PURE.

Made once for an assessment; every rule reads it. Nothing in it changes after it is made.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain

from alerts.kubernetes.fields import dig, mapping, rows, text, texts
from alerts.kubernetes.objects import Node, Objects, Pod, Ref, Thing
from alerts.reports import EventReport, Sample
from alerts.subjects import workload_of_pod
from triage.verdict.platform import Part, Role, part_named, part_of
from triage.verdict.types import Side, Snapshot, Suspect

WORKLOADS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "ReplicationController"}
)
_CLUSTER_KINDS = frozenset(
    {"Cluster", "Node", "NodePool", "Zone", "Component", "StorageClass", "IngressClass", "Registry", "CSIDriver"}
    | {"PersistentVolume", "APIService", "Webhook", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}
    | {"PriorityClass", "RuntimeClass", "Lease", "Tunnel", "Network"}
)
_FRESH = timedelta(minutes=75)  # events older than this are history: a cluster keeps them for an hour
_HASH = re.compile(r"-[a-z0-9]{5,10}$")
_CRON = re.compile(r"-\d{8,10}$")
_CRITICAL = frozenset({"system-node-critical", "system-cluster-critical"})


class View:
    """What the rules look at."""

    def __init__(self, given: Snapshot) -> None:
        # Sorted once, so that the order in which a cluster told of itself decides nothing.
        snapshot = self.snapshot = _sorted(given)
        self.now: datetime = snapshot.now
        self.cluster = Suspect("Cluster", snapshot.cluster)
        self.nodes: dict[str, Node] = {node.name: node for node in snapshot.objects.nodes}
        self.pods: dict[tuple[str, str], Pod] = {
            (pod.thing.namespace, pod.thing.name): pod for pod in snapshot.objects.pods
        }
        self.things: dict[Ref, Thing] = {thing.ref: thing for thing in snapshot.objects.others}
        self.has_objects = bool(self.nodes or self.pods or self.things)
        self.lost_nodes = frozenset(node.name for node in self.nodes.values() if not node.is_ready)
        by_kind: dict[str, list[Thing]] = defaultdict(list)
        for thing in snapshot.objects.others:
            by_kind[thing.kind].append(thing)
        self._by_kind: Mapping[str, list[Thing]] = by_kind
        self._roots: dict[Ref, Suspect] = {}
        self._folded: dict[Suspect, Suspect] = {}
        self.pods_by_workload: dict[Suspect, list[Pod]] = defaultdict(list)
        self.pods_by_node: dict[str, list[Pod]] = defaultdict(list)
        for pod in snapshot.objects.pods:
            self.pods_by_workload[self.workload_of(pod)].append(pod)
            if pod.node:
                self.pods_by_node[pod.node].append(pod)
        self.events = tuple(
            sorted(
                (event for event in snapshot.events if self.now - event.last_at <= _FRESH),
                key=lambda one: (one.last_at, one.kind, one.namespace, one.name, one.reason, one.message, one.uid),
            )
        )
        about: dict[Ref, list[EventReport]] = defaultdict(list)
        by_reason: dict[str, list[EventReport]] = defaultdict(list)
        for event in self.events:
            about[Ref(event.kind, event.namespace if event.kind != "Node" else "", event.name)].append(event)
            by_reason[event.reason].append(event)
        self._events_about: Mapping[Ref, list[EventReport]] = about
        self._events_by_reason: Mapping[str, list[EventReport]] = by_reason
        self._names: dict[str, list[Suspect]] = defaultdict(list)
        for thing in snapshot.objects.others:
            if thing.kind in WORKLOADS and thing.owner is None:
                self._names[thing.namespace].append(Suspect(thing.kind, thing.name, thing.namespace))

    # -- Objects --

    def of_kind(self, *kinds: str) -> list[Thing]:
        """The objects of these kinds, other than pods and nodes."""
        return [thing for kind in kinds for thing in self._by_kind.get(kind, ())]

    def in_namespace(self, kind: str, namespace: str) -> list[Thing]:
        """The objects of this kind in one namespace."""
        return self._by_place.get((kind, namespace), [])

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str], list[Thing]]:
        found: dict[tuple[str, str], list[Thing]] = defaultdict(list)
        for thing in self.snapshot.objects.others:
            found[thing.kind, thing.namespace].append(thing)
        return found

    def thing(self, kind: str, namespace: str, name: str) -> Thing | None:
        """The object, where the snapshot has it."""
        return self.things.get(Ref(kind, namespace, name))

    def knows(self, kind: str, namespace: str = "") -> bool:
        """Whether objects of this kind were read at all (in this namespace): else a missing one means nothing."""
        return bool(self._by_place.get((kind, namespace)) if namespace else self._by_kind.get(kind))

    def root(self, suspect: Suspect) -> Suspect:
        """The workload at the top: of a ReplicaSet its Deployment, of a Job its CronJob."""
        return self._root(Ref(suspect.kind, suspect.namespace, suspect.name))

    def _root(self, ref: Ref) -> Suspect:
        found = self._roots.get(ref)
        if found is None:
            found = self._roots[ref] = self._find_root(ref)
        return found

    def _find_root(self, ref: Ref) -> Suspect:
        here = Suspect(ref.kind, ref.name, ref.namespace)
        thing = self.things.get(ref)
        if thing is not None:
            owner = thing.owner
            if owner is None or owner.kind not in WORKLOADS or owner == ref:
                return here
            return Suspect(owner.kind, owner.name, owner.namespace)
        if ref.kind == "ReplicaSet" and _HASH.search(ref.name):
            return Suspect("Deployment", _HASH.sub("", ref.name), ref.namespace)
        if ref.kind == "Job" and _CRON.search(ref.name):
            return Suspect("CronJob", _CRON.sub("", ref.name), ref.namespace)
        return here

    def workload_of(self, pod: Pod) -> Suspect:
        """What runs the pod; the pod itself where nothing does."""
        owner = pod.thing.owner
        if owner is None or owner.kind == "Node":
            return Suspect("Pod", pod.thing.name, pod.thing.namespace)
        return self._root(owner)

    def workload_of_pod_named(self, namespace: str, name: str) -> Suspect:
        """The same for a pod of which only the name is known: it may be gone."""
        pod = self.pods.get((namespace, name))
        if pod is not None:
            return self.workload_of(pod)
        known = [one for one in self._names.get(namespace, ()) if name.startswith(f"{one.name}-")]
        if known:
            return max(known, key=lambda one: len(one.name))
        told = workload_of_pod(name)
        return self.root(Suspect(told.kind, told.name, namespace)) if told else Suspect("Pod", name, namespace)

    def object_of(self, workload: Suspect) -> Thing | None:
        """The workload's own object."""
        return self.things.get(Ref(workload.kind, workload.namespace, workload.name))

    def template_of(self, workload: Suspect) -> Mapping[str, object]:
        """The spec of the pods that the workload makes: from its object, else from one of its pods."""
        thing = self.object_of(workload)
        if thing is not None:
            spec = thing.spec
            if thing.kind == "CronJob":
                spec = mapping(dig(spec, "jobTemplate", "spec"))
            if found := mapping(dig(spec, "template", "spec")):
                return found
        pods = self.pods_by_workload.get(workload)
        return pods[0].spec if pods else {}

    @cached_property
    def address_of_node(self) -> Mapping[str, str]:
        """Addresses of nodes to their names."""
        return {
            text(address.get("address")): node.name
            for node in self.nodes.values()
            for address in rows(node.thing.status.get("addresses"))
        }

    @cached_property
    def claims_of(self) -> Mapping[Suspect, frozenset[str]]:
        """Which claims each workload's pods mount, by name."""
        found: dict[Suspect, set[str]] = defaultdict(set)
        for workload, pods in self.pods_by_workload.items():
            for pod in pods:
                for volume in rows(pod.spec.get("volumes")):
                    if name := text(dig(volume, "persistentVolumeClaim", "claimName")):
                        found[workload].add(name)
        for thing in self.of_kind("Deployment", "StatefulSet", "DaemonSet", "Job"):
            workload = self.root(Suspect(thing.kind, thing.name, thing.namespace))
            for volume in rows(dig(thing.spec, "template", "spec", "volumes")):
                if name := text(dig(volume, "persistentVolumeClaim", "claimName")):
                    found[workload].add(name)
        for claim in self.of_kind("PersistentVolumeClaim"):
            if (owner := self._named_by_ordinal(claim)) is not None:
                found[owner].add(claim.name)
        return {workload: frozenset(names) for workload, names in found.items()}

    def _named_by_ordinal(self, claim: Thing) -> Suspect | None:
        """A StatefulSet calls its claims `<template>-<its own name>-<ordinal>`."""
        base, _, ordinal = claim.name.rpartition("-")
        while ordinal.isdigit() and "-" in base:
            base = base.partition("-")[2]
            if self.thing("StatefulSet", claim.namespace, base) is not None:
                return Suspect("StatefulSet", base, claim.namespace)
        return None

    def users_of_claim(self, namespace: str, name: str) -> list[Suspect]:
        """The workloads whose pods mount the claim."""
        return self._users_of_claims.get((namespace, name), [])

    @cached_property
    def _users_of_claims(self) -> Mapping[tuple[str, str], list[Suspect]]:
        found: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
        for workload in sorted(self.claims_of):
            for name in self.claims_of[workload]:
                found[workload.namespace, name].append(workload)
        return found

    @cached_property
    def behind_service(self) -> Mapping[tuple[str, str], Suspect]:
        """Services to the workload that answers for them: by selector, else by the same name."""
        labels: dict[str, list[tuple[Suspect, Mapping[str, str]]]] = defaultdict(list)
        for workload, pods in self.pods_by_workload.items():
            labels[workload.namespace].append((workload, pods[0].thing.labels))
        for thing in self.of_kind("Deployment", "StatefulSet", "DaemonSet"):
            workload = Suspect(thing.kind, thing.name, thing.namespace)
            if workload not in self.pods_by_workload:
                labels[thing.namespace].append((workload, texts(dig(thing.spec, "template", "metadata", "labels"))))
        found: dict[tuple[str, str], Suspect] = {}
        for service in self.of_kind("Service"):
            selector = texts(service.spec.get("selector"))
            here = labels.get(service.namespace, ())
            matches = [workload for workload, own in here if selector and selector.items() <= own.items()]
            named = [workload for workload, _ in here if workload.name == service.name]
            if chosen := (matches if len(matches) == 1 else named) or matches:
                found[service.namespace, service.name] = min(chosen)
        return found

    @cached_property
    def pods_in(self) -> Mapping[str, list[Pod]]:
        """The pods of each namespace."""
        found: dict[str, list[Pod]] = defaultdict(list)
        for workload, pods in self.pods_by_workload.items():
            found[workload.namespace].extend(pods)
        return found

    @cached_property
    def evicted(self) -> list[Pod]:
        """The pods that a kubelet evicted and that still lie around."""
        return [pod for pod in self.pods.values() if pod.reason == "Evicted"]

    @cached_property
    def workloads_in(self) -> Mapping[str, list[Suspect]]:
        """The workloads of each namespace that have pods."""
        found: dict[str, list[Suspect]] = defaultdict(list)
        for workload in sorted(self.pods_by_workload):
            found[workload.namespace].append(workload)
        return found

    def workload_named(self, namespace: str, name: str) -> Suspect | None:
        """The workload of this name, whatever its kind."""
        return min((one for one in self._names.get(namespace, ()) if one.name == name), default=None)

    # -- Events --

    def events_about(self, kind: str, namespace: str, name: str) -> list[EventReport]:
        """Of the last hour, oldest first."""
        return self._events_about.get(Ref(kind, "" if kind == "Node" else namespace, name), [])

    def events_with(self, *reasons: str) -> list[EventReport]:
        """All events with one of these reasons, oldest first."""
        return [event for reason in reasons for event in self._events_by_reason.get(reason, ())]

    @cached_property
    def events_of_workload(self) -> Mapping[Suspect, list[EventReport]]:
        """Of the workload itself, of its ReplicaSets and Jobs, of its pods and of its claims."""
        found: dict[Suspect, list[EventReport]] = defaultdict(list)
        for event in self.events:
            if workload := self.workload_of_event(event):
                found[workload].append(event)
        return found

    def workload_of_event(self, event: EventReport) -> Suspect | None:
        """What the event is about, as a workload; None for nodes and what no workload stands behind."""
        if event.kind == "Pod":
            return self.workload_of_pod_named(event.namespace, event.name)
        if event.kind in WORKLOADS:
            return self.root(Suspect(event.kind, event.name, event.namespace))
        if event.kind == "PersistentVolumeClaim":
            users = self.users_of_claim(event.namespace, event.name)
            return users[0] if users else None
        return None

    # -- What is the platform's --

    @cached_property
    def part_by_workload(self) -> Mapping[Suspect, Part]:
        """The workloads that are a part of the platform: what only it runs, and the rest where it is at home."""
        return {
            workload: part
            for workload, (part, is_static) in self._recognised.items()
            if part.is_always or is_static or workload.namespace in self.platform_namespaces
        }

    @cached_property
    def platform_namespaces(self) -> frozenset[str]:
        """Those that the map gives to the operators, and those in which most workloads are their parts."""
        total: dict[str, int] = defaultdict(int)
        for workload in self.pods_by_workload.keys() | set(chain.from_iterable(self._names.values())):
            total[workload.namespace] += 1
        parts: dict[str, int] = defaultdict(int)
        for workload, (part, is_static) in self._recognised.items():
            # A tenant may run an etcd, and call anything by any label.
            if is_static or (part.role is not Role.CONTROL_PLANE and part_of(self._images(workload), {}) is not None):
                parts[workload.namespace] += 1
        by_content = {name for name, count in parts.items() if count * 2 > total[name]}
        return self.snapshot.platform_namespaces | by_content

    @cached_property
    def _recognised(self) -> Mapping[Suspect, tuple[Part, bool]]:
        """Workloads that run the software of a platform, and whether the kubelet runs them from a file."""
        found: dict[Suspect, tuple[Part, bool]] = {}
        for workload in self.pods_by_workload.keys() | set(chain.from_iterable(self._names.values())):
            pods = self.pods_by_workload.get(workload, [])
            is_static = bool(pods) and _is_static(pods[0])
            if part := self._part(workload, pods, is_static=is_static):
                found[workload] = part, is_static
        return found

    def _images(self, workload: Suspect) -> list[str]:
        return [text(one.get("image")) for one in rows(self.template_of(workload).get("containers"))]

    def _part(self, workload: Suspect, pods: list[Pod], *, is_static: bool) -> Part | None:
        thing = self.object_of(workload)
        spec = self.template_of(workload)
        images = self._images(workload)
        labels: Mapping[str, str] = pods[0].thing.labels if pods else {}
        if thing is not None:
            labels = {**thing.labels, **texts(dig(thing.spec, "template", "metadata", "labels")), **labels}
        part = part_of(images, labels)
        if part is None and is_static:
            part = part_named(labels.get("component", "")) or Part(workload.name, Role.CONTROL_PLANE)
        if part is None and text(spec.get("priorityClassName")) in _CRITICAL:
            part = Part(workload.name, Role.NODE if workload.kind == "DaemonSet" else Role.TOOL)
        return part

    @cached_property
    def reserved_nodes(self) -> frozenset[str]:
        """The nodes of the control plane, by their labels and taints or by what stands on them as static pods."""
        told = {
            node.name
            for node in self.nodes.values()
            if node.is_control_plane or node.thing.labels.get("kubernetes.io/role") in {"master", "control-plane"}
        }
        control = self.workloads_by_role.get(Role.CONTROL_PLANE, ())
        static = {pod.node for one in control for pod in self.pods_by_workload.get(one, ()) if _is_static(pod)}
        return frozenset(told | (static & self.nodes.keys()))

    def is_platform(self, suspect: Suspect) -> bool:
        """Whether those who operate the cluster answer for it."""
        if suspect.kind in _CLUSTER_KINDS:
            return True
        if suspect in self.part_by_workload:
            return True
        namespace = suspect.name if suspect.kind == "Namespace" else suspect.namespace
        return not namespace or namespace in self.platform_namespaces

    def side_of(self, suspect: Suspect) -> Side:
        """On which side it stands by what it is."""
        return Side.CLUSTER if self.is_platform(suspect) else Side.APPLICATION

    def folded(self, workload: Suspect) -> Suspect:
        """A part of the platform as a component, so that all that is said of it is said of one suspect."""
        found = self._folded.get(workload)
        if found is None:
            part = self.part_by_workload.get(workload)
            found = self._folded[workload] = Suspect("Component", part.name) if part else workload
        return found

    def role_of(self, suspect: Suspect) -> Role | None:
        """What the component or workload does for others."""
        part = part_named(suspect.name) if suspect.kind == "Component" else self.part_by_workload.get(suspect)
        return part.role if part else None

    @cached_property
    def workloads_by_role(self) -> Mapping[Role, list[Suspect]]:
        """The workloads that play each role."""
        found: dict[Role, list[Suspect]] = defaultdict(list)
        for workload, part in sorted(self.part_by_workload.items()):
            found[part.role].append(workload)
        return found

    # -- Metrics --

    def metric(self, *names: str) -> list[Sample]:
        """The samples of these metrics; one that is recorded (`:rate5m`) counts as the metric itself."""
        wanted = frozenset(names)
        return [
            sample
            for name, samples in sorted(self.snapshot.metrics.items())
            if name in wanted or name.partition(":")[0] in wanted
            for sample in samples
        ]

    def node_of_sample(self, labels: Mapping[str, str]) -> str:
        """The node that a sample is about, by its labels."""
        for label in ("node", "nodename", "kubernetes_node"):
            if labels.get(label):
                return labels[label]
        host = labels.get("instance", "").rpartition(":")[0] or labels.get("instance", "")
        return self.address_of_node.get(host, host if host in self.nodes else "")

    def workload_of_sample(self, labels: Mapping[str, str]) -> Suspect | None:
        """The workload that a sample is about; a recorded metric may name the workload where a pod is expected."""
        namespace = labels.get("namespace", "")
        pod = labels.get("pod") or labels.get("pod_name", "")
        if not namespace or not pod:
            return None
        if (namespace, pod) not in self.pods and (named := self.workload_named(namespace, pod)) is not None:
            return named
        return self.workload_of_pod_named(namespace, pod)


def _sorted(snapshot: Snapshot) -> Snapshot:
    objects = snapshot.objects
    return replace(
        snapshot,
        symptoms=tuple(sorted(snapshot.symptoms, key=lambda one: (one.began_at, one.alertname, one.key))),
        objects=Objects(
            tuple(sorted(objects.pods, key=lambda one: (one.thing.namespace, one.thing.name))),
            tuple(sorted(objects.nodes, key=lambda one: one.thing.name)),
            tuple(sorted(objects.others, key=lambda one: one.ref)),
        ),
        metrics={
            name: tuple(sorted(samples, key=lambda one: (sorted(one.labels.items()), one.value)))
            for name, samples in sorted(snapshot.metrics.items())
        },
        changes=tuple(sorted(snapshot.changes, key=lambda one: (one.at, one.kind, one.namespace, one.name, one.what))),
        signals=tuple(sorted(snapshot.signals, key=lambda one: (one.name, sorted(one.labels.items())))),
    )


def _is_static(pod: Pod) -> bool:
    """Whether the kubelet runs it from a file of its node; such a pod is owned by the node, or marked as a mirror."""
    owner = pod.thing.owner
    return "kubernetes.io/config.mirror" in pod.thing.annotations or (owner is not None and owner.kind == "Node")


def replicas(thing: Thing | None) -> tuple[int, int] | None:
    """How many pods a workload asks for and how many of them are ready; None where its object does not say."""
    if thing is None:
        return None
    spec, status = thing.spec, thing.status
    if thing.kind == "DaemonSet":
        wanted, ready = status.get("desiredNumberScheduled"), status.get("numberReady", 0)
    elif thing.kind in {"Deployment", "StatefulSet", "ReplicaSet"}:
        wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", status.get("availableReplicas", 0))
    else:
        return None
    if not isinstance(wanted, int):
        return None
    return wanted, ready if isinstance(ready, int) else 0


def names(suspects: Iterable[Suspect], most: int = 3) -> str:
    """A few of them by name, and how many more."""
    listed = sorted(str(one) for one in suspects)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
