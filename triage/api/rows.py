"""The rows of the map as the API takes and gives them: in the words of the file, so that one reader checks both."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ownership import editing
from ownership.matchers import Condition
from ownership.models import ContactKind
from ownership.responsibility import FallbackPolicy, Level, Tenancy, Who
from ownership.roles import TeamRole
from triage.api.asking import Instant

_TEXTS: dict[str, Any] = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_LABELS = {"type": "object", "additionalProperties": _TEXTS}
_SAID_TEXTS = "A word, a glob, or ~ and a pattern of RE2; of a list any fits."


class _Data(serializers.Field[Any, Any, Any, Any]):
    """Lists and mappings of texts; what they mean, the reader of files says."""

    wanted = ""

    def to_internal_value(self, data: Any) -> Any:
        if not self.fits(data):
            raise serializers.ValidationError(f"This is not {self.wanted}.")
        return data

    def fits(self, data: Any) -> bool:
        raise NotImplementedError

    def to_representation(self, value: Any) -> Any:
        return value


def _are_texts(data: Any) -> bool:
    return isinstance(data, str) or (isinstance(data, list) and all(isinstance(each, str) for each in data))


def _are_labels(data: Any) -> bool:
    return isinstance(data, dict) and all(map(_are_texts, data.values()))


@extend_schema_field(_TEXTS)
class Texts(_Data):
    wanted = "a text or a list of texts"

    def fits(self, data: Any) -> bool:
        return _are_texts(data)


@extend_schema_field(_LABELS)
class LabelTexts(_Data):
    wanted = "an object of labels, each with a text or a list of texts"

    def fits(self, data: Any) -> bool:
        return _are_labels(data)


@extend_schema_field({"type": "array", "items": _LABELS})
class LabelSets(_Data):
    wanted = "a list of objects of labels"

    def fits(self, data: Any) -> bool:
        return isinstance(data, list) and all(map(_are_labels, data))


@extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": True}})
class Matchers(_Data):
    wanted = "a list of objects of conditions"

    def fits(self, data: Any) -> bool:
        return isinstance(data, list) and all(
            isinstance(each, dict) and all(_are_texts(value) or _are_labels(value) for value in each.values())
            for each in data
        )


class _Objects(_Data):
    """A list of objects of texts with these keys."""

    keys: ClassVar[frozenset[str]] = frozenset()

    def fits(self, data: Any) -> bool:
        return isinstance(data, list) and all(
            isinstance(each, dict) and each.keys() <= self.keys and all(isinstance(text, str) for text in each.values())
            for each in data
        )


class MemberRow(serializers.Serializer[Any]):
    username = serializers.CharField()
    role = serializers.ChoiceField([role.value for role in TeamRole], required=False)


class ContactRow(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([kind.value for kind in ContactKind])
    address = serializers.CharField()
    note = serializers.CharField(required=False)


@extend_schema_field(MemberRow(many=True))
class Members(_Objects):
    wanted = "a list of objects with username and role"
    keys = frozenset({"username", "role"})


@extend_schema_field(ContactRow(many=True))
class Contacts(_Objects):
    wanted = "a list of objects with kind, address and note"
    keys = frozenset({"kind", "address", "note"})


def _text(help_text: str, *, required: bool = False, most: int = 253) -> serializers.CharField:
    return serializers.CharField(
        required=required, allow_null=not required, allow_blank=not required, max_length=most, help_text=help_text
    )


def _choice(choices: Any, help_text: str, *, required: bool = False) -> serializers.ChoiceField:
    return serializers.ChoiceField(
        [each.value for each in choices], required=required, allow_null=not required, help_text=help_text
    )


def _texts(help_text: str = _SAID_TEXTS) -> Texts:
    return Texts(required=False, allow_null=True, help_text=help_text)


def _slugs(help_text: str) -> serializers.Field[Any, Any, Any, Any]:
    return Texts(required=False, allow_null=True, help_text=help_text)


class TeamRow(serializers.Serializer[Any]):
    slug = _text("Short name in files and addresses; it stays.", required=True, most=63)
    name = _text("For people.", most=120)
    # The stubs take this field for the attribute of the same name that every serializer has.
    parent = _text(  # type: ignore[assignment]
        "Slug of the team that it is a part of, or null."
    )
    kubernetes_groups = _slugs("What clusters call the groups of its people.")
    contacts = Contacts(required=False, help_text="Where people find it; exactly these.")
    members = Members(required=False, help_text="Who is in it, by username; exactly these.")


class ClusterRow(serializers.Serializer[Any]):
    slug = _text("As senders of alerts call it; it stays.", required=True, most=63)
    name = _text("For people.", most=120)
    tenancy = _choice(Tenancy, "Write shared, or dedicated with dedicated_to.")
    operated_by = _text("Slug of the team that answers for the cluster itself.", required=True)
    dedicated_to = _text("Slug of the team that a dedicated cluster is for.")
    fallback = _text("Slug of the team that looks first at what nobody owns; null is a gap.")
    fallback_policy = _choice(FallbackPolicy, "Who looks first.")
    recognised_by = LabelSets(
        required=False, allow_null=True, help_text="Sets of labels of alerts that are about it; any will do."
    )
    labels_for = _slugs("Teams that labels of namespaces may name there; * for every one.")


class ComponentRow(serializers.Serializer[Any]):
    cluster = _text("Slug of the cluster; it stays.", required=True)
    kind = _text("As the field calls it, for example CoreDNS; it stays.", required=True, most=63)
    name = _text("Empty: every one of this kind. It stays.")
    team = _text("Slug of the team; null: the operators of the cluster.")
    matchers = Matchers(
        required=False, allow_null=True, help_text="What else is part of it: conditions as those of rules."
    )


class NamespaceRow(serializers.Serializer[Any]):
    cluster = _text("Slug of the cluster; null: in every cluster. It stays.")
    name = _text("It stays.", required=True, most=63)
    team = _text("Slug of the team that owns it.", required=True)
    level = _choice(Level, "How much of it is the team's.")
    annotations_for = _slugs("Other teams that annotations of workloads may name in it.")


class RuleRow(serializers.Serializer[Any]):
    """Whatever fits all conditions is the team's. Where one condition is sent, all are."""

    team = _text("Slug of the team.", required=True)
    cluster = _text("Slug of the cluster; null: in every cluster.")
    level = _choice(Level, "Null: the level of the namespace.")
    namespace = _texts()
    kind = _texts()
    workload = _texts()
    image = _texts()
    registry = _texts()
    ingress_host = _texts()
    ingress_class = _texts()
    storage_class = _texts()
    webhook = _texts()
    node = _texts()
    alertname = _texts()
    labels = LabelTexts(required=False, allow_null=True, help_text="Its labels, or those of an alert about it.")
    node_labels = LabelTexts(required=False, allow_null=True, help_text="The labels of its node.")


