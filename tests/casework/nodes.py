"""Nodes: their machines, kernels, kubelets, runtimes and disks."""

from tests.casework.backdrop import platform, tenants
from tests.casework.makers import RUNNING, Case, Scene, cluster_truth


def one_node_lost() -> Case:
    scene = Scene("2026-03-10T14:05:00Z", cluster="eu-1", helm=True)
    platform(scene)
    apps = tenants(scene)
    scene.lose_node("worker-3", 22)
    for workload in apps.values():
        for pod in [pod for pod in workload.pods if "deletionTimestamp" in pod["metadata"]]:
            scene.replacement(workload, RUNNING.__class__(minutes=17), node="worker-2")
            _ = pod
    scene.alert("KubeNodeNotReady", 22, node="worker-3")
    scene.alert("KubeNodeUnreachable", 22, node="worker-3")
    return scene.case(
        "node-lost-one",
        "A worker stops reporting; its pods are made anew elsewhere",
        cluster_truth("node worker-3", "The machine is gone: only its operator can bring it back or remove it."),
    )


CASES = (one_node_lost(),)
