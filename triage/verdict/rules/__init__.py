"""The rules: each a file that opens with the sentence that is its documentation. PURE."""

from triage.verdict.rules.concentration import concentration
from triage.verdict.rules.configuration import configuration
from triage.verdict.rules.consumer import consumer
from triage.verdict.rules.container_start import container_start
from triage.verdict.rules.crash_loop import crash_loop
from triage.verdict.rules.exoneration import exoneration
from triage.verdict.rules.image_pull import image_pull
from triage.verdict.rules.init_container import init_container
from triage.verdict.rules.jobs import jobs
from triage.verdict.rules.known_alerts import known_alerts
from triage.verdict.rules.memory import memory
from triage.verdict.rules.node_health import node_health
from triage.verdict.rules.probes import probes
from triage.verdict.rules.rbac import rbac
from triage.verdict.rules.requests import requests
from triage.verdict.rules.resources import resources
from triage.verdict.rules.rollout import rollout
from triage.verdict.rules.subject import subject
from triage.verdict.scene import Rule

RULES: tuple[Rule, ...] = (
    subject,
    known_alerts,
    node_health,
    image_pull,
    configuration,
    container_start,
    rbac,
    crash_loop,
    probes,
    memory,
    consumer,
    jobs,
    rollout,
    resources,
    requests,
    init_container,
    concentration,
    exoneration,
)
