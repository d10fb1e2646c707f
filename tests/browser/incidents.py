"""One night in the database: a node that loses its network, and what else is open, was open, and is not seen."""

from datetime import datetime, timedelta
from typing import NamedTuple

from alerts import integrations
from alerts.inbox import refuse
from alerts.models import Alert, Delivery, Integration, Reason
from ownership.models import Team, User
from ownership.oncall.escalation import TargetKind
from tests.factories import (
    make_alert,
    make_cluster,
    make_component,
    make_escalation,
    make_incident,
    make_namespace,
    make_rotation,
)
from triage.models import Finding, Heartbeat, Incident, IncidentAlert, Page, TimelineEntry

Kind = TimelineEntry.Kind
MINUTE = timedelta(minutes=1)
NAMESPACES = [
    *("cart", "catalog", "checkout", "identity", "mail", "media", "payments-api", "payments-ledger", "reco"),
    *("search-api", "search-index", "shop", "warehouse"),
]
HOSTILE = "<script>document.title='taken over'</script><img src=x onerror=alert(1)>"


class Open(NamedTuple):
    """What the pages are opened for."""

    cluster: Incident
    application: Incident
    uncertain: Incident
    over: Incident
    integration: Integration
    page: Page


def fill_map(platform: Team, checkout: Team, people: list[User], *, now: datetime) -> Integration:
    """Who owns what and who is on call, with a sender that has delivered and a tick a moment ago."""
    prod = make_cluster("prod-eu-1", name="Production EU", operated_by=platform, fallback=platform)
    make_cluster("stage-eu-1", operated_by=platform)
    make_component(cluster=prod, name="coredns", team=platform)
    make_component("IngressController", cluster=prod)
    make_namespace("kube-system", team=platform)
    for name in NAMESPACES:
        make_namespace(name, cluster=prod, team=checkout, level="workloads")
    make_rotation(platform, people[:2], zone="Europe/Berlin")
    make_escalation(platform, TargetKind.ON_CALL, TargetKind.TEAM)
    make_rotation(checkout, people[2:], zone="America/New_York")
    Heartbeat.beat(now)
    sender, _token = integrations.create("Alertmanager of prod-eu-1", cluster="prod-eu-1")
    Delivery.objects.create(
        integration=sender,
        received_at=now - timedelta(seconds=4),
        sender="192.0.2.17",
        body=b"{}",
        size=18_211,
        digested_at=now,
        alerts=14,
    )
    return sender


def fill_incidents(platform: Team, checkout: Team, people: list[User], sender: Integration, *, now: datetime) -> Open:
    """Five open incidents and one that is over."""
    node = _node(platform, people, sender, now=now)
    crash = _crash(checkout, people[2], sender, now=now)
    slow = _slow(platform, sender, now=now)
    _quota(checkout, now=now)
    _nobodys(now=now)
    over = _over(checkout, people[2], now=now)
    return Open(node, crash, slow, over, sender, node.pages.earliest("pk"))


def fill_refusals(sender: Integration, *, now: datetime) -> None:
    """What was not taken in."""
    body = b'{"version": "4", "alerts": "' + HOSTILE.encode() + b'"}'
    refuse(
        Reason.NOT_A_PAYLOAD, integration=sender, sender="192.0.2.17", size=len(body), head=body, now=now - 9 * MINUTE
    )
    for minutes in (40, 30, 20):
        refuse(
            Reason.UNKNOWN_TOKEN,
            integration=None,
            sender="2001:db8::a17:2",
            size=9_113,
            head=body,
            now=now - minutes * MINUTE,
        )


