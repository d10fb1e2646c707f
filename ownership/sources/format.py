"""What may stand in a map file: the one definition, of which the parser takes its keys and the schema is made. PURE."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ownership.matchers import LONGEST_TEXT, Condition
from ownership.oncall.calendar import Unit
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.roles import TeamRole
from ownership.sources import readers


@dataclass(frozen=True)
class Word:
    """One value: out of few, of a pattern, or any up to a length."""

    says: str = ""
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    longest: int = 0


@dataclass(frozen=True)
class Record:
    """A mapping with these fields, some of which must be there."""

    fields: "Mapping[str, Shape]"
    required: tuple[str, ...] = ()
    says: str = ""
    is_one_of: bool = False  # exactly one of the fields
    conditions: tuple[str, ...] = ()  # fields of which one must be there at the least


@dataclass(frozen=True)
class Labels:
    """A mapping of labels to a text or texts."""

    value: "Shape"
    says: str = ""


@dataclass(frozen=True)
class Many:
    """A list; `or_one` where a single value may stand in its place."""

    of: "Shape"
    says: str = ""
    least: int = 0
    most: int = 0
    or_one: bool = False


Shape = Word | Record | Labels | Many


def _of(pattern: "re.Pattern[str]", says: str = "", longest: int = 0) -> Word:
    return Word(says, pattern=pattern.pattern, longest=longest)


_ADDRESS = Word("where it is reached", longest=500)
_TEXTS = Many(Word("a word, a glob, or ~ and a pattern of RE2", longest=LONGEST_TEXT), least=1, most=100, or_one=True)
_LABELS = Labels(_TEXTS, "labels, all of which fit")
_TEAM_SLUG = _of(readers.SLUG, "slug of a team")
_CLUSTER_SLUG = _of(readers.SLUG, "slug of a cluster; left out: every cluster")
_SECRET = _of(readers.SECRET_ENV, "name of the variable with the secret that signs it")
_LEVEL = Word("how much of it is the team's", one_of=tuple(level.value for level in Level))
_NAME = Word("name for people", longest=120)
_CONDITIONS: Mapping[str, Shape] = {
    **{condition.value: _TEXTS for condition in Condition},
    "labels": _LABELS,
    "node_labels": _LABELS,
}
CONDITIONS = tuple(_CONDITIONS)

CONTACT_KINDS = ("chat", "email", "phone", "web")
# Letters of every language may stand in it, for which patterns of JSON Schema have no word.
_PERSON = Word("username", longest=64)
_CHANNEL = Record(
    {"kind": Word(one_of=("webhook", "log")), "address": _ADDRESS, "secret_env": _SECRET}, ("kind",), "where it is told"
)
_METHOD = Record(
    {"kind": Word(one_of=("email", "webhook")), "address": _ADDRESS, "secret_env": _SECRET},
    ("kind", "address"),
    "a further way to reach the person",
)
_MEMBER = Record(
    {
        "username": _PERSON,
        "name": _NAME,
        "email": _of(readers.EMAIL, longest=254),
        "role": Word(one_of=tuple(role.value for role in TeamRole)),
        "contacts": Many(_METHOD),
    },
    ("username",),
)
_ROTATION = Record(
    {
        "time_zone": Word("IANA name", longest=64),
        "handoff": Word("wall time", pattern=r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{1,2}(:\d{1,2})?"),
        "people": Many(Many(_PERSON, least=1, or_one=True), "in order; together in a list", least=1),
        "shift": Record(
            {unit.value: Word(pattern=r"0*(1000|[1-9]\d{0,2})", longest=9) for unit in Unit},
            says="length of a turn",
            is_one_of=True,
        ),
    },
    ("time_zone", "handoff", "people"),
    "whose turn it is",
)
_STEP = Record(
    {"page": Word("on-call, team or a username"), "wait": _of(readers.WAIT, "for example 5m or 1h30m")},
    ("page", "wait"),
)
_TEAM_CONTACT = Record(
    {
        "kind": Word(one_of=CONTACT_KINDS),
        "address": Word("as people write it", longest=500),
        "note": Word("when, and what for", longest=200),
    },
    ("kind", "address"),
    "where people find the team",
)
_TEAM = Record(
    {
        "slug": _of(readers.SLUG, "short name"),
        "name": _NAME,
        "parent": _TEAM_SLUG,
        "kubernetes_groups": Many(_of(readers.GROUP, "as clusters call them"), "groups of its people"),
        "members": Many(_MEMBER),
        "rotation": _ROTATION,
        "escalation": Many(_STEP, "whom a page goes to, step by step", least=1),
        "channels": Many(_CHANNEL),
        "contacts": Many(_TEAM_CONTACT),
    },
    ("slug",),
)
_CLUSTER = Record(
    {
        "slug": _of(readers.SLUG, "as senders of alerts call it"),
        "name": _NAME,
        "tenancy": Word(one_of=tuple(tenancy.value for tenancy in Tenancy)),
        "operated_by": _TEAM_SLUG,
        "dedicated_to": _TEAM_SLUG,
        "fallback": _TEAM_SLUG,
        "fallback_policy": Word("who looks first", one_of=tuple(policy.value for policy in FallbackPolicy)),
        "recognised_by": Many(_LABELS, "labels of alerts that are about it; any of the sets"),
        "labels_for": Many(Word("slug of a team, or * for every one"), "whom labels of namespaces may name"),
    },
    ("slug", "operated_by"),
)
_COMPONENT = Record(
    {
        "cluster": _of(readers.SLUG, "slug of a cluster"),
        "kind": Word("what it is, for example CoreDNS", longest=63),
        "name": Word("left out: every one of the kind", longest=253),
        "team": _of(readers.SLUG, "left out: the operators"),
        "matchers": Many(Record(_CONDITIONS, conditions=CONDITIONS), "what else is part of it; any of them"),
    },
    ("cluster", "kind"),
)
_NAMESPACE = Record(
    {
        "cluster": _CLUSTER_SLUG,
        "name": _of(readers.NAMESPACE),
        "team": _TEAM_SLUG,
        "level": _LEVEL,
        "annotations_for": Many(_TEAM_SLUG, "further teams that annotations of workloads may name"),
    },
    ("name", "team"),
)
_RULE = Record(
    {"team": _TEAM_SLUG, "cluster": _CLUSTER_SLUG, "level": _LEVEL, **_CONDITIONS},
    ("team",),
    "whatever matches is the team's",
    conditions=CONDITIONS,
)
_RESPONSIBILITY = Record(
    {
        "kind": Word("as Kubernetes writes it", longest=63),
        "level": _LEVEL,
        "who": Word(one_of=tuple(who.value for who in Who)),
        "cluster": _CLUSTER_SLUG,
        "namespace": _of(readers.NAMESPACE, "left out: every namespace"),
    },
    ("kind", "level", "who"),
    "a row of the table of kinds and levels that differs from the shipped one",
)
FILE = Record(
    {
        "teams": Many(_TEAM),
        "clusters": Many(_CLUSTER),
        "components": Many(_COMPONENT),
        "namespaces": Many(_NAMESPACE),
        "rules": Many(_RULE),
        "responsibilities": Many(_RESPONSIBILITY),
    }
)


def keys(*path: str) -> tuple[str, ...]:
    """The fields at a place of the file: `keys("teams", "members")`."""
    shape: Shape = FILE
    for name in path:
        shape = shape.fields[name] if isinstance(shape, Record) else shape
        while isinstance(shape, Many):
            shape = shape.of
    return tuple(shape.fields) if isinstance(shape, Record) else ()
