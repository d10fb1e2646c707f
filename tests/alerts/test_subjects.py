"""What an alert is about: one row for each trap that labels set."""

from typing import Any

import pytest

from alerts import wellknown
from alerts.sources.alertmanager import parse
from alerts.subjects import Kind, Subject, Workload, cluster_of, slug_of_cluster, subject_of, workload_of_pod
from tests.alerts.makers import recorded

# What kube-state-metrics adds of itself in kube-prometheus, and in the chart kube-prometheus-stack.
KSM = {"job": "kube-state-metrics", "instance": "10.244.1.25:8443"}
KSM_OF_THE_CHART = {
    **KSM,
    "container": "kube-state-metrics",
    "endpoint": "http",
    "pod": "kube-prometheus-stack-kube-state-metrics-5cc5cc8bf4-zpvs7",
    "service": "kube-prometheus-stack-kube-state-metrics",
}
NODE_EXPORTER = {
    "job": "node-exporter",
    "namespace": "monitoring",
    "pod": "node-exporter-6s7ls",
    "container": "kube-rbac-proxy",
    "service": "node-exporter",
}
KUBELET = {
    "job": "kubelet",
    "namespace": "kube-system",
    "service": "kubelet",
    "instance": "10.0.23.97:10250",
    "metrics_path": "/metrics",
}


def about(labels: dict[str, str]) -> Subject:
    return subject_of(labels, cluster="prod")


def told(subject: Subject) -> dict[str, Any]:
    """What of the subject is told."""
    names = ("kind", "namespace", "name", "workload", "pod", "container", "node")
    return {name: value for name in names if (value := getattr(subject, name))}


@pytest.mark.parametrize(
    ("labels", "subject", "because"),
    [
        (
            {"alertname": "KubeNodeNotReady", "node": "node-14", "condition": "Ready", **KSM},
            {"kind": Kind.NODE, "name": "node-14", "node": "node-14"},
            "kube-prometheus: the label node names it",
        ),
        (
            {"alertname": "KubeNodeNotReady", "node": "node-14", "namespace": "monitoring", **KSM_OF_THE_CHART},
            {"kind": Kind.NODE, "name": "node-14", "node": "node-14"},
            "the chart: pod and namespace are those of kube-state-metrics",
        ),
        (
            {"alertname": "OurNodeAlert", "node": "node-14", "namespace": "monitoring", **KSM_OF_THE_CHART},
            {"kind": Kind.NODE, "name": "node-14", "node": "node-14"},
            "the same of an alert that nobody knows",
        ),
        (
            {"alertname": "KubeletPlegDurationHigh", "node": "node-2", **KUBELET},
            {"kind": Kind.NODE, "name": "node-2", "node": "node-2"},
            "kube-system is the kubelet's",
        ),
        (
            {"alertname": "KubeletTooManyPods", "instance": "10.0.0.4", "job": "kubelet"},
            {"kind": Kind.NODE, "name": "10.0.0.4", "node": "10.0.0.4"},
            "without a label node, the kubelet's address is the node's",
        ),
        (
            {"alertname": "NodeFilesystemAlmostOutOfSpace", "instance": "node-3", **NODE_EXPORTER},
            {"kind": Kind.NODE, "name": "node-3", "node": "node-3"},
            "kube-prometheus: instance is the node's name; pod and namespace are the exporter's",
        ),
        (
            {"alertname": "NodeCPUHighUsage", "instance": "10.0.85.73:9100", "nodename": "cp-1", **NODE_EXPORTER},
            {"kind": Kind.NODE, "name": "cp-1", "node": "cp-1"},
            "a name goes before an address",
        ),
        (
            {"alertname": "NodeCPUHighUsage", "instance": "10.0.85.73:9100", **NODE_EXPORTER},
            {"kind": Kind.NODE, "name": "10.0.85.73", "node": "10.0.85.73"},
            "an address without its port",
        ),
        (
            {"alertname": "NodeCPUHighUsage", "instance": "[2001:db8::7]:9100", **NODE_EXPORTER},
            {"kind": Kind.NODE, "name": "2001:db8::7", "node": "2001:db8::7"},
            "also a long one",
        ),
        (
            {"alertname": "OurDiskAlert", "instance": "node-3:9100", **NODE_EXPORTER},
            {"kind": Kind.NODE, "name": "node-3", "node": "node-3"},
            "the node exporter tells of nodes, whatever the alert is called",
        ),
        (
            {"alertname": "SystemMemoryExceedsReservation", "node": "worker-1"},
            {"kind": Kind.NODE, "name": "worker-1", "node": "worker-1"},
            "OpenShift's own",
        ),
        (
            {"alertname": "ServiceAnomaly", "node": "worker-02"},
            {"kind": Kind.NODE, "name": "worker-02", "node": "worker-02"},
            "nobody knows the alert, and nothing but a node is named",
        ),
    ],
)
def test_alerts_about_nodes(labels: dict[str, str], subject: dict[str, Any], because: str) -> None:
    assert told(about(labels)) == subject, because


