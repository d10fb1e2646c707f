"""Workloads of several namespaces that cannot reach the API server have no fault of their own: the control plane, the
service proxy or the network of their node has.

A pod reaches the API server by the address of the Service `kubernetes` in `default`, which the service proxy of its
node translates. If only pods of one node fail while others of the cluster do not, that node is charged; a single
workload that fails alone may as well be kept from it by a policy of its own.
"""

from collections.abc import Iterator

from alerts.kubernetes.fields import rows, text
from triage.verdict.findings import Line
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import Role
from triage.verdict.policies import governing
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG, WEAK

_RULE = "api_vip"
_ADDRESS = Capture(r"dial tcp (?P<host>\[?[0-9a-f.:]+\]?):(?P<port>443|6443)")
_NO_WAY = Pattern.any_of(
    "i/o timeout",
    "connection refused",
    "no route to host",
    "network is unreachable",
    "context deadline exceeded",
    "client.timeout exceeded",
    "tls handshake timeout",
    "connection reset by peer",
)
_BY_NAME = Pattern.any_of(
    r"kubernetes\.default(\.svc)?",
    r"https?://[^/ ]+:6?443/(api|apis|version|healthz|livez|readyz)\b",
    "failed to get api (group resources|server)",
    "unable to (connect to|reach) the (server|api ?server)",
    "kubernetes_service_host",
)
_USUAL = frozenset({"10.96.0.1", "10.43.0.1", "172.20.0.1", "10.100.0.1", "172.30.0.1", "10.0.0.1", "10.152.183.1"})


def api_vip(scene: Scene) -> Iterator[Finding]:
    """Lines about everything that says that the API server does not answer."""
    addresses = _addresses(scene.view)
    told = [
        (trouble, said) for trouble in scene.troubles.values() if (said := _said(scene, trouble, addresses)) is not None
    ]
    if not told:
        return
    namespaces = {trouble.namespace for trouble, _ in told} - {""}
    suspect, why = _suspect(scene, [trouble for trouble, _ in told])
    for trouble, said in told:
        line = Line(scene, _RULE, trouble, said)
        if len(told) == 1 and (policy := _policy(scene.view, trouble)) is not None:
            claim = (
                f"NetworkPolicy {policy.name} lets {trouble.subject} not reach the API server: “{short(said.words)}”"
            )
            yield line.graded(policy, STRONG, claim)
            continue
        weight = PROOF if len(namespaces) > 1 else FAIR if len(told) > 1 else WEAK
        if scene.view.is_platform(trouble.subject):
            weight = max(weight, STRONG)
        reach = counted(len(told), "workload")
        spread = counted(len(namespaces), "namespace")
        claim = f"{reach} in {spread} cannot reach the API server{why}: “{short(said.words)}”"
        yield line.graded(suspect, weight, claim)


def _addresses(view: View) -> frozenset[str]:
    """Under which the API server is reached from a pod."""
    service = view.thing("Service", "default", "kubernetes")
    endpoints = view.thing("Endpoints", "default", "kubernetes")
    known = {text(service.spec.get("clusterIP"))} if service else set(_USUAL)
    if endpoints is not None:
        known |= {
            text(address.get("ip"))
            for subset in rows(endpoints.body.get("subsets"))
            for address in rows(subset.get("addresses"))
        }
    return frozenset(known - {""})


def _said(scene: Scene, trouble: Trouble, addresses: frozenset[str]) -> Statement | None:
    for said in scene.statements[trouble.subject]:
        if not _NO_WAY.fits(said.words):
            continue
        found = _ADDRESS.find(said.words)
        if _BY_NAME.fits(said.words) or (found and found["host"].strip("[]") in addresses):
            return said
    return None


def _suspect(scene: Scene, troubles: list[Trouble]) -> tuple[Suspect, str]:
    """What is sick on the way: the API server, the proxy, one node; else the cluster as a whole."""
    told = {one.subject for one in troubles}
    for role in (Role.CONTROL_PLANE, Role.PROXY, Role.NETWORK):
        sick = [
            one.subject
            for one in scene.of_platform
            if one.subject.kind == "Component" and scene.view.role_of(one.subject) is role and one.subject not in told
        ]
        if sick:
            return min(sick), f", and {min(sick).name} is sick"
    nodes = {node for trouble in troubles for node in trouble.nodes}
    if len(nodes) == 1 and len(scene.view.nodes) > 2 and len(troubles) > 1:
        return Suspect("Node", min(nodes)), f", all of them on {min(nodes)}"
    return scene.view.cluster, ""


def _policy(view: View, trouble: Trouble) -> Suspect | None:
    """A policy of its namespace that restricts what leaves its pods."""
    policies = view.in_namespace("NetworkPolicy", trouble.namespace)
    labels = next((pod.thing.labels for pod in trouble.failing), {})
    applying = governing(policies, labels, "Egress")
    return Suspect("NetworkPolicy", applying[0].name, applying[0].namespace) if applying else None
