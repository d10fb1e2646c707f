"""The rules: each a file that opens with the sentence that is its documentation. PURE."""

from triage.verdict.rules.api_vip import api_vip
from triage.verdict.rules.autoscaling import autoscaling
from triage.verdict.rules.capacity import capacity
from triage.verdict.rules.certificates_and_clock import certificates_and_clock
from triage.verdict.rules.cohort import cohort
from triage.verdict.rules.concentration import concentration
from triage.verdict.rules.configuration import configuration
from triage.verdict.rules.container_start import container_start
from triage.verdict.rules.control_plane import control_plane
from triage.verdict.rules.controller_manager_silent import controller_manager_silent
from triage.verdict.rules.cordon_and_drain import cordon_and_drain
from triage.verdict.rules.crash_loop import crash_loop
from triage.verdict.rules.devices import devices
from triage.verdict.rules.disk_filler import disk_filler
from triage.verdict.rules.dns import dns
from triage.verdict.rules.exoneration import exoneration
from triage.verdict.rules.heavy_user import heavy_user
from triage.verdict.rules.image_pull import image_pull
from triage.verdict.rules.ingress import ingress
from triage.verdict.rules.init_container import init_container
from triage.verdict.rules.jobs import jobs
from triage.verdict.rules.known_alerts import known_alerts
from triage.verdict.rules.lookups import lookups
from triage.verdict.rules.many_nodes import many_nodes
from triage.verdict.rules.memory import memory
from triage.verdict.rules.network_policy import network_policy
from triage.verdict.rules.node_health import node_health
from triage.verdict.rules.node_killer import node_killer
from triage.verdict.rules.node_network import node_network
from triage.verdict.rules.noisy_neighbour import noisy_neighbour
from triage.verdict.rules.part_gone import part_gone
from triage.verdict.rules.preemption import preemption
from triage.verdict.rules.probes import probes
from triage.verdict.rules.rbac import rbac
from triage.verdict.rules.refused import refused
from triage.verdict.rules.requests import requests
from triage.verdict.rules.resources import resources
from triage.verdict.rules.rollout import rollout
from triage.verdict.rules.runtime_and_kubelet import runtime_and_kubelet
from triage.verdict.rules.sandbox import sandbox
from triage.verdict.rules.scale_up import scale_up
from triage.verdict.rules.scheduler_silent import scheduler_silent
from triage.verdict.rules.scheduling import scheduling
from triage.verdict.rules.services import services
from triage.verdict.rules.signals import signals
from triage.verdict.rules.subject import subject
from triage.verdict.rules.unexplained_many import unexplained_many
from triage.verdict.rules.volumes import volumes
from triage.verdict.scene import Rule

RULES: tuple[Rule, ...] = (
    subject,
    known_alerts,
    node_health,
    many_nodes,
    concentration,
    exoneration,
    api_vip,
    autoscaling,
    capacity,
    certificates_and_clock,
    cohort,
    configuration,
    container_start,
    control_plane,
    controller_manager_silent,
    cordon_and_drain,
    crash_loop,
    devices,
    disk_filler,
    dns,
    heavy_user,
    image_pull,
    ingress,
    init_container,
    jobs,
    lookups,
    memory,
    network_policy,
    node_killer,
    node_network,
    noisy_neighbour,
    part_gone,
    preemption,
    probes,
    rbac,
    refused,
    requests,
    resources,
    rollout,
    runtime_and_kubelet,
    sandbox,
    scale_up,
    scheduler_silent,
    scheduling,
    services,
    signals,
    unexplained_many,
    volumes,
)
