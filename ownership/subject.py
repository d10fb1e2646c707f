"""What is asked about, and what of it a condition looks at. PURE."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ownership.matchers import LABELS, NODE_LABELS, Condition
from ownership.responsibility import is_of_the_cluster, is_workload

NAMESPACE = "namespace"  # the kind, in small letters
_POD_OF = (
    re.compile(r"(.+)-[a-f0-9]{6,10}-[a-z0-9]{5}"),  # of a deployment: cart-5d8f7c9b6-x2x4z
    re.compile(r"(.+)-[a-z0-9]{5}"),  # of a daemon set or a job
    re.compile(r"(.+)-\d{1,4}"),  # of a stateful set
)
# Labels that say where an alert's subject stands. What they mean beyond that, the receiver of alerts knows better.
_NAMESPACES = ("exported_namespace", "namespace")
_KINDS: Mapping[str, str] = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "cronjob": "CronJob",
    "job_name": "Job",
    "workload": "Workload",
    "pod": "Pod",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "ingress": "Ingress",
    "node": "Node",
    "storageclass": "StorageClass",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about. Empty means not known, or for `namespace` that it stands in none.

    `labels` are its own, or those of an alert about it; `node_labels` those of the node that it is or runs on.
    """

    kind: str = ""
    name: str = ""
    namespace: str = ""
    cluster: str = ""
    workload: str = ""
    image: str = ""
    ingress_host: str = ""
    ingress_class: str = ""
    storage_class: str = ""
    webhook: str = ""
    node: str = ""
    alertname: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    node_labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def read(cls, words: Mapping[str, object]) -> "Subject":
        """A subject from a mapping with any of the words above as keys, but for the labels; others are ignored."""
        found = {word: str(words.get(word) or "") for word in WORDS}
        return replace(cls(), **found)  # type: ignore[arg-type]  # WORDS are those that are texts

    @classmethod
    def written(cls, text: str) -> "Subject":
        """A subject as people write it: CLUSTER, CLUSTER/NAMESPACE, or CLUSTER/NAMESPACE/KIND/NAME.

        The namespace is empty for what stands in none (`prod//Node/node-14`), and the cluster `*` where none is meant.

        Raises:
            ValueError: it has another form.
        """
        cluster, *parts = text.strip().split("/", 3)
        cluster = "" if cluster == "*" else cluster
        match parts:
            case [] if cluster:
                return cls("Cluster", cluster, "", cluster)
            case [namespace] if namespace:
                return cls("Namespace", namespace, namespace, cluster)
            case [namespace, kind, name] if kind and name:
                return cls(kind, name, namespace, cluster)
        raise ValueError(f"{text!r} is no subject. Write CLUSTER, CLUSTER/NAMESPACE or CLUSTER/NAMESPACE/KIND/NAME.")

    @classmethod
    def of_labels(cls, labels: Mapping[str, str], *, cluster: str = "") -> "Subject":
        """What a set of labels is about, by the labels that most exporters set; rules see all of them."""
        kind, name = next(((kind, labels[key]) for key, kind in _KINDS.items() if labels.get(key)), ("", ""))
        namespace = next((labels[key] for key in _NAMESPACES if labels.get(key)), "")
        if not kind and namespace:
            kind, name = "Namespace", namespace
        return cls(
            kind=kind,
            name=name,
            namespace=namespace,
            cluster=cluster or labels.get("cluster", ""),
            image=labels.get("image", ""),
            ingress_host=labels.get("host", ""),
            ingress_class=labels.get("ingressclass", ""),
            storage_class=labels.get("storageclass", ""),
            webhook=labels.get("webhook", ""),
            node=labels.get("node", ""),
            alertname=labels.get("alertname", ""),
            labels=labels,
        )

    def __str__(self) -> str:
        namespace = namespace_of(self)
        if self.kind.casefold() == NAMESPACE:
            return f"the namespace {namespace}"
        called = f"{self.kind} {self.name}".strip() or self._otherwise() or "it"
        return f"{called} in the namespace {namespace}" if namespace else called

    def _otherwise(self) -> str:
        """What it may be called that has neither a kind nor a name."""
        said = {
            "the image": self.image,
            "the host": self.ingress_host,
            "the storage class": self.storage_class,
            "the ingress class": self.ingress_class,
            "the webhook": self.webhook,
            "the node": self.node,
            "the alert": self.alertname,
        }
        return next((f"{noun} {name}" for noun, name in said.items() if name and not self.namespace), "")


WORDS = tuple(name for name in Subject.__dataclass_fields__ if name not in {"labels", "node_labels"})


def namespace_of(subject: Subject) -> str:
    """The namespace that a subject stands in or is; a node has none, whatever labels its alert carries."""
    if subject.kind.casefold() == NAMESPACE:
        return subject.name or subject.namespace
    return "" if is_of_the_cluster(subject.kind) else subject.namespace


def values_of(subject: Subject) -> dict[str, tuple[str, ...]]:
    """Every condition that the subject has something for, and what a text may fit."""
    found = {
        Condition.NAMESPACE.value: _one(namespace_of(subject)),
        Condition.KIND.value: _one(subject.kind.casefold()),
        Condition.WORKLOAD.value: _workloads(subject),
        Condition.IMAGE.value: _images(subject.image or _named(subject, "image")),
        Condition.REGISTRY.value: _one(_registry(subject.image) or _named(subject, "registry")),
        Condition.INGRESS_HOST.value: _one(subject.ingress_host),
        Condition.INGRESS_CLASS.value: _one(subject.ingress_class or _named(subject, "ingressclass")),
        Condition.STORAGE_CLASS.value: _one(subject.storage_class or _named(subject, "storageclass")),
        Condition.WEBHOOK.value: _one(
            subject.webhook
            or _named(subject, "mutatingwebhookconfiguration")
            or _named(subject, "validatingwebhookconfiguration")
        ),
        Condition.NODE.value: _one(subject.node or _named(subject, "node")),
        Condition.ALERTNAME.value: _one(subject.alertname or subject.labels.get("alertname", "")),
    }
    found |= {LABELS + name: (value,) for name, value in subject.labels.items()}
    found |= {NODE_LABELS + name: (value,) for name, value in subject.node_labels.items()}
    return {name: values for name, values in found.items() if values}


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _named(subject: Subject, kind: str) -> str:
    return subject.name if subject.kind.casefold() == kind else ""


def _workloads(subject: Subject) -> tuple[str, ...]:
    if subject.workload:
        return (subject.workload,)
    if subject.kind.casefold() == "pod":
        found = (pattern.fullmatch(subject.name) for pattern in _POD_OF)
        return tuple(dict.fromkeys((*(each[1] for each in found if each), subject.name)))
    return _one(subject.name) if is_workload(subject.kind) else ()


def _images(image: str) -> tuple[str, ...]:
    """The whole reference, without its tag, without its registry, and the last word of it."""
    if not image:
        return ()
    untagged = image.partition("@")[0]
    path, slash, last = untagged.rpartition("/")
    untagged = path + slash + last.partition(":")[0]
    host = _registry(image)
    shortest = untagged.removeprefix(host + "/")
    return tuple(dict.fromkeys((image, untagged, shortest, untagged.rpartition("/")[2])))


def _registry(image: str) -> str:
    """The host that an image is pulled from; without one it is Docker's."""
    if not image:
        return ""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"
