"""A volume that is not provisioned, attached or mounted is the storage's fault, unless the claim asks for what does not
exist or cannot be shared.

Three places are read: the claim and its class (does the class exist, does any volume satisfy the claim?), what the
provisioner, the attach controller and the kubelet said, and who else holds the volume. A disk that is still attached
to a dead node is the node's; one that two revisions of the same Deployment want on two nodes is the team's. A full
claim is its owner's, a full node is not. Missing secrets and config maps are no matter of this rule.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from alerts.kubernetes.fields import dig, rows, text
from alerts.kubernetes.objects import Pod, Thing
from alerts.reports import EventReport
from triage.verdict.claims import fault_of, ties_of, used_share
from triage.verdict.findings import Line
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import Role
from triage.verdict.scene import Scene
from triage.verdict.statements import MOUNTS, SANDBOX, Statement
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.view import View
from triage.verdict.volume_messages import MOUNT_SIGNS, Blame, Sign, provision_sign
from triage.verdict.weights import FAIR, HINT, PROOF, STRONG, WEAK

_RULE = "volumes"
_NO_CLASS = Pattern("no persistent volumes available for this claim and no storage class is set")
_WAITS_FOR_PROVISIONER = Pattern("(waiting for a volume to be created|external provisioner)")
_RESIZE = Pattern("(shrink|less than|smaller than)")
_USED_BY = Capture(r"used by pods?(?:\(s\))? (?P<pods>[a-z0-9.\-, ]+)")
_MISSING_CLAIM = Capture(r"persistentvolumeclaim \"(?P<name>[^\"]+)\" not found")
_VOLUME = Capture(r"for volume \"(?P<volume>[^\"]+)\"")
_UNMOUNTED = Capture(r"unmounted volumes=\[(?P<names>[^\]]*)\]")
_HOST = Capture(r"(?:^|[\s'\"])(?P<host>[a-z0-9][a-z0-9.\-]*[a-z0-9]):/")
_FULL = Pattern("(no space left on device|disk (is )?full|could not (write|extend)|disk quota exceeded)")
_AFFINITY = Pattern.any_of("volume node affinity conflict", "no available volume zone")
_FULL_SHARE, _ROOM = 0.95, 0.9
_DEFAULTS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


def volumes(scene: Scene) -> Iterator[Finding]:
    """Lines about claims that are not bound, volumes that are not mounted, and claims that are full."""
    book = _Book(scene)
    for trouble in scene.troubles.values():
        yield from _claims(book, trouble)
        yield from _mounts(book, trouble)
        yield from _full(book, trouble)
        yield from _out_of_reach(book, trouble)


_UNBOUND = Pattern.any_of("unbound immediate persistentvolumeclaims", "unbound persistentvolumeclaims")


class _Book:
    """What is looked up more than once."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.view = scene, scene.view
        self.defaults = [one.name for one in self.view.of_kind("StorageClass") if _is_default(one)]
        self.failed_mounts = {
            (event.namespace, event.name)
            for event in self.view.events_with("FailedMount", "FailedAttachVolume")
            if event.kind == "Pod" and _is_generic(event.message)
        }

    @cached_property
    def holders(self) -> Mapping[tuple[str, str], list[Pod]]:
        """The pods that mount each claim."""
        found: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        for pod in self.view.pods.values():
            for volume in rows(pod.spec.get("volumes")):
                if name := text(dig(volume, "persistentVolumeClaim", "claimName")):
                    found[pod.namespace, name].append(pod)
        return found

    @cached_property
    def sick_drivers(self) -> list[Suspect]:
        """Parts of the storage that fail themselves."""
        parts = [one for one in self.scene.of_platform if one.subject.kind == "Component" and one.failing]
        return [one.subject for one in parts if self.view.role_of(one.subject) is Role.STORAGE]

    @cached_property
    def said_full(self) -> Mapping[Suspect, Statement]:
        """Who says that there is no room left, in words of its own."""
        found: dict[Suspect, Statement] = {}
        for trouble in self.scene.troubles.values():
            for said in self.scene.statements[trouble.subject]:
                if _FULL.fits(said.words) and said.reason not in MOUNTS | SANDBOX:
                    found.setdefault(trouble.subject, said)
        return found

    @cached_property
    def full_namespaces(self) -> frozenset[str]:
        return frozenset(one.namespace for one in self.said_full if one.namespace)

    @cached_property
    def claims_with_room(self) -> list[float]:
        """How full the claims are of those who say so, where none of them is: empty where one is full or unmeasured."""
        claims = [one for subject in self.said_full for one in self.claims_of(self.scene.troubles[subject])]
        shares = [share for one in claims if (share := used_share(self.view, one)) is not None]
        return shares if all(share < _ROOM for share in shares) else []

    def line(self, trouble: Trouble, source: str, at: datetime | None = None) -> Line:
        """What is seen of the trouble."""
        return Line.seen(self.scene, _RULE, trouble, source, at)

    def claims_of(self, trouble: Trouble) -> list[Thing]:
        """The claims that the trouble's pods mount, or the claim that it is about."""
        subject = trouble.subject
        if not self.view.knows("PersistentVolumeClaim"):
            return []
        if subject.kind == "PersistentVolumeClaim":
            names = {(subject.namespace, subject.name)}
        else:
            workloads = {subject, *trouble.workloads}
            names = {(one.namespace, name) for one in workloads for name in self.view.claims_of.get(one, ())}
            names |= self._by_ordinal(trouble) or (set() if names else self._by_words(trouble))
        things = (self.view.thing("PersistentVolumeClaim", *name) for name in sorted(names))
        return [one for one in things if one is not None]

    def _by_ordinal(self, trouble: Trouble) -> set[tuple[str, str]]:
        """Claims of a StatefulSet are called after their pod; so they are found where its volumes were not read."""
        if trouble.subject.kind != "StatefulSet":
            return set()
        ends = tuple(f"-{pod.name}" for pod in trouble.failing)
        here = self.view.in_namespace("PersistentVolumeClaim", trouble.namespace)
        return {(trouble.namespace, one.name) for one in here if ends and one.name.endswith(ends)}

    def _by_words(self, trouble: Trouble) -> set[tuple[str, str]]:
        """The scheduler says that a claim of the pod is not bound, and does not say which: one that waits there, and
        that nobody else mounts. Where the pod's volumes were not read, nothing tells more."""
        if self.scene.said(trouble, _UNBOUND) is None:
            return set()
        here = self.view.in_namespace("PersistentVolumeClaim", trouble.namespace)
        waiting = {one.name for one in here if text(one.status.get("phase")) == "Pending"}
        return {(trouble.namespace, name) for name in waiting if (trouble.namespace, name) not in self.holders}

    def storage_of(self, class_name: str, message: str = "") -> Suspect:
        """Who is to blame in the storage: a part that fails itself, else the class, else the cluster."""
        if len(self.sick_drivers) == 1:
            return self.sick_drivers[0]
        if class_name:
            return Suspect("StorageClass", class_name)
        return self.view.cluster if not message else Suspect("StorageClass", self.class_in(message) or "storage")

    def class_in(self, message: str) -> str:
        """The class of the volume that a message names."""
        found = _VOLUME.find(message)
        volume = self.view.thing("PersistentVolume", "", found["volume"]) if found else None
        return text(volume.spec.get("storageClassName")) if volume else ""


