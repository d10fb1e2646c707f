"""Whose is it, and who is on call for it now: for anything that can be named, or that an alert is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.subjects import cluster_of, slug_of_cluster, subject_of
from ownership import directory
from ownership.match import OwnershipMap
from ownership.models import Team
from triage.api.answers import WhoseAnswer
from triage.api.asking import Asked, asked
from triage.api.callers import Caller, caller_of
from triage.api.errors import Problem
from triage.api.teams import on_call_of
from triage.api.views.base import Answers, told
from triage.clock import database_now
from triage.routing import owner_of_suspect, route
from triage.symptoms import suspect_of
from triage.verdict import Attribution, Suspect, Verdict

_LABEL = "label."
_MOST_LABELS = 100
_LABELS = OpenApiParameter(
    "label.NAME",
    OpenApiTypes.STR,
    description="A label of the alert, once for each: label.namespace=shop&label.pod=cart-5d8f. They are read as those "
    "of an alert that came in are; kind, name, namespace and cluster go before them.",
)


class WhoseFilters(serializers.Serializer[Any]):
    cluster = serializers.CharField(required=False, allow_blank=True, max_length=253, help_text="A cluster, by slug.")
    namespace = serializers.CharField(required=False, allow_blank=True, max_length=253, help_text="A namespace.")
    kind = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=253,
        help_text="As Kubernetes writes it (Deployment, Node), or a component: CoreDNS.",
    )
    name = serializers.CharField(required=False, allow_blank=True, max_length=253, help_text="The name of the object.")
    alertname = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=253,
        help_text="The name of an alert, for example KubeNodeNotReady.",
    )
    verdict = serializers.ChoiceField(
        [one.value for one in Verdict], required=False, help_text="Who would be asked if the verdict were this one?"
    )


@dataclass(frozen=True)
class About:
    """What is asked about, and how that was read of labels."""

    suspect: Suspect
    cluster: str
    why: str = ""


class Whose(Answers):
    @extend_schema(operation_id="whose", parameters=[WhoseFilters, _LABELS], responses=told(WhoseAnswer, 400))
    def get(self, request: Request) -> Response:
        """Whose it is, why, and who is on call for it now. That nobody knows it is an answer, not an error."""
        filters, labels = _without_labels(request)
        wanted = asked(WhoseFilters, filters)
        answer = _answer(_about(wanted, labels), wanted.get("verdict"), caller_of(request), now=database_now())
        return Response(WhoseAnswer(answer).data)


def _without_labels(request: Request) -> tuple[Mapping[str, str], dict[str, str]]:
    filters = request.query_params.copy()
    labels: dict[str, str] = {}
    for name in [name for name in filters if name.startswith(_LABEL) and name != _LABEL]:
        values = filters.pop(name)
        if len(values) > 1 or len(labels) >= _MOST_LABELS:
            remedy = f"Give each label once, and at most {_MOST_LABELS} of them."
            raise Problem(400, f"{name} is one too many.", field=name, value=", ".join(values), remedy=remedy)
        labels[name.removeprefix(_LABEL)] = values[0]
    return filters, labels


def _about(wanted: Asked, labels: dict[str, str]) -> About:
    if wanted.get("alertname"):
        labels = {**labels, "alertname": wanted["alertname"]}
    if wanted.get("namespace") and labels:
        labels = {**labels, "namespace": wanted["namespace"]}
    cluster = (
        slug_of_cluster(wanted["cluster"]) if wanted.get("cluster") else cluster_of(labels, label="cluster", default="")
    )
    read = About(Suspect("", "", wanted.get("namespace", "")), cluster)
    if labels:
        subject = subject_of(labels, cluster=cluster)
        read = About(suspect_of(subject), cluster, subject.why)
    given = {name: wanted[name] for name in ("kind", "name", "namespace") if wanted.get(name)}
    if "kind" in given or "name" in given:
        return replace(read, suspect=read.suspect._replace(**given))
    return read


def _answer(about: About, verdict: str | None, caller: Caller, *, now: datetime) -> dict[str, Any]:
    ownership = directory.load_map()
    owner = owner_of_suspect(about.suspect, about.cluster, ownership)
    split = _split(about, Verdict(verdict), ownership, now=now) if verdict else None
    teams = _teams(owner.team, split["team"] if split else None)
    asks = teams.get((split["team"] if split else owner.team) or "")
    on_call = on_call_of([asks], caller, now=now)[0] if asks and asks.pk else None
    return {
        "subject": _subject(about),
        "owner": teams.get(owner.team or ""),
        "why": owner.why,
        "rule": owner.rule.value,
        "source": owner.source,
        "since": owner.updated_at,
        "is_fallback": owner.is_fallback,
        "level": owner.level,
        "responsibility": split and split | {"team": teams.get(split["team"] or "")},
        "on_call": on_call,
    }


def _subject(about: About) -> dict[str, str]:
    suspect = about.suspect
    return {
        "kind": suspect.kind,
        "name": suspect.name,
        "namespace": suspect.namespace,
        "cluster": about.cluster,
        "why": about.why,
    }


def _split(about: About, verdict: Verdict, ownership: OwnershipMap, *, now: datetime) -> dict[str, Any]:
    """Whom the service itself would ask about this subject, were that its verdict."""
    supposed = Attribution(
        verdict=verdict,
        confidence=1.0,
        suspect=about.suspect,
        sentence="",
        severity="none",
        began_at=now,
        findings=(),
        candidates=(),
        symptoms=(),
        namespaces=(),
    )
    assignment = route(supposed, about.cluster, ownership)
    return {"verdict": verdict.value, "team": assignment.team, "why": assignment.why}


def _teams(*slugs: str | None) -> dict[str, Team]:
    """The teams by their slugs. One that the map names and nobody has made is told by its slug."""
    named = {slug: Team(slug=slug, name=slug) for slug in slugs if slug}
    return named | {team.slug: team for team in Team.objects.filter(slug__in=named)}
