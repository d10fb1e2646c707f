"""From the JSON of the Kubernetes API to objects and events. PURE.

Raw JSON rather than the client's models: one field of an unexpected shape breaks a whole list of models, and nothing
here.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.kubernetes.fields import mapping, moment, number, quantities, rows, text, texts
from alerts.kubernetes.objects import Condition, Container, Node, Objects, Pod, Ref, Thing
from alerts.reports import EventReport

_EPOCH = datetime.fromtimestamp(0, UTC)


def objects_of(raws: Iterable[object]) -> Objects:
    """Everything that can be read of these objects; what is no object is left out."""
    pods: list[Pod] = []
    nodes: list[Node] = []
    others: list[Thing] = []
    for raw in raws:
        thing = _thing(raw)
        if thing is None:
            continue
        if thing.kind == "Pod":
            pods.append(_pod(thing))
        elif thing.kind == "Node":
            nodes.append(_node(thing))
        else:
            others.append(thing)
    return Objects(tuple(pods), tuple(nodes), tuple(others))


def _thing(raw: object) -> Thing | None:
    if not isinstance(raw, dict):
        return None
    kind, metadata = text(raw.get("kind")), mapping(raw.get("metadata"))
    name = text(metadata.get("name"))
    if not kind or not name:
        return None
    namespace = text(metadata.get("namespace"))
    return Thing(
        kind=kind,
        namespace=namespace,
        name=name,
        uid=text(metadata.get("uid")),
        labels=texts(metadata.get("labels")),
        annotations=texts(metadata.get("annotations")),
        created_at=moment(metadata.get("creationTimestamp")),
        deleted_at=moment(metadata.get("deletionTimestamp")),
        owner=_controller(metadata.get("ownerReferences"), namespace),
        generation=number(metadata.get("generation")),
        body=raw,
    )


def _controller(references: object, namespace: str) -> Ref | None:
    found = rows(references)
    chosen = next((one for one in found if one.get("controller") is True), found[0] if found else None)
    if chosen is None:
        return None
    kind, name = text(chosen.get("kind")), text(chosen.get("name"))
    return Ref(kind, "" if kind == "Node" else namespace, name) if kind and name else None


def conditions_of(status: Mapping[str, Any]) -> dict[str, Condition]:
    """The conditions of a status, by their type."""
    return {
        text(one.get("type")): Condition(
            text(one.get("status")),
            text(one.get("reason")),
            text(one.get("message")),
            moment(one.get("lastTransitionTime")),
            moment(one.get("lastHeartbeatTime")),
        )
        for one in rows(status.get("conditions"))
    }


# -- Pods --


def _pod(thing: Thing) -> Pod:
    spec, status = thing.spec, thing.status
    containers = (
        *_containers(spec.get("initContainers"), status.get("initContainerStatuses"), is_init=True),
        *_containers(spec.get("containers"), status.get("containerStatuses"), is_init=False),
    )
    conditions = conditions_of(status)
    phase = text(status.get("phase"))
    return Pod(
        thing=thing,
        node=text(spec.get("nodeName")),
        phase=phase,
        reason=text(status.get("reason")),
        message=text(status.get("message")),
        containers=containers,
        conditions=conditions,
        is_well=_is_well(phase, conditions, containers),
    )


def _containers(specs: object, statuses: object, *, is_init: bool) -> list[Container]:
    by_name = {text(one.get("name")): one for one in rows(statuses)}
    named = {text(one.get("name")): one for one in rows(specs)}
    # A status may be told without its spec: a watcher that keeps little, or a case written by hand.
    return [
        _container(name, named.get(name, {}), by_name.get(name, {}), is_init=is_init)
        for name in dict.fromkeys((*named, *by_name))
    ]


def _container(name: str, spec: Mapping[str, Any], status: Mapping[str, Any], *, is_init: bool) -> Container:
    state, last = mapping(status.get("state")), mapping(status.get("lastState"))
    waiting, running = mapping(state.get("waiting")), mapping(state.get("running"))
    ended_now = mapping(state.get("terminated"))
    ended = ended_now or mapping(last.get("terminated"))
    resources = mapping(spec.get("resources"))
    code = ended.get("exitCode")
    return Container(
        name=name,
        image=text(spec.get("image")) or text(status.get("image")),
        is_init=is_init,
        is_ready=status.get("ready") is True,
        is_running="running" in state,
        restarts=number(status.get("restartCount")),
        waiting=text(waiting.get("reason")),
        waiting_message=text(waiting.get("message")),
        ended=text(ended.get("reason")),
        ended_message=text(ended.get("message")),
        exit_code=number(code) if isinstance(code, int) else None,
        ended_at=moment(ended.get("finishedAt")),
        started_at=moment(running.get("startedAt")),
        is_over=bool(ended_now),
        requests=quantities(resources.get("requests")),
        limits=quantities(resources.get("limits")),
        body=spec,
    )


def _is_well(phase: str, conditions: Mapping[str, Condition], containers: Iterable[Container]) -> bool:
    if phase == "Succeeded":
        return True
    if phase != "Running":
        return False
    ready = conditions.get("Ready")
    if ready is not None:
        return ready.status == "True"
    return all(one.is_ready for one in containers if not one.is_init)


# -- Nodes --


def _node(thing: Thing) -> Node:
    spec, status = thing.spec, thing.status
    return Node(
        thing=thing,
        conditions=conditions_of(status),
        taints=tuple(rows(spec.get("taints"))),
        is_cordoned=spec.get("unschedulable") is True,
        allocatable=quantities(status.get("allocatable")) or quantities(status.get("capacity")),
    )


# -- Events --


def events_of(raws: Iterable[object]) -> tuple[EventReport, ...]:
    """Each event once, as it was told last: the same object may be listed by both event APIs and be told again."""
    found: dict[object, EventReport] = {}
    for number_, raw in enumerate(raws):
        if (event := _event(raw)) is not None:
            key = event.uid or number_
            known = found.get(key)
            if known is None or (event.last_at, event.count) >= (known.last_at, known.count):
                found[key] = event
    return tuple(found.values())


def _event(raw: object) -> EventReport | None:
    """One event of core/v1 or events.k8s.io/v1.

    Its time is the first that is there of: the last one of its series, lastTimestamp, eventTime, firstTimestamp, its
    creation. Two recorders write events in two shapes, and each leaves other fields empty.
    """
    if not isinstance(raw, dict):
        return None
    about = mapping(raw.get("involvedObject")) or mapping(raw.get("regarding"))
    series, metadata = mapping(raw.get("series")), mapping(raw.get("metadata"))
    source = mapping(raw.get("source")) or mapping(raw.get("deprecatedSource"))
    first = moment(raw.get("firstTimestamp")) or moment(raw.get("deprecatedFirstTimestamp"))
    event_time, created = moment(raw.get("eventTime")), moment(metadata.get("creationTimestamp"))
    last = (
        moment(series.get("lastObservedTime"))
        or moment(raw.get("lastTimestamp"))
        or moment(raw.get("deprecatedLastTimestamp"))
        or event_time
        or first
        or created
    )
    if not text(raw.get("reason")) or last is None:
        return None
    return EventReport(
        uid=text(metadata.get("uid")),
        kind=text(about.get("kind")),
        namespace=text(about.get("namespace")),
        name=text(about.get("name")),
        reason=text(raw.get("reason")),
        message=text(raw.get("message")) or text(raw.get("note")),
        is_warning=raw.get("type") == "Warning",
        component=text(raw.get("reportingComponent"))
        or text(raw.get("reportingController"))
        or text(source.get("component")),
        host=text(source.get("host")) or _host(raw),
        first_at=min(one for one in (first, event_time, created, last) if one is not None),
        last_at=last,
        count=max(1, number(series.get("count")), number(raw.get("count")), number(raw.get("deprecatedCount"))),
    )


def _host(raw: Mapping[str, Any]) -> str:
    """The new recorder of the kubelet names its node as the instance."""
    component = text(raw.get("reportingComponent")) or text(raw.get("reportingController"))
    return text(raw.get("reportingInstance")) if component == "kubelet" else ""
