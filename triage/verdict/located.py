"""An alert about an address is about whoever answers there. PURE.

A prober outside of the cluster's objects (the blackbox exporter, a synthetic check) names the URL that failed, and its
own namespace. Who answers for a URL stands in the Ingress, the Route or the HTTPRoute of that host, or in the name of a
Service.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from alerts.kubernetes.fields import dig, rows, text
from alerts.kubernetes.objects import Thing
from triage.verdict.types import Snapshot, Suspect, Symptom

_LABELS = ("instance", "target", "url", "probe", "host", "hostname", "address")
_EXPORTERS = ("blackbox", "probe", "synthetic", "uptime")


def located(snapshot: Snapshot) -> Snapshot:
    """The snapshot, with alerts about addresses said of the object that answers there."""
    if not any(_host(symptom) for symptom in snapshot.symptoms):
        return snapshot
    hosts: dict[str, Suspect] = {}
    for thing in snapshot.objects.others:
        for host, suspect in _hosts(thing):
            hosts.setdefault(host, suspect)
    services = {(one.name, one.namespace) for one in snapshot.objects.others if one.kind == "Service"}
    return replace(snapshot, symptoms=tuple(_moved(one, hosts, services) for one in snapshot.symptoms))


def _moved(symptom: Symptom, hosts: Mapping[str, Suspect], services: set[tuple[str, str]]) -> Symptom:
    host = _host(symptom)
    suspect = hosts.get(host) or _service(host, services)
    if suspect is None or symptom.suspect.kind not in {"Namespace", "Cluster", "Component", "Pod", "Service"}:
        return symptom
    return replace(symptom, suspect=suspect, pod="")


def _host(symptom: Symptom) -> str:
    """The host of the URL that the alert names; a prober may name the host alone."""
    labels = symptom.labels
    if labels.keys().isdisjoint(_LABELS):
        return ""
    for label in _LABELS:
        value = labels.get(label, "")
        if "://" in value:
            try:
                return urlsplit(value).hostname or ""
            except ValueError:
                return ""
    if any(word in labels.get("job", "").casefold() for word in _EXPORTERS):
        return next((labels[one].partition(":")[0] for one in _LABELS if "." in labels.get(one, "")), "")
    return ""


def _hosts(thing: Thing) -> Iterator[tuple[str, Suspect]]:
    here = Suspect(thing.kind, thing.name, thing.namespace)
    if thing.kind == "Ingress":
        for rule in rows(thing.spec.get("rules")):
            found = {text(dig(one, "backend", "service", "name")) for one in rows(dig(rule, "http", "paths"))}
            only = found.pop() if len(found) == 1 else ""
            yield text(rule.get("host")), Suspect("Service", only, thing.namespace) if only else here
    elif thing.kind == "Route":
        name = text(dig(thing.spec, "to", "name"))
        yield text(thing.spec.get("host")), Suspect("Service", name, thing.namespace) if name else here
    elif thing.kind == "HTTPRoute":
        for host in thing.spec.get("hostnames") or ():
            yield text(host), here


def _service(host: str, services: set[tuple[str, str]]) -> Suspect | None:
    """`cart.shop.svc.cluster.local` is the Service cart of shop."""
    parts = host.split(".")
    if len(parts) >= 3 and parts[2] == "svc":
        return Suspect("Service", parts[0], parts[1])
    if len(parts) == 2 and (parts[0], parts[1]) in services:
        return Suspect("Service", parts[0], parts[1])
    return None
