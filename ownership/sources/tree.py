"""YAML as a tree that knows its lines, and nothing that YAML could do to us. PURE.

Every scalar is text: `no` is a name here and `007` keeps its zeros; the field says what it is read as.
Anchors, aliases, merges, tags and further documents are refused, and size and depth are limited, so that a small file
cannot become a large one. Events are read one after the other: deep nesting costs no stack.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

MOST_BYTES = 32 * 2**20  # an export of 100,000 namespaces and 50,000 rules, twice
DEEPEST = 12


@dataclass(frozen=True)
class Mistake:
    """What is wrong at one place of a file, and what to do: `str` is one line, without the file's name."""

    line: int
    field: str
    value: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        shown = f" {_short(self.value)}" if self.value else ""
        return f"{self.line}: {self.field}:{shown} {self.wrong}. {self.remedy}"


class Unreadable(Exception):  # noqa: N818  # a sentence for people, not a fault
    """The text cannot be read as YAML of the kind that is wanted."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written, without its quotes."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: "list[Node]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys and values in the order in which they stand, duplicates included."""

    line: int
    entries: "list[tuple[Scalar, Node]]" = field(default_factory=list)


Node = Scalar | Items | Entries


def read_tree(text: str) -> Node | None:
    """The one document of a text, or None where there is nothing in it.

    Raises:
        Unreadable: with the line, what was found there and what to write instead.
    """
    size = len(text.encode(errors="replace"))
    if size > MOST_BYTES:
        raise _unreadable(1, "file", "", f"is {size} bytes long, and at most {MOST_BYTES} are read", "Split the file.")
    try:
        return _grow(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, [error.context, error.problem])) or "cannot be read"
        line = mark.line + 1 if mark else 1
        raise _unreadable(line, "YAML", "", said, "Correct the YAML here or just above.") from error
    except (yaml.YAMLError, UnicodeError) as error:
        said = " ".join(str(error).split())
        raise _unreadable(1, "YAML", "", said, "Save the file as UTF-8 text without control characters.") from error


def _grow(events: Iterator[yaml.Event]) -> Node | None:
    root: Node | None = None
    documents = 0
    open_nodes: list[Items | Entries] = []
    keys: list[Scalar | None] = []
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _unreadable(line, "file", "---", "starts a second document", "Keep one document in a file.")
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            open_nodes.pop()
            keys.pop()
        node = _node(event, line)
        if node is None:
            continue
        if not open_nodes:
            root = node
        else:
            _attach(open_nodes[-1], keys, node)
        if isinstance(node, Items | Entries):
            open_nodes.append(node)
            keys.append(None)
            if len(open_nodes) > DEEPEST:
                raise _unreadable(
                    line, "file", "", f"is nested more than {DEEPEST} deep", "No field here is that deep."
                )
    return None if isinstance(root, Scalar) and not root.text else root


def _node(event: yaml.Event, line: int) -> Node | None:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor:
        remedy = "Write the value out, and a text that begins with * in quotes."
        raise _unreadable(line, "YAML", anchor, "is an anchor or an alias", remedy)
    if tag:
        raise _unreadable(line, "YAML", tag, "is a tag", "Write the value without it.")
    if isinstance(event, yaml.ScalarEvent):
        # What stands plainly and means nothing in YAML is an empty value.
        return Scalar(line, "" if event.implicit[0] and event.value in ("~", "null") else event.value.strip())
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(line)
    return Entries(line) if isinstance(event, yaml.MappingStartEvent) else None


def _attach(parent: Items | Entries, keys: list[Scalar | None], node: Node) -> None:
    if isinstance(parent, Items):
        parent.items.append(node)
    elif (key := keys[-1]) is not None:
        parent.entries.append((key, node))
        keys[-1] = None
    elif isinstance(node, Scalar):
        keys[-1] = node
    else:
        raise _unreadable(node.line, "YAML", "", "has a list or a mapping as a key", "A key is a word.")


def _unreadable(line: int, field_name: str, value: str, wrong: str, remedy: str) -> Unreadable:
    return Unreadable(Mistake(line, field_name, value, wrong, remedy))


def _short(value: str, most: int = 60) -> str:
    return repr(value if len(value) <= most else value[: most - 1] + "…")
