"""What a rule gets to see: the snapshot with its indexes, and what is wrong in it. PURE."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from triage.verdict.located import located
from triage.verdict.messages import Pattern
from triage.verdict.statements import Statement, statements_of
from triage.verdict.troubles import Trouble, troubles_of
from triage.verdict.types import Finding, Snapshot, Suspect
from triage.verdict.view import View


@dataclass(frozen=True)
class Scene:
    """The failing cluster as the rules see it."""

    view: View
    troubles: Mapping[Suspect, Trouble]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Scene":
        """The scene of a snapshot."""
        view = View(located(snapshot))
        return cls(view, troubles_of(view))

    @cached_property
    def of_tenants(self) -> tuple[Trouble, ...]:
        """Troubles of what is not the platform's."""
        return tuple(one for one in self.troubles.values() if not self.view.is_platform(one.subject))

    @cached_property
    def of_platform(self) -> tuple[Trouble, ...]:
        """Troubles of nodes, components and everything else that is the platform's."""
        return tuple(one for one in self.troubles.values() if self.view.is_platform(one.subject))

    @cached_property
    def statements(self) -> Mapping[Suspect, tuple[Statement, ...]]:
        """What was written about each trouble, by its subject."""
        return {subject: statements_of(self.view, trouble) for subject, trouble in self.troubles.items()}

    def said(self, trouble: Trouble, pattern: Pattern) -> Statement | None:
        """The first statement about the trouble that the pattern fits."""
        return next((one for one in self.statements[trouble.subject] if pattern.fits(one.words)), None)

    def on_node(self, node: str) -> list[Trouble]:
        """Troubles, other than the node's own, of which something fails on this node."""
        return [one for one in self._by_node.get(node, ()) if one.subject != Suspect("Node", node)]

    def in_namespace(self, namespace: str) -> list[Trouble]:
        """Troubles in the namespace, its own among them."""
        return self._by_namespace.get(namespace, []) if namespace else []

    @cached_property
    def _by_node(self) -> Mapping[str, list[Trouble]]:
        found: dict[str, list[Trouble]] = defaultdict(list)
        for trouble in self.troubles.values():
            for node in trouble.nodes:
                found[node].append(trouble)
        return found

    @cached_property
    def _by_namespace(self) -> Mapping[str, list[Trouble]]:
        found: dict[str, list[Trouble]] = defaultdict(list)
        for trouble in self.troubles.values():
            found[trouble.namespace].append(trouble)
        return found

    @cached_property
    def gathered(self) -> Mapping[Suspect, str]:
        """Workloads of several namespaces that fail on one node only and are well elsewhere, to that node."""

        alone = {
            trouble.subject: min(nodes)
            for trouble in self.troubles.values()
            if len(nodes := {pod.node for pod in trouble.failing if pod.node}) == 1
            and any(pod.node and pod.node not in nodes for pod in trouble.well)
        }
        namespaces: dict[str, set[str]] = defaultdict(set)
        for subject, node in alone.items():
            namespaces[node].add(subject.namespace or subject.name)
        return {subject: node for subject, node in alone.items() if len(namespaces[node]) >= 2}


Rule = Callable[[Scene], Iterable[Finding]]
