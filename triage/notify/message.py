"""What a page says: what, whose, why, since when. The same facts for every channel. PURE."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Message:
    """Everything that a channel may show."""

    incident: int
    is_over: bool  # a notice that it is resolved; wants no answer
    sentence: str
    verdict: str
    confidence: float
    cluster: str
    severity: str
    owner: str  # the team's name; empty where nobody owns it
    owner_why: str
    findings: tuple[str, ...]  # the strongest first
    namespaces: tuple[str, ...]
    began_at: datetime
    link: str
    ended_why: str = ""  # of a notice
    acknowledge_link: str = ""  # opens a page with a button; opening it changes nothing

    @property
    def subject(self) -> str:
        """One line, without what could break a header."""
        told = f"Resolved: {self.sentence}" if self.is_over else f"[{self.severity}] {self.sentence}"
        return " ".join(f"{told} ({self.cluster})".split())[:200]

    def text(self, zone: str = "UTC") -> str:
        """The message as lines, with times in the reader's zone."""
        began = self.began_at.astimezone(ZoneInfo(zone))
        lines = [*([f"It is over: {self.ended_why}", ""] if self.is_over else []), self.sentence, ""]
        lines += [
            f"Whose:  {self.owner or 'nobody'}. {self.owner_why}",
            f"Sure:   {self.confidence:.0%} {self.verdict}",
            f"Where:  cluster {self.cluster}" + (f", namespaces {_listed(self.namespaces)}" if self.namespaces else ""),
            f"Since:  {began:%a} {began.day} {began:%b %Y, %H:%M:%S %Z}",
        ]
        if self.findings:
            lines += ["", "Why:", *(f"- {claim}" for claim in self.findings)]
        lines += ["", f"Incident #{self.incident}: {self.link}"]
        if self.acknowledge_link:
            lines.append(f"Acknowledge: {self.acknowledge_link}")
        return "\n".join(lines) + "\n"


def _listed(names: tuple[str, ...], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
