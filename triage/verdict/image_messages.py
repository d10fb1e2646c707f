"""What a runtime says when it cannot pull an image, sorted into faults. PURE."""

from enum import StrEnum

from triage.verdict.messages import Capture, Pattern


class Fault(StrEnum):
    """What stands between the node and the image."""

    DISK = "the node's disk"
    PACE = "the kubelet's own pace"
    LIMIT = "the registry's limit"
    LOOKUP = "the node's name resolution"
    NO_HOST = "a host that does not exist"
    WAY = "the way to the registry"
    ACCESS = "access"
    REFERENCE = "the reference"
    UNTOLD = "nobody says what"


# In this order: a message holds the words of whoever failed first, wrapped by those who asked.
FAULTS: tuple[tuple[Fault, Pattern], ...] = (
    (
        Fault.DISK,
        Pattern(
            r"no space left on device|input/output error|read-only file system|structure needs cleaning"
            r"|disk quota exceeded|failed commit on ref .*unexpected commit digest|unable to apply layer.*corrupt"
        ),
    ),
    (Fault.PACE, Pattern(r"pull QPS exceeded|RegistryPullQPS")),
    (Fault.LIMIT, Pattern(r"toomanyrequests|429 Too Many|pull rate limit|Rate exceeded|too many requests")),
    (
        Fault.LOOKUP,
        Pattern(
            r"lookup [^ ]+( on [^ ]+)?: [^\n]{0,80}(i/o timeout|connection refused|network is unreachable"
            r"|no route to host)"
            r"|lookup [^\n]{0,120}operation was canceled"
        ),
    ),
    (
        # A resolver says "try again" and "server failure" as well of a zone that nobody has.
        Fault.NO_HOST,
        Pattern(
            r"no such host|name or service not known|could not resolve host|server misbehaving"
            r"|temporary failure in name resolution"
        ),
    ),
    (
        Fault.WAY,
        Pattern(
            r"i/o timeout|connection refused|connection timed out|connection reset|no route to host"
            r"|network is unreachable"
            r"|TLS handshake timeout|remote error: tls|tls: |x509: |certificate (has expired|signed by unknown)"
            r"|context deadline exceeded|context canceled|request canceled|Client\.Timeout|unexpected EOF|: EOF"
            r"|\b50[0234]\b|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|proxyconnect"
            r"|server gave HTTP response to HTTPS client|RegistryUnavailable|no progress in|stream error"
            r"|received unexpected HTTP status"
        ),
    ),
    (
        Fault.ACCESS,
        Pattern(
            r"unauthorized|authentication required|no basic auth credentials|access denied|\bdenied\b|403 Forbidden"
            r"|401 Unauthorized|insufficient_scope|authorization failed|authorization token has expired|AccessDenied"
            r"|incorrect username or password|not authorized|failed to fetch (anonymous|oauth) token|invalid_grant"
        ),
    ),
    (
        Fault.REFERENCE,
        Pattern(
            r"manifest unknown|name unknown|NAME_UNKNOWN|not found|repository does not exist|invalid reference format"
            r"|couldn't parse image|InvalidImageName|no matching manifest|no match for platform"
            r"|does not (match|provide)[^\n]*platform|no image found in [^\n]* for architecture|ErrImageNeverPull"
            r"|pull policy of Never|unsupported (manifest )?media ?type|schema 1|manifest invalid|must be lowercase"
            r"|no child with platform|SignatureValidationFailed|invalid tag format|error parsing HTTP 404"
        ),
    ),
)
_OWN_REASONS = {"InvalidImageName": Fault.REFERENCE, "ErrImageNeverPull": Fault.REFERENCE}
_IMAGE = Capture(r"image:? \\?\"(?P<image>[^\"\\ ]+)|image (?P<bare>[^ \":]+/[^ \"]+?):? ")
ASKED = Capture(r"https?://(?P<host>[^/\" \\?]+)")
PULLED = Capture(r"Successfully pulled image \\?\"(?P<image>[^\"\\]+)")
DIALED = Capture(r"dial tcp (?P<address>[0-9a-f.:]+?):[0-9]+:")
SANDBOX = Pattern(r"sandbox image|pause image|failed to (get|pull) (sandbox|pause)")
ANONYMOUS_NO_MORE = Pattern(r"rate limit as |as '(?P<user>[^']+)'")


def fault_of(words: str, reason: str = "") -> Fault:
    """What a message of a runtime means."""
    if reason in _OWN_REASONS:
        return _OWN_REASONS[reason]
    return next((fault for fault, pattern in FAULTS if pattern.fits(words)), Fault.UNTOLD)


def image_in(words: str) -> str:
    """The image that the message names; empty where it names none."""
    groups = _IMAGE.find(words)
    return (groups["image"] or groups["bare"]) if groups else ""