CART = {"namespace": "shop", "pod": "cart-757f89d977-795x7", "container": "cart"}
ABOUT_CART = {"kind": Kind.POD, "name": CART["pod"], "workload": Workload("Deployment", "cart"), **CART}


@pytest.mark.parametrize(
    ("labels", "subject", "because"),
    [
        ({"alertname": "KubePodCrashLooping", **KSM, **CART}, ABOUT_CART, "the labels are the pod's"),
        (
            {"alertname": "KubePodCrashLooping", **KSM_OF_THE_CHART, **CART},
            ABOUT_CART,
            "the chart adds its service, which is not the pod's",
        ),
        (
            {
                "alertname": "KubePodCrashLooping",
                **KSM_OF_THE_CHART,
                "namespace": "monitoring",
                **{f"exported_{name}": value for name, value in CART.items()},
            },
            ABOUT_CART,
            "exported_ goes before: without it stand the labels of who tells",
        ),
        (
            {"alertname": "OurPodAlert", "namespace": "monitoring", "pod": "proxy-0", "exported_namespace": "shop"},
            {
                "kind": Kind.POD,
                "namespace": "shop",
                "name": "proxy-0",
                "pod": "proxy-0",
                "workload": Workload("StatefulSet", "proxy"),
            },
            "label by label",
        ),
        (
            {"alertname": "KubePodNotReady", "namespace": "shop", "pod": "cart-0", "exported_namespace": ""},
            {
                "kind": Kind.POD,
                "namespace": "shop",
                "name": "cart-0",
                "pod": "cart-0",
                "workload": Workload("StatefulSet", "cart"),
            },
            "an empty label is none",
        ),
        (
            {"alertname": "KubePodCrashLooping", "namespace": "monitoring", "uid": "1", **KSM_OF_THE_CHART},
            {
                "kind": Kind.POD,
                "namespace": "monitoring",
                "name": KSM_OF_THE_CHART["pod"],
                "pod": KSM_OF_THE_CHART["pod"],
                "container": "kube-state-metrics",
                "workload": Workload("Deployment", "kube-prometheus-stack-kube-state-metrics"),
            },
            "kube-state-metrics may be the one that fails, and tells of it",
        ),
        (
            {"alertname": "KubePodCrashLooping", **KSM, "namespace": "monitoring", "pod": "node-exporter-6s7ls"},
            {"kind": Kind.POD, "namespace": "monitoring", "name": "node-exporter-6s7ls", "pod": "node-exporter-6s7ls"},
            "and so may another exporter; the shape of its name does not tell what runs it",
        ),
        (
            {"alertname": "CPUThrottlingHigh", **CART, "service": "kubelet", "instance": "10.0.28.193:10250"},
            ABOUT_CART | {"node": "10.0.28.193"},
            "the kubelet tells of its pods, and where they run",
        ),
        (
            {"alertname": "KubePodNotReady", "kubernetes_namespace": "shop", "kubernetes_pod_name": "cart-0"},
            {
                "kind": Kind.POD,
                "namespace": "shop",
                "name": "cart-0",
                "pod": "cart-0",
                "workload": Workload("StatefulSet", "cart"),
            },
            "older relabelling",
        ),
        (
            {"alertname": "etcdInsufficientMembers", "job": "etcd", "namespace": "tenant-root", "pod": "etcd-0"},
            {
                "kind": Kind.POD,
                "namespace": "tenant-root",
                "name": "etcd-0",
                "pod": "etcd-0",
                "workload": Workload("StatefulSet", "etcd"),
            },
            "an etcd, but a tenant's own: not the cluster's",
        ),
        (
            {"alertname": "NginxConfigReloadFailed", "namespace": "nginx-ingress", "pod": "nginx-ingress-7xk2p"},
            {
                "kind": Kind.POD,
                "namespace": "nginx-ingress",
                "name": "nginx-ingress-7xk2p",
                "pod": "nginx-ingress-7xk2p",
            },
            "whose a namespace is, is not decided here, however it is called",
        ),
    ],
)
def test_alerts_about_pods(labels: dict[str, str], subject: dict[str, Any], because: str) -> None:
    assert told(about(labels)) == subject, because


