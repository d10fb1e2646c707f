"""One mapping of a file, read field by field; every mistake is collected, none ends the reading. PURE."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from ownership.sources.tree import Entries, Items, Mistake, Node, Scalar

_NOUN = {Scalar: "a single value", Items: "a list", Entries: "a mapping"}

# Reads a text, or says what is wrong with it and what to write instead.
Reader = Callable[[str], "str | Wrong"]


@dataclass(frozen=True)
class Wrong:
    """What a reader found: why the text is not a value of the field, and the remedy. A secret text is not repeated."""

    wrong: str
    remedy: str
    is_secret: bool = False


class Fields:
    """The fields of one mapping.

    Every method answers with a value that fits even where the file is wrong, so that reading goes on; `mistakes` says
    whether anything that was read may be used.
    """

    def __init__(self, node: Node, path: str, known: Collection[str], mistakes: list[Mistake]) -> None:
        self.line = node.line
        self.path = path
        self.mistakes = mistakes
        self._values: dict[str, Node] = {}
        if not isinstance(node, Entries):
            self._refuse(node.line, path, _shown(node), f"is {_NOUN[type(node)]}", f"Write {{{', '.join(known)}}}.")
            return
        for key, value in node.entries:
            self._take(key, value, known)

    def _take(self, key: Scalar, value: Node, known: Collection[str]) -> None:
        if key.text not in known:
            self._refuse(key.line, self._at(key.text), "", "is not a field here", suggestion(key.text, known))
        elif key.text in self._values:
            self._refuse(key.line, self._at(key.text), "", "stands twice", "Keep one of them.")
        elif not (isinstance(value, Scalar) and not value.text):
            self._values[key.text] = value

    def text(self, key: str, read: Reader, *, example: str) -> str:
        """A value that must be there."""
        if key not in self._values:
            if not self._is_broken():
                self._refuse(self.line, self._at(key), "", "is missing", f"Write, for example, {key}: {example}")
            return ""
        return self.maybe(key, read) or ""

    def maybe(self, key: str, read: Reader) -> str | None:
        """A value that may be left out."""
        node = self._values.get(key)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self._refuse(node.line, self._at(key), "", f"is {_NOUN[type(node)]}", "Write a single value.")
            return None
        return self.checked(key, node, read)

    def checked(self, key: str, node: Scalar, read: Reader) -> str | None:
        """What a reader makes of a value of this field."""
        found = read(node.text)
        if isinstance(found, Wrong):
            shown = "" if found.is_secret else node.text
            self._refuse(node.line, self._at(key), shown, found.wrong, found.remedy)
            return None
        return found

    def items(self, key: str) -> Iterator[Node]:
        """What a list holds; nothing where it is left out."""
        node = self._values.get(key)
        if isinstance(node, Items):
            yield from node.items
        elif node is not None:
            self._refuse(
                node.line, self._at(key), _shown(node), f"is {_NOUN[type(node)]}", "Write a list: one `-` each."
            )

    def each(self, key: str, known: Collection[str]) -> "Iterator[Fields]":
        """The mappings that a list holds."""
        for node in self.items(key):
            yield Fields(node, self._at(key), known, self.mistakes)

    def inside(self, key: str, known: Collection[str]) -> "Fields | None":
        """The mapping that a field holds."""
        node = self._values.get(key)
        return None if node is None else Fields(node, self._at(key), known, self.mistakes)

    def has(self, key: str) -> bool:
        return key in self._values

    def line_of(self, key: str) -> int:
        return self._values[key].line if key in self._values else self.line

    def refuse(self, key: str, value: str, wrong: str, remedy: str) -> None:
        """A mistake that takes more than one field to see."""
        self._refuse(self.line_of(key), self._at(key), value, wrong, remedy)

    def _is_broken(self) -> bool:
        """Whether the mapping itself was refused: then its missing fields are no mistakes of their own."""
        return any(m.line == self.line and m.field == self.path for m in self.mistakes)

    def _at(self, key: str) -> str:
        return ".".join(filter(None, (self.path, key)))

    def _refuse(self, line: int, field: str, value: str, wrong: str, remedy: str) -> None:
        self.mistakes.append(Mistake(line, field, value, wrong, remedy))


def suggestion(word: str, known: Collection[str]) -> str:
    """The remedy for a word that is none of those known: the nearest one, or all of them if they are few."""
    near = get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    if not known:
        return "There is none yet."
    few = sorted(known)[:12]
    return f"Known: {', '.join(few)}{', …' if len(known) > len(few) else ''}."


def _shown(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""