def _is_default(thing: Thing) -> bool:
    return any(thing.annotations.get(name) == "true" for name in _DEFAULTS)


def _is_generic(message: str) -> bool:
    words = message.casefold()
    return "timed out waiting for the condition" in words or "context deadline exceeded" in words


# -- Claims --


def _claims(book: _Book, trouble: Trouble) -> Iterator[Finding]:
    yield from _missing_claim(book, trouble)
    for claim in book.claims_of(trouble):
        phase = text(claim.status.get("phase"))
        events = book.view.events_about(claim.kind, claim.namespace, claim.name)
        if phase == "Lost":
            yield book.line(trouble, "object").graded(
                Suspect("StorageClass", text(claim.spec.get("storageClassName")) or "storage"),
                STRONG,
                f"Claim {claim.namespace}/{claim.name} has lost its volume: it is bound to one that is gone.",
            )
        if phase == "Pending":
            yield from _unbound(book, trouble, claim, events)
        for event in events:
            if event.reason in {"VolumeResizeFailed", "FileSystemResizeFailed"}:
                own = _RESIZE.fits(event.message)
                suspect = _of(claim) if own else book.storage_of(text(claim.spec.get("storageClassName")))
                yield book.line(trouble, "event").graded(
                    suspect, STRONG, f"The claim is not resized: “{short(event.message)}”"
                )
    if not book.view.knows("PersistentVolumeClaim", trouble.namespace):
        yield from _told_of_claims(book, trouble)


