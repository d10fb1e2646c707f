"""Makers with boring defaults, which build what a cluster, its events and its alerts look like over their APIs.

A case names only what matters to it. A `Scene` collects the objects of one cluster at one moment; states may be put on
pods at any time, because the status of their owners and of the services before them is worked out at the end. So a
deployment can never claim replicas that its pods do not show.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.casework.rules import RULES, Family

Json = dict[str, Any]
Verdict = str  # cluster | application | none

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def digest(*parts: object) -> str:
    """Everything that looks random is this, so that the same code writes the same files."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def suffix(length: int, *parts: object) -> str:
    """The letters that Kubernetes puts behind a name: no vowels, nothing that reads like a word."""
    number = int(digest(*parts), 16)
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[index])
    return "".join(letters)


def template_hash(*parts: object) -> str:
    """The hash of a pod template, as ReplicaSets carry it."""
    return suffix(10, "template", *parts)


@dataclass(frozen=True)
class Incident:
    """One of several truths of a mix."""

    verdict: Verdict
    component: str
    owner: str  # "platform" or the namespace's own name
    namespaces: tuple[str, ...]
    why: str
    affected_namespaces: tuple[str, ...] = ()

    def as_json(self) -> Json:
        affected = {"affected_namespaces": list(self.affected_namespaces)} if self.affected_namespaces else {}
        return {
            "verdict": self.verdict,
            "component": self.component,
            "owner": self.owner,
            "owner_hint": "platform" if self.owner == "platform" else "namespace-team",
            "namespaces": list(self.namespaces),
            **affected,
            "why": self.why,
        }


@dataclass(frozen=True)
class Truth:
    """Who must change something to end it, and why. A control is `none`; a mix lists its `incidents`."""

    why: str
    verdict: Verdict = ""
    component: str = ""
    owner_hint: str = ""
    namespaces: tuple[str, ...] = ()
    confidence: str = "high"
    naive_trap: str = ""
    affected_namespaces: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()

    def as_json(self) -> Json:
        told: Json = {}
        if self.incidents:
            told["incidents"] = [incident.as_json() for incident in self.incidents]
        else:
            told["verdict"] = self.verdict
            if self.verdict != "none":
                told |= {
                    "component": self.component,
                    "owner_hint": self.owner_hint,
                    "namespaces": list(self.namespaces),
                }
        if self.affected_namespaces:
            told["affected_namespaces"] = list(self.affected_namespaces)
        told |= {"why": self.why, "confidence": self.confidence}
        if self.naive_trap:
            told["naive_trap"] = self.naive_trap
        return told


def cluster_truth(component: str, why: str, *namespaces: str, confidence: str = "high", trap: str = "") -> Truth:
    """The platform must change something; `namespaces` are those that suffer (or none)."""
    return Truth(
        why=why,
        verdict="cluster",
        component=component,
        owner_hint="platform",
        namespaces=namespaces,
        confidence=confidence,
        naive_trap=trap,
    )


def team_truth(
    component: str, why: str, namespace: str, *affected: str, confidence: str = "high", trap: str = ""
) -> Truth:
    """The team of `namespace` must change something; `affected` are its victims elsewhere."""
    return Truth(
        why=why,
        verdict="application",
        component=component,
        owner_hint="namespace-team",
        namespaces=(namespace,),
        affected_namespaces=affected,
        confidence=confidence,
        naive_trap=trap,
    )


def nothing_wrong(why: str, *, trap: str = "") -> Truth:
    """A control: nobody must change anything, so nobody should be woken."""
    return Truth(why=why, verdict="none", naive_trap=trap)


@dataclass(frozen=True)
class Case:
    """One labelled moment. `contents` is what the service may see; everything else is for who scores."""

    id: str
    title: str
    hard: bool
    now: str
    contents: Json
    truth: Truth
    derived: bool = True
    provenance: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        told: Json = {"id": self.id, "title": self.title, "derived": self.derived}
        if self.provenance:
            told["provenance"] = self.provenance
        return {**told, "hard": self.hard, "now": self.now, **self.contents, "truth": self.truth.as_json()}

    def text(self) -> str:
        return json.dumps(self.as_json(), indent=1, ensure_ascii=False) + "\n"


