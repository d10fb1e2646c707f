"""A certificate that is not accepted is its owner's; a wrong clock makes good certificates look bad on its node.

A certificate that is `not yet valid` on a node whose clock is off is that node's matter. One that the API server, the
kubelet or cert-manager shows, or that several teams meet at once, is the platform's. What a single team meets, of its
own service, is the team's. Webhooks and registries have rules of their own.
"""

from collections.abc import Iterator
from typing import NamedTuple

from triage.verdict.findings import Line
from triage.verdict.messages import Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.troubles import Trouble, counted
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, PROOF, STRONG

BAD = Pattern.any_of(
    "x509",
    "certificate (has |is )?(expired|not yet valid)",
    "certificate verify failed",
    "unable to get local issuer certificate",
    "pkix path (building|validation) failed",
    "certhasexpired|cert_has_expired",
)
NOT_YET = Pattern.any_of("not yet valid", r"current time \S+ is before", "clock", "notbefore")
_OF_PLATFORM = Pattern.any_of(
    r"kubernetes\.default", r":10250\b", r":6443\b", "kubelet", "apiserver", "etcd", "cluster-?issuer", "kube-root-ca"
)
_ELSEWHERE = Pattern.any_of("webhook", "pull image", "registry", "pulling")
_CLOCK = Pattern.any_of("nodeclock", "clock ?skew", "notsynchroni", "ntp", "chrony", "timesync")


class _Around(NamedTuple):
    """What each of them is weighed against."""

    skewed: frozenset[str]  # nodes whose clock is wrong
    makers: list[Suspect]  # sick parts that make certificates
    reach: int  # namespaces that meet one


def certificates_and_clock(scene: Scene) -> Iterator[Finding]:
    """Lines about everything that meets a certificate that it does not accept."""
    skewed = {
        trouble.subject.name
        for trouble in scene.of_platform
        if trouble.subject.kind == "Node"
        for symptom in trouble.symptoms
        if _CLOCK.fits(f"{symptom.alertname} {symptom.text}")
    }
    told = [(trouble, said) for trouble in scene.troubles.values() if (said := _said(scene, trouble)) is not None]
    namespaces = {trouble.namespace for trouble, _ in told if not scene.view.is_platform(trouble.subject)}
    around = _Around(frozenset(skewed), _sick_makers(scene) if told else [], len(namespaces))
    for trouble, said in told:
        suspect, weight, why = _blamed(scene, trouble, said, around)
        claim = f"{trouble.subject} meets a certificate that it does not accept, {why}: “{short(said.words)}”"
        yield Line(scene, "certificates_and_clock", trouble, said).graded(suspect, weight, claim)


def _said(scene: Scene, trouble: Trouble) -> Statement | None:
    if trouble.subject.kind in {"Node", "Namespace", "Ingress"}:
        return None  # what a prober meets at the way in is the rule of the ingress
    told = (one for one in scene.statements[trouble.subject] if BAD.fits(one.words))
    return next((one for one in told if not _ELSEWHERE.fits(one.words)), None)


def _sick_makers(scene: Scene) -> list[Suspect]:
    """Who makes certificates and has an alert of its own."""
    told = [one.subject for one in scene.of_platform if one.symptoms]
    return sorted(one for one in told if scene.view.role_of(one) is Role.CERTIFICATES)


def _blamed(scene: Scene, trouble: Trouble, said: Statement, around: _Around) -> tuple[Suspect, float, str]:
    view, reach = scene.view, around.reach
    places = {node for node in (said.node, *trouble.nodes) if node}
    places |= {pod.node for pod in view.pods_by_workload.get(trouble.subject, ()) if pod.node} if not places else set()
    if (wrong := sorted(places & around.skewed)) and (NOT_YET.fits(said.words) or len(places) == 1):
        return Suspect("Node", wrong[0]), PROOF, f"on {wrong[0]}, whose clock is wrong"
    if _OF_PLATFORM.fits(said.words):
        return view.cluster, STRONG, "one of the cluster's own"
    others = f"and so do others in {counted(reach, 'namespace')}"
    if around.makers and reach > 1:
        return around.makers[0], STRONG, f"{others}, while it is sick that makes them"
    if reach > 2:
        return view.cluster, FAIR, others
    return trouble.subject, FAIR, "and hardly anybody else does"
