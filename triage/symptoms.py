"""From an alert to a symptom: what is wrong, and with what. PURE."""

from collections.abc import Mapping
from datetime import datetime

from alerts.subjects import Kind, Subject, subject_of
from triage.verdict import Suspect, Symptom

_MOST_TEXT = 2000  # characters of an alert's own words that the rules read


def symptom_of(
    key: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    *,
    cluster: str,
    severity: str,
    began_at: datetime,
) -> Symptom:
    """One open alert as the rules see it; `key` names it to the caller."""
    subject = subject_of(labels, cluster=cluster)
    return Symptom(
        key=key,
        alertname=subject.alertname,
        suspect=suspect_of(subject),
        severity=severity,
        began_at=began_at,
        node=subject.name if subject.kind is Kind.NODE else subject.node,
        labels=labels,
        text=" ".join(annotations.get(name, "") for name in ("summary", "description", "message"))[:_MOST_TEXT],
        # The pod of a component's alert is where the metric came from: the alert is about the component.
        pod="" if subject.kind is Kind.COMPONENT else subject.pod,
    )


def suspect_of(subject: Subject) -> Suspect:
    """What the alert itself is about; a pod stands for the workload that runs it, because pods come and go."""
    if subject.workload is not None and subject.kind in {Kind.POD, Kind.WORKLOAD}:
        return Suspect(subject.workload.kind, subject.workload.name, subject.namespace)
    # A component is one suspect, whether an alert or its own pods speak of it.
    stands_alone = subject.kind in {Kind.NAMESPACE, Kind.COMPONENT}
    return Suspect(subject.kind.value, subject.name, "" if stands_alone else subject.namespace)


def namespace_of(suspect: Suspect) -> str:
    """The namespace that it stands in, or is; empty for what stands in none."""
    return suspect.name if suspect.kind == Kind.NAMESPACE else suspect.namespace
