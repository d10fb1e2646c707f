"""A pod whose sandbox cannot be made waits for the pod network or the runtime of its node, unless its own annotations,
host ports or limits are what is refused.

The kubelet repeats what the network plugin or the runtime said. That text tells who failed: the plugin (its name and
its addresses), the runtime's socket, the disk, or something that the pod itself asked for: a network attachment that
does not exist, a host port that is taken, an address of its own choice. A fault of the network on a single node, while
its plugin is not named, is charged to that node.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from triage.verdict.findings import Line
from triage.verdict.messages import Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.statements import SANDBOX, Statement
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import View
from triage.verdict.weights import FAIR, PROOF, STRONG


class Blame(StrEnum):
    """Who failed, as the text tells."""

    OWN = "what the pod itself asks for"
    NETWORK = "the pod network"
    RUNTIME = "the node's runtime"
    NODE = "the node"
    CLUSTER = "the cluster"


class Sign(NamedTuple):
    """A wording and what it means."""

    pattern: Pattern
    blame: Blame
    weight: float = PROOF


# In this order: what the pod itself asks for comes with the plugin's name around it.
SIGNS: tuple[Sign, ...] = (
    Sign(
        Pattern.any_of(
            r"cannot find a network-attachment-definition",
            r"network-attachment-definitions?\S* \S+ not found",
            r"(failed to|error) (pars(e|ing)|get(ting)?) (the )?(pod )?network (attachment )?(annotation|selection)",
            r"networks? (annotation|selection element).*(invalid|failed to (parse|unmarshal))",
            r"cannot open hostport",
            r"host ?port.*(already (in use|allocated)|conflict)",
            r"(ipaddrs|ipaddrsnoipam|ipv4pools|floatingips)\b.*annotation",
            r"annotation.*(ipaddrs|ipv4pools)",
            r"resource is unreasonably (small|large) \(",
            r"container init was oom-?killed",
            r"memory limit too low",
            r"minimum memory limit allowed",
            r"open /proc/sys/\S+: no such file",
            r"sysctl \S+ is not (allowed|in a separate)",
        ),
        Blame.OWN,
    ),
    Sign(
        Pattern.any_of(
            "no space left on device", "read-only file ?system", "input/output error", "structure needs cleaning"
        ),
        Blame.NODE,
    ),
    Sign(
        Pattern.any_of(
            "too many open files",
            "resource temporarily unavailable",
            "cannot allocate memory",
            r"fork/exec \S+: ",
        ),
        Blame.NODE,
        STRONG,
    ),
    Sign(
        Pattern.any_of(
            r"(containerd|crio|cri-dockerd|dockershim|docker)\S*\.sock",
            "cannot connect to the docker daemon",
            "container runtime is (down|not running)",
            r"failed to reserve sandbox name",
            r"name \S+ is reserved for",
            r"(runtime ?handler|runtime) \S+ not (supported|configured|found)",
            r"no runtime for \S+ is configured",
        ),
        Blame.RUNTIME,
    ),
    Sign(
        Pattern.any_of(
            r"(get|pull|inspect)\S* (the )?(sandbox|pause|infra(container)?) ?image",
            r"unable to pull pause",
            r"pulling image \S*pause",
        ),
        Blame.CLUSTER,
    ),
    Sign(
        Pattern.any_of(
            "plugin (is )?not initialized",
            "cni config uninitialized",
            "networkpluginnotready",
            "networkready=false",
            "network is not ready",
            "failed to assign an ip address",
            "no (available|free|more) ip ?(v4|v6)? ?addresses",
            "no ip addresses available",
            r"(ipam|range|pool|subnet)\S* (is )?(full|exhausted)",
            "no more ips",
            "no available ip",
            "failed to allocate (for range|an? (pod )?ip|all)",
            "could not allocate ip",
            "insufficient (ip|cidr)",
            r"subnet\.env",
            r"failed to find plugin \S+ in path",
            "no networks found in",
            "no valid networks",
            "stat /var/lib/calico/nodename",
            "networkplugin cni failed",
            r"plugin type=\S+",
            "network plugin",
            r"cni (request|plugin|add|del)\S*",
            "pod network sandbox",
            "setup network for sandbox",
            r"to network \S+:",
            "ovnkube",
            "failed to (setup|set up|add) (pod )?network",
        ),
        Blame.NETWORK,
    ),
    Sign(
        Pattern.any_of(
            "cgroup",
            "runc (create|run|did not)",
            "shim",
            "oci runtime",
            "failed to (create|start) (containerd )?task",
            "transport: error while dialing",
        ),
        Blame.RUNTIME,
        STRONG,
    ),
    Sign(
        Pattern.any_of(
            "context deadline exceeded",
            "deadlineexceeded",
            "code = unavailable",
            "failed ?(to )?create pod sandbox",
            "failed to start sandbox",
            "pod sandbox",
        ),
        Blame.RUNTIME,
        FAIR,
    ),
)
# How plugins call themselves in such texts, and the part that they are.
_PLUGINS = (
    ("calico", ("calico", "bird")),
    ("cilium", ("cilium",)),
    ("flannel", ("flannel", "subnet.env")),
    ("aws-vpc-cni", ("aws-cni", "aws-vpc", "vpc-cni", "ipamd", "127.0.0.1:50051", "assign an ip address to container")),
    ("azure-cni", ("azure-vnet", "azure-ipam", "azure-cns", "azure cni")),
    ("weave-net", ("weave",)),
    ("ovn-kubernetes", ("ovn", "kube-ovn")),
    ("antrea", ("antrea",)),
    ("kube-router", ("kube-router",)),
    ("whereabouts", ("whereabouts",)),
    ("multus", ("multus",)),
)


def sandbox(scene: Scene) -> Iterator[Finding]:
    """A line for each trouble in whose texts the network plugin or the runtime says why."""
    told = [(trouble, *found) for trouble in scene.troubles.values() if (found := _told(scene, trouble)) is not None]
    places = {said.node for _, said, _ in told if said.node}
    for trouble, said, sign in told:
        suspect = _suspect(scene.view, trouble, said, sign, places)
        claim = f"{trouble.subject} waits for its sandbox, and {sign.blame.value} is why: “{short(said.words)}”"
        yield Line(scene, "sandbox", trouble, said).graded(suspect, sign.weight, claim)


def _told(scene: Scene, trouble: Trouble) -> tuple[Statement, Sign] | None:
    """The strongest of what its texts say, in the order of the table."""
    statements = [said for said in scene.statements[trouble.subject] if _is_about_sandbox(said)]
    for sign in SIGNS:
        for said in statements:
            if sign.pattern.fits(said.words):
                return said, sign
    return None


def _is_about_sandbox(said: Statement) -> bool:
    if said.source == "event":
        return said.reason in SANDBOX and (said.reason != "FailedSync" or "sandbox" in said.words.casefold())
    return "sandbox" in said.words.casefold() or "networkPlugin" in said.words


def _suspect(view: View, trouble: Trouble, said: Statement, sign: Sign, places: set[str]) -> Suspect:
    if sign.blame is Blame.OWN:
        return trouble.subject
    node = said.node or min(trouble.nodes, default="")
    if sign.blame in {Blame.RUNTIME, Blame.NODE}:
        return Suspect("Node", node) if node else view.cluster
    if sign.blame is Blame.CLUSTER:
        return Suspect("Node", node) if node and len(places) == 1 and len(view.nodes) > 1 else view.cluster
    if part := _plugin(view, said.words):
        return Suspect("Component", part)
    if node and len(places) == 1 and len(view.nodes) > 1:
        return Suspect("Node", node)
    return view.cluster


def _plugin(view: View, text: str) -> str:
    """The network plugin: the one that the text names, else the only one that the cluster runs."""
    words = text.casefold()
    for name, signs in _PLUGINS:
        if any(sign in words for sign in signs):
            return name
    running = {view.part_by_workload[one].name for one in view.workloads_by_role.get(Role.NETWORK, ())}
    running -= {"metallb", "kube-vip", "multus", "whereabouts"}
    return running.pop() if len(running) == 1 else ""
