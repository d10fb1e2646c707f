"""An init container that does not finish is its workload's, unless what it waits for is sick itself.

What it waits for stands in its command, as the name of a service. A wait for what is well, or for what does not
exist, is the workload's own; so is a command that never ends.
"""

from collections.abc import Iterator

from alerts.kubernetes.fields import rows, text
from alerts.kubernetes.objects import Container, Pod
from triage.verdict.findings import Line
from triage.verdict.injected import injected_containers
from triage.verdict.messages import Capture, short
from triage.verdict.rules.crash_loop import API, DNS
from triage.verdict.scene import Scene
from triage.verdict.statements import Statement
from triage.verdict.states import Effect
from triage.verdict.troubles import Trouble
from triage.verdict.types import Finding, Suspect
from triage.verdict.weights import FAIR, STRONG, WEAK

RULE = "init_container"

_NAMED = Capture(
    r"(nslookup|getent hosts|nc( -[a-z0-9]+)*|ping( -[a-z0-9]+)*|pg_isready[^\n]* -h|-h|--host[= ]|wait-for"
    r"|://([^@/ ]*@)?)"
    r" ?\"?(?P<host>[a-z0-9][a-z0-9.-]*)"
)


def init_container(scene: Scene) -> Iterator[Finding]:
    """Lines about workloads whose init containers do not finish."""
    injected = injected_containers(scene)
    for trouble in scene.troubles.values():
        if Effect.INIT not in trouble.effects or trouble.subject in injected:
            continue
        found = next(((pod, one) for pod in trouble.failing for one in pod.containers if _hangs(one)), None)
        if found is not None and not any(one.fits(found[1].ended_message) for one in (API, DNS)):
            yield from _of_wait(scene, trouble, *found)


def _hangs(one: Container) -> bool:
    return one.is_init and (one.is_running or bool(one.waiting and one.ended))


def _of_wait(scene: Scene, trouble: Trouble, pod: Pod, one: Container) -> Iterator[Finding]:
    said = Statement(one.ended_message, one.started_at or trouble.began_at, "object", pod.node, pod.name, one)
    line = Line(scene, RULE, trouble, said)
    command = " ".join(_words(one))
    behind = _waits_for(scene, trouble, command)
    if behind is not None and behind != trouble.subject and behind in scene.troubles:
        yield line.of(behind, STRONG, f"{one.name} of {trouble.subject} waits for {behind}, which fails itself.")
        yield line.own(-WEAK, f"What {trouble.subject} waits for fails itself.")
        return
    state = "has been running all the time" if one.is_running else f"ends with exit code {one.exit_code}"
    told = f": {short(command)}" if command else ""
    weight = FAIR if command or not one.is_running else WEAK
    yield line.own(weight, f"The init container {one.name} of {trouble.subject} {state}{told}", is_specific=False)


def _words(one: Container) -> list[str]:
    found = []
    for key in ("command", "args"):
        value = one.body.get(key)
        found += [text(word) for word in value] if isinstance(value, list) else []
    # Names stand in the environment as well; values of secrets never do, they are references.
    return [
        *found,
        *(text(env.get("value")) for env in rows(one.body.get("env")) if "HOST" in text(env.get("name")).upper()),
    ]


def _waits_for(scene: Scene, trouble: Trouble, command: str) -> Suspect | None:
    groups = _NAMED.find(command)
    if groups is None:
        return None
    parts = groups["host"].split(".")
    namespace = parts[1] if len(parts) > 1 else trouble.namespace
    behind = scene.view.behind_service.get((namespace, parts[0])) or scene.view.workload_named(namespace, parts[0])
    return scene.view.folded(behind) if behind is not None else None
