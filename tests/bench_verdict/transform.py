"""Case files made into others of which something is known: the same fault under other names, two faults at once. PURE.

A case is its JSON. Nothing here changes what it is given.

Names are replaced as whole words only: what surrounds one is no letter, digit, hyphen or underscore, so `web` stays in
`web-backend`; but `web-7c9f6d5b8-x2k4p`, which Kubernetes made out of it, follows. Of two names that fit the longer one
counts. What says what a thing is stays: keys, kinds, reasons, names of alerts, images, provisioners, and the labels by
which components are known.
"""

import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.wellknown import HOLDERS, JOBS, WORKLOADS, Kind

Document = dict[str, Any]
EVIDENCE = ("alerts", "events", "objects", "metrics")
MIXED = "mixed"  # what the cluster of two cases is called

_PROVENANCE = frozenset({"id", "title", "source", "derived", "provenance", "hard", "catalogue"})
# Under these keys a string says what a thing is, and not which one.
_FIXED = frozenset(
    re.findall(
        r"\S+",
        "apiVersion kind type reason status phase severity alertname image imageID containerID provisioner key operator"
        " effect topologyKey resourceVersion component tier k8s-app app.kubernetes.io/name"
        " app.kubernetes.io/component reportingComponent reportingController schedulerName manager driver protocol"
        " verdict owner_hint confidence generatorURL externalURL runbook_url version receiver condition resource verb"
        " eviction_signal metrics_path endpoint fingerprint",
    )
)
_FIXED_TREES = frozenset({"images", "managedFields", "nodeInfo", "capacity", "allocatable"})
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"})
_ADDRESSES = frozenset({"InternalIP", "ExternalIP"})

# What Kubernetes appends: a hash and a suffix in letters that spell no words, an ordinal, a moment in minutes.
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_GENERATED = rf"(?:-{_RANDOM}{{6,10}}(?:-{_RANDOM}{{5}})?|-{_RANDOM}{{5}}|-\d+(?:-{_RANDOM}{{5}})?)"
_BEFORE, _AFTER = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
_IMAGES = (r'(?<=mage ")[^"]+', r"(?:[\w-]+\.)+[\w-]+(?::\d+)?(?:/[\w.-]+)+(?::[\w.-]+|@sha256:[0-9a-f]+)")
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Names:
    """What the things of a case are called."""

    namespaces: frozenset[str]
    nodes: frozenset[str]
    workloads: frozenset[str]  # as people named them; also pods that nothing has made
    clusters: frozenset[str]
    made: Mapping[
        str, tuple[str, str, str]
    ]  # name of Kubernetes' making → workload it begins with, middle, node it ends with
    where: Mapping[str, frozenset[str]]  # workload → the namespaces in which it stands

    @property
    def given(self) -> frozenset[str]:
        """All names but those of Kubernetes' making, which follow."""
        return self.namespaces | self.nodes | self.workloads | self.clusters


def names_of(case: Document) -> Names:
    """The names of the case's namespaces, nodes, workloads and clusters, wherever they are told."""
    namespaces, nodes, clusters = set[str](), set[str](), set[str]()
    workloads: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    for holder in _mappings({key: value for key, value in case.items() if key not in _PROVENANCE}):
        told = {key: value for key, value in holder.items() if isinstance(value, str) and value}
        namespaces |= {told[key] for key in HOLDERS[Kind.NAMESPACE] if key in told}
        nodes |= {told[key] for key in (*HOLDERS[Kind.NODE], "nodeName", "kubernetes.io/hostname") if key in told}
        nodes |= {told["host"]} if {"host", "component"} <= told.keys() else set()  # an event's source
        clusters |= {told["cluster"]} if "cluster" in told else set()
        for key in (*WORKLOADS, *HOLDERS[Kind.POD]):
            if key in told:
                workloads.setdefault(told[key], set()).add(told.get("namespace", ""))
        kind, meta = told.get("kind", ""), holder.get("metadata", holder)
        name, namespace = str(meta.get("name") or ""), str(meta.get("namespace") or "")
        nodes |= {name} if kind == "Node" else set()
        namespaces |= {name} if kind == "Namespace" else set()
        if kind in _WORKLOADS and name:
            workloads.setdefault(name, set()).add(namespace)
            for owner in meta.get("ownerReferences") or ():
                owners[name] = str(owner.get("name"))
    nodes -= {""}
    namespaces -= {""}
    truth = case.get("truth") or {}
    namespaces |= {*(truth.get("namespaces") or ()), *(truth.get("affected_namespaces") or ())}
    made = {name: parts for name in workloads if (parts := _made_of(name, workloads, nodes, owners))}
    return Names(
        namespaces=frozenset(namespaces),
        nodes=frozenset(nodes),
        workloads=frozenset(workloads.keys() - made.keys()),
        clusters=frozenset(clusters),
        made=made,
        where={name: frozenset(found - {""}) for name, found in workloads.items()},
    )


