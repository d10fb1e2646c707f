"""The rules: each reads one symptom and says what it means, or nothing. A new one is a file, a line here, a test."""

from collections.abc import Callable

from triage.verdict.rules.cluster_component import cluster_component
from triage.verdict.rules.container_crash import container_crash
from triage.verdict.rules.container_start import container_start
from triage.verdict.rules.job_failed import job_failed
from triage.verdict.rules.memory_limit import memory_limit
from triage.verdict.rules.node_lost import node_lost
from triage.verdict.rules.node_strained import node_strained
from triage.verdict.rules.not_ready import not_ready
from triage.verdict.rules.platform_workload import platform_workload
from triage.verdict.rules.quota import quota
from triage.verdict.rules.rollout import rollout
from triage.verdict.rules.volume import volume
from triage.verdict.types import Finding, Snapshot, Symptom

Rule = Callable[[Symptom, Snapshot], Finding | None]

RULES: tuple[Rule, ...] = (
    node_lost,
    node_strained,
    cluster_component,
    platform_workload,
    container_start,
    container_crash,
    memory_limit,
    rollout,
    job_failed,
    volume,
    quota,
    not_ready,
)
