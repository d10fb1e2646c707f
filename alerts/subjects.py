"""What an alert is about, read from its labels. PURE.

Labels mix two things: what the alert is about, and which exporter told of it. `wellknown.py` knows what the alerts are
about that most clusters ship; for all others the labels decide, the most specific object first.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from alerts import wellknown
from alerts.wellknown import About, Kind

__all__ = ["Kind", "Subject", "Workload", "cluster_of", "slug_of_cluster", "subject_of", "workload_of_pod"]


class Workload(NamedTuple):
    """What runs a pod: its kind as Kubernetes spells it, and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about.

    `kind`, `namespace` and `name` say it. A cluster-scoped kind has no namespace; a component has one where the labels
    tell in which it runs. The other fields say what else the labels tell: `node` is where it runs, `workload` what
    runs it. What is not told is empty. `why` says how the labels were read.
    """

    cluster: str
    kind: Kind
    name: str
    namespace: str = ""
    workload: Workload | None = None
    pod: str = ""
    container: str = ""
    node: str = ""
    alertname: str = ""
    why: str = ""


class _Exporter(StrEnum):
    """Who tells of others: some labels are its own."""

    KUBE_STATE_METRICS = "kube-state-metrics"
    NODE_EXPORTER = "node-exporter"
    KUBELET = "kubelet"


class _Thing(NamedTuple):
    """An object that the labels name, and why it is the one."""

    kind: Kind
    name: str
    why: str


def subject_of(labels: Mapping[str, str], *, cluster: str) -> Subject:
    """What the alert with these labels is about; where they tell nothing else, the cluster.

    Args:
        labels: of the alert, as they came.
        cluster: the slug of the cluster that it happened in: `Alert.cluster`, or what `cluster_of` says.
    """
    alertname = labels.get("alertname", "")
    exporter = _exporter(labels)
    about = wellknown.about(alertname)
    own = _without_exporter(labels, exporter, about)
    thing = _known(own, exporter, cluster, about) or _target(own, alertname) or _unknown(own, exporter)
    thing = thing or _Thing(Kind.CLUSTER, cluster, "no label names an object")
    return _subject(thing, own, exporter, cluster=cluster, alertname=alertname)


def cluster_of(labels: Mapping[str, str], *, label: str, default: str) -> str:
    """The slug of the cluster that the alert happened in.

    Args:
        labels: of the alert.
        label: which of them names the cluster; `exported_` before it means a cluster that another one's Prometheus
            tells of, and goes first.
        default: the slug where neither is there.
    """
    named = labels.get(f"exported_{label}", "").strip() or labels.get(label, "").strip()
    return slug_of_cluster(named) if named else default


_SLUG = re.compile(r"[^a-z0-9_]+")
_SLUG_LENGTH = 63


def slug_of_cluster(name: str) -> str:
    """The name in lower case, with `-` for what a slug may not hold; one that keeps nothing, or is too long, is told
    apart by a hash."""
    slug = _SLUG.sub("-", name.lower()).strip("-")
    if slug and len(slug) <= _SLUG_LENGTH:
        return slug
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{slug[: _SLUG_LENGTH - 9].strip('-') or 'cluster'}-{digest}"


# -- Reading --


def _exporter(labels: Mapping[str, str]) -> _Exporter | None:
    """The job says it; where labels were aggregated away, the service or the container does."""
    for label in ("job", "service", "container", "pod"):
        if value := labels.get(label):
            found = next((exporter for exporter in _Exporter if exporter.value in value), None)
            if found or label == "job":
                return found
    return None


def _without_exporter(labels: Mapping[str, str], exporter: _Exporter | None, about: About | None) -> dict[str, str]:
    """The labels of the subject alone: `exported_` ones go before their namesakes, those of the exporter are gone."""
    exported = {name.removeprefix("exported_"): value for name, value in labels.items() if _is_exported(name) and value}
    its_own = _labels_of(exporter, labels, about) - exported.keys()
    return {name: value for name, value in {**labels, **exported}.items() if name not in its_own and value}


def _is_exported(name: str) -> bool:
    return name.startswith("exported_") and name != "exported_"


def _labels_of(exporter: _Exporter | None, labels: Mapping[str, str], about: About | None) -> set[str]:
    """Which labels name the exporter itself instead of what it tells of."""
    match exporter:
        case None:
            return set()
        case _Exporter.KUBELET:
            return {"service", "endpoint"}
        case _Exporter.NODE_EXPORTER if about is None or about.kind is Kind.NODE:
            return {"namespace", "pod", "container", "service", "endpoint"}
        case _Exporter.NODE_EXPORTER:
            return set()
    # Of kube-state-metrics. It tells of its own pod as well: then the alert is known to be about pods, or names a uid.
    is_about_pods = "uid" in labels or (about is not None and about.kind is Kind.POD)
    # Where it tells of a workload, no pod of that is named: the pod is its own, whatever that is called.
    names_itself = exporter.value in labels.get("pod", "") or any(map(labels.get, wellknown.WORKLOADS))
    mine = {"service", "endpoint", "instance"}
    if names_itself and not is_about_pods:
        return mine | {"pod", "container"}
    return mine if names_itself or exporter.value not in labels.get("container", "") else mine | {"container"}


def _first(labels: Mapping[str, str], names: Iterable[str]) -> tuple[str, str] | None:
    """The first of these labels that is there, with its value."""
    return next(((name, labels[name]) for name in names if labels.get(name)), None)


def _value(labels: Mapping[str, str], names: Iterable[str]) -> str:
    found = _first(labels, names)
    return found[1] if found else ""


def _namespace(labels: Mapping[str, str]) -> str:
    return _value(labels, wellknown.HOLDERS[Kind.NAMESPACE])


# -- Deciding --


def _known(labels: Mapping[str, str], exporter: _Exporter | None, cluster: str, about: About | None) -> _Thing | None:
    """What an alert of a known name is about; None where its labels contradict that or do not name it."""
    if about is None:
        return None
    if about.kind is Kind.CLUSTER:
        return _Thing(Kind.CLUSTER, cluster, "alerts of this name are about the cluster as a whole")
    if about.kind is Kind.COMPONENT:
        if not _is_at_home(labels, about.homes) and not _is_the_clusters(labels, about.component):
            return None  # a tenant's own: its namespace and pod say whose
        return _Thing(Kind.COMPONENT, about.component, f"alerts of this name are about {about.component}")
    found = _object(about.kind, labels, exporter)
    return found and found._replace(why=f"alerts of this name are about one {about.kind}; {found.why}")


def _target(labels: Mapping[str, str], alertname: str) -> _Thing | None:
    """Whose target cannot be scraped, or whose client fails."""
    return _component_of_job(labels) if alertname in wellknown.ABOUT_A_TARGET else None


def _component_of_job(labels: Mapping[str, str]) -> _Thing | None:
    component = wellknown.JOBS.get(labels.get("job", ""))
    if component is None or not _is_at_home(labels, wellknown.MONITORING):
        return None
    return _Thing(Kind.COMPONENT, component, f"label job names {component}")


def _is_the_clusters(labels: Mapping[str, str], component: str) -> bool:
    """Whether it is the cluster's own wherever it runs: the kubelet of a node runs it from a file, or it is scraped
    under a name that clusters give to theirs. Tenants have an `etcd` and a `coredns` as well."""
    is_static = _STATIC_POD.fullmatch(_value(labels, wellknown.HOLDERS[Kind.POD])) is not None
    job = labels.get("job", "")
    return is_static or (job not in {"etcd", "coredns"} and wellknown.JOBS.get(job) == component)


def _is_at_home(labels: Mapping[str, str], homes: re.Pattern[str] | None) -> bool:
    namespace = _namespace(labels)
    return not namespace or homes is None or homes.fullmatch(namespace) is not None


_MOST_SPECIFIC_FIRST = (
    Kind.POD,
    Kind.PERSISTENT_VOLUME_CLAIM,
    Kind.PERSISTENT_VOLUME,
    Kind.AUTOSCALER,
    Kind.DISRUPTION_BUDGET,
    Kind.RESOURCE_QUOTA,
    Kind.INGRESS,
    Kind.WORKLOAD,
)


def _unknown(labels: Mapping[str, str], exporter: _Exporter | None) -> _Thing | None:
    """What the labels of an alert name that nobody knows."""
    # An application that tells on which node it runs tells its namespace, too; exporters tell of the node itself.
    of_a_node = (Kind.NODE,) if exporter or not _namespace(labels) else ()
    for kind in (*_MOST_SPECIFIC_FIRST, *of_a_node, Kind.SERVICE):
        if found := _object(kind, labels, exporter):
            return found
    return (None if _namespace(labels) else _component_of_job(labels)) or _object(Kind.NAMESPACE, labels, exporter)


def _object(kind: Kind, labels: Mapping[str, str], exporter: _Exporter | None) -> _Thing | None:
    """The object of this kind that the labels name. What lives in a namespace is named only together with it."""
    if kind not in wellknown.CLUSTER_SCOPED and not _namespace(labels):
        return None
    if kind is Kind.WORKLOAD:
        workload = _workload(labels)
        return workload and _Thing(kind, workload.name, f"the labels name a {workload.kind}")
    if found := _first(labels, wellknown.HOLDERS[kind]):
        return _Thing(kind, found[1], f"label {found[0]} names it")
    if kind is Kind.NODE and (node := _node(labels, exporter)):
        return _Thing(kind, node, "label instance names it")
    return None


def _node(labels: Mapping[str, str], exporter: _Exporter | None) -> str:
    """The node: of those that speak for a node, `instance` is it, as name or address; of others it is their own."""
    if named := _value(labels, wellknown.HOLDERS[Kind.NODE]):
        return named
    if exporter in {_Exporter.NODE_EXPORTER, _Exporter.KUBELET}:
        return _host(labels.get("instance", ""))
    return ""


def _host(instance: str) -> str:
    """`10.0.19.230:9100`, `[2001:db8::1]:9100` and `node-1` without what is not the host."""
    if instance.startswith("[") or instance.count(":") == 1:
        try:
            return urlsplit(f"//{instance}").hostname or instance
        except ValueError:  # not an address at all
            return instance
    return instance


# -- Workloads --


def _workload(labels: Mapping[str, str]) -> Workload | None:
    """By the label that names it, or by the shape of the pod's name."""
    if found := _first(labels, wellknown.WORKLOADS):
        return Workload(wellknown.WORKLOADS[found[0]], found[1])
    for name, kind in wellknown.WORKLOADS_OF_ANY_KIND.items():
        spelled = wellknown.KINDS_OF_WORKLOADS.get(labels.get(kind, "").lower())
        if spelled and labels.get(name):
            return Workload(spelled, labels[name])
    return workload_of_pod(_value(labels, wellknown.HOLDERS[Kind.POD]))


