"""A Secret, ConfigMap, key or service account that is not there is its workload's to provide.

The kubelet names what it misses, in the container's status and in events of volumes. Not its workload's is what the
cluster itself puts into every namespace (the bundle `kube-root-ca.crt`, the service account `default`), what is
missing in several namespaces under the same name at once, what an operator of the platform that is sick was to make,
and what the kubelet could not read because it does not reach the API server.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from alerts.kubernetes.fields import dig, rows, text
from alerts.kubernetes.objects import Thing
from alerts.kubernetes.parse import conditions_of
from triage.verdict.findings import Line
from triage.verdict.messages import Capture, Pattern, short
from triage.verdict.platform import part_of
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, PROOF, STRONG

RULE = "configuration"

_MISSING = Capture(
    r"(?P<kind>secret|configmap|serviceaccount)s? \\?\"(?P<name>[^\"\\]+)\\?\" (is )?not found"
    r"|error looking up service account (?P<account>\S+?):"
    r"|couldn't find key (?P<key>\S+) in (?P<of>Secret|ConfigMap) (?P<where>\S+)"
)
# What a team writes into its own objects and the kubelet cannot use.
_INVALID = Pattern(
    r"references non-existent (secret|config) key|non-existent config key|couldn't find key"
    r"|invalid (variable|environment variable) name|must be a valid environment variable"
    r"|env(ironment)? variable .* invalid"
    r"|failed to prepare subPath|subPath .*must not contain|subpath .*(not a directory|no such file)"
    r"|not a directory[^\n]*(trying to mount a directory onto a file|rootfs)|trying to mount a directory onto a file"
    r"|illegal base64|failed to resolve .*fieldRef|unsupported (container )?fieldPath|key must be specified"
    r"|volume .*not found in (pod|volumes)|no volume mount|UnmountedVolume|must be an absolute path"
)
# The kubelet has not read what may well be there.
_NODE = Pattern(
    r"failed to sync (secret|configmap) cache|services have not yet been read at least once"
    r"|failed to fetch token[^\n]*(connection refused|i/o timeout|context deadline|EOF|no route to host|unauthorized)"
    r"|failed to get (secret|configmap)[^\n]*(connection refused|i/o timeout|deadline|EOF|etcd)"
    r"|(secrets?|configmaps?) \\?\"[^\"\\]+\\?\" is forbidden: User \\?\"system:node:"
)
_GIVEN = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt"})
_MAKERS: Mapping[str, str] = {
    "ExternalSecret": "external-secrets",
    "SealedSecret": "sealed-secrets",
    "Certificate": "cert-manager",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a workload names and that is not there."""

    trouble: Trouble
    said: Statement
    kind: str  # secret, configmap, serviceaccount or key
    name: str


@dataclass(frozen=True, slots=True)
class Operators:
    """Operators that make Secrets and fail, by the name of the software, to what fails."""

    sick: Mapping[str, Suspect]
    is_shared: bool  # several namespaces wait for a Secret