def _missing_claim(book: _Book, trouble: Trouble) -> Iterator[Finding]:
    for said in book.scene.statements[trouble.subject]:
        found = _MISSING_CLAIM.find(said.words)
        if found and book.view.thing("PersistentVolumeClaim", trouble.namespace, found["name"]) is None:
            yield book.line(trouble, said.source).graded(
                trouble.subject,
                PROOF,
                f"{trouble.subject} mounts the claim {found['name']}, which does not exist: “{short(said.words)}”",
            )
            return


def _told_of_claims(book: _Book, trouble: Trouble) -> Iterator[Finding]:
    """Claims were not read; their events may be here nevertheless."""
    for event in trouble.events:
        if event.reason in {"ProvisioningFailed", "FailedBinding"} and (sign := provision_sign(event.message)):
            own = sign.blame is Blame.OWN
            suspect = Suspect(event.kind, event.name, event.namespace) if own else book.storage_of("")
            yield book.line(trouble, "event").graded(
                suspect, sign.weight, f"Claim {event.name}: “{short(event.message)}”"
            )
            return


def _unbound(book: _Book, trouble: Trouble, claim: Thing, events: Sequence[EventReport]) -> Iterator[Finding]:
    told = f"Claim {claim.namespace}/{claim.name} is not bound: "
    class_name = text(claim.spec.get("storageClassName"))
    if (reason := fault_of(book.view, claim)) is not None:
        yield book.line(trouble, "object").graded(_of(claim), PROOF, told + reason)
        return
    for event in reversed(events):
        if event.reason in {"ProvisioningFailed", "FailedBinding"} and (sign := provision_sign(event.message)):
            suspect = _of(claim) if sign.blame is Blame.OWN else book.storage_of(class_name)
            yield book.line(trouble, "event").graded(suspect, sign.weight, f"{told}“{short(event.message)}”")
            return
    if _lacks_default(book, claim, events):
        claim_text = told + "it names no class, and no class of the cluster is the default one."
        yield book.line(trouble, "object").graded(book.view.cluster, STRONG, claim_text)
        return
    if any(_NO_CLASS.fits(event.message) for event in events):
        yield book.line(trouble, "event").graded(_of(claim), STRONG, told + "it names no class, and no volume fits it.")
        return
    waiting = [event for event in events if event.reason == "ExternalProvisioning"]
    waiting = [event for event in waiting if _WAITS_FOR_PROVISIONER.fits(event.message)]
    if waiting:
        claim_text = f"{told}its provisioner does not answer: “{short(waiting[-1].message)}”"
        yield book.line(trouble, "event").graded(book.storage_of(class_name), PROOF, claim_text)


def _lacks_default(book: _Book, claim: Thing, events: Sequence[EventReport]) -> bool:
    """The claim leaves the class to the cluster, other classes exist, and none is the default."""
    if claim.spec.get("storageClassName") is not None or claim.spec.get("volumeName") or claim.spec.get("selector"):
        return False
    return book.view.knows("StorageClass") and not book.defaults and any(_NO_CLASS.fits(one.message) for one in events)


def _of(claim: Thing) -> Suspect:
    return Suspect(claim.kind, claim.name, claim.namespace)


# -- Mounts --


def _mounts(book: _Book, trouble: Trouble) -> Iterator[Finding]:
    told = [said for said in book.scene.statements[trouble.subject] if said.source == "event" and said.reason in MOUNTS]
    for sign in MOUNT_SIGNS:
        for said in told:
            if not sign.pattern.fits(said.words):
                continue
            if sign.blame is not Blame.SILENT:
                yield from _mount(book, trouble, sign, said)
            return


def _mount(book: _Book, trouble: Trouble, sign: Sign, said: Statement) -> Iterator[Finding]:
    suspect, weight, why = _blamed(book, trouble, sign, said)
    claim = f"A volume of {trouble.subject} is not mounted, and {why} is why: “{short(said.words)}”"
    yield Line(book.scene, _RULE, trouble, said).graded(suspect, weight, claim)


