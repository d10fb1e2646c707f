"""What a rule gets to see: the snapshot with its indexes, and what is wrong in it. PURE."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from triage.verdict.located import located
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

    def on_node(self, node: str) -> list[Trouble]:
        """Troubles, other than the node's own, of which something fails on this node."""
        return [one for one in self.troubles.values() if node in one.nodes and one.subject != Suspect("Node", node)]

    def in_namespace(self, namespace: str) -> list[Trouble]:
        """Troubles in the namespace, its own among them."""
        return [one for one in self.troubles.values() if namespace and one.namespace == namespace]


Rule = Callable[[Scene], Iterable[Finding]]