def configuration(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads whose configuration is missing, and about what kept it from them."""
    lacks: list[Lack] = []
    for trouble in scene.troubles.values():
        if not trouble.effects & _EFFECTS:
            continue
        for said in scene.statements[trouble.subject]:
            line = Line(scene, RULE, trouble, said)
            if _is_over(trouble, said):
                continue
            if _NODE.fits(said.words):
                yield from _of_node(line)
            elif (lack := lack_of(trouble, said)) is not None:
                lacks.append(lack)
            elif _INVALID.fits(said.words):
                yield line.own(PROOF, f"{trouble.subject} is configured wrongly: {short(said.words)}")
            else:
                continue
            break
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for lack in lacks:
        where[lack.kind, lack.name].add(lack.trouble.namespace)
    waiting = {one.trouble.namespace for one in lacks if one.kind == "secret"}
    sick = _sick_operators(scene) if lacks else {}
    for lack in lacks:
        yield from _judge(scene, lack, len(where[lack.kind, lack.name]), Operators(sick, is_shared=len(waiting) > 1))


_EFFECTS = frozenset({Effect.CONFIG, Effect.CREATING, Effect.REFUSED, Effect.START, Effect.INIT, Effect.OTHER})


def lack_of(trouble: Trouble, said: Statement) -> Lack | None:
    """What the message says is missing."""
    groups = _MISSING.find(said.words)
    if groups is None:
        return None
    if groups["key"]:
        return Lack(trouble, said, "key", groups["key"])
    if groups["account"]:
        return Lack(trouble, said, "serviceaccount", groups["account"].rpartition("/")[2])
    return Lack(trouble, said, groups["kind"].casefold(), groups["name"].rpartition("/")[2])


def _is_over(trouble: Trouble, said: Statement) -> bool:
    """No pod could be made, and later one was: the account came after its workload."""
    made = [pod.thing.created_at for pod in (*trouble.failing, *trouble.well) if pod.thing.created_at]
    return said.reason == "FailedCreate" and any(at >= said.at for at in made)


def _of_node(line: Line) -> Iterator[Finding]:
    trouble, quoted = line.trouble, short(line.said.words)
    for node in sorted({pod.node for pod in trouble.failing if pod.node} or {line.said.node} - {""}):
        yield line.of(Suspect("Node", node), STRONG, f"The kubelet of {node} does not read what is there: {quoted}")
    yield line.own(-FAIR, f"Nothing says that the configuration of {trouble.subject} is missing: {quoted}")


def _judge(scene: Scene, lack: Lack, spread: int, operators: Operators) -> Iterator[Finding]:
    line, quoted = Line(scene, RULE, lack.trouble, lack.said), short(lack.said.words)
    subject = lack.trouble.subject
    is_account = lack.kind == "serviceaccount"
    if lack.name in _GIVEN or (is_account and lack.name == "default"):
        yield line.of(scene.view.cluster, PROOF, f"The controller manager puts {lack.name} everywhere: {quoted}")
        yield line.own(-FAIR, f"{subject} cannot provide {lack.name}.")
        return
    if (maker := _sick_maker(scene, lack, operators)) is not None:
        yield line.of(maker, STRONG, f"{maker}, which fails, was to make {lack.kind} {lack.name}: {quoted}")
        yield line.own(-FAIR, f"{subject} asks for {lack.name}, which {maker} has not made.")
        if (operator := operators.sick.get(maker.name)) is not None and operator != maker:
            # It serves several namespaces, so it is the platform's, wherever it stands.
            both = replace(line, trouble=scene.troubles[operator])
            yield both.of(maker, PROOF, f"{operator} makes the Secrets of others and fails.")
            yield both.own(-FAIR, f"{operator} serves other namespaces.")
        return
    if spread >= 3 and lack.kind != "key":
        yield line.of(
            scene.view.cluster, STRONG, f"{lack.kind} {lack.name} is missing in {spread} namespaces: {quoted}"
        )
        yield line.own(-FAIR, f"{lack.name} is missing elsewhere too, so somebody distributes it.")
        return
    yield line.own(PROOF, f"{subject} names {lack.kind} {lack.name}, which does not exist: {quoted}")


def _sick_maker(scene: Scene, lack: Lack, operators: Operators) -> Suspect | None:
    """The operator that was to make the Secret and fails: an object says so, or several namespaces wait for theirs."""
    if lack.kind != "secret":
        return None
    for thing in (one for kind in _MAKERS for one in scene.view.in_namespace(kind, lack.trouble.namespace)):
        target = text(dig(thing.spec, "target", "name")) or text(thing.spec.get("secretName")) or thing.name
        if target == lack.name and _is_unready(thing):
            maker = _MAKERS[thing.kind]
            shared = text(dig(thing.spec, "secretStoreRef", "kind")) == "ClusterSecretStore"
            if maker in operators.sick or (shared and any(map(_is_unready, scene.view.of_kind("ClusterSecretStore")))):
                return Suspect("Component", maker)
            return None
    return Suspect("Component", min(operators.sick)) if operators.sick and operators.is_shared else None


def _is_unready(thing: Thing) -> bool:
    ready = conditions_of(thing.status).get("Ready")
    return ready is not None and ready.status != "True"


def _sick_operators(scene: Scene) -> Mapping[str, Suspect]:
    """Operators that make Secrets and fail, by the name of the software, to what fails."""
    found: dict[str, Suspect] = {}
    for subject in scene.troubles:
        images = [text(one.get("image")) for one in rows(scene.view.template_of(subject).get("containers"))]
        name = subject.name if subject.kind == "Component" else getattr(part_of(images, {}), "name", "")
        if name in _MAKERS.values():
            found[name] = subject
    return found