def _blamed(book: _Book, trouble: Trouble, sign: Sign, said: Statement) -> tuple[Suspect, float, str]:
    why = sign.blame.value
    node = said.node or _node_of(book.view, trouble, said)
    match sign.blame:
        case Blame.OWN:
            return trouble.subject, sign.weight, why
        case Blame.NODE:
            return (Suspect("Node", node) if node else book.view.cluster), sign.weight, why
        case Blame.DRIVER:
            return _driver(book, trouble, said, node), sign.weight, why
        case Blame.SHARED:
            return _shared(book, trouble, said)
        case Blame.SERVER:
            return _server(book, trouble, said)
        case _:
            return _storage(book, trouble, sign, said)


def _node_of(view: View, trouble: Trouble, said: Statement) -> str:
    pod = view.pods.get((trouble.namespace, said.pod))
    return pod.node if pod else min(trouble.nodes, default="")


def _driver(book: _Book, trouble: Trouble, said: Statement, node: str) -> Suspect:
    """A driver that the cluster does not have is the pod's own wish where the pod names it; else the node lacks it."""
    inline = {
        text(dig(volume, "csi", "driver")) for pod in trouble.failing for volume in rows(pod.spec.get("volumes"))
    } - {""}
    known = {one.name for one in book.view.of_kind("CSIDriver")}
    if known and any(driver in said.words and driver not in known for driver in inline):
        return trouble.subject
    sick = book.storage_of("")
    if sick.kind == "Component":
        return sick
    return Suspect("Node", node) if node else book.view.cluster


def _shared(book: _Book, trouble: Trouble, said: Statement) -> tuple[Suspect, float, str]:
    """Who holds the volume: a dead node, a pod that runs well, or nobody who is still there."""
    view = book.view
    holders = _holders(book, trouble, said)
    for pod in holders:
        if pod.node and (pod.node in view.lost_nodes or (view.nodes and pod.node not in view.nodes)):
            return Suspect("Node", pod.node), PROOF, f"the node {pod.node}, which is lost and still holds it,"
    for attachment in view.of_kind("VolumeAttachment"):
        node, volume = (
            text(attachment.spec.get("nodeName")),
            text(dig(attachment.spec, "source", "persistentVolumeName")),
        )
        is_gone = node in view.lost_nodes or (bool(view.nodes) and node not in view.nodes)
        if volume and volume in said.words and is_gone:
            return Suspect("Node", node), PROOF, f"its attachment to {node}, which is lost,"
    living = [pod for pod in holders if pod.phase == "Running" and pod.thing.deleted_at is None]
    if living:
        pod = min(living, key=lambda one: one.name)
        return trouble.subject, PROOF, f"that {pod.name} on {pod.node} holds it, which only one node can,"
    leaving = [pod for pod in holders if pod.thing.deleted_at is not None and pod.node]
    if leaving:
        return Suspect("Node", leaving[0].node), STRONG, f"{leaving[0].name}, which does not end on its node,"
    if view.lost_nodes:
        return Suspect("Node", min(view.lost_nodes)), FAIR, "a node that is lost and may still hold it"
    return book.storage_of("", said.words), FAIR if view.pods else HINT, "a node that still holds it"


def _holders(book: _Book, trouble: Trouble, said: Statement) -> list[Pod]:
    named = _USED_BY.find(said.words)
    names = {one.strip(" ,.") for one in named["pods"].replace(",", " ").split()} if named else set()
    found = [pod for name in sorted(names) if (pod := book.view.pods.get((trouble.namespace, name)))]
    waiting = {said.pod, *(pod.name for pod in trouble.failing if pod.phase == "Pending")}
    claims = {
        text(dig(volume, "persistentVolumeClaim", "claimName"))
        for pod in trouble.failing
        if pod.name == said.pod
        for volume in rows(pod.spec.get("volumes"))
    } - {""}
    for claim in sorted(claims):
        found += book.holders.get((trouble.namespace, claim), ())
    lost = [pod for pod in trouble.failing if pod.node in book.view.lost_nodes]
    return [pod for pod in (*found, *lost) if pod.name not in waiting or pod in lost]


def _server(book: _Book, trouble: Trouble, said: Statement) -> tuple[Suspect, float, str]:
    """A file server: of the namespace itself, or of the platform."""
    view = book.view
    inline = {
        text(dig(volume, "nfs", "server")) for pod in trouble.failing for volume in rows(pod.spec.get("volumes"))
    } - {""}
    found = _HOST.find(said.words)
    host = found["host"] if found else min(inline, default="")
    for service in view.of_kind("Service"):
        names = {f"{service.name}.{service.namespace}", f"{service.name}.{service.namespace}.svc"}
        names |= {f"{service.name}.{service.namespace}.svc.cluster.local", text(service.spec.get("clusterIP"))}
        if host and host in names:
            suspect = view.behind_service.get((service.namespace, service.name))
            return view.folded(suspect) if suspect else _of(service), STRONG, f"the file server behind {service.name}"
    words = said.words.casefold()
    if inline and any(one in words for one in ("no such file or directory", "access denied", "name or service")):
        return trouble.subject, STRONG, "the path or server that the pod itself names"
    return book.storage_of(book.class_in(said.words)), STRONG, Blame.SERVER.value


