"""The rules: each a file that opens with the sentence that is its documentation. PURE."""

from triage.verdict.rules.concentration import concentration
from triage.verdict.rules.control_plane import control_plane
from triage.verdict.rules.disk_filler import disk_filler
from triage.verdict.rules.exoneration import exoneration
from triage.verdict.rules.heavy_user import heavy_user
from triage.verdict.rules.known_alerts import known_alerts
from triage.verdict.rules.node_health import node_health
from triage.verdict.rules.node_killer import node_killer
from triage.verdict.rules.noisy_neighbour import noisy_neighbour
from triage.verdict.rules.runtime_and_kubelet import runtime_and_kubelet
from triage.verdict.rules.signals import signals
from triage.verdict.rules.subject import subject
from triage.verdict.rules.unexplained_many import unexplained_many
from triage.verdict.scene import Rule

RULES: tuple[Rule, ...] = (
    subject,
    known_alerts,
    node_health,
    runtime_and_kubelet,
    control_plane,
    signals,
    node_killer,
    noisy_neighbour,
    disk_filler,
    heavy_user,
    unexplained_many,
    concentration,
    exoneration,
)