def renamed(case: Document, mapping: Mapping[str, str]) -> Document:
    """The case with these names replaced, and with them what Kubernetes made out of them."""
    names = names_of(case)
    full = {**mapping, **{name: new for name in names.made if (new := _made_anew(name, names, mapping)) != name}}
    if not full:
        return case
    images = sorted((image for image in _images(case) if re.search("[/:@]", image)), key=len, reverse=True)
    stays = "|".join([*map(re.escape, images), *_IMAGES])
    makers = names.workloads & mapping.keys()
    made = rf"|(?P<maker>{_any_of(makers)})(?P<tail>{_GENERATED})" if makers else ""
    pattern = re.compile(rf"(?P<image>{stays})|{_BEFORE}(?:(?P<name>{_any_of(full)}){_AFTER}{made and made + _AFTER})")

    def replace(found: re.Match[str]) -> str:
        words = found.groupdict()
        if words["image"]:
            return words["image"]
        return full[words["name"]] if words["name"] else full[words["maker"]] + words["tail"]

    return _changed(case, lambda text: pattern.sub(replace, text))


def at_random(case: Document, *, seed: int, keep: frozenset[str] = frozenset()) -> dict[str, str]:
    """For every name of the case a new one that means nothing. Kept namespaces keep their workloads' names too."""
    chance, taken = random.Random(f"{seed} {case.get('id')}"), set[str]()  # noqa: S311 - the same seed, the same names
    mapping: dict[str, str] = {}
    for name in sorted(_to_rename(names_of(case), keep)):
        while (new := _syllables(chance)) in taken:
            pass
        taken.add(new)
        mapping[name] = new
    return mapping


def prefixed(case: Document, prefix: str, *, keep: frozenset[str] = frozenset()) -> dict[str, str]:
    """For every name of the case but its clusters' the same with a prefix. Kept namespaces keep theirs."""
    names = names_of(case)
    only_clusters = names.clusters - names.namespaces - names.nodes - names.workloads
    return {name: f"{prefix}-{name}" for name in sorted(names.given - only_clusters - keep)}


def shifted(case: Document, by: timedelta) -> Document:
    """The same case so much later. What Go writes for no time at all (year 1) stays."""

    def later(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[1])
        return found[1] if moment.year < 1900 else (moment + by).isoformat()

    return _rewritten(case, lambda text: _MOMENT.sub(later, text))


def apart(case: Document, prefix: str, *, keep: frozenset[str] = frozenset()) -> Document:
    """The same case as if it had happened beside another one: other names, identifiers and addresses."""
    told = renamed(case, {**prefixed(case, prefix, keep=keep), **_other_addresses(case, prefix)})
    return _rewritten(
        told, lambda text: _UUID.sub(lambda found: str(uuid.uuid5(uuid.NAMESPACE_OID, prefix + found[0])), text)
    )


def mixed(first: Document, second: Document, *, keep: frozenset[str] = frozenset()) -> Document:
    """Both at once in one cluster: the second under other names and at the time of the first."""
    now = datetime.fromisoformat(str(first["now"]))
    moved = shifted(apart(second, "b", keep=keep), now - datetime.fromisoformat(str(second["now"])))
    return merged(_in_cluster(first, MIXED), _in_cluster(moved, MIXED))


def merged(first: Document, second: Document) -> Document:
    """What both hold. An object that both have is the first one's. Both truths are to be found."""
    objects = {_identity(thing): thing for thing in [*second.get("objects", ()), *first.get("objects", ())]}
    metrics = dict(first.get("metrics") or {})
    for name, series in (second.get("metrics") or {}).items():
        metrics[name] = [*metrics.get(name, ()), *series]
    lists = {key: [*first.get(key, ()), *second.get(key, ())] for key in ("alerts", "events", "changes", "signals")}
    return {
        "id": f"{first['id']}+{second['id']}",
        "now": first["now"],
        **{key: held for key, held in lists.items() if held or key in {"alerts", "events"}},
        "objects": list(objects.values()),
        "metrics": metrics,
        "truth": {"incidents": [first["truth"], second["truth"]]},
    }


def shuffled(case: Document, *, seed: int) -> Document:
    """The same in another order. Deliveries that tell of the same alert keep theirs: there the last one counts."""
    chance = random.Random(f"{seed} {case.get('id')}")  # noqa: S311 - the same seed, the same order
    payloads = [
        {**payload, "alerts": chance.sample(payload.get("alerts") or [], len(payload.get("alerts") or []))}
        for payload in case.get("alerts") or ()
    ]
    if not _tells_twice(payloads):
        chance.shuffle(payloads)
    lists = {key: chance.sample(case[key], len(case[key])) for key in ("events", "objects") if case.get(key)}
    return {**case, "alerts": payloads, **lists}