# The letters that Kubernetes makes random names of: no vowels, and nothing that looks like another.
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
# A run of a CronJob ends in the minute that it was due, counted from 1970: eight digits until the year 2160.
_CRON_POD = re.compile(rf"(?P<name>.+-\d{{8}})-{_RANDOM}{{5}}")
_REPLICA_SET_POD = re.compile(rf"(?P<name>.+)-{_RANDOM}{{6,10}}-{_RANDOM}{{5}}")
_STATEFUL_SET_POD = re.compile(r"(?P<name>.+)-(0|[1-9]\d{0,3})")
# The kubelet runs these from files and adds the node's name, which may end in a number.
_STATIC_POD = re.compile(r"(etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy)-(?!\d+$).+")
_SHAPES = (
    ("Job", _CRON_POD),
    ("Deployment", _REPLICA_SET_POD),
    ("StatefulSet", _STATEFUL_SET_POD),
)


def workload_of_pod(pod: str) -> Workload | None:
    """What runs a pod of this name, as far as its shape tells.

    `cart-5d98ffcfd-tz4nc` is of a Deployment, `cart-0` of a StatefulSet, `export-29300000-x7k2p` of a Job.
    `cart-x7k2p` may be of a DaemonSet, a Job or a ReplicaSet, so it tells nothing.
    """
    for kind, shape in _SHAPES:
        if match := shape.fullmatch(pod):
            is_static = kind == "StatefulSet" and _STATIC_POD.fullmatch(pod)
            return None if is_static else Workload(kind, match["name"])
    return None


# -- The whole --


def _subject(
    thing: _Thing, labels: Mapping[str, str], exporter: _Exporter | None, *, cluster: str, alertname: str
) -> Subject:
    lives_in_a_namespace = thing.kind not in wellknown.CLUSTER_SCOPED
    return Subject(
        cluster=cluster,
        kind=thing.kind,
        name=thing.name,
        namespace=_namespace(labels) if lives_in_a_namespace else "",
        workload=_workload(labels) if lives_in_a_namespace else None,
        pod=_value(labels, wellknown.HOLDERS[Kind.POD]) if lives_in_a_namespace else "",
        container=_value(labels, wellknown.CONTAINERS) if lives_in_a_namespace else "",
        node=thing.name if thing.kind is Kind.NODE else _node(labels, exporter),
        alertname=alertname,
        why=thing.why,
    )
