"""The map row by row: listed, read, made, changed, removed, by the same rules as on the pages."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ownership import editing
from ownership.editing import Author
from ownership.models import Team, User
from ownership.roles import Person
from triage.api import rows
from triage.api.asking import Asked, NewestFirst, NothingMore, Paged, asked
from triage.api.callers import Caller, caller_of
from triage.api.errors import Problem, refused, unknown
from triage.api.views.base import Answers, told
from triage.clock import database_now

_ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="Of the row, as the list tells it.")


class RowFilters(Paged):
    cluster = serializers.CharField(required=False, help_text="The slug of a cluster; * for what holds in every one.")
    team = serializers.CharField(required=False, help_text="The slug of the team.")
    q = serializers.CharField(required=False, max_length=253, help_text="Any part of the name.")


class Removal(serializers.Serializer[Any]):
    version = serializers.CharField(
        required=False, max_length=64, help_text="Of the row that you have seen: refused where it is another by now."
    )


_NAMES = {
    "teams": ("slug", "name"),
    "clusters": ("slug", "name"),
    "components": ("kind", "name"),
    "namespaces": ("name",),
    "rules": ("matcher__icontains",),
    "responsibilities": ("kind", "namespace"),
}


class Rows(ListAPIView[Any], Answers):
    """What is listed and what may be added to."""

    section: ClassVar[str]
    row: ClassVar[type[serializers.Serializer[Any]]]
    pagination_class = NewestFirst

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rows of the map, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        wanted = asked(RowFilters, self.request.query_params)
        return editing.rows_of(self.section).filter(*_conditions(self.section, wanted))

    def post(self, request: Request) -> Response:
        """A new row. It is written by hand from then on: no file prunes it, until one names it."""
        data = asked(self.row, request.data)
        row = _save(self.section, data, None, request)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)


class Row(Answers):
    """One row."""

    section: ClassVar[str]
    row: ClassVar[type[serializers.Serializer[Any]]]
    line: ClassVar[type[serializers.Serializer[Any]]]

    def get(self, request: Request, pk: int) -> Response:
        """One row of the map."""
        asked(NothingMore, request.query_params)
        return Response(self.line(_found(self.section, pk)).data)

    def patch(self, request: Request, pk: int) -> Response:
        """Changes what is sent; the rest stays. Send `version` to be refused where somebody was faster."""
        row = _found(self.section, pk)
        data = asked(_with_version(self.row), request.data, partial=True)
        version = data.pop("version", None)
        return Response(self.line(_save(self.section, data, row, request, version)).data)

    def delete(self, request: Request, pk: int) -> Response:
        """Removes the row. What somebody wrote is gone; what a label wrote is refused until that is taken back."""
        row = _found(self.section, pk)
        version = asked(Removal, request.query_params).get("version")
        with _told(pk, self.section):
            editing.remove(self.section, row, version=version, by=author_of(request), now=database_now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _conditions(section: str, wanted: Asked) -> list[Q]:
    found = []
    if cluster := wanted.get("cluster"):
        if section == "clusters":
            found.append(Q(slug=cluster))
        elif section == "teams":
            raise Problem(400, "Teams are in no cluster.", field="cluster", value=cluster, remedy="Leave it out.")
        else:
            found.append(Q(cluster=None) if cluster == "*" else Q(cluster__slug=cluster))
    if team := wanted.get("team"):
        names = {"teams": "slug", "clusters": "operated_by__slug"}
        if section == "responsibilities":
            raise Problem(400, "The table names no team.", field="team", value=team, remedy="Leave it out.")
        found.append(Q(**{names.get(section, "team__slug"): team}))
    if text := wanted.get("q"):
        about = Q()
        for name in _NAMES[section]:
            about |= Q(**{name if "__" in name else f"{name}__icontains": text})
        found.append(about)
    return found


def _found(section: str, pk: int) -> Any:
    row = editing.rows_of(section).filter(pk=pk).first()
    if row is None:
        raise unknown("id", "row", pk, remedy=f"GET /api/v1/{section}/ lists those there are.")
    return row


def _save(section: str, data: Asked, row: Any, request: Request, version: str | None = None) -> Any:
    with _told(row.pk if row else None, section):
        return editing.save(section, data, row, version=version, by=author_of(request), now=database_now())


class _told:  # noqa: N801 - reads as what it does
    """Tells every no of the map in the shape of the API."""

    def __init__(self, pk: int | None, section: str) -> None:
        self.pk, self.section = pk, section

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, editing.Refused):
            raise refused(error.mistakes) from error
        if isinstance(error, editing.NotAllowed):
            remedy = "Ask one of them, or use a token with the role operator."
            raise Problem(403, f"You may not do this: {error}.", field="id", value=self.pk, remedy=remedy) from error
        if isinstance(error, editing.Held):
            raise Problem(
                409, str(error), field="id", value=self.pk, remedy="Change what refers to it first."
            ) from error
        if isinstance(error, editing.Changed):
            remedy = f"Read it again: GET /api/v1/{self.section}/{self.pk}/"
            sentence = "Somebody has changed it since you read it; nothing was saved."
            raise Problem(409, sentence, field="version", value=None, remedy=remedy) from error


def author_of(request: Request) -> Author:
    """Who asks, as the map writes it down."""
    caller = caller_of(request)
    name = caller.by.username if isinstance(caller.by, User) else str(caller.by)
    return Author(person_of(caller), name, "rest")


def person_of(caller: Caller) -> Person:
    slugs = dict(Team.objects.filter(pk__in=caller.team_roles).values_list("pk", "slug"))
    return Person(caller.role, {slugs[pk]: role for pk, role in caller.team_roles.items() if pk in slugs})


def _with_version(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    return type(f"{row.__name__}Change", (Removal, row), {"__doc__": row.__doc__})


def _views(
    section: str, noun: str, row: type[serializers.Serializer[Any]], line: type[serializers.Serializer[Any]]
) -> tuple[type[Rows], type[Row]]:
    """The two views of a section, described."""
    change = _with_version(row)
    listed = extend_schema_view(
        get=extend_schema(operation_id=section, parameters=[RowFilters], responses=told(line(many=True), 400)),
        post=extend_schema(
            operation_id=f"make_{noun}", request=row, responses=told(line, 400, 403, status=201), filters=False
        ),
    )(type(f"{section.capitalize()}View", (Rows,), {"section": section, "row": row, "serializer_class": line}))
    one = extend_schema_view(
        get=extend_schema(operation_id=noun, parameters=[_ID], responses=told(line, 400, 404)),
        patch=extend_schema(
            operation_id=f"change_{noun}", parameters=[_ID], request=change, responses=told(line, 400, 403, 404, 409)
        ),
        delete=extend_schema(
            operation_id=f"remove_{noun}",
            parameters=[_ID, Removal],
            responses=told(None, 400, 403, 404, 409, status=204),
        ),
    )(type(f"{noun.capitalize()}View", (Row,), {"section": section, "row": row, "line": line}))
    return listed, one


VIEWS = {
    "teams": _views("teams", "team", rows.TeamRow, rows.TeamLine),
    "clusters": _views("clusters", "cluster", rows.ClusterRow, rows.ClusterLine),
    "components": _views("components", "component", rows.ComponentRow, rows.ComponentLine),
    "namespaces": _views("namespaces", "namespace", rows.NamespaceRow, rows.NamespaceLine),
    "rules": _views("rules", "rule", rows.RuleRow, rows.RuleLine),
    "responsibilities": _views("responsibilities", "responsibility", rows.ResponsibilityRow, rows.ResponsibilityLine),
}