def without(case: Document, evidence: str) -> Document:
    """The case with one kind of evidence taken away."""
    return {**case, evidence: {} if evidence == "metrics" else []}


# -- Names --


def _to_rename(names: Names, keep: frozenset[str]) -> frozenset[str]:
    at_home = {name for name, where in names.where.items() if where & keep}
    return names.given - keep - at_home


def _made_of(
    name: str, workloads: Collection[str], nodes: Collection[str], owners: Mapping[str, str]
) -> tuple[str, str, str] | None:
    """Of a name of Kubernetes' making: the workload that it begins with, what follows, the node that it ends with."""
    makers = {one for one in workloads if one != name and re.fullmatch(re.escape(one) + _GENERATED, name)}
    owner = name
    while (owner := owners.get(owner, "")) and name.startswith(f"{owner}-"):
        makers.add(owner)
    if makers:
        maker = min(makers, key=len)  # the deployment rather than its replica set
        return maker, name[len(maker) :], ""
    node = max((one for one in nodes if name.endswith(f"-{one}")), key=len, default="")
    return ("", name[: -len(node)], node) if node else None


def _made_anew(name: str, names: Names, mapping: Mapping[str, str]) -> str:
    maker, middle, node = names.made[name]
    return mapping.get(maker, maker) + middle + mapping.get(node, node)


def _any_of(names: Collection[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda one: (-len(one), one)))


def _syllables(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(3, 5)))


def _other_addresses(case: Document, prefix: str) -> dict[str, str]:
    """For every address of a node or a pod one from the block that is reserved for measurements (RFC 2544)."""
    told = set[str]()
    for holder in _mappings(case.get("objects") or []):
        told |= {str(holder[key]) for key in ("podIP", "hostIP", "ip") if isinstance(holder.get(key), str)}
        told |= {str(holder.get("address"))} if holder.get("type") in _ADDRESSES else set()
    free = (f"198.18.{number // 250}.{number % 250 + 1}" for number in range(len(told)))
    return dict(zip(sorted(told - {""}), free, strict=False)) if prefix else {}


def _in_cluster(case: Document, slug: str) -> Document:
    names = names_of(case)
    only_clusters = names.clusters - names.namespaces - names.nodes - names.workloads
    told = renamed(case, dict.fromkeys(only_clusters, slug))
    return _changed(told, lambda text: text, cluster=slug)


def _identity(thing: Mapping[str, Any]) -> tuple[str, str, str]:
    meta = thing.get("metadata") or {}
    return str(thing.get("kind")), str(meta.get("namespace") or ""), str(meta.get("name"))


def _tells_twice(payloads: list[Document]) -> bool:
    told = [json.dumps(alert.get("labels"), sort_keys=True) for payload in payloads for alert in payload["alerts"]]
    return len(set(told)) < len(told)


# -- Walking through JSON --


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping in it, from the outside in."""
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from _mappings(held)
    elif isinstance(value, list):
        for held in value:
            yield from _mappings(held)


def _images(case: Document) -> set[str]:
    return {
        str(holder[key])
        for holder in _mappings(case.get("objects") or [])
        for key in ("image", "imageID")
        if isinstance(holder.get(key), str) and holder[key]
    }


def _rewritten(case: Document, change: Callable[[str], str]) -> Document:
    """Every string changed, whatever it says; where the case came from is not rewritten."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(held) for key, held in value.items()}
        if isinstance(value, list):
            return [walk(held) for held in value]
        return change(value) if isinstance(value, str) else value

    return {key: held if key in _PROVENANCE else walk(held) for key, held in case.items()}


def _changed(case: Document, change: Callable[[str], str], *, cluster: str = "") -> Document:
    """Every string changed that can hold a name, and every alert with the fingerprint of its new labels."""

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            held = {one: walk(inner, one) for one, inner in value.items() if one not in _FIXED_TREES}
            held |= {one: value[one] for one in _FIXED_TREES & value.keys()}
            if isinstance(held.get("labels"), dict) and "fingerprint" in held:
                held["fingerprint"] = _fingerprint(held["labels"])
            return {one: held[one] for one in value}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        if not isinstance(value, str) or key in _FIXED or (key == "job" and value in JOBS):
            return value
        return cluster if cluster and key == "cluster" else change(value)

    return {key: held if key in _PROVENANCE else walk(held, key) for key, held in case.items()}


def _fingerprint(labels: Mapping[str, str]) -> str:
    """Equal labels, equal fingerprint; Alertmanager's own hash is another one, and nobody compares them."""
    return hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]
