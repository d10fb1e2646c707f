"""Reads why the API server refused a pod, as controllers quote it in `FailedCreate` and `ReplicaFailure`. PURE."""

from dataclasses import dataclass
from enum import StrEnum

from triage.verdict.messages import Capture, Pattern


class Kind(StrEnum):
    """What refused the pod."""

    QUOTA = "the quota is used up"
    QUOTA_NEEDS = "the quota asks for requests or limits"
    QUOTA_UNKNOWN = "nobody has counted the quota"
    LIMIT_RANGE = "the limit range is not kept"
    SECURITY = "pod security is not kept"
    DENIED = "a policy denies it"
    WEBHOOK = "a webhook does not answer"
    TUNNEL = "the control plane does not reach the cluster"
    ACCOUNT = "the service account does not exist"
    DEFAULT_ACCOUNT = "the default service account does not exist"
    PRIORITY = "the priority class does not exist"
    INVALID = "the spec is invalid"
    ENDING = "the namespace is being deleted"
    ETCD = "etcd does not write"
    SERVER = "the API server does not finish the request"


@dataclass(frozen=True)
class Refusal:
    """One message, read."""

    kind: Kind
    name: str = ""  # of the quota, webhook, account, class or level
    service: str = ""  # of a webhook
    namespace: str = ""  # of that service
    requested: str = ""
    used: str = ""
    limited: str = ""


_WEBHOOK = Capture(r'failed calling (?:admission )?webhook "?(?P<name>[^" :]+)"?')
_SERVICE = Capture(r"https?://(?P<service>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc")
_DENIED = Capture(r'admission webhook "(?P<name>[^"]+)" denied the request')
_POLICY = Capture(r"ValidatingAdmissionPolicy '(?P<name>[^']+)'.* denied request")
_QUOTA = Capture(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<requested>.+), used: (?P<used>.+), limited: (?P<limited>\S+)"
)
_QUOTA_NEEDS = Capture(r"failed quota: (?P<name>[^:]+): must specify")
_QUOTA_UNKNOWN = Capture(r"status unknown for quota: (?P<name>[^,]+)")
_LIMIT = Pattern(
    r"(?:maximum|minimum) \S+ usage per (?:container|pod|persistentvolumeclaim)|max limit to request ratio per"
)
_LEVEL = Capture(r'violates podsecurity "(?P<name>[^"]+)"')
_SECURITY = Pattern(
    r"unable to validate against any (?:security context constraint|pod security policy)"
    r"|podsecuritypolicy: unable to admit"
)
_ACCOUNT = Capture(r'serviceaccount "(?P<name>[^"]+)" not found')
_PRIORITY = Capture(r"no priorityclass with name (?P<name>\S+) was found")
_INVALID = Pattern(r"(?: is invalid: |unsupported value: |must be no more than 63 )")
_ENDING = Pattern(r"because it is being terminated")
_ETCD = Pattern(r"etcdserver: |etcd cluster is unavailable|database space exceeded")
_SERVER = Pattern(
    r"request did not complete within|unable to return a response in the time allotted"
    r"|failed to complete (?:mutation|validation)|server is currently unable to handle the request"
    r"|leader changed|apiserver is shutting down|http2: client connection lost"
)
_TUNNEL = Pattern(r"no agent available|failed to get a backend|dial tunnel|proxy error from|error dialing backend")
_DEADLINE = Pattern(r"context deadline exceeded|i/o timeout|connection refused")

_IN_ORDER: tuple[tuple[Kind, Pattern], ...] = (
    (Kind.DENIED, _DENIED),
    (Kind.DENIED, _POLICY),
    (Kind.QUOTA, _QUOTA),
    (Kind.QUOTA_NEEDS, _QUOTA_NEEDS),
    (Kind.QUOTA_UNKNOWN, _QUOTA_UNKNOWN),
    (Kind.LIMIT_RANGE, _LIMIT),
    (Kind.SECURITY, _LEVEL),
    (Kind.SECURITY, _SECURITY),
    (Kind.ACCOUNT, _ACCOUNT),
    (Kind.PRIORITY, _PRIORITY),
    (Kind.ENDING, _ENDING),
    (Kind.ETCD, _ETCD),
    (Kind.SERVER, _SERVER),
    (Kind.INVALID, _INVALID),
    (Kind.SERVER, _DEADLINE),
)


def read(message: str) -> Refusal | None:
    """Why the pod was refused; None where the message does not say."""
    line = " ".join(message.split())
    if (called := _WEBHOOK.find(line)) is not None:
        where = _SERVICE.find(line) or {}
        kind = Kind.TUNNEL if _TUNNEL.fits(line) else Kind.WEBHOOK
        return Refusal(kind, called["name"], where.get("service", ""), where.get("namespace", ""))
    for kind, pattern in _IN_ORDER:
        if not pattern.fits(line):
            continue
        found = (pattern.find(line) if isinstance(pattern, Capture) else None) or {}
        name = found.get("name", "").strip()
        is_default = kind is Kind.ACCOUNT and name == "default"
        return Refusal(
            Kind.DEFAULT_ACCOUNT if is_default else kind,
            name,
            requested=found.get("requested", ""),
            used=found.get("used", ""),
            limited=found.get("limited", ""),
        )
    return None
