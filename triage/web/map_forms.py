"""The forms for one row of the map, in the words of the file: so one reader says what is wrong with either."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from ownership.exporting import flow
from ownership.models import Cluster, ContactKind, Team
from ownership.responsibility import KINDS, FallbackPolicy, Level, Tenancy, Who
from ownership.roles import TeamRole
from ownership.sources.format import CONDITIONS
from ownership.sources.tree import Entries, Items, Mistake, Node, Scalar, Unreadable, read_tree

Data = dict[str, Any]
_LABELS = ("labels", "node_labels")
_LEVELS = {
    Level.IMAGE: "image: it builds images; others run them",
    Level.WORKLOADS: "workloads: deployments, pods, their configuration",
    Level.NAMESPACE: "namespace: every kind in it but the guarded ones",
    Level.FULL: "full: the guarded kinds as well, and a cluster of its own",
}


class RowForm(forms.Form):
    """A row of the map. `fixed` names what tells it from other rows: it is not changed, but made anew."""

    fixed: ClassVar[tuple[str, ...]] = ()
    for_operators: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, is_new: bool, is_operator: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose()
        for name in () if is_new else self.fixed:
            self.fields[name].disabled = True
        for name in () if is_operator else self.for_operators:
            self.fields[name].disabled = True
            self.fields[name].help_text = "This is for operators."

    def choose(self) -> None:
        """Fills the choices that the database has."""

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> Data:
        """A row in the words of the file, as the fields show it."""
        return {name: ", ".join(value) if isinstance(value, list) else value for name, value in data.items()}

    def data_of_row(self) -> Data:
        """What was written, in the words of the file."""
        return dict(self.cleaned_data)

    def take(self, mistakes: Iterable[Mistake]) -> None:
        """Shows what the reader of files found wrong, beside the field where that is one."""
        for mistake in mistakes:
            name = self.field_of(mistake.field)
            shown = f"“{mistake.value}” " if mistake.value else ""
            label = "" if name else f"{mistake.field}: " if mistake.field else "It "
            self.add_error(name, f"{label}{shown}{mistake.wrong}. {mistake.remedy}")

    def field_of(self, path: str) -> str | None:
        name = path.partition(".")[0]
        return name if name in self.fields else None


def _teams(empty: str = "") -> list[tuple[str, str]]:
    rows = Team.objects.order_by("slug").values_list("slug", "name")
    named = [(slug, slug if name.casefold() == slug else f"{slug} ({name})") for slug, name in rows]
    return [("", empty), *named] if empty else [("", "choose"), *named]


def _clusters(empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((slug, slug) for slug in Cluster.objects.order_by("slug").values_list("slug", flat=True))]


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _plain(**attrs: Any) -> dict[str, Any]:
    return {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", **attrs}


class NamespaceForm(RowForm):
    fixed = ("cluster", "name")
    for_operators = ("level",)
    cluster = forms.ChoiceField(required=False, choices=[])
    name = forms.CharField(max_length=63, widget=forms.TextInput(_plain()))
    team = forms.ChoiceField(label="Owned by", choices=[])
    level = forms.ChoiceField(
        label="Level: how much of it the team answers for",
        choices=[(level.value, text) for level, text in _LEVELS.items()],
        initial=Level.NAMESPACE.value,
        widget=forms.RadioSelect,
    )
    annotations_for = forms.CharField(
        label="Other teams that annotations of workloads may name here",
        required=False,
        max_length=2000,
        widget=forms.TextInput(_plain()),
        help_text="Slugs of teams, with commas. Without any, only those of the owner count.",
    )

    def choose(self) -> None:
        _choose(self, "cluster", _clusters("every cluster"))
        _choose(self, "team", _teams())

    def data_of_row(self) -> Data:
        return {**self.cleaned_data, "annotations_for": _words(self.cleaned_data["annotations_for"])}


class ComponentForm(RowForm):
    fixed = ("cluster", "kind", "name")
    cluster = forms.ChoiceField(choices=[])
    kind = forms.CharField(
        max_length=63, help_text="As the field calls it: CoreDNS, IngressController.", widget=forms.TextInput(_plain())
    )
    name = forms.CharField(
        required=False, max_length=253, help_text="Empty: every one of this kind.", widget=forms.TextInput(_plain())
    )
    team = forms.ChoiceField(label="Owned by", required=False, choices=[])
    matchers = forms.CharField(
        label="What else is part of it",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(_plain(rows=3)),
        help_text="One matcher a line, any of them will do: namespace: gateway, workload: envoy-*",
    )

    def choose(self) -> None:
        _choose(self, "cluster", _clusters("choose"))
        _choose(self, "team", _teams("the operators of the cluster"))

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> Data:
        return {**data, "matchers": _lines(data.get("matchers", ()))}

    def data_of_row(self) -> Data:
        return {**self.cleaned_data, "matchers": self.cleaned_data["matchers"]}

    def clean_matchers(self) -> list[Any]:
        return _mappings(self.cleaned_data["matchers"])


class ClusterForm(RowForm):
    fixed = ("slug",)
    slug = forms.SlugField(max_length=63, help_text="As senders of alerts call it.", widget=forms.TextInput(_plain()))
    name = forms.CharField(required=False, max_length=120, help_text="For people.")
    operated_by = forms.ChoiceField(choices=[], help_text="They answer for the cluster itself.")
    fallback = forms.ChoiceField(
        required=False, choices=[], help_text="They look first at what nobody owns, and at what is uncertain."
    )
    fallback_policy = forms.ChoiceField(
        label="Who looks first",
        initial=FallbackPolicy.TEAM.value,
        choices=[
            (FallbackPolicy.TEAM.value, "the fallback"),
            (FallbackPolicy.OPERATORS.value, "the operators"),
            (FallbackPolicy.OWNER.value, "at what is uncertain its owner, at what nobody owns the fallback"),
        ],
        widget=forms.RadioSelect,
    )
    tenancy = forms.ChoiceField(
        initial=Tenancy.SHARED.value,
        choices=[(Tenancy.SHARED.value, "shared by teams"), (Tenancy.DEDICATED.value, "dedicated to one team")],
        widget=forms.RadioSelect,
    )
    dedicated_to = forms.ChoiceField(required=False, choices=[])
    recognised_by = forms.CharField(
        label="Labels that recognise it",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(_plain(rows=3)),
        help_text="In alerts that call it otherwise. One set a line, any of them will do: region: eu-1, env: prod-*",
    )
    labels_for = forms.CharField(
        label="Teams that labels of namespaces may name here",
        required=False,
        max_length=2000,
        widget=forms.TextInput(_plain()),
        help_text="Slugs of teams, with commas; * for every one. Empty: labels do not count.",
    )

    def choose(self) -> None:
        _choose(self, "operated_by", _teams())
        _choose(self, "fallback", _teams("nobody: that is a gap"))
        _choose(self, "dedicated_to", _teams("nobody"))

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> Data:
        lines = _lines(data.get("recognised_by", ()))
        return {**data, "recognised_by": lines, "labels_for": ", ".join(data.get("labels_for", ()))}

    def clean_recognised_by(self) -> list[Any]:
        return _mappings(self.cleaned_data["recognised_by"])

    def data_of_row(self) -> Data:
        return {**self.cleaned_data, "labels_for": _words(self.cleaned_data["labels_for"])}


class ResponsibilityForm(RowForm):
    fixed = ("kind", "level", "cluster", "namespace")
    kind = forms.CharField(
        max_length=63,
        help_text="As Kubernetes writes it: NetworkPolicy, Ingress, your own kinds.",
        widget=forms.TextInput(_plain(list="kinds")),
    )
    level = forms.ChoiceField(choices=[(level.value, level.value) for level in Level])
    who = forms.ChoiceField(
        label="Who answers for it",
        choices=[(Who.TEAM.value, "the team of the namespace"), (Who.OPERATORS.value, "the operators of the cluster")],
        widget=forms.RadioSelect,
    )
    cluster = forms.ChoiceField(required=False, choices=[])
    namespace = forms.CharField(
        required=False, max_length=63, help_text="Empty: in every namespace.", widget=forms.TextInput(_plain())
    )

    def choose(self) -> None:
        _choose(self, "cluster", _clusters("every cluster"))


KIND_WORDS = sorted({kind for kinds in KINDS.values() for kind in kinds})
_MORE_CONDITIONS = 2
_LEAST_CONDITIONS = 3


class RuleForm(RowForm):
    """Conditions are rows of a word and its texts; a label is written as name=text."""

    for_operators = ("level",)
    team = forms.ChoiceField(label="Whatever matches is owned by", choices=[])
    cluster = forms.ChoiceField(required=False, choices=[])
    level = forms.ChoiceField(
        required=False, choices=[("", "the level of the namespace"), *((each.value, each.value) for each in Level)]
    )
    WORDS: ClassVar[list[tuple[str, str]]] = [
        ("", "choose"),
        *((word, word.replace("_", " ")) for word in CONDITIONS if word not in _LABELS),
        ("labels", "label"),
        ("node_labels", "label of the node"),
    ]

    def choose(self) -> None:
        _choose(self, "team", _teams())
        _choose(self, "cluster", _clusters("every cluster"))
        for number in range(self._count()):
            word = forms.ChoiceField(
                label="Condition" if number == 0 else "and", required=False, choices=self.WORDS, initial=""
            )
            text = forms.CharField(label="is", required=False, max_length=5000, widget=forms.TextInput(_plain()))
            self.fields[f"condition_{number}"], self.fields[f"texts_{number}"] = word, text

    def _count(self) -> int:
        given = (self.data if self.is_bound else self.initial) or {}
        numbers = [int(key.rpartition("_")[2]) for key in given if key.startswith("condition_") and key[10:].isdigit()]
        highest = min(max(numbers, default=-1) + 1, 30)
        return max(highest if self.is_bound else highest + _MORE_CONDITIONS, _LEAST_CONDITIONS)

    def conditions(self) -> Iterator[tuple[Any, Any]]:
        """The pairs of fields, for the page."""
        for number in range(self._count()):
            yield self[f"condition_{number}"], self[f"texts_{number}"]

    def plain_fields(self) -> list[Any]:
        return [self[name] for name in ("team", "cluster", "level")]

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> Data:
        found: Data = {name: data.get(name) for name in ("team", "cluster", "level")}
        pairs: list[tuple[str, str]] = []
        for word in CONDITIONS:
            value = data.get(word)
            if word in _LABELS:
                pairs += [(word, f"{name}={_joined(texts)}") for name, texts in (value or {}).items()]
            elif value:
                pairs.append((word, _joined(value)))
        for number, (word, text) in enumerate(pairs):
            found |= {f"condition_{number}": word, f"texts_{number}": text}
        return found

    def data_of_row(self) -> Data:
        given = self.cleaned_data
        data: Data = {name: given[name] for name in ("team", "cluster", "level")}
        data |= dict.fromkeys(CONDITIONS)
        for number in range(self._count()):
            word, text = given.get(f"condition_{number}"), given.get(f"texts_{number}", "").strip()
            if not word or not text:
                continue
            if word in _LABELS:
                name, _, texts = text.partition("=")
                data[word] = {**(data[word] or {}), name.strip(): _split(texts)}
            else:
                data[word] = [*(data[word] or []), *_split(text)]
        return data

    def field_of(self, path: str) -> str | None:
        name = path.partition(".")[0]
        if name in self.fields:
            return name
        for number in range(self._count()):
            if self.cleaned_data.get(f"condition_{number}") == name:
                return f"texts_{number}"
        return None


def _joined(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _split(text: str) -> list[str]:
    """Texts with commas between; a pattern may hold some itself, and stands alone."""
    text = text.strip()
    return [text] if text.startswith("~") else [each.strip() for each in text.split(",") if each.strip()]


class TeamForm(RowForm):
    fixed = ("slug",)
    for_operators = ("parent",)
    slug = forms.SlugField(
        max_length=63,
        help_text="Short name in files, labels and addresses: small letters, digits, hyphens.",
        widget=forms.TextInput(_plain()),
    )
    name = forms.CharField(required=False, max_length=120, help_text="For people.")
    parent = forms.ChoiceField(label="Part of", required=False, choices=[])
    members = forms.CharField(
        required=False,
        max_length=50_000,
        widget=forms.Textarea(_plain(rows=5)),
        help_text="One person a line, by username; admin behind it for who edits the team: ada admin",
    )
    contacts = forms.CharField(
        label="Where people find the team",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(_plain(rows=3)),
        help_text="One a line: chat, email, phone or web, the address, and a note: chat #payments working hours",
    )
    kubernetes_groups = forms.CharField(
        label="What clusters call the groups of its people",
        required=False,
        max_length=5000,
        widget=forms.TextInput(_plain()),
        help_text="With commas; they get the rights of its level: oidc:payments",
    )

    def choose(self) -> None:
        _choose(self, "parent", _teams("no other team"))

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> Data:
        members = (
            each["username"] + (f" {each['role']}" if each["role"] != TeamRole.MEMBER else "")
            for each in data.get("members", ())
        )
        contacts = (
            " ".join(filter(None, (each["kind"], each["address"], each["note"]))) for each in data.get("contacts", ())
        )
        groups = ", ".join(data.get("kubernetes_groups", ()))
        lines = {"members": "\n".join(members), "contacts": "\n".join(contacts)}
        return {**data, **lines, "kubernetes_groups": groups}

    def data_of_row(self) -> Data:
        return {**self.cleaned_data, "kubernetes_groups": _split(self.cleaned_data["kubernetes_groups"])}

    def clean_members(self) -> list[Data]:
        found = []
        for line in self.cleaned_data["members"].splitlines():
            words = line.split()
            if words:
                role = words[1] if len(words) > 1 else TeamRole.MEMBER.value
                if len(words) > 2 or role not in set(TeamRole):
                    raise forms.ValidationError(f"“{line.strip()}” is not one person. Write a username, or: ada admin")
                found.append({"username": words[0], "role": role})
        return found

    def clean_contacts(self) -> list[Data]:
        found = []
        kinds = ", ".join(ContactKind)
        for line in self.cleaned_data["contacts"].splitlines():
            kind, _, rest = line.strip().partition(" ")
            address, _, note = rest.strip().partition(" ")
            if kind:
                if kind not in set(ContactKind) or not address:
                    raise forms.ValidationError(f"“{line.strip()}” is no contact. Begin with one of {kinds}.")
                found.append({"kind": kind, "address": address, "note": note.strip()})
        return found


def _lines(matchers: Iterable[Mapping[str, Any]]) -> str:
    """Mappings as the file writes them on one line, without the braces."""
    return "\n".join(flow(matcher)[1:-1] for matcher in matchers)


def _mappings(text: str) -> list[Any]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip().removeprefix("-").strip()
        if not written:
            continue
        if not written.startswith("{"):
            written = "{" + written + "}"
        try:
            node = read_tree(written)
        except Unreadable as unreadable:
            mistake = unreadable.mistake
            raise forms.ValidationError(f"Line {number} {mistake.wrong}. {mistake.remedy}") from unreadable
        if not isinstance(node, Entries):
            raise forms.ValidationError(f"Line {number} is no matcher. Write, for example, namespace: shop")
        found.append(_as_data(node))
    return found


def _as_data(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [_as_data(each) for each in node.items]
    return {key.text: _as_data(value) for key, value in node.entries}


FORMS: Mapping[str, type[RowForm]] = {
    "clusters": ClusterForm,
    "components": ComponentForm,
    "namespaces": NamespaceForm,
    "responsibilities": ResponsibilityForm,
    "rules": RuleForm,
    "teams": TeamForm,
}