@pytest.mark.parametrize(
    ("labels", "kind", "name", "workload", "because"),
    [
        (
            {"alertname": "KubeDeploymentReplicasMismatch", "deployment": "ad"},
            Kind.WORKLOAD,
            "ad",
            "Deployment",
            "label",
        ),
        (
            {"alertname": "KubeStatefulSetReplicasMismatch", "statefulset": "db"},
            Kind.WORKLOAD,
            "db",
            "StatefulSet",
            "label",
        ),
        ({"alertname": "KubeDaemonSetRolloutStuck", "daemonset": "log"}, Kind.WORKLOAD, "log", "DaemonSet", "label"),
        (
            {"alertname": "KubeJobFailed", "job_name": "nightly-29211"},
            Kind.WORKLOAD,
            "nightly-29211",
            "Job",
            "job is not it",
        ),
        ({"alertname": "KubeCronJobRunning", "cronjob": "nightly"}, Kind.WORKLOAD, "nightly", "CronJob", "label"),
        (
            {"alertname": "Ours", "workload": "ad", "workload_type": "deployment"},
            Kind.WORKLOAD,
            "ad",
            "Deployment",
            "recording rule",
        ),
        (
            {"alertname": "Ours", "owner_name": "ad", "owner_kind": "ReplicaSet"},
            Kind.WORKLOAD,
            "ad",
            "ReplicaSet",
            "kube_pod_owner",
        ),
        (
            {"alertname": "Ours", "owner_name": "ada", "owner_kind": "Person"},
            Kind.NAMESPACE,
            "shop",
            None,
            "no workload's kind",
        ),
        (
            {"alertname": "KubeHpaMaxedOut", "horizontalpodautoscaler": "ad"},
            Kind.AUTOSCALER,
            "ad",
            None,
            "its own kind",
        ),
        (
            {"alertname": "KubePdbNotEnoughHealthyPods", "poddisruptionbudget": "ad"},
            Kind.DISRUPTION_BUDGET,
            "ad",
            None,
            "its own kind",
        ),
        ({"alertname": "KubeQuotaFullyUsed", "resourcequota": "mem"}, Kind.RESOURCE_QUOTA, "mem", None, "its own kind"),
        ({"alertname": "IngressHigh5xx", "ingress": "web"}, Kind.INGRESS, "web", None, "its own kind"),
        (
            {"alertname": "KubeJobNotCompleted"},
            Kind.NAMESPACE,
            "shop",
            None,
            "known, but without the label: the others decide",
        ),
    ],
)
def test_alerts_about_what_lives_in_a_namespace(
    labels: dict[str, str], kind: Kind, name: str, workload: str | None, because: str
) -> None:
    for of_who_tells in (KSM, KSM_OF_THE_CHART):
        subject = about({**of_who_tells, **labels, "namespace": "shop"})
        assert (subject.kind, subject.namespace, subject.name) == (kind, "shop", name), because
        assert subject.workload == (Workload(workload, name) if workload else None), because
        assert (subject.pod, subject.container, subject.node) == ("", "", ""), "those are of who tells"


