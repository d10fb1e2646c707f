"""The map as a whole: a file applied or tried, the file that makes it, and what it leaves open."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ownership import importing
from ownership.changes import Report, Verb
from ownership.exporting import export
from ownership.roles import may_apply_file
from ownership.sources.mapfile import parse
from ownership.sources.tree import MOST_BYTES
from triage.api.asking import NothingMore, asked
from triage.api.errors import Problem, refused
from triage.api.views.base import Answers, told
from triage.api.views.rows import author_of
from triage.audited import audited
from triage.clock import database_now

_LARGEST = 2 * MOST_BYTES  # of a request: JSON may write a character as several
_VERBS = {Verb.ADD: "add", Verb.CHANGE: "change", Verb.REMOVE: "remove", Verb.KEEP: "keep"}


class File(serializers.Serializer[Any]):
    file = serializers.CharField(trim_whitespace=False, help_text="The text of ownership.yaml.")
    dry_run = serializers.BooleanField(default=False, help_text="Say what would change, and change nothing.")
    prune = serializers.BooleanField(
        default=False, help_text="The file is the whole map: what an earlier one wrote and this leaves out goes."
    )


class FieldChange(serializers.Serializer[Any]):
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChangeLine(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(list(_VERBS.values()))
    what = serializers.CharField(help_text="the kind of row: namespace, rule, member, ...")
    key = serializers.ListField(child=serializers.CharField())
    # The stubs take this field for the attribute of the same name that every serializer has.
    fields = FieldChange(many=True)  # type: ignore[assignment]
    why = serializers.CharField(help_text="why a row is kept")


class Applied(serializers.Serializer[Any]):
    """What was changed, or would be."""

    dry_run = serializers.BooleanField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    changes = serializers.ListField(child=ChangeLine())


class GapLine(serializers.Serializer[Any]):
    gap = serializers.CharField(help_text="what kind of gap it is")
    subject = serializers.CharField()
    wrong = serializers.CharField()
    remedy = serializers.CharField()


class Audited(serializers.Serializer[Any]):
    found = GapLine(many=True, help_text="what the map leaves open; nothing is the best answer")


class Apply(Answers):
    @extend_schema(operation_id="ownership_apply", request=File, responses=told(Applied, 400, 403))
    def post(self, request: Request) -> Response:
        """Applies a map file whole or not at all, or with `dry_run` says what it would change. For operators."""
        by = author_of(request)
        _must_apply(by.person)
        _must_fit(request)
        wanted = asked(File, request.data)
        file = parse(wanted["file"], importing.known_names())
        if isinstance(file, list):
            raise refused(file, is_file=True)
        try:
            report = importing.apply(
                file,
                prune=wanted["prune"],
                dry_run=wanted["dry_run"],
                now=database_now(),
                author=by.name,
                source=by.source,
            )
        except importing.Refused as no:
            raise refused(no.mistakes, is_file=True) from no
        return Response(_reported(report))


def _must_apply(person: Any) -> None:
    decision = may_apply_file(person)
    if not decision:
        raise Problem(403, f"You may not do this: {decision.why}.", remedy="Use a token with the role operator.")


def _must_fit(request: Request) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > _LARGEST:
        remedy = "Split the file, or apply it where Whose runs: manage.py ownership apply."
        raise Problem(413, f"At most {_LARGEST} bytes are read.", field="file", value=f"{length} bytes", remedy=remedy)


def _reported(report: Report) -> dict[str, Any]:
    return {
        "dry_run": report.is_dry_run,
        "added": report.count(Verb.ADD),
        "changed": report.count(Verb.CHANGE),
        "removed": report.count(Verb.REMOVE),
        "changes": [
            {
                "verb": _VERBS[change.verb],
                "what": change.what,
                "key": list(change.key),
                "fields": [{"name": name, "before": before, "after": after} for name, before, after in change.fields],
                "why": change.why,
            }
            for change in report.changes
        ],
    }


class PlainYaml(BaseRenderer):
    """A text as it is."""

    media_type = "application/yaml"
    format = "yaml"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002 - the framework's signature
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        return str(data).encode()


class Export(Answers):
    renderer_classes = [PlainYaml, JSONRenderer]

    def finalize_response(self, request: HttpRequest, response: Response, *args: Any, **kwargs: Any) -> Response:
        if response.exception:  # a refusal is JSON, as everywhere
            request.accepted_renderer = JSONRenderer()  # type: ignore[attr-defined]
            request.accepted_media_type = JSONRenderer.media_type  # type: ignore[attr-defined]
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(
        operation_id="ownership_export",
        responses=told(OpenApiTypes.STR, 400, 403),
    )
    def get(self, request: Request) -> Response:
        """The map as a file that makes the same map again. For operators: it tells how people are reached."""
        asked(NothingMore, request.query_params)
        _must_apply(author_of(request).person)
        return Response(export())


class Audit(Answers):
    @extend_schema(operation_id="ownership_audit", responses=told(Audited, 400))
    def get(self, request: Request) -> Response:
        """What the map leaves open: what nobody owns, who cannot be reached, where rules disagree."""
        asked(NothingMore, request.query_params)
        found = audited(database_now())
        return Response(
            {
                "found": [
                    {"gap": each.gap.value, "subject": each.subject, "wrong": each.wrong, "remedy": each.remedy}
                    for each in found
                ]
            }
        )
