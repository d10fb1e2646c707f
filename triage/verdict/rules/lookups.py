"""Names that several teams cannot look up at the same time are not each team's own misspelling.

One program that asks for a name that does not exist has it wrong. Programs of three namespaces that began to miss names
within minutes have the cluster's DNS, or the way to it, in common, even where its own pods say that they are well.
"""

from collections.abc import Iterator
from datetime import timedelta

from triage.verdict.messages import Pattern
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.types import Finding, Side, Suspect
from triage.verdict.view import names
from triage.verdict.weights import HINT, STRONG, WEAK

LOOKUP = Pattern(
    r"no such host|getaddrinfo|ENOTFOUND|EAI_AGAIN|NXDOMAIN|SERVFAIL|name resolution|could not resolve|bad address"
    r"|unknown ?host|lookup [a-z0-9.-]+ on|name or service not known|server misbehaving|resolv(e|ing) (host|name|timed)"
    r"|name does not resolve|dns resolution failed|host not found in upstream"
)
_FEWEST = 3  # namespaces
_WITHIN = timedelta(minutes=15)


def lookups(scene: Scene) -> Iterator[Finding]:
    """One line about the cluster's DNS where several namespaces miss names at once."""
    missing = [one for one in scene.of_tenants if one.namespace and scene.said(one, LOOKUP) is not None]
    began = sorted(one.began_at for one in missing)
    spaces = {one.namespace for one in missing}
    if len(spaces) < _FEWEST or began[-1] - began[0] > _WITHIN:
        return
    yield Finding(
        Side.CLUSTER,
        STRONG + WEAK + min(WEAK, HINT * (len(spaces) - _FEWEST)),
        f"{len(spaces)} namespaces cannot look up names since the same minutes: "
        f"{names([one.subject for one in missing])}.",
        "alert" if missing[0].symptoms else "object",
        began[0],
        _dns(scene),
        tuple(one.subject for one in missing),
        "lookups",
        is_specific=True,
    )


def _dns(scene: Scene) -> Suspect:
    parts = sorted({scene.view.folded(one) for one in scene.view.workloads_by_role.get(Role.DNS, ())})
    return parts[0] if parts else Suspect("Component", "coredns")
