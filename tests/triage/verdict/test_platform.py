"""Which workloads are parts of the platform."""

from collections.abc import Mapping

import pytest

from triage.verdict.platform import Role, part_named, part_of


@pytest.mark.parametrize(
    ("image", "part", "role", "because"),
    [
        ("registry.k8s.io/coredns/coredns:v1.12.1", "coredns", Role.DNS, "kubeadm's"),
        ("coredns", "coredns", Role.DNS, "the bare name"),
        ("registry.k8s.io/dns/k8s-dns-node-cache:1.25.0", "node-local-dns", Role.DNS, "another name of it"),
        ("registry.k8s.io/kube-proxy:v1.33.4", "kube-proxy", Role.PROXY, "the service proxy"),
        ("registry.k8s.io/kube-apiserver@sha256:abc", "kube-apiserver", Role.CONTROL_PLANE, "a digest is no tag"),
        ("mirror.example.com:5000/kube-scheduler:v1", "kube-scheduler", Role.CONTROL_PLANE, "a port is no tag"),
        ("docker.io/calico/node:v3.30.0", "calico", Role.NETWORK, "only its path tells"),
        ("quay.io/cilium/cilium:v1.17.3", "cilium", Role.NETWORK, "its last word does"),
        ("602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19", "aws-vpc-cni", Role.NETWORK, "EKS"),
        ("quay.io/metallb/speaker:v0.14.9", "metallb", Role.NETWORK, "only with its path"),
        ("registry.k8s.io/ingress-nginx/controller:v1.12.1", "ingress-nginx", Role.INGRESS, "only with its path"),
        ("traefik:v3.3", "traefik", Role.INGRESS, "an official image"),
        ("registry.k8s.io/sig-storage/csi-provisioner:v5.2.0", "csi-driver", Role.STORAGE, "every driver's sidecar"),
        ("rook/ceph:v1.17.0", "rook", Role.STORAGE, "only with its path"),
        ("quay.io/jetstack/cert-manager-webhook:v1.17.1", "cert-manager", Role.CERTIFICATES, "one of its three"),
        ("openpolicyagent/gatekeeper:v3.19.0", "gatekeeper", Role.ADMISSION, "policies"),
        ("reg.kyverno.io/kyverno/kyverno:v1.14.0", "kyverno", Role.ADMISSION, "policies"),
        ("registry.k8s.io/metrics-server/metrics-server:v0.7.2", "metrics-server", Role.METRICS, "numbers for kubectl"),
        ("registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.0", "cluster-autoscaler", Role.AUTOSCALER, "more nodes"),
        ("public.ecr.aws/karpenter/controller:1.4.0", "karpenter", Role.AUTOSCALER, "only with its path"),
        ("docker.io/istio/pilot:1.26.0", "istiod", Role.MESH, "as Istio calls it inside"),
        ("nvcr.io/nvidia/k8s-device-plugin:v0.17.1", "nvidia-device-plugin", Role.DEVICES, "graphics cards"),
        (
            "registry.k8s.io/kas-network-proxy/proxy-agent:v0.33",
            "konnectivity",
            Role.CONTROL_PLANE,
            "only with its path",
        ),
    ],
)
def test_a_part_is_known_by_its_image(image: str, part: str, role: Role, because: str) -> None:
    found = part_of([image], {})
    assert found is not None, because
    assert (found.name, found.role, found.is_always) == (part, role, True), because


@pytest.mark.parametrize(
    ("labels", "part", "because"),
    [
        ({"k8s-app": "kube-dns"}, "coredns", "the label has outlived the software"),
        ({"app.kubernetes.io/name": "ingress-nginx"}, "ingress-nginx", "as charts set it"),
        ({"app.kubernetes.io/component": "metrics-server"}, "metrics-server", "or so"),
        ({"component": "kube-controller-manager"}, "kube-controller-manager", "as kubeadm sets it"),
        ({"app": "rook-ceph-operator"}, "rook", "an alias"),
    ],
)
def test_a_part_is_known_by_its_labels_where_its_image_is_renamed(
    labels: Mapping[str, str], part: str, because: str
) -> None:
    found = part_of(["registry.example.com/golden/image-1234:7"], labels)
    assert found is not None
    assert found.name == part, because


@pytest.mark.parametrize(
    ("image", "labels", "because"),
    [
        ("registry.example.com/shop/cart:v1", {"app": "cart"}, "an application"),
        ("my-registry.example/coredns-dashboard:1", {}, "a name that only begins like one"),
        ("coredns.example.com/shop/cart:v1", {}, "a registry that is called so"),
        ("registry.example.com/coredns/cart:v1", {}, "a project that is called so"),
        ("registry.example.com/shop/my-coredns:v1", {}, "a name that only ends like one"),
        ("registry.example.com/shop/cart:coredns", {}, "a tag that is called so"),
        ("registry.example.com/shop/controller:v1", {"app": "controller"}, "half of all software is a controller"),
        ("registry.example.com/shop/node:v1", {"app": "node"}, "or a node"),
        ("registry.example.com/shop/operator:v1", {"app": "operator"}, "or an operator"),
        ("registry.example.com/shop/webhook:v1", {"app": "webhook"}, "or a webhook"),
        ("registry.example.com/shop/router:v1", {"app": "router"}, "or a router"),
        ("registry.example.com/shop/driver:v1", {"app": "driver"}, "or a driver"),
        ("registry.example.com/audio/speaker:v1", {"app": "speaker"}, "or a speaker"),
        ("registry.k8s.io/sig-storage/livenessprobe:v2.15.0", {}, "a sidecar that anybody may use"),
        ("docker.io/istio/proxyv2:1.26.0", {}, "the sidecar runs in every tenant's pod"),
        ("registry.example.com/shop/cart:v1", {"team": "coredns"}, "a label that names no software"),
        ("", {}, "no image"),
        ("@sha256:abc", {}, "nothing but a digest"),
        ("///", {}, "nothing but slashes"),
    ],
)
def test_what_only_looks_like_a_part_is_none(image: str, labels: Mapping[str, str], because: str) -> None:
    assert part_of([image], labels) is None, because


@pytest.mark.parametrize(
    ("image", "part"),
    [
        ("quay.io/coreos/etcd:v3.6.0", "etcd"),
        ("registry:2", "registry"),
        ("quay.io/prometheus/prometheus:v3.3.1", "prometheus"),
        ("grafana/grafana:12.0.0", "grafana"),
        ("velero/velero:v1.16.0", "velero"),
    ],
)
def test_what_tenants_run_as_well_is_a_part_only_in_the_platforms_namespaces(image: str, part: str) -> None:
    """Whose namespace it is, the view decides: here it is only said that it has to."""
    found = part_of([image], {})
    assert found is not None
    assert (found.name, found.is_always) == (part, False)


def test_of_several_containers_one_that_is_a_part_is_enough() -> None:
    found = part_of(["registry.example.com/x/sidecar:1", "quay.io/cilium/cilium:v1.17.3"], {})
    assert found is not None
    assert found.name == "cilium"


def test_alerts_name_parts_that_run_as_no_pod() -> None:
    kubelet = part_named("kubelet")
    assert kubelet is not None
    assert kubelet.role is Role.NODE
    assert part_named("cart") is None
