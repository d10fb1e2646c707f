# ruff: noqa: E501 - messages stand as they were written
"""Who is to blame for a sandbox that cannot be made."""

import pytest

from tests.casework.makers import creating
from tests.triage.verdict.rules.staging import causes, cluster, found, suspects
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.sandbox import SIGNS, Blame, sandbox

CREATE = "Failed to create pod sandbox: rpc error: code = Unknown desc = "


def blamed(message: str) -> Blame | None:
    return next((sign.blame for sign in SIGNS if sign.pattern.fits(message)), None)


@pytest.mark.parametrize(
    ("message", "blame", "because"),
    [
        (
            CREATE
            + 'failed to setup network for sandbox "0c9f": plugin type="aws-cni" name="aws-cni" failed (add): add '
            "cmd: failed to assign an IP address to container",
            Blame.NETWORK,
            "the instance has no free address (VPC CNI, containerd)",
        ),
        (
            'Failed create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "1f" network for '
            'pod "web-0": networkPlugin cni failed to set up pod "web-0_shop" network: add cmd: failed to assign an IP address',
            Blame.NETWORK,
            "the same under dockershim",
        ),
        (
            CREATE + 'failed to setup network for sandbox "5d": plugin type="calico" failed (add): error getting '
            "ClusterInformation: connection is unauthorized: Unauthorized",
            Blame.NETWORK,
            "Calico's own token",
        ),
        (
            CREATE + 'failed to setup network for sandbox "5d": plugin type="calico" failed (add): stat '
            "/var/lib/calico/nodename: no such file or directory: check that the calico/node container is running",
            Blame.NETWORK,
            "calico-node does not run there",
        ),
        (
            CREATE
            + 'failed to setup network for sandbox "5d": plugin type="flannel" failed (add): loadFlannelSubnetEnv '
            "failed: open /run/flannel/subnet.env: no such file or directory",
            Blame.NETWORK,
            "flanneld has not written its subnet",
        ),
        (
            CREATE
            + 'failed to setup network for sandbox "5d": plugin type="cilium-cni" failed (add): unable to connect to '
            "Cilium daemon: failed to create cilium agent client after 30.000000 seconds timeout: Get "
            '"http:///var/run/cilium/cilium.sock/v1/config": dial unix /var/run/cilium/cilium.sock: connect: connection refused',
            Blame.NETWORK,
            "the agent's socket, not the runtime's",
        ),
        (
            CREATE
            + 'failed to setup network for sandbox "5d": failed to allocate for range 0: no IP addresses available in '
            "range set: 10.244.1.1-10.244.1.254",
            Blame.NETWORK,
            "host-local is out of addresses",
        ),
        (
            "network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
            "message:Network plugin returns error: cni plugin not initialized",
            Blame.NETWORK,
            "the kubelet's NetworkNotReady",
        ),
        (
            CREATE
            + 'connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: '
            'connect: no such file or directory"',
            Blame.RUNTIME,
            "containerd is down",
        ),
        (
            CREATE + 'failed to reserve sandbox name "web-0_shop_4b_0": name "web-0_shop_4b_0" is reserved for "9c1e"',
            Blame.RUNTIME,
            "containerd lost track of an earlier attempt",
        ),
        (
            'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/'
            'pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": dial tcp: i/o timeout',
            Blame.CLUSTER,
            "the pause image is nobody's application",
        ),
        (CREATE + "write /var/lib/docker/tmp: no space left on device", Blame.NODE, "the node's disk"),
        (
            CREATE
            + "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
            "failed: unable to start container process: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/x: device busy",
            Blame.RUNTIME,
            "runc and the node's cgroups",
        ),
        (
            CREATE
            + 'failed to setup network for sandbox "5d": plugin type="multus" name="multus-cni-network" failed (add): '
            "Multus: [shop/web-0/4b]: error loading k8s delegates k8s args: TryLoadPodDelegates: error in getting k8s network "
            "for pod: GetNetworkDelegates: failed getting the delegate: getKubernetesDelegate: cannot find a "
            "network-attachment-definition (storage) in namespace (shop): network-attachment-definitions.k8s.cni.cncf.io "
            '"storage" not found',
            Blame.OWN,
            "the pod names an attachment that does not exist",
        ),
        (
            CREATE
            + "failed to add hostport mapping for sandbox web-0_shop(5d): cannot open hostport 8080 for pod web-0_shop: "
            "listen tcp4 :8080: bind: address already in use",
            Blame.OWN,
            "the port that its template wants is taken (CRI-O)",
        ),
        (
            CREATE
            + "failed to create containerd task: OCI runtime create failed: container init was OOM-killed (memory "
            "limit too low?): unknown",
            Blame.OWN,
            "its own limit does not hold even the pause container",
        ),
    ],
)
def test_what_the_text_of_a_sandbox_says(message: str, blame: Blame, because: str) -> None:
    assert blamed(message) is blame, because


def test_the_plugin_that_the_text_names_is_the_suspect() -> None:
    made = cluster()
    web = made.deployment("shop", "web", 2, states=[creating()])
    made.event(
        web.pods[0],
        "FailedCreatePodSandBox",
        CREATE
        + 'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
        "kubelet",
        count=20,
    )
    assert suspects(found(sandbox, made)) == [Suspect("Component", "aws-vpc-cni")]
    assert causes(made)[0].verdict is Verdict.CLUSTER


def test_an_unnamed_network_on_one_node_is_charged_to_the_node() -> None:
    made = cluster()
    web = made.deployment("shop", "web", 2, states=[creating()], nodes=["node-2", "node-3"])
    made.event(web.pods[0], "NetworkNotReady", "network is not ready: cni plugin not initialized", "kubelet", count=20)
    assert suspects(found(sandbox, made)) == [Suspect("Node", "node-2")]


def test_a_missing_attachment_is_the_teams_though_the_plugin_says_so() -> None:
    made = cluster()
    web = made.deployment("shop", "web", 2, state=creating())
    for pod in web.pods:
        made.event(
            pod,
            "FailedCreatePodSandBox",
            CREATE
            + 'plugin type="multus" failed (add): cannot find a network-attachment-definition (fast) in namespace (shop)',
            "kubelet",
            count=20,
        )
    assert causes(made)[0].verdict is Verdict.APPLICATION
    assert causes(made)[0].suspect == Suspect("Deployment", "web", "shop")


def test_a_sandbox_that_came_up_later_is_history() -> None:
    made = cluster()
    web = made.deployment("shop", "web", 2)
    made.event(web.pods[0], "FailedCreatePodSandBox", CREATE + "networkPlugin cni failed", "kubelet", count=2)
    assert not found(sandbox, made)
