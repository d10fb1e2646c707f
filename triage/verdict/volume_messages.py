"""What provisioners, the attach controller and the kubelet say of volumes, and who failed by it. PURE."""

from enum import StrEnum
from typing import NamedTuple

from triage.verdict.messages import Pattern
from triage.verdict.weights import FAIR, PROOF, STRONG


class Blame(StrEnum):
    """Who failed, as a text tells."""

    SILENT = "another rule"
    OWN = "the pod's own volumes"
    STORAGE = "the storage"
    DRIVER = "the storage driver of the node"
    NODE = "the node"
    SHARED = "another pod that holds the volume"
    SERVER = "the file server"


class Sign(NamedTuple):
    """A wording and what it means."""

    pattern: Pattern
    blame: Blame
    weight: float = PROOF


MOUNT_SIGNS: tuple[Sign, ...] = (
    Sign(
        Pattern.any_of(r"(secret|configmap)s? \"?\S+ not found", "references non-existent (secret|config) key"),
        Blame.SILENT,
    ),
    Sign(
        Pattern.any_of(
            r"persistentvolumeclaim \"?\S+ (not found|is being deleted)",
            "hostpath type check failed",
            "failed to prepare subpath",
            r"secretproviderclass(es)?\S* .*not found",
            r"mount volume.*is not (a directory|a file)",
            "invalid volume (specification|mode)",
            "only one of .* may be specified",
            "permission denied.*subpath",
        ),
        Blame.OWN,
    ),
    Sign(
        Pattern.any_of("failed to get secretproviderclass", "failed to mount secrets store objects"), Blame.OWN, STRONG
    ),
    Sign(
        Pattern.any_of(
            "read-only file ?system",
            "no space left on device",
            "input/output error",
            "too many open files",
            "cannot allocate memory",
            "stale file handle.*/var/lib/kubelet",
        ),
        Blame.NODE,
    ),
    Sign(
        Pattern.any_of(
            "not found in the list of registered csi drivers",
            r"csinode \S+ does not contain driver",
            "has no nodeid annotation",
            "cannot find nodeid for driver",
            "csinodeinfo.*not found",
            r"csinode\S* \"?\S+ not found",
            r"csi\.sock: (connect: )?(connection refused|no such file)",
        ),
        Blame.DRIVER,
    ),
    Sign(
        Pattern.any_of("multi-attach error", "already exclusively attached", "already used by pod"),
        Blame.SHARED,
        STRONG,
    ),
    Sign(
        Pattern.any_of(
            "mount.nfs",
            r"mount failed: exit status \d+.*(nfs|cifs|//)",
            r"/sbin/mount\.<type> helper program",
            r"unable to resolve host.*nfs",
            r"mount error\(\d+\)",
        ),
        Blame.SERVER,
    ),
    Sign(
        Pattern.any_of(
            r"(attach|map|mount|detach|unmount|expand)volume\S* failed for volume"
            r" .*(rpc error|cloud provider|googleapi|disk|volume attachment|operation with|external-attacher)",
            "timed out waiting for external-attacher",
            "wrong fs type, bad option",
            "fsck found errors",
            "structure needs cleaning",
            "failed to (get|attach) (the )?(disk|volume|device)",
            "could not attach volume",
            "error attaching (ebs|disk|volume)",
            "volume attachment is being deleted",
        ),
        Blame.STORAGE,
    ),
    Sign(Pattern.any_of("rpc error: code = "), Blame.STORAGE, STRONG),
    Sign(
        Pattern.any_of(
            r"failed to sync (secret|configmap) cache",
            r"object \S+ not registered",
            r"failed to fetch token",
            r"serviceaccounts? \S+ is forbidden.*node",
        ),
        Blame.NODE,
        FAIR,
    ),
    Sign(Pattern.any_of("timed out waiting for the condition", "context deadline exceeded"), Blame.STORAGE, FAIR),
)

PROVISION_SIGNS: tuple[Sign, ...] = (
    Sign(
        Pattern.any_of(
            r"storageclass\S* \"?\S+ not found",
            "claim selector is not supported",
            "selector is not supported",
            r"(invalid|unsupported|not supported).*access ?mode",
            r"access ?modes? .*(not supported|unsupported|invalid)",
            "only .*(readwriteonce|access mode).* (is|are) supported",
            r"(readwritemany|multi_node_multi_writer|multi-node).*not support",
            "outofrange",
            "(less than|below) (the )?(minimum|min) ",
            "exceeds (the )?(maximum|max) (volume )?size",
            r"(snapshot|data ?source|dataSource)\S* .*not found",
            "requested pv is too small",
            "incompatible accessmode",
            "already bound to a different claim",
            "storageclassname does not match",
            "incompatible volumemode",
            "block volume provisioning is not supported",
        ),
        Blame.OWN,
    ),
    Sign(
        Pattern.any_of(
            "failed to provision volume",
            "failed to create (volume|disk)",
            "rpc error: code =",
            "quota",
            "(unauthorized|not authorized|accessdenied|forbidden)",
            "error generating accessibility requirements",
            "no topology key found",
            "(insufficient|not enough).*(space|capacity)",
            "resourceexhausted",
            "failed to get provisioner",
        ),
        Blame.STORAGE,
    ),
)


def provision_sign(message: str) -> Sign | None:
    """What a message about a claim that is not provisioned means."""
    return next((sign for sign in PROVISION_SIGNS if sign.pattern.fits(message)), None)