def _node(platform: Team, people: list[User], sender: Integration, *, now: datetime) -> Incident:
    began = now - 8 * MINUTE
    incident = make_incident(
        **_about("Node", "node-14"),
        verdict="cluster",
        confidence=0.9704,
        sentence="It is the cluster: Node node-14 (KubeNodeNotReady, NodeNetworkUnavailable). 13 namespaces affected.",
        owner=platform,
        owner_why="Node node-14 stands in no namespace, and platform operates prod-eu-1",
        namespaces=NAMESPACES,
        truncated=7,
        candidates=[
            _candidate("Node", "node-14", "", "cluster", 0.9704),
            _candidate("Deployment", "payments-api", "payments-api", "application", 0.0173),
            _candidate("StatefulSet", "search-index", "search-index", "application", 0.0123),
        ],
        opened_at=began,
        assessed_at=now - timedelta(seconds=2),
        due_at=now + timedelta(minutes=2, seconds=40),
        step=1,
    )
    _findings(
        incident,
        began,
        ("cluster", 2.3, "KubeNodeNotReady: the kubelet of node-14 has told nothing for 90 s.", "alert"),
        ("cluster", 2.0, "12 others fail in 12 namespaces on node-14.", "alert"),
        ("cluster", 0.92, "NodeNetworkUnavailable: node-14 says that its network is not configured.", "alert"),
        ("application", 0.7, "payments-api was rolled out 6 min before, revision 61 to 62.", "change"),
        ("cluster", -0.5, "The node itself says that it is Ready, without pressure on memory, disk or PIDs.", "object"),
        ("cluster", -0.53, "6 pods elsewhere fail as well, all of them in search-index.", "event"),
    )
    _alert(incident, sender, "KubeNodeNotReady", began, severity="critical", node="node-14", condition="Ready")
    for name in NAMESPACES[:4]:
        _alert(
            incident,
            sender,
            "KubePodNotReady",
            began + MINUTE,
            namespace=name,
            pod=f"{name}-api-with-a-rather-long-name-of-its-own-7c9d5b6f4-x7k2p",
            container=HOSTILE,
        )
    _alert(incident, sender, "KubeContainerWaiting", began, status="resolved", namespace="mail", pod="mail-0")
    _said(incident, began, Kind.OPENED, incident.sentence)
    _said(incident, began, Kind.ASSIGNED, f"{platform}: {incident.owner_why}")
    _said(incident, began + timedelta(seconds=2), Kind.PAGED, f"{people[0]} paged by E-mail.")
    _said(
        incident,
        began + 2 * MINUTE,
        Kind.FAILED,
        "The team's channel not reached by Webhook: chat.example.org answered 404; check the address.",
    )
    _said(
        incident,
        began + 4 * MINUTE,
        Kind.COMMENTED,
        "Cilium agent restarted, no change. The node image is 3 minutes older than this: rolling it back.",
        people[1],
    )
    _page(incident, people[0], began, sent_at=began + timedelta(seconds=2), attempts=1)
    _page(
        incident,
        None,
        began,
        channel="webhook",
        address="https://chat.example.org/hook/T0P-S3CR3T",
        attempts=1,
        failed_at=began + 2 * MINUTE,
        error="chat.example.org answered 404; check the address.",
    )
    return incident


def _crash(checkout: Team, by: User, sender: Integration, *, now: datetime) -> Incident:
    began = now - 18 * MINUTE
    incident = make_incident(
        **_about("StatefulSet", "search-index", "search-index"),
        verdict="application",
        confidence=0.9427,
        sentence="It is the application: StatefulSet search-index/search-index (KubePodCrashLooping).",
        owner=checkout,
        owner_why="the namespace search-index in prod-eu-1 is owned by checkout, at level workloads; "
        "at level workloads the team answers for its workloads and their configuration, such as StatefulSet",
        namespaces=["search-index"],
        candidates=[_candidate("StatefulSet", "search-index", "search-index", "application", 0.9427)],
        opened_at=began,
        assessed_at=now - timedelta(seconds=12),
        acknowledged_at=began + 7 * MINUTE,
        acknowledged_by=by,
    )
    _findings(
        incident,
        began,
        ("application", 2.0, "KubePodCrashLooping: the container index exits with code 1 again and again.", "alert"),
        ("application", 0.8, "Rolled out 3 min before, revision 117 to 118.", "change"),
    )
    _alert(incident, sender, "KubePodCrashLooping", began, namespace="search-index", pod="search-index-3")
    _said(incident, began, Kind.OPENED, incident.sentence)
    _said(incident, began + 7 * MINUTE, Kind.ACKNOWLEDGED, f"{by} has it.", by)
    _page(incident, by, began, sent_at=began + timedelta(seconds=1), attempts=1)
    return incident


def _slow(platform: Team, sender: Integration, *, now: datetime) -> Incident:
    began = now - 3 * MINUTE
    incident = make_incident(
        **_about("StorageClass", "fast-ssd"),
        verdict="uncertain",
        confidence=0.5744,
        severity="warning",
        sentence="It is not decided: StorageClass fast-ssd (SlowWrites). 3 namespaces affected.",
        owner=platform,
        owner_why="it is not decided whose it is; nobody owns what is uncertain in prod-eu-1, so platform looks first",
        namespaces=["reco", "shop", "warehouse"],
        candidates=[
            _candidate("StorageClass", "fast-ssd", "", "cluster", 0.5744),
            _candidate("Deployment", "reco", "reco", "application", 0.4256),
        ],
        opened_at=began,
        assessed_at=now,
        due_at=now + 8 * MINUTE,
    )
    _findings(
        incident,
        began,
        ("cluster", 0.7, "SlowWrites: 3 claims of fast-ssd wait for more than 200 ms.", "alert"),
        ("application", 0.4, "reco writes ten times as much since 02:50.", "metric"),
    )
    _alert(incident, sender, "SlowWrites", began, severity="warning", storageclass="fast-ssd")
    _said(incident, began, Kind.OPENED, incident.sentence)
    _said(incident, now - MINUTE, Kind.COMMENTED, f"Its claims say\n{HOSTILE}")
    return incident