@pytest.mark.parametrize(
    ("labels", "kind", "name", "namespace", "because"),
    [
        (
            {
                "alertname": "KubePersistentVolumeFillingUp",
                **KUBELET,
                "namespace": "shop",
                "persistentvolumeclaim": "d-0",
            },
            Kind.PERSISTENT_VOLUME_CLAIM,
            "d-0",
            "shop",
            "the kubelet tells of claims; the namespace is the claim's",
        ),
        (
            {
                "alertname": "KubePersistentVolumeErrors",
                **KSM_OF_THE_CHART,
                "namespace": "monitoring",
                "persistentvolume": "pv-1",
            },
            Kind.PERSISTENT_VOLUME,
            "pv-1",
            "",
            "a volume lives in no namespace; this one is the exporter's",
        ),
        (
            {"alertname": "KubeAggregatedAPIErrors", "name": "v1beta1.metrics.k8s.io", "instance": "10.128.0.2:443"},
            Kind.API_SERVICE,
            "v1beta1.metrics.k8s.io",
            "",
            "it is named by the label name",
        ),
        (
            {"alertname": "HighErrorRate", "namespace": "shop", "service": "cart"},
            Kind.SERVICE,
            "cart",
            "shop",
            "the nearest",
        ),
        (
            {"alertname": "HighErrorRate", "namespace": "shop", "service_name": "cart"},
            Kind.SERVICE,
            "cart",
            "shop",
            "OpenTelemetry",
        ),
        (
            {"alertname": "HighErrorRate", "namespace": "shop", "service": "cart", "node": "node-1"},
            Kind.SERVICE,
            "cart",
            "shop",
            "an application that tells where it runs is not the node",
        ),
        (
            {"alertname": "BlackboxProbeFailed", "namespace": "shop", "instance": "https://x.example"},
            Kind.NAMESPACE,
            "shop",
            "shop",
            "an address is no node",
        ),
        ({"alertname": "Ours", "namespace": "kube-system"}, Kind.NAMESPACE, "kube-system", "kube-system", "just named"),
        ({"alertname": "Ours", "pod": "cart-0"}, Kind.CLUSTER, "prod", "", "a pod without its namespace is nobody's"),
        ({"alertname": "KubeMemoryOvercommit"}, Kind.CLUSTER, "prod", "", "the cluster as a whole"),
        (
            {"alertname": "KubeMemoryOvercommit", "namespace": "monitoring"},
            Kind.CLUSTER,
            "prod",
            "",
            "whatever else it carries",
        ),
        ({"alertname": "Ours"}, Kind.CLUSTER, "prod", "", "nothing is named"),
        ({}, Kind.CLUSTER, "prod", "", "no labels at all"),
    ],
)
def test_alerts_about_other_things(labels: dict[str, str], kind: Kind, name: str, namespace: str, because: str) -> None:
    subject = about(labels)
    assert (subject.kind, subject.name, subject.namespace) == (kind, name, namespace), because


@pytest.mark.parametrize(
    ("labels", "component", "namespace", "because"),
    [
        ({"alertname": "KubeAPIDown", "job": "apiserver"}, "kube-apiserver", "", "absent() leaves the job alone"),
        ({"alertname": "CoreDNSDown", "job": "kube-dns"}, "coredns", "", "the same"),
        ({"alertname": "KubeSchedulerDown", "job": "kube-scheduler"}, "kube-scheduler", "", "the same"),
        ({"alertname": "KubeControllerManagerDown"}, "kube-controller-manager", "", "also without a job"),
        ({"alertname": "KubeProxyDown", "job": "kube-proxy"}, "kube-proxy", "", "the same"),
        ({"alertname": "KubeletDown"}, "kubelet", "", "all of them, not one node's"),
        ({"alertname": "KubeAPIErrorBudgetBurn", "long": "1h"}, "kube-apiserver", "", "a budget has no instance"),
        (
            {"alertname": "CoreDNSErrorsHigh", "job": "dns-default", "namespace": "openshift-dns"},
            "coredns",
            "openshift-dns",
            "OpenShift",
        ),
        (
            {"alertname": "etcdNoLeader", "namespace": "openshift-etcd", "pod": "etcd-master-1"},
            "etcd",
            "openshift-etcd",
            "a family of names",
        ),
        (
            {"alertname": "etcdMembersDown", "job": "etcd", "namespace": "kube-system"},
            "etcd",
            "kube-system",
            "the cluster's own",
        ),
        (
            {"alertname": "NodeWithoutOVNKubeNodePodRunning", "namespace": "openshift-ovn-kubernetes"},
            "ovn-kubernetes",
            "openshift-ovn-kubernetes",
            "OpenShift's network",
        ),
        (
            {"alertname": "PrometheusRuleFailures", "namespace": "monitoring", "pod": "prometheus-k8s-0"},
            "prometheus",
            "monitoring",
            "a family",
        ),
        (
            {"alertname": "PrometheusOperatorNotReady", "namespace": "monitoring"},
            "prometheus-operator",
            "monitoring",
            "a family in a family",
        ),
        (
            {"alertname": "Watchdog", "namespace": "monitoring", "pod": "prometheus-k8s-0"},
            "prometheus",
            "monitoring",
            "its pod is Prometheus's",
        ),
        (
            {"alertname": "TargetDown", "job": "kubelet", "namespace": "kube-system", "service": "kubelet"},
            "kubelet",
            "kube-system",
            "the job tells whose target",
        ),
        (
            {"alertname": "KubeClientErrors", "job": "kube-controller-manager", "namespace": "kube-system"},
            "kube-controller-manager",
            "kube-system",
            "the client is the one that fails",
        ),
        ({"alertname": "Ours", "job": "apiserver"}, "kube-apiserver", "", "nobody knows the alert, but the job"),
    ],
)
def test_alerts_about_components(labels: dict[str, str], component: str, namespace: str, because: str) -> None:
    subject = about(labels)
    assert (subject.kind, subject.name, subject.namespace) == (Kind.COMPONENT, component, namespace), because


