"""What NetworkPolicies allow, as far as their text tells: who may be called, and who may call. PURE.

Semantics: the NetworkPolicy API (networking.k8s.io/v1). A pod that no policy of a direction selects is open in that
direction; otherwise the policies that select it are added up, and what none of them allows is denied.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from alerts.kubernetes.fields import mapping, rows, text, texts
from alerts.kubernetes.objects import Thing


def selects(selector: object, labels: Mapping[str, str]) -> bool:
    """Whether a label selector of the API matches; an empty one matches everything."""
    told = mapping(selector)
    if not texts(told.get("matchLabels")).items() <= labels.items():
        return False
    return all(_meets(one, labels) for one in rows(told.get("matchExpressions")))


def _meets(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = text(expression.get("key")), expression.get("values")
    held = labels.get(key)
    among = held in values if isinstance(values, list) else False
    match text(expression.get("operator")):
        case "In":
            return held is not None and among
        case "NotIn":
            return not among
        case "Exists":
            return held is not None
        case "DoesNotExist":
            return held is None
        case _:
            return True


def restricts(policy: Thing, direction: str) -> bool:
    """Whether the policy is about this direction, `Ingress` or `Egress`."""
    types = policy.spec.get("policyTypes")
    if isinstance(types, list) and types:
        return direction in types
    return direction == "Ingress" or bool(rows(policy.spec.get("egress")))


def governing(policies: Iterable[Thing], labels: Mapping[str, str], direction: str) -> list[Thing]:
    """The policies of a namespace that apply to a pod with these labels."""
    return [one for one in policies if restricts(one, direction) and selects(one.spec.get("podSelector"), labels)]


def allows_port(rule: Mapping[str, Any], port: int, protocol: str = "") -> bool:
    """Whether a rule lets this port through; a named port is taken for allowed, because its number is elsewhere."""
    listed = rows(rule.get("ports"))
    if not listed:
        return True
    for one in listed:
        number, end = one.get("port"), one.get("endPort")
        if protocol and text(one.get("protocol") or "TCP") != protocol:
            continue
        if number is None or isinstance(number, str):
            return True
        if isinstance(number, int) and number <= port <= (end if isinstance(end, int) else number):
            return True
    return False


def lets_out_to_dns(policies: Iterable[Thing]) -> bool:
    """Whether one of the policies lets lookups out: a rule that is open for port 53 (or OpenShift's 5353)."""
    rules = [rule for one in policies for rule in rows(one.spec.get("egress"))]
    return any(
        (allows_port(rule, 53, "UDP") or allows_port(rule, 5353, "UDP")) and _reaches_others(rule) for rule in rules
    )


def _reaches_others(rule: Mapping[str, Any]) -> bool:
    """The DNS pods stand in another namespace: peers must be open, name a namespace or an address."""
    peers = rows(rule.get("to"))
    return not peers or any("namespaceSelector" in one or "ipBlock" in one for one in peers)


def lets_in(policies: Iterable[Thing], labels: Mapping[str, str], *, is_neighbour: bool = True) -> bool:
    """Whether the policies that apply to a pod let a caller with these labels in, on any port."""
    return any(
        _is_peer(peers, labels, is_neighbour=is_neighbour)
        for one in policies
        for peers in (rows(rule.get("from")) for rule in rows(one.spec.get("ingress")))
    )


def _is_peer(peers: list[Mapping[str, Any]], labels: Mapping[str, str], *, is_neighbour: bool) -> bool:
    if not peers:
        return True
    for peer in peers:
        if "ipBlock" in peer and not is_neighbour:
            return True
        if "namespaceSelector" in peer:
            # Labels of namespaces are not looked up: what names namespaces may well mean this one.
            if "podSelector" not in peer or selects(peer.get("podSelector"), labels):
                return True
        elif "podSelector" in peer and is_neighbour and selects(peer.get("podSelector"), labels):
            return True
    return False


def is_closed(policy: Thing, direction: str) -> bool:
    """Whether the policy by itself denies everything in a direction."""
    return restricts(policy, direction) and not rows(policy.spec.get(direction.casefold()))