def _storage(book: _Book, trouble: Trouble, sign: Sign, said: Statement) -> tuple[Suspect, float, str]:
    claims = book.claims_of(trouble)
    classes = sorted({text(claim.spec.get("storageClassName")) for claim in claims} - {""})
    class_name = book.class_in(said.words) or (classes[0] if classes else "")
    suspect = book.storage_of(class_name, said.words)
    if sign.weight > FAIR:
        return suspect, sign.weight, sign.blame.value
    if (found := _UNMOUNTED.find(said.words)) and not _are_claims(trouble, said, found["names"]):
        return suspect, HINT, sign.blame.value
    spread = {namespace for namespace, _ in book.failed_mounts}
    weight = STRONG if len(spread) > 1 else FAIR if claims else WEAK
    return suspect, weight, sign.blame.value


def _are_claims(trouble: Trouble, said: Statement, names: str) -> bool:
    """Whether one of the volumes that are not mounted comes from a claim; true where the pod was not read."""
    wanted = {one.strip() for one in names.replace(",", " ").split()}
    pods = [pod for pod in trouble.failing if pod.name == said.pod and pod.spec.get("volumes")]
    if not pods:
        return True
    return any(
        text(volume.get("name")) in wanted and ("persistentVolumeClaim" in volume or "csi" in volume or "nfs" in volume)
        for pod in pods
        for volume in rows(pod.spec.get("volumes"))
    )


# -- Full --


def _full(book: _Book, trouble: Trouble) -> Iterator[Finding]:
    """A claim that is full is too small for what its owner writes."""
    for symptom in trouble.symptoms:
        if symptom.alertname in {"KubePersistentVolumeFillingUp", "KubePersistentVolumeInodesFillingUp"}:
            claim = symptom.labels.get("persistentvolumeclaim", "its claim")
            told = f"The claim {claim} is nearly full ({symptom.alertname})."
            yield book.line(trouble, "alert", symptom.began_at).graded(trouble.subject, STRONG, told)
    said = book.said_full.get(trouble.subject)
    for owned in book.claims_of(trouble):
        share = used_share(book.view, owned)
        if share is not None and share >= _FULL_SHARE:
            told = f"The claim {owned.name} of {trouble.subject} is {share:.0%} full."
            yield book.line(trouble, "metric").graded(trouble.subject, PROOF if said else STRONG, told)
            return
    if said is None:
        return
    roomy, reach = book.claims_with_room, len(book.full_namespaces)
    if roomy and reach > 1 and book.claims_of(trouble):
        class_name = text(book.claims_of(trouble)[0].spec.get("storageClassName"))
        told = (
            f"{trouble.subject} can write no more (“{short(said.words)}”), as can others in {reach} namespaces, "
            f"while the claims that were measured have room (at most {max(roomy):.0%} full)."
        )
        yield book.line(trouble, "metric").graded(book.storage_of(class_name), PROOF, told)


def _out_of_reach(book: _Book, trouble: Trouble) -> Iterator[Finding]:
    """A volume that is tied to a zone or a node of which nothing is left to run its pod."""
    said = book.scene.said(trouble, _AFFINITY)
    if said is None or not book.view.nodes:
        return
    for claim in book.claims_of(trouble):
        volume = book.view.thing("PersistentVolume", "", text(claim.spec.get("volumeName")))
        for key, values in ties_of(volume):
            usable = [one.name for one in book.view.nodes.values() if one.thing.labels.get(key) in values]
            usable = [one for one in usable if book.view.nodes[one].is_ready and not book.view.nodes[one].is_cordoned]
            if not usable:
                place = min(values, default="")
                suspect = Suspect("Node" if key.endswith("hostname") else "Zone", place)
                told = (
                    f"The volume of claim {claim.name} is tied to {place}, where no node is left: “{short(said.words)}”"
                )
                yield book.line(trouble, said.source).graded(suspect, PROOF, told)
                return