@pytest.mark.parametrize(
    ("labels", "kind", "because"),
    [
        (
            {"alertname": "TargetDown", "job": "etcd", "namespace": "shop", "service": "etcd"},
            Kind.SERVICE,
            "its own etcd",
        ),
        ({"alertname": "CoreDNSErrorsHigh", "job": "coredns", "namespace": "shop"}, Kind.NAMESPACE, "its own CoreDNS"),
        (
            {"alertname": "PrometheusRuleFailures", "namespace": "shop", "pod": "prometheus-0"},
            Kind.POD,
            "its own Prometheus",
        ),
    ],
)
def test_what_a_tenant_runs_is_not_the_platform_s(labels: dict[str, str], kind: Kind, because: str) -> None:
    subject = about(labels)
    assert (subject.kind, subject.namespace) == (kind, "shop"), because


@pytest.mark.parametrize(
    ("payload", "subjects"),
    [
        ("KubeNodeNotReady", [(Kind.NODE, "", "node-14")]),
        (
            "KubePodCrashLooping",
            [(Kind.POD, "shop", "cart-757f89d977-795x7"), (Kind.POD, "shop", "cart-757f89d977-x7k2p")],
        ),
        ("CoreDNSDown", [(Kind.COMPONENT, "", "coredns")]),
        ("TargetDown", [(Kind.COMPONENT, "kube-system", "kubelet"), (Kind.SERVICE, "shop", "cart")]),
        ("KubePersistentVolumeFillingUp", [(Kind.PERSISTENT_VOLUME_CLAIM, "shop", "data-orders-0")]),
        ("Watchdog", [(Kind.COMPONENT, "", "prometheus")]),
    ],
)
def test_recorded_alerts(payload: str, subjects: list[tuple[Kind, str, str]]) -> None:
    found = [about(dict(report.labels)) for report in parse(recorded(payload)).reports]
    assert [(subject.kind, subject.namespace, subject.name) for subject in found] == subjects


def test_a_subject_tells_its_cluster_its_alert_and_how_the_labels_were_read() -> None:
    subject = subject_of({"alertname": "OurPodAlert", **CART}, cluster="prod-eu-1")
    assert (subject.cluster, subject.alertname, subject.why) == ("prod-eu-1", "OurPodAlert", "label pod names it")


@pytest.mark.parametrize("name", sorted(wellknown.ALERTS))
def test_a_known_name_without_its_labels_is_about_the_cluster_or_a_component(name: str) -> None:
    assert about({"alertname": name}).kind in {Kind.CLUSTER, Kind.COMPONENT}


@pytest.mark.parametrize(
    ("pod", "workload", "because"),
    [
        ("cart-5d98ffcfd-tz4nc", Workload("Deployment", "cart"), "a hash and five letters"),
        ("customer-relations-webapp-5d98ffcfd-tz4nc", Workload("Deployment", "customer-relations-webapp"), "hyphens"),
        ("cart-0", Workload("StatefulSet", "cart"), "a number"),
        ("orders-db-12", Workload("StatefulSet", "orders-db"), "of two digits"),
        ("cart-007", None, "Kubernetes counts without leading zeros"),
        ("export-29300415-x7k2p", Workload("Job", "export-29300415"), "the minute of a CronJob's run"),
        ("export-29422588-x7k2p", Workload("Job", "export-29422588"), "also where it could be a hash"),
        ("node-exporter-6s7ls", None, "a DaemonSet, a Job or a ReplicaSet"),
        ("etcd-master-1", None, "run by the kubelet of master-1"),
        ("kube-apiserver-node-14", None, "the same"),
        ("etcd-0", Workload("StatefulSet", "etcd"), "but this is not"),
        ("cart", None, "a pod by itself"),
        ("", None, "no pod"),
    ],
)
def test_what_runs_a_pod_of_this_name(pod: str, workload: Workload | None, because: str) -> None:
    assert workload_of_pod(pod) == workload, because