def _quota(checkout: Team, *, now: datetime) -> None:
    make_incident(
        **_about("ResourceQuota", "mail", "mail"),
        verdict="application",
        confidence=0.88,
        severity="warning",
        sentence="It is the application: ResourceQuota mail/mail (KubeQuotaExceeded).",
        owner=checkout,
        opened_at=now - timedelta(hours=9),
        is_stale=True,
        namespaces=["mail"],
    )


def _nobodys(*, now: datetime) -> None:
    make_incident(
        **(_about("CronJob", "export-of-the-ledger-for-the-auditors-every-night", "ledger") | {"cluster": "pay-eu-1"}),
        verdict="application",
        confidence=0.71,
        severity="warning",
        sentence=f"It is the application: CronJob ledger/{HOSTILE} (KubeJobFailed).",
        owner=None,
        owner_why="nobody owns it in pay-eu-1, which has no fallback",
        opened_at=now - timedelta(hours=1, minutes=54),
        namespaces=["ledger"],
    )


def _over(checkout: Team, by: User, *, now: datetime) -> Incident:
    began = now - timedelta(hours=5)
    ended = began + 22 * MINUTE
    incident = make_incident(
        **_about("Deployment", "cart", "shop"),
        verdict="application",
        confidence=0.93,
        sentence="It is the application: Deployment shop/cart (KubeContainerWaiting).",
        owner=checkout,
        opened_at=began,
        resolved_at=ended,
        resolved_by=by,
        acknowledged_at=began + MINUTE,
        acknowledged_by=by,
        ended_why=f"{by} resolved it: the image is back in the registry.",
    )
    _findings(incident, began, ("application", 2.6, "ErrImagePull: cart:8f31c is not in the registry.", "alert"))
    _said(incident, began, Kind.OPENED, incident.sentence)
    _said(incident, ended, Kind.RESOLVED, incident.ended_why, by)
    return incident


def _about(kind: str, name: str, namespace: str = "") -> dict[str, str]:
    return {
        "cluster": "prod-eu-1",
        "suspect_key": f"{kind}/{namespace}/{name}",
        "suspect_kind": kind,
        "suspect_name": name,
        "suspect_namespace": namespace,
    }


def _candidate(kind: str, name: str, namespace: str, side: str, probability: float) -> dict[str, object]:
    return {"kind": kind, "name": name, "namespace": namespace, "side": side, "probability": probability}


def _findings(incident: Incident, at: datetime, *findings: tuple[str, float, str, str]) -> None:
    for position, (side, weight, claim, source) in enumerate(findings):
        Finding.objects.create(
            incident=incident,
            position=position,
            side=side,
            weight=weight,
            claim=claim,
            source=source,
            observed_at=at + timedelta(seconds=position * 7),
        )


def _alert(
    incident: Incident,
    sender: Integration,
    name: str,
    at: datetime,
    *,
    severity: str = "warning",
    status: str = "firing",
    **labels: str,
) -> None:
    alert = make_alert(
        integration=sender,
        cluster="prod-eu-1",
        status=Alert.Status(status),
        severity=severity,
        labels={"alertname": name, "severity": severity, **labels},
        annotations={
            "summary": f"{name} for more than a minute.",
            "runbook_url": f"https://runbooks.example.org/{name.lower()}",
        },
        generator_url="javascript:alert(1)",
        starts_at=at,
        first_seen_at=at,
        last_seen_at=at + 2 * MINUTE,
    )
    IncidentAlert.objects.create(incident=incident, alert=alert)


def _said(incident: Incident, at: datetime, kind: Kind, text: str, actor: User | None = None) -> None:
    TimelineEntry.objects.create(incident=incident, at=at, kind=kind, text=text, actor=actor)


def _page(incident: Incident, user: User | None, at: datetime, **fields: object) -> None:
    address = user.email if user else ""
    usual = {"channel": "email", "address": address, "round": 0, "step": 0, "created_at": at}
    Page.objects.create(incident=incident, user=user, **{**usual, **fields})
