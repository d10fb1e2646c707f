"""The rules: each a file that opens with the sentence that is its documentation. PURE."""

from triage.verdict.rules.autoscaling import autoscaling
from triage.verdict.rules.capacity import capacity
from triage.verdict.rules.concentration import concentration
from triage.verdict.rules.controller_manager_silent import controller_manager_silent
from triage.verdict.rules.cordon_and_drain import cordon_and_drain
from triage.verdict.rules.exoneration import exoneration
from triage.verdict.rules.known_alerts import known_alerts
from triage.verdict.rules.node_health import node_health
from triage.verdict.rules.preemption import preemption
from triage.verdict.rules.refused import refused
from triage.verdict.rules.scheduler_silent import scheduler_silent
from triage.verdict.rules.scheduling import scheduling
from triage.verdict.rules.subject import subject
from triage.verdict.scene import Rule

RULES: tuple[Rule, ...] = (
    subject,
    known_alerts,
    node_health,
    concentration,
    exoneration,
    scheduling,
    capacity,
    scheduler_silent,
    controller_manager_silent,
    refused,
    autoscaling,
    preemption,
    cordon_and_drain,
)