def write(cases: Iterable[Case], folder: Path) -> None:
    """Writes each case to its file; files of cases that are gone go too."""
    folder.mkdir(exist_ok=True)
    wanted = {f"{case.id}.json": case.text() for case in cases}
    for old in folder.glob("*.json"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class State:
    """What a pod's status shows. `minutes` is how long it has been so."""

    phase: str = "Running"
    ready: bool = True
    waiting: tuple[str, str] | None = None  # reason, message
    terminated: tuple[str, int] | None = None  # reason, exit code
    last: tuple[str, int] | None = None  # how the run before ended: reason, exit code
    restarts: int = 0
    reason: str = ""
    message: str = ""
    unscheduled: str = ""
    in_init: bool = False
    containers_ready: bool | None = None  # None: as `ready`
    deleting: bool = False
    sandbox: bool = True  # False: the pod has no sandbox, so no address
    minutes: float = 60 * 24 * 2


RUNNING = State()


def running(minutes: float, restarts: int = 0) -> State:
    """Ready, since so many minutes."""
    return State(minutes=minutes, restarts=restarts)


def unready(minutes: float = 20, restarts: int = 0) -> State:
    """Runs, and its readiness probe fails."""
    return State(ready=False, minutes=minutes, restarts=restarts)


def crashing(minutes: float = 20, *, exit_code: int = 1, reason: str = "Error", restarts: int = 8) -> State:
    """CrashLoopBackOff; `reason` and `exit_code` tell how the last run ended (OOMKilled is 137)."""
    message = "back-off 5m0s restarting failed container"
    return State(
        ready=False,
        waiting=("CrashLoopBackOff", message),
        last=(reason, exit_code),
        restarts=restarts,
        minutes=minutes,
    )


def waiting(reason: str, message: str = "", minutes: float = 20, *, phase: str = "Pending") -> State:
    """A container that cannot start: ImagePullBackOff, CreateContainerConfigError, RunContainerError …"""
    return State(phase=phase, ready=False, waiting=(reason, message), minutes=minutes)


def creating(minutes: float = 20) -> State:
    """Scheduled, and stuck before its containers: no sandbox, no volume."""
    return State(phase="Pending", ready=False, waiting=("ContainerCreating", ""), sandbox=False, minutes=minutes)


def init_failing(minutes: float = 20, *, exit_code: int = 1, restarts: int = 8) -> State:
    """Its init container crashes again and again."""
    return replace(crashing(minutes, exit_code=exit_code, restarts=restarts), phase="Pending", in_init=True, reason="")


def pending(message: str, minutes: float = 20) -> State:
    """Not scheduled, with what the scheduler says; an empty message means that no scheduler has looked at it."""
    return State(phase="Pending", ready=False, unscheduled=message or "-", sandbox=False, minutes=minutes)


def evicted(message: str, minutes: float = 20) -> State:
    """Failed, because the kubelet needed what it used."""
    return State(
        phase="Failed", ready=False, reason="Evicted", message=message, terminated=("Error", 137), minutes=minutes
    )


def finished(exit_code: int = 0, minutes: float = 20, reason: str = "") -> State:
    """A pod that ran to its end."""
    failed = exit_code != 0
    return State(
        phase="Failed" if failed else "Succeeded",
        ready=False,
        terminated=(reason or ("Error" if failed else "Completed"), exit_code),
        minutes=minutes,
    )


def lost(minutes: float = 20, *, deleting: bool = False) -> State:
    """On a node that stopped reporting: not ready by decree, though the last word of its containers was good."""
    return State(ready=False, containers_ready=True, minutes=minutes, deleting=deleting)


@dataclass
class Workload:
    """An object with its pods; `owner` is what the pods name as theirs (the ReplicaSet of a Deployment)."""

    obj: Json
    owner: Json
    pods: list[Json]

    @property
    def name(self) -> str:
        return str(self.obj["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.obj["metadata"]["namespace"])


class Scene:
    """One cluster at one moment. Times are given as minutes before `now`."""

    def __init__(
        self,
        now: str,
        *,
        cluster: str = "prod-1",
        helm: bool = False,
        version: str = "v1.33.4",
        runtime: str = "containerd://1.7.27",
        monitoring: str = "monitoring",
        registry: str = "registry.example.com",
    ) -> None:
        self.now = datetime.strptime(now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        self.cluster, self.helm, self.version, self.runtime = cluster, helm, version, runtime
        self.monitoring, self.registry = monitoring, registry
        self.objects: list[Json] = []
        self.events: list[Json] = []
        self.workloads: list[Workload] = []
        self.nodes: dict[str, Json] = {}
        self._services: list[tuple[Json, Json]] = []
        self._alerts: list[Json] = []
        self._metrics: dict[str, list[Json]] = {}
        self._signals: list[Json] = []
        self._changes: list[Json] = []
        self._placed = 0
        self._version = 410_000
        self._seed = f"{cluster} {now}"

    # Time and identity

    def at(self, minutes: float) -> str:
        return (self.now - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def uid(self, *parts: object) -> str:
        return str(UUID(digest(self._seed, "uid", *parts)[:32], version=4))

    def _metadata(self, kind: str, name: str, namespace: str | None, minutes: float, **more: Any) -> Json:
        self._version += 7
        place = {"namespace": namespace} if namespace else {}
        return {
            "name": name,
            **place,
            "uid": self.uid(kind, namespace, name),
            "resourceVersion": str(self._version),
            "creationTimestamp": self.at(minutes),
            **{key: value for key, value in more.items() if value},
        }

    def add(
        self,
        api: str,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        spec: Json | None = None,
        status: Json | None = None,
        minutes: float = 60 * 24 * 40,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        owner: Json | None = None,
        **fields: Any,
    ) -> Json:
        """Any object; the makers below know the shapes of their kinds."""
        metadata = self._metadata(
            kind,
            name,
            namespace,
            minutes,
            labels=dict(labels or {}),
            annotations=dict(annotations or {}),
            ownerReferences=[_reference(owner)] if owner else None,
        )
        obj: Json = {"apiVersion": api, "kind": kind, "metadata": metadata, **fields}
        if spec is not None:
            obj["spec"] = spec
        if status is not None:
            obj["status"] = status
        self.objects.append(obj)
        return obj

    def find(self, kind: str, name: str, namespace: str | None = None) -> Json:
        for obj in self.objects:
            metadata = obj["metadata"]
            if obj["kind"] == kind and metadata["name"] == name and metadata.get("namespace") == namespace:
                return obj
        raise LookupError(f"no {kind} {namespace}/{name} in this scene")

    def pods(self, *, node: str | None = None, namespace: str | None = None) -> list[Json]:
        return [
            obj
            for obj in self.objects
            if obj["kind"] == "Pod"
            and (node is None or obj["spec"].get("nodeName") == node)
            and (namespace is None or obj["metadata"]["namespace"] == namespace)
        ]

    # Nodes and namespaces

    def node(
        self,
        name: str,
        *,
        zone: str = "zone-a",
        pool: str = "general",
        cpu: str = "8",
        memory: str = "32Gi",
        pods: str = "110",
        instance_type: str = "m1.xlarge",
        labels: Mapping[str, str] | None = None,
        extended: Mapping[str, str] | None = None,
        control_plane: bool = False,
        minutes: float = 60 * 24 * 40,
    ) -> Json:
        """A healthy node. `lose_node`, `condition`, `cordon` and `taint` make it another."""
        number = len(self.nodes) + 11
        role = {"node-role.kubernetes.io/control-plane": ""} if control_plane else {"node.example.com/pool": pool}
        room = {"cpu": cpu, "memory": memory, "pods": pods, "ephemeral-storage": "98Gi", **(extended or {})}
        spec: Json = {"providerID": f"example:///{zone}/{name}"}
        if control_plane:
            spec["taints"] = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
        obj = self.add(
            "v1",
            "Node",
            name,
            minutes=minutes,
            labels={
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": instance_type,
                "topology.kubernetes.io/zone": zone,
                **role,
                **(labels or {}),
            },
            spec=spec,
            status={
                "capacity": dict(room),
                "allocatable": dict(room),
                "conditions": [
                    self._condition(minutes, *words)
                    for words in (
                        (
                            "MemoryPressure",
                            "False",
                            "KubeletHasSufficientMemory",
                            "kubelet has sufficient memory available",
                        ),
                        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
                    )
                ],
                "addresses": [
                    {"type": "InternalIP", "address": f"10.0.{number // 100}.{number}"},
                    {"type": "Hostname", "address": name},
                ],
                "nodeInfo": {
                    "kernelVersion": "6.1.0-39-amd64",
                    "osImage": "Debian GNU/Linux 12 (bookworm)",
                    "containerRuntimeVersion": self.runtime,
                    "kubeletVersion": self.version,
                    "operatingSystem": "linux",
                    "architecture": "amd64",
                },
            },
        )
        self.nodes[name] = obj
        return obj

    def _condition(self, minutes: float, kind: str, status: str, reason: str, message: str, *, beat: float = 1) -> Json:
        return {
            "type": kind,
            "status": status,
            "lastHeartbeatTime": self.at(beat),
            "lastTransitionTime": self.at(minutes),
            "reason": reason,
            "message": message,
        }

    def condition(
        self, node: str, kind: str, status: str, reason: str, message: str, *, minutes: float, beat: float = 1
    ) -> None:
        """Sets one condition of a node; unknown kinds (of a problem detector) are added."""
        conditions = self.nodes[node]["status"]["conditions"]
        new = self._condition(minutes, kind, status, reason, message, beat=beat)
        for index, old in enumerate(conditions):
            if old["type"] == kind:
                conditions[index] = new
                return
        conditions.append(new)

    def taint(self, node: str, key: str, effect: str = "NoSchedule", value: str = "", minutes: float = 30) -> None:
        taint = {"key": key, **({"value": value} if value else {}), "effect": effect, "timeAdded": self.at(minutes)}
        self.nodes[node]["spec"].setdefault("taints", []).append(taint)

    def cordon(self, node: str, minutes: float = 30, *, event: bool = True) -> None:
        """As `kubectl cordon` leaves it."""
        self.nodes[node]["spec"]["unschedulable"] = True
        self.taint(node, "node.kubernetes.io/unschedulable", minutes=minutes)
        if event and minutes <= 60:
            self.node_event(node, "NodeNotSchedulable", minutes=minutes)

    def lose_node(self, node: str, minutes: float = 20, *, evict: bool = True, events: bool = True) -> None:
        """Its kubelet stopped reporting `minutes` ago; with `evict` its pods are marked for deletion 5 minutes later.

        Pods of DaemonSets tolerate it and stay. The others stay Terminating; replacements are the case's business.
        """
        message = "Kubelet stopped posting node status."
        for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready"):
            self.condition(node, kind, "Unknown", "NodeStatusUnknown", message, minutes=minutes, beat=minutes + 0.8)
        for effect in ("NoSchedule", "NoExecute"):
            self.taint(node, "node.kubernetes.io/unreachable", effect, minutes=minutes)
        if events:
            self.node_event(node, "NodeNotReady", component="node-controller", minutes=minutes)
        for pod in self.pods(node=node):
            owners = pod["metadata"].get("ownerReferences", [{}])
            stays = owners[0].get("kind") in {"DaemonSet", "Node"}
            gone = evict and not stays and minutes > 5
            self.put(pod, lost(minutes, deleting=gone))
            if events:
                self.event(pod, "NodeNotReady", "Node is not ready", "node-controller", minutes=minutes)
                if gone:
                    words = f"Marking for deletion Pod {pod['metadata']['namespace']}/{pod['metadata']['name']}"
                    self.event(
                        pod,
                        "TaintManagerEviction",
                        words,
                        "taint-eviction-controller",
                        kind="Normal",
                        minutes=minutes - 5,
                    )

    def not_ready(self, node: str, message: str, minutes: float = 20, *, events: bool = True) -> None:
        """Its kubelet reports, and says itself that the node is not ready: runtime, CNI, PLEG."""
        self.condition(node, "Ready", "False", "KubeletNotReady", message, minutes=minutes)
        for effect in ("NoSchedule", "NoExecute"):
            self.taint(node, "node.kubernetes.io/not-ready", effect, minutes=minutes)
        if events:
            self.node_event(node, "NodeNotReady", minutes=minutes)

    def namespace(self, name: str, *, labels: Mapping[str, str] | None = None, minutes: float = 60 * 24 * 90) -> Json:
        """A namespace, once."""
        for obj in self.objects:
            if obj["kind"] == "Namespace" and obj["metadata"]["name"] == name:
                return obj
        return self.add(
            "v1",
            "Namespace",
            name,
            minutes=minutes,
            labels={"kubernetes.io/metadata.name": name, **(labels or {})},
            spec={"finalizers": ["kubernetes"]},
            status={"phase": "Active"},
        )

    # Pods and what makes them

    def place(self) -> str:
        """The next worker that takes pods, in turn."""
        able = [
            name
            for name, node in self.nodes.items()
            if not node["spec"].get("unschedulable")
            and not any(taint["effect"] != "PreferNoSchedule" for taint in node["spec"].get("taints", ()))
        ]
        if not able:
            return next(iter(self.nodes), "node-1")
        self._placed += 1
        return able[(self._placed - 1) % len(able)]

    def pod(
        self,
        namespace: str,
        name: str,
        *,
        owner: Json | None = None,
        image: str = "",
        container: str = "",
        sidecars: Sequence[str] = (),
        init: str = "",
        node: str | None = None,
        state: State = RUNNING,
        labels: Mapping[str, str] | None = None,
        requests: Mapping[str, str] | None = None,
        limits: Mapping[str, str] | None = None,
        claims: Sequence[str] = (),
        priority_class: str = "",
        restart: str = "Always",
        minutes: float = 60 * 24 * 3,
        spec: Json | None = None,
        host_network: bool = False,
    ) -> Json:
        """One pod; without `node` it is placed on the next worker, unless its state says that it is not scheduled."""
        self.namespace(namespace)
        container = container or (labels or {}).get("app", name)
        image = image or f"{self.registry}/{namespace}/{container}:v1.8.2"
        resources: Json = {"requests": dict(requests or {"cpu": "100m", "memory": "128Mi"})}
        if limits:
            resources["limits"] = dict(limits)
        containers = [{"name": container, "image": image, "resources": resources}]
        containers += [
            {"name": side, "image": f"{self.registry}/sidecars/{side}:v1", "resources": {}} for side in sidecars
        ]
        body: Json = {
            "containers": containers,
            "restartPolicy": restart,
            **({"initContainers": [{"name": init, "image": image, "resources": {}}]} if init else {}),
            **({"priorityClassName": priority_class} if priority_class else {}),
            **({"hostNetwork": True} if host_network else {}),
            **(spec or {}),
        }
        if claims:
            body["volumes"] = [
                {"name": f"volume-{claim}", "persistentVolumeClaim": {"claimName": claim}} for claim in claims
            ]
        if not state.unscheduled:
            body["nodeName"] = node or self.place()
        obj = self.add(
            "v1",
            "Pod",
            name,
            namespace,
            minutes=max(minutes, state.minutes) if state.phase == "Running" else state.minutes + 1,
            labels=labels,
            owner=owner,
            spec=body,
            status={},
        )
        self.put(obj, state)
        return obj

    def put(self, target: Json | Workload, state: State) -> None:
        """Puts a state on a pod, or on every pod of a workload."""
        if isinstance(target, Workload):
            for pod in target.pods:
                self.put(pod, state)
            return
        created = target["metadata"]["creationTimestamp"]
        since = max(created, self.at(state.minutes))
        node = self.nodes.get(target["spec"].get("nodeName", ""))
        if state.unscheduled:
            target["spec"].pop("nodeName", None)
            status: Json = {"phase": "Pending"}
            if state.unscheduled != "-":
                status["conditions"] = [
                    _pod_condition("PodScheduled", False, since, "Unschedulable", state.unscheduled)
                ]
            target["status"] = status
            return
        name = target["spec"]["containers"][0]["name"]
        unready_text = f"containers with unready status: [{name}]"
        well = state.ready if state.containers_ready is None else state.containers_ready
        done = state.phase == "Succeeded"
        reason = "" if well else ("PodCompleted" if done else "ContainersNotReady")
        conditions = [
            _pod_condition("Ready", state.ready, since, reason, unready_text if reason == "ContainersNotReady" else ""),
            _pod_condition("ContainersReady", well, since, reason, unready_text if reason else ""),
            _pod_condition("PodScheduled", True, created),
        ]
        if state.in_init:
            words = "containers with incomplete status: [init]"
            conditions.append(_pod_condition("Initialized", False, since, "ContainersNotInitialized", words))
        if state.deleting:
            why = "Taint manager: deleting due to NoExecute taint"
            conditions.append(
                _pod_condition("DisruptionTarget", True, self.at(state.minutes - 5), "DeletionByTaintManager", why)
            )
            target["metadata"]["deletionTimestamp"] = self.at(state.minutes - 5.5)
            target["metadata"]["deletionGracePeriodSeconds"] = 30
        status = {
            "phase": state.phase,
            "conditions": conditions,
            **({"reason": state.reason, "message": state.message} if state.reason else {}),
            "startTime": created,
        }
        if node:
            status["hostIP"] = node["status"]["addresses"][0]["address"]
        if state.sandbox and state.phase in {"Running", "Pending"}:
            number = int(digest(self._seed, target["metadata"]["uid"], "address")[:4], 16)
            status["podIP"] = f"10.244.{number % 61}.{number // 61 % 250 + 2}"
        statuses = [
            self._container(target, body, state if index == 0 and not state.in_init else None, since, created)
            for index, body in enumerate(target["spec"]["containers"])
        ]
        if state.in_init:
            for entry in statuses:
                entry |= {
                    "state": {"waiting": {"reason": "PodInitializing"}},
                    "ready": False,
                    "started": False,
                    "lastState": {},
                    "restartCount": 0,
                }
                entry.pop("containerID", None)
            inits = target["spec"].get("initContainers", [{"name": "init", "image": "", "resources": {}}])
            status["initContainerStatuses"] = [self._container(target, inits[0], state, since, created)]
        status["containerStatuses"] = statuses
        if state.phase == "Failed" and state.reason == "Evicted":
            del status["containerStatuses"]
        target["status"] = status

    def _container(self, pod: Json, body: Json, state: State | None, since: str, created: str) -> Json:
        state = state or RUNNING
        scheme = self.runtime.split(":", 1)[0]
        known = digest(pod["metadata"]["uid"], body["name"])
        last: Json = {}
        if state.last:
            last = {
                "terminated": {
                    "exitCode": state.last[1],
                    "reason": state.last[0],
                    "startedAt": self.at(min(state.minutes, 3.2)),
                    "finishedAt": self.at(min(state.minutes, 3)),
                    "containerID": f"{scheme}://{known}",
                }
            }
        if state.waiting:
            reason, message = state.waiting
            now: Json = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
        elif state.terminated:
            reason, code = state.terminated
            now = {"terminated": {"exitCode": code, "reason": reason, "startedAt": created, "finishedAt": since}}
        else:
            now = {"running": {"startedAt": self.at(2) if state.restarts and not state.ready else created}}
        ready = state.ready if state.containers_ready is None else state.containers_ready
        return {
            "name": body["name"],
            "image": body["image"],
            "state": now,
            "lastState": last,
            "ready": ready,
            "started": "running" in now,
            "restartCount": state.restarts,
            **({} if state.waiting and not state.last else {"containerID": f"{scheme}://{known}"}),
        }

    def deployment(
        self,
        namespace: str,
        name: str,
        replicas: int = 2,
        *,
        image: str = "",
        state: State = RUNNING,
        states: Sequence[State] = (),
        nodes: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        revision: int = 4,
        made: int | None = None,
        minutes: float = 60 * 24 * 3,
        template: Json | None = None,
        **pod: Any,
    ) -> Workload:
        """A Deployment with its ReplicaSet and pods. `states` are those of the first pods; `made` pods exist (all)."""
        self.namespace(namespace)
        labels = {"app": name, **(labels or {})}
        mark = template_hash(self._seed, namespace, name, revision)
        image = image or f"{self.registry}/{namespace}/{name}:v1.8.2"
        obj = self.add(
            "apps/v1",
            "Deployment",
            name,
            namespace,
            labels=labels,
            annotations={"deployment.kubernetes.io/revision": str(revision)},
            minutes=60 * 24 * 40,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "containers": [{"name": pod.get("container") or name, "image": image}],
                        **(template or {}),
                    },
                },
            },
            status={},
        )
        obj["metadata"]["generation"] = revision
        owner = self.replica_set(obj, mark, replicas, image=image, revision=revision, minutes=minutes)
        workload = Workload(obj, owner, [])
        for index in range(replicas if made is None else made):
            self._pod_of(
                workload,
                f"{name}-{mark}-{suffix(5, self._seed, namespace, name, revision, index)}",
                image=image,
                state=states[index] if index < len(states) else state,
                node=nodes[index % len(nodes)] if nodes else None,
                labels={**labels, "pod-template-hash": mark},
                minutes=minutes,
                spec=template,
                **pod,
            )
        self.workloads.append(workload)
        return workload

    def replica_set(
        self, deployment: Json, mark: str, replicas: int, *, image: str, revision: int, minutes: float
    ) -> Json:
        """The ReplicaSet of one revision."""
        metadata = deployment["metadata"]
        labels = {**metadata["labels"], "pod-template-hash": mark}
        return self.add(
            "apps/v1",
            "ReplicaSet",
            f"{metadata['name']}-{mark}",
            metadata["namespace"],
            labels=labels,
            annotations={"deployment.kubernetes.io/revision": str(revision)},
            owner=deployment,
            minutes=minutes,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": {"app": metadata["name"], "pod-template-hash": mark}},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": metadata["name"], "image": image}]},
                },
            },
            status={"replicas": 0},
        )

    def rollout(
        self,
        workload: Workload,
        *,
        state: State,
        image: str = "",
        made: int = 1,
        kept: int | None = None,
        minutes: float = 20,
        event: bool = True,
        **pod: Any,
    ) -> list[Json]:
        """A new revision whose `made` pods are in `state`; `kept` pods of the old one still run (all)."""
        obj, old = workload.obj, workload.owner
        name, namespace = workload.name, workload.namespace
        revision = int(obj["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) + 1
        obj["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = str(revision)
        obj["metadata"]["generation"] = revision
        image = image or f"{self.registry}/{namespace}/{name}:v1.9.0"
        obj["spec"]["template"]["spec"]["containers"][0]["image"] = image
        mark = template_hash(self._seed, namespace, name, revision)
        new = self.replica_set(obj, mark, made, image=image, revision=revision, minutes=minutes)
        if kept is not None:
            for gone in workload.pods[kept:]:
                self.objects.remove(gone)
            del workload.pods[kept:]
        old["spec"]["replicas"] = len(workload.pods)
        old["status"] = {"replicas": len(workload.pods)}
        workload.owner = new
        made_now = [
            self._pod_of(
                workload,
                f"{name}-{mark}-{suffix(5, self._seed, namespace, name, revision, index)}",
                image=image,
                state=state,
                labels={**obj["metadata"]["labels"], "pod-template-hash": mark},
                minutes=minutes,
                **pod,
            )
            for index in range(made)
        ]
        if event and minutes <= 60:
            words = f"Scaled up replica set {new['metadata']['name']} from 0 to {made}"
            self.event(obj, "ScalingReplicaSet", words, "deployment-controller", kind="Normal", minutes=minutes)
        self.change(
            obj,
            "spec.template.spec.containers[0].image",
            old["spec"]["template"]["spec"]["containers"][0]["image"],
            image,
            minutes=minutes,
        ) if event else None
        return made_now

    def replacement(self, workload: Workload, state: State, *, event: bool = True, **pod: Any) -> Json:
        """A pod that its owner made for one that is gone or Terminating."""
        owner = workload.owner["metadata"]["name"]
        name = f"{owner}-{suffix(5, self._seed, owner, 'again', len(workload.pods))}"
        template = workload.pods[0] if workload.pods else None
        made = self._pod_of(
            workload,
            name,
            state=state,
            labels=template["metadata"]["labels"] if template else workload.owner["metadata"]["labels"],
            image=workload.obj["spec"]["template"]["spec"]["containers"][0]["image"],
            minutes=state.minutes,
            **pod,
        )
        if event and state.minutes <= 60:
            component = f"{workload.owner['kind'].lower()}-controller"
            self.event(
                workload.owner,
                "SuccessfulCreate",
                f"Created pod: {name}",
                component,
                kind="Normal",
                minutes=state.minutes,
            )
        return made

    def _pod_of(self, workload: Workload, name: str, **pod: Any) -> Json:
        made = self.pod(workload.namespace, name, owner=workload.owner, **pod)
        generate = name.rsplit("-", 1)[0] + "-"
        if workload.owner["kind"] != "StatefulSet":
            made["metadata"]["generateName"] = generate
        workload.pods.append(made)
        return made

    def stateful_set(
        self,
        namespace: str,
        name: str,
        replicas: int = 3,
        *,
        image: str = "",
        state: State = RUNNING,
        states: Sequence[State] = (),
        nodes: Sequence[str] = (),
        claim: str = "",
        made: int | None = None,
        labels: Mapping[str, str] | None = None,
        storage_class: str = "standard",
        **pod: Any,
    ) -> Workload:
        """A StatefulSet; with `claim` each pod has a bound volume of that name."""
        self.namespace(namespace)
        labels = {"app": name, **(labels or {})}
        image = image or f"{self.registry}/{namespace}/{name}:v1.8.2"
        obj = self.add(
            "apps/v1",
            "StatefulSet",
            name,
            namespace,
            labels=labels,
            spec={
                "replicas": replicas,
                "serviceName": name,
                "selector": {"matchLabels": {"app": name}},
                "podManagementPolicy": "OrderedReady",
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": pod.get("container") or name, "image": image}]},
                },
            },
            status={},
        )
        obj["metadata"]["generation"] = 1
        workload = Workload(obj, obj, [])
        for index in range(replicas if made is None else made):
            claims = list(pod.get("claims", ()))
            if claim:
                claims = [f"{claim}-{name}-{index}"]
                self.claim(namespace, claims[0], storage_class=storage_class)
            self._pod_of(
                workload,
                f"{name}-{index}",
                image=image,
                state=states[index] if index < len(states) else state,
                node=nodes[index % len(nodes)] if nodes else None,
                labels={**labels, "apps.kubernetes.io/pod-index": str(index)},
                **(pod | {"claims": claims}),
            )
        self.workloads.append(workload)
        return workload

    def daemon_set(
        self,
        namespace: str,
        name: str,
        *,
        image: str = "",
        state: State = RUNNING,
        on: Sequence[str] | None = None,
        by_node: Mapping[str, State] | None = None,
        labels: Mapping[str, str] | None = None,
        priority_class: str = "system-node-critical",
        **pod: Any,
    ) -> Workload:
        """A DaemonSet with a pod on each node (or `on` these); `by_node` gives some of them another state."""
        self.namespace(namespace)
        labels = {"app": name, **(labels or {})}
        image = image or f"{self.registry}/platform/{name}:v1.8.2"
        obj = self.add(
            "apps/v1",
            "DaemonSet",
            name,
            namespace,
            labels=labels,
            spec={
                "selector": {"matchLabels": {"app": name}},
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": pod.get("container") or name, "image": image}]},
                },
            },
            status={},
        )
        obj["metadata"]["generation"] = 1
        workload = Workload(obj, obj, [])
        for node in on if on is not None else list(self.nodes):
            self._pod_of(
                workload,
                f"{name}-{suffix(5, self._seed, namespace, name, node)}",
                image=image,
                state=(by_node or {}).get(node, state),
                node=node,
                labels=labels,
                priority_class=priority_class,
                **pod,
            )
        self.workloads.append(workload)
        return workload

    def job(
        self,
        namespace: str,
        name: str,
        *,
        state: State = RUNNING,
        pods: int = 1,
        failed: str = "",
        owner: Json | None = None,
        minutes: float = 30,
        image: str = "",
        completions: int = 1,
        backoff_limit: int = 6,
        **pod: Any,
    ) -> Workload:
        """A Job and its pods; `failed` is why it Failed (BackoffLimitExceeded, DeadlineExceeded)."""
        self.namespace(namespace)
        labels = {"batch.kubernetes.io/job-name": name, "job-name": name}
        short = name.rsplit("-", 1)[0] if owner else name
        image = image or f"{self.registry}/{namespace}/{short}:v1.8.2"
        obj = self.add(
            "batch/v1",
            "Job",
            name,
            namespace,
            labels=labels,
            owner=owner,
            minutes=minutes,
            spec={
                "parallelism": 1,
                "completions": completions,
                "backoffLimit": backoff_limit,
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": short, "image": image}], "restartPolicy": "Never"},
                },
            },
            status={"startTime": self.at(minutes)},
        )
        workload = Workload(obj, obj, [])
        for index in range(pods):
            self._pod_of(
                workload,
                f"{name}-{suffix(5, self._seed, namespace, name, index)}",
                image=image,
                state=state,
                labels=labels,
                container=short,
                restart="Never",
                minutes=minutes,
                **pod,
            )
        phases = [made["status"]["phase"] for made in workload.pods]
        status = obj["status"]
        for key, phase in (("succeeded", "Succeeded"), ("failed", "Failed")):
            if phase in phases:
                status[key] = phases.count(phase)
        active = sum(phase in {"Pending", "Running"} for phase in phases)
        if active:
            status["active"] = active
        if failed:
            words = {
                "BackoffLimitExceeded": "Job has reached the specified backoff limit",
                "DeadlineExceeded": "Job was active longer than specified deadline",
            }.get(failed, failed)
            when = self.at(state.minutes)
            status["conditions"] = [
                {"type": "Failed", "status": "True", "reason": failed, "message": words, "lastTransitionTime": when}
            ]
        elif status.get("succeeded", 0) >= completions:
            when = self.at(state.minutes)
            status |= {
                "completionTime": when,
                "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": when}],
            }
        return workload

    def cron_job(
        self, namespace: str, name: str, *, schedule: str = "*/15 * * * *", suspended: bool = False, last: float = 10
    ) -> Json:
        self.namespace(namespace)
        return self.add(
            "batch/v1",
            "CronJob",
            name,
            namespace,
            spec={
                "schedule": schedule,
                "suspend": suspended,
                "concurrencyPolicy": "Allow",
                "jobTemplate": {"spec": {}},
            },
            status={"lastScheduleTime": self.at(last)},
        )

    # What stands around pods

    def service(
        self,
        namespace: str,
        name: str,
        *,
        selector: Mapping[str, str] | None = None,
        port: int = 80,
        target: int = 8080,
        kind: str = "ClusterIP",
        slices: bool = True,
        status: Json | None = None,
    ) -> Json:
        """A Service; its EndpointSlice is worked out from the pods that its selector finds."""
        number = int(digest(self._seed, "service", namespace, name)[:4], 16)
        obj = self.add(
            "v1",
            "Service",
            name,
            namespace,
            labels={"app": name},
            spec={
                "type": kind,
                "selector": dict(selector or {"app": name}),
                "clusterIP": f"10.96.{number % 200}.{number // 200 % 250 + 2}",
                "ports": [{"name": "http", "port": port, "targetPort": target, "protocol": "TCP"}],
            },
            status=status or {"loadBalancer": {}},
        )
        if slices:
            slice_name = f"{name}-{suffix(5, self._seed, 'slice', namespace, name)}"
            endpoints = self.add(
                "discovery.k8s.io/v1",
                "EndpointSlice",
                slice_name,
                namespace,
                labels={"kubernetes.io/service-name": name},
                owner=obj,
                addressType="IPv4",
                endpoints=[],
                ports=[{"name": "http", "port": target, "protocol": "TCP"}],
            )
            self._services.append((obj, endpoints))
        return obj

    def claim(
        self,
        namespace: str,
        name: str,
        *,
        storage_class: str | None = "standard",
        phase: str = "Bound",
        size: str = "20Gi",
        driver: str = "csi.example.com",
        modes: Sequence[str] = ("ReadWriteOnce",),
        zone: str = "",
        minutes: float = 60 * 24 * 30,
    ) -> Json:
        """A claim; a bound one has its volume."""
        self.namespace(namespace)
        spec: Json = {
            "accessModes": list(modes),
            "resources": {"requests": {"storage": size}},
            "volumeMode": "Filesystem",
        }
        if storage_class is not None:
            spec["storageClassName"] = storage_class
        status: Json = {"phase": phase}
        obj = self.add("v1", "PersistentVolumeClaim", name, namespace, spec=spec, status=status, minutes=minutes)
        if phase == "Bound":
            volume = f"pvc-{obj['metadata']['uid']}"
            spec["volumeName"] = volume
            status |= {"capacity": {"storage": size}, "accessModes": list(modes)}
            affinity = (
                {
                    "nodeAffinity": {
                        "required": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}
                                    ]
                                }
                            ]
                        }
                    }
                }
                if zone
                else {}
            )
            self.add(
                "v1",
                "PersistentVolume",
                volume,
                minutes=minutes,
                spec={
                    "capacity": {"storage": size},
                    "accessModes": list(modes),
                    "storageClassName": storage_class,
                    "persistentVolumeReclaimPolicy": "Delete",
                    "claimRef": {
                        "kind": "PersistentVolumeClaim",
                        "namespace": namespace,
                        "name": name,
                        "uid": obj["metadata"]["uid"],
                    },
                    "csi": {"driver": driver, "volumeHandle": f"vol-{digest(volume)[:12]}"},
                    **affinity,
                },
                status={"phase": "Bound"},
            )
        return obj

    def storage_class(
        self, name: str = "standard", *, provisioner: str = "csi.example.com", default: bool = True, lazy: bool = True
    ) -> Json:
        return self.add(
            "storage.k8s.io/v1",
            "StorageClass",
            name,
            annotations={"storageclass.kubernetes.io/is-default-class": "true"} if default else None,
            provisioner=provisioner,
            reclaimPolicy="Delete",
            volumeBindingMode="WaitForFirstConsumer" if lazy else "Immediate",
        )

    def quota(
        self, namespace: str, name: str, hard: Mapping[str, str], used: Mapping[str, str], minutes: float = 60 * 24 * 60
    ) -> Json:
        self.namespace(namespace)
        return self.add(
            "v1",
            "ResourceQuota",
            name,
            namespace,
            spec={"hard": dict(hard)},
            status={"hard": dict(hard), "used": dict(used)},
            minutes=minutes,
        )

    def limit_range(self, namespace: str, name: str, limits: Sequence[Json], minutes: float = 60 * 24 * 60) -> Json:
        self.namespace(namespace)
        return self.add("v1", "LimitRange", name, namespace, spec={"limits": list(limits)}, minutes=minutes)

    def network_policy(self, namespace: str, name: str, spec: Json, minutes: float = 60 * 24 * 20) -> Json:
        self.namespace(namespace)
        return self.add("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec, minutes=minutes)

    def disruption_budget(
        self,
        namespace: str,
        name: str,
        *,
        minimum: int | str = 1,
        healthy: int = 2,
        expected: int = 2,
        allowed: int = 1,
        selector: str = "",
    ) -> Json:
        needed = minimum if isinstance(minimum, int) else expected
        return self.add(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            namespace,
            spec={"minAvailable": minimum, "selector": {"matchLabels": {"app": selector or name}}},
            status={
                "currentHealthy": healthy,
                "desiredHealthy": needed,
                "expectedPods": expected,
                "disruptionsAllowed": allowed,
            },
        )

    def autoscaler(
        self,
        namespace: str,
        name: str,
        *,
        low: int = 2,
        high: int = 10,
        current: int = 2,
        desired: int = 2,
        conditions: Sequence[tuple[str, str, str, str]] = (),
        minutes: float = 20,
        metric: Json | None = None,
    ) -> Json:
        """A HorizontalPodAutoscaler of the Deployment of its name; conditions are (type, status, reason, message)."""
        usual = (
            ("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"),
            (
                "ScalingActive",
                "True",
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from cpu resource utilization "
                "(percentage of request)",
            ),
            ("ScalingLimited", "False", "DesiredWithinRange", "the desired count is within the acceptable range"),
        )
        cpu = {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
        }
        return self.add(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            name,
            namespace,
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
                "minReplicas": low,
                "maxReplicas": high,
                "metrics": [metric or cpu],
            },
            status={
                "currentReplicas": current,
                "desiredReplicas": desired,
                "conditions": [
                    {
                        "type": kind,
                        "status": status,
                        "reason": reason,
                        "message": message,
                        "lastTransitionTime": self.at(minutes),
                    }
                    for kind, status, reason, message in (conditions or usual)
                ],
            },
        )

    def ingress(
        self,
        namespace: str,
        name: str,
        *,
        host: str = "",
        service: str = "",
        port: int = 80,
        ingress_class: str = "nginx",
        tls: str = "",
        address: str = "198.51.100.20",
        annotations: Mapping[str, str] | None = None,
    ) -> Json:
        host = host or f"{name}.example.com"
        spec: Json = {
            "ingressClassName": ingress_class,
            "rules": [
                {
                    "host": host,
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": service or name, "port": {"number": port}}},
                            }
                        ]
                    },
                }
            ],
        }
        if tls:
            spec["tls"] = [{"hosts": [host], "secretName": tls}]
        status: Json = {"loadBalancer": {"ingress": [{"ip": address}]} if address else {}}
        return self.add(
            "networking.k8s.io/v1", "Ingress", name, namespace, spec=spec, status=status, annotations=annotations
        )

    def ingress_class(self, name: str = "nginx", controller: str = "k8s.io/ingress-nginx") -> Json:
        return self.add("networking.k8s.io/v1", "IngressClass", name, spec={"controller": controller})

    def webhook(
        self,
        name: str,
        hook: str,
        service: str,
        namespace: str,
        *,
        mutating: bool = False,
        resources: Sequence[str] = ("pods",),
        policy: str = "Fail",
        timeout: int = 10,
        path: str = "/validate",
        minutes: float = 60 * 24 * 30,
    ) -> Json:
        """A webhook configuration for all namespaces, unless the case narrows it."""
        kind = "MutatingWebhookConfiguration" if mutating else "ValidatingWebhookConfiguration"
        return self.add(
            "admissionregistration.k8s.io/v1",
            kind,
            name,
            minutes=minutes,
            webhooks=[
                {
                    "name": hook,
                    "clientConfig": {"service": {"namespace": namespace, "name": service, "path": path, "port": 443}},
                    "rules": [
                        {
                            "operations": ["CREATE", "UPDATE"],
                            "apiGroups": ["*"],
                            "apiVersions": ["*"],
                            "resources": list(resources),
                            "scope": "*",
                        }
                    ],
                    "failurePolicy": policy,
                    "timeoutSeconds": timeout,
                    "sideEffects": "None",
                    "admissionReviewVersions": ["v1"],
                }
            ],
        )

    def lease(self, name: str, namespace: str = "kube-node-lease", *, holder: str = "", renewed: float = 0.1) -> Json:
        when = (self.now - timedelta(minutes=renewed)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        seconds = 40 if namespace == "kube-node-lease" else 15
        return self.add(
            "coordination.k8s.io/v1",
            "Lease",
            name,
            namespace,
            spec={"holderIdentity": holder or name, "leaseDurationSeconds": seconds, "renewTime": when},
        )

    # Events

    def event(
        self,
        obj: Json | Workload,
        reason: str,
        message: str,
        component: str,
        *,
        kind: str = "Warning",
        minutes: float = 15,
        last: float | None = None,
        count: int = 1,
        container: str = "",
        combined: bool = False,
    ) -> Json:
        """An event in the shape of the kubelet and the controllers: first seen `minutes` ago, `last` seen (the same).

        `combined` is what these recorders make of many similar ones: another text, and no reporting component.
        """
        target = obj.obj if isinstance(obj, Workload) else obj
        metadata = target["metadata"]
        last = minutes if last is None else last
        host = ""
        if component == "kubelet":
            host = metadata["name"] if target["kind"] == "Node" else target.get("spec", {}).get("nodeName", "")
        if combined:
            message = f"(combined from similar events): {message}"
        involved: Json = _involved(target)
        if container:
            involved["fieldPath"] = f"spec.containers{{{container}}}"
        self._version += 7
        name = f"{metadata['name']}.{digest(self._seed, metadata['name'], reason, message, minutes)[:16]}"
        made = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": name,
                "namespace": metadata.get("namespace", "default"),
                "uid": self.uid("Event", name),
                "resourceVersion": str(self._version),
                "creationTimestamp": self.at(minutes),
            },
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "source": {"component": component, **({"host": host} if host else {})},
            "firstTimestamp": self.at(minutes),
            "lastTimestamp": self.at(last),
            "count": count,
            "type": kind,
            "eventTime": None,
            "reportingComponent": "" if combined else component,
            "reportingInstance": host,
        }
        self.events.append(made)
        return made

    def scheduler_event(
        self,
        pod: Json,
        message: str,
        *,
        reason: str = "FailedScheduling",
        kind: str = "Warning",
        minutes: float = 15,
        count: int = 1,
        last: float | None = None,
        component: str = "default-scheduler",
        action: str = "Scheduling",
    ) -> Json:
        """An event in the shape of the scheduler: `eventTime`, no count, and a series once it has repeated."""
        metadata = pod["metadata"]
        self._version += 7
        name = f"{metadata['name']}.{digest(self._seed, metadata['name'], reason, message, minutes)[:16]}"
        made: Json = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": name,
                "namespace": metadata.get("namespace", "default"),
                "uid": self.uid("Event", name),
                "resourceVersion": str(self._version),
                "creationTimestamp": self.at(minutes),
            },
            "involvedObject": _involved(pod),
            "reason": reason,
            "message": message,
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "type": kind,
            "eventTime": self.at(minutes).removesuffix("Z") + ".318611Z",
            "action": action,
            "reportingComponent": component,
            "reportingInstance": f"{component}-cp-1",
        }
        if count > 1:
            seen = self.at(minutes if last is None else last).removesuffix("Z") + ".502113Z"
            made["series"] = {"count": count, "lastObservedTime": seen}
        self.events.append(made)
        return made

    def node_event(
        self,
        node: str,
        reason: str,
        message: str = "",
        *,
        component: str = "kubelet",
        kind: str = "Normal",
        minutes: float = 15,
        **more: Any,
    ) -> Json:
        text = message or f"Node {node} status is now: {reason}"
        return self.event(self.nodes[node], reason, text, component, kind=kind, minutes=minutes, **more)

    def unschedulable(
        self, pod: Json, message: str, minutes: float = 20, *, count: int = 1, last: float | None = None
    ) -> None:
        """Puts a pod back to Pending, with the scheduler's event."""
        self.put(pod, pending(message, minutes))
        self.scheduler_event(pod, message, minutes=minutes, count=count, last=last)

    def back_off(self, pod: Json, minutes: float = 20, *, count: int = 60, last: float = 1) -> None:
        """What the kubelet says of a crash loop."""
        name, metadata = pod["spec"]["containers"][0]["name"], pod["metadata"]
        words = (
            f"Back-off restarting failed container {name} in pod "
            f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        )
        self.event(pod, "BackOff", words, "kubelet", minutes=minutes, last=last, count=count, container=name)

    def pull_failure(self, pod: Json, error: str, minutes: float = 20, *, count: int = 5) -> None:
        """A pull that fails: the state of the pod, and the kubelet's four events."""
        body = pod["spec"]["containers"][0]
        image, name = body["image"], body["name"]
        self.put(pod, waiting("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {error}', minutes))
        for reason, words, kind, times in (
            ("Pulling", f'Pulling image "{image}"', "Normal", count),
            ("Failed", f'Failed to pull image "{image}": {error}', "Warning", count),
            ("Failed", "Error: ErrImagePull", "Warning", count),
            ("BackOff", f'Back-off pulling image "{image}"', "Normal", count * 7),
            ("Failed", "Error: ImagePullBackOff", "Warning", count * 7),
        ):
            self.event(pod, reason, words, "kubelet", kind=kind, minutes=minutes, last=1.5, count=times, container=name)

    def unhealthy(self, pod: Json, message: str, minutes: float = 20, *, count: int = 25, last: float = 2) -> None:
        """A probe that fails, as the kubelet tells it."""
        name = pod["spec"]["containers"][0]["name"]
        self.event(pod, "Unhealthy", message, "kubelet", minutes=minutes, last=last, count=count, container=name)

    def refused(
        self,
        owner: Json | Workload,
        error: str,
        minutes: float = 20,
        *,
        count: int = 9,
        last: float = 3,
        combined: bool = False,
    ) -> None:
        """FailedCreate: the API server refused the pods of a ReplicaSet, Job, DaemonSet or StatefulSet."""
        target = owner.owner if isinstance(owner, Workload) else owner
        component = f"{target['kind'].lower()}-controller"
        self.event(
            target,
            "FailedCreate",
            f"Error creating: {error}",
            component,
            minutes=minutes,
            last=last,
            count=count,
            combined=combined,
        )

    # Alerts

    def alert(
        self,
        name: str,
        since: float,
        /,
        target: Json | Workload | None = None,
        *,
        severity: str = "",
        hold: float | None = None,
        summary: str = "",
        description: str = "",
        node: str = "",
        resolved: float | None = None,
        **labels: str,
    ) -> Json:
        """An alert whose condition holds `since` so many minutes; it fires once its rule's waiting time is over.

        Shipped rules (see rules.py) know their labels; for others give labels, `summary` and `hold` (waiting time).
        """
        rule = RULES.get(name)
        wait = hold if hold is not None else (rule.minutes if rule else 5)
        if since <= wait:
            raise ValueError(f"{name} cannot fire yet: its condition holds for {since} of {wait} minutes")
        family = rule.family if rule else Family.OWN
        found = self._labels(name, family, target, node, dict(labels))
        found = {
            "alertname": name,
            "cluster": self.cluster,
            **found,
            "prometheus": f"{self.monitoring}/k8s",
            "severity": severity or (rule.severity if rule else "warning"),
        }
        if family is Family.ABSENT:
            found.pop("namespace", None)
        described = description or (rule.description if rule else summary)
        made = {
            "status": "resolved" if resolved is not None else "firing",
            "labels": dict(sorted(found.items())),
            "annotations": {
                "description": described.format_map(_Blank(found)) if rule and not description else described,
                **({"runbook_url": f"https://runbooks.example.com/{name.lower()}"} if rule else {}),
                "summary": summary or (rule.summary if rule else name),
            },
            "startsAt": self.at(since - wait),
            "endsAt": self.at(resolved) if resolved is not None else "0001-01-01T00:00:00Z",
            "generatorURL": f"http://prometheus.example.internal:9090/graph?g0.expr={name}&g0.tab=1",
        }
        made["fingerprint"] = digest(json.dumps(made["labels"], sort_keys=True))[:16]
        self._alerts.append(made)
        return made

    def _labels(  # noqa: PLR0912 - one branch for each family, and each is short
        self, name: str, family: Family, target: Json | Workload | None, node: str, labels: dict[str, str]
    ) -> dict[str, str]:
        obj = target.obj if isinstance(target, Workload) else target
        kind = obj["kind"] if obj else ""
        metadata = obj["metadata"] if obj else {}
        if kind == "Node":
            node = metadata["name"]
        own: dict[str, str] = {}
        if obj and kind != "Node":
            if "namespace" in metadata:
                own["namespace"] = metadata["namespace"]
            key = {"Job": "job_name", "Namespace": "namespace"}.get(kind, kind.lower())
            own[key] = metadata["name"]
        ksm = "kube-prometheus-stack-kube-state-metrics" if self.helm else "kube-state-metrics"
        if family is Family.STATE:
            if name.startswith("KubeNode"):
                own |= {"node": node}
                if name == "KubeNodeNotReady":
                    own |= {"condition": "Ready", "status": "true"}
                if name == "KubeNodeUnreachable":
                    own |= {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}
                if name == "KubeNodePressure":
                    own |= {"condition": "MemoryPressure", "status": "true"}
            if name in {"KubePodCrashLooping", "KubeContainerWaiting"} and obj:
                state = obj["status"]["containerStatuses"][0]["state"]
                own |= {
                    "container": obj["spec"]["containers"][0]["name"],
                    "reason": state.get("waiting", {}).get("reason", "CrashLoopBackOff"),
                    "uid": metadata["uid"],
                }
            scrape = {"instance": "10.244.1.25:8443", "job": "kube-state-metrics"}
            if self.helm:
                scrape = {
                    "container": "kube-state-metrics",
                    "endpoint": "http",
                    "instance": "10.244.1.25:8080",
                    "job": "kube-state-metrics",
                    "namespace": self.monitoring,
                    "pod": f"{ksm}-{template_hash(self._seed, ksm)}-{suffix(5, self._seed, ksm)}",
                    "service": ksm,
                }
            return {**scrape, **own, **labels}
        if family is Family.STATE_SUMMED:
            return {"job": "kube-state-metrics", **own, **labels}
        if family is Family.NODE_EXPORTER:
            address = self.nodes[node]["status"]["addresses"][0]["address"]
            exporter = "kube-prometheus-stack-prometheus-node-exporter" if self.helm else "node-exporter"
            return {
                "container": "node-exporter",
                "endpoint": "http-metrics" if self.helm else "https",
                "instance": f"{address}:9100" if self.helm else node,
                "job": "node-exporter",
                "namespace": self.monitoring,
                "pod": f"{exporter}-{suffix(5, self._seed, self.monitoring, 'node-exporter', node)}",
                "service": exporter,
                **labels,
            }
        if family in {Family.KUBELET, Family.VOLUME}:
            if not node:
                node = next(iter(self.nodes))
            address = self.nodes[node]["status"]["addresses"][0]["address"]
            return {
                "endpoint": "https-metrics",
                "instance": f"{address}:10250",
                "job": "kubelet",
                "metrics_path": "/metrics",
                "namespace": "kube-system",
                "node": node,
                "service": "kubelet",
                **own,
                **labels,
            }
        if family is Family.TARGET and obj:
            port = labels.pop("port", "8080")
            service = metadata.get("labels", {}).get("app", metadata["name"])
            return {
                "container": obj["spec"]["containers"][0]["name"],
                "endpoint": "metrics",
                "instance": f"{obj['status'].get('podIP', '10.0.0.11')}:{port}",
                "job": service,
                "service": service,
                **own,
                **labels,
            }
        return {**own, **labels}

    def pod_on(self, workload: Workload, node: str) -> Json:
        """Its pod on that node; if there is none, its first one is moved there."""
        for pod in workload.pods:
            if pod["spec"].get("nodeName") == node:
                return pod
        pod = workload.pods[0]
        pod["spec"]["nodeName"] = node
        pod["status"]["hostIP"] = self.nodes[node]["status"]["addresses"][0]["address"]
        return pod

    def short_of_replicas(self, workload: Workload, since: float) -> None:
        """The alert that a Deployment, StatefulSet or DaemonSet lacks pods."""
        names = {
            "Deployment": "KubeDeploymentReplicasMismatch",
            "StatefulSet": "KubeStatefulSetReplicasMismatch",
            "DaemonSet": "KubeDaemonSetRolloutStuck",
        }
        self.alert(names[workload.obj["kind"]], since, workload)

    def watchdog(self) -> None:
        self.alert("Watchdog", 60 * 24 * 9)

    # Numbers

    def metric(self, name: str, value: float, **labels: str) -> None:
        self._metrics.setdefault(name, []).append({"labels": labels, "value": value})

    def signal(
        self, name: str, query: str, value: float, unit: str, *, healthy: bool, minutes: float = 0.5, **labels: str
    ) -> None:
        """The answer to a health question that was put to Prometheus."""
        self._signals.append(
            {
                "name": name,
                "query": query,
                "labels": labels,
                "value": value,
                "unit": unit,
                "observed_at": self.at(minutes),
                "healthy": healthy,
            }
        )

    def signal_error(self, name: str, error: str) -> None:
        """A health question that got no answer."""
        self._signals.append({"name": name, "error": error})

    def change(
        self, obj: Json | Workload, field_name: str, before: Any, after: Any, *, minutes: float, verb: str = "updated"
    ) -> None:
        """What differed between two versions of an object."""
        target = obj.obj if isinstance(obj, Workload) else obj
        metadata = target["metadata"]
        self._changes.append(
            {
                "at": self.at(minutes),
                "verb": verb,
                "kind": target["kind"],
                "namespace": metadata.get("namespace"),
                "name": metadata["name"],
                "field": field_name,
                "before": before,
                "after": after,
            }
        )

    # The end

    def settle(self) -> None:
        """Works out what controllers would say of the pods as they are now."""
        for workload in self.workloads:
            obj = workload.obj
            living = [
                pod
                for pod in workload.pods
                if "deletionTimestamp" not in pod["metadata"] and pod["status"]["phase"] in {"Running", "Pending"}
            ]
            ready = sum(_is_ready(pod) for pod in living)
            wanted = obj["spec"].get("replicas", 0)
            if obj["kind"] == "Deployment":
                self._settle_deployment(workload, living, ready, wanted)
            elif obj["kind"] == "StatefulSet":
                obj["status"] = {
                    "replicas": len(living),
                    "readyReplicas": ready,
                    "availableReplicas": ready,
                    "currentReplicas": len(living),
                    "updatedReplicas": len(living),
                    "observedGeneration": 1,
                    **obj["status"],
                }
            elif obj["kind"] == "DaemonSet":
                count = len({pod["spec"].get("nodeName") or pod["metadata"]["name"] for pod in workload.pods})
                obj["status"] = {
                    "desiredNumberScheduled": count,
                    "currentNumberScheduled": count,
                    "updatedNumberScheduled": count,
                    "numberReady": ready,
                    "numberAvailable": ready,
                    "numberUnavailable": count - ready,
                    "numberMisscheduled": 0,
                    "observedGeneration": 1,
                    **obj["status"],
                }
        for service, endpoints in self._services:
            endpoints["endpoints"] = self._endpoints(service)

    def _settle_deployment(self, workload: Workload, living: list[Json], ready: int, wanted: int) -> None:
        obj = workload.obj
        mine = workload.owner["metadata"]["name"]
        updated = sum(pod["metadata"]["ownerReferences"][0]["name"] == mine for pod in living)
        ready_mine = sum(_is_ready(pod) and pod["metadata"]["ownerReferences"][0]["name"] == mine for pod in living)
        rest = {"readyReplicas": ready_mine, "availableReplicas": ready_mine} if ready_mine else {}
        workload.owner["status"] = {"replicas": updated, **rest, **workload.owner["status"]} | {"replicas": updated}
        since = max((_since(pod) for pod in living if not _is_ready(pod)), default=obj["metadata"]["creationTimestamp"])
        # A rolling update keeps three quarters; so does the condition.
        enough = ready >= wanted - max(wanted // 4, 0)
        stuck = updated > ready_mine and since < self.at(10) and updated < len(living) + (wanted == updated)
        conditions = [
            {
                "type": "Available",
                "status": "True" if enough else "False",
                "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
                "message": "Deployment has minimum availability."
                if enough
                else "Deployment does not have minimum availability.",
                "lastTransitionTime": obj["metadata"]["creationTimestamp"] if enough else since,
                "lastUpdateTime": obj["metadata"]["creationTimestamp"] if enough else since,
            },
            {
                "type": "Progressing",
                "status": "False" if stuck and _fresh(workload.owner, self.at(24 * 60)) else "True",
                "reason": "ProgressDeadlineExceeded"
                if stuck and _fresh(workload.owner, self.at(24 * 60))
                else "NewReplicaSetAvailable",
                "message": f'ReplicaSet "{mine}" has timed out progressing.'
                if stuck and _fresh(workload.owner, self.at(24 * 60))
                else f'ReplicaSet "{mine}" has successfully progressed.',
                "lastTransitionTime": workload.owner["metadata"]["creationTimestamp"],
                "lastUpdateTime": workload.owner["metadata"]["creationTimestamp"],
            },
        ]
        obj["status"] = {
            "observedGeneration": obj["metadata"]["generation"],
            "replicas": len(living),
            "updatedReplicas": updated,
            **({"readyReplicas": ready, "availableReplicas": ready} if ready else {}),
            **({"unavailableReplicas": max(wanted, len(living)) - ready} if ready < max(wanted, len(living)) else {}),
            "conditions": conditions,
            **obj["status"],
        }

    def _endpoints(self, service: Json) -> list[Json]:
        selector, namespace = service["spec"]["selector"], service["metadata"]["namespace"]
        found = []
        for pod in self.pods(namespace=namespace):
            labels = pod["metadata"].get("labels", {})
            if not selector or any(labels.get(key) != value for key, value in selector.items()):
                continue
            if "podIP" not in pod["status"] or pod["status"]["phase"] != "Running":
                continue
            going = "deletionTimestamp" in pod["metadata"]
            ready = _is_ready(pod)
            found.append(
                {
                    "addresses": [pod["status"]["podIP"]],
                    "conditions": {"ready": ready and not going, "serving": ready, "terminating": going},
                    "nodeName": pod["spec"].get("nodeName"),
                    "targetRef": {
                        "kind": "Pod",
                        "namespace": namespace,
                        "name": pod["metadata"]["name"],
                        "uid": pod["metadata"]["uid"],
                    },
                }
            )
        return found

    def drop(self, *kinds: str, keep: Sequence[str] = ()) -> None:
        """Forgets objects: the watcher of this cluster may not read them. With `keep`, all others."""
        self.settle()
        self.objects = [obj for obj in self.objects if (obj["kind"] in keep if keep else obj["kind"] not in kinds)]
        self.workloads, self._services = [], []

    def contents(self) -> Json:
        """What the service would see."""
        self.settle()
        told: Json = {"alerts": self._payloads(), "events": self.events, "objects": self.objects}
        for key, value in (("metrics", self._metrics), ("changes", self._changes), ("signals", self._signals)):
            if value:
                told[key] = value
        return told

    def _payloads(self) -> list[Json]:
        """One delivery for each namespace, as the stock configuration groups them."""
        groups: dict[str, list[Json]] = {}
        for alert in self._alerts:
            groups.setdefault(alert["labels"].get("namespace", ""), []).append(alert)
        payloads = []
        for namespace, alerts in groups.items():
            by = {"namespace": namespace} if namespace else {}
            words = f'namespace="{namespace}"' if namespace else ""
            payloads.append(
                {
                    "version": "4",
                    "groupKey": "{}:{" + words + "}",
                    "truncatedAlerts": 0,
                    "status": "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved",
                    "receiver": "Default",
                    "groupLabels": by,
                    "commonLabels": _common([alert["labels"] for alert in alerts]),
                    "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
                    "externalURL": "http://alertmanager.example.internal:9093",
                    "alerts": alerts,
                }
            )
        return payloads

    def case(self, id: str, title: str, truth: Truth, *, hard: bool = False) -> Case:  # noqa: A002
        """The end of a scene."""
        return Case(
            id=id,
            title=title,
            hard=hard,
            now=self.at(0),
            contents=self.contents(),
            truth=truth,
            provenance={"alerts": "derived", "events": "derived", "objects": "derived"},
        )


class _Blank(dict[str, str]):
    """A text may name a label that the alert lacks."""

    def __missing__(self, key: str) -> str:
        return ""


def _reference(owner: Json) -> Json:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }


def _involved(obj: Json) -> Json:
    metadata = obj["metadata"]
    return {
        "kind": obj["kind"],
        **({"namespace": metadata["namespace"]} if "namespace" in metadata else {}),
        "name": metadata["name"],
        "uid": metadata["uid"],
        "apiVersion": obj["apiVersion"],
        "resourceVersion": metadata["resourceVersion"],
    }


def _pod_condition(kind: str, true: bool, since: str, reason: str = "", message: str = "") -> Json:
    return {
        "type": kind,
        "status": "True" if true else "False",
        "lastTransitionTime": since,
        **({"reason": reason} if reason else {}),
        **({"message": message} if message else {}),
    }


def _is_ready(pod: Json) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", ()))


def _since(pod: Json) -> str:
    found = [one["lastTransitionTime"] for one in pod["status"].get("conditions", ()) if one["type"] == "Ready"]
    return str(found[0] if found else pod["metadata"]["creationTimestamp"])


def _fresh(obj: Json, limit: str) -> bool:
    return str(obj["metadata"]["creationTimestamp"]) > limit


def _common(labels: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first = labels[0]
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in labels)}
