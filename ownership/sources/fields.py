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
        self._mistakes_before = len(mistakes)
        # Then its missing fields are no mistakes of their own.
        self._is_broken = not isinstance(node, Entries)
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
            if not self._is_broken:
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

    def texts(self, key: str, read: Reader, *, most: int = 100) -> tuple[str, ...]:
        """One value or a list of them, each once and in the order of their letters."""
        node = self._values.get(key)
        return () if node is None else self.texts_of(key, node, read, most=most)

    def texts_of(self, key: str, node: Node, read: Reader, *, most: int = 100) -> tuple[str, ...]:
        found: set[str] = set()
        items = node.items if isinstance(node, Items) else [node]
        for one in items:
            if not isinstance(one, Scalar):
                self._refuse(one.line, self._at(key), "", f"is {_NOUN[type(one)]}", "Write a text, or a list of texts.")
            elif text := self.checked(key, one, read):
                found.add(text)
        if not items or len(items) > most:
            self._refuse(node.line, self._at(key), "", f"holds {len(items)} texts", f"Write from 1 to {most}.")
        return tuple(sorted(found))

    def pairs(self, key: str) -> Iterator[tuple[Scalar, Node]]:
        """What a mapping with keys of anybody's choice holds."""
        node = self._values.get(key)
        if node is not None:
            yield from self.pairs_of(node, self._at(key))

    def pairs_of(self, node: Node, path: str) -> Iterator[tuple[Scalar, Node]]:
        if not isinstance(node, Entries):
            self._refuse(node.line, path, _shown(node), f"is {_NOUN[type(node)]}", "Write {label: text}.")
            return
        seen: set[str] = set()
        for name, value in node.entries:
            if name.text in seen:
                self._refuse(name.line, f"{path}.{name.text}", "", "stands twice", "Keep one of them.")
            seen.add(name.text)
            yield name, value

    def each(self, key: str, known: Collection[str]) -> "Iterator[Fields]":
        """The mappings that a list holds."""
        for node in self.items(key):
            yield Fields(node, self._at(key), known, self.mistakes)

    def inside(self, key: str, known: Collection[str]) -> "Fields | None":
        """The mapping that a field holds."""
        node = self._values.get(key)
        return None if node is None else Fields(node, self._at(key), known, self.mistakes)

    def list_of(self, key: str, read: Reader) -> list[str]:
        """The values of a list, each once and in the order of their letters."""
        found: set[str] = set()
        for node in self.items(key):
            if not isinstance(node, Scalar):
                self._refuse(node.line, self._at(key), "", f"is {_NOUN[type(node)]}", "Write a single value.")
            elif value := self.checked(key, node, read):
                found.add(value)
        return sorted(found)

    def path_of(self, key: str) -> str:
        return self._at(key)

    def has_mistakes(self) -> bool:
        """Whether something was refused since the reading of this mapping began."""
        return len(self.mistakes) > self._mistakes_before

    def has(self, key: str) -> bool:
        return key in self._values

    def line_of(self, key: str) -> int:
        return self._values[key].line if key in self._values else self.line

    def refuse(self, key: str, value: str, wrong: str, remedy: str) -> None:
        """A mistake that takes more than one field to see."""
        self._refuse(self.line_of(key), self._at(key), value, wrong, remedy)

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