class ResponsibilityRow(serializers.Serializer[Any]):
    """A cell of the table of kinds and levels."""

    kind = _text("As Kubernetes writes it; it stays.", required=True, most=63)
    level = _choice(Level, "It stays.", required=True)
    who = _choice(Who, "Who answers.", required=True)
    cluster = _text("Slug of the cluster; null: in every cluster. It stays.")
    namespace = _text("Empty: in every namespace. It stays.", most=63)


class _Line(serializers.Serializer[Any]):
    """A row as it is."""

    section: ClassVar[str]
    id = serializers.IntegerField(read_only=True)
    version = serializers.CharField(
        read_only=True, help_text="send it with a change: refused where it is another by now"
    )
    # The stubs take this field for the attribute of the same name that every field has.
    source = serializers.CharField(  # type: ignore[assignment]
        read_only=True, help_text="who wrote it: manual, file, label, annotation"
    )
    updated_at = Instant(read_only=True, allow_null=True, help_text="null where that is not kept")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        at = getattr(instance, "updated_at", None)
        data = editing.data_of(self.section, instance)
        if self.section == "rules":
            data = dict.fromkeys((*(each.value for each in Condition), "labels", "node_labels")) | data
        return {
            "id": instance.pk,
            "version": editing.version_of(self.section, instance),
            "source": instance.source,
            "updated_at": Instant().to_representation(at) if at else None,
            **data,
        }


class TeamLine(_Line, TeamRow):
    section = "teams"


class ClusterLine(_Line, ClusterRow):
    section = "clusters"


class ComponentLine(_Line, ComponentRow):
    section = "components"


class NamespaceLine(_Line, NamespaceRow):
    section = "namespaces"


class RuleLine(_Line, RuleRow):
    section = "rules"


class ResponsibilityLine(_Line, ResponsibilityRow):
    section = "responsibilities"