@pytest.mark.parametrize(
    ("labels", "cluster", "because"),
    [
        ({"cluster": "prod-us-2"}, "prod-us-2", "the label names it"),
        ({}, "prod-eu-1", "no label: the integration's"),
        ({"cluster": "  "}, "prod-eu-1", "blanks name nothing"),
        ({"cluster": "observer", "exported_cluster": "prod-us-2"}, "prod-us-2", "told by another cluster's Prometheus"),
        ({"Cluster": "x"}, "prod-eu-1", "labels are told apart by case"),
        ({"cluster": "Prod.EU/1"}, "prod-eu-1", "what a slug may not hold"),
    ],
)
def test_in_which_cluster_it_happened(labels: dict[str, str], cluster: str, because: str) -> None:
    assert cluster_of(labels, label="cluster", default="prod-eu-1") == cluster, because


def test_another_label_may_name_the_cluster() -> None:
    assert cluster_of({"k8s_cluster": "a", "cluster": "b"}, label="k8s_cluster", default="c") == "a"


def test_names_that_make_no_slug_are_told_apart() -> None:
    slugs = [slug_of_cluster(name) for name in ("生产", "测试", "x" * 100, "x" * 99, "\ud800")]
    assert len(set(slugs)) == 5
    assert all(0 < len(slug) <= 63 for slug in slugs)


@pytest.mark.parametrize(
    ("labels", "kind", "name", "because"),
    [
        ({"alertname": "CephOSDDown", "namespace": "openshift-storage"}, Kind.COMPONENT, "rook", "Rook and ODF"),
        ({"alertname": "CephClusterErrorState", "namespace": "storage"}, Kind.COMPONENT, "rook", "in any namespace"),
        ({"alertname": "LonghornVolumeStatusCritical", "node": "n-1"}, Kind.COMPONENT, "longhorn", "its volume"),
        (
            {"alertname": "CiliumAgentDown", "pod": "cilium-x2k4p", "namespace": "net"},
            Kind.COMPONENT,
            "cilium",
            "agent",
        ),
        ({"alertname": "NoRunningOvnControlPlane"}, Kind.COMPONENT, "ovn-kubernetes", "OpenShift"),
        ({"alertname": "OVNKubernetesNorthdInactive"}, Kind.COMPONENT, "ovn-kubernetes", "OpenShift"),
        ({"alertname": "KubernetesApiServerErrors", "job": "apiserver"}, Kind.COMPONENT, "kube-apiserver", "community"),
        (
            {"alertname": "ClusterOperatorDown", "name": "dns", "namespace": "openshift-dns"},
            Kind.CLUSTER,
            "prod",
            "CVO",
        ),
        (
            {"alertname": "HostUnusualDiskReadLatency", "instance": "10.0.0.4:9100", "job": "node-exporter"},
            Kind.NODE,
            "10.0.0.4",
            "community: all that begins with Host",
        ),
        ({"alertname": "DCGMXidError", "Hostname": "gpu-3", "namespace": "gpu-operator"}, Kind.NODE, "gpu-3", "NVIDIA"),
        (
            {"alertname": "CertManagerCertNotReady", "namespace": "cert-manager", "exported_namespace": "shop"},
            Kind.NAMESPACE,
            "shop",
            "the certificate is the namespace's, not the issuer's",
        ),
        ({"alertname": "VeleroBackupFailed", "schedule": "daily"}, Kind.COMPONENT, "velero", "the platform's backup"),
    ],
)
def test_other_rule_sets(labels: dict[str, str], kind: Kind, name: str, because: str) -> None:
    subject = about(labels)
    assert (subject.kind, subject.name) == (kind, name), because
